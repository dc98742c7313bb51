"""Parts of an invoice's lines: those that an agent chooses, and how a preview lists them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from wbtui.models.money import Money
from wbtui.sandbox.actions.bodies import LineAmount
from wbtui.sandbox.actions.effect import Wire, line
from wbtui.sandbox.actions.runner import Run
from wbtui.sandbox.engine import credit_notes, refunds
from wbtui.sandbox.engine.records import CreditNote, Invoice, Refund
from wbtui.sandbox.problems import invalid_fields


def chosen_lines(
    run: Run,
    invoice: Invoice | None,
    chosen: Sequence[LineAmount],
    budget: int,
    left: Mapping[str, int] | None = None,
    *,
    noted: bool = False,
) -> dict[str, int]:
    """Return line id → minor units. A line without an amount takes what is left of it, within the budget.

    `left`: what is left of each line; by default what is not refunded, and where the refund is
    `noted` (has a credit note) not in earlier notes either.

    Raises Problem (invalid) for a line of another invoice, Refused for more than is left of a line.
    """
    if invoice is None:
        raise invalid_fields({"lines": "This payment has no invoice."})
    left = _refundable(run, invoice, noted=noted) if left is None else left
    parts: dict[str, int] = {}
    most = Money(budget, invoice.currency)
    for index, wanted in enumerate(chosen):
        if wanted.line_id not in left:
            raise invalid_fields({f"lines.{index}.line_id": "Not a line of this invoice."})
        rest = Money(left[wanted.line_id], invoice.currency)
        if wanted.amount is None:
            run.refuse_if(rest.minor <= 0, "already_refunded", "Nothing is left of this line.")
            text = f"Only {most} can be credited or refunded here, and the lines before take all of it."
            run.refuse_if(budget <= 0, "exceeds_refundable", text, most)
            part = min(rest.minor, budget)
        else:
            part = run.minor_in(wanted.amount, invoice.currency, "invoice")
            run.refuse_if(part <= 0, "amount_zero", "The amount of a line is zero.")
        run.refuse_if(part > rest.minor, "exceeds_refundable", f"Only {rest} is left of this line.", rest)
        parts[wanted.line_id] = part
        budget -= part
    return parts


def _refundable(run: Run, invoice: Invoice, *, noted: bool) -> dict[str, int]:
    left = refunds.line_remaining(run.account, invoice)
    not_noted = credit_notes.lines_left(run.account, invoice) if noted else left
    return {line_id: min(rest, not_noted[line_id]) for line_id, rest in left.items()}


def line_rows(
    invoice: Invoice, parts: Mapping[str, int], earlier: Iterable[CreditNote | Refund], effect: str = ""
) -> list[Wire]:
    """Return the lines of a preview for parts of an invoice's lines, by line id in minor units.

    `earlier`: the credit notes or refunds that have taken parts before. The last row tells the effect of all.
    """
    rows, taxes = [], credit_notes.line_taxes(invoice, parts, [each.lines for each in earlier])
    for each in invoice.lines:
        if minor := parts.get(each["id"]):
            part, total = Money(minor, invoice.currency), Money(each["total"], invoice.currency)
            tax = Money(taxes[each["id"]], invoice.currency)
            rows.append(line(each["name"], part, tax, f"{part} of {total} charged"))
    if effect:
        rows[-1]["explanation"] += f". {effect.removesuffix('.')}"
    return rows
