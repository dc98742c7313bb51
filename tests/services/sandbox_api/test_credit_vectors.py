"""Credit that is taken back, and credit notes, computed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.billing import Billing, amounts
from tests.support.cancelling import Cancelling, metered
from wbtui.models.money import Money
from wbtui.sandbox.store import Store


def money(amount: str, currency: str = "usd") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def grant(billing: Billing, customer: str, amount: str, currency: str = "usd") -> str:
    """Grant credit; return the id of its entry."""
    billing.do("grant_credit", customer, amount=money(amount, currency))
    entry: dict[str, Any] = billing.read("credits", customer)[0]
    return str(entry["id"])


def test_usage_is_no_part_of_what_remains_to_pay(empty_store: Store) -> None:
    billing = Cancelling(empty_store)
    customer = metered(billing)  # 5.00 of usage so far
    preview = billing.do("grant_credit", customer, amount=money("12.00"))
    left = "Of the next invoice ($10.00 on 1 Jun 2026, without usage), $0.00 remains to pay."
    assert preview["lines"][0]["explanation"] == f"The balance becomes $12.00. {left}"
    billing.go_to("2026-06-01")
    invoice = billing.invoices(customer)[0]
    assert amounts([invoice["total"], invoice["credited"], invoice["paid"]]) == ["15.00", "12.00", "3.00"]


def test_lines_that_find_nothing_left_of_what_was_paid_are_refused_for_that(empty_store: Store) -> None:
    billing = Cancelling(empty_store)
    customer = metered(billing)
    billing.do("grant_credit", customer, amount=money("12.00"))
    billing.go_to("2026-06-01")
    invoice = billing.invoices(customer)[0]  # usage of 5.00 and 10.00, of which 3.00 were charged
    this = {"invoice_id": invoice["id"], "to": "credit"}
    every = [{"line_id": each["id"]} for each in invoice["lines"]]
    refused = billing.preview("issue_credit_note", customer, **this, lines=every)["refused"]
    text = "Only $3.00 can be credited or refunded here, and the lines before take all of it."
    assert (refused["code"], refused["message"]) == ("exceeds_refundable", text)
    assert billing.preview("issue_credit_note", customer, **this, lines=every[1:])["amount"] == money("3.00")


# ── reverse credit ──
@pytest.mark.parametrize(
    ("price", "given", "taken", "left"),
    [
        ("P20_usd", "15.00", None, "0.00"),
        ("P20_usd", "15.00", "4.99", "10.01"),
        ("P10_jpy", "700", "300", "400"),
    ],
)
def test_the_next_invoice_uses_what_was_not_taken_back(
    billing: Billing, price: str, given: str, taken: str | None, left: str
) -> None:
    currency = price[-3:]
    customer = billing.subscribe(price, "2026-05-01")
    credit = grant(billing, customer, given, currency)
    part = {} if taken is None else {"amount": money(taken, currency)}
    preview = billing.do("reverse_credit", customer, credit_id=credit, **part)
    assert preview["amount"] == money(taken or given, currency)
    [change] = preview["changes"]
    assert (change["before"], change["after"]) == (given, left)
    assert billing.read("wallets", customer)[0]["balance"] == left
    billing.go_to("2026-06-02")
    assert billing.invoices(customer)[0]["credited"]["amount"] == left


def test_only_what_no_invoice_has_used_can_be_taken_back(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    credit = grant(billing, customer, "25.00")
    billing.go_to("2026-06-02")  # 20.00 of it are used
    refused = billing.preview("reverse_credit", customer, credit_id=credit, amount=money("5.01"))["refused"]
    assert (refused["code"], refused["limit"]) == ("credit_consumed", money("5.00"))
    preview = billing.do("reverse_credit", customer, credit_id=credit)
    assert preview["amount"] == money("5.00")
    assert (
        billing.preview("reverse_credit", customer, credit_id=credit)["refused"]["code"] == "credit_consumed"
    )
    applied = next(one for one in billing.read("credits", customer) if one["kind"] == "applied")
    refused = billing.preview("reverse_credit", customer, credit_id=applied["id"])["refused"]
    assert refused["code"] == "nothing_to_do"
    billing.go_to("2026-07-02")
    invoice = billing.invoices(customer)[0]
    assert amounts([invoice["credited"], invoice["paid"]]) == ["0.00", "20.00"]


# ── credit note ──
DECLINING = {"from": "2026-05-01", "code": "insufficient_funds"}


def line(invoice: dict[str, Any], amount: str | None = None) -> list[dict[str, Any]]:
    """The first line of an invoice, or an amount of it."""
    part = None if amount is None else {**invoice["total"], "amount": amount}
    return [{"line_id": invoice["lines"][0]["id"], "amount": part}]


@pytest.mark.parametrize(
    ("price", "country", "part", "tax", "open"),
    [
        ("P20_usd", "US", "7.50", "0.00", "12.50"),
        ("P20_eur", "DE", "11.90", "1.90", "11.90"),  # of 20.00 + 19 % = 23.80
        ("P10_jpy", "US", "333", "0", "667"),
    ],
)
def test_an_open_invoice_owes_less_and_the_rest_is_charged(
    billing: Billing, price: str, country: str, part: str, tax: str, open: str
) -> None:
    customer = billing.subscribe(
        price, "2026-05-01", country=country, behaviour={**DECLINING, "until": "2026-05-07"}
    )
    [invoice] = billing.invoices(customer)
    this = {"invoice_id": invoice["id"], "lines": line(invoice, part), "to": "invoice"}
    preview = billing.do("issue_credit_note", customer, **this)
    assert preview["amount"]["amount"] == part
    [note] = billing.read("credit_notes", customer)
    assert (note["to"], note["money"]["amount"], note["tax"]["amount"]) == ("invoice", part, tax)
    assert billing.invoices(customer)[0]["open"]["amount"] == open
    rest = billing.preview("issue_credit_note", customer, **{**this, "lines": line(invoice, open)})
    assert rest["customer_sentence"].endswith("; nothing remains to pay.")
    billing.go_to("2026-05-09")
    [now] = billing.invoices(customer)
    assert (now["state"], now["paid"]["amount"]) == ("paid", open)


@pytest.mark.parametrize(("price", "part", "rest"), [("P20_usd", "5.00", "15.00"), ("P10_jpy", "250", "750")])
def test_of_a_paid_invoice_it_becomes_credit_at_most_once(
    billing: Billing, price: str, part: str, rest: str
) -> None:
    customer = billing.subscribe(price, "2026-05-01")
    [invoice] = billing.invoices(customer)
    this = {"invoice_id": invoice["id"], "to": "credit"}
    first = billing.do("issue_credit_note", customer, **this, lines=line(invoice, part))
    assert first["next_invoice"] == {"date": "2026-06-01", "total": invoice["total"]}
    left = Money.parse(rest, price[-3:])
    assert first["lines"][-1]["explanation"].endswith(f" on 1 Jun 2026), {left} remains to pay")
    assert billing.read("wallets", customer)[0]["balance"] == part
    whole = billing.do("issue_credit_note", customer, **this, lines=line(invoice))
    assert whole["amount"]["amount"] == rest
    refused = billing.preview("issue_credit_note", customer, **this, lines=line(invoice))["refused"]
    assert refused["code"] == "already_refunded"
    billing.go_to("2026-06-02")
    assert billing.invoices(customer)[0]["open"]["amount"][0] == "0"


@pytest.mark.parametrize(
    ("price", "credit", "refund", "both"),
    [
        ("P20_usd", "20.00", "20.00", True),
        ("P20_usd", "5.00", "15.00", False),
        ("P20_usd", "5.00", "15.01", True),
        ("P10_jpy", "250", "751", True),
    ],
)
def test_a_refund_of_what_became_credit_is_warned_of(
    billing: Billing, price: str, credit: str, refund: str, both: bool
) -> None:
    customer = billing.subscribe(price, "2026-05-01")
    [invoice], currency = billing.invoices(customer), price[-3:]
    note = {"invoice_id": invoice["id"], "to": "credit", "lines": line(invoice, credit)}
    billing.do("issue_credit_note", customer, **note)
    [number] = [one["number"] for one in billing.read("credit_notes", customer)]
    shown = Money.parse(credit, currency)
    [payment] = billing.read("payments", customer)
    this = {"payment_id": payment["id"], "amount": money(refund, currency)}
    said = f"{shown} of {invoice['number']} was already given back as credit by credit note {number}."
    for kind, more in (("refund", {"mode": "amount"}), ("record_external_refund", {"reference": "T1"})):
        warnings = billing.preview(kind, customer, **this, **more)["warnings"]
        [warned] = [one for one in warnings if one["code"] == "given_as_credit"]
        assert warned["confirm"] is both
        assert warned["text"] == said + " The customer would have both the credit and the refund." * both
    grant = next(one for one in billing.read("credits", customer) if one["kind"] == "grant")
    billing.do("reverse_credit", customer, credit_id=grant["id"])
    warnings = billing.do("refund", customer, **this, mode="amount")["warnings"]
    assert "given_as_credit" not in [one["code"] for one in warnings]


def test_of_a_paid_invoice_it_becomes_a_refund(billing: Billing) -> None:
    """A part, then what is left; a third is refused (as in money-actions.md §10)."""
    customer = billing.subscribe("P20_eur", "2026-05-01", country="DE")
    [invoice] = billing.invoices(customer)
    this = {"invoice_id": invoice["id"], "to": "refund"}
    first = billing.do("issue_credit_note", customer, **this, lines=line(invoice, "21.40"))
    assert first["amount"]["amount"] == "21.40"
    assert first["lines"][0]["explanation"] == "€21.40 of €23.80 charged. Refund to Visa ••4242"
    second = billing.do("issue_credit_note", customer, **this, lines=line(invoice))
    assert second["amount"]["amount"] == "2.40"  # of 23.80
    [now] = billing.invoices(customer)
    assert amounts([now["refunded"], now["refundable"]]) == ["23.80", "0.00"]
    assert [note["to"] for note in now["credit_notes"]] == ["refund", "refund"]
    third = billing.preview("issue_credit_note", customer, **this, lines=line(invoice))["refused"]
    assert third["code"] == "already_refunded"


@pytest.mark.parametrize("to", ["credit", "refund"])
def test_parts_of_a_line_add_up_to_its_tax(billing: Billing, to: str) -> None:
    """Each of 7.93 and 7.94 has 1.27 tax inside; the last has what is left of 3.80."""
    customer = billing.subscribe("P20_eur", "2026-05-01", country="DE")
    [invoice] = billing.invoices(customer)
    for part, tax in (("7.93", "1.27"), ("7.93", "1.27"), (None, "1.26")):
        this = {"invoice_id": invoice["id"], "to": to, "lines": line(invoice, part)}
        preview = billing.do("issue_credit_note", customer, **this)
        assert preview["lines"][0]["tax"]["amount"] == tax
        assert billing.read("credit_notes", customer)[0]["tax"]["amount"] == tax


def test_the_last_of_several_refunds_of_a_line_has_the_rest_of_its_tax(billing: Billing) -> None:
    customer = billing.subscribe("P20_eur", "2026-05-01", country="DE")
    [invoice], [payment] = billing.invoices(customer), billing.read("payments", customer)
    for part, tax in (("7.93", "1.27"), ("7.93", "1.27"), (None, "1.26")):
        this = {"payment_id": payment["id"], "mode": "lines", "lines": line(invoice, part)}
        assert billing.do("refund", customer, **this)["lines"][0]["tax"]["amount"] == tax


def test_a_refund_with_a_credit_note_takes_no_more_of_a_line_than_notes_have_left(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    [invoice], [payment] = billing.invoices(customer), billing.read("payments", customer)
    note = {"invoice_id": invoice["id"], "to": "credit", "lines": line(invoice, "15.00")}
    billing.do("issue_credit_note", customer, **note)
    this = {"payment_id": payment["id"], "mode": "lines", "adjust_invoice": True}
    much = billing.preview("refund", customer, **this, lines=line(invoice, "5.01"))["refused"]
    assert much["limit"] == money("5.00")
    assert billing.do("refund", customer, **this, lines=line(invoice))["amount"] == money("5.00")


@pytest.mark.parametrize(("to", "code"), [("credit", "not_refundable"), ("refund", "not_refundable")])
def test_of_an_unpaid_invoice_nothing_is_given_back(billing: Billing, to: str, code: str) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", behaviour=DECLINING)
    [invoice] = billing.invoices(customer)
    this = {"invoice_id": invoice["id"], "lines": line(invoice), "to": to}
    assert billing.preview("issue_credit_note", customer, **this)["refused"]["code"] == code


@pytest.mark.parametrize("to", ["credit", "refund"])
def test_of_what_was_refunded_nothing_more_is_given_back(billing: Billing, to: str) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    [invoice] = billing.invoices(customer)
    [payment] = billing.read("payments", customer)
    billing.do("refund", customer, payment_id=payment["id"], invoice_id=invoice["id"], mode="full")
    lines = [{"line_id": invoice["lines"][0]["id"], "amount": money("5.00")}]
    members = {"invoice_id": invoice["id"], "lines": lines, "to": to}
    refused = billing.preview("issue_credit_note", customer, **members)["refused"]
    assert refused["code"] == "already_refunded" and "0.00" not in refused["message"]


def test_more_than_a_line_charged_is_refused_and_a_paid_invoice_cannot_owe_less(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    [invoice] = billing.invoices(customer)
    this = {"invoice_id": invoice["id"]}
    much = billing.preview("issue_credit_note", customer, **this, lines=line(invoice, "20.01"), to="credit")
    assert much["refused"]["limit"] == money("20.00")
    lower = billing.preview("issue_credit_note", customer, **this, lines=line(invoice), to="invoice")
    assert lower["refused"]["code"] == "invoice_paid"
