"""Two invoices of a subscription compared: the differences and their reasons add up to the minor unit."""

from __future__ import annotations

from datetime import date
from itertools import islice, pairwise
from typing import Any

import pytest

from tests.support.anna import INVOICE, LINE, eur
from tests.support.generated_invoices import generated_invoices
from wbtui.errors import NotOffered
from wbtui.models.compare_invoices import LineChange, LineStatus, compare, previous_of
from wbtui.models.invoice import Invoice, InvoiceRow, InvoiceState, Line, LineKind, Tax, TierSlice
from wbtui.models.money import Money, total
from wbtui.models.plan import Cycle, Strategy
from wbtui.models.subscription import Subscription, SubscriptionStatus


def line(name: str = "Pro · monthly", price: int = 4900, **changes: Any) -> Line:
    """A line of `price` for each unit, prorated by its days, without tax."""
    one = LINE.model_copy(update={"name": name, "unit_price": eur(price), **changes})
    share = one.days / one.of_days if one.days and one.of_days else 1
    gross = eur(round(int(one.quantity) * price * share))
    sums = {"gross": gross, "total": gross - one.discount + one.rounding}
    return one.model_copy(update={**sums, **changes})


def invoice(*lines: Line, number: str = "INV-0041", **changes: Any) -> Invoice:
    sums = {"lines": lines, "number": number, "total": total((one.total for one in lines), "eur")}
    return INVOICE.model_copy(update=sums | changes)


def changes(before: Line, after: Line) -> LineChange:
    (found,) = compare(invoice(before), invoice(after)).lines
    return found


def reasons(before: Line, after: Line) -> list[tuple[str, int]]:
    found = changes(before, after)
    return [(one.text, one.money.minor) for one in found.reasons if one.money is not None]


def test_new_gone_more_less_and_unchanged_lines() -> None:
    before = invoice(line(), line("Seats", 300, quantity="10"), line("SSO", 500), line("API calls", 900))
    after = invoice(
        line(price=5900), line("Seats", 300, quantity="8"), line("SSO", 500), line("Audit log", 700)
    )
    found = compare(before, after)
    assert [(one.name, one.change, one.difference.minor) for one in found.lines] == [
        ("Pro · monthly", LineStatus.MORE, 1000),
        ("Seats", LineStatus.LESS, -600),
        ("SSO", LineStatus.SAME, 0),
        ("Audit log", LineStatus.NEW, 700),
        ("API calls", LineStatus.GONE, -900),
    ]
    assert found.difference == eur(200) and found.rest == eur(0)
    assert found.text.splitlines() == [
        "INV-0041, 14 Nov 2026: €95.00",
        "INV-0041, 14 Nov 2026: €93.00",
        "Difference: + €2.00",
        "- Pro · monthly: more: + €10.00",
        "  - unit price €49.00 → €59.00",
        "- Seats: less: − €6.00",
        "  - quantity 10 → 8",
        "- Audit log: new: + €7.00",
        "  - recurring price of the period",
        "- API calls: gone: − €9.00",
        "  - recurring price of the period",
        "- 1 line unchanged",
    ]


def test_quantity_price_days_discount_tax_and_rounding_are_told_apart() -> None:
    tax = Tax(rate="0.19", mode="exclusive", money=eur(100), name="VAT 19 %")
    before = line("Seats", 300, quantity="10", days=9, of_days=30, kind=LineKind.PRORATION)
    after = line(
        "Seats", 400, quantity="12", discount=eur(480), tax=tax, rounding=eur(1), total=eur(4800 - 480 + 101)
    )
    assert reasons(before, after) == [
        ("quantity 10 → 12", 180),
        ("unit price €3.00 → €4.00", 360),
        ("9 of 30 days → full period", 3360),
        ("discount", -480),
        ("tax", 100),
        ("rounding", 1),
    ]
    assert sum(minor for _, minor in reasons(before, after)) == changes(before, after).difference.minor


def tiers(*slices: tuple[str, str, int]) -> tuple[TierSlice, ...]:
    return tuple(
        TierSlice(
            start=start, end=None, quantity=quantity, unit_price=eur(price), flat_fee=None,
            subtotal=eur(int(quantity) * price),
        )
        for start, quantity, price in slices
    )  # fmt: skip


@pytest.mark.parametrize(
    ("quantity", "of_tiers", "reason"),
    [
        ("15", tiers(("1", "10", 100), ("11", "5", 50)), "quantity 10 → 15"),
        ("10", tiers(("1", "10", 125)), "prices of the tiers"),
        ("12", tiers(("1", "12", 104)), "quantity 10 → 12, prices of the tiers"),
    ],
)
def test_tiers_differ_by_quantity_or_price(quantity: str, of_tiers: Any, reason: str) -> None:
    base = {"strategy": Strategy.USAGE_TIERED, "unit_price": None}
    before = line(
        "Calls", 0, **base, quantity="10", tiers=tiers(("1", "10", 100)), gross=eur(1000), total=eur(1000)
    )
    gross = total((one.subtotal for one in of_tiers), "eur")
    after = line("Calls", 0, **base, quantity=quantity, tiers=of_tiers, gross=gross, total=gross)
    assert reasons(before, after) == [(reason, gross.minor - 1000)]


def test_what_no_figure_accounts_for_is_said() -> None:
    assert reasons(line(), line(total=eur(4950))) == [("not explained", 50)]
    assert reasons(line(), line(gross=eur(5000), total=eur(5000))) == [("price", 100)]
    found = compare(invoice(line()), invoice(line(), total=eur(5000)))
    assert found.rest == eur(100)
    assert "+ €1.00 of the difference is not in any line." in found.text


def test_a_line_meets_the_one_of_its_kind_first() -> None:
    part = line(days=9, of_days=30, kind=LineKind.PRORATION)
    found = compare(invoice(line()), invoice(part, line()))
    assert [(one.change, one.difference) for one in found.lines] == [
        (LineStatus.NEW, part.total), (LineStatus.SAME, eur(0)),
    ]  # fmt: skip


def test_the_differences_of_generated_invoices_add_up() -> None:
    compared = 0
    for before, after in pairwise(islice(generated_invoices(seed=10), 300)):
        if before.customer_id != after.customer_id:
            continue
        compared += 1
        found = compare(before, after)
        assert found.rest.minor == 0
        assert sum(one.difference.minor for one in found.lines) == after.total.minor - before.total.minor
        for one in found.lines:
            if one.change not in (LineStatus.NEW, LineStatus.GONE):
                assert (
                    sum(reason.money.minor for reason in one.reasons if reason.money) == one.difference.minor
                )
                assert "not explained" not in [reason.text for reason in one.reasons]
    assert compared > 200


def test_two_currencies_are_not_compared() -> None:
    other = INVOICE.model_copy(update={"lines": (), "total": Money(1, "usd"), "currency": "usd"})
    mixed = invoice(line()).model_copy(
        update={"lines": (LINE.model_copy(update={"total": Money(1, "usd")}),)}
    )
    for before, after in ((other, invoice(line())), (invoice(line()), mixed)):
        with pytest.raises(NotOffered, match=r"several currencies \(EUR, USD\): they cannot be compared"):
            compare(before, after)


# ── which invoice is the previous one ──
def row(number: int, subscription_id: str | None = "Cont_1", **changes: Any) -> InvoiceRow:
    return InvoiceRow(
        id=f"Inv_{number}", number=f"INV-{number}", state=InvoiceState.PAID, total=eur(1), open=eur(0),
        date=date(2026, number, 1), due=None, customer_id="Cust_1", paid=eur(1),
        subscription_id=subscription_id,
    ).model_copy(update=changes)  # fmt: skip


def subscription(id: str, moved_from: str | None) -> Subscription:
    return Subscription(
        id=id, status=SubscriptionStatus.ACTIVE, cycle=Cycle.MONTH, amount=eur(1), start=None,
        customer_id="Cust_1", moved_from=moved_from,
    )  # fmt: skip


def previous(of: int, *rows: InvoiceRow) -> str | None:
    both = (subscription("Cont_1", "Cont_0"), subscription("Cont_0", "Cont_1"))
    found = previous_of(INVOICE.model_copy(update={"id": f"Inv_{of}"}), rows, both)
    return None if found is None else found.id


def test_the_previous_invoice_is_of_the_same_subscription_or_the_one_it_replaced() -> None:
    rows = (
        row(7), row(6, "Cont_9"), row(5, state=InvoiceState.VOIDED), row(4, "Cont_0"), row(3, "Cont_9"),
    )  # fmt: skip
    assert previous(7, *rows) == "Inv_4"
    assert previous(6, *rows) == "Inv_3"
    assert previous(4, *rows) is None


def test_without_a_subscription_there_is_no_previous_invoice() -> None:
    for rows in ((row(7, None), row(6, None)), (row(6),)):
        with pytest.raises(NotOffered, match="does not say which subscription"):
            previous(7, *rows)
