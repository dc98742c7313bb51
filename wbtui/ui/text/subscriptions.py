"""Sentences of the subscriptions tab."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from wbtui.models.base import Units
from wbtui.models.money import Money
from wbtui.models.plan import Discount, Feature, Strategy, Tier
from wbtui.models.plan_diff import unit_price_text
from wbtui.models.subscription import Subscription, SubscriptionStatus
from wbtui.models.subscription_history import HistoryStep
from wbtui.ui import format as fmt

FEATURES = "Included features"
HISTORY = "History"
NOT_SIGNED = "not in this contract"
NOT_OFFERED = "no longer in the plan"
IN_SUMMARY = ("Next charge",)
"""Rows whose – is certain without the details of a subscription."""
_PAYMENT = {True: "automatic", False: "manual", None: fmt.NOTHING}


def ordered(feature: Feature, count: Units) -> str:
    """Return `25 seats`, `1 seat`."""
    single = feature.unit if fmt.units(count) == "1" else None
    return f"{fmt.units(count)} {single or feature.name.lower()}"


def set_or_removed(discount_id: str | None) -> str:
    """Return what is done to a discount."""
    return "Set the discount" if discount_id else "Remove the discount"


def notice(subscription: Subscription, others: Sequence[Subscription], today: date) -> str:
    """Return the one thing to know about a subscription: its start or end, its next change or its trial."""
    if subscription.status.has_ended:
        successor = next((other for other in others if other.id == subscription.moved_to), None)
        if successor is not None:
            return f"→ {successor.plan} {fmt.day(subscription.end, today)}"
        return f"ended {_ended(subscription, today)}".strip()
    if subscription.status.has_not_started and subscription.start is not None:
        return f"○ starts {fmt.day(subscription.start, today)}"
    if subscription.is_canceling:
        return f"▲ ends {fmt.day(subscription.cancel_at, today)}"
    if subscription.scheduled_change is not None:
        return f"○ changes {fmt.day(subscription.scheduled_change.on, today)}"
    if subscription.in_trial(today):
        return f"○ trial until {fmt.day(subscription.trial_end, today)}"
    return ""


def next_charge(s: Subscription, today: date, absent: str = fmt.NOTHING) -> str:
    """Return the day of the next charge; `absent` where an active subscription has none."""
    if s.next_charge is None:
        return absent if s.status is SubscriptionStatus.ACTIVE else fmt.NOTHING
    return fmt.day(s.next_charge.date, today)


def detail_rows(
    s: Subscription,
    today: date,
    absent: str = fmt.NOTHING,
    *,
    can_undo: bool = True,
    offered: Sequence[Feature] | None = None,
) -> Iterator[tuple[str, str]]:
    """Return everything about one subscription as label and text; an empty text is left out.

    `absent`: see `next_charge`. `can_undo`: whether the billing system offers to undo a cancellation.
    `offered`: see `features`.
    """
    per, charge = s.cycle.noun, s.next_charge
    index = f" {s.period_index}" if s.period_index else ""  # the period of a trial has the number 0
    yield "Plan", f"{fmt.plan(s)}, {start(s, today)}"
    signed = _price(s.price_signed, s.features)
    yield "Contract price", f"{signed} per {per}" if signed else fmt.NOTHING
    yield "Current list price", list_price(s, offered)
    after = "after discount, " if s.discount else ""
    yield "Recurring charge", f"{s.amount} per {per}, {after}plus usage and any added tax"
    yield "Discount", discount_left(s.discount) if s.discount else fmt.NOTHING
    yield "Units", units(s, s.units) or fmt.NOTHING
    yield f"Billing period{index}", fmt.period(*s.period, today) if s.period else fmt.NOTHING
    yield "Next charge", (f"{charge.total} on " if charge else "") + next_charge(s, today, absent)
    yield (
        "Trial ends" if s.in_trial(today) else "Trial ended",
        fmt.day(s.trial_end, today) if s.trial_end else "",
    )
    yield "Scheduled change", scheduled_change(s, today)
    undo = " · Undo cancel keeps it" if can_undo else ""
    yield "Ends", f"▲ {fmt.day(s.cancel_at, today)}{undo}" if s.cancel_at else ""
    yield "Ended", _ended(s, today)
    yield "Payment", _PAYMENT[s.automatic_payment]
    yield "Invoiced", {"immediate": "immediately"}.get(s.invoice_trigger or "", fmt.spaced(s.invoice_trigger))
    yield (
        "Notice period",
        fmt.plural(s.notice_period_days, "day") if s.notice_period_days is not None else "",
    )
    yield "Last change by", s.by or ""
    yield "ID", s.id


def _price(price: Money | None, features: Sequence[Feature]) -> str:
    """Return a price per cycle; where only units cost something, that of one: `$12.00 per seat`."""
    if price is None:
        return ""
    return (unit_price_text(features) if not price else "") or str(price)


def list_price(s: Subscription, offered: Sequence[Feature] | None) -> str:
    """Return what the plan costs today, compared with the contract. `offered`: see `features`."""
    now, signed = s.price_today, s.price_signed
    if now is None:
        return "– (no longer sold, or not provided)"
    if not now and unit_price_text(s.features if offered is None else offered):
        if offered is None:  # what a unit costs today is not known
            return fmt.NOTHING
        each, before = unit_price_text(offered), _price(signed, s.features)
        return (
            f"{each} (unchanged)" if each == before else f"{each} ({before or fmt.NOTHING} in the contract)"
        )
    if signed is None or now.currency != signed.currency:
        return str(now)
    difference = now - signed
    if not difference:
        return f"{now} (unchanged)"
    return f"{now} ({'+' if difference.minor > 0 else ''}{difference} since signing)"


def discount(value: Discount) -> str:
    """Return `Loyal: 10 % off for 3 cycles`, of a discount that can be given."""
    cycles = "forever" if value.cycles is None else f"for {fmt.plural(value.cycles, 'cycle')}"
    return f"{_reduction(value)} {cycles}"


def discount_left(value: Discount) -> str:
    """Return `Loyal: 10 % off, 2 cycles left`, of the discount of a subscription: it counts those to come."""
    if value.cycles is None:
        return discount(value)
    return f"{_reduction(value)}, {fmt.plural(value.cycles, 'cycle')} left"


def _reduction(value: Discount) -> str:
    if value.percent is not None:
        what = f"{fmt.units(value.percent)} %"
    else:
        what = str(value.amount) if value.amount is not None else ""
    return f"{value.name}: {what} off"


def start(s: Subscription, today: date) -> str:
    """Return `started 14 Mar`, `starts 1 Dec`."""
    if s.start is None:
        return "no start date yet"
    return f"{'starts' if s.start > today else 'started'} {fmt.day(s.start, today)}"


def units(s: Subscription, several: Mapping[str, str]) -> str:
    """Return `9 seats`, with the names of the subscription's features."""
    features = {feature.slug: feature for feature in s.features}
    return ", ".join(
        ordered(features[slug], number) if slug in features else f"{fmt.units(number)} {slug}"
        for slug, number in several.items()
    )


def scheduled_change(s: Subscription, today: date) -> str:
    """Return `1 Dec: Starter · 3 seats, by tess`; nothing without one."""
    change = s.scheduled_change
    if change is None:
        return ""
    to = fmt.dots(change.to_plan, units(s, change.to_units)) or fmt.NOTHING
    by = f", by {change.by}" if change.by else ""
    return f"{fmt.day(change.on, today)}: {to}{by}"


def _ended(s: Subscription, today: date) -> str:
    if s.end is None:
        return ""
    why = f": {fmt.spaced(s.end_reason)}" if s.end_reason else ""
    return f"{fmt.day(s.end, today)}{why}"


def history_line(step: HistoryStep, today: date) -> str:
    """Return `Pro · monthly → Business · monthly, by Priya Nair: price change`."""
    before, after = step.before, step.after
    if before is None:
        assert isinstance(after, Subscription)
        what = f"{fmt.plan(after)} {'starts' if step.on is not None and step.on > today else 'started'}"
    elif after is None:
        what = f"{_named(before, after)} ended"
    else:
        what = f"{_named(before, after)} → {_named(after, before)}"
    by = f", by {step.by}" if step.by else ""
    why = f": {fmt.spaced(step.reason)}" if step.reason else ""
    return f"{what}{by}{why}"


def _named(one: Subscription | str, other: Subscription | str | None) -> str:
    """The plan; where both have the same, with the units or the price that differ."""
    if isinstance(one, str):
        return one
    plan = fmt.plan(one)
    if not isinstance(other, Subscription) or fmt.plan(other) != plan:
        return plan
    return fmt.dots(plan, units(one, one.units) if one.units != other.units else str(one.amount))


def features(signed: Sequence[Feature], offered: Sequence[Feature] | None) -> Iterator[tuple[str, str, str]]:
    """Yield name, terms as signed, and the terms offered today where they differ, of each feature.

    `offered` are the features of the same plan and cycle today; None if they are not known.
    """
    today = {one.slug: one for one in offered or ()}
    for one in signed:
        now = today.pop(one.slug, None)
        if offered is None or (now is not None and feature(now) == feature(one)):
            yield one.name, feature(one), ""
        else:
            yield one.name, feature(one), feature(now) if now is not None else NOT_OFFERED
    for now in today.values():
        yield now.name, NOT_SIGNED, feature(now)


def more_features(number: int) -> str:
    """Return the last line of a list that leaves out some features."""
    return f"and {fmt.count(number)} more: see Feature access"


def feature(of: Feature) -> str:
    """Return `10,000 included · limit 50,000 · then €0.20 per 1,000`, `included` of one without units."""
    terms = (of.included, of.limit, of.unit_price, of.overage_price)
    if of.strategy is Strategy.FLAT and all(one is None for one in terms):
        return "included"
    no_limit = "no limit" if of.limit_known else "limit not known"
    return fmt.dots(
        f"{fmt.units(of.included)} included" if of.included is not None else "",
        f"limit {fmt.units(of.limit)}" if of.limit is not None else no_limit,
        f"{of.unit_price} each" if of.unit_price is not None else "",
        _overage(of),
        tiers(of.tiers),
    )


def _overage(of: Feature) -> str:
    if of.overage_price is None:
        return ""
    return f"then {of.overage_price}" + (f" per {fmt.units(of.overage_per)}" if of.overage_per else "")


def tiers(several: Sequence[Tier]) -> str:
    """Return `tiers: 0–100 free, 101–1,000 $0.08, then $0.05`."""
    if not several:
        return ""
    pieces, first = [], "0"
    for tier in several:
        price = str(tier.unit_price) if tier.unit_price else "free"
        fee = f" + {tier.flat_fee}" if tier.flat_fee else ""
        if tier.up_to is None:
            pieces.append(f"then {price}{fee}")
            break
        pieces.append(f"{first}–{fmt.units(tier.up_to)} {price}{fee}")
        first = f"{int(tier.up_to) + 1:,}" if tier.up_to.isdigit() else f"above {fmt.units(tier.up_to)}"
    return "tiers: " + ", ".join(pieces)
