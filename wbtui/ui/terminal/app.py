"""The app on its terminal: our driver, a watchdog, and input once there is a screen for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.driver import Driver
from textual.screen import Screen
from textual.widgets import TextArea

from wbtui.ui.commanding import handles
from wbtui.ui.fatal import FatalPage
from wbtui.ui.host import host
from wbtui.ui.text.commands import NO_SHELL

if TYPE_CHECKING:
    from wbtui.ui.terminal.watchdog import Watchdog


class TerminalApp(FatalPage, inherit_bindings=False):
    """App on the driver that survives bad input and hang-ups."""

    watchdog: Watchdog | None = None

    def get_driver_class(self) -> type[Driver]:
        """Return the driver that survives bad input and hang-ups."""
        from wbtui.ui.terminal.driver import WbtuiDriver

        return WbtuiDriver

    def run(self, **options: Any) -> int | None:
        """Run on this terminal, with a watchdog that ends the process after a hang-up or a fatal signal."""
        from wbtui.ui.terminal.watchdog import under_watchdog

        if self.console.color_system == "standard":  # 16 colours
            self.add_class("-few-colors")
        return under_watchdog(self, lambda: super(TerminalApp, self).run(**options))

    def accept_input(self) -> None:
        """Let the terminal's input come, now that there is a screen with a focus for it."""
        from wbtui.ui.terminal.driver import WbtuiDriver

        if isinstance(self._driver, WbtuiDriver):
            self._driver.accept_input()

    @handles("suspend")
    def suspend_job(self) -> None:
        """Give the terminal back to the shell until it resumes wbtui; in a text of several lines, undo."""
        from wbtui.ui.terminal.driver import WbtuiDriver

        if isinstance(self.focused, TextArea):
            self.focused.undo()
        elif isinstance(self._driver, WbtuiDriver) and not self._driver.suspend_job():
            host(self).show_toast(NO_SHELL)

    async def caught_up(self) -> None:
        """Return once what was drawn is with the terminal and what was typed until then was handled."""
        from wbtui.ui.terminal.driver import WbtuiDriver

        if isinstance(self._driver, WbtuiDriver):
            await self._driver.caught_up()

    @property
    def _background_screens(self) -> list[Screen[Any]]:
        """The screens that show through the topmost one.

        Textual (8.2.8) counts the one below an opaque screen, too, and paints the whole terminal again
        whenever something in it changes.
        """
        opaque = self.screen.styles.background.a == 1
        return [] if opaque else super()._background_screens
