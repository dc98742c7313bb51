"""Command hosts: widgets, screens, dialogs and the app run the commands of one scope each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from inspect import isawaitable, iscoroutinefunction
from typing import Any, ClassVar, Literal, NamedTuple, TypeVar, cast

from textual.app import App
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from wbtui.errors import WbtuiError
from wbtui.ui.command import Command
from wbtui.ui.commands import bindings_for, command, in_scope
from wbtui.ui.host import host
from wbtui.ui.text.commands import DRAFT_ONLY, disabled, unavailable
from wbtui.ui.work import COMMANDS, start

Handler = TypeVar("Handler", bound=Callable[..., object])
_VERB = "_handled_verb"


def handles(verb: str) -> Callable[[Handler], Handler]:
    """Make a method of a `CommandHost` the handler of the command `<SCOPE>.<verb>`.

    It is called with the command's `args` and may be a coroutine function.
    """

    def mark(method: Handler) -> Handler:
        setattr(method, _VERB, verb)
        return method

    return mark


class CommandHost:
    """Mixin for a Textual class with the commands of one scope.

    Set SCOPE, which also makes its bindings, and mark a method with `@handles` for every command. A subclass
    replaces a handler by overriding the method. Override `disabled_reason` for commands that are
    not possible at times: they stay visible, and their key shows the reason.
    """

    SCOPE: ClassVar[str] = ""
    handlers: ClassVar[Mapping[str, Callable[..., object]]] = {}
    """The handler of each verb; made from `@handles`."""

    def __init_subclass__(cls, **options: Any) -> None:
        if "SCOPE" in vars(cls) and "BINDINGS" not in vars(cls):
            cls.BINDINGS = bindings_for(cls.SCOPE)  # type: ignore[attr-defined]
        super().__init_subclass__(**options)
        names = {
            getattr(method, _VERB): name
            for base in reversed(cls.__mro__)
            for name, method in vars(base).items()
            if hasattr(method, _VERB)
        }
        cls.handlers = {verb: getattr(cls, name) for verb, name in names.items()}

    def disabled_reason(self, command: Command) -> str | None:
        """None when the command can run now; else the reason in one sentence."""
        return command_disabled_reason(cast("DOMNode", self), command)

    @handles("next")
    def focus_next_widget(self) -> None:
        cast("DOMNode", self).screen.focus_next()

    @handles("previous")
    def focus_previous_widget(self) -> None:
        cast("DOMNode", self).screen.focus_previous()

    def commands(self) -> Iterable[Command]:
        """The commands that help and palette list here, in order."""
        return in_scope(self.SCOPE)

    def bar_commands(self) -> Iterable[Command]:
        """The commands that the key bar shows here, in order."""
        return (row for row in self.commands() if row.bar)

    async def action_command(self, command_id: str) -> None:
        """Run a command, or show why it is disabled. Every binding calls this.

        On a widget that is not mounted yet, as when a key follows at once on the one that opened its screen,
        it runs when the widget is; on one whose screen has closed meanwhile, it does nothing. A WbtuiError
        that its handler raises is shown in a toast. A coroutine function runs in the background, because this
        runs in the app, which would not quit or go back meanwhile; what is typed next waits for it.
        """
        if isinstance(self, Widget):
            if not self.is_mounted:
                self.call_later(self.action_command, command_id)
                return
            if not is_open(self):
                return
        row = command(command_id)
        reason = self.disabled_reason(row)
        if reason is not None:
            app = host(cast("DOMNode", self))
            app.show_toast(app.keymap.fill(reason), title=unavailable(row), tone="warning")
            return
        handler = self.handlers[row.handled_by]
        if iscoroutinefunction(handler):
            start(cast("DOMNode", self), handler, self, *row.args, group=COMMANDS)
            return
        try:
            result = handler(self, *row.args)
            if isawaitable(result):
                await result
        except WbtuiError as error:
            host(cast("DOMNode", self)).show_error(error)


def refresh_key(node: DOMNode) -> str:
    """The key that loads the data of a node's screen again; empty where none does."""
    return host(node).keymap.shown(f"{getattr(node.screen, 'SCOPE', '')}.refresh")


def is_open(widget: Widget) -> bool:
    """Return whether the screen of a widget is open, below others too."""
    return widget.is_attached and widget.screen in widget.app.screen_stack


def command_disabled_reason(node: DOMNode, row: Command) -> str | None:
    """The reason why the connected system cannot do what the command needs; None when it can."""
    if not row.needs:
        return None
    kind = row.needs.removeprefix("action.")
    services = host(node).services
    if row.needs.startswith("action."):
        return services.actions.disabled_reason(kind)
    return None if services.system is None else services.system.disabled_reason(row.needs)


class Obstacle(NamedTuple):
    """What keeps a command from running, or its action from being sent.

    `sign` is ✕ where it cannot run, ○ where its form can be filled in and kept as a draft only.
    """

    sign: Literal["✕", "○"]
    text: str

    @property
    def blocks(self) -> bool:
        return self.sign == "✕"

    @property
    def sentence(self) -> str:
        """The sentence of help and palette."""
        return disabled(self.text) if self.blocks else self.text


def obstacle(node: DOMNode, needs: str, reason: str | None) -> Obstacle | None:
    """Return what key bar, menus, palette and help show beside a command; None where nothing is in the way.

    `needs` is what the command needs of the billing system, `reason` why it cannot run.
    """
    fill = host(node).keymap.fill
    if reason is not None:
        return Obstacle("✕", fill(reason))
    kind = needs.removeprefix("action.")
    if kind == needs or host(node).services.actions.send_reason(kind) is None:
        return None
    return Obstacle("○", fill(DRAFT_ONLY))


def places(screen: Screen[Any]) -> list[CommandHost]:
    """The hosts whose commands are active, from the focused one outwards; a modal screen is the last."""
    node: DOMNode | None = screen.focused or screen
    found: list[CommandHost] = []
    while node is not None:
        if isinstance(node, CommandHost) and node.SCOPE:
            found.append(node)
        if isinstance(node, Screen) and node.is_modal:
            break
        node = node.parent if not isinstance(node, App) else None
    return found


def active_commands(screen: Screen[Any]) -> Iterable[tuple[CommandHost, Command]]:
    """Every active command with its host, nearest host first."""
    for place in places(screen):
        for row in place.commands():
            yield place, row
