"""Subscriptions: all of them, canceled and replaced ones too, and everything about the highlighted one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content

from wbtui.models.parts import CUSTOMER, SUBSCRIPTIONS
from wbtui.models.plan import Feature
from wbtui.models.subscription import Subscription, SubscriptionStatus
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import fit, join, join_lines
from wbtui.ui.tabs.base import ListDetailTab, detail_lines
from wbtui.ui.text import subscriptions as text
from wbtui.ui.text.panels import known_rows
from wbtui.ui.widgets.columns import Cell, Column, amount, dim, state
from wbtui.ui.widgets.table_panel import TablePanel

_DIM = "$text-muted"
_MOST_FEATURES = 40


class SubscriptionsPanel(TablePanel[Subscription]):
    """Active ones first."""

    PART = SUBSCRIPTIONS
    OTHERS: ClassVar = (CUSTOMER,)
    EMPTY = "No subscriptions."

    def columns(self) -> Sequence[Column[Subscription]]:
        today, customer = host(self).today(), self.other(CUSTOMER)
        account = customer.status if customer is not None else None
        return (
            Column("Plan", lambda s: Cell(s.plan, "strong"), share=1),
            state("Status", lambda s: fmt.subscription_state(s, account)),
            amount("Price", lambda s: s.amount),
            dim("Per", lambda s: fmt.cycle(s.cycle)),
            dim("Start", lambda s: fmt.day(s.start, today), right=True, rank=3),
            dim(
                "Next charge",
                lambda s: fmt.day(s.next_charge.date if s.next_charge else None, today),
                right=True,
                rank=1,
            ),
            Column("Notice", lambda s: Cell(text.notice(s, today), "warn"), rank=2),
        )

    def rows_of(self, value: tuple[Subscription, ...]) -> Sequence[Subscription]:
        return sorted(value, key=lambda s: s.status is not SubscriptionStatus.ACTIVE)

    def describe(self, row: Subscription) -> Content:
        others = self.stamped.value if self.stamped is not None else ()
        rows = text.detail_rows(row, others, host(self).today())
        lines = detail_lines(known_rows(rows, text.IN_SUMMARY) if self.is_summary else rows, self.size.width)
        features = row.features[:_MOST_FEATURES]
        if features:
            width = min(max(len(feature.name) for feature in features), 28)
            lines += ["", join((text.FEATURES, _DIM)), *(_feature(one, width) for one in features)]
        return join_lines(*lines)


def _feature(feature: Feature, width: int) -> Content:
    return join(f"  {fit(feature.name, width)}  ", (text.feature(feature), _DIM))


class SubscriptionsTab(ListDetailTab):
    PANEL = SubscriptionsPanel
