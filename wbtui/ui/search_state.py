"""The state of one search in the customer list, as its screen shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wbtui.models.query.terms import Query
    from wbtui.store.cache import Window


class ServerSearch(Enum):
    """Progress of the server's own search."""

    NOT_ASKED = auto()
    ASKING = auto()
    DONE = auto()
    FAILED = auto()


class Placement(Enum):
    """What a list does with rows that have come.

    Attributes:
        FIRST: show them as a new result, from the top.
        REPLACE: show them; the cursor keeps its row number, or goes to `Rows.position`.
        AROUND: keep them around the rows in view, for scrolling.
        MISSING: the requested rows will not come; request what is still missing.
    """

    FIRST = auto()
    REPLACE = auto()
    AROUND = auto()
    MISSING = auto()


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the result and what to do with them. `window` is None only for MISSING."""

    placement: Placement
    window: Window | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class SearchState:
    """Everything known of a search.

    Attributes:
        number: counts the searches of a session; a state with a lower number is outdated.
        query: None before the first search.
        rows: the rows that came last.
        shown: rows (or a failure) have come for this search.
        counted: its rows were counted; until then `matching` is that of the same search before, if any.
        matching: how many cached customers match; None while unknown.
        cached: how many customers are cached.
        not_listed: filters whose data the list of the billing system lacks, such as `owes` or `-owes`.
        server_error: why the server's search failed.
        unreadable: names of customers that the server found and that cannot be read.
        failure: why the cache could not be read.
    """

    number: int = 0
    text: str = ""
    query: Query | None = None
    rows: Rows | None = None
    shown: bool = False
    counted: bool = False
    matching: int | None = None
    cached: int = 0
    not_listed: tuple[str, ...] = ()
    server: ServerSearch = ServerSearch.NOT_ASKED
    server_error: Exception | None = None
    unreadable: tuple[str, ...] = ()
    failure: Exception | None = None

    @property
    def narrowed(self) -> bool:
        """Whether the text narrows the list."""
        return self.query is not None and not self.query.is_empty
