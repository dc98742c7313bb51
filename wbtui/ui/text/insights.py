"""Sentences of the insights: titles and definitions of the charts, labels of their bars, rows of the CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from wbtui.models.countries import country_name
from wbtui.models.customer import BillingStatus
from wbtui.services.insights import AGES, DUE_UNKNOWN, Bar, Chart, ChartKind
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.text.exports import money_cells

TITLES = {
    ChartKind.STATUS: "Billing status",
    ChartKind.MRR: "MRR by currency",
    ChartKind.PLANS: "MRR by plan",
    ChartKind.NEW: "New by month",
    ChartKind.LOST: "Lost by month",
    ChartKind.OWED: "Owed by currency",
    ChartKind.AGES: "Owed by age",
    ChartKind.COUNTRIES: "Country",
    ChartKind.CARDS: "Cards expiring",
    ChartKind.USAGE: "Usage near limits",
}
DEFINITIONS = {
    ChartKind.STATUS: "The first that applies: frozen, past due, trialing, canceling, active, free, ended, "
    "no plan.",
    ChartKind.MRR: "Monthly recurring charges of active subscriptions after discount, before tax, without "
    "usage: a year counts 1/12, a quarter 1/3, a week 52/12. Trial, free and frozen count 0. Currencies are "
    "never added.",
    ChartKind.PLANS: "The MRR of the subscriptions to the plan. A customer on several plans counts in each; "
    "their MRR is split in proportion to the prices.",
    ChartKind.NEW: "MRR was 0 when the month began and above 0 at its end (in this month: so far).",
    ChartKind.LOST: "MRR was above 0 when the month began and 0 at its end. A frozen account is not a "
    "loss. Unknown: customers with a cancelled subscription whose end date is missing in the billing "
    "system's list. It is in their profiles: wbtui sync --details lost:unknown fetches them. "
    "Plain Wingback may leave out ended subscriptions: then customers are missing here.",
    ChartKind.OWED: "Unpaid invoices that are not voided or written off, per currency.",
    ChartKind.AGES: "All that the customer owes, by the days since their oldest unpaid invoice was due. "
    "Overdue is due before today.",
    ChartKind.COUNTRIES: "The country of the address. Customers without an address are not shown.",
    ChartKind.CARDS: "The month at whose end an active card expires.",
    ChartKind.USAGE: "A limit is used to 90 % or more.",
}
ABOUT = (
    "The customers of the search as figures. They are counted from the data cached on this computer, also "
    "offline. The length of a bar is its number of customers. {table.open} opens these customers as a "
    "search.\n\n" + "\n".join(f"{title}: {DEFINITIONS[kind]}" for kind, title in TITLES.items())
)
LOADING = "Counting …"
INCOMPLETE = "Not all figures have been counted."
FULL_BAR = 18
"""Cells of the longest bar."""
LABEL_WIDTH = 20
"""Cells of the name of a bar; long names of plans and countries take more."""


def label(kind: ChartKind, bar: Bar) -> str:
    """The name of a bar."""
    match kind:
        case ChartKind.STATUS:
            return states.BILLING[BillingStatus(bar.key)].text
        case ChartKind.MRR | ChartKind.OWED:
            return bar.key.upper()
        case ChartKind.AGES:
            return _age(bar.key)
        case ChartKind.COUNTRIES:
            return country_name(bar.key)
        case ChartKind.NEW | ChartKind.LOST | ChartKind.CARDS if bar.key[:4].isdigit():
            year, _, month = bar.key.partition("-")
            return f"{date(int(year), int(month), 1):%b %Y}"
        case ChartKind.NEW | ChartKind.LOST:
            return "unknown"
        case ChartKind.CARDS:
            return "expired"
        case ChartKind.USAGE:
            return "90 % or more"
    return bar.key


def _age(key: str) -> str:
    if key == DUE_UNKNOWN:
        return "due date unknown"
    fewest, most = next((low, high) for name, low, high in AGES if name == key)
    if not fewest:
        return "not due yet"
    return f"{fewest} to {most} days overdue" if most is not None else f"over {fewest - 1} days overdue"


def note(chart: Chart) -> str:
    """Return the note of a chart: no data, or not all customers counted; else empty."""
    if not chart.known:
        return "only customers whose profile was opened" if chart.bars else "unknown for these customers"
    return "" if chart.bars else "No customers"


def title(text: str) -> str:
    """The title of the screen for a search."""
    return f"Insights: {text}" if text else "Insights: all customers"


def source(count: int, *, complete: bool) -> str:
    """Say how many cached customers were counted."""
    counted = f"Based on {fmt.plural(count, 'cached customer')}"
    return counted if complete else f"{counted}; not all customers are cached yet"


def csv_rows(charts: Iterable[Chart]) -> Iterator[tuple[object, ...]]:
    """Yield the figures by their keys, as in JSON, with a heading.

    A chart whose data the list of the billing system lacks has the key `unknown`, or `incomplete` before the
    figures of the customers whose profiles were opened.
    """
    yield "chart", "key", "customers", "amount", "currency", "search"
    for chart in charts:
        if not chart.known:
            yield chart.kind.value, "incomplete" if chart.bars else "unknown", *[None] * 4
        for bar in chart.bars:
            yield chart.kind.value, bar.key, bar.customers, *money_cells(bar.amount), bar.query
