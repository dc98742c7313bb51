"""Credit that is taken back, computed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.sandbox_api.test_action_vectors import Billing, amounts, billing

__all__ = ["billing"]


def money(amount: str, currency: str = "usd") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def grant(billing: Billing, customer: str, amount: str, currency: str = "usd") -> str:
    """Grant credit; return the id of its entry."""
    billing.do("grant_credit", customer, amount=money(amount, currency))
    entry: dict[str, Any] = billing.read("credits", customer)[0]
    return str(entry["id"])


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
