"""Orders of a list of invoices: by date, or by the amounts of one currency first."""

from __future__ import annotations

from tests.support.billing_parts import eur, invoice
from wbtui.models.invoice import InvoiceState
from wbtui.models.invoice_order import InvoiceOrder, in_order
from wbtui.models.money import Money
from wbtui.ui.text.billing import order_mark

OPEN = InvoiceState.READY_FOR_PAYMENT


def test_amounts_of_one_currency_come_first_and_unknown_ones_last() -> None:
    small, large = invoice(1, OPEN, total=eur(100)), invoice(2, OPEN, total=eur(200))
    other, unknown = invoice(3, OPEN, total=Money(900, "chf")), invoice(4, OPEN, open=None)
    every = (unknown, other, small, large)
    assert in_order(every, InvoiceOrder.OPEN, "eur") == [large, small, other, unknown]
    assert in_order(every, InvoiceOrder.OPEN, "chf") == [other, large, small, unknown]
    assert in_order(every, InvoiceOrder.OLDEST, "eur") == [unknown, other, large, small]
    assert order_mark(InvoiceOrder.OPEN, "eur", every) == ", EUR first ↓"
    assert order_mark(InvoiceOrder.OPEN, "eur", (small, large)) == " ↓"
    assert order_mark(InvoiceOrder.OLDEST, "eur", every) == " ↑"
