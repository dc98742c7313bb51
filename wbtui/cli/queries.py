"""Queries of commands: their mistakes end the command."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from wbtui.cli.context import say
from wbtui.errors import BadInput, StoreError

if TYPE_CHECKING:
    from wbtui.models.query.terms import Problem
    from wbtui.services.directory import Search
    from wbtui.services.open import Services

SAY_AFTER = 1.0
"""Seconds after which a command says what it waits for."""
EXCLUDING = re.compile(r"-[^\W\d_]{2,}[:<>=]")
"""Beginning of a filter that excludes, such as `-plan:free`."""


class QueryCommand(click.Command):
    """A command whose arguments are a query: a filter that excludes is no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        filters = [word for word in args[:end] if EXCLUDING.match(word)]
        if filters:
            options = [word for word in args[:end] if word not in filters]
            args = [*options, "--", *filters, *args[end + 1 :]]
        return super().parse_args(ctx, args)


async def valid_search(services: Services, text: str) -> Search:
    """Return a search in the cache, as of today. Raises BadInput with the mistakes of the query."""
    refresh = asyncio.ensure_future(services.date_refresh.refresh())
    if not (await asyncio.wait((refresh,), timeout=SAY_AFTER))[0]:
        say("Updating who is past due today…")
    with suppress(StoreError):  # where nothing can be stored
        await refresh
    await services.directory.plan_names()  # from then on, a plan that does not exist is a mistake
    search = services.directory.open(text)
    check_query(search)
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
