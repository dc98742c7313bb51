"""`wbtui do KIND --query …`: one action on many customers, each item under a key of its own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from wbtui.cli.context import CliContext, out_json, say, table
from wbtui.errors import BadInput

if TYPE_CHECKING:
    from wbtui.models.actions import Action
    from wbtui.models.bulk import Bulk, BulkItem
    from wbtui.models.customer import Customer
    from wbtui.services.actions.bulk import BulkRun, Target
    from wbtui.services.open import Services
    from wbtui.ui.actions.catalogue import Entry

FAILED = {"unknown": 9, "refused": 8, "changed": 8, "not_sent": 4, "not_tried": 4}
"""What the command ends with, by the status of items; the first that an item has."""


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

    entry = _entry(asked)
    async with opened_for_actions(cli) as services:
        services.actions.permissions.require_writable()
        if (unfinished := await services.bulks.unfinished()) is not None:
            raise BadInput(
                f"A bulk action is not finished: {plural(len(unfinished.left), 'item')} left.",
                hint="Start wbtui and continue or discard it first.",
            )
        customers = await _customers(services, asked.query)
        items, left_out = await _items(services, asked, entry, customers)
        rows = [(item.customer, item.label or "", str(item.preview.amount or ""), "") for item in items]
        if not asked.as_json:
            table([*rows, *((name, "", "", reason) for name, reason in left_out)])
        if items and _confirmed(items, asked):
            run = await services.bulks.start(items, stop_on_error=asked.stop_on_error, undo_seconds=0.0)
            bulk = await _wait(run)
            _print(bulk, left_out, as_json=asked.as_json)
            statuses = {item.status.value for item in bulk.items}
            return next((code for status, code in FAILED.items() if status in statuses), 0)
    if asked.as_json:
        out_json({"items": [_json(item) for item in items], "left_out": left_out, "done": False})
    return 2 if items else 8


def _entry(asked: BulkRequest) -> Entry:
    """Return the catalogue row of the action. Raises BadInput for one that is not for many customers."""
    from wbtui.ui.actions.catalogue import ENTRIES

    entry = next((one for one in ENTRIES if one.bulk and one.kind == asked.kind), None)
    if entry is None:
        kinds = ", ".join(sorted(one.kind for one in ENTRIES if one.bulk))
        raise BadInput(
            f"{asked.kind[:40]!r} can't be done for several customers at once.",
            hint=f"Choose one of: {kinds}.",
        )
    for word in asked.fields:
        if (name := word.partition("=")[0]) in entry.in_bulk:
            raise BadInput(f"{name} can't be set for several customers at once.")
    return entry


async def _customers(services: Services, query: str) -> list[Customer]:
    """Return the customers that match, or that standard input names. Raises BadInput for too many."""
    from wbtui.cli.finding import checked_search
    from wbtui.models.bulk import MOST_ITEMS
    from wbtui.services.resolve import resolve_customer

    if query == "-":
        named = [line.strip() for line in sys.stdin if line.strip()]
        found = [await resolve_customer(services, name) for name in named[: MOST_ITEMS + 1]]
        found = list({one.id: one for one in found}.values())
    else:
        search = await checked_search(services, query)
        found = [row.value for row in (await search.page(0, MOST_ITEMS + 1)).rows]
    if len(found) > MOST_ITEMS:
        raise BadInput(f"More than {MOST_ITEMS} customers match. At most {MOST_ITEMS} are possible at once.")
    if not found:
        raise BadInput("No customers match.")
    return found


async def _items(
    services: Services, asked: BulkRequest, entry: Entry, customers: Sequence[Customer]
) -> tuple[list[BulkItem], list[tuple[str, str]]]:
    """Return what will be sent, and the customers left out with the reason of each."""
    from wbtui.models.bulk import BulkItem
    from wbtui.services.actions.bulk import find_targets

    targets = await find_targets(services.profiles, entry.model, customers)
    possible = [target for target in targets if target.reason is None]
    actions = [_action(services, asked, entry, target) for target in possible]
    previews = await services.bulks.preview(actions)
    left_out = [(target.customer.title, target.reason) for target in targets if target.reason is not None]
    items: list[BulkItem] = []
    for target, action, preview in zip(possible, actions, previews, strict=True):
        if isinstance(preview, str):
            left_out.append((target.customer.title, preview))
            continue
        if (reason := services.bulks.refusal(action, preview)) is not None:
            left_out.append((target.customer.title, reason))
            continue
        label = getattr(target.subject, "number", None)
        summary = f"{entry.title} {preview.amount or label or ''}".strip()
        items.append(BulkItem(action, preview, target.customer.title, summary, label))
    return items, left_out


def _action(services: Services, asked: BulkRequest, entry: Entry, target: Target) -> Action:
    from wbtui.models.actions.base import SUBJECT_MEMBER
    from wbtui.models.actions.parse import parse_action

    words = [
        *asked.fields,
        *(f"{name}={value}" for name, value in entry.in_bulk.items() if value is not None),
    ]
    if entry.about != "customer" and target.subject is not None:
        words.append(f"{SUBJECT_MEMBER[entry.about]}={target.subject.id}")
    currency = services.system.default_currency if services.system is not None else None
    agent = services.connection.agent
    return parse_action(asked.kind, target.customer.id, words, agent=agent, currency=currency)


def _confirmed(items: Sequence[BulkItem], asked: BulkRequest) -> bool:
    """Whether the total was given, of several currencies or none the number of items. Raises BadInput."""
    from wbtui.models.bulk import totals
    from wbtui.ui.format import plural

    sums = totals(items)
    wanted = sums[0].amount if len(sums) == 1 else str(len(items))
    if asked.confirm is None:
        said = " + ".join(map(str, sums))
        count = plural(len(items), "item")
        say(f"{count}{f', {said}' if said else ''}. Nothing was sent. Pass --confirm {wanted}.")
        return False
    if asked.confirm.strip() != wanted:
        raise BadInput(f"--confirm is {asked.confirm[:40]!r}, but {wanted} is expected. Nothing was sent.")
    if not asked.again and (same := [item for item in items if item.preview.lookalikes]):
        raise BadInput(
            f"The same was done to {same[0].customer} in the last 24 hours. Nothing was sent.",
            hint="Pass --again to do it once more, or leave that customer out.",
        )
    return True


async def _wait(run: BulkRun) -> Bulk:
    """Wait until all is sent; ctrl+c stops after the current item."""
    try:
        return await run.wait()
    except asyncio.CancelledError:
        run.stop()
        say("Stopped after the current item. What is left is offered when wbtui starts.")
        raise


def _print(bulk: Bulk, left_out: Iterable[tuple[str, str]], *, as_json: bool) -> None:
    if as_json:
        out_json({"items": [_json(item) for item in bulk.items], "left_out": left_out, "done": True})
        return
    for item in bulk.items:
        say(f"{item.customer}: {item.status.replace('_', ' ')}{f'. {item.trouble}' if item.trouble else ''}")


def _json(item: BulkItem) -> dict[str, Any]:
    return {
        "customer_id": item.action.customer_id,
        "customer": item.customer,
        "object": item.label,
        "amount": None if item.preview.amount is None else item.preview.amount.wire(),
        "status": item.status.value,
        "details": item.trouble,
        "key": item.key,
    }
