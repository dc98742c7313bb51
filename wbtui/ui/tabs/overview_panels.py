"""Panels of the overview with as many lines as fit: events, usage against limits, latest invoices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, TypeVar

from textual.content import Content

from wbtui.models.activity import EventPage
from wbtui.models.attention import NEARLY
from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceRow
from wbtui.models.parts import ACTIVITY, INVOICES, PAYMENTS, USAGE
from wbtui.models.usage import UsageSeries, used_share
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import DIM, fit, join, join_lines
from wbtui.ui.text import activity
from wbtui.ui.text import overview as text
from wbtui.ui.widgets.bars import limit_bar
from wbtui.ui.widgets.customer_preview import invoice_lines
from wbtui.ui.widgets.data_panel import DataPanel

T = TypeVar("T")
_PADDING = 2
"""Cells that are left free at the end of a line."""
_SHARE = 8
"""Cells of ` ▲ 104 %` beside a bar."""


class LinesPanel(DataPanel[T]):
    """A panel of lines, as many as the overview allows."""

    DEFAULT_CSS = "LinesPanel .panel-text { text-wrap: nowrap; text-overflow: ellipsis; }"

    _line_limit = 0

    def limit_lines(self, count: int) -> None:
        """Show at most so many lines."""
        if count != self._line_limit:
            self._line_limit = count
            self.body.refit()

    def lines(self, value: T, count: int, width: int) -> Iterable[Content]:
        """Return at most `count` lines of `width` cells."""
        raise NotImplementedError

    def paint(self, value: T) -> None:
        def fitted(width: int) -> Content:
            lines = self.lines(value, self._line_limit, max(width - _PADDING, 0))
            return join_lines(*lines) or join((fmt.NOTHING, DIM))

        self.body.fit(fitted)


class EventsPanel(LinesPanel[EventPage]):
    """The newest events."""

    PART = ACTIVITY
    TITLE = "Recent activity"
    _known_width: int | None = None
    """The width for which events known from the list are wrapped; None where there are none."""

    def lines(self, value: EventPage, count: int, width: int) -> Iterable[Content]:
        events = [activity.event_line(event) for event in value.events[:count]]
        return activity.event_lines(events, host(self).today())

    def on_resize(self) -> None:
        if self.stamped is None and self._known_width not in (None, self.size.width):
            self.load()

    def known(self, customer: Customer) -> Sequence[object]:
        today, self._known_width = host(self).today(), self.size.width
        width = max(self.size.width - 2 * _PADDING, 0)
        return activity.event_lines(activity.known_events(customer, today), today, width)


class UsagePanel(LinesPanel[tuple[UsageSeries, ...]]):
    """Use of each feature against its limit, the nearest to its limit first: two lines each."""

    PART = USAGE
    TITLE = "Usage"

    def lines(self, value: tuple[UsageSeries, ...], count: int, width: int) -> Iterable[Content]:
        ordered = sorted(value, key=lambda one: used_share(one.used, one.limit) or 0, reverse=True)
        shown = len(ordered) if 2 * len(ordered) <= count else max((count - 1) // 2, 1)
        for series in ordered[:shown]:
            yield from self._feature(series, width)
        if shown < len(ordered):
            yield join((text.more(len(ordered) - shown), DIM))

    def _feature(self, series: UsageSeries, width: int) -> Iterable[Content]:
        share = used_share(series.used, series.limit)
        used = f"  {fmt.units(series.used)}" + text.of_limit(series)
        yield join(fit(series.name, max(width - len(used), 1)), (used, DIM))
        if share is not None:
            near = share >= NEARLY
            percent = f"{'▲ ' if near else ''}{fmt.percent(share)}"
            bar = limit_bar(share, max(width - _SHARE, 2))
            style = "$warning" if near else "$primary"
            yield join((bar, style), (f"{percent:>{_SHARE}}", style if near else DIM))


class LatestInvoicesPanel(LinesPanel[tuple[InvoiceRow, ...]]):
    """The newest invoices."""

    PART = INVOICES
    OTHERS: ClassVar = (PAYMENTS,)
    TITLE = "Latest invoices"

    def lines(self, value: tuple[InvoiceRow, ...], count: int, width: int) -> Iterable[Content]:
        payments = self.other(PAYMENTS)
        return invoice_lines(value, payments or (), host(self).today(), count)
