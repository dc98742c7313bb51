"""Why was I charged: one invoice line told in words, with its arithmetic checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from wbtui.models.invoice import Line, LineKind
from wbtui.models.money import Money, round_minor
from wbtui.models.plan import Units

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_KINDS = {
    LineKind.RECURRING: "the regular price of the period",
    LineKind.USAGE: "what was used in the period",
    LineKind.ONE_TIME: "a one-time charge",
    LineKind.PRORATION: "a share for part of a period",
    LineKind.CREDIT: "something given back",
    LineKind.ADJUSTMENT: "a correction",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence of an explanation, and the amount it stands for where there is one."""

    text: str
    money: Money | None = None


def day(value: date) -> str:
    """1 Dec 2026."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def units(text: Units) -> str:
    """Grouped, without trailing zeros: "1,000", "2.5". Text that is no number stays as it is."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite():
        return text
    plain = f"{number:,f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def percent(rate: str) -> str:
    """A fraction as percent: "0.19" → "19 %"."""
    try:
        return f"{units(str(Decimal(rate) * 100))} %"
    except InvalidOperation:
        return rate


def explain_line(line: Line) -> tuple[Step, ...]:
    """The line step by step, from what it is for to its total. Says so when the steps do not add up."""
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
            steps.append(Step(f"{name} is contained in the price: {line.tax.money}"))
        else:
            steps.append(Step(f"{name}, added on top", line.tax.money))
    if line.rounding:
        steps.append(Step("Rounding, so that the invoice's total is right", line.rounding))
    steps.append(Step("Total of the line", line.total))
    if line.refunded:
        steps.append(Step("Of that refunded", line.refunded))
    if (reckoned := _reckoned(line)) is not None and reckoned != line.total:
        steps.append(
            Step(f"The steps add up to {reckoned}, the invoice says {line.total}: ask the merchant.")
        )
    return tuple(steps)


def _what_for(line: Line) -> Step:
    kind = _KINDS.get(line.kind, "a charge of a kind this version does not know")
    when = f", {day(line.period[0])} to {day(line.period[1])}" if line.period else ""
    return Step(f"{line.name}: {kind}{when}.")


def _price(line: Line) -> list[Step]:
    steps = []
    for piece in line.tiers:
        end = f"to {units(piece.end)}" if piece.end is not None else "and more"
        fee = f" + {piece.flat_fee} once" if piece.flat_fee else ""
        steps.append(
            Step(
                f"Units from {units(piece.start)} {end}: {units(piece.quantity)} × {piece.unit_price}{fee}",
                piece.subtotal,
            )
        )
    base = _base(line)
    if not line.tiers and line.unit_price is not None and units(line.quantity) != "1":
        steps.append(Step(f"{units(line.quantity)} × {line.unit_price}", base))
    if line.days is not None and line.of_days:
        of = f" of {base}" if base is not None else ""
        steps.append(Step(f"{line.days} of {line.of_days} days{of}", line.gross))
    return steps


def _base(line: Line) -> Money | None:
    """The price of the whole period, before days; None when it cannot be told."""
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


def _reckoned(line: Line) -> Money | None:
    parts = [line.gross, -line.discount, line.rounding]
    if line.tax is not None and line.tax.mode != "inclusive":
        parts.append(line.tax.money)
    if {part.currency for part in parts} != {line.total.currency}:
        return None
    result = Money.zero(line.total.currency)
    for part in parts:
        result += part
    return result
