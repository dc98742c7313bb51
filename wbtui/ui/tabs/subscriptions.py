"""Subscriptions: all of them, the moved and canceled ones too, and everything about the highlighted one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from textual.app import ComposeResult
from textual.content import Content

from wbtui.models.page import Stamped
from wbtui.models.parts import SUBSCRIPTIONS
from wbtui.models.plan import Discount, Feature
from wbtui.models.subscription import Subscription, SubscriptionStatus
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import join, join_lines
from wbtui.ui.tabs.base import Detail, Tab, detail_lines
from wbtui.ui.widgets.grid_table import Cell, Column, GridTable, Row
from wbtui.ui.widgets.table_panel import TablePanel, money_cells, state_cell

_DIM = "$text-muted"


class SubscriptionsPanel(TablePanel[tuple[Subscription, ...]]):
    """The list; the running ones stand first."""

    PART = SUBSCRIPTIONS
    EMPTY = "No subscriptions."
    COLUMNS = (
        Column("Plan", grow=True),
        Column("Status"),
        Column("Price", right=True),
        Column("Per"),
        Column("Start", right=True, drop=3),
        Column("Next charge", right=True, drop=1),
        Column("", drop=2),
    )

    def rows_of(self, value: tuple[Subscription, ...]) -> Sequence[Row]:
        today = host(self).today()
        shown = sorted(value, key=lambda s: s.status is not SubscriptionStatus.ACTIVE)
        prices = money_cells([s.amount for s in shown])
        return [
            Row(
                s.id,
                (
                    Cell(s.plan, "strong"),
                    state_cell(fmt.subscription_status(s.status)),
                    prices[at],
                    Cell(fmt.cycle(s.cycle), "dim"),
                    Cell(fmt.day(s.start, today), "dim"),
                    Cell(fmt.day(s.next_charge.date, today) if s.next_charge else fmt.NOTHING, "dim"),
                    Cell(remark(s, today), "warn"),
                ),
            )
            for at, s in enumerate(shown)
        ]


def remark(subscription: Subscription, today: date) -> str:
    """The one thing to know at a glance."""
    if subscription.cancel_at is not None and subscription.status is SubscriptionStatus.ACTIVE:
        return f"▲ ends {fmt.day(subscription.cancel_at, today)}"
    if subscription.scheduled_change is not None:
        return f"○ changes {fmt.day(subscription.scheduled_change.on, today)}"
    if subscription.trial_end is not None and subscription.trial_end >= today:
        return f"○ trial until {fmt.day(subscription.trial_end, today)}"
    return ""


def describe(s: Subscription, others: Sequence[Subscription], today: date) -> Content:
    """Everything about one subscription."""
    per = fmt.cycle(s.cycle)
    lines = detail_lines(
        [
            ("Price signed", f"{s.price_signed} per {per}" if s.price_signed is not None else fmt.NOTHING),
            ("Price today", _price_today(s)),
            ("Charged", f"{s.amount} per {per}, after discount, before tax and usage"),
            ("Discount", discount_words(s.discount) if s.discount else fmt.NOTHING),
            ("Units", ", ".join(f"{slug} {fmt.units(n)}" for slug, n in s.units.items()) or fmt.NOTHING),
            ("Period", _period(s, today)),
            (
                "Next charge",
                f"{fmt.day(s.next_charge.date, today)}  {s.next_charge.total}"
                if s.next_charge
                else fmt.NOTHING,
            ),
            ("Trial", f"until {fmt.day(s.trial_end, today)}" if s.trial_end else ""),
            ("Scheduled", _scheduled(s, today)),
            ("Ends", f"▲ {fmt.day(s.cancel_at, today)}" if s.cancel_at else ""),
            ("Ended", _ended(s, today)),
            ("Payment", {True: "automatic", False: "by hand", None: fmt.NOTHING}[s.automatic_payment]),
            ("Invoiced", (s.invoice_trigger or "").replace("_", " ")),
            ("Notice", f"{s.notice_period_days} days" if s.notice_period_days is not None else ""),
            ("Came from", _other(s.moved_from, others, today)),
            ("Moved to", _other(s.moved_to, others, today)),
            ("Last change by", s.by or ""),
            ("Id", s.id),
        ]
    )
    if s.features:
        width = max(len(feature.name) for feature in s.features[:40])
        lines += ["", join(("Features as signed", _DIM))]
        lines += [_feature(feature, min(width, 28)) for feature in s.features[:40]]
    return join_lines(*lines)


def _price_today(s: Subscription) -> str:
    if s.price_today is None:
        return "– the plan is not sold any more, or the price is not told"
    if s.price_signed is None or s.price_today.currency != s.price_signed.currency:
        return str(s.price_today)
    difference = s.price_today - s.price_signed
    if not difference:
        return f"{s.price_today}, the same"
    return f"{s.price_today} ({'+' if difference.minor > 0 else ''}{difference} against the signed price)"


def discount_words(discount: Discount) -> str:
    """ "Loyal: 10 % for 3 cycles"."""
    if discount.percent is not None:
        what = f"{fmt.units(discount.percent)} %"
    else:
        what = str(discount.amount) if discount.amount is not None else ""
    cycles = "for good" if discount.cycles is None else f"for {fmt.plural(discount.cycles, 'cycle')}"
    return f"{discount.name}: {what} off {cycles}"


def _period(s: Subscription, today: date) -> str:
    if s.period is None:
        return fmt.NOTHING
    index = f", number {s.period_index}" if s.period_index is not None else ""
    return f"{fmt.period(*s.period, today)}{index}"


def _scheduled(s: Subscription, today: date) -> str:
    change = s.scheduled_change
    if change is None:
        return ""
    units = ", ".join(f"{slug} {fmt.units(n)}" for slug, n in change.to_units.items())
    to = " · ".join(part for part in (change.to_plan or "", units) if part)
    by = f", by {change.by}" if change.by else ""
    return f"{change.kind.replace('_', ' ')} on {fmt.day(change.on, today)}: {to or fmt.NOTHING}{by}"


def _ended(s: Subscription, today: date) -> str:
    if s.end is None:
        return ""
    why = f": {s.ended_reason.replace('_', ' ')}" if s.ended_reason else ""
    return f"{fmt.day(s.end, today)}{why}"


def _other(subscription_id: str | None, others: Sequence[Subscription], today: date) -> str:
    if subscription_id is None:
        return ""
    found = next((other for other in others if other.id == subscription_id), None)
    return subscription_id if found is None else f"{found.plan}, started {fmt.day(found.start, today)}"


def _feature(feature: Feature, width: int) -> Content:
    included = f"{fmt.units(feature.included)} included" if feature.included is not None else ""
    limit = f"limit {fmt.units(feature.limit)}" if feature.limit is not None else "no limit"
    price = f"{feature.unit_price} each" if feature.unit_price is not None else ""
    over = ""
    if feature.overage_price is not None:
        per = f" per {fmt.units(feature.overage_per)}" if feature.overage_per else ""
        over = f"over it {feature.overage_price}{per}"
    tiers = "; ".join(
        f"{'to ' + fmt.units(tier.up_to) if tier.up_to else 'above'} {tier.unit_price}"
        + (f" + {tier.flat_fee}" if tier.flat_fee else "")
        for tier in feature.tiers
    )
    said = " · ".join(part for part in (included, limit, price, over, tiers) if part)
    return join(f"  {feature.name[:width]:<{width}}  ", (said, _DIM))


class SubscriptionsTab(Tab):
    """The list over the detail."""

    def compose(self) -> ComposeResult:
        yield SubscriptionsPanel(self.owner)
        yield Detail()

    def on_grid_table_highlighted(self, event: GridTable.Highlighted) -> None:
        event.stop()
        self._show()

    def on_data_panel_painted(self, _event: SubscriptionsPanel.Painted) -> None:
        self._show()

    @property
    def subscription_id(self) -> str | None:
        """The highlighted subscription."""
        return self.query_one(SubscriptionsPanel).table.key

    def _show(self) -> None:
        panel = self.query_one(SubscriptionsPanel)
        stamped: Stamped[tuple[Subscription, ...]] | None = panel.stamped
        value = stamped.value if stamped is not None else ()
        found = next((s for s in value if s.id == panel.table.key), None)
        text = describe(found, value, host(self).today()) if found is not None else ""
        self.query_one(Detail).update(text)
