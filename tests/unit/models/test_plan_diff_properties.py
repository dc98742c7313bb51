"""Pairs of generated plans: every field that differs has its row, and no equal one has."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.anna import SUBSCRIPTION, eur
from tests.support.examples import examples
from wbtui.models.overage import overage
from wbtui.models.plan import Cycle, Feature, Plan, PlanStatus, Pricing, Strategy, TaxMode, Tier
from wbtui.models.plan_diff import COUNTED, plan_diff, unit_price_text
from wbtui.sandbox.engine.catalogue import FeatureDef, TierDef
from wbtui.sandbox.engine.pricing import quantity, usage_charge

CYCLES = (Cycle.MONTH, Cycle.YEAR)
amounts = st.sampled_from((0, 10, 20)).map(eur)
counts = st.sampled_from((None, "0", "5", "5.0", "10"))
tiers = st.lists(
    st.builds(Tier, up_to=st.sampled_from((None, "10", "20")), unit_price=amounts,
              flat_fee=st.none() | amounts),
    max_size=2,
).map(tuple)  # fmt: skip


def features(slug: str) -> st.SearchStrategy[Feature | None]:
    return st.none() | st.builds(
        Feature, slug=st.just(slug), name=st.just(slug.title()), unit=st.none(),
        strategy=st.sampled_from([one for one in Strategy if one is not Strategy.UNKNOWN]),
        included=counts, limit=counts, unit_price=st.none() | amounts, overage_price=st.none() | amounts,
        overage_per=st.sampled_from((None, "1", "1000")), tiers=tiers,
    )  # fmt: skip


plans = st.tuples(
    st.sampled_from(CYCLES),
    amounts,
    st.fixed_dictionaries({slug: features(slug) for slug in ("seats", "calls")}),
)
tax_modes = st.sampled_from(TaxMode)
ordered = st.fixed_dictionaries({slug: st.sampled_from(("1", "2")) for slug in ("seats", "calls")})


def _count(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _fields(feature: Feature | None) -> dict[str, Any]:
    """What a feature costs, by the end of the label of its row; equal values mean the same to a customer."""
    if feature is None:
        return {}
    found: dict[str, Any] = {}
    if feature.unit_price is not None:
        found[" each"] = feature.unit_price
    if feature.overage_price is not None:
        found[" overage"] = feature.overage_price, _count(feature.overage_per or "1")
    for place, tier in enumerate(feature.tiers, 1):
        fee = tier.flat_fee.minor if tier.flat_fee is not None else 0
        found[f" tier {place}"] = _count(tier.up_to), tier.unit_price, fee
    return found


def _expected(
    ours: Feature | None, theirs: Feature | None, now: str, to: str, *, same_cycle: bool
) -> set[str]:
    feature = theirs or ours
    if feature is None:
        return set()
    one, other = _fields(ours), _fields(theirs)
    labels = {label for label in {*one, *other} if one.get(label) != other.get(label)}
    labels |= {" each"} if not same_cycle and (one.get(" each") or other.get(" each")) else set()
    if ours is None or theirs is None:
        labels.add("")
    else:
        labels |= {" billed"} if ours.strategy is not theirs.strategy else set()
        by_cycle = not same_cycle and (ours.is_metered or theirs.is_metered)
        for label, have, want in (
            (" included", ours.included or "0", theirs.included or "0"),
            (" limit", ours.limit, theirs.limit),
        ):
            differs = _count(have) != _count(want) or (by_cycle and bool(_count(have)))
            labels |= {label} if differs else set()
        labels |= {""} if theirs.strategy in COUNTED and now != to else set()
    return {f"{feature.name}{label}" for label in labels}


@settings(max_examples=examples(300), deadline=None)
@given(now=plans, to=plans, units_now=ordered, units_to=ordered, tax=tax_modes, new_tax=tax_modes)
def test_every_field_that_differs_has_a_row_and_no_equal_one_has(
    now: tuple[Cycle, Any, dict[str, Feature | None]],
    to: tuple[Cycle, Any, dict[str, Feature | None]],
    units_now: dict[str, str],
    units_to: dict[str, str],
    tax: TaxMode,
    new_tax: TaxMode,
) -> None:
    (cycle, price, ours), (new_cycle, new_price, theirs) = now, to
    subscription = SUBSCRIPTION.model_copy(
        update={"cycle": cycle, "price_signed": price, "units": units_now,
                "features": tuple(one for one in ours.values() if one is not None)}
    )  # fmt: skip
    pricing = Pricing(id="Price_x", currency="eur", cycle=new_cycle, strategy=Strategy.FLAT, price=new_price,
                      tax_mode=new_tax,
                      features=tuple(one for one in theirs.values() if one is not None))  # fmt: skip
    plan = Plan(id="Plan_x", name="X", description=None, status=PlanStatus.ACTIVE, trial_days=None,
                pricings=(pricing,))  # fmt: skip
    rows = plan_diff(subscription, plan, pricing, units_to, tax=tax).rows
    base = (cycle, price) if price or not unit_price_text(subscription.features) else None
    new_base = (new_cycle, new_price) if new_price or not unit_price_text(pricing.features) else None
    expected = {"Base price"} if base != new_base else set()
    expected |= {"Tax"} if tax is not new_tax else set()
    expected |= {"Billed"} if cycle is not new_cycle else set()
    for slug in ours:
        same_cycle = cycle is new_cycle
        one, other, have, want = ours[slug], theirs[slug], units_now[slug], units_to[slug]
        expected |= _expected(one, other, have, want, same_cycle=same_cycle)
    labels = [row.label for row in rows]
    assert len(labels) == len(set(labels)) and set(labels) == expected
    assert all(row.now != row.to for row in rows)


# ── the cost of usage, against the engine's ──
@settings(max_examples=examples(200), deadline=None)
@given(
    used=st.decimals(0, 10**7, places=1), included=st.none() | st.integers(0, 10**5),
    price=st.integers(0, 999), per=st.sampled_from((None, 1, 7, 1000)),
    bounds=st.lists(st.integers(1, 10**6), max_size=3, unique=True),
    fees=st.lists(st.none() | st.integers(0, 5000), min_size=4, max_size=4),
)  # fmt: skip
@example(used=Decimal("1.5"), included=None, price=2, per=None, bounds=[1], fees=[1, None, None, None])
def test_usage_costs_what_the_engine_charges(
    used: Decimal,
    included: int | None,
    price: int,
    per: int | None,
    bounds: list[int],
    fees: list[int | None],
) -> None:
    steps = enumerate([*sorted(bounds), None])
    defined = tuple(TierDef(to, price + place, fees[place]) for place, to in steps)
    listed = tuple(
        Tier(up_to=None if one.up_to is None else str(one.up_to), unit_price=eur(one.unit_price),
             flat_fee=None if one.flat_fee is None else eur(one.flat_fee))
        for one in defined
    )  # fmt: skip
    for strategy, charged in (("usage", ()), ("usage_tiered", defined)):
        definition = FeatureDef("calls", "Calls", None, strategy, included, overage_price=price,
                                overage_per=per, tiers=charged)  # fmt: skip
        feature = Feature(
            slug="calls", name="Calls", strategy=Strategy(strategy), tiers=listed if charged else (),
            included=None if included is None else str(included), overage_price=eur(price),
            overage_per=None if per is None else str(per),
        )  # fmt: skip
        charge = usage_charge(definition, quantity(str(used)))
        assert overage(feature, str(used)) == eur(0 if charge is None else charge.amount())


def test_what_is_not_charged_by_usage_has_no_overage() -> None:
    capped = Feature(slug="calls", name="Calls", strategy=Strategy.USAGE, included="10", limit="10")
    assert overage(capped, "50") is None and overage(capped, "many") is None
    assert overage(Feature(strategy=Strategy.FLAT), "5") is None
