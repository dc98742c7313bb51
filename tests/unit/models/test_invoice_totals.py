"""The sums of an invoice: they add up to the total, also where taxes are added and included at once."""

from __future__ import annotations

from itertools import islice
from typing import Any

from tests.support.anna import INVOICE, LINE, eur
from tests.support.billing_parts import credit_note
from tests.support.generated_invoices import generated_invoices
from wbtui.models.invoice import InvoiceState, Tax
from wbtui.models.invoice_totals import invoice_totals
from wbtui.models.money import Money


def shown(**changes: Any) -> dict[str, Money | None]:
    return dict(invoice_totals(INVOICE.model_copy(update=changes)))


def test_tax_is_added_or_included_or_both() -> None:
    assert shown(tax=eur(900), subtotal=eur(4000))["Tax"] == eur(900)
    assert shown(tax=eur(782))["incl. tax"] == eur(782)
    inside = LINE.model_copy(update={"tax": Tax(rate="0.19", mode="inclusive", money=eur(500), name=None)})
    both = shown(tax=eur(1000), subtotal=eur(4500), discount=eur(100), lines=(inside,))
    assert (both["Tax"], both["incl. tax"], both["Discount"]) == (eur(500), eur(500), eur(-100))
    assert shown(tax=Money(1, "usd"))["Tax"] == Money(1, "usd")
    assert shown(tax=None)["Tax"] is None


def test_what_credit_notes_lowered_is_between_the_total_and_what_is_open() -> None:
    notes = (credit_note(5, to="invoice", money=eur(500)), credit_note(7, to="credit", money=eur(700)))
    assert shown(credit_notes=notes)["Credit notes"] == eur(500)
    assert "Credit notes" not in shown(credit_notes=notes[1:])


def test_what_is_no_longer_to_be_paid_is_named() -> None:
    off = {"state": InvoiceState.WRITTEN_OFF, "open": eur(0), "credited": eur(0)}
    notes = (credit_note(5, to="invoice", money=eur(500)), credit_note(7, to="credit", money=eur(700)))
    assert shown(**off, paid=eur(1000), credit_notes=notes)["Written off"] == eur(3400)
    assert "Written off" not in shown(**off, paid=eur(4900))
    assert shown(**off, paid=None)["Written off"] is None
    assert shown(state=InvoiceState.VOIDED, open=eur(0), credited=eur(300), paid=eur(0))["Voided"] == eur(
        4600
    )


def test_the_sums_of_generated_invoices_add_up() -> None:
    seen = set()
    for invoice in islice(generated_invoices(seed=11), 200):
        sums = {label: money.minor for label, money in invoice_totals(invoice) if money is not None}
        assert sums["Subtotal"] + sums.get("Discount", 0) + sums.get("Tax", 0) == sums["Total"]
        settled = ("Credit notes", "Account credit", "Paid", "Voided", "Written off")
        assert sums["Total"] - sum(sums.get(label, 0) for label in settled) == sums["Open"]
        seen.add(("Tax" in sums, "incl. tax" in sums))
    assert {(True, False), (False, True), (True, True)} <= seen
