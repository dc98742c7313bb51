"""Fatal page: after an internal error, the app exits with a short text and code 70."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.text import Text
from textual.app import App

from wbtui.models.text import clean
from wbtui.ui.commanding import CommandHost

log = logging.getLogger(__name__)

FATAL_EXIT = 70
"""EX_SOFTWARE of sysexits.h: internal software error."""


class FatalPage(App[int], CommandHost, inherit_bindings=False):
    """App whose fatal page contains no local variables. Textual's own would show API keys and customers."""

    crash_report: Callable[[BaseException], Path] | None
    fatal_text: str | None = None

    def _handle_exception(self, error: Exception) -> None:
        if self._exit:
            # A screen that opens while the app exits has no widgets, so its handlers fail.
            log.error("Failed while exiting.", exc_info=error)
            return
        super()._handle_exception(error)
        self._return_code = FATAL_EXIT

    def _fatal_error(self) -> None:
        # Textual calls this in _handle_exception, after it has stored the exception.
        self.fatal_text = self._fatal_page(self._exception)
        self._exit_renderables.append(Text(self.fatal_text))
        self._close_messages_no_wait()

    def panic(self, *renderables: Any) -> None:
        """Print the fatal page instead of `renderables`."""
        self._return_code = FATAL_EXIT
        self._fatal_error()

    def _fatal_page(self, error: BaseException | None) -> str:
        lines = ["wbtui had to stop because of an internal error.", ""]
        if error is not None:
            lines.append(f"Error      {type(error).__name__}{_where(error)}")
        lines += [
            "Money      Confirmed actions are in the journal; `wbtui journal` shows their outcomes.",
            *self._report_line(error),
            "",
            "Start wbtui again; cached data is kept.",
        ]
        return "\n".join(lines)

    def _report_line(self, error: BaseException | None) -> list[str]:
        if error is None or self.crash_report is None:
            return []
        try:
            path = self.crash_report(error)
        except Exception:  # noqa: BLE001 - the page is shown in any case
            return ["Report     could not be written"]
        return [f"Report     {clean(path)}"]


def _where(error: BaseException) -> str:
    """Return ` in module, line number` of the innermost frame in wbtui, without values."""
    place, trace = "", error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if isinstance(name, str) and name.startswith("wbtui"):
            place = f" in {name}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place
