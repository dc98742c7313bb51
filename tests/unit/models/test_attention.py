"""Needs attention: each fact named once, urgent ones first, with the action that resolves it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.support import billing_parts
from tests.support.anna import ANNA, BRIEF, SUBSCRIPTION, USAGE
from tests.support.billing_parts import eur, ledger, refund
from tests.support.customers import NOW, TODAY
from wbtui.models.attention import Fix, ProfileData, needs_attention
from wbtui.models.customer import BillingStatus, Customer, CustomerStatus
from wbtui.models.invoice import InvoiceBrief, InvoiceRow, InvoiceState
from wbtui.models.money import Money
from wbtui.models.parts import CREDITS, INVOICES
from wbtui.models.payment import (
    CreditEntry,
    MethodBrief,
    MethodKind,
    MethodStatus,
    Payment,
    PaymentStatus,
    RefundStatus,
)
from wbtui.models.subscription import NextCharge, ScheduledChange, Subscription
from wbtui.models.usage import UsageSeries, used_share
from wbtui.sandbox.engine.payments import method_name

EUR49 = eur(4900)


def customer(**changes: object) -> Customer:
    values: dict[str, object] = {
        "id": "C1",
        "version": "v1",
        "updated_at": NOW,
        "created": NOW,
        "name": "Anna",
        "emails": (),
        "reference": None,
        "status": CustomerStatus.ACTIVE,
        "address": None,
        "vat_id": None,
        "notes": None,
        "metadata": {},
        "subscriptions": (),
        "billing_status": BillingStatus.ACTIVE,
        "owed": None,
        "overdue_since": None,
        "mrr": None,
        "methods": None,
        "latest_invoices": None,
        "latest_payment": None,
        "disputed": None,
        "refunds_pending": None,
        "usage_alert": None,
    }
    return Customer.model_validate(values | changes)


def card(expires: str, status: MethodStatus = MethodStatus.ACTIVE) -> MethodBrief:
    return MethodBrief(kind=MethodKind.CARD, brand="visa", last_digits="4242", expires=expires, status=status)


def payment(status: PaymentStatus, **members: Any) -> Payment:
    """A payment of the invoice."""
    return billing_parts.payment(42, status, **{"money": EUR49, "at": NOW, **members})


def invoice(state: InvoiceState = InvoiceState.READY_FOR_PAYMENT, **members: Any) -> InvoiceRow:
    return billing_parts.invoice(42, state, **{"total": EUR49, "due": date(2026, 11, 14), **members})


def subscription(**changes: Any) -> Subscription:
    return SUBSCRIPTION.model_copy(update=changes)


def texts(data: ProfileData) -> list[str]:
    return [note.text for note in needs_attention(data, TODAY)]


def fixes(data: ProfileData) -> list[tuple[str, str] | None]:
    """Kind and object of the action of each note."""
    found = [note.fix for note in needs_attention(data, TODAY)]
    return [None if fix is None else (fix.kind, fix.subject.id) for fix in found]


def test_nothing_cached_is_nothing_judged() -> None:
    assert needs_attention(ProfileData(customer()), TODAY) == ()


def test_an_overdue_invoice_with_its_declines() -> None:
    overdue = invoice()
    declined = payment(
        PaymentStatus.FAILED,
        decline_code="insufficient_funds",
        next_retry=datetime(2026, 11, 25, 6, tzinfo=UTC),
    )
    data = ProfileData(customer(), invoices=(overdue,), payments=(declined, declined))
    (note,) = needs_attention(data, TODAY)
    assert (note.urgent, note.text) == (True, "INV-0042  €49.00  due 8 days ago")
    assert note.detail == "declined twice: insufficient funds · next retry 25 Nov"
    missed = declined.model_copy(update={"next_retry": datetime(2026, 11, 21, 6, tzinfo=UTC)})
    (note,) = needs_attention(replace(data, payments=(missed,)), TODAY)
    assert note.detail == "declined once: insufficient funds"
    assert (note.part, note.row) == (INVOICES, overdue)
    assert note.fix == Fix("retry_payment", overdue) and note.fix.disabled_reason(ANNA) is None
    # The row of the customer names the invoice, but not all that the action needs to know.
    brief = InvoiceBrief(**{name: getattr(overdue, name) for name in InvoiceBrief.model_fields})
    (note,) = needs_attention(ProfileData(customer(latest_invoices=(brief,))), TODAY)
    assert note.text == "INV-0042  €49.00  due 8 days ago" and note.row == brief and note.fix is None
    paid = invoice(InvoiceState.PAID)
    assert texts(ProfileData(customer(), invoices=(paid, invoice(due=TODAY)))) == []


def test_a_declined_invoice_that_is_not_overdue() -> None:
    due_later = invoice(due=date(2026, 12, 1))
    waits = payment(PaymentStatus.REQUIRES_ACTION)
    (note,) = needs_attention(ProfileData(customer(), invoices=(due_later,), payments=(waits,)), TODAY)
    assert (note.urgent, note.text) == (True, "INV-0042  €49.00  payment not confirmed")
    assert note.detail == "the customer must confirm the payment with the bank"
    running = payment(PaymentStatus.PROCESSING, at=NOW.replace(hour=11))
    assert texts(ProfileData(customer(), invoices=(due_later,), payments=(waits, running))) == []
    (note,) = needs_attention(ProfileData(customer(), invoices=(invoice(),), payments=(running,)), TODAY)
    assert note.detail == "a payment is processing" and note.fix is None, "another charge could pay it twice"


def test_the_action_that_gets_an_invoice_paid() -> None:
    lost = payment(PaymentStatus.FAILED, decline_code="lost_card", method=card("2027-01"))
    other = card("2027-01").model_copy(update={"last_digits": "5555"})
    of_lost_card = ProfileData(customer(), (invoice(),), (lost,), methods=(card("2027-01"),))
    assert fixes(of_lost_card) == [("create_portal_link", "C1")]
    part = payment(PaymentStatus.SUCCEEDED, at=NOW, money=eur(1000))
    in_part = replace(of_lost_card, payments=(lost, part))
    (note,) = needs_attention(in_part, TODAY)
    assert note.detail == "declined once: the card was reported lost"
    assert fixes(in_part) == [("create_portal_link", "C1")]
    assert fixes(replace(of_lost_card, methods=(card("2027-01"), other))) == [("retry_payment", "Inv_42")]
    expired = other.model_copy(update={"expires": "2026-10"})
    assert fixes(replace(of_lost_card, methods=(card("2027-01"), expired)))[0] == ("create_portal_link", "C1")
    transfer = other.model_copy(update={"kind": MethodKind.BANK_TRANSFER})
    assert fixes(replace(of_lost_card, methods=(transfer,))) == [("record_payment", "Inv_42")]
    assert fixes(replace(of_lost_card, methods=(card("2027-01"), transfer))) == [("create_portal_link", "C1")]
    # A card that expired since: the form of a retry would only say that it is declined.
    no_money = lost.model_copy(update={"decline_code": "insufficient_funds"})
    short = replace(of_lost_card, payments=(no_money,))
    assert fixes(short) == [("retry_payment", "Inv_42")]
    assert fixes(replace(short, methods=(expired,)))[0] == ("create_portal_link", "C1")
    assert fixes(replace(short, methods=())) == [("create_portal_link", "C1")]
    assert fixes(replace(short, methods=None)) == [("retry_payment", "Inv_42")]
    pending = invoice(InvoiceState.PENDING_VALIDATION)
    assert fixes(ProfileData(customer(), invoices=(pending,))) == [("validate_invoice", "Inv_42")]


def test_cards_expired_expiring_and_fine() -> None:
    assert texts(ProfileData(customer(methods=(card("2026-11"),)))) == ["Visa ••4242 expires this month"]
    assert texts(ProfileData(customer(methods=(card("2026-10"),)))) == ["Visa ••4242 has expired"]
    assert texts(ProfileData(customer(methods=(card("2026-12"),)))) == []
    assert texts(ProfileData(customer(methods=(card("2027-01", MethodStatus.INVALID),)))) == [
        "Visa ••4242 can't be charged"
    ]


def test_a_portal_link_lets_the_customer_replace_a_card() -> None:
    assert fixes(ProfileData(customer(), methods=(card("2026-10"),))) == [("create_portal_link", "C1")]


def test_no_method_for_a_charge_to_come() -> None:
    running = subscription()
    wanted = "No usable payment method for the next charge"
    assert wanted in texts(ProfileData(customer(subscriptions=(running,), methods=())))
    assert wanted not in texts(ProfileData(customer(subscriptions=(running,), methods=None)))
    free = running.model_copy(update={"amount": Money(0, "eur")})
    assert wanted not in texts(ProfileData(customer(subscriptions=(free,), methods=())))
    by_hand = running.model_copy(update={"automatic_payment": False})
    whole = customer(subscriptions=(running,), methods=())
    assert wanted not in texts(ProfileData(whole, subscriptions=(by_hand,)))
    assert wanted in texts(ProfileData(whole, subscriptions=(by_hand, running)))


def test_frozen_dispute_and_order() -> None:
    ending = subscription(cancel_at=date(2026, 11, 30), trial_end=TODAY, period_index=0, next_charge=None)
    data = ProfileData(
        customer(status=CustomerStatus.INACTIVE),
        invoices=(invoice(InvoiceState.PAID),),
        payments=(payment(PaymentStatus.SUCCEEDED, disputed=True),),
        subscriptions=(ending,),
    )
    notes = needs_attention(data, TODAY)
    assert [note.text for note in notes] == [
        "The account is frozen",
        "Payment of €49.00 is disputed",
        "Pro ends in 8 days",
        "Trial of Pro ends today",
    ]
    assert [note.urgent for note in notes] == [True, True, True, False]
    assert notes[1].detail == "INV-0042 · can't be refunded until the dispute closes"
    assert fixes(data) == [
        ("activate_customer", "C1"),
        None,
        ("undo_cancel", "Cont_1"),
        ("extend_trial", "Cont_1"),
    ]
    reasons = [note.fix.disabled_reason(data.customer) for note in notes if note.fix is not None]
    assert reasons == [None, None, "The subscription is canceling. Undo that first."], "no trial is extended"


def test_a_trial_is_over_once_its_first_charge_was_made() -> None:
    charged = subscription(trial_end=TODAY, next_charge=NextCharge(date=date(2026, 12, 22), total=EUR49))
    assert needs_attention(ProfileData(customer(subscriptions=(charged,))), TODAY) == ()
    last_day = charged.model_copy(update={"next_charge": NextCharge(date=TODAY, total=EUR49)})
    assert texts(ProfileData(customer(subscriptions=(last_day,)))) == ["Trial of Pro ends today"]


def test_a_scheduled_change_and_several_subscriptions() -> None:
    change = ScheduledChange(
        kind="change_plan", on=date(2026, 11, 30), to_plan="Starter", to_units={}, by="tess"
    )
    changing = subscription(scheduled_change=change)
    units = subscription(id="S2", scheduled_change=change.model_copy(update={"to_plan": None, "by": None}))
    both = (changing, units)
    notes = needs_attention(ProfileData(customer(subscriptions=both), subscriptions=both), TODAY)
    assert [(note.text, note.detail) for note in notes] == [
        ("Pro changes to Starter in 8 days", "scheduled by tess"),
        ("Pro changes in 8 days", None),
        ("2 active subscriptions", None),
    ]
    fix = notes[0].fix
    assert fix == Fix("undo_scheduled_change", changing) and fix.disabled_reason(ANNA) is None
    # The summary from a sync does not know all of a subscription, so that no action is offered.
    ending = BRIEF.model_copy(update={"cancel_at": date(2026, 11, 30)})
    assert fixes(ProfileData(customer(subscriptions=(ending,)))) == [None]


def test_a_credit_that_expires_soon_while_there_is_a_balance() -> None:
    def entry(expires: date | None, balance: Money) -> CreditEntry:
        return ledger((EUR49,))[0].model_copy(update={"expires": expires, "balance_after": balance})

    soon = entry(date(2026, 11, 30), EUR49)
    (note,) = needs_attention(ProfileData(customer(), credits=(soon,)), TODAY)
    assert (note.text, note.detail) == ("Credit of €49.00 expires in 8 days", "credit balance €49.00")
    assert (note.part, note.row, note.fix) == (CREDITS, soon, None)
    none, of_other_currency = entry(TODAY, Money(0, "eur")), entry(TODAY, Money(100, "usd"))
    for other in (entry(None, EUR49), entry(date(2026, 12, 30), EUR49), none, of_other_currency):
        assert texts(ProfileData(customer(), credits=(other,))) == []


def test_refunds_that_are_pending_or_failed() -> None:
    refunds = (
        refund(42, RefundStatus.PENDING, money=EUR49, expected_by=date(2026, 11, 30)),
        refund(42, RefundStatus.FAILED, money=EUR49, failure_reason="account closed"),
    )
    paid = invoice(InvoiceState.PAID, refunded=eur(0))
    data = ProfileData(customer(), invoices=(paid,), refunds=refunds)
    failed, pending = needs_attention(data, TODAY)
    assert (failed.text, failed.detail) == ("Refund of €49.00 failed", "account closed")
    assert failed.fix == Fix("refund", paid)
    assert pending.detail == "since 11 Oct · expected by 30 Nov"
    assert pending.fix == Fix("cancel_refund", refunds[0])
    assert pending.fix.disabled_reason(ANNA) == "Too late: the bank is paying it out."
    again = refund(42, money=EUR49, at=NOW)
    assert texts(ProfileData(customer(), refunds=(*refunds, again))) == ["Refund of €49.00 is pending"]
    assert texts(ProfileData(customer(refunds_pending=2))) == ["Pending refunds: 2"]


def test_usage_from_ninety_percent_on() -> None:
    def series(used: str, limit: str | None) -> UsageSeries:
        return USAGE[0].model_copy(update={"used": used, "limit": limit})

    near, below = series("92310", "100000"), series("89999", "100000")
    [note] = needs_attention(ProfileData(customer(), usage=(near,)), TODAY)
    assert (note.urgent, note.text) == (False, "API calls at 92 % of the plan's limit")
    assert texts(ProfileData(customer(), usage=(below, series("5", None), series("x", "y")))) == []
    for last, expected in ((TODAY, [note.text]), (TODAY - timedelta(days=1), [])):
        ends = near.model_copy(update={"period": (TODAY - timedelta(days=30), last)})
        assert texts(ProfileData(customer(), usage=(ends,))) == expected
    assert used_share("1", "0") is None
    over = ProfileData(customer(), usage=(series("120", "100"),), subscriptions=(subscription(),))
    assert fixes(over) == [("change_plan", "Cont_1")]


def test_names_of_methods() -> None:
    assert card("2027-01").label == "Visa ••4242"
    sepa = MethodBrief(kind=MethodKind.SEPA_DEBIT, last_digits="3000", status=MethodStatus.ACTIVE)
    assert sepa.label == "SEPA ••3000"


@pytest.mark.parametrize("kind", MethodKind)
@pytest.mark.parametrize("brand", [None, "visa", "amex", "Mastercard"])
def test_the_billing_server_of_the_demo_names_methods_alike(kind: MethodKind, brand: str | None) -> None:
    ours = MethodBrief(kind=kind, brand=brand, last_digits="3000", status=MethodStatus.ACTIVE)
    assert method_name(kind.value, brand, "3000") == ours.label
