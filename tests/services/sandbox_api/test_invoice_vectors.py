"""Void, write off, recorded payments and charges again, computed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.billing import Billing, amounts
from wbtui.models.money import Money
from wbtui.sandbox.engine import clock
from wbtui.sandbox.engine.records import Method
from wbtui.sandbox.problems import Problem

DECLINING = {"from": "2026-05-01", "code": "insufficient_funds"}


def usd(amount: str, currency: str = "usd") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def unpaid(billing: Billing, price: str = "P20_usd", **more: Any) -> tuple[str, dict[str, Any]]:
    """A customer whose card declined the invoice of 1 May, and that invoice."""
    customer = billing.subscribe(price, "2026-05-01", behaviour=DECLINING, **more)
    [invoice] = billing.invoices(customer)
    return customer, invoice


def changed(preview: dict[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    """Before and after by member, of what a preview changes."""
    return {each["path"].split("/")[2]: (each["before"], each["after"]) for each in preview["changes"]}


# ── void ──
def test_a_void_invoice_is_not_owed_and_never_charged_again(billing: Billing) -> None:
    customer, invoice = unpaid(billing)
    preview = billing.do("void_invoice", customer, invoice_id=invoice["id"])
    assert preview["amount"] == usd("20.00")
    changes = changed(preview)
    assert changes["state"] == ("ready_for_payment", "voided")
    assert changes["open"] == ("20.00 usd", "0.00 usd")
    assert changes["owed.usd"][0] == "20.00 usd"
    assert changes["next_retry"] == ("2026-05-08T06:00:00Z", None)
    billing.go_to("2026-05-20")
    [same] = billing.invoices(customer)
    assert (same["state"], len(same["attempts"])) == ("voided", 1)
    again = billing.preview("void_invoice", customer, invoice_id=invoice["id"])["refused"]
    assert again["code"] == "invoice_void"


def test_a_void_invoice_returns_the_credit_and_the_next_invoice_uses_it(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-04-01", behaviour=DECLINING)
    billing.do("grant_credit", customer, amount=usd("5.00"))
    billing.go_to("2026-05-02")
    invoice = billing.invoices(customer)[0]
    assert amounts([invoice["total"], invoice["credited"], invoice["open"]]) == ["20.00", "5.00", "15.00"]
    preview = billing.do("void_invoice", customer, invoice_id=invoice["id"])
    assert [line["money"]["amount"] for line in preview["lines"]] == ["15.00", "5.00"]
    assert changed(preview)["balance"] == ("0.00", "5.00")
    billing.go_to("2026-06-02")
    invoice = billing.invoices(customer)[0]
    assert amounts([invoice["total"], invoice["credited"], invoice["open"]]) == ["20.00", "5.00", "15.00"]


def test_a_partly_paid_invoice_cannot_be_voided_but_written_off(billing: Billing) -> None:
    customer, invoice = unpaid(billing)
    billing.do("record_payment", customer, invoice_id=invoice["id"], amount=usd("7.50"), on="2026-05-01",
               reference="Cash")  # fmt: skip
    refused = billing.preview("void_invoice", customer, invoice_id=invoice["id"])["refused"]
    assert refused["code"] == "invoice_partly_paid"
    preview = billing.do("write_off_invoice", customer, invoice_id=invoice["id"])
    assert preview["amount"] == usd("12.50")


def test_a_partly_paid_invoice_can_be_voided_once_that_is_paid_back(billing: Billing) -> None:
    customer, invoice = unpaid(billing)
    billing.do("record_payment", customer, invoice_id=invoice["id"], amount=usd("7.50"), on="2026-05-01",
               reference="Cash")  # fmt: skip
    payment = billing.invoices(customer)[0]["payments"][0]["id"]
    for part, allowed in (("5.00", False), ("2.50", True)):
        billing.do("record_external_refund", customer, payment_id=payment, amount=usd(part), reference="Cash")
        assert (
            billing.preview("void_invoice", customer, invoice_id=invoice["id"])["refused"] is None
        ) is allowed
    preview = billing.do("void_invoice", customer, invoice_id=invoice["id"])
    assert preview["amount"] == usd("12.50")
    [same] = billing.invoices(customer)
    assert (same["state"], *amounts([same["paid"], same["refunded"], same["open"]])) == (
        "voided", "7.50", "7.50", "0.00",
    )  # fmt: skip


# ── write off ──
@pytest.mark.parametrize(
    ("price", "country", "open"),
    [("P20_usd", "US", "20.00"), ("P20_eur", "DE", "23.80"), ("P10_jpy", "US", "1000")],
)
def test_what_is_open_is_written_off_and_no_longer_collected(
    billing: Billing, price: str, country: str, open: str
) -> None:
    customer, invoice = unpaid(billing, price, country=country)
    currency = price[-3:]
    preview = billing.do("write_off_invoice", customer, invoice_id=invoice["id"])
    assert preview["amount"] == usd(open, currency)
    assert changed(preview)["state"] == ("ready_for_payment", "written_off")
    assert billing.read("row", customer)["owed"] == []
    billing.go_to("2026-05-20")
    [same] = billing.invoices(customer)
    assert (same["state"], len(same["attempts"])) == ("written_off", 1)


# ── record payment ──
@pytest.mark.parametrize(
    ("price", "country", "part", "rest"),
    [
        ("P20_usd", "US", "7.50", "12.50"),
        ("P20_eur", "DE", "10.00", "13.80"),  # 20.00 + 19 %
        ("P10_jpy", "US", "700", "300"),
    ],
)
def test_two_payments_settle_an_invoice(
    billing: Billing, price: str, country: str, part: str, rest: str
) -> None:
    customer, invoice = unpaid(billing, price, country=country)
    currency = price[-3:]
    billing.go_to("2026-05-05")
    this = {"invoice_id": invoice["id"], "reference": "Transfer 1"}
    first = billing.do("record_payment", customer, **this, on="2026-05-03", amount=usd(part, currency))
    assert changed(first)["open"] == (f"{invoice['open']['amount']} {currency}", f"{rest} {currency}")
    [now] = billing.invoices(customer)
    assert now["payments"][0]["at"] == "2026-05-03T06:00:00Z"
    assert now["payments"][0]["external_reference"] == "Transfer 1"
    more = usd("301" if currency == "jpy" else "99.00", currency)
    refused = billing.preview("record_payment", customer, **this, on="2026-05-05", amount=more)["refused"]
    assert (refused["code"], refused["limit"]) == ("exceeds_invoice_total", usd(rest, currency))
    billing.do("record_payment", customer, **this, on="2026-05-05", amount=usd(rest, currency))
    [now] = billing.invoices(customer)
    assert (now["state"], now["next_retry"], now["open"]["amount"][0]) == ("paid", None, "0")
    refused = billing.preview(
        "record_payment", customer, **this, on="2026-05-05", amount=usd(rest, currency)
    )["refused"]
    assert refused["code"] == "invoice_paid"


def test_the_rest_is_charged_by_the_next_retry(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", behaviour={**DECLINING, "until": "2026-05-07"})
    [invoice] = billing.invoices(customer)
    billing.do("record_payment", customer, invoice_id=invoice["id"], amount=usd("7.50"), on="2026-05-01",
               reference="Cash")  # fmt: skip
    billing.go_to("2026-05-09")
    [invoice] = billing.invoices(customer)
    assert amounts([each["money"] for each in invoice["payments"]]) == ["12.50", "7.50", "20.00"]
    assert invoice["state"] == "paid"


@pytest.mark.parametrize(
    ("members", "code"),
    [({"amount": usd("0.00")}, "amount_zero"), ({"amount": usd("5.00", "eur")}, "currency_mismatch")],
)
def test_a_payment_that_cannot_be_recorded_is_refused(
    billing: Billing, members: dict[str, Any], code: str
) -> None:
    customer, invoice = unpaid(billing)
    this = {"invoice_id": invoice["id"], "on": "2026-05-01", "reference": "Cash", **members}
    assert billing.preview("record_payment", customer, **this)["refused"]["code"] == code


def test_a_payment_of_tomorrow_is_said_at_its_day(billing: Billing) -> None:
    customer, invoice = unpaid(billing)
    with pytest.raises(Problem) as caught:
        billing.preview("record_payment", customer, invoice_id=invoice["id"], amount=usd("5.00"),
                        on="2026-05-02", reference="Cash")  # fmt: skip
    assert caught.value.fields == {"on": "The day is in the future."}


# ── send by e-mail ──
def test_an_invoice_and_the_receipt_of_a_paid_one_are_sent(billing: Billing) -> None:
    customer, invoice = unpaid(billing)
    this = {"invoice_id": invoice["id"]}
    preview = billing.do("send_invoice_email", customer, **this, what="invoice")
    assert preview["emails"] == [f"invoice {invoice['number']} to ada@example.com"]
    [now] = billing.invoices(customer)
    assert (now["emails"][-1]["what"], now["emails"][-1]["to"]) == ("invoice", "ada@example.com")
    twice = billing.preview("send_invoice_email", customer, **this, what="invoice")
    assert len(twice["lookalikes"]) == 1
    with pytest.raises(Problem) as caught:
        billing.preview("send_invoice_email", customer, **this, what="receipt")
    assert list(caught.value.fields) == ["what"]
    with pytest.raises(Problem) as caught:
        billing.preview("send_invoice_email", customer, **this, what="invoice", to="nobody")
    assert caught.value.fields == {"to": "Enter an e-mail address such as name@example.com."}
    billing.do("void_invoice", customer, **this)
    refused = billing.preview("send_invoice_email", customer, **this, what="invoice")["refused"]
    assert refused["code"] == "invoice_void"


@pytest.mark.parametrize(("on", "codes"), [("2026-04-30", ["paid_before_invoice"]), ("2026-05-01", [])])
def test_a_payment_from_before_the_invoice_has_a_warning(billing: Billing, on: str, codes: list[str]) -> None:
    customer, invoice = unpaid(billing)
    this = {"invoice_id": invoice["id"], "amount": usd("5.00"), "reference": "SEPA 1"}
    warnings = billing.preview("record_payment", customer, **this, on=on)["warnings"]
    assert [warning["code"] for warning in warnings] == codes


# ── retry payment ──
def second_card(billing: Billing, customer: str, **behaviour: Any) -> str:
    """Add a card that is charged last; return its id."""
    with billing.store.write() as tx, clock.changing(tx, customer) as (account, at):
        card = Method(account.engine.new_id("Pm"), customer, "card", "mastercard", "5556", None,
                      "active", None, 2, "stripe", at, behaviour)  # fmt: skip
        account.methods.append(card)
        return card.id


@pytest.mark.parametrize(
    ("price", "country", "amount", "paid", "rest"),
    [
        ("P20_usd", "US", None, "20.00", "0.00"),
        ("P20_eur", "DE", "10.00", "10.00", "13.80"),  # of 20.00 + 19 %
        ("P10_jpy", "US", "400", "400", "600"),
    ],
)
def test_an_invoice_is_charged_to_another_card(
    billing: Billing, price: str, country: str, amount: str | None, paid: str, rest: str
) -> None:
    customer, invoice = unpaid(billing, price, country=country)
    currency = price[-3:]
    this: dict[str, Any] = {"invoice_id": invoice["id"], "method_id": second_card(billing, customer)}
    if amount is not None:
        this["amount"] = usd(amount, currency)
    billing.go_to("2026-05-03")
    preview = billing.do("retry_payment", customer, **this)
    assert preview["amount"] == usd(paid, currency)
    assert preview["emails"] == ["receipt to ada@example.com"]
    left = "" if amount is None else f"; {Money.parse(rest, currency)} remains to pay"
    assert preview["customer_sentence"].endswith(f" for invoice {invoice['number']}{left}.")
    [now] = billing.invoices(customer)
    assert amounts([now["paid"], now["open"]]) == [paid, rest]
    assert now["payments"][0]["method"]["last_digits"] == "5556"
    # What is left is still charged on the day that was planned.
    assert now["next_retry"] == (None if amount is None else "2026-05-08T06:00:00Z")


def test_a_decline_is_said_and_nothing_is_attempted(billing: Billing) -> None:
    customer, invoice = unpaid(billing)
    billing.go_to("2026-05-03")
    refused = billing.preview("retry_payment", customer, invoice_id=invoice["id"])["refused"]
    assert refused["code"] == "payment_declined"
    assert refused["message"] == "Visa ••4242 is declined: insufficient funds. Nothing is charged."
    hard = second_card(billing, customer, **{**DECLINING, "code": "lost_card"})
    refused = billing.preview("retry_payment", customer, invoice_id=invoice["id"], method_id=hard)["refused"]
    assert "Choose another payment method." in refused["message"]
    assert len(billing.invoices(customer)[0]["attempts"]) == 1


def test_a_charge_within_the_hour_of_the_last_attempt_has_to_be_confirmed(billing: Billing) -> None:
    customer, invoice = unpaid(billing)
    this = {"invoice_id": invoice["id"], "method_id": second_card(billing, customer)}
    billing.go_to("2026-05-01", "06:59:00")
    [warned] = billing.preview("retry_payment", customer, **this)["warnings"]
    assert (warned["code"], warned["confirm"]) == ("recent_attempt", True)
    billing.go_to("2026-05-01", "07:01:00")
    assert billing.preview("retry_payment", customer, **this)["warnings"] == []


def test_a_recorded_payment_is_no_attempt_to_charge(billing: Billing) -> None:
    customer, invoice = unpaid(billing)
    billing.go_to("2026-05-03")
    billing.do("record_payment", customer, invoice_id=invoice["id"], amount=usd("7.50"), on="2026-05-03",
               reference="Cash")  # fmt: skip
    [now] = billing.invoices(customer)
    assert [each["status"] for each in now["attempts"]] == ["failed"]
    recorded, failed = now["payments"]
    assert (recorded["external_reference"], failed["next_retry"]) == ("Cash", "2026-05-08T06:00:00Z")
    this = {"invoice_id": invoice["id"], "method_id": second_card(billing, customer)}
    preview = billing.preview("retry_payment", customer, **this)
    assert (preview["warnings"], preview["lines"][0]["explanation"]) == ([], "of $12.50 open; attempt 2")
    # It takes none of the four attempts.
    billing.go_to("2026-06-20")
    [now] = billing.invoices(customer)[-1:]
    assert (len(now["attempts"]), len(now["payments"])) == (4, 5)


def test_the_bank_asks_the_customer_to_confirm(billing: Billing) -> None:
    customer, invoice = unpaid(billing)
    asks = second_card(billing, customer, **{**DECLINING, "code": "authentication_required"})
    this = {"invoice_id": invoice["id"], "method_id": asks}
    billing.go_to("2026-05-03")
    preview = billing.do("retry_payment", customer, **this)
    assert [one["code"] for one in preview["warnings"]] == ["needs_confirmation"]
    assert preview["customer_sentence"].endswith("Please confirm it with your bank.")
    [now] = billing.invoices(customer)
    assert (now["payments"][0]["status"], now["open"]["amount"]) == ("requires_action", "20.00")


def test_a_retry_ends_as_previewed_where_the_attempt_decides(billing: Billing) -> None:
    """Half of the attempts are declined, by the id of the invoice and the number of the attempt."""
    behaviour = {"rate": 5000, "code": "card_declined"}
    ends = set()
    for _ in range(20):
        customer = billing.subscribe("P20_usd", "2026-05-01", behaviour=behaviour)
        [invoice] = billing.invoices(customer)
        if invoice["state"] == "paid":
            continue
        if billing.preview("retry_payment", customer, invoice_id=invoice["id"])["refused"] is None:
            billing.do("retry_payment", customer, invoice_id=invoice["id"])
            ends.add(billing.invoices(customer)[0]["state"])
        else:
            ends.add("refused")
    assert ends == {"paid", "refused"}
