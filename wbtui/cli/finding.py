"""`wbtui find`: customers of a search as text, JSON or CSV."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, TypeAlias

import click

from wbtui.cli.context import CliContext, fail, json_text, out, pass_cli, say, say_left_out, table
from wbtui.cli.opening import opened
from wbtui.cli.output import check_format, format_options, save_as, stamped_json, warn_skipped
from wbtui.cli.queries import QueryCommand, valid_search
from wbtui.errors import NotOffered, Offline, Unreachable, WbtuiError

if TYPE_CHECKING:
    from wbtui.models.customer import Customer
    from wbtui.models.page import Stamped
    from wbtui.services.directory import Search
    from wbtui.services.open import Services
    from wbtui.ui.text.exports import ExportColumn

_TITLES = ("Name", "E-mail", "Plan", "Status", "Owes", "ID")
PAGE = 200
_IN_PROFILES = frozenset(("is:", "owes"))
"""Filters for data that plain Wingback has in profiles only."""


@click.command(cls=QueryCommand, short_help="Find customers.")
@click.argument("query", nargs=-1, required=True)
@format_options("Output JSON: total, and all data of each customer.")
@click.option(
    "--limit",
    type=click.IntRange(0, 1_000_000),
    default=50,
    show_default=True,
    help="Maximum number of customers; 0 for all.",
)
@click.option("--columns", metavar="NAMES", help="Columns of the CSV, such as id,name,owes,notes.")
@pass_cli
def find(
    cli: CliContext,
    query: tuple[str, ...],
    as_json: bool,
    as_csv: bool,
    output: Path | None,
    limit: int,
    columns: str | None,
) -> None:
    """Find customers with the search syntax of the app.

    For example: wbtui find anna plan:pro 'owes>100'; the shell needs the quotes around < and >. Searches
    cached data and, until all customers are cached, the billing system. The exit code is 5 if there are no
    matches.
    """
    check_format(as_json=as_json, as_csv=as_csv, output=output)
    if columns is not None and not as_csv:
        raise click.UsageError("--columns needs --csv.")
    show: _Show = _show_json if as_json else _show_table
    if as_csv:
        from wbtui.ui.text.exports import DEFAULT_COLUMNS, columns_named

        chosen = DEFAULT_COLUMNS if columns is None else columns_named(columns)
        show = partial(_show_csv, columns=chosen, output=output)
    if not asyncio.run(_find(cli, " ".join(query), limit, show)):
        say("No customers match.")
        fail(5)


async def _find(cli: CliContext, text: str, limit: int, show: _Show) -> int:
    """Print up to `limit` customers (0: all), and how old the oldest data is. Return their number.

    Raises BadInput for the query, NotOffered for no match where the list lacks the data, NotCached or Offline
    if nothing is cached.
    """
    from wbtui.services.resolve import nothing_cached
    from wbtui.ui.format import ago
    from wbtui.ui.text.search import corrected_words, inexact, not_listed

    async with opened(cli) as services:
        search = await checked_search(services, text)
        total = await search.count()
        # A cache that was damaged may have been set aside meanwhile.
        is_lost = search.is_complete and (await services.cache.sync_state()).complete_since is None
        if is_lost and (missing := await nothing_cached(services)) is not None:
            raise missing
        if filters := await search.not_listed():
            if not total:
                raise NotOffered(not_listed(filters), hint=_hint(filters, synced=search.is_complete))
            say(f"▲ {inexact(filters, complete=True)}")
        found = _Found(services, search, total, limit or total)
        await show(found)
        if found.count:
            if corrected := (await search.page(0, 1)).corrected:
                say(f"≈ {corrected_words(corrected)}")
            say(f"As of {ago(found.age)}.")
            if order := _order(services, search, found.first):
                say(f"Order: {order}.")
        if total > found.count:
            say("Use --limit 0 for all of them.")
        return found.count


def _order(services: Services, search: Search, first: Customer | None) -> str:
    """Return by which amounts the customers are sorted, in which currency; empty for other orders."""
    from wbtui.ui.text.search import order_words

    sort, system = search.query.sort, services.system
    if sort is None or system is None or first is None:
        return ""
    return order_words(sort.field, system.default_currency, first)


def _hint(filters: Iterable[str], *, synced: bool) -> str:
    """Return what helps where the list of customers lacks the data for these filters."""
    names = {one.removeprefix("-") for one in filters}
    if synced and "is:" in names:  # profiles do not tell it either
        return "is:unknown finds the customers whose billing status is not known."
    if names <= _IN_PROFILES:
        return "`wbtui sync --details` fetches it with the profiles. Then search again."
    return "Search for something else."


class _Found:
    """The customers of a search, page by page: there may be a million.

    Attributes:
        total: number of matches.
        count: number of customers read so far, at most `limit`.
        first: the first of them.
        age: age of the oldest of them.
    """

    def __init__(self, services: Services, search: Search, total: int, limit: int) -> None:
        self.services = services
        self.total = total
        self.count = 0
        self.first: Customer | None = None
        self.age = timedelta()
        self._pages = search.pages(limit)

    async def __aiter__(self) -> AsyncIterator[Sequence[Stamped[Customer]]]:
        async for rows in self._pages:
            self.count += len(rows)
            self.first = self.first or next((one.value for one in rows), None)
            self.age = max(self.age, *(one.age(self.services.now()) for one in rows))
            yield rows


_Show: TypeAlias = Callable[[_Found], Awaitable[None]]


async def _show_table(found: _Found) -> None:
    cells = [row async for rows in found for row in _cells(rows)]
    if cells:
        left_out = table([_TITLES, *cells], right=frozenset({4}), optional=("E-mail", "Plan"))
        out(_counted(found))
        say_left_out(left_out)


def _counted(found: _Found) -> str:
    from wbtui.ui.format import plural

    return f"{found.count:,} of {plural(found.total, 'customer')}"


async def _show_json(found: _Found) -> None:
    """Print each customer once it is read, laid out as `out_json` does."""
    click.echo(f'{{\n  "total": {found.total},\n  "customers": [', nl=False)
    async for rows in found:
        first = found.count == len(rows)
        texts = (indent(json_text(stamped_json(row)), "    ") for row in rows)
        click.echo(("\n" if first else ",\n") + ",\n".join(texts), nl=False)
    click.echo("\n  ]\n}" if found.count else "]\n}")


async def _show_csv(found: _Found, *, columns: Sequence[ExportColumn], output: Path | None) -> None:
    """Print each page once it is read, or save all of them; amounts have a column for each currency."""
    from wbtui.ui.customers_csv import customers_csv

    texts = (text async for text, _ in customers_csv(found.services, columns, found))
    if output is not None:
        save_as(output, [text async for text in texts])
    else:
        async for text in texts:
            click.echo(text.encode(), nl=False)
    if found.count:
        say(_counted(found))


async def checked_search(services: Services, text: str) -> Search:
    """Return a search, with the results of the server in the cache. Raises BadInput for the query."""
    search = await valid_search(services, text)
    await _search_server(services, search)
    return search


async def _search_server(services: Services, search: Search) -> None:
    """Add the results of the server unless all customers are cached; report a failure on stderr.

    Raises the failure if nothing is cached: no customers would be wrong then.
    """
    from wbtui.services.resolve import nothing_cached

    if search.is_complete:
        return
    failure: WbtuiError | None = None
    if search.can_ask:
        try:
            warn_skipped("customer", (await search.ask_server(limit=PAGE)).skipped)
            return
        except WbtuiError as error:
            failure = error
    missing = await nothing_cached(services)
    if missing is not None:
        raise missing if failure is None or isinstance(failure, Offline | Unreachable) else failure
    if failure is not None:
        title = "" if isinstance(failure, Offline) else f"{failure.title}: "
        say(f"Searched cached data only. {title}{failure.sentence}")


def _cells(found: Sequence[Stamped[Customer]]) -> list[tuple[str, ...]]:
    from wbtui.ui.format import NOTHING, amounts, plan_phrase
    from wbtui.ui.states import BILLING

    return [
        (
            one.value.title,
            one.value.email or NOTHING,
            plan_phrase(one.value)[0],
            BILLING[one.value.billing_status].text,
            amounts(one.value.owed),
            one.value.id,
        )
        for one in found
    ]
