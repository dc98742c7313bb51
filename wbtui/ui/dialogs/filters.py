"""The filter dialog: plan, billing status, customer status; it writes what an agent could type."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from wbtui.models.customer import BillingStatus, CustomerStatus
from wbtui.models.query.complete import filter_values, with_filter
from wbtui.models.query.filters import FILTERS
from wbtui.models.saved import ALL_CUSTOMERS
from wbtui.ui import states
from wbtui.ui.commanding import handles
from wbtui.ui.dialogs.base import Dialog
from wbtui.ui.safe import DIM, join, safe
from wbtui.ui.text.commands import CHECKLIST_ABOUT
from wbtui.ui.widgets.checklist import Checklist


class FilterDialog(Dialog[str]):
    """Ends with the new search text."""

    SCOPE = "filters"
    ABOUT = CHECKLIST_ABOUT
    FOOT = ("apply", "", "back")
    DEFAULT_CSS = """
    FilterDialog > .dialog { width: 78; }
    FilterDialog .filters, FilterDialog .filter, FilterDialog .filter-text { height: auto; }
    FilterDialog .filter { width: 1fr; padding: 0 2 0 0; }
    FilterDialog .filter-text { margin: 1 1 0 1; max-height: 2; }
    """

    def __init__(self, text: str, plans: Sequence[str]) -> None:
        super().__init__("Filters")
        self._text = text
        known = {name.casefold() for name in plans}
        unknown = (name for name in filter_values(text, "plan") if name.casefold() not in known)
        billing = {one.value: states.BILLING[one].text for one in BillingStatus}
        customer = {one.value: states.CUSTOMER[one].text for one in CustomerStatus}
        self._lists = (
            ("plan", "Plan", [(name, name) for name in (*plans, *unknown)]),
            ("is", "Billing status", [(billing[value], value) for value in FILTERS["is"].values or ()]),
            ("status", "Customer", [(customer[value], value) for value in FILTERS["status"].values or ()]),
        )

    def compose_body(self) -> ComposeResult:
        with Horizontal(classes="filters"):
            for name, title, options in self._lists:
                chosen = {value.casefold() for value in filter_values(self._text, name)}
                with Vertical(classes="filter"):
                    yield Static(safe(title, DIM), markup=False)
                    if options:
                        marked = [value for _, value in options if value.casefold() in chosen]
                        yield Checklist(options, marked, id=f"filter-{name}")
                    else:
                        yield Static(safe("none cached yet", "$text-disabled"), markup=False)
        yield Static(classes="filter-text", markup=False)

    def opened(self) -> None:
        self.frame.border_subtitle = safe("space selects")
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
        shown = join(("/ ", "bold $primary"), self.result or (ALL_CUSTOMERS, DIM))
        self.query_one(".filter-text", Static).update(shown)

    @handles("apply")
    def apply(self) -> None:
        self.dismiss(self.result)
