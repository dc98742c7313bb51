"""The filter dialog: plan, billing status, customer status; it writes what an agent could type."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from wbtui.models.customer import BillingStatus, CustomerStatus
from wbtui.models.query import FILTERS, filter_values, with_filter
from wbtui.ui import format as fmt
from wbtui.ui.commanding import handles
from wbtui.ui.commands import bindings_for
from wbtui.ui.modal import Modal
from wbtui.ui.safe import join, safe
from wbtui.ui.widgets.checklist import Checklist
from wbtui.ui.widgets.key_bar import KeyBar


class FilterDialog(Modal[str | None]):
    """Answers the new search text, or None when nothing shall change."""

    SCOPE = "filters"
    BINDINGS = bindings_for("filters")
    DEFAULT_CSS = """
    FilterDialog .dialog { width: 78; height: auto; }
    FilterDialog Horizontal { height: auto; }
    FilterDialog .filter { width: 1fr; height: auto; padding: 0 2 0 0; }
    FilterDialog .filters { height: auto; max-height: 14; }
    FilterDialog .filter-text { margin: 1 1; height: auto; max-height: 2; }
    FilterDialog KeyBar { dock: none; padding: 0; }
    """

    def __init__(self, text: str, plans: Sequence[str]) -> None:
        super().__init__()
        self._text = text
        known = {name.casefold() for name in plans}
        unheld = (name for name in filter_values(text, "plan") if name.casefold() not in known)
        self._plans = (*plans, *unheld)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = safe("Filters")
            with Horizontal(classes="filters"):
                yield from self._list("plan", "Plan", [(name, name) for name in self._plans])
                yield from self._list(
                    "is", "Billing status",
                    [(fmt.billing_status(BillingStatus(value)).text, value) for value in _values("is")],
                )  # fmt: skip
                yield from self._list(
                    "status", "Customer",
                    [(fmt.customer_status(CustomerStatus(value)).text, value) for value in _values("status")],
                )  # fmt: skip
            yield Static(classes="filter-text", markup=False)
            yield KeyBar()

    def _list(self, name: str, title: str, options: Sequence[tuple[str, str]]) -> ComposeResult:
        chosen = {value.casefold() for value in filter_values(self._text, name)}
        with Vertical(classes="filter"):
            yield Static(safe(title, "$text-muted"), markup=False)
            if not options:
                yield Static(safe("none held yet", "$text-disabled"), markup=False)
            else:
                marked = [value for _, value in options if value.casefold() in chosen]
                yield Checklist(options, marked, id=f"filter-{name}")

    def on_mount(self) -> None:
        self.query(Checklist).first().focus()
        self._show()

    @property
    def result(self) -> str:
        """The search text with the choice written into it."""
        text = self._text
        for checklist in self.query(Checklist):
            name = (checklist.id or "").removeprefix("filter-")
            before = {value.casefold() for value in filter_values(text, name)}
            if {value.casefold() for value in checklist.chosen} != before:
                text = with_filter(text, name, checklist.chosen)
        return text

    @on(Checklist.Changed)
    def _show(self) -> None:
        text = self.result
        shown = join(("/ ", "bold $primary"), text or ("everyone", "$text-muted"))
        self.query_one(".filter-text", Static).update(shown)

    @handles("apply")
    def action_apply(self) -> None:
        self.dismiss(self.result)

    @handles("back")
    def action_back(self) -> None:
        self.dismiss(None)


def _values(name: str) -> tuple[str, ...]:
    return FILTERS[name].values or ()
