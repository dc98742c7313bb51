"""Who or what was meant by what was typed: an id, a number, a reference, an e-mail, a name."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wbtui import errors
from wbtui.models.customer import Customer
from wbtui.models.parts import CUSTOMER, INVOICE
from wbtui.models.text import clean, fold

if TYPE_CHECKING:
    from wbtui.services.open import Services

MANY = 20
NAMED = 5


@dataclass(frozen=True, slots=True)
class Resolved:
    """A customer or an invoice, by id."""

    kind: Literal["customer", "invoice"]
    id: str


async def resolve(services: Services, typed: str) -> Resolved:
    """The customer or invoice meant. An invoice only by its number or id.

    What is held is looked at first, then the server is asked. Raises NotFound (nothing is called so),
    NotCached (offline and not held), SeveralMatches and ApiErrors.
    """
    text = typed.strip()
    if not text:
        raise errors.BadInput("Nothing was named.")
    try:
        row = await services.cache.find_invoice(text)
    except errors.NotCached:
        pass
    else:
        return Resolved("invoice", row.value.id)
    try:
        return Resolved("customer", (await resolve_customer(services, text)).id)
    except errors.NotFound:
        found = await _asked_by_id(services, text)
        if found is None:
            raise
        return found


async def resolve_customer(services: Services, typed: str) -> Customer:
    """The customer meant by id, reference, e-mail or name. Raises as `meant`."""
    text = typed.strip()
    held = await services.profiles.cached(CUSTOMER, text)
    if held is not None:
        return held.value
    try:
        return await _searched(services, text)
    except errors.NotCached:
        if not services.link.reachable:
            raise
    search = services.directory.open(text)
    if search.can_ask:
        await search.ask_server(limit=MANY)
    try:
        return await _searched(services, text)
    except errors.NotCached:
        raise errors.NotFound(
            f"Nobody is called {clean(text, limit=80)!r}.", hint="Try `wbtui find`."
        ) from None


async def _searched(services: Services, text: str) -> Customer:
    """The one held customer that fits best. Raises NotCached (none), SeveralMatches."""
    search = services.directory.open(text)
    page = await search.page(0, MANY)
    rows = [one.value for one in page.rows]
    # Who only looks like what was typed is offered to people, never meant by a command.
    if not rows or page.corrected:
        raise errors.NotCached(f"Nobody held here is called {clean(text, limit=80)!r}.")
    wanted = fold(text)
    ways: tuple[Callable[[Customer], bool], ...] = (
        lambda one: fold(one.reference or "") == wanted,
        lambda one: any(fold(mail.address) == wanted for mail in one.emails),
        lambda one: fold(one.title) == wanted or fold(one.company or "") == wanted,
        lambda _one: True,
    )
    for way in ways:
        fitting = [one for one in rows if way(one)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            rows = fitting
            break
    names = [f"  {clean(one.title, limit=40)} ({clean(one.id, limit=60)})" for one in rows[:NAMED]]
    count = len(rows) if len(rows) < MANY else await search.count()
    if count > NAMED:
        names.append(f"  and {count - NAMED:,} more")
    raise errors.SeveralMatches("\n".join([f'{count:,} customers match "{clean(text, limit=80)}":', *names]))


async def _asked_by_id(services: Services, text: str) -> Resolved | None:
    """What the server knows under this very id; None when nothing."""
    nothing = (errors.NotFound, errors.BadInput, errors.NotOffered, errors.Rejected)
    with contextlib.suppress(*nothing):
        await services.profiles.fetch(CUSTOMER, text)
        return Resolved("customer", text)
    with contextlib.suppress(*nothing):
        await services.profiles.fetch(INVOICE, text)
        return Resolved("invoice", text)
    return None
