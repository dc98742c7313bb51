"""Lists as rows of CSV files: amounts and currencies have cells of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from wbtui.models.customer import Customer
from wbtui.models.money import Money, total
from wbtui.models.preview import JournalEntry
from wbtui.ui import format as fmt

Row = tuple[object, ...]


def saved(what: str, path: object) -> str:
    """Where something was saved."""
    return f"{what} saved as {path}"


def customers(count: int) -> str:
    """What a file with customers holds."""
    return fmt.plural(count, "customer")


def entries(count: int) -> str:
    """What a file with entries of the journal holds."""
    return fmt.plural(count, "entry", "entries")


def customer_heading(currencies: Sequence[str]) -> Row:
    """Return the heading of `customer_rows`."""
    amounts = (f"{name}_{currency}" for name in ("owes", "mrr") for currency in currencies)
    return ("id", "name", "email", "plan", "status", "since", *amounts)


def customer_rows(customers: Iterable[Customer], currencies: Sequence[str]) -> Iterator[Row]:
    """Yield the columns of the list, the ID, and amounts by currency. Unknown amounts are empty."""
    for one in customers:
        phrase, more = fmt.plan_phrase(one)
        yield (
            one.id,
            one.title,
            one.email,
            "" if phrase == fmt.NOTHING else f"{phrase} +{more}" if more else phrase,
            one.billing_status.value,
            one.created.date().isoformat(),
            *_by_currency(one.owed, currencies),
            *_by_currency(one.mrr, currencies),
        )


def _by_currency(amounts: Sequence[Money] | None, currencies: Sequence[str]) -> Iterator[str]:
    for currency in currencies:
        same = [money for money in amounts or () if money.currency == currency]
        yield "" if amounts is None else total(same, currency).amount


def journal_rows(entries: Iterable[JournalEntry]) -> Iterator[Row]:
    """Yield the recorded actions and their outcomes, with a heading."""
    yield ("recorded", "outcome", "action", "customer", "customer_id", "amount", "currency", "ticket",
           "agent", "details", "request_id")  # fmt: skip
    for one in entries:
        yield (
            one.created.isoformat(),
            one.status.value,
            one.summary,
            one.customer,
            one.customer_id,
            one.money.amount if one.money is not None else None,
            one.money.currency if one.money is not None else None,
            one.ticket,
            one.agent,
            one.trouble or (one.rule.message if one.rule else None),
            one.key,
        )
