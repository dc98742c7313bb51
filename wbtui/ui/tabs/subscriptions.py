"""Subscriptions: all of them, cancelled and replaced ones too, and everything about the highlighted one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content

from wbtui.models.parts import CUSTOMER, PLANS, SUBSCRIPTIONS
from wbtui.models.plan import Feature
from wbtui.models.plan_diff import pricing_of
from wbtui.models.subscription import Subscription, SubscriptionStatus
from wbtui.models.subscription_history import history_of
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.host import absent, host, offers
from wbtui.ui.safe import DIM, fit, join, join_lines, labelled, safe_text
from wbtui.ui.tabs.base import ListDetailTab
from wbtui.ui.text import subscriptions as text
from wbtui.ui.text.panels import known_rows
from wbtui.ui.widgets.columns import Cell, Column, amount, dim, state
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.widgets.table_panel import ScrollingTablePanel

_MOST_FEATURES = 100


class SubscriptionsPanel(ScrollingTablePanel[Subscription]):
    """Active ones first, then those that have not started; the ended ones last, newest first."""

    PART = SUBSCRIPTIONS
    OTHERS: ClassVar = (CUSTOMER, PLANS)
    EMPTY = "No subscriptions."

    def columns(self) -> Sequence[Column[Subscription]]:
        today, customer, every = host(self).today(), self.other(CUSTOMER), self._every
        none = absent(host(self))
        account = customer.status if customer is not None else None
        return (
            Column("Plan", lambda s: Cell(s.plan, "strong"), share=1),
            state("Status", lambda s: states.subscription_state(s, account)),
            amount("Price", lambda s: s.amount),
            dim("Per", lambda s: s.cycle.noun),
            dim("Start", lambda s: fmt.day(s.start, today), right=True, rank=3),
            dim("Next charge", lambda s: text.next_charge(s, today, none), right=True, rank=1),
            Column("Notice", lambda s: _notice(s, every, today), rank=2),
        )

    @property
    def _every(self) -> tuple[Subscription, ...]:
        return self.stamped.value if self.stamped is not None else ()

    def rows_of(self, value: tuple[Subscription, ...]) -> Sequence[Subscription]:
        newest_end_first = sorted(value, key=lambda s: s.end or date.max, reverse=True)
        return sorted(
            newest_end_first,
            key=lambda s: (s.status is not SubscriptionStatus.ACTIVE, s.status.has_ended),
        )

    def details(self, row: Subscription) -> Iterable[tuple[str, str]]:
        app = host(self)
        can_undo = offers(app, "undo_cancel")
        offered = self._offered(row)
        rows = text.detail_rows(row, app.today(), absent(app), can_undo=can_undo, offered=offered)
        return known_rows(rows, text.IN_SUMMARY) if self.is_summary else rows

    def describe(self, row: Subscription, width: int) -> Content:
        return join_lines(super().describe(row, width), *self._history(row, width))

    def _history(self, row: Subscription, width: int) -> Sequence[object]:
        """Return the history of the subscription; empty if it never changed."""
        today, steps = host(self).today(), history_of(row, self._every)
        if len(steps) < 2:
            return ()
        lines = [
            labelled(f"  {fmt.day(step.on, today)}", text.history_line(step, today), 16, width)
            for step in steps
        ]
        return ("", (text.HISTORY, DIM), *lines)

    def features(self, row: Subscription, width: int) -> Content:
        """Return the features as signed, each with the terms of today below it where they differ."""
        every = list(text.features(row.features, self._offered(row)))
        rows = every[:_MOST_FEATURES]
        if not rows:
            return Content("")
        indent = min(max(cell_len(safe_text(name)) for name, _, _ in rows), 28) + 4
        lines: list[object] = [(text.FEATURES, DIM)]
        for name, signed, offered in rows:
            title = join(f"  {fit(name, indent - 4)}  ")
            lines.append(labelled(title, join((signed, DIM)), indent, width))
            if offered:
                today = join(("today: ", DIM), offered)
                lines.append(labelled("", today, indent, width))
        if len(every) > len(rows):
            lines.append((f"  {text.more_features(len(every) - len(rows))}", DIM))
        return join_lines(*lines)

    def _offered(self, row: Subscription) -> Sequence[Feature] | None:
        """The features of the same plan and cycle today; None if that is not sold, or not known.

        Plain Wingback has no list prices: its plans are made from contracts.
        """
        if row.price_today is None:
            return None
        pricing = pricing_of(self.other(PLANS) or (), row.pricing_id)
        return None if pricing is None else pricing.features


def _notice(subscription: Subscription, every: Sequence[Subscription], today: date) -> Cell:
    tone = "dim" if subscription.status.has_ended else "warn"
    return Cell(text.notice(subscription, every, today), tone)


class SubscriptionsTab(ListDetailTab):
    """The features of the highlighted subscription are below the rest, on a wide terminal beside it."""

    DEFAULT_CSS = """
    SubscriptionsTab > Container { height: auto; }
    SubscriptionsTab.-beside > Container { layout: horizontal; }
    SubscriptionsTab.-beside .detail { width: 1fr; }
    """
    PANEL = SubscriptionsPanel
    BESIDE = 126

    def compose(self) -> ComposeResult:
        self.on_resize()
        yield SubscriptionsPanel(self.owner)
        with Container():
            yield SteadyStatic(classes="detail")
            yield SteadyStatic(classes="detail -features")

    def show_detail(self) -> None:
        super().show_detail()
        panel = self.query_one(SubscriptionsPanel)
        row, features = panel.table.current, self.query_one(".-features", SteadyStatic)
        features.fit(lambda width: Content("") if row is None else panel.features(row, width))
