"""An error in words: the same title, sentence and hint in a panel, a toast or a dialog."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from wbtui.errors import ApiError, Unauthorized, WbtuiError
from wbtui.ui.safe import join, join_lines, safe


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a failure. Texts may quote a server; they are cleaned when shown."""

    title: str
    sentence: str
    hint: str = ""
    retryable: bool = False
    request_id: str | None = None

    def text(self) -> str:
        """Everything in plain lines, for the clipboard. Not cleaned."""
        tail = f"Request id {self.request_id}" if self.request_id else ""
        return "\n".join(line for line in (self.title, self.sentence, self.hint, tail) if line)

    def panel(self) -> Content:
        """For the panel that could not load: sign, title, sentence, hint."""
        lines: list[object] = [join(("▲ ", "$warning"), (self.title, "bold")), safe(self.sentence)]
        if self.hint:
            lines.append(safe(self.hint, "$text-muted"))
        if self.request_id:
            lines.append(join(("request ", "$text-muted"), (self.request_id, "$text-muted")))
        return join_lines(*lines)

    def line(self) -> Content:
        """On one line: sign, title, sentence."""
        return join(("▲ ", "$warning"), (self.title, "bold"), ": ", self.sentence)


def report(error: BaseException) -> Report:
    """The report of any error. One that is not ours is a fault in wbtui and says no more than its kind."""
    if isinstance(error, WbtuiError):
        retryable = error.retryable or not isinstance(error, ApiError)
        if isinstance(error, Unauthorized):
            retryable = False
        request_id = error.request_id if isinstance(error, ApiError) else None
        return Report(error.title, error.sentence, error.hint, retryable, request_id)
    return Report(
        "A fault in wbtui",
        f"{type(error).__name__} in a background task; nothing you see has been changed by it.",
        "It is noted in the log (wbtui paths says where).",
        True,
    )
