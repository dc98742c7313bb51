"""Resolve an unknown outcome: check its status, send the identical request again, or abandon it."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content
from textual.dom import DOMNode

from wbtui.errors import WbtuiError
from wbtui.models.preview import Outcome, Status
from wbtui.ui.host import host
from wbtui.ui.report import report
from wbtui.ui.safe import safe
from wbtui.ui.text import outcome as text
from wbtui.ui.work import start


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
        """Why a command cannot resolve an outcome; None for all other commands."""
        if verb not in text.RESOLVING:
            return None
        if status.settled:
            return text.OUTCOME_KNOWN
        if self._busy:
            return text.BUSY
        reason = host(self._owner).services.actions.permissions.read_only_reason
        if verb != "look_up" and reason is not None:
            return reason
        return text.NO_KEYS if verb != "look_up" and not self.keys_honoured else None

    @property
    def keys_honoured(self) -> bool:
        """Whether a repeated request cannot run twice, and one can be abandoned."""
        system = host(self._owner).services.system
        return system is None or system.keys_honoured

    def start(self, verb: str, key: str) -> None:
        """Resolve the outcome of the action with that key in the background."""
        self._busy = True
        self._say(safe(text.RESOLVING[verb], "$text-muted"))
        start(self._owner, self._resolve, verb, key, group="resolve")

    async def _resolve(self, verb: str, key: str) -> None:
        actions = host(self._owner).services.actions
        asks = {"look_up": actions.reconcile, "resend": actions.resend, "abandon": actions.abandon}
        outcome = None
        try:
            outcome = await asks[verb](key)
        except WbtuiError as error:
            self._say(report(error).panel())
        finally:
            self._busy = False
        self._resolved(outcome)
