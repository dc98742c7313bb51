"""What the tabs of a profile share: a scrolling column of panels that asks its screen for everything else."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from wbtui.ui.safe import join
from wbtui.ui.widgets.data_panel import DataPanel
from wbtui.ui.widgets.grid_table import GridTable


class OpenInvoice(Message):
    """Somebody wants to see an invoice."""

    def __init__(self, invoice_id: str) -> None:
        super().__init__()
        self.invoice_id = invoice_id


class Tab(VerticalScroll, can_focus=False):
    """One tab of the customer `owner`. It never opens a dialog or a screen: it posts a message."""

    DEFAULT_CSS = """
    Tab { padding: 0 1; }
    Tab .detail { padding: 0 2 1 2; }
    """

    def __init__(self, owner: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.owner = owner

    def load(self, *, force: bool = False) -> None:
        """All panels again."""
        for panel in self.query(DataPanel):
            panel.load(force=force)

    def focus_first(self) -> None:
        """To the first table, where there is one."""
        for table in self.query(GridTable):
            if table.display and table.rows:
                table.focus(scroll_visible=False)
                return
        if self.can_focus:
            self.focus(scroll_visible=False)

    @property
    def invoice_id(self) -> str | None:
        """The invoice that is highlighted here, if any."""
        return None


def detail_lines(rows: list[tuple[str, str]], width: int = 16) -> list[object]:
    """Label and value lines; rows without a value are left out."""
    return [join((label.ljust(width), "$text-muted"), value) for label, value in rows if value]


class Detail(Static):
    """What there is to say about the highlighted row."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__("", id=id, classes="detail", markup=False)
