"""Sentences of the subscriptions tab."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from wbtui.models.plan import Discount, Feature, Tier
from wbtui.models.subscription import Subscription, SubscriptionBrief, SubscriptionStatus
from wbtui.ui import format as fmt

FEATURES = "Included features"
IN_SUMMARY = ("Next charge",)
"""Rows whose – is certain without the details of a subscription."""
_PAYMENT = {True: "automatic", False: "manual", None: fmt.NOTHING}


def notice(subscription: Subscription, today: date) -> str:
    """Return the one thing to know about a subscription: its end, its next change or its trial."""
    if subscription.cancel_at is not None and subscription.status is SubscriptionStatus.ACTIVE:
        return f"▲ ends {fmt.day(subscription.cancel_at, today)}"
    if subscription.scheduled_change is not None:
        return f"○ changes {fmt.day(subscription.scheduled_change.on, today)}"
    if subscription.trial_end is not None and subscription.trial_end >= today:
        return f"○ trial until {fmt.day(subscription.trial_end, today)}"
    return ""


def detail_rows(
    s: Subscription, others: Sequence[SubscriptionBrief], today: date
) -> Iterator[tuple[str, str]]:
    """Return everything about one subscription as label and text; an empty text is left out."""
    per, charge = fmt.cycle(s.cycle), s.next_charge
    index = f" {s.period_index}" if s.period_index is not None else ""
    names = {feature.slug: feature.name for feature in s.features}
    yield "Contract price", f"{s.price_signed} per {per}" if s.price_signed is not None else fmt.NOTHING
    yield "Current list price", list_price(s)
    yield "Recurring charge", f"{s.amount} per {per}, after discount, before tax and usage"
    yield "Discount", discount(s.discount) if s.discount else fmt.NOTHING
    yield "Units", _units(s.units, names) or fmt.NOTHING
    yield f"Billing period{index}", fmt.period(*s.period, today) if s.period else fmt.NOTHING
    yield "Next charge", f"{charge.total} on {fmt.day(charge.date, today)}" if charge else fmt.NOTHING
    yield "Trial ends", fmt.day(s.trial_end, today) if s.trial_end else ""
    yield "Scheduled change", scheduled_change(s, today)
    yield "Ends", f"▲ {fmt.day(s.cancel_at, today)} · Undo cancel keeps it" if s.cancel_at else ""
    yield "Ended", _ended(s, today)
    yield "Payment", _PAYMENT[s.automatic_payment]
    yield "Invoiced", {"immediate": "immediately"}.get(s.invoice_trigger or "", fmt.spaced(s.invoice_trigger))
    yield (
        "Notice period",
        fmt.plural(s.notice_period_days, "day") if s.notice_period_days is not None else "",
    )
    yield "Changed from", _other(s.moved_from, others, today)
    yield "Replaced by", _other(s.moved_to, others, today)
    yield "Last change by", s.by or ""
    yield "ID", s.id


def list_price(s: Subscription) -> str:
    """Return what the plan costs today, compared with the contract."""
    now, signed = s.price_today, s.price_signed
    if now is None:
        return "– (no longer sold, or not provided)"
    if signed is None or now.currency != signed.currency:
        return str(now)
    difference = now - signed
    if not difference:
        return f"{now} (unchanged)"
    return f"{now} ({'+' if difference.minor > 0 else ''}{difference} since signing)"


def discount(value: Discount) -> str:
    """Return `Loyal: 10 % off for 3 cycles`."""
    if value.percent is not None:
        what = f"{fmt.units(value.percent)} %"
    else:
        what = str(value.amount) if value.amount is not None else ""
    cycles = "forever" if value.cycles is None else f"for {fmt.plural(value.cycles, 'cycle')}"
    return f"{value.name}: {what} off {cycles}"


def _units(units: Mapping[str, str], names: Mapping[str, str]) -> str:
    return ", ".join(f"{fmt.units(number)} × {names.get(slug, slug)}" for slug, number in units.items())


def scheduled_change(s: Subscription, today: date) -> str:
    """Return `change plan on 1 Dec: Starter · 3 × Seats, by tess`; nothing without one."""
    change, names = s.scheduled_change, {feature.slug: feature.name for feature in s.features}
    if change is None:
        return ""
    to = fmt.dots(change.to_plan, _units(change.to_units, names)) or fmt.NOTHING
    by = f", by {change.by}" if change.by else ""
    return f"{fmt.spaced(change.kind)} on {fmt.day(change.on, today)}: {to}{by}"


def _ended(s: Subscription, today: date) -> str:
    if s.end is None:
        return ""
    why = f": {fmt.spaced(s.ended_reason)}" if s.ended_reason else ""
    return f"{fmt.day(s.end, today)}{why}"


def _other(subscription_id: str | None, others: Sequence[SubscriptionBrief], today: date) -> str:
    if subscription_id is None:
        return ""
    found = next((other for other in others if other.id == subscription_id), None)
    return subscription_id if found is None else f"{found.plan}, started {fmt.day(found.start, today)}"


def feature(of: Feature) -> str:
    """Return `10,000 included · limit 50,000 · then €0.20 per 1,000`."""
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
