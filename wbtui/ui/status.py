"""The state of link and synchronisation, in a sign and words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from wbtui.services.link import LinkKind, LinkState
from wbtui.ui import format as fmt
from wbtui.ui.plain import joined, plain

if TYPE_CHECKING:
    from wbtui.services.open import Services

_LINK = {
    LinkKind.ONLINE: fmt.State("●", "online", "good"),
    LinkKind.DEGRADED: fmt.State("▲", "degraded", "warn"),
    LinkKind.OFFLINE: fmt.State("■", "offline", "warn"),
    LinkKind.CONNECTING: fmt.State("○", "connecting", "dim"),
}


def link_content(state: LinkState, now: datetime) -> Content:
    """`● online`; a link that is down says since when."""
    known = _LINK[state.kind]
    text = plain(known.text, known.style)
    if state.kind is LinkKind.OFFLINE:
        return joined(text, (f" since {fmt.instant(state.since, now)[:-3]}", "$text-muted"))
    return text


def sync_content(services: Services) -> list[Content]:
    """` · 12,480 customers`, or how far a synchronisation is: count, rate and time left."""
    progress = services.sync.progress
    dot = plain("  ·  ", "$text-muted")
    phase = progress.phase
    if phase is SyncPhase.WALKING:
        held = fmt.count(progress.rows)
        of = f" of {fmt.count(progress.total)}" if progress.total else ""
        pieces = [f"syncing {held}{of}"]
        if progress.rate:
            pieces.append(f"{fmt.count(round(progress.rate))}/s")
        if progress.eta is not None:
            pieces.append(f"{fmt.seconds_left(progress.eta)} left")
        return [dot, plain(" · ".join(pieces), "$text-muted")]
    if progress.message:
        return [dot, plain(progress.message, "$text-muted", limit=60)]
    return []
