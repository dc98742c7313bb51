"""Base of dialogs: a frame with title and environment, a scrolling body, and a line of commands below it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, Generic, TypeVar

from textual import getters
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.geometry import Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.layouts.vertical import VerticalLayout
from textual.screen import ModalScreen
from textual.widget import AwaitMount, Widget
from textual.widgets import Button, Static
from textual.widgets._toast import ToastRack

from wbtui.ui.command import Command
from wbtui.ui.commanding import CommandHost, handles
from wbtui.ui.commands import binding_for, command
from wbtui.ui.format import dots
from wbtui.ui.host import host
from wbtui.ui.rendering.screen import SinglePassScreen
from wbtui.ui.safe import join_lines, labelled, safe
from wbtui.ui.widgets.grid_table import GridTable


class FrameLayout(VerticalLayout):
    """Vertical layout in which the body loses the lines that do not fit.

    It is part of the layout itself: a height set after one would be a frame late, when a message below the
    body had just appeared.
    """

    def __init__(self, min_body: int) -> None:
        super().__init__()
        self._min_body = min_body

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        placements = list(super().arrange(parent, children, size, greedy))
        bottom = max((one.region.bottom + one.margin.bottom for one in placements), default=0)
        body = next((one for one in placements if one.widget.has_class("dialog-body")), None)
        if body is None or not size.height or bottom <= size.height:
            return placements
        lost = min(bottom - size.height, max(body.region.height - self._min_body, 0))
        return [_moved(one, body, lost) for one in placements]


def _moved(one: WidgetPlacement, body: WidgetPlacement, lost: int) -> WidgetPlacement:
    """Return a placement after the body has lost lines: what is below the body moves up."""
    if one is body:
        return one._replace(region=one.region.shrink((0, 0, lost, 0)))
    if one.region.y < body.region.bottom:
        return one
    return one._replace(region=one.region.translate((0, -lost)))


class DialogFrame(Vertical):
    """The frame of a dialog, as high as its content, at most as high as the terminal."""

    DEFAULT_CSS = "DialogFrame { height: auto; max-height: 100%; }"

    def __init__(self, *, min_body: int, grows: bool) -> None:
        super().__init__(classes="dialog -grows" if grows else "dialog")
        self._frame_layout = FrameLayout(min_body)

    @property
    def layout(self) -> Layout:
        """The layout of frames: styles take only layouts that Textual knows by name."""
        return self._frame_layout

    def on_resize(self) -> None:
        if isinstance(self.parent, Dialog):
            self.parent.place_toasts()


R = TypeVar("R")
_TOAST_LINES = 3
"""Lines of a usual toast."""
LABEL_WIDTH = 13
"""Cells before the value of a label."""
WIDTH, SHARE = 94, 66
"""Cells of a dialog, and percent of a wide terminal that a growing one takes."""


class CommandButton(Button):
    """A flat button that runs a command of its dialog, with the command's key in its label."""

    def __init__(self, command_id: str, label: str, *, focusable: bool) -> None:
        self.command = command(command_id)
        name = "dialog-back" if self.command.handled_by == "back" else command_id.replace(".", "-")
        # Textual (8.2.8) sets this class when the button is mounted, and then styles it once more.
        super().__init__(id=name.replace("_", "-"), classes="-style-default")
        self.can_focus = focusable
        self._words = label

    def on_mount(self) -> None:
        self.set_label(self._words)

    def set_label(self, words: str) -> None:
        """Change the words beside the key."""
        self._words = words
        key = host(self).keymap.shown(self.command.id)
        label = safe(f"{key}  {self._words}" if key else self._words)
        if label != self.label:
            self.label = label
            self.refresh(layout=True)  # Textual keeps the width of the label before

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        assert isinstance(self.screen, CommandHost)
        await self.screen.action_command(self.command.id)


class DialogBody(VerticalScroll, inherit_bindings=False):
    """What scrolls in a dialog. Arrows are left to the dialog: in a form they go from field to field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
    ]


class Dialog(ModalScreen[R], SinglePassScreen[R], Generic[R]):
    """A frame in the middle of the screen. Esc leaves it with None; Enter commits nothing.

    It closes once, even if its key is pressed twice: Textual's own `dismiss` pops the topmost screen on every
    call. A dialog that is dismissed before it is mounted closes as soon as it is, one that is dismissed while
    another screen is above it as soon as it is on top again.

    Attributes:
        FOOT: the commands on the last line, by verb; "" separates left from right.
        FOCUSABLE: those that Enter and space can press; only harmless ones.
        MIN_BODY: lines of the scrolling body that stay on a low terminal.
        GROWS: whether it takes two thirds of a wide terminal: for tables, comparisons and long lines.
        FIRST: selector of what has the focus at first.
        NAMES_ENVIRONMENT: whether its frame says demo, test or live, as where something is sent.
        is_loading: whether keys that were typed ahead wait for what it loads first.
    """

    AUTO_FOCUS = ""  # `opened` sets the focus, once
    BINDINGS: ClassVar[list[BindingType]] = [binding_for(command("app.help"))]  # the app's do not reach here
    FOOT: ClassVar[tuple[str, ...]] = ("", "back")
    FOCUSABLE: ClassVar[tuple[str, ...]] = ("back",)
    MIN_BODY: ClassVar[int] = 3
    GROWS: ClassVar[bool] = False
    FIRST: ClassVar[str] = "#dialog-back"
    NAMES_ENVIRONMENT: ClassVar[bool] = False
    is_loading = False
    DEFAULT_CSS = f"""
    Dialog > .dialog {{ width: {WIDTH}; padding: 0 1; border-subtitle-color: $text-muted; }}
    Dialog > .dialog.-grows {{ width: {SHARE}%; min-width: {WIDTH}; }}
    Dialog .dialog-body {{ height: auto; }}
    Dialog .dialog-foot {{ height: 1; margin-top: 1; }}
    Dialog .dialog-foot .gap {{ width: 1fr; }}
    Dialog .dialog-foot Button {{ margin-right: 1; }}
    """
    frame = getters.query_one(DialogFrame)
    body = getters.query_one(".dialog-body", VerticalScroll)

    def __init__(self, title: str) -> None:
        super().__init__()
        self._heading = title
        self._dismissed = False
        self._pending_result: list[R | None] | None = None

    # ── layout ──
    def compose(self) -> ComposeResult:
        frame = DialogFrame(min_body=self.MIN_BODY, grows=self.GROWS)
        frame.border_title = safe(self._heading)
        if self.NAMES_ENVIRONMENT:
            frame.border_subtitle = self.subtitle()
        with frame:
            yield from self.compose_fixed()
            with DialogBody(classes="dialog-body", can_focus=False):
                yield from self.compose_body()
            yield from self.compose_foot()

    def retitle(self, title: str) -> None:
        """Change the title of the frame."""
        self._heading = title
        self.frame.border_title = safe(title)

    def subtitle(self, age: str = "") -> Content:
        """Return the line below the dialog: the age of its data, if given, and the environment."""
        return safe(dots(age, str(host(self).services.connection.environment).upper()))

    def _screen_resized(self, size: Size) -> None:
        """Keep the focused widget in view, or of a table the row with the cursor."""
        super()._screen_resized(size)
        self.call_after_refresh(self.place_toasts)
        if isinstance(focused := self.focused, GridTable):
            self.call_after_refresh(focused.keep_in_view)
        elif focused is not None:
            self.call_after_refresh(self.show_focused, focused)

    def place_toasts(self) -> None:
        """Put toasts below the frame or, where they do not fit, above its commands."""
        racks = self.query(ToastRack)  # none while the dialog opens or closes
        if not (racks and self.is_active and self.app._notifications):
            return
        rack, below = racks.first(), self.size.height - self.frame.region.bottom
        margin = Spacing(0, 0, 0 if below >= max(rack.region.height, _TOAST_LINES) else below + 3, 0)
        if rack.styles.margin != margin:
            rack.styles.margin = margin

    def compose_fixed(self) -> ComposeResult:
        """The part that stays in view above the scrolling body."""
        yield from ()

    def compose_body(self) -> ComposeResult:
        """The scrolling part."""
        yield from ()

    def compose_foot(self) -> ComposeResult:
        """The last line."""
        with Horizontal(classes="dialog-foot"):
            for verb in self.FOOT:
                yield self.foot_button(verb) if verb else Static("", classes="gap")

    def foot_button(self, verb: str) -> CommandButton:
        """The button of a command."""
        row = command(f"{self.SCOPE}.{verb}")
        return CommandButton(row.id, self.foot_label(row), focusable=row.handled_by in self.FOCUSABLE)

    def foot_label(self, row: Command) -> str:
        """The words on a command's button."""
        return row.title

    def body_width(self, share: int = SHARE, least: int = WIDTH) -> int:
        """Return the cells of a line in a frame of `share` percent of the terminal, but `least` cells."""
        width = self.app.size.width
        return max(min(width, max(width * share // 100, least)) - 5, 20)

    def on_mount(self) -> None:
        host(self).clear_information()
        self.opened()

    def opened(self) -> None:
        """Set the focus and start loading; called once the widgets are mounted."""
        self.query(self.FIRST).first().focus()

    # ── closing ──
    def dismiss(self, result: R | None = None) -> AwaitComplete:
        """Close with a result; later calls are ignored."""
        if self._dismissed:
            return AwaitComplete()
        self._dismissed = True
        if not (self.is_active and self.is_mounted):
            self._pending_result = [result]
            return AwaitComplete()
        return super().dismiss(result)

    def on_screen_resume(self) -> None:
        if self._pending_result is None:
            self.resumed()
        elif self.is_active:
            (result,), self._pending_result = self._pending_result, None
            super().dismiss(result)

    def resumed(self) -> None:
        """Called when the dialog becomes the topmost screen, for the first time or again."""

    # ── commands ──
    @property
    def stays_on_top(self) -> bool:
        """Whether neither help nor palette may cover it now."""
        return False

    @handles("help")
    async def help(self) -> None:
        await self.run_action("app.command('app.help')")

    @handles("back")
    def back(self) -> None:
        self.dismiss(None)


def open_dialog(node: DOMNode, dialog: Dialog[R], then: Callable[[R], object]) -> AwaitMount:
    """Open a dialog above all screens; `then` is called with its result, unless the agent goes back."""

    def closed(result: R | None) -> None:
        if result is not None:
            then(result)

    return node.app.push_screen(dialog, closed)


def facts(rows: Iterable[tuple[str, str | Content]], width: int) -> Content:
    """Return dim labels with bright values in lines of `width` cells; further lines begin below the value."""
    return join_lines(*(labelled(label, value, LABEL_WIDTH, width) for label, value in rows))
