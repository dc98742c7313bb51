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
from wbtui.ui.safe import join, safe

if TYPE_CHECKING:
    from wbtui.services.link import Link
    from wbtui.services.open import Services

_LINK = {
    LinkKind.ONLINE: fmt.State("●", "online", "good"),
    LinkKind.DEGRADED: fmt.State("▲", "degraded", "warn"),
    LinkKind.OFFLINE: fmt.State("■", "offline", "warn"),
    LinkKind.OTHER_SYSTEM: fmt.State("▲", "different billing system, read-only", "bad"),
    LinkKind.CONNECTING: fmt.State("○", "connecting", "dim"),
}
_FETCHED = {
    SyncPhase.CUSTOMERS: "customers",
    SyncPhase.INVOICES: "invoices",
    SyncPhase.PLANS: "plans",
    SyncPhase.DETAILS: "details",
}


def link_content(link: Link, now: datetime) -> Content:
    """`● online`, `■ offline since 10:42`, or `▲ online, read-only`."""
    state, known = link.state, _LINK[link.state.kind]
    since = f" since {fmt.clock(state.since, now)}" if state.kind is LinkKind.OFFLINE else ""
    if link.read_only is None or state.kind is LinkKind.OTHER_SYSTEM:
        return join((known.text, known.style), (since, "$text-muted"))
    return join((f"▲ {known.word}", "$warning"), (since, "$text-muted"), (", read-only", "$warning"))


def progress_text(progress: SyncProgress) -> str:
    """`customers 4,200 of 12,480 · 980/s · 9 s left`; empty if nothing is being fetched."""
    kind = _FETCHED.get(progress.phase)
    if kind is None:
        return ""
    pieces = [kind if not progress.rows else f"{kind} {fmt.count(progress.rows)}"]
    if progress.total:
        pieces[0] += f" of {fmt.count(progress.total)}"
    if progress.rate >= 1:
        pieces.append(f"{fmt.count(round(progress.rate))}/s")
    if progress.eta is not None:
        pieces.append(f"{fmt.seconds_left(progress.eta)} left")
    return " · ".join(pieces)


def unreadable(names: Sequence[str]) -> str:
    """`Anna Schmidt could not be read`."""
    name = clean(names[0], limit=30) if len(names) == 1 else fmt.plural(len(names), "customer")
    return f"{name} could not be read"


def sync_content(services: Services, synced_at: datetime | None, now: datetime) -> list[Content]:
    """The progress of a sync, or when the last one ended."""
    progress = services.sync.progress
    dot = safe("  ·  ", "$text-muted")
    fetching = progress_text(progress)
    if fetching:
        verb = "fetching" if progress.phase is SyncPhase.DETAILS else "syncing"
        return [dot, safe(f"{verb} {fetching}", "$text-muted")]
    if skipped := services.sync.skipped:
        said = unreadable([row.name for row in skipped])
        return [dot, safe(f"▲ {said}", "$warning", limit=60)]
    if services.sync.is_complete and synced_at is not None:
        return [dot, safe(f"synced {fmt.clock(synced_at, now)}", "$text-muted")]
    if progress.phase is SyncPhase.FAILED:
        return [dot, safe("▲ not synced", "$warning")]
    if progress.phase is SyncPhase.WAITING and services.link.state.kind is LinkKind.ONLINE:
        return [dot, safe(progress.message or "sync paused", "$text-muted", limit=50)]
    return []
