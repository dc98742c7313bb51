"""Explanation of an invoice: how the amount of each line came about, and what does not add up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from wbtui.errors import MoneyError
from wbtui.models import line_arithmetic as arithmetic
from wbtui.models.dates import date_range
from wbtui.models.invoice import Invoice, Line, LineKind, Tax, TierSlice
from wbtui.models.money import Money
from wbtui.models.plan import grouped_units
from wbtui.models.units import fraction

_KINDS = {
    LineKind.RECURRING: "recurring price of the period",
    LineKind.USAGE: "usage in the period",
    LineKind.ONE_TIME: "one-time charge",
    LineKind.PRORATION: "prorated price for part of the period",
    LineKind.CREDIT: "credit",
    LineKind.ADJUSTMENT: "correction",
}
_NOT_CHECKED = "The amounts are too large to be checked."
_PERCENT = re.compile(r"\((\d{1,3}(?:\.\d{1,6})?) ?%\)$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an explanation, and its amount where it has one."""

    text: str
    money: Money | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """How the amount of a line came about.

    Attributes:
        title: what is charged, and for when.
        steps: from the price to the line total.
        problems: sentences about figures that contradict each other.
        unknown: sentences about what the invoice does not say.
    """

    title: str
    steps: tuple[Step, ...]
    problems: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The explanation as lines of plain text, to be pasted."""
        steps = (step.text if step.money is None else f"{step.text}: {step.money}" for step in self.steps)
        return "\n".join((self.title, *(f"- {step}" for step in steps), *self.notes))

    @property
    def notes(self) -> tuple[str, ...]:
        """What is wrong or not known, and what to do about it."""
        report = ("Report this to the billing team.",) if self.problems else ()
        return (*self.problems, *self.unknown, *report)


def percent(rate: str) -> str:
    """Return a fraction as percent: `0.19` → `19 %`."""
    try:
        return f"{grouped_units(str(Decimal(rate) * 100))} %"
    except InvalidOperation:
        return rate


def charge_of(line: Line) -> str:
    """Return what a line charges for, and its period, in words."""
    kind = _KINDS.get(line.kind, "charge of an unknown kind")
    return f"{kind}, {date_range(line.period)}" if line.period else kind


def explain_line(line: Line, lines: Sequence[Line] = ()) -> Explanation:
    """Return the explanation of a line. `lines` are all lines of its invoice, for the rounding of tax."""
    try:
        return _explained(line, lines)
    except MoneyError:
        return Explanation(_title(line), (), (_NOT_CHECKED,))


def _explained(line: Line, lines: Sequence[Line]) -> Explanation:
    if len({money.currency for money in _amounts(line)}) > 1:
        return Explanation(_title(line), (), ("The line mixes currencies.",))
    steps = (
        *_price_steps(line),
        Step("Price before discount and tax", line.gross),
        *_discount_steps(line),
        *_tax_steps(line, lines),
        Step("Line total", line.total),
        *([Step("Refunded", line.refunded)] if line.refunded else []),
    )
    return Explanation(_title(line), steps, tuple(_problems(line)), tuple(_unknown(line, lines)))


def explain_totals(invoice: Invoice) -> tuple[str, ...]:
    """Return sentences about totals that differ from the sums of the lines, and lines that do not add up.

    Nothing for an invoice without lines.
    """
    if not invoice.lines:
        return ()
    try:
        return tuple(_total_problems(invoice))
    except MoneyError:
        return (_NOT_CHECKED,)


def _total_problems(invoice: Invoice) -> Iterator[str]:
    lines = invoice.lines
    if {money.currency for line in lines for money in _amounts(line)} != {invoice.total.currency}:
        yield "The invoice mixes currencies."
        return
    sums = (
        ("price before discount and tax", invoice.subtotal, sum(line.gross.minor for line in lines)),
        ("discount", invoice.discount, sum(line.discount.minor for line in lines)),
        ("tax", invoice.tax, sum(_tax_and_rounding(line) for line in lines)),
        ("total", invoice.total, sum(line.total.minor for line in lines)),
    )
    for name, stated, minor in sums:
        if stated is not None and stated.minor != minor:
            yield _differs(f"The {name} of all lines", minor, stated)
    for line in lines:
        if any(_problems(line)):
            yield f"{line.name} does not add up. Open it to see why."


# ── steps ──
def _title(line: Line) -> str:
    return f"{line.name}: {charge_of(line)}."


def _price_steps(line: Line) -> Iterator[Step]:
    for tier in line.tiers:
        fee = f" + {tier.flat_fee} once" if tier.flat_fee else ""
        yield Step(
            f"{_units_of(tier)}: {grouped_units(tier.quantity)} × {tier.unit_price}{fee}", tier.subtotal
        )
    price = arithmetic.full_price(line)
    whole = None if price is None else Money(round(price), line.gross.currency)
    if not line.tiers and line.unit_price is not None and grouped_units(line.quantity) != "1":
        yield Step(f"{grouped_units(line.quantity)} × {line.unit_price}", whole)
    if line.days is not None and line.of_days:
        of = f" of {whole}" if whole is not None else ""
        yield Step(f"{line.days} of {line.of_days} days{of}", line.gross)


def _units_of(tier: TierSlice) -> str:
    end = f"–{grouped_units(tier.end)}" if tier.end is not None else " and up"
    return f"Units {grouped_units(tier.start)}{end}"


def _discount_steps(line: Line) -> Iterator[Step]:
    if not line.discount:
        return
    rule = line.discount_rule or ""
    found = _PERCENT.search(rule)
    is_percent = found and round(line.gross.minor * Fraction(found[1]) / 100) == line.discount.minor
    of = f" of {line.gross}" if is_percent else ""
    # The credit for unused time takes back the discount that was given on it.
    what = "Discount" if line.discount.minor > 0 else "Discount given before"
    yield Step(f"{what}{': ' if rule else ''}{rule}{of}", -line.discount)


def _tax_steps(line: Line, lines: Sequence[Line]) -> Iterator[Step]:
    if line.tax is not None:
        name, base = _tax_name(line.tax), Money(arithmetic.net(line), line.gross.currency)
        if arithmetic.is_inclusive(line):
            yield Step(f"{name} included in the price: {line.tax.money}, {base - line.tax.money} before tax")
        else:
            yield Step(f"{name} of {base}, added on top", line.tax.money)
    if line.rounding:
        yield Step("Rounding", line.rounding)
        if reason := _rounding_reason(line, lines):
            yield Step(reason)


def _tax_name(tax: Tax) -> str:
    name = tax.name or "Tax"
    return name if "%" in name or not tax.rate else f"{name} {percent(tax.rate)}"


def _rounding_reason(line: Line, lines: Sequence[Line]) -> str:
    """Return the reason of a rounding, tax on the sum of the lines; empty for any other."""
    alike = arithmetic.taxed_alike(line, lines)
    due, rounded = arithmetic.tax_on_sum(alike), sum(arithmetic.added_tax(one) for one in alike)
    if due is None or due - rounded != sum(one.rounding.minor for one in alike):
        return ""
    assert line.tax is not None
    base, currency = sum(arithmetic.net(one) for one in alike), line.gross.currency
    return (
        f"{_tax_name(line.tax)} of all lines ({Money(base, currency)}) is {Money(due, currency)}, "
        f"line by line {Money(rounded, currency)}"
    )


# ── what does not add up ──
def _problems(line: Line) -> Iterator[str]:
    """Yield a sentence for every contradiction between figures of the line."""
    if line.tiers:
        yield from _tier_problems(line)
    if line.days is not None and line.period is not None:
        length = (line.period[1] - line.period[0]).days + 1
        if length != line.days:
            yield f"The period has {length} days, but the invoice charges {line.days}."
    if line.days is not None and line.of_days is not None and not 0 <= line.days <= line.of_days:
        yield f"The invoice charges {line.days} of {line.of_days} days."
    price = arithmetic.gross(line)
    if price is not None and price != line.gross.minor:
        yield _differs("The price before discount and tax", price, line.gross)
    due = arithmetic.tax(line)
    if line.tax is not None and due is not None and due != line.tax.money.minor:
        yield _differs(_tax_name(line.tax), due, line.tax.money)
    if (whole := arithmetic.total(line)) != line.total.minor:
        yield _differs("The sum of the steps", whole, line.total)


def _tier_problems(line: Line) -> Iterator[str]:
    following, units = Fraction(1), Fraction(0)
    for tier in line.tiers:
        start, quantity = fraction(tier.start), fraction(tier.quantity)
        end = fraction(tier.end) if tier.end is not None else None
        price = arithmetic.tier_price(tier)
        if start is None or quantity is None or price is None:
            yield f"{_units_of(tier)} is not a range of units."
            continue
        if start != following:
            yield f"{_units_of(tier)} does not follow the tier before."
        size = None if end is None else end - start + 1
        is_last = tier is line.tiers[-1]
        if size is not None and (quantity > size if is_last else quantity != size):
            yield f"{_units_of(tier)} has {_plain(size)} units, but {_plain(quantity)} are charged."
        if round(price) != tier.subtotal.minor:
            yield _differs(_units_of(tier), round(price), tier.subtotal)
        following = start + (size if size is not None else quantity)
        units += quantity
    if units != fraction(line.quantity):
        yield f"The tiers have {_plain(units)} units, but the invoice charges {grouped_units(line.quantity)}."


def _unknown(line: Line, lines: Sequence[Line]) -> Iterator[str]:
    """Yield a sentence for every part of the amount that the invoice does not explain."""
    if arithmetic.full_price(line) is None:
        yield f"The invoice does not say how the price of {line.gross} was calculated."
    if line.tax is not None and line.tax.money and arithmetic.tax(line) is None:
        yield "The invoice does not say the tax rate."
    if line.rounding and not _rounding_reason(line, lines):
        yield f"The invoice does not say why {line.rounding} was added as rounding."


def _differs(what: str, minor: int, stated: Money) -> str:
    return f"{what} is {Money(minor, stated.currency)}, but the invoice says {stated}."


def _plain(units: Fraction) -> str:
    return grouped_units(str(Decimal(units.numerator) / units.denominator))


def _tax_and_rounding(line: Line) -> int:
    return (line.tax.money.minor if line.tax is not None else 0) + line.rounding.minor


def _amounts(line: Line) -> Iterator[Money]:
    """Yield every amount that the total is made of."""
    yield from (line.gross, line.discount, line.rounding, line.total)
    if line.unit_price is not None:
        yield line.unit_price
    if line.tax is not None:
        yield line.tax.money
    for tier in line.tiers:
        yield from (tier.unit_price, tier.subtotal)
        if tier.flat_fee is not None:
            yield tier.flat_fee
