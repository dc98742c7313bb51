"""A screen that styles, lays out and draws its widgets once when it opens.

Figures are function calls of opening the smallest profile at 120×40 (Textual 8.2.8, Python 3.11), which takes
218,000 now.
"""

from __future__ import annotations

from typing import Any, TypeVar

import textual.screen
from textual.css.model import RuleSet
from textual.events import ScreenResume
from textual.geometry import Size
from textual.reactive import Reactive
from textual.screen import Screen
from textual.selection import SelectState
from textual.widget import Widget
from textual.widgets._toast import ToastRack

from wbtui.ui.commanding import CommandHost, is_open
from wbtui.ui.rendering import dispatch as dispatch  # replaces the look-up of handlers
from wbtui.ui.rendering.compositor import LineCompositor

R = TypeVar("R")

RuleSet.__hash__ = object.__hash__  # type: ignore[method-assign]
"""Textual's own is a Python function with the same result; styling one widget calls it for every rule. Saves
43,000 of 740,000 calls when a form opens."""

textual.screen.UPDATE_PERIOD = 0.004  # type: ignore[misc]
"""Seconds between two frames, in which messages that were already sent are handled. By default 17 ms: after
the frame with a letter, that of the rows it finds then comes one or two periods later."""

Widget._size_updated.__defaults__ = (False,)
"""A widget that gets its size from a layout does not ask for another layout. Saves 40,000."""


def _may_run(callback: object) -> bool:
    """Return False for a method of a widget whose screen is closed."""
    node = getattr(getattr(callback, "func", callback), "__self__", None)
    return not isinstance(node, Widget) or is_open(node)


class SinglePassScreen(Screen[R], CommandHost):
    """Styles, lays out and draws its widgets once when it opens, where Textual does so three times."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """A widget draws its own focus; by default the whole screen is drawn again when the focus moves."""
    _select_state: Reactive[SelectState | None] = Reactive(None, repaint=False)
    """It draws its own selected text, too; by default every click draws the whole screen twice."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._compositor = LineCompositor()
        self._is_drawn = False

    def _extend_compose(self, widgets: list[Widget]) -> None:
        """Set the classes of the terminal's size and hide the rack of toasts before any widget is styled."""
        super()._extend_compose(widgets)
        app, (width, height) = self.app, self.app.size
        for size, breakpoints in ((width, app.HORIZONTAL_BREAKPOINTS), (height, app.VERTICAL_BREAKPOINTS)):
            self.add_class(*self._get_breakpoint_classes(size, breakpoints or []), update=False)
        for widget in widgets:
            if isinstance(widget, ToastRack):
                widget.display = False

    def _on_screen_resume(self, event: ScreenResume) -> None:
        """Leave layout and drawing to the next update when the screen resumes for the first time.

        The widgets just mounted ask for both anyway, and they are styled already. A screen that resumes
        later is styled again: the theme may have changed.
        """
        if not self.stack_updates:
            event.refresh_styles = False
            if self.is_current:
                self._size = self.app.size
                self.refresh(layout=True)

    def _on_screen_suspend(self) -> None:
        """Hand callbacks that wait for the next drawing to the screen that is now on top.

        Textual keeps those of every widget with the screen on top, and drops them when that closes.
        """
        waiting, self._callbacks = self._callbacks, []
        for callback, sender in waiting:
            self.app.screen._invoke_later(callback, sender)

    async def _invoke_and_clear_callbacks(self) -> None:
        """Run the callbacks that waited for the drawing, without those of screens that are closed by now."""
        self._callbacks = [one for one in self._callbacks if _may_run(one[0])]
        await super()._invoke_and_clear_callbacks()

    def set_focus(
        self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False
    ) -> None:
        """Move the focus. Before the first layout, scroll to the widget after it."""
        now = scroll_visible and self._is_drawn
        super().set_focus(widget, now, from_app_focus)
        if widget is not None and scroll_visible and not now:
            self.call_after_refresh(self.show_focused, widget)

    def keep_focused_in_view(self) -> None:
        """Scroll to what has the focus after the next layout, if it is in view now."""
        if (focused := self.focused) is not None and self.can_view_entire(focused):
            self.call_after_refresh(self.show_focused, focused)

    def show_focused(self, widget: Widget) -> None:
        """Scroll a widget into view if it still has the focus."""
        if self.focused is widget and not self.can_view_entire(widget):
            self.scroll_to_center(widget, origin_visible=True)

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        """Lay out for the size of the terminal. The first layout draws everything, so no repaint follows.

        Textual takes the size from the last resize event. The layout sends such an event, too, and it
        replaces one that is waiting with a newer size, which would be lost.
        """
        super()._refresh_layout(self.app.size, scroll)
        if self.is_current and not self._is_drawn and not self.app._batch_count:
            self._is_drawn, self._repaint_required = True, False

    def _watch__select_state(self, select_state: SelectState | None) -> None:
        if select_state is None:
            self._selecting = False
        else:
            super()._watch__select_state(select_state)

    def place_toasts(self) -> None:
        """Put toasts where they hide nothing that has to stay in view; by default they are at the bottom."""

    def _screen_resized(self, size: Size) -> None:
        """Lay out unless it has this size already, as at the first resize event. Saves 50,000."""
        if self.app.size != self.outer_size:
            super()._screen_resized(size)
