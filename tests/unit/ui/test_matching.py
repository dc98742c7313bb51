"""Actions are found by the words that people use for them, on every screen that offers actions."""

from __future__ import annotations

import pytest

from wbtui.models.actions import ACTIONS
from wbtui.ui.commands import in_scope
from wbtui.ui.matching import relevance

PHRASES: dict[str, str] = {
    "refund": "refund", "money back": "refund", "give money back": "refund", "reimburse": "refund",
    "return the payment": "refund", "pay back": "refund", "charged twice": "refund",
    "duplicate charge": "refund", "double charge": "refund",
    "stop the refund": "cancel_refund", "recall refund": "cancel_refund",
    "already refunded": "record_external_refund", "manual refund": "record_external_refund",
    "extend due date": "extend_due_date", "payment term": "extend_due_date",
    "promise to pay": "pause_dunning", "stop reminders": "pause_dunning", "finalize": "validate_invoice",
    "coupon": "set_discount", "promo code": "set_discount", "percent off": "set_discount",
    "remove the discount": "set_discount",
    "sign up": "create_subscription", "new subscription": "create_subscription",
    "goodwill": "grant_credit", "courtesy": "grant_credit", "credit": "grant_credit",
    "compensation": "grant_credit", "voucher": "grant_credit", "gift": "grant_credit",
    "credit note": "issue_credit_note", "correct invoice": "issue_credit_note",
    "lower the invoice": "issue_credit_note", "adjust invoice": "issue_credit_note",
    "reverse credit": "reverse_credit", "take back credit": "reverse_credit",
    "remove the credit": "reverse_credit",
    "retry": "retry_payment", "charge again": "retry_payment", "collect": "retry_payment",
    "failed payment": "retry_payment", "declined": "retry_payment", "pay now": "retry_payment",
    "bank transfer": "record_payment", "paid elsewhere": "record_payment", "mark as paid": "record_payment",
    "wire": "record_payment", "cheque": "record_payment", "invoice paid": "record_payment",
    "resend receipt": "send_invoice_email", "resend invoice": "send_invoice_email",
    "send pdf": "send_invoice_email", "e-mail invoice": "send_invoice_email", "receipt": "send_invoice_email",
    "void": "void_invoice", "cancel the invoice": "void_invoice", "wrong invoice": "void_invoice",
    "delete invoice": "void_invoice",
    "cancel refund": "cancel_refund", "undo refund": "cancel_refund",
    "external refund": "record_external_refund",
    "refunded elsewhere": "record_external_refund",
    "more time to pay": "extend_due_date", "postpone invoice": "extend_due_date",
    "due date": "extend_due_date",
    "dunning": "pause_dunning", "validate": "validate_invoice", "approve invoice": "validate_invoice",
    "write": "write_off_invoice", "write off": "write_off_invoice", "bad debt": "write_off_invoice",
    "uncollectible": "write_off_invoice",
    "downgrade": "change_plan", "upgrade": "change_plan", "switch plan": "change_plan",
    "change to yearly": "change_plan", "another plan": "change_plan",
    "stop": "cancel_subscription", "cancel": "cancel_subscription", "terminate": "cancel_subscription",
    "unsubscribe": "cancel_subscription", "end subscription": "cancel_subscription",
    "keep subscription": "undo_cancel", "undo cancellation": "undo_cancel",
    "changed their mind": "undo_cancel",
    "add seats": "change_units", "more users": "change_units", "remove a seat": "change_units",
    "licenses": "change_units", "quantity": "change_units",
    "undo downgrade": "undo_scheduled_change", "scheduled change": "undo_scheduled_change",
    "start again": "renew_subscription", "renew": "renew_subscription", "restart": "renew_subscription",
    "win back": "renew_subscription",
    "go live": "activate_subscription", "longer trial": "extend_trial", "trial": "extend_trial",
    "extend trial": "extend_trial",
    "more time to test": "extend_trial",
    "default card": "set_default_method", "primary card": "set_default_method",
    "disable card": "disable_method", "block card": "disable_method", "enable card": "enable_method",
    "unblock card": "enable_method",
    "remove card": "detach_method", "delete card": "detach_method",
    "order of cards": "reorder_methods", "priority": "reorder_methods",
    "new card": "create_portal_link", "add card": "create_portal_link", "replace card": "create_portal_link",
    "update payment method": "create_portal_link", "self-service": "create_portal_link",
    "password": "create_portal_link",
    "change address": "edit_customer", "new email": "edit_customer", "vat": "edit_customer",
    "rename": "edit_customer", "note": "append_note", "comment": "append_note",
    "put on hold": "freeze_customer", "put the account on hold": "freeze_customer",
    "cancel account": "cancel_subscription", "free month": "grant_credit",
    "pause": "freeze_customer", "suspend": "freeze_customer", "block account": "freeze_customer",
    "deactivate": "freeze_customer", "close account": "freeze_customer", "reopen": "activate_customer",
    "unfreeze": "activate_customer", "unpause": "activate_customer",
}  # fmt: skip
"""What people type, and the action they mean."""


@pytest.mark.parametrize("scope", ["customers", "profile", "invoice"])
def test_the_action_that_is_meant_comes_first(scope: str) -> None:
    assert set(PHRASES.values()) == set(ACTIONS), "every action is found by a phrase"
    found = {}
    for phrase in PHRASES:
        rows = [row for row in in_scope(scope) if row.palette and row.relevance(phrase)]
        best = max(rows, key=lambda row: row.relevance(phrase), default=None)
        found[phrase] = best.args[0] if best is not None and best.args else best and best.id
    assert found == PHRASES
    assert len(PHRASES) >= 60


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("chargeback", "app.work_queue"), ("dispute", "app.work_queue"), ("find", "app.search"),
        ("dark mode", "app.theme"), ("log", "app.journal"), ("log out", "app.connections"),
        ("bulk", "app.bulk"),
        ("invoices", "profile.tab_3"), ("iban", "profile.tab_4"), ("timeline", "profile.tab_6"),
    ],
)  # fmt: skip
def test_other_commands_are_found_by_other_words_too(typed: str, expected: str) -> None:
    rows = [row for row in (*in_scope("customers"), *in_scope("profile"), *in_scope("app")) if row.palette]
    assert max(rows, key=lambda row: row.relevance(typed)).id == expected


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        ("plan chang", True),
        ("changing", True),
        ("chg", False),
        ("plan xyz", False),
        ("the", False),
        ("", True),
    ],
)
def test_every_word_begins_a_known_one_or_has_another_ending(typed: str, fits: bool) -> None:
    assert bool(relevance(typed, "Change plan", ("switch",))) is fits


def test_a_whole_phrase_counts_more_than_beginnings_and_more_than_the_sentence() -> None:
    scores = [
        relevance("new card", "Portal link", ("new card",)),
        relevance("new card", "Portal link", ("new cards",)),
        relevance("new card", "Portal link", ("new", "card")),
        relevance("new card", "Portal link", ("new",), "For a card."),
        relevance("new card", "Portal link", (), "For a card."),
    ]
    assert scores == sorted(scores, reverse=True) and len(set(scores)) == 5


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("refnud", "profile.refund"), ("refnd", "profile.refund"), ("copyy", "profile.copy"),
        ("cancle", "profile.cancel"), ("discuont", "profile.discount"),
        ("joural", "app.journal"), ("subscripton", "profile.tab_2"), ("add seatts", "profile.units"),
    ],
)  # fmt: skip
def test_a_typo_is_tolerated(typed: str, expected: str) -> None:
    scopes = ("app", "profile")
    rows = [row for scope in scopes for row in in_scope(scope) if row.palette]
    found = [row.id for row in rows if row.relevance(typed)]
    assert expected in found
    assert len(found) <= 8


def test_words_without_a_typo_find_nothing_by_typos() -> None:
    rows = [row for scope in ("app", "customers", "profile", "invoice") for row in in_scope(scope)]
    found = [(phrase, row.id) for phrase in PHRASES for row in rows if 0 < row.relevance(phrase) < 100]
    assert not found


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        ("switch", True), ("swicth", True), ("swtch", True), ("swiitch", True), ("swatch", True),
        ("switc", True), ("swicht", False),
        ("witch", False), ("swtc", False), ("swatchh", False), ("swathc", False),
    ],
)  # fmt: skip
def test_a_typo_is_one_letter_wrong_missing_extra_or_swapped_but_not_the_first(
    typed: str, fits: bool
) -> None:
    assert bool(relevance(typed, "Change plan", ("switch",))) is fits


def test_a_typo_comes_after_the_words_of_the_sentence() -> None:
    assert 0 < relevance("swicth", "Change plan", ("switch",)) < relevance("swicth", "Other", (), "A swicth.")
