"""Panels of a profile: one part as a table, and one that needs further parts beside the customer's row."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.widgets import Static

from wbtui.errors import NotCached, NotOffered, Offline, WbtuiError
from wbtui.models.customer import Customer
from wbtui.models.page import Stamped
from wbtui.models.parts import CUSTOMER, Part
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import safe
from wbtui.ui.widgets.data_panel import DataPanel
from wbtui.ui.widgets.grid_table import Cell, Column, GridTable, Row
from wbtui.ui.work import start

T = TypeVar("T")


class TablePanel(DataPanel[T], Generic[T]):
    """A part as a table. Name PART, COLUMNS and EMPTY, and make the rows in `rows_of`."""

    DEFAULT_CSS = """
    TablePanel { padding-bottom: 1; }
    TablePanel .panel-empty { padding: 0 2; display: none; }
    """
    PART: ClassVar[Part[Any]]
    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    EMPTY: ClassVar[str] = "None."

    def __init__(self, owner: str, *, id: str | None = None) -> None:
        super().__init__(self.PART, owner, id=id)

    def compose_body(self) -> ComposeResult:
        yield GridTable(self.COLUMNS, id=f"{self.part.name}-table")
        yield Static(safe(self.EMPTY, "$text-muted"), classes="panel-empty")

    @property
    def table(self) -> GridTable:
        return self.query_one(GridTable)

    def rows_of(self, value: T) -> Sequence[Row]:
        """The rows, in the order they are shown."""
        raise NotImplementedError

    def paint(self, stamped: Stamped[T]) -> None:
        rows = self.rows_of(stamped.value)
        self.table.set_rows(rows)
        self.table.display = bool(rows)
        self.query_one(".panel-empty").display = not rows


class CombinedPanel(DataPanel[Customer]):
    """The customer's row with further parts: each is painted as it comes, and one that fails is only named.

    Name OTHERS and write `paint_all`; `others` holds what has come, `missing` why something has not.
    """

    OTHERS: ClassVar[tuple[Part[Any], ...]] = ()

    def __init__(self, owner: str, *, title: str = "", id: str | None = None) -> None:
        super().__init__(CUSTOMER, owner, title=title, id=id)
        self.others: dict[str, Any] = {}
        self.missing: dict[str, str] = {}

    @property
    def customer(self) -> Customer | None:
        """The row, once there is one."""
        return self.stamped.value if self.stamped is not None else None

    def other(self, part: Part[T]) -> T | None:
        """Another part's value; None while it is not held."""
        return self.others.get(part.name)

    def paint(self, stamped: Stamped[Customer]) -> None:
        self.paint_all()

    def paint_all(self) -> None:
        """Show everything that is there. Only called once the row is there."""
        raise NotImplementedError

    def load(self, *, force: bool = False) -> None:
        super().load(force=force)
        start(self, self._load_others, force, group="panel-others", latest=True)

    async def _load_others(self, force: bool) -> None:
        await asyncio.gather(*(self._load_other(part, force) for part in self.OTHERS))

    async def _load_other(self, part: Part[Any], force: bool) -> None:
        profiles = host(self).services.profiles
        try:
            held = await profiles.load(
                part,
                self.owner,
                customer_id=self.owner,
                force=force,
                on_held=lambda stamped: self._came(part, stamped),
            )
        except WbtuiError as error:
            # What is held is shown with its age; only what is not is said to be missing.
            if part.name not in self.others and not isinstance(error, NotOffered | Offline | NotCached):
                self.missing[part.name] = f"{part.title.lower()}: {error.title}"
            self._repaint()
        else:
            self.missing.pop(part.name, None)
            self._came(part, held)

    def _came(self, part: Part[Any], stamped: Stamped[Any]) -> None:
        self.others[part.name] = stamped.value
        self._repaint()

    def _repaint(self) -> None:
        if self.is_attached and self.stamped is not None:
            self.paint_all()


def money_cells(several: Sequence[Any], tone: str = "") -> list[Cell]:
    """A column of amounts (or None) with their decimal signs one below the other."""
    digits = fmt.column_digits(money for money in several if money is not None)
    return [
        Cell(fmt.aligned(fmt.money(money), digits), tone if money is None or money else "dim")
        for money in several
    ]


def state_cell(state: fmt.State) -> Cell:
    """A state as sign and word."""
    return Cell(state.text, state.tone)
