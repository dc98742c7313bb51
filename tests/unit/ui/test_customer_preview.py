"""Lines of the customer preview, which the overview shows, too."""

from __future__ import annotations

from datetime import date

from rich.cells import cell_len

from tests.support.anna import INVOICE, eur, row_of
from wbtui.models.invoice import InvoiceState
from wbtui.ui.widgets.customer_preview import invoice_lines

TODAY = date(2026, 11, 26)


def lines_of(*invoices: tuple[str, int]) -> list[str]:
    """Return the lines of invoices with these numbers and totals."""
    found = [
        row_of(INVOICE).model_copy(update={"id": f"Inv_{n}", "number": number, "total": eur(total)})
        for n, (number, total) in enumerate(invoices)
    ]
    return [line.plain for line in invoice_lines(found, (), TODAY, 10)]


def test_amounts_are_aligned_whatever_the_numbers() -> None:
    lines = lines_of(("INV-9", 4900), ("INV-0041", 12_004_900), ("请求-1", 0))
    assert len({cell_len(line.partition("  14 Nov")[0]) for line in lines}) == 1
    assert all(line.endswith(" · paid") for line in lines)


def test_a_very_long_number_is_whole_and_moves_only_its_own_amount() -> None:
    long = "INV-" + "7" * 60
    lines = lines_of((long, 100), ("INV-9", 200))
    assert any(f"{long}  €1.00" in line for line in lines)
    assert min(map(len, lines)) < 60


def test_a_partly_paid_one_says_what_is_open() -> None:
    unpaid = row_of(INVOICE).model_copy(
        update={"state": InvoiceState.READY_FOR_PAYMENT, "total": eur(4900), "due": date(2026, 12, 1)}
    )
    for left, end in ((eur(4900), "open"), (eur(900), "€9.00 open"), (None, "open")):
        [line] = invoice_lines([unpaid.model_copy(update={"open": left})], (), TODAY, 1)
        assert line.plain.endswith(f" · {end}")


def test_no_invoices_have_no_lines() -> None:
    assert lines_of() == []
