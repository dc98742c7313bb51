"""Resolve typed text to a customer or an invoice: ID, invoice number, reference, e-mail or name."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wbtui import errors
from wbtui.models.customer import Customer
from wbtui.models.folding import fold_chunk, joined_forms, squash
from wbtui.models.page import SkippedRow
from wbtui.models.parts import CUSTOMER, INVOICE
from wbtui.models.text import clean, fold

if TYPE_CHECKING:
    from wbtui.services.open import Services

MAX_HITS = 20
"""Maximum number of search hits that are compared with the text."""
MAX_LISTED = 5
"""Maximum number of customers that an error lists."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """ID of a customer or an invoice."""

    kind: Literal["customer", "invoice"]
    id: str


async def resolve(services: Services, typed: str) -> Resolved:
    """Return the customer or invoice that the text identifies; an invoice only by number or ID.

    Searches the cache, then the server. Raises BadInput (empty text), NotFound, NotCached (offline and not
    cached), SeveralMatches, ApiErrors.
    """
    text = typed.strip()
    if not text:
        raise errors.BadInput("Enter a customer or an invoice.")
    try:
        row = await services.cache.find_invoice(text)
    except errors.NotCached:
        pass
    else:
        return Resolved("invoice", row.value.id)
    try:
        return Resolved("customer", (await resolve_customer(services, text)).id)
    except errors.NotFound as error:
        found = await _fetch_by_id(services, text)
        nothing = f'No customer or invoice matches "{clean(text, limit=80)}".'
        if found is None and not services.sync.is_complete:
            cached = "Not all data is" if (await services.cache.counts()).customers else "Nothing is"
            raise errors.NotFound(
                f"{nothing} {cached} cached yet.",
                hint="Invoices are found by number after `wbtui sync`.",
            ) from None
        if found is None:
            raise errors.NotFound(nothing, hint=error.hint) from None
        return found


async def resolve_customer(services: Services, typed: str) -> Customer:
    """Return the customer with this ID, reference, e-mail or name. Raises what `resolve` raises.

    Unless all are cached, the server is asked first: it may have another customer of the same name, also one
    that cannot be read.
    """
    text = typed.strip()
    cached = await services.profiles.cached(CUSTOMER, text)
    if cached is not None:
        return cached.value
    search, skipped, failure = services.directory.open(text), None, None
    all_cached = search.is_complete and not services.sync.skipped
    if not all_cached and search.can_ask and services.link.reachable:
        try:
            skipped = (await search.ask_server(limit=MAX_HITS)).skipped
        except errors.WbtuiError as error:
            failure = error
    try:
        return await _searched(services, text, skipped or ())
    except errors.NotCached as error:
        if not services.link.reachable:
            raise await nothing_cached(services) or error from None
    if failure is not None:
        raise failure
    if skipped is None:
        skipped = (await search.ask_server(limit=MAX_HITS)).skipped if search.can_ask else ()
    try:
        return await _searched(services, text, skipped)
    except errors.NotCached:
        if skipped:
            name = clean(skipped[0].name, limit=80)
            raise errors.BadRecord(f"{name} was found but can't be read. {skipped[0].reason}") from None
        hint = "Search with `wbtui find`."
        with contextlib.suppress(errors.NotCached):
            row = (await services.cache.find_invoice(text)).value
            hint = f"{clean(row.number)} is an invoice of {clean(row.customer_id)}: name that customer."
        raise errors.NotFound(
            f'No customer has the ID, reference, e-mail or name "{clean(text, limit=80)}".', hint=hint
        ) from None


async def nothing_cached(services: Services) -> errors.WbtuiError | None:
    """Return the error that says why nothing can be found in the cache; None if a customer can be.

    It is Offline if the server was asked for and cannot be reached.
    """
    if await services.directory.open("").count():
        return None
    synced_before = (await services.cache.sync_state()).confirmed_at is not None
    why = "The cached data has expired." if synced_before else "Nothing is cached yet."
    state = await services.link.wait_until_known()
    if services.link.reachable or services.link.pinned_offline:
        return errors.NotCached(why, hint="Run `wbtui sync` first.")
    return errors.Offline(f"{why} {state.why}", hint="Run `wbtui sync` when it is back.")


async def _searched(services: Services, text: str, skipped: Sequence[SkippedRow]) -> Customer:
    """Return the best match in the cache. Raises NotCached (none), SeveralMatches.

    `skipped` are matches of the server that cannot be read: each could be the customer asked for.
    """
    search = services.directory.open(text)
    page = await search.page(0, MAX_HITS)
    # Matches of a note or a corrected typo are for people to choose from; a command must not act on them.
    rows = [one.value for one in page.rows if _is_named(one.value, text) and not page.corrected]
    if not rows:
        raise errors.NotCached(
            f'No cached customer has the ID, reference, e-mail or name "{clean(text, limit=80)}".'
        )
    unreadable = [row for row in skipped if row.id not in {one.id for one in rows}]
    folded = fold(text)
    rules: tuple[Callable[[Customer], bool], ...] = (
        lambda one: fold(one.reference or "") == folded,
        lambda one: any(fold(mail.address) == folded for mail in one.emails),
        lambda one: fold(one.title) == folded or fold(one.company or "") == folded,
        lambda _one: True,
    )
    for rule in rules:
        matching = [one for one in rows if rule(one)]
        if len(matching) == 1 and not unreadable:
            return matching[0]
        if matching:
            rows = matching
            break
    names = [f"{_listed(one.name, one.id)}, can't be read" for one in unreadable]
    names = [*names, *(_listed(one.title, one.id, one.email) for one in rows)][:MAX_LISTED]
    count = len(unreadable) + (len(rows) if len(page.rows) < MAX_HITS else await search.count())
    if more := count - len(names):
        names.append(f"  and {more:,} more")
    raise errors.SeveralMatches("\n".join([f'{count:,} customers match "{clean(text, limit=80)}":', *names]))


def _listed(name: str, identifier: str, email: str | None = None) -> str:
    address = f" · {clean(email, limit=60)}" if email and email != name else ""
    return f"  {clean(name, limit=40)}{address} ({clean(identifier, limit=60)})"


def _is_named(customer: Customer, text: str) -> bool:
    """Return whether the text begins the ID, or each of its words one of name, company, reference or e-mail.

    Another part of the ID may by chance be the amount or the digits of a card that were typed. The parts of a
    number or an address are found together: INV-42 is not a customer with invoices@x.example and IND-42538.
    """
    if (typed_id := squash(text)) and squash(customer.id).startswith(typed_id):
        return True
    names = (customer.title, customer.company, customer.reference)
    chunks = " ".join(filter(None, [*names, *(mail.address for mail in customer.emails)])).split()
    words = {word for chunk in chunks for word in (*fold_chunk(chunk), *joined_forms(chunk))}
    typed = [(chunk, parts) for chunk in text.split() if (parts := fold_chunk(chunk))]
    if not typed:  # signs only
        return fold(text) == fold(customer.title)

    def is_found(chunk: str, parts: Sequence[str]) -> bool:
        if re.search(r"[0-9@]", chunk):
            return any(_begins_within(parts, form) for one in chunks for form in _forms(one))
        return all(any(word.startswith(begin) for word in words) for begin in parts)

    return all(is_found(chunk, parts) for chunk, parts in typed)


def _forms(chunk: str) -> Iterator[Sequence[str]]:
    """Yield the words of a number or an address in a row: as they stand, without apostrophes, as one word."""
    yield fold_chunk(chunk)
    yield fold_chunk(re.sub("['\u2019]", "", chunk))
    yield from ((form,) for form in joined_forms(chunk))


def _begins_within(parts: Sequence[str], words: Sequence[str]) -> bool:
    """Return whether the parts are words in a row, the last one at least the beginning of one."""
    *whole, last = parts
    ends = range(len(whole), len(words))
    return any(words[end].startswith(last) and [*words[end - len(whole) : end]] == whole for end in ends)


async def _fetch_by_id(services: Services, text: str) -> Resolved | None:
    """Fetch the customer or invoice with exactly this ID; None if the server has neither."""
    not_found = (errors.NotFound, errors.BadInput, errors.NotOffered, errors.Rejected)
    with contextlib.suppress(*not_found):
        await services.profiles.fetch(CUSTOMER, text)
        return Resolved("customer", text)
    with contextlib.suppress(*not_found):
        await services.profiles.fetch(INVOICE, text)
        return Resolved("invoice", text)
    return None
