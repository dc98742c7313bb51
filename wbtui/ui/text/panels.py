"""Sentences of every panel: loading, failing, not available."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from textual.content import Content

from wbtui.ui.format import NOTHING, dots
from wbtui.ui.safe import DIM, join

LOADING = "Loading…"
REFRESHING = "refreshing…"
OFFLINE = "offline"
OWNER_NOT_CONFIRMED = "customer not confirmed by the server"
NOT_AVAILABLE = "Not available offline. It will load when you are back online."
REST_NOT_AVAILABLE = "More is not available offline. It will load when you are back online."


NOT_OFFLINE = "not available offline"


def summary(at: str) -> str:
    """Return the age of a part that is derived from the lists of a sync."""
    return f"summary from sync, {at}"


def known_rows(rows: Iterable[tuple[str, str]], known: Collection[str]) -> Iterator[tuple[str, str]]:
    """Return the rows of a summary: of those that are not `known`, one without a value is not available."""
    for label, value in rows:
        yield label, value if label in known or not value.startswith(NOTHING) else NOT_OFFLINE


def not_refreshed(title: str) -> str:
    """Return the note of a panel whose refresh failed."""
    return f"▲ not refreshed: {title}"


def not_loaded(titles: Sequence[str], why: str) -> str:
    """Return the line for further parts that could not be loaded: `Not loaded: Usage, Payments (…)`."""
    return f"Not loaded: {', '.join(titles)} ({why})"


def filter_line(kinds: Iterable[str], words: str, found: str, key: str) -> Content:
    """Return a filter and what it found: `Filter: payment · "refund" · 3 of 200 events · f changes it`."""
    wanted = dots(", ".join(kinds), f'"{words.strip()}"' if words.strip() else "")
    return join(("Filter: ", DIM), wanted, (f" · {found} · {key} changes it", DIM))


def retry(key: str) -> str:
    """The words on the button that loads again; `key` may be empty."""
    return f"Retry ({key})" if key else "Retry"
