"""Connection and sync state for the top bar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from wbtui.models.text import clean
from wbtui.services.link import LinkKind
from wbtui.services.progress import SyncPhase, SyncProgress
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.safe import DIM, join, safe

if TYPE_CHECKING:
    from wbtui.services.link import Link
    from wbtui.services.open import Services

_LINK = {
    LinkKind.ONLINE: states.State("●", "online", "good"),
    LinkKind.DEGRADED: states.State("▲", "degraded", "warn"),
    LinkKind.OFFLINE: states.State("■", "offline", "warn"),
    LinkKind.OTHER_SYSTEM: states.State("▲", "different billing system, read-only", "bad"),
    LinkKind.CONNECTING: states.State("○", "connecting", "dim"),
}
_FETCHING = (SyncPhase.CUSTOMERS, SyncPhase.INVOICES, SyncPhase.PLANS, SyncPhase.DETAILS)


def link_content(link: Link, now: datetime) -> Content:
    """`● online`, `■ offline since 10:42`, `▲ online, read-only` or `▲ API key rejected, read-only`."""
    state, known = link.state, _LINK[link.state.kind]
    since = f" since {fmt.clock(state.since, now)}" if state.kind is LinkKind.OFFLINE else ""
    if state.key_rejected:
        return safe("▲ API key rejected, read-only", "$error")
    if link.read_only is None or state.kind is LinkKind.OTHER_SYSTEM:
        return join((known.text, known.style), (since, DIM))
    return join((f"▲ {known.word}", "$warning"), (since, DIM), (", read-only", "$warning"))


def progress_text(progress: SyncProgress, width: int | None = None) -> str:
    """`customers 4,200 of 12,480 · 980/s · 9 s left`; empty if nothing is being fetched.

    What does not fit into `width` is left out: first the rate, then the kind, then the total.
    """
    if progress.phase not in _FETCHING:
        return ""
    rows = fmt.count(progress.rows) if progress.rows or progress.total else ""
    total = f" of {fmt.count(progress.total)}" if progress.total else ""
    rate = f"{fmt.count(round(progress.rate))}/s" if progress.rate >= 1 else ""
    left = f"{fmt.seconds_left(progress.eta)} left" if progress.eta is not None else ""
    kind = progress.phase.value
    named = f"{kind} {rows}".rstrip()
    forms = (
        fmt.dots(named + total, rate, left),
        fmt.dots(named + total, left),
        fmt.dots((rows or kind) + total, left),
        fmt.dots(rows or kind, left),
    )
    return next((one for one in forms if width is None or len(one) <= width), forms[-1])


def unreadable(names: Sequence[str]) -> str:
    """`Anna Schmidt could not be read`."""
    name = clean(names[0], limit=30) if len(names) == 1 else fmt.plural(len(names), "customer")
    return f"{name} could not be read"


def sync_content(services: Services, synced_at: datetime | None, now: datetime, width: int) -> list[Content]:
    """The progress of a sync, shortened to `width` cells, or when the last one ended.

    `synced_at` is when one ended in this run.
    """
    progress = services.sync.progress
    dot = safe("  ·  ", DIM)
    verb = "fetching" if progress.phase is SyncPhase.DETAILS else "syncing"
    fetching = progress_text(progress, width - dot.cell_length - len(verb) - 1)
    if fetching:
        return [dot, safe(f"{verb} {fetching}", DIM)]
    if skipped := services.sync.skipped:
        said = unreadable([row.name for row in skipped])
        return [dot, safe(f"▲ {said}", "$warning", limit=60)]
    if services.sync.is_complete and (synced_at := synced_at or services.sync.confirmed_at) is not None:
        return [dot, safe(f"synced {fmt.clock(synced_at, now)}", DIM)]
    if progress.phase is SyncPhase.FAILED:
        return [dot, safe("▲ not synced", "$warning")]
    if progress.phase is SyncPhase.WAITING and services.link.state.kind is LinkKind.ONLINE:
        return [dot, safe(progress.message or "sync paused", DIM, limit=50)]
    return []
