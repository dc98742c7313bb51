"""Arithmetic of invoice lines, from the figures on the invoice alone: exact fractions of minor units.

An amount is rounded once per line, half-even to the minor unit, as `round` does for fractions.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from wbtui.models.invoice import Line, TierSlice
from wbtui.models.plan import Strategy
from wbtui.models.units import fraction

_TIERED = (Strategy.UNIT_TIERED, Strategy.USAGE_TIERED)


def tier_price(tier: TierSlice) -> Fraction | None:
    """Return quantity × unit price + flat fee, None if the quantity is not a number."""
    quantity = fraction(tier.quantity)
    if quantity is None:
        return None
    return quantity * tier.unit_price.minor + (tier.flat_fee.minor if tier.flat_fee is not None else 0)


def full_price(line: Line) -> Fraction | None:
    """Return the price of the whole period before discount and tax, None if the invoice does not give it."""
    if line.tiers:
        return Fraction(sum(tier.subtotal.minor for tier in line.tiers))
    quantity = fraction(line.quantity)
    if line.unit_price is None or quantity is None or line.strategy in _TIERED:
        return None
    return quantity * line.unit_price.minor


def share(line: Line) -> Fraction:
    """Return the charged part of the period."""
    return Fraction(line.days, line.of_days) if line.days is not None and line.of_days else Fraction(1)


def gross(line: Line) -> int | None:
    """Return the price before discount and tax, None if the invoice does not give what it is made of."""
    price = full_price(line)
    return None if price is None else round(price * share(line))


def net(line: Line) -> int:
    """Return the stated price after discount; tax that is included in the price stays in it."""
    return line.gross.minor - line.discount.minor


def is_inclusive(line: Line) -> bool:
    """Return whether the tax of the line is part of its price."""
    return line.tax is not None and line.tax.mode == "inclusive"


def tax(line: Line) -> int | None:
    """Return the tax on `net`, None without a rate. Inclusive tax is the rest after the rounded net price."""
    rate = fraction(line.tax.rate) if line.tax is not None else None
    if rate is None or rate <= -1:
        return None
    return net(line) - round(net(line) / (1 + rate)) if is_inclusive(line) else round(net(line) * rate)


def added_tax(line: Line) -> int:
    """Return the stated tax that is added to the price, without the line's rounding."""
    return 0 if line.tax is None or is_inclusive(line) else line.tax.money.minor


def total(line: Line) -> int:
    """Return the sum of the stated parts: price − discount + added tax + rounding."""
    return net(line) + added_tax(line) + line.rounding.minor


def taxed_alike(line: Line, lines: Iterable[Line]) -> list[Line]:
    """Return the lines to whose price tax of the same rate is added."""
    if line.tax is None or is_inclusive(line):
        return []
    rate = line.tax.rate
    return [one for one in lines if one.tax is not None and one.tax.rate == rate and not is_inclusive(one)]


def tax_on_sum(alike: Iterable[Line]) -> int | None:
    """Return the tax on the sum of lines of one rate, None without a rate."""
    lines = list(alike)
    rate = fraction(lines[0].tax.rate) if lines and lines[0].tax is not None else None
    return None if rate is None else round(sum(net(line) for line in lines) * rate)
