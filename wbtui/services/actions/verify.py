"""Verify an outcome by reading back what the preview said would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wbtui import errors
from wbtui.models.preview import Change, JournalEntry, Outcome, Status
from wbtui.services.actions.classify import Classification, wrong_answer
from wbtui.services.actions.money_client import MoneyClient
from wbtui.services.actions.recorder import OutcomeRecorder


class Verifier:
    """Compares reported outcomes with the data afterwards. Runs in the money thread."""

    def __init__(self, client: MoneyClient, recorder: OutcomeRecorder) -> None:
        self._client = client
        self._recorder = recorder

    async def check(self, entry: JournalEntry, outcome: Outcome) -> Outcome:
        """Return the outcome, or *unknown* with a reason if the response or the data contradicts it.

        After an action is done, every path of the preview's changes is read again. If none has its new
        value, the outcome is unknown; if some do not, it is done and lists them. If they cannot be read, the
        server's outcome stands.
        """
        trouble = wrong_answer(outcome, entry.key, entry.kind)
        if trouble is not None:
            return self._unknown(entry, trouble)
        if outcome.status is not Status.DONE:
            return outcome
        changes = self._recorder.journal.confirmed_now(entry.key).changes
        if not changes:
            return outcome
        try:
            found = await self._client.ask(
                lambda api: api.values_at(entry.customer_id, [change.path for change in changes])
            )
        except (errors.ApiError, errors.NotOffered):
            return outcome
        differing = [change for change in changes if found.get(change.path, change.after) != change.after]
        if not differing:
            return outcome
        difference = difference_sentence(differing, found)
        if len(differing) == len([change for change in changes if change.path in found]):
            return self._unknown(
                entry, f"The server reports success, but the data does not show it. {difference} {_ADVICE}"
            )
        return outcome.model_copy(
            update={"trouble": f"Done, but the result differs from the preview. {difference}"}
        )

    def _unknown(self, entry: JournalEntry, trouble: str) -> Outcome:
        return self._recorder.local_outcome(entry.key, entry.kind, Classification(Status.UNKNOWN, trouble))


_ADVICE = "Check the customer before you do anything else."


def difference_sentence(differing: Sequence[Change], found: Mapping[str, str | None]) -> str:
    """Say what was expected and what is there: "Refunded: expected 5.00 eur, found 0.00 eur."."""
    parts = [
        f"{change.label}: expected {change.after or 'nothing'}, found {found[change.path] or 'nothing'}"
        for change in differing
    ]
    return "; ".join(parts) + "."
