"""Verify an outcome by reading back what the preview said would change."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from wbtui import errors
from wbtui.models.activity import Ref
from wbtui.models.preview import Change, JournalEntry, Outcome, Status
from wbtui.models.preview_text import shown_change
from wbtui.services.actions.classify import Classification, wrong_answer
from wbtui.services.actions.money_client import MoneyClient
from wbtui.services.actions.recorder import OutcomeRecorder

_NEW = re.compile(r"new[0-9]*")
_SUCCESS = "The server reports success"
_ADVICE = "Check the customer before you do anything else."
_AGAIN = "wbtui checks again; do not do it again until then."
_DIFFERS = "Done, but the result differs from the preview."
_SHOWN = "The server's answer was lost; the data shows the change."
_NO_RECORD = "This billing system keeps no record of requests to check."
_NOT_SHOWN = "The data does not show it yet, but the request may still arrive."
_RECORD = "Then say in the journal whether it was carried out."
_STAYS = f"If it stays like this, look in the billing system itself. {_RECORD}"
CHECK_CUSTOMER = f"Look in the billing system itself. {_RECORD}"


class Verifier:
    """Compares reported outcomes with the data afterwards. Runs in the money thread."""

    def __init__(self, client: MoneyClient, recorder: OutcomeRecorder) -> None:
        self._client = client
        self._recorder = recorder

    async def check(self, entry: JournalEntry, outcome: Outcome) -> Outcome:
        """Return the outcome, or *unknown* with a reason if the response or the data contradicts it.

        After an action is done, every path of the preview's changes is read again. Until that succeeds, and
        if none has its new value, the outcome is unknown; if some do not, it is done and lists them. The
        server's outcome stands where the preview had no changes, or the system cannot be read.
        """
        trouble = wrong_answer(outcome, entry.key, entry.kind)
        if trouble is not None:
            return self._recorder.unknown_outcome(entry, trouble)
        if outcome.status is not Status.DONE:
            return outcome
        expected = self._recorder.journal.confirmed_now(entry.key).changes
        changes = with_new_ids(expected, outcome.objects)
        if not expected:
            return outcome
        if not changes:
            trouble = f"{_SUCCESS}, but names nothing that was made. {_ADVICE}"
            return self._recorder.unknown_outcome(entry, trouble)
        try:
            found = await self._client.ask(
                lambda api: api.values_at(entry.customer_id, [change.path for change in changes])
            )
        except errors.NotOffered:
            return outcome
        except errors.ApiError as error:
            trouble = f"{_SUCCESS}, but the data could not be read back. {error.sentence} {_AGAIN}"
            return self._recorder.unknown_outcome(entry, trouble)
        differing = _differing(changes, found)
        if not differing:
            return outcome
        difference = difference_sentence(differing, found)
        if all(one in differing for one in _visible(changes, found)):
            trouble = f"{_SUCCESS}, but the data does not show it. {difference} {_ADVICE}"
            return self._recorder.unknown_outcome(entry, trouble)
        return outcome.model_copy(update={"trouble": f"{_DIFFERS} {difference}"})

    async def from_data(self, entry: JournalEntry) -> Outcome:
        """Return the outcome that the data shows, where the system keeps no record of requests.

        Done when everything that the preview would change has its new value; otherwise unknown, because the
        request may still arrive. Raises ApiErrors.
        """
        changes = self._recorder.journal.confirmed_now(entry.key).changes
        paths = [change.path for change in changes]
        found: Mapping[str, str | None] = {}
        try:
            if paths:
                found = await self._client.ask(lambda api: api.values_at(entry.customer_id, paths))
        except errors.NotOffered:
            pass  # nothing can be read
        visible = _visible(changes, found)
        if not visible:
            return self._recorder.unknown_outcome(entry, f"{_NO_RECORD} {CHECK_CUSTOMER}")
        differing = _differing(changes, found)
        difference = difference_sentence(differing, found)
        if any(one in differing for one in visible):
            return self._recorder.unknown_outcome(entry, f"{_NOT_SHOWN} {difference} {_STAYS}")
        trouble = f"{_DIFFERS} {difference}" if differing else _SHOWN
        return self._recorder.local_outcome(entry.key, entry.kind, Classification(Status.DONE, trouble))


def _visible(changes: Iterable[Change], found: Mapping[str, str | None]) -> list[Change]:
    """Return the changes that can be read and that differ from before."""
    return [change for change in changes if change.path in found and change.before != change.after]


def _differing(changes: Iterable[Change], found: Mapping[str, str | None]) -> list[Change]:
    """Return the changes that can be read and do not have their new value."""
    return [change for change in changes if change.path in found and found[change.path] != change.after]


def with_new_ids(changes: Iterable[Change], objects: Iterable[Ref]) -> tuple[Change, ...]:
    """Return the changes with the ids that new objects have got.

    A preview names an object that the action makes `new`, the second of its type `new2`: afterwards it is the
    first, the second of that type among the outcome's objects. Changes of objects not named are left out.
    """
    made: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for ref in objects:
        counts[ref.type] += 1
        number = counts[ref.type]
        made[f"{ref.type}/new{number if number > 1 else ''}"] = f"{ref.type}/{ref.id}"
    found = []
    for change in changes:
        kind, _, rest = change.path.partition("/")
        identifier, _, member = rest.partition("/")
        if not _NEW.fullmatch(identifier):
            found.append(change)
        elif (at := made.get(f"{kind}/{identifier}")) is not None:
            found.append(change.model_copy(update={"path": f"{at}/{member}"}))
    return tuple(found)


def difference_sentence(differing: Sequence[Change], found: Mapping[str, str | None]) -> str:
    """Say what was expected and what is there: "Refunded: expected €5.00, found €0.00."."""
    parts = []
    for change in differing:
        is_there = found[change.path]
        there, expected = shown_change(change.model_copy(update={"before": is_there}))
        expected, there = expected if change.after else "nothing", there if is_there else "nothing"
        parts.append(f"{change.label}: expected {expected}, found {there}")
    return "; ".join(parts).removesuffix(".") + "."
