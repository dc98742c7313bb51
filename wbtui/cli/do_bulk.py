"""`wbtui do KIND --query …` and `wbtui resume`: one action on many customers, each item under its own key."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from wbtui.cli.context import CliContext, checked_output, out_json, say, table
from wbtui.errors import BadInput, NotFound
from wbtui.models.text import mixed_scripts, spaced

if TYPE_CHECKING:
    from wbtui.models.actions import Action
    from wbtui.models.bulk import Bulk, BulkItem, LeftOut
    from wbtui.models.customer import Customer
    from wbtui.services.actions.bulk_run import BulkRun
    from wbtui.services.actions.bulk_targets import BulkTarget
    from wbtui.services.open import Services
    from wbtui.ui.actions.catalogue import Entry

FAILED = {
    "unknown": 9,
    "refused": 8,
    "changed": 8,
    "not_sent": 4,
    "abandoned": 4,
    "not_carried_out": 4,
    "not_tried": 4,
}
"""What the command ends with, by the status of items; the first that an item has."""


_RESUME = "`wbtui resume` sends what is left."
_TITLES = ("Customer", "Invoice", "Amount", "Details")
_LONGEST = 200
"""Characters of a value: a name with an ID and two warnings are shown whole."""


class BulkRequest(NamedTuple):
    """What was asked for on the command line.

    Attributes:
        query: finds the customers; "-" reads them from standard input.
        confirm: the text that confirms it; None only previews.
        again: whether to do what was done before.
    """

    kind: str
    fields: Sequence[str]
    query: str
    confirm: str | None
    again: bool
    stop_on_error: bool
    as_json: bool


async def do_bulk(cli: CliContext, asked: BulkRequest) -> int:
    """Print the preview of every item and, once confirmed, the outcomes. Return the exit code."""
    from wbtui.cli.opening import opened_for_actions
    from wbtui.ui.format import plural

    async with opened_for_actions(cli) as services:
        entry = _entry(services, asked)
        services.actions.permissions.require_writable()
        if (unfinished := await services.bulks.unfinished()) is not None:
            raise BadInput(
                f"A bulk action is not finished: {plural(len(unfinished.left), 'item')} left.",
                hint="Continue it with `wbtui resume`, or discard it with `wbtui resume --discard`.",
            )
        customers = await _customers(services, asked.query)
        items, left_out = await _items(services, asked, entry, customers)
        reason = services.bulks.total_refusal(items)
        code = _checked(
            items, left_out, reason, confirm=asked.confirm, again=asked.again, as_json=asked.as_json
        )
        if code is not None:
            return code
        run = await services.bulks.start(
            items, stop_on_error=asked.stop_on_error, left_out=left_out, undo_seconds=0.0
        )
        return await _wait(run, as_json=asked.as_json)


async def resume_bulk(cli: CliContext, confirm: str | None, *, as_json: bool) -> int:
    """Print what is left of an unfinished bulk action and, once confirmed, send it. Return the exit code."""
    from wbtui.cli.opening import opened_for_actions

    async with opened_for_actions(cli) as services:
        services.actions.permissions.require_writable()
        bulk = await _unfinished(services)
        # What was sent before counts towards the limit, too.
        reason = services.bulks.total_refusal(bulk.items)
        # Possible duplicates were accepted when it was started.
        code = _checked(bulk.left, (), reason, confirm=confirm, again=True, as_json=as_json)
        if code is not None:
            return code
        return await _wait(await services.bulks.resume(bulk.id, undo_seconds=0.0), as_json=as_json)


async def discard_bulk(cli: CliContext) -> int:
    """Discard what is left of an unfinished bulk action. Return the exit code."""
    from wbtui.cli.opening import opened_for_actions
    from wbtui.ui.text.bulk import discard_notice

    async with opened_for_actions(cli) as services:
        bulk = await _unfinished(services)
        await services.bulks.end(bulk.id)
        say(discard_notice(len(bulk.left)))
    return 0


async def _unfinished(services: Services) -> Bulk:
    from wbtui.models.bulk import Bulk
    from wbtui.ui.format import plural

    bulk = await services.bulks.unfinished()
    if bulk is not None:
        return bulk
    last = await services.bulks.current()
    if isinstance(last, Bulk) and last.ended is None and last.left:
        raise BadInput(
            f"Another wbtui has the bulk action: {plural(len(last.left), 'item')} left.",
            hint="Continue it there, or close that wbtui and run `wbtui resume`.",
        )
    hint = "Bulk actions are started with `wbtui do KIND --query QUERY`, or in the app."
    raise BadInput("There is no unfinished bulk action.", hint=hint)


def _checked(
    items: Sequence[BulkItem],
    left_out: Sequence[LeftOut],
    reason: str | None,
    *,
    confirm: str | None,
    again: bool,
    as_json: bool,
) -> int | None:
    """Print what would be sent. Return None if it was confirmed, else the exit code.

    `reason` is why the agent's limit does not allow it; None when it does.
    """
    if not as_json:
        named = _named([*items, *left_out])
        rows = [
            (named(item), item.label or "", str(item.amount or ""), " ".join(_warnings(item)))
            for item in items
        ]
        rows += [(named(one), "", "", f"Left out: {one.trouble}") for one in left_out]
        columns = [column for column in zip(_TITLES, *rows, strict=True) if any(column[1:])]
        with checked_output("Nothing was sent."):
            table(zip(*columns, strict=True), limit=_LONGEST)
    if reason is not None:
        say(f"{reason} Nothing was sent.")
    elif not items:
        say("All customers are left out. Nothing was sent.")
    elif _confirmed(items, confirm, again=again):
        return None
    code = 2 if items and reason is None else 8
    if as_json:
        shown = _json([*items, *left_out])
        with checked_output("Nothing was sent.", code):
            out_json({**shown, "done": False, **({"disabled_reason": reason} if reason else {})})
    return code


def _warnings(item: BulkItem) -> Iterator[str]:
    """Yield the warnings of the preview and what was done in the last 24 hours."""
    from wbtui.models.preview_text import lookalike_text

    yield from (warn.text for warn in item.preview.warnings)
    yield from (f"Possible duplicate: {lookalike_text(one)}." for one in item.preview.lookalikes)


def _entry(services: Services, asked: BulkRequest) -> Entry:
    """Return the catalogue row of the action.

    Raises BadInput for one that is not for many customers, NotOffered where the billing system lacks it.
    """
    from wbtui.ui.actions.catalogue import ENTRIES

    entries = {one.kind: one for one in ENTRIES if one.bulk}
    if (entry := entries.get(asked.kind)) is None:
        system = services.system
        kinds = ", ".join(sorted(one for one in entries if system is None or system.can(f"action.{one}")))
        raise BadInput(
            f"{asked.kind[:40]!r} can't be done for several customers at once.",
            hint=f"Choose one of: {kinds}." if kinds else "This billing system has no action that can.",
        )
    services.actions.require_offered(entry.kind)
    for word in asked.fields:
        if (name := word.partition("=")[0]) in not_in_bulk(entry):
            raise BadInput(f"{name!r} can't be set for several customers at once.", hint="Leave it out.")
    return entry


def not_in_bulk(entry: Entry) -> tuple[str, ...]:
    """Return the fields that cannot be given with --query: the object, and what is the same for all."""
    from wbtui.models.actions.base import SUBJECT_MEMBER

    return (SUBJECT_MEMBER[entry.about], *entry.in_bulk)


async def _customers(services: Services, query: str) -> list[Customer]:
    """Return the customers that match, or that standard input names.

    Raises BadInput for too many, NotFound for none.
    """
    from wbtui.cli.finding import checked_search
    from wbtui.models.bulk import MOST_ITEMS
    from wbtui.services.resolve import resolve_customer

    if query == "-":
        named = list(dict.fromkeys(name for line in sys.stdin if (name := line.strip("\ufeff \t\r\n"))))
        if named[:1] == ["id"]:  # the heading of `find --csv --columns id`
            del named[0]
        if len(named) > MOST_ITEMS:
            raise BadInput(
                f"{len(named):,} customers are named. At most {MOST_ITEMS} are possible at once.",
                hint="Name fewer.",
            )
        found = [await resolve_customer(services, name) for name in named]
        found = list({one.id: one for one in found}.values())
    else:
        search = await checked_search(services, query)
        if (count := await search.count()) > MOST_ITEMS:
            raise BadInput(
                f"{count:,} customers match. At most {MOST_ITEMS} are possible at once.",
                hint="Add a word or a filter to the query.",
            )
        page = await search.page(0, MOST_ITEMS)
        # A corrected typo may be somebody else: a command must not act on it.
        found = [] if page.corrected else [row.value for row in page.rows]
    if not found:
        raise NotFound("No customers match.", hint="Search with `wbtui find`.")
    return found


async def _items(
    services: Services, asked: BulkRequest, entry: Entry, customers: Sequence[Customer]
) -> tuple[list[BulkItem], list[LeftOut]]:
    """Return what will be sent, and the customers left out."""
    from wbtui.models.bulk import BulkItem, LeftOut
    from wbtui.services.actions.bulk_targets import find_targets
    from wbtui.ui.actions.bulk_items import preview_targets

    make_action = partial(_action, services, asked, entry)
    targets = _fitting(await find_targets(services.profiles.fetch, entry.model, customers), make_action)
    rows = await preview_targets(services.bulks, entry, targets, make_action)
    items = [row for row in rows if isinstance(row, BulkItem) and row.trouble is None]
    return items, [LeftOut(row.customer_id, row.customer, row.trouble) for row in rows if row.trouble]


def _fitting(targets: Sequence[BulkTarget], make_action: Callable[[BulkTarget], Action]) -> list[BulkTarget]:
    """Return the targets, with the reason where the fields do not fit a customer, such as cents of a yen.

    Raises BadInput for fields that fit none.
    """
    found: list[BulkTarget] = []
    errors, fits = list[BadInput](), False
    for target in targets:
        if target.reason is None:
            try:
                make_action(target)
                fits = True
            except BadInput as error:
                errors.append(error)
                target = replace(target, reason=error.sentence)
        found.append(target)
    if errors and not fits:
        raise errors[0]
    return found


def _action(services: Services, asked: BulkRequest, entry: Entry, target: BulkTarget) -> Action:
    from wbtui.cli.identifiers import currency_of
    from wbtui.models.actions.base import SUBJECT_MEMBER
    from wbtui.models.actions.parse import parse_action

    words = [
        *asked.fields,
        *(f"{name}={value}" for name, value in entry.in_bulk.items() if value is not None),
    ]
    if entry.about != "customer" and target.subject is not None:
        words.append(f"{SUBJECT_MEMBER[entry.about]}={target.subject.id}")
    currency, agent = currency_of(services, target.customer), services.connection.agent
    return parse_action(asked.kind, target.customer.id, words, agent=agent, currency=currency)


def _confirmed(items: Sequence[BulkItem], confirm: str | None, *, again: bool) -> bool:
    """Whether the total was given, of several currencies or none the number of items. Raises BadInput."""
    from wbtui.models.bulk import totals
    from wbtui.ui.actions.catalogue import title_of
    from wbtui.ui.format import plural

    sums = totals(items)
    wanted = sums[0].amount if len(sums) == 1 else str(len(items))
    if confirm is None:
        said = " + ".join(map(str, sums))
        count = f"{title_of(items[0].action.kind)}: {plural(len(items), 'item')}"
        say(f"{count}{f', {said}' if said else ''}. Nothing was sent. Pass --confirm {wanted}.")
        return False
    if confirm.strip() != wanted:
        raise BadInput(
            f"--confirm is {confirm[:40]!r}, but {wanted} is expected. Nothing was sent.",
            hint=f"Check the preview, then pass --confirm {wanted}.",
        )
    if not again and (same := [item for item in items if item.preview.lookalikes]):
        raise BadInput(
            f"The same was done to {_named(items)(same[0])} in the last 24 hours. Nothing was sent.",
            hint="Pass --again to do it once more, or leave that customer out.",
        )
    return True


async def _wait(run: BulkRun, *, as_json: bool) -> int:
    """Wait until all is sent, print the outcomes and return the exit code. ctrl+c stops after an item."""
    from wbtui.ui.format import plural

    try:
        bulk = await run.wait()
    except asyncio.CancelledError:
        run.stop()
        say(f"Stopped after the current item. {_RESUME}")
        raise
    statuses = {item.status.value for item in bulk.items}
    code = next((code for status, code in FAILED.items() if status in statuses), 0)
    if as_json:
        with checked_output("`wbtui journal` has what was sent, with its outcome.", code):
            out_json({**_json(bulk.rows), "done": True})
    else:
        named = _named(bulk.rows)
        for row in bulk.rows:
            say(f"{named(row)}: {spaced(row.status)}{f'. {row.trouble}' if row.trouble else ''}")
    if bulk.left:
        say(f"{run.stopped or ''} {plural(len(bulk.left), 'item')} left. {_RESUME}".lstrip())
    return code


def _named(rows: Sequence[BulkItem | LeftOut]) -> Callable[[BulkItem | LeftOut], str]:
    """Return what names the customer of a row.

    The ID is added where another one has the same name, or the name mixes letters that look alike.
    """
    owners: dict[str, set[str]] = {}
    for row in rows:
        owners.setdefault(row.customer, set()).add(row.customer_id)

    def name_of(row: BulkItem | LeftOut) -> str:
        is_unclear = len(owners[row.customer]) > 1 or mixed_scripts(row.customer)
        return f"{row.customer} ({row.customer_id})" if is_unclear else row.customer

    return name_of


def _json(rows: Iterable[BulkItem | LeftOut]) -> dict[str, Any]:
    """Return items and customers left out as JSON data."""
    from wbtui.models.bulk import BulkItem

    found: dict[str, list[dict[str, Any]]] = {"items": [], "left_out": []}
    for row in rows:
        found["left_out" if row.status == "left_out" else "items"].append(
            {
                "customer_id": row.customer_id,
                "customer": row.customer,
                "object": row.label,
                "amount": None if row.amount is None else row.amount.wire(),
                "status": row.status.value,
                "details": row.trouble,
                "key": row.key,
                **({"warnings": [*_warnings(row)]} if isinstance(row, BulkItem) else {}),
            }
        )
    return found
