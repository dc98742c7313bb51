"""Cancellations computed by hand: what each answer gives back, bills and leaves.

The usual case is a plan of 20.00 a month that was paid on 1 May and is cancelled on 11 May: 21 of 31 days are
unused, 13.55.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.support.billing import amounts
from tests.support.cancelling import DECLINED, Cancelling, codes, lines
from wbtui.sandbox.engine import clock
from wbtui.sandbox.store import Store


@pytest.fixture
def billing(empty_store: Store) -> Cancelling:
    return Cancelling(empty_store)


# ── now ──
@pytest.mark.parametrize(
    ("price", "country", "how", "amount"),
    [
        ("P20_usd", "US", "prorated_refund", "13.55"),  # 20.00 × 21 / 31
        ("P20_usd", "US", "full_refund", "20.00"),
        ("P20_eur", "DE", "prorated_refund", "16.12"),  # 13.55 + 19 %
        ("P10_jpy", "US", "prorated_refund", "677"),  # 1000 × 21 / 31
    ],
)
def test_unused_time_is_refunded_with_a_credit_note(
    billing: Cancelling, price: str, country: str, how: str, amount: str
) -> None:
    customer = billing.subscribe(price, "2026-05-01", country=country)
    billing.go_to("2026-05-11")
    preview = billing.cancel(customer, unused_time=how)
    assert (preview["amount"]["amount"], preview["due_now"]) == (amount, [])
    assert ("Refund to Visa ••4242", amount) in lines(preview)
    assert " We have refunded " in preview["customer_sentence"]
    [refund], [note] = billing.read("refunds", customer), billing.read("credit_notes", customer)
    assert (refund["money"]["amount"], refund["status"]) == (amount, "succeeded")
    assert note["money"]["amount"] == amount
    [contract] = billing.read("contracts", customer)
    assert (contract["status"], contract["end"], contract["ended_reason"]) == (
        "canceled", "2026-05-11", "unused",
    )  # fmt: skip
    billing.go_to("2026-07-15")
    assert len(billing.invoices(customer)) == 1, "nothing is billed any more"


def test_unused_time_is_credited(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    preview = billing.cancel(customer, unused_time="prorated_credit")
    assert preview["lines"][0]["explanation"] == "21 of 31 days of $20.00"
    assert (preview["amount"]["amount"], preview["due_now"]) == ("13.55", [])
    assert billing.read("wallets", customer)[0]["balance"] == "13.55"
    assert billing.read("refunds", customer) == []


@pytest.mark.parametrize(("refund", "both"), [("6.45", False), ("6.46", True), ("20.00", True)])
def test_a_refund_of_unused_time_that_became_credit_is_warned_of(
    billing: Cancelling, refund: str, both: bool
) -> None:
    customer = billing.subscribe("P20_usd", "2026-04-01")
    billing.go_to("2026-05-11")
    billing.cancel(customer, unused_time="prorated_credit")
    payments = {one["invoice_ids"][0]: one["id"] for one in billing.read("payments", customer)}
    may, april = (one for one in billing.invoices(customer))
    this = {"mode": "amount", "amount": {"amount": refund, "currency": "usd"}}
    said = f"$13.55 was given as credit on 11 May 2026 for unused time of {may['number']}."
    [warned] = billing.preview("refund", customer, payment_id=payments[may["id"]], **this)["warnings"]
    assert warned["text"] == said + " The customer would have both the credit and the refund." * both
    assert warned["confirm"] is both
    assert billing.preview("refund", customer, payment_id=payments[april["id"]], **this)["warnings"] == []
    [credit] = billing.read("credits", customer)
    billing.do("reverse_credit", customer, credit_id=credit["id"])
    assert billing.preview("refund", customer, payment_id=payments[may["id"]], **this)["warnings"] == []


def test_lines_that_wait_for_the_next_invoice_are_part_of_the_end(billing: Cancelling) -> None:
    customer = billing.subscribe("P40_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    billing.do("change_plan", customer, to="P20_usd", proration="next_invoice", downgrade_allowed=True)
    preview = billing.cancel(customer)
    waiting = [("Unused: P40 · monthly", "-27.10"), ("P20 · monthly", "13.55")]
    assert (lines(preview), preview["amount"]["amount"]) == (waiting, "13.55")


@pytest.mark.parametrize(
    ("before", "after", "how", "amount", "charged"),
    [
        ("P20_eur", "P40_eur", "none", None, "16.12"),  # 27.10 − 13.55, + 19 %
        ("P40_eur", "P20_eur", "none", "16.12", None),
        # 11 of 31 days of 40.00 are 14.19 less: 13.55 − 14.19 = −0.64, − 19 %
        ("P20_eur", "P40_eur", "prorated_credit", "0.76", None),
    ],
)
def test_lines_that_wait_are_told_of_a_later_end_and_billed_then(
    billing: Cancelling, before: str, after: str, how: str, amount: str | None, charged: str | None
) -> None:
    customer = billing.subscribe(before, "2026-05-01", country="DE")
    billing.go_to("2026-05-11")
    billing.do("change_plan", customer, to=after, proration="next_invoice", downgrade_allowed=True)
    preview = billing.cancel(customer, when="date", date="2026-05-21", unused_time=how)
    assert {"waiting_lines"} <= set(codes(preview))
    told = sum((Decimal(line["money"]["amount"]) for line in preview["lines"]), Decimal(0))
    assert told == Decimal(charged or f"-{amount}")
    assert (preview["amount"] or {"amount": None})["amount"] == amount
    due = None if charged is None else {"date": "2026-05-21", "total": {"amount": charged, "currency": "eur"}}
    assert preview["next_invoice"] == due
    assert billing.read("contracts", customer)[0]["next_charge"] == due
    billing.go_to("2026-05-22")
    bills = [one["total"]["amount"] for one in billing.invoices(customer)][:-1]
    assert bills == ([] if charged is None else [charged])
    assert [one["balance"] for one in billing.read("wallets", customer)] == ([amount] if amount else [])


def test_time_whose_charge_waits_for_the_next_invoice_is_credited_against_it(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    billing.do("change_plan", customer, to="P40_usd", proration="next_invoice")
    preview = billing.cancel(customer, unused_time="prorated_credit")
    assert ("Unused: P40 · monthly", "-27.10") in lines(preview)
    assert preview["amount"]["amount"] == "13.55"  # what is left of the 20.00 that were paid


def test_nothing_is_given_back_unless_asked_for(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    preview = billing.cancel(customer)
    assert (preview["amount"], preview["lines"], preview["reversible"]["how"]) == (None, [], "no")
    assert billing.read("refunds", customer) == billing.read("credits", customer) == []


def test_an_ended_subscription_can_be_renewed_at_its_former_price_as_is_said(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd_before", "2026-05-01")  # 15.00
    billing.go_to("2026-05-11")
    said = billing.cancel(customer)["reversible"]["by"]
    assert said == "Renewing starts a new subscription, at the former price or today's."
    due = [
        amounts(billing.preview("renew_subscription", customer, price=price)["due_now"])
        for price in ("as_before", "today")
    ]
    assert due == [["15.00"], ["20.00"]]


def test_unused_time_of_a_price_that_was_discounted(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", discount_id="Once_50")
    billing.go_to("2026-05-11")
    preview = billing.cancel(customer, unused_time="prorated_refund")
    assert preview["amount"]["amount"] == "6.77"  # 13.55 − 50 %, half-even


def test_after_a_change_in_mid_period_both_invoices_are_refunded(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-04-01")
    billing.go_to("2026-04-11")
    billing.do("change_plan", customer, to="P40_usd")  # 20 of 30 days: 26.67 − 13.33 = 13.34 are charged
    billing.go_to("2026-04-16")
    preview = billing.cancel(customer, unused_time="prorated_refund")
    assert preview["amount"]["amount"] == "20.00"  # 15 of 30 days of 40.00
    parts = [refund["money"]["amount"] for refund in billing.read("refunds", customer)]
    assert sorted(parts) == ["13.34", "6.66"]


# ── unpaid invoices and credit ──
@pytest.mark.parametrize(
    ("how", "moved", "state", "warned"),
    [
        ("collect", "20.00", "paid", []),
        ("write_off", "20.00", "written_off", []),
        ("leave", None, "ready_for_payment", ["open_invoices"]),
    ],
)
def test_unpaid_invoices_are_charged_written_off_or_left(
    billing: Cancelling, how: str, moved: str | None, state: str, warned: list[str]
) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", behaviour=DECLINED)
    billing.go_to("2026-05-11")
    preview = billing.cancel(customer, open_invoices=how)
    assert (preview["amount"] and preview["amount"]["amount"]) == moved
    assert amounts(preview["due_now"]) == (["20.00"] if how == "collect" else [])
    [invoice] = billing.invoices(customer)
    assert (invoice["state"], codes(preview)) == (state, warned)
    charged = f"We have charged $20.00 for {invoice['number']}." in preview["customer_sentence"]
    assert charged == (how == "collect")


@pytest.mark.parametrize(
    ("how", "word", "state"), [("collect", "charged", "paid"), ("write_off", "written off", "written_off")]
)
def test_an_invoice_in_validation_is_left_and_named_as_unpaid(
    billing: Cancelling, how: str, word: str, state: str
) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", automatic_payment=False)
    billing.validate_invoices(customer)
    billing.go_to("2026-06-11")
    preview = billing.cancel(customer, open_invoices=how)
    waiting, settled = billing.invoices(customer)
    assert lines(preview) == [(f"{settled['number']} {word}", "20.00")]
    assert [one["text"] for one in preview["warnings"]] == [f"Still unpaid: {waiting['number']} ($20.00)."]
    assert (waiting["state"], settled["state"]) == ("pending_validation", state)


def test_a_charge_of_an_unpaid_invoice_that_is_declined_is_not_called_charged(billing: Cancelling) -> None:
    customer = billing.subscribe(
        "P20_usd", "2026-05-01", behaviour={"from": "2026-05-01", "code": "do_not_honor"}
    )
    billing.go_to("2026-05-11")
    preview = billing.cancel(customer, open_invoices="collect")
    [invoice] = billing.invoices(customer)
    assert lines(preview) == [(f"{invoice['number']} declined", "20.00")]
    assert codes(preview) == ["payment_fails"] and invoice["state"] == "ready_for_payment"


def test_the_amount_has_what_is_written_off_besides_what_is_given_back(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", automatic_payment=False)
    billing.go_to("2026-06-11")
    paid = next(one for one in billing.invoices(customer) if one["date"] == "2026-06-01")
    billing.do(
        "record_payment", customer, invoice_id=paid["id"], amount=paid["open"], on="2026-06-10", reference="x"
    )
    preview = billing.cancel(customer, unused_time="prorated_credit", open_invoices="write_off")
    assert preview["amount"]["amount"] == "33.33"  # 13.33 for 20 of 30 days, and 20.00


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("collect", "Undoing the cancellation does not refund the charge."),
        ("write_off", "Undoing the cancellation does not undo the write-off."),
    ],
)
def test_what_undoing_a_later_cancellation_leaves_is_said(billing: Cancelling, how: str, said: str) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", behaviour=DECLINED)
    billing.go_to("2026-05-11")
    preview = billing.cancel(customer, when="period_end", open_invoices=how)
    assert said in [warning["text"] for warning in preview["warnings"]]
    assert amounts(preview["due_now"]) == (["20.00"] if how == "collect" else [])


def test_credit_that_is_refunded_at_a_later_end_is_named(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    billing.do("grant_credit", customer, amount={"amount": "5.00", "currency": "usd"})
    preview = billing.cancel(customer, when="period_end", credits="refund")
    [warning] = preview["warnings"]
    assert warning["text"] == "Account credit that is left on 1 Jun 2026 is refunded then; it is $5.00 now."
    billing.go_to("2026-06-02")
    assert [one["money"]["amount"] for one in billing.read("refunds", customer)] == ["5.00"]


def test_an_unpaid_period_has_no_unused_paid_time_unless_it_is_charged_first(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", behaviour=DECLINED)
    billing.go_to("2026-05-11")
    for how in ("prorated_credit", "prorated_refund", "full_refund"):
        assert billing.asked(customer, unused_time=how)["refused"]["code"] == "not_refundable"
    preview = billing.cancel(customer, unused_time="prorated_refund", open_invoices="collect")
    assert (preview["amount"]["amount"], amounts(preview["due_now"])) == ("13.55", ["20.00"])
    assert [one["money"]["amount"] for one in billing.read("refunds", customer)] == ["13.55"]


def test_account_credit_is_kept_or_refunded(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    billing.do("grant_credit", customer, amount={"amount": "5.00", "currency": "usd"})
    assert billing.asked(customer)["amount"] is None
    preview = billing.cancel(customer, credits="refund")
    assert lines(preview) == [("Account credit refunded to Visa ••4242", "5.00")]
    assert billing.read("wallets", customer)[0]["balance"] == "0.00"
    [refund] = billing.read("refunds", customer)
    assert refund["money"]["amount"] == "5.00"


def test_no_more_is_refunded_than_was_paid(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    billing.do("grant_credit", customer, amount={"amount": "50.00", "currency": "usd"})
    assert billing.asked(customer, credits="refund")["refused"]["code"] == "exceeds_refundable"
    [payment] = billing.read("payments", customer)
    billing.do("refund", customer, payment_id=payment["id"], mode="amount",
               amount={"amount": "15.00", "currency": "usd"})  # fmt: skip
    refused = billing.asked(customer, unused_time="prorated_refund")["refused"]
    assert (refused["code"], refused["limit"]["amount"]) == ("exceeds_refundable", "5.00")


# ── later ──
def test_at_the_end_of_the_period_and_undone(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    preview = billing.cancel(customer, when="period_end")
    assert (preview["amount"], preview["next_invoice"], preview["reversible"]["by"]) == (
        None, None, "undo_cancel",
    )  # fmt: skip
    assert billing.read("contracts", customer)[0]["cancel_at"] == "2026-06-01"
    again = billing.asked(customer)["refused"]
    assert again["code"] == "already_canceled"
    undone = billing.do("undo_cancel", customer)
    assert undone["next_invoice"] == {"date": "2026-06-01", "total": {"amount": "20.00", "currency": "usd"}}
    assert billing.preview("undo_cancel", customer)["refused"]["code"] == "not_canceling"
    billing.go_to("2026-06-01")
    assert billing.invoices(customer)[0]["total"]["amount"] == "20.00"
    billing.cancel(customer, when="period_end")
    billing.go_to("2026-08-01")
    assert len(billing.invoices(customer)) == 2
    assert billing.preview("undo_cancel", customer)["refused"]["code"] == "not_canceling"


@pytest.mark.parametrize(("how", "refunded", "credited"), [
    ("none", [], None), ("prorated_refund", ["7.10"], None), ("prorated_credit", [], "7.10"),
])  # fmt: skip
def test_on_a_date_what_was_promised_is_done_on_that_day(
    billing: Cancelling, how: str, refunded: list[str], credited: str | None
) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    preview = billing.cancel(customer, when="date", date="2026-05-21", unused_time=how)
    promised = preview["amount"] and preview["amount"]["amount"]
    assert promised == (credited or (refunded[0] if refunded else None))  # 20.00 × 11 / 31
    assert billing.read("refunds", customer) == billing.read("credits", customer) == []
    billing.go_to("2026-05-21")
    [contract] = billing.read("contracts", customer)
    assert (contract["status"], contract["end"]) == ("canceled", "2026-05-21")
    assert [one["money"]["amount"] for one in billing.read("refunds", customer)] == refunded
    wallets = billing.read("wallets", customer)
    assert (wallets[0]["balance"] if wallets else None) == credited


def test_a_promised_refund_is_never_more_than_is_left_of_the_charge(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    billing.cancel(customer, when="date", date="2026-05-21", unused_time="prorated_refund")
    [payment] = billing.read("payments", customer)
    billing.do("refund", customer, payment_id=payment["id"], mode="amount",
               amount={"amount": "15.00", "currency": "usd"})  # fmt: skip
    billing.go_to("2026-05-21")
    assert [one["money"]["amount"] for one in billing.read("refunds", customer)] == ["5.00", "15.00"]
    assert billing.read("wallets", customer) == []


def test_a_promised_refund_of_a_disputed_payment_becomes_credit(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    billing.cancel(customer, when="date", date="2026-05-21", unused_time="prorated_refund")
    billing.dispute(customer)
    billing.go_to("2026-05-21")
    assert billing.read("refunds", customer) == []
    assert billing.read("wallets", customer)[0]["balance"] == "7.10"


def test_nothing_is_given_back_while_a_payment_is_disputed(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    billing.dispute(customer)
    for how in ("prorated_credit", "prorated_refund"):
        assert billing.asked(customer, unused_time=how)["refused"]["code"] == "disputed"
    assert billing.asked(customer)["refused"] is None


def test_time_that_was_refunded_before_is_not_credited_again(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    billing.cancel(customer, when="date", date="2026-05-21", unused_time="prorated_credit")
    [payment] = billing.read("payments", customer)
    billing.do("refund", customer, payment_id=payment["id"], mode="full")
    billing.go_to("2026-05-21")
    assert (billing.read("wallets", customer), len(billing.read("refunds", customer))) == ([], 1)


# ── notice, scheduled changes, rules ──
def test_a_notice_period_decides_the_earliest_end(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", notice_period_days=30)
    billing.go_to("2026-05-11")
    for members in ({"when": "now"}, {"when": "date", "date": "2026-06-09"}):
        refused = billing.asked(customer, **members)["refused"]
        assert refused["message"] == "The notice period is 30 days: 10 Jun 2026 is the earliest end."
    assert billing.asked(customer, when="date", date="2026-06-10")["refused"] is None
    preview = billing.cancel(customer, when="period_end")
    assert billing.read("contracts", customer)[0]["cancel_at"] == "2026-07-01"
    assert preview["next_invoice"]["date"] == "2026-06-01"
    billing.go_to("2026-08-01")
    assert len(billing.invoices(customer)) == 2
    assert billing.read("contracts", customer)[0]["end"] == "2026-07-01"


def test_a_scheduled_change_does_not_happen_unless_the_cancellation_is_undone(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    billing.do("change_plan", customer, to="P40_usd", when="period_end")
    late = billing.asked(customer, when="date", date="2026-06-02")["refused"]
    assert late["code"] == "scheduled_change_exists"
    preview = billing.cancel(customer, when="period_end")
    text = "The change to P40 scheduled for 1 Jun 2026 will not happen."
    assert [warning["text"] for warning in preview["warnings"]] == [text]
    undone = billing.do("undo_cancel", customer)
    assert (codes(undone), undone["next_invoice"]["total"]["amount"]) == (["scheduled_change"], "40.00")
    billing.cancel(customer, when="period_end")
    billing.go_to("2026-06-02")
    assert [one["status"] for one in billing.read("contracts", customer)] == ["canceled"]


def test_a_trial_has_no_paid_time(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", trial_days=14)
    billing.go_to("2026-05-11")
    assert billing.asked(customer, unused_time="prorated_credit")["refused"]["code"] == "amount_zero"
    billing.cancel(customer, when="period_end")
    billing.go_to("2026-06-01")
    assert (billing.read("contracts", customer)[0]["end"], billing.invoices(customer)) == ("2026-05-15", [])


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"when": "date", "date": "2026-05-11"}, "date_in_past"),
        ({"when": "date", "date": "2026-06-02", "unused_time": "prorated_credit"}, "date_after_period"),
        ({"when": "period_end", "unused_time": "prorated_refund"}, "date_after_period"),
    ],
)
def test_rules_of_a_cancellation(billing: Cancelling, members: dict[str, Any], code: str) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    assert billing.asked(customer, **members)["refused"]["code"] == code


@pytest.mark.parametrize(
    ("price", "end", "charged"),
    [
        ("P20_usd", "2026-06-01", None),
        ("P20_usd", "2026-06-02", "1 Jun 2026"),
        ("P20_usd", "2026-07-01", None),
        ("P200_usd", "2027-05-02", "1 May 2027"),
    ],
)
def test_an_end_within_a_later_period_warns_that_it_is_charged_in_full(
    billing: Cancelling, price: str, end: str, charged: str | None
) -> None:
    customer = billing.subscribe(price, "2026-05-01")
    billing.go_to("2026-05-11")
    this = {"when": "date", "date": end}
    warned = [one for one in billing.asked(customer, **this)["warnings"] if one["code"] == "charged_in_full"]
    assert [charged in one["text"] for one in warned] == ([] if charged is None else [True])
    refused = billing.asked(customer, **this, unused_time="prorated_credit")["refused"]
    assert ("No paid time is left" in refused["message"]) is (charged is None)
    if charged is not None and price == "P20_usd":
        billing.cancel(customer, **this)
        billing.go_to("2026-07-02")
        assert amounts([one["total"] for one in billing.invoices(customer)]) == ["20.00", "20.00"]


def test_the_31st_ends_on_the_last_day_of_a_shorter_month(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2028-01-31")
    billing.go_to("2028-02-10")
    billing.cancel(customer, when="period_end")
    assert billing.read("contracts", customer)[0]["cancel_at"] == "2028-02-29"


def test_credit_warns_of_a_disputed_payment(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    [invoice] = billing.invoices(customer)
    money = {"amount": "5.00", "currency": "usd"}
    lines = [{"line_id": invoice["lines"][0]["id"], "amount": money}]

    def warned() -> list[tuple[str, bool]]:
        granted = billing.preview("grant_credit", customer, amount=money)
        noted = billing.preview(
            "issue_credit_note", customer, invoice_id=invoice["id"], lines=lines, to="credit"
        )
        return [(one["code"], one["confirm"]) for one in (*granted["warnings"], *noted["warnings"])]

    assert warned() == []
    billing.dispute(customer)
    assert warned() == [("disputed", False), ("disputed", True)]


def test_of_several_payments_that_are_refunded_each_has_its_day(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-02")
    with billing.store.write() as tx, clock.changing(tx, customer) as (account, _at):
        [paid] = account.payments
        account.payments.append(replace(paid, id="Pay_other", amount=500, at="2026-05-02T06:00:00Z"))
        paid.amount -= 500
    preview = billing.asked(customer, unused_time="full_refund")
    labels = [each["label"] for each in preview["changes"] if each["path"].startswith("payment/")]
    assert labels == [f"Still refundable (payment of {day} May 2026)" for day in (1, 2)]
