"""Invoice lines: charges with discount, tax and rounding that add up to the minor unit."""

from __future__ import annotations

from collections.abc import Sequence

from wbtui.models.money import Money, div_half_even, split_by_weight
from wbtui.sandbox.engine import tax
from wbtui.sandbox.engine.catalogue import Discount
from wbtui.sandbox.engine.pricing import Charge
from wbtui.sandbox.engine.records import Line, Slice


def lines_of(
    charges: Sequence[Charge],
    *,
    kind: str,
    currency: str,
    tax_mode: str,
    contract_id: str | None,
    period: tuple[str, str] | None,
    days: tuple[int, int] | None = None,
    discount: Discount | None = None,
) -> list[Line]:
    """Lines without tax and id. `days` is (days, of_days) when prorated; the kind `credit` is unused time."""
    share, whole = days or (1, 1)
    sign, prefix = (-1, "Unused: ") if kind == "credit" else (1, "")
    grosses = [sign * charge.amount(share, whole) for charge in charges]
    taken = _discounts(grosses, currency, discount, share, whole)
    return [
        {
            "id": "",
            "name": prefix + charge.name,
            "contract_id": contract_id,
            "kind": kind,
            "period": None if period is None else list(period),
            "days": None if days is None else share,
            "of_days": None if days is None else whole,
            "quantity": charge.quantity,
            "unit_price": None if charge.unit_price is None else sign * charge.unit_price,
            "strategy": charge.strategy,
            "tiers": [_signed(s, sign) for s in charge.slices],
            "gross": gross,
            "discount": off,
            "discount_rule": discount.rule if off and discount else None,
            "tax_rate": "",
            "tax_mode": tax_mode,
            "tax_name": None,
            "tax": 0,
            "rounding": 0,
            "total": gross - off,
        }
        for charge, gross, off in zip(charges, grosses, taken, strict=True)
    ]


def _signed(tier: Slice, sign: int) -> Slice:
    if sign == 1:
        return tier
    fee = tier["flat_fee"]
    return {
        **tier,
        "unit_price": -tier["unit_price"],
        "flat_fee": None if fee is None else -fee,
        "subtotal": -tier["subtotal"],
    }


def _discounts(
    grosses: list[int], currency: str, discount: Discount | None, share: int, whole: int
) -> list[int]:
    """The discount of each line: a percentage of the line, or an amount split by weight."""
    if discount is None or not grosses:
        return [0] * len(grosses)
    if discount.percent is not None:
        return [div_half_even(gross * discount.percent, 100) for gross in grosses]
    if discount.currency != currency or discount.amount is None:
        return [0] * len(grosses)
    size = sum(abs(gross) for gross in grosses)
    amount = min(size, div_half_even(discount.amount * share, whole))
    if not amount:
        return [0] * len(grosses)
    sign = 1 if sum(grosses) > 0 else -1
    parts = split_by_weight(Money(amount, currency), [abs(gross) for gross in grosses])
    return [sign * part.minor for part in parts]


def net(lines: Sequence[Line]) -> int:
    """The sum after discount, without exclusive tax; inclusive tax stays included."""
    return sum(line["gross"] - line["discount"] for line in lines)


def put_tax(lines: list[Line], taxes: Sequence[tax.Tax]) -> list[Line]:
    """Set the tax of every line, in place, and return `lines`; `taxes` are those of the lines.

    Exclusive tax is due on the sum of the net amounts of one rate; the difference to tax rounded line by line
    is the `rounding` of the last of these lines.
    """
    alike: dict[str, list[Line]] = {}
    for line, (rate, name) in zip(lines, taxes, strict=True):
        amount = line["gross"] - line["discount"]
        line["tax_rate"], line["tax_name"] = rate, name
        line["rounding"] = 0
        if not rate:
            line["tax"], line["total"] = 0, amount
        elif line["tax_mode"] == "inclusive":
            line["tax"], line["total"] = tax.inclusive(amount, rate), amount
        else:
            line["tax"] = tax.exclusive(amount, rate)
            line["total"] = amount + line["tax"]
            alike.setdefault(rate, []).append(line)
    for rate, several in alike.items():
        last = several[-1]
        last["rounding"] = tax.exclusive(net(several), rate) - sum(line["tax"] for line in several)
        last["total"] += last["rounding"]
    return lines


def number_lines(lines: list[Line], invoice_id: str) -> None:
    """Give lines ids made from the invoice's id."""
    stem = invoice_id.partition("_")[2]
    for position, line in enumerate(lines, 1):
        line["id"] = f"Line_{stem}_{position}"
