"""Balances by currency: what is not known is None, never zero."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.support.billing_parts import eur, invoice, ledger, refund, wallet
from tests.support.customers import TODAY, customer
from wbtui.models.balances import Balance, balances
from wbtui.models.invoice import InvoiceState
from wbtui.models.money import Money
from wbtui.models.payment import RefundStatus

USD0, GBP0 = Money.zero("usd"), Money.zero("gbp")
OPEN = InvoiceState.READY_FOR_PAYMENT
NOBODY = customer(1).model_copy(update={"owed": None})


def of(owed: tuple[Money, ...] | None = None, today: date = TODAY, **parts: Any) -> tuple[Balance, ...]:
    none = dict.fromkeys(("invoices", "credits", "wallets", "refunds"))
    return balances(NOBODY.model_copy(update={"owed": owed}), today, **none | parts)


def test_each_figure_is_of_its_part_and_other_currencies_are_zero() -> None:
    late, later = invoice(4, OPEN), invoice(1, OPEN)
    assert of(
        (eur(500), Money(700, "usd")),
        invoices=(later, late, invoice(9), invoice(8, InvoiceState.WRITTEN_OFF)),
        credits=ledger((eur(2500), eur(-500))),
        wallets=(wallet(), wallet("gbp", "3"), wallet("tokens", "12000", virtual=True), wallet("xyz", "1")),
        refunds=(refund(1), refund(2, RefundStatus.PENDING), refund(3, RefundStatus.FAILED)),
    ) == (
        Balance("eur", eur(500), eur(400), eur(2000), eur(2500), eur(300)),
        Balance("usd", Money(700, "usd"), USD0, USD0, USD0, USD0),
        Balance("gbp", GBP0, GBP0, GBP0, Money(300, "gbp"), GBP0),
    )


def test_a_part_that_is_not_available_is_unknown() -> None:
    assert of((eur(500),)) == (Balance("eur", eur(500), None, None, None, None),)
    assert of() == ()
    # Without the sum of the customer's row, the invoices tell it.
    assert of(invoices=(invoice(1, OPEN), invoice(2)))[0].owed == eur(100)
    assert of((), invoices=(), credits=(), wallets=(), refunds=()) == ()


def test_an_amount_that_is_not_known_makes_its_sum_unknown() -> None:
    [balance] = of(invoices=(invoice(4, OPEN, open=None), invoice(5, OPEN)))
    assert (balance.owed, balance.overdue) == (None, None)
    [balance] = of(invoices=(invoice(1, OPEN, open=None), invoice(2)))
    assert (balance.owed, balance.overdue) == (None, eur(0)), "it is not due yet"
    [balance] = of(invoices=(invoice(4, InvoiceState.UNKNOWN), invoice(5, OPEN)))
    assert (balance.owed, balance.overdue) == (None, None), "another state may be paid, too"
    [balance] = of(invoices=(invoice(4, InvoiceState.UNKNOWN, open=eur(0)), invoice(5, OPEN)))
    assert (balance.owed, balance.overdue) == (eur(500), eur(500))
    assert of(wallets=(wallet(balance="1.005"),))[0].wallet is None
    assert of(refunds=(refund(1), refund(2, RefundStatus.UNKNOWN)))[0].refunded is None
    assert of((eur(2**63 - 1), eur(1)))[0].owed is None


@pytest.mark.parametrize(
    ("today", "first"),
    [(date(2026, 11, 22), date(2025, 11, 23)), (date(2028, 2, 29), date(2027, 3, 1)),
     (date(2029, 2, 28), date(2028, 2, 29))],
)  # fmt: skip
def test_refunds_of_twelve_months_count(today: date, first: date) -> None:
    at = datetime(first.year, first.month, first.day, tzinfo=UTC)
    [balance] = of(today=today, refunds=(refund(1, at=at), refund(2, at=at - timedelta(microseconds=1))))
    assert balance.refunded == eur(100)
