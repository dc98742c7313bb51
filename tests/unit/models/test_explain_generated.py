"""Every line of 1,000 generated invoices is explained to the minor unit, and every alteration is noticed.

The invoices come from the sandbox's engine. The expected sums are computed here in decimals, and the
explanation in fractions; neither shares a function with the engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from itertools import islice
from random import Random
from typing import Any

import pytest

from tests.support.generated_invoices import CURRENCIES, generated_invoices
from wbtui.models.explain import explain_line, explain_totals
from wbtui.models.invoice import Invoice, Line, LineKind
from wbtui.models.money import Money
from wbtui.models.plan import Strategy

INVOICES, ALTERATIONS = 1000, 300


@pytest.fixture(scope="module")
def invoices() -> list[Invoice]:
    return list(islice(generated_invoices(seed=9), INVOICES))


def is_explained(invoice: Invoice) -> bool:
    return not explain_totals(invoice) and all(
        not explain_line(line, invoice.lines).notes for line in invoice.lines
    )


def test_the_generated_invoices_are_of_every_kind(invoices: list[Invoice]) -> None:
    lines = [line for invoice in invoices for line in invoice.lines]
    seen = Counter[object]()
    for line in lines:
        mode = line.tax.mode if line.tax is not None else "untaxed"
        rule = (line.discount_rule or "").split(" ")[0]
        seen.update((line.strategy, line.kind, mode, line.total.currency, rule, bool(line.rounding)))
    wanted = {
        *Strategy, LineKind.RECURRING, LineKind.USAGE, LineKind.PRORATION, LineKind.CREDIT, *CURRENCIES,
        "inclusive", "exclusive", "untaxed", "Loyalty", "Welcome", True,
    } - {Strategy.UNKNOWN}  # fmt: skip
    assert {kind: seen[kind] for kind in wanted if seen[kind] < 20} == {}


def test_every_line_is_explained_and_its_steps_add_up_to_the_minor_unit(invoices: list[Invoice]) -> None:
    for invoice in invoices:
        assert explain_totals(invoice) == ()
        for line in invoice.lines:
            explanation = explain_line(line, invoice.lines)
            assert not explanation.notes, explanation.text
            amounts = {step.text: step.money for step in explanation.steps if step.money is not None}
            names = list(amounts)
            first, last = names.index("Price before discount and tax"), names.index("Line total")
            parts = [money.minor for money in list(amounts.values())[first:last]]
            assert amounts["Price before discount and tax"].minor == price(line)
            assert sum(parts) == line.total.minor == amounts["Line total"].minor
        assert sum(line.total.minor for line in invoice.lines) == invoice.total.minor


def price(line: Line) -> int:
    """The price before discount and tax, recomputed in decimals."""
    with localcontext(prec=60):
        return int(exact_price(line).quantize(Decimal(1), ROUND_HALF_EVEN))


def exact_price(line: Line) -> Decimal:
    if line.tiers:
        whole = sum(
            (
                Decimal(tier.quantity) * tier.unit_price.minor + (tier.flat_fee.minor if tier.flat_fee else 0)
                for tier in line.tiers
            ),
            Decimal(0),
        )
    else:
        assert line.unit_price is not None
        whole = Decimal(line.quantity) * line.unit_price.minor
    return whole if line.days is None or line.of_days is None else whole * line.days / line.of_days


# ── alterations ──
def test_every_altered_invoice_is_reported_as_not_explained(invoices: list[Invoice]) -> None:
    random, made, missed = Random(9), Counter[str](), []
    while made.total() < ALTERATIONS:
        invoice = random.choice(invoices)
        for what in ("cent", "day", "tier"):
            found = list(ALTER[what](invoice))
            if not found or made[what] == ALTERATIONS // len(ALTER):
                continue
            made[what] += 1
            name, altered = random.choice(found)
            assert altered != invoice
            if is_explained(altered):
                missed.append((name, altered.number, altered.lines))
    assert missed == []
    assert set(made.values()) == {ALTERATIONS // 3}


Altered = Iterator[tuple[str, Invoice]]


def with_line(invoice: Invoice, at: int, **changes: Any) -> Invoice:
    line = invoice.lines[at].model_copy(update=changes)
    return invoice.model_copy(update={"lines": (*invoice.lines[:at], line, *invoice.lines[at + 1 :])})


def one_more_or_less(money: Money) -> Iterator[Money]:
    yield Money(money.minor + 1, money.currency)
    yield Money(money.minor - 1, money.currency)


def is_charged(before: Line, after: Line) -> bool:
    """Whether an alteration changes the charge by more than the unit that rounding may hide."""
    return abs(exact_price(before) - exact_price(after)) > 1


def by_a_cent(invoice: Invoice) -> Altered:
    """Every amount that the total of the invoice or of a line is made of."""
    for name in ("subtotal", "discount", "tax", "total"):
        for money in one_more_or_less(getattr(invoice, name)):
            yield name, invoice.model_copy(update={name: money})
    for at, line in enumerate(invoice.lines):
        for name in ("gross", "discount", "rounding", "total"):
            for money in one_more_or_less(getattr(line, name)):
                yield f"line {name}", with_line(invoice, at, **{name: money})
        if line.tax is not None:
            for money in one_more_or_less(line.tax.money):
                yield "line tax", with_line(invoice, at, tax=line.tax.model_copy(update={"money": money}))
        for money in one_more_or_less(line.unit_price) if line.unit_price is not None else ():
            if is_charged(line, line.model_copy(update={"unit_price": money})):
                yield "unit price", with_line(invoice, at, unit_price=money)


def by_a_day(invoice: Invoice) -> Altered:
    """The charged days, the days of the period, and the last day of what is charged in part."""
    for at, line in enumerate(invoice.lines):
        if line.days is None or line.of_days is None or line.period is None:
            continue
        for by in (1, -1):
            first, last = line.period
            yield "days", with_line(invoice, at, days=line.days + by)
            yield "period", with_line(invoice, at, period=(first, last + timedelta(days=by)))
            longer = {"of_days": line.of_days + by}
            if line.of_days + by and is_charged(line, line.model_copy(update=longer)):
                yield "days of the period", with_line(invoice, at, **longer)


def by_a_tier(invoice: Invoice) -> Altered:
    """A tier left out, charged twice, with a unit or a minor unit more, or with other limits."""
    for at, line in enumerate(invoice.lines):
        for number, tier in enumerate(line.tiers):
            before, after = line.tiers[:number], line.tiers[number + 1 :]
            yield "left out", with_line(invoice, at, tiers=(*before, *after))
            yield "twice", with_line(invoice, at, tiers=(*before, tier, tier, *after))
            for changes in (
                {"quantity": str(int(tier.quantity) + 1)},
                {"start": str(int(tier.start) + 1)},
                {"unit_price": Money(tier.unit_price.minor + 1, tier.unit_price.currency)},
                {"flat_fee": Money(tier.flat_fee.minor + 1 if tier.flat_fee else 1, tier.subtotal.currency)},
                {"subtotal": Money(tier.subtotal.minor - 1, tier.subtotal.currency)},
            ):
                altered = (*before, tier.model_copy(update=changes), *after)
                yield f"tier {[*changes]}", with_line(invoice, at, tiers=altered)


ALTER = {"cent": by_a_cent, "day": by_a_day, "tier": by_a_tier}
