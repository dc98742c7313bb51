"""Explanation of an invoice line: what was charged and how it adds up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from wbtui.models.invoice import Line, LineKind
from wbtui.models.money import Money, round_minor
from wbtui.models.plan import grouped_units

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_KINDS = {
    LineKind.RECURRING: "recurring price of the period",
    LineKind.USAGE: "usage in the period",
    LineKind.ONE_TIME: "one-time charge",
    LineKind.PRORATION: "prorated price for part of the period",
    LineKind.CREDIT: "credit",
    LineKind.ADJUSTMENT: "correction",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an explanation, and its amount where it has one."""

    text: str
    money: Money | None = None


def day(value: date) -> str:
    """Return `1 Dec 2026`, in any locale."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def percent(rate: str) -> str:
    """Return a fraction as percent: `0.19` → `19 %`."""
    try:
        return f"{grouped_units(str(Decimal(rate) * 100))} %"
    except InvalidOperation:
        return rate


def explain_line(line: Line) -> tuple[Step, ...]:
    """Return the steps from the line's purpose to its total, with a warning if they do not add up."""
    steps = [_what_for(line), *_price(line)]
    steps.append(Step("Price before discount and tax", line.gross))
    if line.discount:
        rule = f" ({line.discount_rule})" if line.discount_rule else ""
        steps.append(Step(f"Discount{rule}", -line.discount))
    if line.tax is not None:
        name = line.tax.name or "Tax"
        if "%" not in name:
            name += f" {percent(line.tax.rate)}"
        if line.tax.mode == "inclusive":
            steps.append(Step(f"{name} included in the price: {line.tax.money}"))
        else:
            steps.append(Step(f"{name}, added on top", line.tax.money))
    if line.rounding:
        steps.append(Step("Rounding", line.rounding))
    steps.append(Step("Line total", line.total))
    if line.refunded:
        steps.append(Step("Refunded", line.refunded))
    if (expected := _expected_total(line)) is not None and expected != line.total:
        steps.append(
            Step(
                f"▲ The steps add up to {expected}, but the invoice says {line.total}. "
                "Report this to the merchant."
            )
        )
    return tuple(steps)


def _what_for(line: Line) -> Step:
    kind = _KINDS.get(line.kind, "charge of an unknown kind")
    when = f", {day(line.period[0])} to {day(line.period[1])}" if line.period else ""
    return Step(f"{line.name}: {kind}{when}.")


def _price(line: Line) -> list[Step]:
    steps = []
    for piece in line.tiers:
        end = f"–{grouped_units(piece.end)}" if piece.end is not None else " and up"
        fee = f" + {piece.flat_fee} once" if piece.flat_fee else ""
        steps.append(
            Step(
                f"Units {grouped_units(piece.start)}{end}: "
                f"{grouped_units(piece.quantity)} × {piece.unit_price}{fee}",
                piece.subtotal,
            )
        )
    base = _base(line)
    if not line.tiers and line.unit_price is not None and grouped_units(line.quantity) != "1":
        steps.append(Step(f"{grouped_units(line.quantity)} × {line.unit_price}", base))
    if line.days is not None and line.of_days:
        of = f" of {base}" if base is not None else ""
        steps.append(Step(f"{line.days} of {line.of_days} days{of}", line.gross))
    return steps


def _base(line: Line) -> Money | None:
    """The price of the whole period, before proration; None when it is not known."""
    if line.tiers:
        whole = Money.zero(line.total.currency)
        for piece in line.tiers:
            if piece.subtotal.currency != whole.currency:
                return None
            whole += piece.subtotal
        return whole
    if line.unit_price is None:
        return None
    try:
        quantity = Decimal(line.quantity)
    except InvalidOperation:
        return None
    if not quantity.is_finite():
        return None
    return Money(round_minor(quantity * line.unit_price.minor), line.unit_price.currency)


def _expected_total(line: Line) -> Money | None:
    parts = [line.gross, -line.discount, line.rounding]
    if line.tax is not None and line.tax.mode != "inclusive":
        parts.append(line.tax.money)
    if {part.currency for part in parts} != {line.total.currency}:
        return None
    result = Money.zero(line.total.currency)
    for part in parts:
        result += part
    return result
