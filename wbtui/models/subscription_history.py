"""History of a subscription: its changes, with date, author and reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from wbtui.models.subscription import Subscription, SubscriptionStatus


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One step: a subscription began, was replaced by another one, or ended.

    Attributes:
        on: first day of what follows; None if it is not known.
        before: None where the history begins, the ID of a subscription that is not in the list.
        after: None where the history ends, the ID of a subscription that is not in the list.
        by: who made the change; None if it is not recorded.
        reason: word of the API, None without one.
    """

    on: date | None
    before: Subscription | str | None
    after: Subscription | str | None
    by: str | None = None
    reason: str | None = None


def history_of(subscription: Subscription, every: Sequence[Subscription]) -> tuple[HistoryStep, ...]:
    """Return the history of a subscription and of those before and after it, oldest first.

    `every` are all subscriptions of the customer.
    """
    return tuple(_steps(_chain(subscription, {one.id: one for one in every})))


def lineage_of(subscription_id: str, every: Iterable[Subscription]) -> frozenset[str]:
    """Return the IDs of a subscription and of those it replaced, one after the other."""
    replaced = {one.id: one.moved_from for one in every}
    found: set[str] = set()
    current: str | None = subscription_id
    while current is not None and current not in found:
        found.add(current)
        current = replaced.get(current)
    return frozenset(found)


def _chain(subscription: Subscription, by_id: dict[str, Subscription]) -> list[Subscription]:
    """The subscription with those it replaced before it and those that replaced it after it."""
    chain = [subscription]
    while (before := by_id.get(chain[0].moved_from or "")) is not None and before not in chain:
        chain.insert(0, before)
    while (after := by_id.get(chain[-1].moved_to or "")) is not None and after not in chain:
        chain.append(after)
    return chain


def _steps(chain: Sequence[Subscription]) -> Iterator[HistoryStep]:
    first, last = chain[0], chain[-1]
    if first.start is not None:
        yield HistoryStep(first.start, first.moved_from, first)
    for before, after in pairwise(chain):
        yield _end_of(before, after)
    if last.moved_to is not None or last.status is SubscriptionStatus.CANCELED:
        yield _end_of(last, last.moved_to)


def _end_of(one: Subscription, after: Subscription | str | None) -> HistoryStep:
    """The step in which a subscription ended. Its last change is that one."""
    return HistoryStep(one.end, one, after, one.by, one.end_reason)
