"""What every dialog shares: a frame with title and environment, one last line, and care for unsent input."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from wbtui.ui.commanding import handles
from wbtui.ui.commands import bindings_for
from wbtui.ui.dialogs.ask import AskScreen
from wbtui.ui.modal import Modal
from wbtui.ui.safe import join, join_lines, safe

R = TypeVar("R")


class Dialog(Modal[R], Generic[R]):
    """A frame in the middle of the screen. Esc leaves it with None; Enter commits nothing."""

    DEFAULT_CSS = """
    Dialog > .dialog { width: 94; padding: 0 1; border-subtitle-color: $text-muted; }
    Dialog .dialog-body { height: auto; }
    Dialog .dialog-foot { height: 1; margin-top: 1; }
    Dialog .dialog-foot .gap { width: 1fr; }
    Dialog .dialog-foot Button { min-width: 0; padding: 0 1; margin-right: 1; }
    """

    def __init__(self, title: str, *, environment: str = "") -> None:
        super().__init__()
        self._heading = title
        self._environment = environment

    def compose(self) -> ComposeResult:
        frame = Vertical(classes="dialog")
        frame.border_title = safe(self._heading)
        if self._environment:
            frame.border_subtitle = safe(self._environment.upper())
        with frame:
            yield from self.compose_fixed()
            with VerticalScroll(classes="dialog-body", can_focus=False):
                yield from self.compose_body()
            yield from self.compose_foot()

    def compose_fixed(self) -> ComposeResult:
        """What stays in view above the scrolling body."""
        yield from ()

    def compose_body(self) -> ComposeResult:
        """The scrolling part."""
        yield from ()

    def compose_foot(self) -> ComposeResult:
        """The last line: what the keys do. The harmless button comes first in focus order."""
        with Horizontal(classes="dialog-foot"):
            yield Static("", classes="gap")
            yield foot_button("esc  Back", "dialog-back")

    @property
    def frame(self) -> Vertical:
        return self.query_one(".dialog", Vertical)

    @property
    def body(self) -> VerticalScroll:
        return self.query_one(".dialog-body", VerticalScroll)

    def on_mount(self) -> None:
        self._fit()
        self.opened()

    def opened(self) -> None:
        """Set the focus and start loading; called once the widgets are mounted."""

    def on_resize(self, _event: events.Resize) -> None:
        self.resized()

    def resized(self) -> None:
        """Fit the dialog to the terminal's new size."""
        self._fit()

    def _fit(self) -> None:
        """The body gives way when the terminal is low, so that head and foot stay in view."""
        self.call_after_refresh(self._shrink)

    def _shrink(self) -> None:
        if not self.is_attached:
            return
        others = sum(
            child.outer_size.height + child.styles.margin.height
            for child in self.frame.children
            if child is not self.body
        )
        self.body.styles.max_height = max(self.app.size.height - others - 2, 3)

    @on(Button.Pressed, "#dialog-back")
    def _back_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_back()

    @handles("back")
    def action_back(self) -> None:
        self.dismiss(None)

    @handles("down")
    def action_down(self) -> None:
        self.body.scroll_down(animate=False)

    @handles("up")
    def action_up(self) -> None:
        self.body.scroll_up(animate=False)

    @handles("page_down")
    def action_page_down(self) -> None:
        self.body.scroll_page_down(animate=False)

    @handles("page_up")
    def action_page_up(self) -> None:
        self.body.scroll_page_up(animate=False)


def foot_button(label: str, id: str, *, focusable: bool = True, classes: str = "") -> Button:
    """A flat button of the last line. One that acts is not focusable: Enter and space never press it."""
    button = Button(safe(label), id=id, classes=classes)
    button.can_focus = focusable
    return button


class Field(Horizontal):
    """A label, its control and, below, what is wrong with it."""

    DEFAULT_CSS = """
    Field { height: auto; width: 1fr; border-left: blank; }
    /* The same sign as a list's highlighted row: where the keys go is seen without colour. */
    Field:focus-within { border-left: outer $accent; }
    Field > .field-label { width: 11; color: $text-muted; }
    Field > .field-side { width: 1fr; height: auto; }
    Field .field-problem { color: $error; display: none; }
    Field.-wrong .field-problem { display: block; }
    Field.-wrong > .field-label { color: $error; }
    Field TextArea { border: none; height: 3; padding: 0 1; background: $surface; }
    Field TextArea:focus { border: none; background: $panel; }
    """

    def __init__(self, label: str, *controls: Any, id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = label
        self._controls = controls

    def compose(self) -> ComposeResult:
        yield Static(safe(self._label), classes="field-label")
        with Vertical(classes="field-side"):
            yield from self._controls
            yield Static("", classes="field-problem")

    def say(self, problem: str | None) -> None:
        """Show what is wrong here; None clears it."""
        self.set_class(problem is not None, "-wrong")
        self.query_one(".field-problem", Static).update(safe(f"▲ {problem}" if problem else ""))


class FormDialog(Dialog[R], Generic[R]):
    """Fields over a foot. Enter goes to the next field; ctrl+s goes on; unsent input is asked about."""

    SCOPE = "form"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("form")
    go_on_label: ClassVar[str] = "Preview"

    def compose_foot(self) -> ComposeResult:
        with Horizontal(classes="dialog-foot"):
            yield foot_button(f"ctrl+s  {self.go_on_label}", "form-go-on", focusable=False)
            yield Static("", classes="gap", id="form-says")
            yield foot_button("esc  Back", "dialog-back")

    def unsent(self) -> str | None:
        """What leaving would lose, in words (quit asks, too); None when nothing was typed."""
        return None

    @handles("go_on")
    def action_go_on(self) -> None:
        """Check the fields and go on. The form's own."""

    @on(Button.Pressed, "#form-go-on")
    def _go_on_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_go_on()

    @handles("next")
    def action_next(self) -> None:
        self.focus_next()

    @handles("previous")
    def action_previous(self) -> None:
        self.focus_previous()

    def on_input_submitted(self) -> None:
        self.focus_next()

    def action_back(self) -> None:
        if self.unsent() is None:
            self.dismiss(None)
            return
        self.ask_to_leave(lambda: self.dismiss(None))

    def ask_to_leave(self, leave: Callable[[], object]) -> None:
        """Ask before what was typed is thrown away; `leave` runs on yes."""

        def answered(yes: bool | None) -> None:
            if yes:
                leave()

        question = f"Discard {self.unsent()}?"
        self.app.push_screen(AskScreen("Discard", question, yes="Discard", no="Keep editing"), answered)


def facts(rows: Iterable[tuple[str, str | Content]], width: int = 13) -> Content:
    """Labels dim and values bright, one below the other; only our own or cleaned text goes in."""
    return join_lines(*(join((label.ljust(width), "$text-muted"), value) for label, value in rows))
