"""Resolve an unknown outcome: check its status, retry it, abandon it, or say what was seen of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from textual.content import Content
from textual.dom import DOMNode

from wbtui.models.preview import Outcome, Status
from wbtui.ui.dialogs.ask import ask
from wbtui.ui.host import host
from wbtui.ui.report import report
from wbtui.ui.safe import DIM, safe
from wbtui.ui.text import outcome as text
from wbtui.ui.work import apply, start


class Resolver:
    """Asks the server about one outcome at a time.

    `say` shows the progress or the failure, `resolved` takes the outcome; it is called with None after a
    failure.
    """

    def __init__(
        self, owner: DOMNode, say: Callable[[Content], None], resolved: Callable[[Outcome | None], None]
    ) -> None:
        self._owner = owner
        self._say = say
        self._resolved = resolved
        self._busy = False

    def disabled_reason(self, verb: str, status: Status) -> str | None:
        """Return the reason why a command cannot resolve an outcome; None for all other commands."""
        if verb not in text.RESOLVING:
            return None
        if status.settled:
            return text.OUTCOME_KNOWN
        if self._busy:
            return text.BUSY
        reason = host(self._owner).services.actions.permissions.read_only_reason
        if verb != "look_up" and reason is not None:
            return reason
        if verb in text.SEEN:
            return text.HAS_RECORD if self.keys_honoured else None
        return text.NO_KEYS if verb != "look_up" and not self.keys_honoured else None

    @property
    def keys_honoured(self) -> bool:
        """Whether a repeated request cannot run twice, and one can be abandoned."""
        system = host(self._owner).services.system
        return system is None or system.keys_honoured

    def start(self, verb: str, key: str, heading: str) -> None:
        """Resolve the outcome of the action with that key in the background.

        All but a look-up ask first, under the `heading` of the action.
        """
        if verb not in text.QUESTIONS:
            self._begin(verb, key)
            return
        question, answer = text.QUESTIONS[verb]
        begin = partial(self._begin, verb, key)
        ask(self._owner, heading, question, begin, yes=answer, no="Back")

    def _begin(self, verb: str, key: str) -> None:
        self._busy = True
        self._say(safe(text.RESOLVING[verb], DIM))
        start(self._owner, self._resolve, verb, key, group="resolve")

    async def _resolve(self, verb: str, key: str) -> None:
        actions = host(self._owner).services.actions
        asks: dict[str, Callable[[str], Awaitable[Outcome]]] = {
            "look_up": actions.reconcile,
            "resend": actions.resend,
            "abandon": actions.abandon,
            "was_done": partial(actions.settle, done=True),
            "was_not_done": partial(actions.settle, done=False),
        }
        outcome, failure = None, None
        try:
            outcome = await asks[verb](key)
        except Exception as error:  # noqa: BLE001 - shown; what became of the action is in the journal
            failure = error
        await apply(self._owner, self._answered, outcome, failure)

    def _answered(self, outcome: Outcome | None, failure: Exception | None) -> None:
        self._busy = False
        if failure is not None:
            self._say(report(failure).panel())
        self._resolved(outcome)
