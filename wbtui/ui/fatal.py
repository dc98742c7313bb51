"""The fatal page: a fault in wbtui ends it with a short text, without local variables, exit code 70."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.text import Text
from textual.app import App

from wbtui.models.text import clean
from wbtui.ui.commanding import CommandHost

FATAL_EXIT = 70
"""sysexits' EX_SOFTWARE: an internal fault."""


class FatalPage(App[int], CommandHost, inherit_bindings=False):
    """App with a fatal page that prints no local variables; Textual's own page prints keys and customers."""

    crash_report: Callable[[BaseException], Path] | None
    fatal_text: str | None = None

    def _handle_exception(self, error: Exception) -> None:
        super()._handle_exception(error)
        self._return_code = FATAL_EXIT

    def _fatal_error(self) -> None:
        # Called by Textual from within _handle_exception, which has noted the exception.
        text = self._fatal_page(self._exception)
        self.fatal_text = text
        self._exit_renderables.append(Text(text))
        self._close_messages_no_wait()

    def panic(self, *renderables: Any) -> None:
        """Print the fatal page instead of `renderables`."""
        self._return_code = FATAL_EXIT
        self.fatal_text = self._fatal_page(self._exception)
        self._exit_renderables.append(Text(self.fatal_text))
        self._close_messages_no_wait()

    def _fatal_page(self, error: BaseException | None) -> str:
        lines = ["wbtui had to stop: a fault in the program.", ""]
        if error is not None:
            lines.append(f"Fault      {type(error).__name__}{_where(error)}")
        lines += [
            "Money      Confirmed actions are in the journal; `wbtui journal` shows their outcomes.",
            *self._written(error),
            "",
            "Start wbtui again; cached data is kept.",
        ]
        return "\n".join(lines)

    def _written(self, error: BaseException | None) -> list[str]:
        if error is None or self.crash_report is None:
            return []
        try:
            path = self.crash_report(error)
        except Exception:  # noqa: BLE001 - on the way out nothing may hide the page
            return ["Report     could not be written"]
        return [f"Report     {clean(path)}"]


def _where(error: BaseException) -> str:
    """` at module:line` of the innermost frame of our own code; no values."""
    place, trace = "", error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if isinstance(name, str) and name.startswith("wbtui"):
            place = f" in {name}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place
