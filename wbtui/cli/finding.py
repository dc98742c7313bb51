"""`wbtui find`: customers of a search as text, JSON or CSV."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wbtui.cli.context import CliContext, fail, out, out_json, pass_cli, say, table
from wbtui.cli.opening import opened
from wbtui.cli.output import check_format, format_options, out_csv, stamped_json
from wbtui.errors import BadInput, NotOffered, Offline, Unreachable, WbtuiError

if TYPE_CHECKING:
    from wbtui.models.customer import Customer
    from wbtui.models.page import Stamped
    from wbtui.models.query_terms import Problem
    from wbtui.services.directory import Search
    from wbtui.services.open import Services
    from wbtui.ui.text.exports import ExportColumn

PAGE = 200


@click.command(short_help="Find customers.")
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

    For example: wbtui find anna plan:pro is:past_due. Searches cached data, and the billing system until all
    customers are cached. The exit code is 5 if there are no matches.
    """
    check_format(as_json=as_json, as_csv=as_csv, output=output)
    if columns is not None and not as_csv:
        raise click.UsageError("--columns needs --csv.")
    chosen = _csv_columns(columns) if as_csv else ()
    with_currencies = any(column.is_money for column in chosen)
    found, total, currencies = asyncio.run(
        _find(cli, " ".join(query), limit, with_currencies=with_currencies)
    )
    if as_csv:
        from wbtui.ui.text.exports import customer_heading, customer_rows

        rows = customer_rows((one.value for one in found), chosen, currencies)
        out_csv((customer_heading(chosen, currencies), *rows), output)
    elif as_json:
        out_json({"total": total, "customers": [stamped_json(one) for one in found]})
    elif found:
        table(_rows(found), right=frozenset({4}))
        out(f"{len(found):,} of {total:,} customers")
    if total > len(found):
        say("Use --limit 0 for all of them.")
    if not found:
        say("No customers match.")
        fail(5)


def _csv_columns(names: str | None) -> Sequence[ExportColumn]:
    """Return the columns of these names, without any the default ones. Raises BadInput."""
    from wbtui.ui.text.exports import DEFAULT_COLUMNS, columns_named

    return DEFAULT_COLUMNS if names is None else columns_named(names)


async def _find(
    cli: CliContext, text: str, limit: int, *, with_currencies: bool
) -> tuple[list[Stamped[Customer]], int, tuple[str, ...]]:
    """Return up to `limit` customers (0: all), the number of matches, and the currencies of all customers.

    Says how old the oldest of them is. The currencies are empty unless asked for: finding them reads the
    amounts of every customer. Raises BadInput for the query, NotOffered for none where the list lacks the
    data, NotCached or Offline if nothing is cached.
    """
    from wbtui.services.resolve import nothing_cached
    from wbtui.ui.format import ago
    from wbtui.ui.text.search import not_listed

    async with opened(cli) as services:
        search = await checked_search(services, text)
        total = await search.count()
        # A cache that was damaged may have been set aside meanwhile.
        is_lost = search.is_complete and (await services.cache.sync_state()).complete_since is None
        if is_lost and (missing := await nothing_cached(services)) is not None:
            raise missing
        if filters := await search.not_listed():
            if not total:
                raise NotOffered(not_listed(filters), hint="Search for something else, or open the profiles.")
            say(f"▲ {not_listed(filters)} Others may match.")
        found = [row async for rows in search.pages(limit or total) for row in rows]
        if found:
            say(f"As of {ago(max(one.age(services.now()) for one in found))}.")
        return found, total, await services.cache.currencies() if with_currencies else ()


async def checked_search(services: Services, text: str) -> Search:
    """Return a search, with the results of the server in the cache. Raises BadInput for the query."""
    search = services.directory.open(text)
    check_query(search)
    await _search_server(services, search)
    return search


def check_query(search: Search) -> None:
    """Raise BadInput with the mistakes of a query."""
    if search.query.problems:
        raise BadInput(
            "\n".join(_explained(problem) for problem in search.query.problems),
            hint="Correct it, or put it in double quotes to search for it as text.",
        )


def _explained(problem: Problem) -> str:
    return problem.message + (f" Did you mean {problem.nearest}?" if problem.nearest else "")


async def _search_server(services: Services, search: Search) -> None:
    """Add the results of the server unless all customers are cached; report a failure on stderr.

    Raises the failure if nothing is cached: no customers would be wrong then.
    """
    from wbtui.cli.syncing import warn_skipped
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


def _rows(found: list[Stamped[Customer]]) -> list[tuple[str, ...]]:
    from wbtui.ui.format import BILLING, NOTHING, amounts, plan_phrase

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
