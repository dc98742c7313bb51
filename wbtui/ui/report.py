"""Error reports: the same title, sentence and hint in panels, toasts and dialogs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from textual.content import Content

from wbtui.errors import CHECK_FIRST, ApiError, WbtuiError
from wbtui.ui.safe import DIM, WARNING, join, join_lines, safe


@dataclass(frozen=True, slots=True)
class Report:
    """An error as shown to people. Texts can quote a server; they are cleaned when they are shown."""

    title: str
    sentence: str
    hint: str = ""
    request_id: str | None = None

    def panel(self) -> Content:
        """Return sign, title, sentence and hint on separate lines, for a panel that failed to load."""
        lines: list[object] = [join(WARNING, (self.title, "bold")), safe(self.sentence)]
        if self.hint:
            lines.append(safe(self.hint, DIM))
        if self.request_id:
            lines.append(join(("Request ID ", DIM), (self.request_id, DIM)))
        return join_lines(*lines)

    def line(self) -> Content:
        """Return sign, title and sentence on one line."""
        return join(WARNING, (self.title, "bold"), ": ", self.sentence)


def report(error: BaseException) -> Report:
    """Return the report of an error. An internal error is shown by its type only."""
    if isinstance(error, WbtuiError):
        request_id = error.request_id if isinstance(error, ApiError) else None
        return Report(error.title, error.sentence, error.hint, request_id)
    return Report(
        "Internal error",
        f"{type(error).__name__} in a background task. The data shown is unchanged.",
        "Details are in the log. Run `wbtui paths` to find it.",
    )


def read_report(error: BaseException) -> Report:
    """Return the report of an error while something was read: without advice that is for changes."""
    said = report(error)
    return replace(said, hint="") if said.hint == CHECK_FIRST else said
