"""The top line of every screen: environment banner, path, and the state of connection and data."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from wbtui.services.link import LinkKind
from wbtui.ui.commanding import active_commands
from wbtui.ui.format import dots, plural
from wbtui.ui.host import host
from wbtui.ui.safe import DIM, WARNING, fit, join, safe
from wbtui.ui.status import link_content, sync_content
from wbtui.ui.text import commands as text

_TICKET = 20
"""Cells that the ticket takes at most."""
_NAME = 12
"""Cells that the name at the end of the path keeps, however long the path is."""
_PATH = 10
"""Cells of a cut path with its separator that tell nothing, such as `‹ 1… / `."""


class TopBar(Widget):
    """` DEMO  ‹ Customers / Anna Schmidt          ▲ past due · as of 10:42`.

    `crumbs` is the path after the banner and the name at its end; `right` the state of the
    screen's object; where a screen sets no `right`, connection and synchronisation are shown. A connection
    that is not online is always shown.
    """

    DEFAULT_CSS = "TopBar { height: 1; width: 100%; dock: top; padding: 0; background: $background; }"

    crumbs: reactive[tuple[Content, Content] | None] = reactive(None, layout=False)
    right: reactive[Content | None] = reactive(None)
    _spots: tuple[tuple[range, str], ...] = ()
    """Cells of the drafts and of the path, as drawn, and the command that a click on them runs."""

    def render(self) -> Content:
        app = host(self)
        banner = self._banner()
        drafts, ticket = app.services.drafts.count, app.services.workspace.ticket
        counted, at = plural(drafts, "draft") if drafts else "", banner.cell_length + 1
        if kept := dots(
            counted,
            fit(f"ticket {ticket}", _TICKET).rstrip() if ticket else "",
        ):
            banner = join(banner, (f" {kept}", DIM))
        link = app.services.link
        right, state = self.right, link_content(link, app.now())
        most = max(self.size.width - banner.cell_length - _NAME, 0)
        if right is None:
            room = most - state.cell_length
            right = join(state, *sync_content(app.services, app.synced_at, app.now(), room))
        elif link.state.kind is not LinkKind.ONLINE or not link.writable:
            right = join(right, ("  ·  ", DIM), state)
        before, name = self.crumbs or (Content(""), safe(app.services.connection.name, DIM))
        room = self.size.width - banner.cell_length - right.cell_length - 4
        if room < 8:
            right = right.truncate(most, ellipsis=True)
            room = self.size.width - banner.cell_length - right.cell_length - 4
        crumbs = shortened_path(before, name, max(room, 0))
        left = banner.cell_length + 2
        path = max(crumbs.plain.rfind(" / "), 1) if crumbs.plain.startswith("‹") else 0
        self._spots = (
            (range(at, at + len(counted)), "app.drafts"),
            (range(left, left + path), f"{getattr(self.screen, 'SCOPE', '')}.back"),
        )
        gap = max(self.size.width - banner.cell_length - crumbs.cell_length - right.cell_length - 3, 1)
        return join(banner, "  ", crumbs, " " * gap, right, " ")

    async def on_click(self, event: events.Click) -> None:
        """Open the drafts, or go back where the path is clicked."""
        clicked = [command_id for cells, command_id in self._spots if event.x in cells]
        for place, row in list(active_commands(self.screen)):
            if row.id in clicked:
                await place.action_command(row.id)

    def _banner(self) -> Content:
        environment = str(host(self).services.connection.environment)
        word = fit(environment.upper(), 8).strip()
        if host(self).services.actions.permissions.read_only:
            word += " · READ-ONLY"
        if self.app.no_color:
            return safe(f" {word} ", "bold reverse")
        styles = {"live": "bold $background on $error", "test": "bold $background on $warning"}
        return safe(f" {word} ", styles.get(environment, "bold $background on $primary"))


def shortened_path(before: Content, name: Content, room: int) -> Content:
    """The path and the name at its end in `room` cells; of the name at least the beginning is kept."""
    left = room - min(name.cell_length, _NAME)
    if before.cell_length > left:
        cut = before.truncate(max(left - 3, 0), ellipsis=True)
        before = join(cut, (" / ", DIM)) if left > _PATH else Content("")
    return join(before, name.truncate(max(room - before.cell_length, 0), ellipsis=True))


class Restrictions(Static):
    """The restrictions of the open services, at most three lines; hidden where there are none."""

    DEFAULT_CSS = "Restrictions { display: none; height: auto; max-height: 3; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__(markup=False)

    def on_mount(self) -> None:
        restrictions = host(self).services.restrictions
        if restrictions:
            self.update(join(WARNING, text.restrictions(restrictions)))
            self.display = True
