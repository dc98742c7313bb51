"""The overview: contact, notes and metadata, beside what needs attention and recent activity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from wbtui.models.activity import EventPage
from wbtui.models.attention import ProfileData, needs_attention
from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceRow
from wbtui.models.parts import (
    ACTIVITY,
    CREDITS,
    CUSTOMER,
    INVOICES,
    METHODS,
    PAYMENTS,
    REFUNDS,
    SUBSCRIPTIONS,
    USAGE,
)
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import join, join_lines
from wbtui.ui.tabs.base import Tab
from wbtui.ui.tabs.contact import ContactPanel, MetadataPanel, NotesPanel
from wbtui.ui.text import activity as text
from wbtui.ui.widgets.customer_preview import invoice_line
from wbtui.ui.widgets.data_panel import DataPanel

_FEWEST_EVENTS = 8
_TALL = 40
"""Lines of a terminal that has room for invoices."""
_OTHER_LINES = 22
"""Lines of the terminal that the overview needs besides events or invoices."""
_DIM = "$text-muted"


class LatestInvoicesPanel(DataPanel[tuple[InvoiceRow, ...]]):
    """The newest invoices, on tall terminals."""

    OTHERS: ClassVar = (PAYMENTS,)

    def __init__(self, owner: str) -> None:
        super().__init__(INVOICES, owner, title="Latest invoices")

    def paint(self, value: tuple[InvoiceRow, ...]) -> None:
        today = host(self).today()
        disputed = {one for p in self.other(PAYMENTS) or () if p.disputed for one in p.invoice_ids}
        newest = sorted(value, key=lambda one: (one.date, one.number), reverse=True)
        lines = [
            invoice_line(
                one,
                fmt.invoice_state(one, today, refunded=one.refunded, disputed=one.id in disputed),
                today,
            )
            for one in newest[: max(self.app.size.height - _OTHER_LINES, 0)]
        ]
        self.body.update(join_lines(*(lines or [join((fmt.NOTHING, _DIM))])))


class AttentionPanel(DataPanel[Customer]):
    """What an agent should look at, judged from all cached parts."""

    OTHERS: ClassVar = (INVOICES, PAYMENTS, METHODS, REFUNDS, SUBSCRIPTIONS, USAGE, CREDITS)

    def __init__(self, owner: str) -> None:
        super().__init__(CUSTOMER, owner, title="Needs attention")

    def paint(self, value: Customer) -> None:
        data = ProfileData(
            customer=value,
            invoices=self.other(INVOICES),
            payments=self.other(PAYMENTS),
            methods=self.other(METHODS),
            refunds=self.other(REFUNDS),
            subscriptions=self.other(SUBSCRIPTIONS),
            usage=self.other(USAGE),
            credits=self.other(CREDITS),
        )
        lines: list[object] = []
        for note in needs_attention(data, host(self).today()):
            sign, style = ("▲ ", "$warning") if note.urgent else ("○ ", _DIM)
            lines.append(join((sign, style), note.text))
            if note.detail:
                lines.append(join(("  ", ""), (note.detail, _DIM)))
        if not lines and self.is_complete:
            lines = [join(("● ", "$success"), "nothing")]
        elif not lines:
            lines = [join(("○ ", _DIM), "nothing in the data that is loaded")]
        self.body.update(join_lines(*lines, *self.missing()))


class EventsPanel(DataPanel[EventPage]):
    """The newest events."""

    def __init__(self, owner: str) -> None:
        super().__init__(ACTIVITY, owner, title="Recent activity")

    def paint(self, value: EventPage) -> None:
        events = [(event.at.date(), event.money, event.what) for event in value.events[: self._most]]
        lines = text.event_lines(events, host(self).today())
        self.body.update(join_lines(*(lines or [join((fmt.NOTHING, _DIM))])))

    @property
    def _most(self) -> int:
        """How many events are shown: as many as the terminal has room for."""
        return max(self.app.size.height - _OTHER_LINES, _FEWEST_EVENTS)

    def known(self, customer: Customer) -> Sequence[object]:
        today = host(self).today()
        return text.event_lines(text.known_events(customer, today)[: self._most], today)


class OverviewTab(Tab, can_focus=True):
    """Two columns of panels."""

    DEFAULT_CSS = """
    OverviewTab > Horizontal { height: auto; }
    OverviewTab .column { width: 1fr; height: auto; }
    OverviewTab .panel-text { padding: 0 1 1 2; }
    OverviewTab .-left { padding-right: 1; }
    OverviewTab EventsPanel .panel-text { text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Vertical(classes="column -left"):
                yield ContactPanel(self.owner)
                yield NotesPanel(self.owner)
                yield MetadataPanel(self.owner)
                yield LatestInvoicesPanel(self.owner)
            with Vertical(classes="column"):
                yield AttentionPanel(self.owner)
                yield EventsPanel(self.owner)

    def watch_has_focus(self, _has_focus: bool) -> None:
        """No rule depends on the focus; Textual would style everything in the tab again."""

    def on_resize(self) -> None:
        self.query_one(LatestInvoicesPanel).display = self.app.size.height >= _TALL
        self.query_one(LatestInvoicesPanel).repaint()
        self.query_one(EventsPanel).repaint()
