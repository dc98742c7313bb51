"""Places that answer commands: the mixin that runs a command of the registry or says why it cannot."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import isawaitable
from typing import ClassVar, cast

from textual.app import App
from textual.dom import DOMNode
from textual.screen import Screen

from wbtui.ui.command import Command
from wbtui.ui.commands import command, in_scope
from wbtui.ui.host import host


class CommandHost:
    """A widget, screen or app with the commands of one scope.

    Set SCOPE and `BINDINGS = bindings_for(SCOPE)`, write one method `action_<verb>` per command, and say in
    `why_not` which commands are not possible now. A disabled command stays visible; its key tells the reason.
    """

    SCOPE: ClassVar[str] = ""

    def disabled_reason(self, command: Command) -> str | None:
        """None when the command can run now; else the reason in one sentence."""
        return command_disabled_reason(cast("DOMNode", self), command)

    def bar_commands(self) -> Iterable[Command]:
        """The commands that the key bar names here, in order."""
        return (row for row in in_scope(self.SCOPE) if row.bar)

    async def action_command(self, command_id: str) -> None:
        """What every binding does: run the command, or say why not."""
        row = command(command_id)
        reason = self.disabled_reason(row)
        if reason is not None:
            host(cast("DOMNode", self)).tell(reason, title=f"{row.title}: not now", tone="warning")
            return
        result = getattr(self, f"action_{row.method}")(*row.args)
        if isawaitable(result):
            await result


def command_disabled_reason(node: DOMNode, row: Command) -> str | None:
    """The reason why the connected system cannot do what the command needs; None when it can."""
    if not row.needs:
        return None
    kind = row.needs.removeprefix("action.")
    services = host(node).services
    if row.needs.startswith("action."):
        return services.actions.disabled_reason(kind)
    return None if services.system is None else services.system.disabled_reason(row.needs)


def places(screen: Screen[object]) -> list[CommandHost]:
    """The places whose commands are active, from the focused one outwards; a modal screen is the last."""
    node: DOMNode | None = screen.focused or screen
    found: list[CommandHost] = []
    while node is not None:
        if isinstance(node, CommandHost) and node.SCOPE:
            found.append(node)
        if isinstance(node, Screen) and node.is_modal:
            break
        node = node.parent if not isinstance(node, App) else None
    return found


def active_commands(screen: Screen[object]) -> Iterable[tuple[CommandHost, Command]]:
    """Every command that can be meant now, with the place that answers it; nearest place first."""
    for place in places(screen):
        for row in in_scope(place.SCOPE):
            yield place, row
