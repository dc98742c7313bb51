"""Refreshes what the cache derives from the server's date, when that date changes.

Rows stay as the server sent them: `Customer.as_of` is applied when they are read, and to their columns and
search text when they are stored. These follow the date in `meta`. A refresh sets that date first, so that
rows stored meanwhile follow it too; one that was interrupted is finished by the next.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from sqlite_utils import Database as Tool

from wbtui.errors import StoreCorrupt
from wbtui.models.customer import BillingStatus
from wbtui.models.instants import instant_of
from wbtui.models.parts import CUSTOMER
from wbtui.store.blob_codec import unpack
from wbtui.store.cache_columns import RANKS, columns_of
from wbtui.store.database import Connection
from wbtui.store.meta import DATE, date_of, get_meta, increment_revision, set_meta
from wbtui.store.writing import Pause, paused, replace_columns

_CHANGING = "date_changing"
"""Name in `meta` while rows may follow another date, of the latest one (ordinal)."""
_FROZEN, _PAST_DUE = RANKS[BillingStatus.FROZEN], RANKS[BillingStatus.PAST_DUE]
_BY_DUE = "SELECT n FROM customers INDEXED BY in_due WHERE due"
_CAME_DUE = f"{_BY_DUE} < ? AND status_rank NOT IN ({_FROZEN}, {_PAST_DUE})"
_NOT_DUE = f"{_BY_DUE} >= ? AND status_rank = {_PAST_DUE}"
_ROWS = (
    "SELECT r.n, t.text, r.data FROM json_each(?) AS w CROSS JOIN customer_rows r ON r.n = w.value"
    " JOIN customer_search_text t ON t.n = r.n"
)


def follows(connection: Connection, today: date) -> bool:
    """Return whether all rows follow this date."""
    return date_of(connection) == today and get_meta(connection, _CHANGING) is None


def begin(tool: Tool, today: date) -> None:
    """Let rows that are stored from now on follow this date."""
    before, changing = date_of(tool.conn) or today, int(get_meta(tool.conn, _CHANGING) or 0)
    set_meta(tool, DATE, str(today.toordinal()), instant_of(0))
    set_meta(tool, _CHANGING, str(max(before.toordinal(), changing)), instant_of(0))


def rows_to_refresh(connection: Connection, today: date) -> list[int]:
    """Return n of the rows that may follow another date.

    A clock that was ahead and is corrected sets the date back.
    """
    day, latest = today.toordinal(), int(get_meta(connection, _CHANGING) or 0)
    found = [n for (n,) in connection.execute(_CAME_DUE, (day,))]
    if latest > day:
        found += [n for (n,) in connection.execute(_NOT_DUE, (day,))]
    return found


def refresh(tool: Tool, numbers: Sequence[int], between: Pause | None = None) -> set[str]:
    """Let rows follow the date in `meta`. Returns the ids of customers who changed.

    A row that cannot be decoded stays as it is. `between` is called every few rows.
    """
    today, currency, changed = date_of(tool.conn), get_meta(tool.conn, "currency"), set[str]()
    rows = tool.conn.execute(_ROWS, (json.dumps(numbers),)).fetchall() if today is not None else []
    for n, text, data in paused(rows, between):
        try:
            row = unpack(CUSTOMER, data)
        except StoreCorrupt:
            continue
        columns = columns_of(row if today is None else row.as_of(today), currency)
        if columns.text != text:
            replace_columns(tool, n, columns, text)
            changed.add(row.id)
    if changed:
        increment_revision(tool)
    return changed


def finish(tool: Tool, today: date) -> None:
    """Record that all rows follow this date, unless another process has set another one meanwhile."""
    if date_of(tool.conn) == today:
        tool.conn.execute("DELETE FROM meta WHERE name = ?", (_CHANGING,))
