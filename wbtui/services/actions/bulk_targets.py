"""What a bulk action is about: for each customer the customer, or the oldest open invoice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from wbtui import errors
from wbtui.models.actions import Action
from wbtui.models.bulk import LeftOut
from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceRow, InvoiceState
from wbtui.models.parts import INVOICES
from wbtui.services.actions.subjects import Read
from wbtui.services.loops import first_error

T = TypeVar("T")

AT_ONCE = 4
"""How many previews or lists of invoices are asked for at the same time."""
STOPPING = (
    errors.Offline,
    errors.Unreachable,
    errors.Unauthorized,
    errors.Forbidden,
    errors.RateLimited,
    errors.NotOffered,
    errors.ReadOnly,
    errors.StoreError,
)
"""Errors that affect every item: they stop a bulk action even if it continues after errors."""
_NO_INVOICE = "No open invoice."
NOT_CACHED = "Invoices not available offline."
"""Reason of a customer whose invoices could not be read."""


@dataclass(frozen=True, slots=True)
class BulkTarget:
    """A customer of a bulk action, and the object that the action is about.

    Attributes:
        subject: the customer, or the oldest open invoice; None where there is none.
        reason: why the action is not possible; None when it is, as far as is known.
        others: further open invoices of the customer.
    """

    customer: Customer
    subject: Customer | InvoiceRow | None
    reason: str | None = None
    others: int = 0

    def left_out(self, reason: str) -> LeftOut:
        """Return the customer as one to whom nothing is sent."""
        return LeftOut(self.customer.id, self.customer.title, reason)


async def find_targets(
    read: Read,
    model: type[Action],
    customers: Sequence[Customer],
    on_progress: Callable[[int], object] = lambda _count: None,
    *,
    offline: bool = False,
) -> tuple[BulkTarget, ...]:
    """Return what an action is about for each customer; `read` reads their invoices.

    Raises errors that stop every item. An error that concerns one customer becomes the reason of its target;
    if `offline`, invoices that cannot be read do, too.
    """
    tolerated = errors.NOT_REACHED if offline else ()
    stopping = tuple(kind for kind in STOPPING if kind not in tolerated)

    async def find(customer: Customer) -> BulkTarget:
        if model.about == "customer":
            return BulkTarget(customer, customer, model.disabled_reason_for(customer, customer))
        try:
            rows = (await read(INVOICES, customer.id)).value
        except stopping:
            raise
        except tolerated:
            return BulkTarget(customer, None, NOT_CACHED)
        except errors.WbtuiError as error:
            return BulkTarget(customer, None, error.sentence)
        if not (owed := sorted((row for row in rows if row.is_unpaid), key=_order)):
            return BulkTarget(customer, None, _NO_INVOICE)
        return BulkTarget(customer, owed[0], model.disabled_reason_for(customer, owed[0]), len(owed) - 1)

    return tuple(await each(find, customers, on_progress))


def _order(row: InvoiceRow) -> tuple[object, ...]:
    # Those in validation allow no action: they come last.
    return row.state is InvoiceState.PENDING_VALIDATION, row.date, row.number


async def each(
    function: Callable[[Any], Coroutine[Any, Any, T]],
    values: Iterable[Any],
    on_progress: Callable[[int], object],
) -> list[T]:
    """Return `function(value)` of each, AT_ONCE at a time. The first error cancels the rest."""
    gate, done = asyncio.Semaphore(AT_ONCE), 0

    async def one(value: Any) -> T:
        nonlocal done
        async with gate:
            result = await function(value)
        done += 1
        on_progress(done)
        return result

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(value)) for value in values]
    except BaseExceptionGroup as failures:
        raise first_error(failures) from None
    return [task.result() for task in tasks]
