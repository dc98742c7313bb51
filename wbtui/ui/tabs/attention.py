"""Needs attention: what an agent should look at, with the action that resolves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import getters
from textual.app import ComposeResult

from wbtui.models.attention import Fix, Note, ProfileData, needs_attention
from wbtui.models.customer import Customer
from wbtui.models.parts import CREDITS, CUSTOMER, INVOICES, METHODS, PAYMENTS, REFUNDS, SUBSCRIPTIONS, USAGE
from wbtui.services.actions.subjects import missing_objects
from wbtui.ui.command import Command
from wbtui.ui.commanding import Obstacle, command_disabled_reason, obstacle
from wbtui.ui.commands import in_scope
from wbtui.ui.format import dots
from wbtui.ui.host import host
from wbtui.ui.safe import DIM, join, join_lines
from wbtui.ui.text import overview as text
from wbtui.ui.text.actions import not_available_offline
from wbtui.ui.widgets.columns import GAP, Cell, Column
from wbtui.ui.widgets.data_panel import DataPanel
from wbtui.ui.widgets.grid_table import GridTable
from wbtui.ui.widgets.table_lines import MARK
from wbtui.ui.work import apply, start

_FIX = "overview.fix"


def action_command(kind: str) -> Command:
    """Return the command of the profile that opens an action."""
    return next(row for row in in_scope("profile") if row.handled_by == "action" and row.args == (kind,))


class AttentionPanel(DataPanel[Customer]):
    """One line for each note, judged from all cached parts; below, what a line has no room for."""

    PART = CUSTOMER
    TITLE = "Needs attention"
    OTHERS: ClassVar = (INVOICES, PAYMENTS, METHODS, REFUNDS, SUBSCRIPTIONS, USAGE, CREDITS)
    DEFAULT_CSS = """
    AttentionPanel { padding-bottom: 1; }
    AttentionPanel .panel-text { padding: 0 2; }
    """
    table: getters.query_one[GridTable[Note]] = getters.query_one(GridTable)

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self._judged_all = False
        """Whether all parts, not only summaries of them, were loaded when the lines were last made."""
        self._missing_objects: frozenset[str] = frozenset()
        """IDs of objects of actions that are not available offline."""

    def compose_body(self) -> ComposeResult:
        yield GridTable[Note](key=_key, id="attention-table")
        yield from super().compose_body()

    def names_action(self, kind: str) -> bool:
        """Whether a line names an action of a kind."""
        return any(note.fix is not None and note.fix.kind == kind for note in self.table.rows)

    def load(self, *, force: bool = False) -> None:
        super().load(force=force)
        self.repaint()  # other actions may be possible: the connection is back or gone

    def paint(self, value: Customer) -> None:
        data = ProfileData(
            customer=value,
            invoices=self.other(INVOICES),
            payments=self.other(PAYMENTS),
            methods=self.other(METHODS),
            refunds=self.other(REFUNDS),
            subscriptions=self.other(SUBSCRIPTIONS),
            usage=self.other(USAGE),
            credits=self.other(CREDITS),
        )
        notes = needs_attention(data, host(self).today())
        self.table.show(self._columns(), notes, keep_first=not self._judged_all)
        self._judged_all = self.is_complete and not self.has_summaries
        self.table.display = bool(notes)
        self.show_rest()
        start(self, self._find_missing, notes, group="attention", latest=True)

    async def _find_missing(self, notes: Sequence[Note]) -> None:
        """Find the objects that the forms of actions could not load offline."""
        services = host(self).services
        fixes = [note.fix for note in notes if note.fix is not None and not services.link.reachable]
        objects = [(fix.about, fix.subject.id) for fix in fixes]
        missing = await missing_objects(services.profiles, objects, self.owner)
        await apply(self, self._show_missing, missing)

    def _show_missing(self, missing: frozenset[str]) -> None:
        if missing != self._missing_objects:
            self._missing_objects = missing
            self.table.show(self._columns(), self.table.rows)

    def _columns(self) -> Sequence[Column[Note]]:
        return (
            Column("", lambda note: Cell("▲", "warn") if note.urgent else Cell("○", "dim")),
            Column("", _text, share=1),
            Column("", self._fix),
        )

    def _fix(self, note: Note) -> Cell:
        """`A Retry payment`; with ✕ where it cannot be done now, ○ where only a draft can be kept."""
        if note.fix is None:
            return Cell("")
        row = action_command(note.fix.kind)
        keymap = host(self).keymap
        key = keymap.shown(row.id) or keymap.shown(_FIX)
        if (found := self._obstacle(row, note.fix)) is not None:
            return Cell(f"{key} {row.title} {found.sign}", "dim")
        return Cell(key, "strong", more=f" {row.title}")

    def _obstacle(self, row: Command, fix: Fix) -> Obstacle | None:
        reason = command_disabled_reason(self, row) or self.disabled_reason(fix)
        return obstacle(self, row.needs, reason)

    def disabled_reason(self, fix: Fix) -> str | None:
        """Return why an action is not possible on its object, or its form cannot open; else None."""
        assert self.stamped is not None
        if fix.subject.id in self._missing_objects:
            return not_available_offline(fix.about)
        return fix.disabled_reason(self.stamped.value)

    def on_resize(self) -> None:
        self.show_rest()

    def show_rest(self) -> None:
        """Show below the lines what the highlighted one has no room for, and what is not loaded."""
        note, lines = self.table.current, list[object]()
        if note is not None and (rest := self._rest(note)):
            lines.append(join((rest, DIM)))
        elif note is None and self.is_complete:
            lines.append(join(("● ", "$success"), text.NOTHING))
        elif note is None:
            lines.append(join(("○ ", DIM), text.NOTHING_LOADED))
        lines += self.missing()
        self.body.display = bool(lines)
        self.body.update(join_lines(*lines))

    def _rest(self, note: Note) -> str:
        """Return the texts of a note that its line cuts."""
        fixes = [cell_len(cell.text + cell.more) for cell in map(self._fix, self.table.rows)]
        room = self.table.size.width - len(MARK) - 1 - GAP - (max(fixes) + GAP if any(fixes) else 0)
        cell = _text(note)
        if room <= 0 or cell_len(cell.text + cell.more) <= room:
            return ""
        return dots(note.text if cell_len(cell.text) > room else "", note.detail)


def _text(note: Note) -> Cell:
    return Cell(note.text, more=f"  {note.detail}" if note.detail else "")


def _key(note: Note) -> str:
    return f"{note.part.name} {getattr(note.row, 'id', '')} {note.text}"
