"""Lists as rows of CSV files: amounts and currencies have cells of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wbtui.errors import BadInput
from wbtui.models.customer import Customer
from wbtui.models.money import Money, total
from wbtui.models.preview import JournalEntry, result_name
from wbtui.ui import format as fmt
from wbtui.ui import states

Row = tuple[object, ...]
_YES_NO: dict[bool | None, str] = {True: "yes", False: "no"}
COLUMNS_TITLE = "Save as CSV: columns"
NO_COLUMN = "▲ Choose a column."


def saving(count: int) -> str:
    """The toast while many customers are being saved."""
    return f"Saving {fmt.plural(count, 'customer')} …"


def saved(what: str, path: object, note: str = "") -> str:
    """Name the file that was saved, with a note on data it may lack."""
    return f"{what} saved as {path}{'. ' if note else ''}{note}"


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column of a CSV file of customers.

    Attributes:
        name: its heading, by which `--columns` names it.
        label: its name in the form.
        value: computes a cell; of several amounts there is a column for each currency. None is unknown.
    """

    name: str
    label: str
    value: Callable[[Customer], object]
    is_money: bool = False


def _plan(customer: Customer) -> str:
    phrase, more = fmt.plan_phrase(customer)
    return "" if phrase == fmt.NOTHING else f"{phrase} +{more}" if more else phrase


def _next_charge(customer: Customer) -> date | None:
    days = [one.next_charge.date for one in customer.running if one.next_charge is not None]
    return min(days, default=None)


def _in_address(part: str) -> Callable[[Customer], object]:
    return lambda customer: getattr(customer.address, part, None)


COLUMNS = (
    ExportColumn("id", "ID", lambda one: one.id),
    ExportColumn("name", "Name", lambda one: one.title),
    ExportColumn("company", "Company", lambda one: one.company),
    ExportColumn("email", "E-mail", lambda one: one.email),
    ExportColumn("reference", "Reference", lambda one: one.reference),
    ExportColumn("plan", "Plan", _plan),
    ExportColumn("status", "Billing status", lambda one: one.billing_status.value),
    ExportColumn("account", "Customer status", lambda one: states.CUSTOMER[one.status].word),
    ExportColumn("since", "Since", lambda one: one.created.date()),
    ExportColumn("owes", "Owes", lambda one: one.owed, is_money=True),
    ExportColumn("overdue_since", "Overdue since", lambda one: one.overdue_since),
    ExportColumn("mrr", "MRR", lambda one: one.mrr, is_money=True),
    ExportColumn("next_charge", "Next charge", _next_charge),
    ExportColumn("disputed", "Disputed", lambda one: _YES_NO.get(one.disputed)),
    ExportColumn("city", "City", _in_address("city")),
    ExportColumn("country", "Country", _in_address("country")),
    ExportColumn("vat_id", "VAT ID", lambda one: one.vat_id),
    ExportColumn("notes", "Notes", lambda one: one.notes),
)
_BY_NAME = {column.name: column for column in COLUMNS}
DEFAULT_COLUMNS = tuple(_BY_NAME[name] for name in "id name email plan status since owes mrr".split())
"""The columns of the list, the ID and MRR."""


def known_columns(names: Iterable[str]) -> list[ExportColumn]:
    """Return the columns of these names; unknown ones, maybe of another version, are left out."""
    return [_BY_NAME[name] for name in names if name in _BY_NAME]


def columns_named(names: str) -> list[ExportColumn]:
    """Return the columns of names separated by commas, in their order. Raises BadInput for others."""
    wanted = dict.fromkeys(name.strip().lower() for name in names.split(",") if name.strip())
    unknown = [name for name in wanted if name not in _BY_NAME]
    if unknown or not wanted:
        problem = f"Unknown column: {', '.join(unknown)}" if unknown else "No column is named."
        raise BadInput(problem, hint=f"Columns: {', '.join(_BY_NAME)}")
    return known_columns(wanted)


def customer_heading(columns: Iterable[ExportColumn], currencies: Sequence[str]) -> Row:
    """Return the heading of `customer_rows`."""
    return tuple(
        name
        for column in columns
        for name in ([f"{column.name}_{one}" for one in currencies] if column.is_money else [column.name])
    )


def customer_rows(
    customers: Iterable[Customer], columns: Sequence[ExportColumn], currencies: Sequence[str]
) -> Iterator[Row]:
    """Yield the cells of each customer, amounts by currency. Unknown amounts are empty."""
    for one in customers:
        yield tuple(cell for column in columns for cell in _cells(column, column.value(one), currencies))


def _cells(column: ExportColumn, value: Any, currencies: Sequence[str]) -> Iterable[object]:
    return _by_currency(value, currencies) if column.is_money else (value,)


def _by_currency(amounts: Sequence[Money] | None, currencies: Sequence[str]) -> Iterator[str]:
    for currency in currencies:
        same = [money for money in amounts or () if money.currency == currency]
        yield "" if amounts is None else total(same, currency).amount


def money_cells(money: Money | None) -> Row:
    """Return amount and currency in cells of their own, empty for None."""
    return (None, None) if money is None else (money.amount, money.currency)


def journal_rows(entries: Iterable[JournalEntry]) -> Iterator[Row]:
    """Yield the recorded actions and their outcomes, with a heading."""
    yield ("recorded", "outcome", "action", "customer", "customer_id", "amount", "currency", "ticket",
           "agent", "details", "request_id")  # fmt: skip
    for one in entries:
        yield (
            f"{one.created:%Y-%m-%d %H:%M:%S} UTC",
            result_name(one.status, one.rule),
            one.summary,
            one.customer,
            one.customer_id,
            *money_cells(one.money),
            one.ticket,
            one.agent,
            one.trouble or (one.rule.message if one.rule else None),
            one.key,
        )
