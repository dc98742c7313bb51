"""Compare an invoice with the previous one of its subscription: what changed the total, to the minor unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from wbtui.errors import NotOffered
from wbtui.models import line_arithmetic as arithmetic
from wbtui.models.dates import day
from wbtui.models.explain import Step, charge_of
from wbtui.models.invoice import Invoice, InvoiceRow, InvoiceState, Line
from wbtui.models.money import Money, total
from wbtui.models.plan import grouped_units
from wbtui.models.subscription import Subscription
from wbtui.models.subscription_history import lineage_of
from wbtui.models.units import fraction


class LineStatus(Enum):
    """How a line differs from the one of the previous invoice."""

    NEW = "new"
    GONE = "gone"
    MORE = "more"
    LESS = "less"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line on one or both invoices.

    Attributes:
        difference: by how much the line changes the total.
        reasons: what makes the difference; their amounts add up to it. Empty for a line of one invoice.
        what: what a new line charges for, or one that is gone charged for.
    """

    name: str
    change: LineStatus
    difference: Money
    reasons: tuple[Step, ...] = ()
    what: str = ""

    @property
    def words(self) -> str:
        """The line and how it differs, without the amount."""
        return f"{self.name}: {self.change.value}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two invoices of a subscription. The differences of the lines and `rest` add up to `difference`.

    Attributes:
        rest: part of the difference that no line accounts for, zero as a rule.
    """

    before: Invoice
    after: Invoice
    lines: tuple[LineChange, ...]
    rest: Money

    @property
    def difference(self) -> Money:
        """Change of the total."""
        return self.after.total - self.before.total

    @property
    def changed(self) -> tuple[LineChange, ...]:
        """The lines that differ."""
        return tuple(line for line in self.lines if line.change is not LineStatus.SAME or line.reasons)

    @property
    def unchanged(self) -> int:
        """The number of lines that do not differ."""
        return len(self.lines) - len(self.changed)

    @property
    def text(self) -> str:
        """The comparison as lines of plain text, to be pasted."""
        found = [
            *(f"{one.number}, {day(one.date)}: {one.total}" for one in (self.after, self.before)),
            f"Difference: {self.difference.signed}",
        ]
        for line in self.changed:
            found.append(f"- {line.words}: {line.difference.signed}")
            found += [f"  - {reason}" for reason in reasons_of(line)]
        return "\n".join((*found, *(f"- {note}" for note in self.notes)))

    @property
    def notes(self) -> tuple[str, ...]:
        """What is the same, and what no line accounts for."""
        count = self.unchanged
        same = f"{count} {'line' if count == 1 else 'lines'} unchanged"
        rest = f"{self.rest.signed} of the difference is not in any line."
        return (*([same] if count else []), *([rest] if self.rest else []))


def reasons_of(line: LineChange) -> Iterator[str]:
    """Yield the reasons of a difference, with amounts if there are several; or what is new or gone."""
    if line.what:
        yield line.what
    for reason in line.reasons:
        if reason.money is None or len(line.reasons) == 1:
            yield reason.text
        else:
            yield f"{reason.text}: {reason.money.signed}"


def previous_of(
    invoice: Invoice, rows: Iterable[InvoiceRow], subscriptions: Iterable[Subscription]
) -> InvoiceRow | None:
    """Return the invoice before this one of the same subscription, None for the first one.

    `rows` are the customer's invoices, newest first. A subscription that replaced another continues it;
    voided invoices are passed over. Raises NotOffered if the subscription of the invoice is not known.
    """
    ordered = sorted(rows, key=lambda row: row.date, reverse=True)
    at = next((at for at, row in enumerate(ordered) if row.id == invoice.id), None)
    current = ordered[at].subscription_id if at is not None else None
    if at is None or current is None:
        raise NotOffered(f"The billing system does not say which subscription {invoice.number} belongs to.")
    lineage = lineage_of(current, subscriptions)
    earlier = (row for row in ordered[at + 1 :] if row.subscription_id in lineage)
    return next((row for row in earlier if row.state is not InvoiceState.VOIDED), None)


def compare(before: Invoice, after: Invoice) -> Comparison:
    """Compare two invoices line by line. Raises NotOffered if their amounts are in several currencies."""
    lines_of_both = (*before.lines, *after.lines)
    currencies = {before.currency, after.currency, *(line.total.currency for line in lines_of_both)}
    if len(currencies) > 1:
        names = ", ".join(sorted(currency.upper() for currency in currencies))
        raise NotOffered(
            f"{after.number} and the previous invoice, {before.number}, have amounts in several currencies "
            f"({names}): they cannot be compared."
        )
    lines = tuple(_changes(before.lines, after.lines))
    moved = total((line.difference for line in lines), after.total.currency)
    return Comparison(before, after, lines, after.total - before.total - moved)


# ── lines ──
def _changes(before: Sequence[Line], after: Sequence[Line]) -> Iterator[LineChange]:
    partners = _partners(before, after)
    for at, line in enumerate(after):
        former = before[partners[at]] if at in partners else None
        if former is None:
            yield LineChange(line.name, LineStatus.NEW, line.total, what=charge_of(line))
        else:
            difference = line.total - former.total
            moved = LineStatus.MORE if difference.minor > 0 else LineStatus.LESS
            change = moved if difference else LineStatus.SAME
            yield LineChange(line.name, change, difference, tuple(_reasons(former, line)))
    for at, former in enumerate(before):
        if at not in partners.values():
            yield LineChange(former.name, LineStatus.GONE, -former.total, what=charge_of(former))


def _partners(before: Sequence[Line], after: Sequence[Line]) -> dict[int, int]:
    """Return for each line the position of the former one: of the same name, if possible of the same kind."""
    partners: dict[int, int] = {}
    for same_kind in (True, False):
        for at, line in enumerate(after):
            taken = set(partners.values())
            if at not in partners:
                found = (
                    i
                    for i, one in enumerate(before)
                    if i not in taken and one.name == line.name and (one.kind is line.kind or not same_kind)
                )
                if (first := next(found, None)) is not None:
                    partners[at] = first
    return partners


# ── reasons ──
def _reasons(before: Line, after: Line) -> Iterator[Step]:
    """Yield what makes the difference between two lines, without parts that make none."""
    currency = after.total.currency
    parts = [
        *_price_reasons(before, after),
        ("discount", before.discount.minor - after.discount.minor),
        ("tax", arithmetic.added_tax(after) - arithmetic.added_tax(before)),
        ("rounding", (after.rounding - before.rounding).minor),
    ]
    # A line whose own figures do not add up differs by more than they say.
    parts.append(("not explained", (after.total - before.total).minor - sum(part for _, part in parts)))
    yield from (Step(text, Money(minor, currency)) for text, minor in parts if minor)


def _price_reasons(before: Line, after: Line) -> Iterator[tuple[str, int]]:
    """Yield the effect of quantity, then of the price, then of the days, on the price before discount."""
    first, last = before.gross.minor, after.gross.minor
    price = arithmetic.full_price(after)
    if price is None or arithmetic.gross(before) != first or arithmetic.gross(after) != last:
        yield "price", last - first
        return
    share = arithmetic.share(before)
    other_price = round(price * share)
    if before.tiers or after.tiers:
        yield _tiers_reason(before, after), other_price - first
    else:
        assert before.unit_price is not None and after.unit_price is not None
        units = fraction(after.quantity) or 0
        other_quantity = round(units * before.unit_price.minor * share)
        yield _quantities(before, after), other_quantity - first
        yield f"unit price {before.unit_price} → {after.unit_price}", other_price - other_quantity
    yield f"{_days(before)} → {_days(after)}", last - other_price


def _tiers_reason(before: Line, after: Line) -> str:
    """Return the reason in tiers: the quantity, the prices, or both."""
    prices = [
        {tier.start: (tier.unit_price, tier.flat_fee) for tier in line.tiers} for line in (before, after)
    ]
    shared = prices[0].keys() & prices[1].keys()
    same = bool(shared) and all(prices[0][start] == prices[1][start] for start in shared)
    if fraction(before.quantity) == fraction(after.quantity):
        return "prices of the tiers"
    return _quantities(before, after) if same else f"{_quantities(before, after)}, prices of the tiers"


def _quantities(before: Line, after: Line) -> str:
    return f"quantity {grouped_units(before.quantity)} → {grouped_units(after.quantity)}"


def _days(line: Line) -> str:
    return f"{line.days} of {line.of_days} days" if line.days is not None and line.of_days else "full period"
