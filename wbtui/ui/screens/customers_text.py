"""What the customers screen says of itself: counts, and every state of the list in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from textual.content import Content

from wbtui.services.link import LinkKind, LinkState
from wbtui.services.progress import SyncPhase, SyncProgress
from wbtui.ui import format as fmt
from wbtui.ui.report import report
from wbtui.ui.safe import join, join_lines, safe
from wbtui.ui.status import progress_words
from wbtui.ui.text.search import FILTER_LINES
from wbtui.ui.widgets.customer_columns import Row

if TYPE_CHECKING:
    from wbtui.store.highlights import Match


ABOUT = f"""\
Finds a customer by whatever the caller gives: name, company, any e-mail, reference, the start or end of an \
id, invoice number, last four of a card, an exact amount (€49), plan, city, country, VAT id, notes. Words \
combine; order, accents and case do not matter; when nothing matches, one slip of a key is forgiven (≈). \
Filters stand in the same box, -plan:free turns one round, sort:-owes orders the list:

{FILTER_LINES}

A filter that is not understood is underlined and named; the rest applies. What is typed is looked up in \
what this machine holds; while that is incomplete the server is asked behind it and its hits are merged.

Billing status is the first that holds: ■ frozen · ▲ past due · ○ trialing · ▲ canceling · ● active · \
● free · ○ ended · ○ no plan. "Owes" is the sum of unpaid invoices, per currency; currencies never add."""

_FILLING = (SyncPhase.IDLE, SyncPhase.CUSTOMERS, SyncPhase.INVOICES, SyncPhase.PLANS, SyncPhase.CHANGES)


class Asking(Enum):
    """How far the server's own search is."""

    NOT = "not"
    BUSY = "busy"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Situation:
    """All that decides the words: what was typed, how many match of how many held, link and sync."""

    text: str
    narrowed: bool
    matching: int | None
    everyone: int
    arrived: bool
    asking: Asking
    trouble: Exception | None
    link: LinkState
    progress: SyncProgress
    complete: bool


def count_line(now: Situation) -> str:
    """`38 of 12,480`, `38 held · asking the server…`, `4,200 held · offline`."""
    if now.matching is None:
        return "" if now.arrived else "…"
    narrowed = now.narrowed
    number = fmt.count(now.matching)
    if now.complete or not now.everyone:
        return f"{number} of {fmt.count(now.everyone)}" if narrowed else fmt.plural(now.everyone, "customer")
    held = f"{number} held" if narrowed else f"{fmt.count(now.everyone)} held"
    if now.asking is Asking.BUSY:
        return f"{held} · asking the server…"
    if now.link.kind is LinkKind.OFFLINE:
        return f"{held} · offline"
    if now.asking is Asking.FAILED:
        return f"{held} · the server did not answer"
    return held if not narrowed else f"{number} of {fmt.count(now.everyone)} held"


def nothing(now: Situation) -> Content:
    """Why the list is empty."""
    if now.narrowed:
        return join_lines(*_no_match(now))
    if now.progress.phase in _FILLING and now.link.kind not in (LinkKind.OFFLINE, LinkKind.DEGRADED):
        filling = progress_words(now.progress)
        return join_lines(
            safe("Filling the list for the first time", "bold"),
            safe(filling or "Asking the server for the first page…", "$text-muted"),
            "",
            safe("Rows appear as they come; searching asks the server meanwhile.", "$text-muted"),
        )
    if now.link.kind in (LinkKind.OFFLINE, LinkKind.DEGRADED):
        return join_lines(
            join(("■ ", "$warning"), ("Nothing is held yet, and there is no link", "bold")),
            safe(now.link.why),
            safe("wbtui tries again by itself and fills the list once it is back.", "$text-muted"),
        )
    if now.progress.phase is SyncPhase.FAILED:
        return join_lines(
            join(("▲ ", "$warning"), ("The list could not be filled", "bold")), now.progress.message
        )
    return join_lines(safe("No customers", "bold"), safe("The billing system has none.", "$text-muted"))


def _no_match(now: Situation) -> list[object]:
    lines: list[object] = [join(("No customer matches ", ""), (now.text, "bold"))]
    if now.asking is Asking.BUSY:
        lines.append(safe("Not among those held; asking the server…", "$text-muted"))
    elif now.asking is Asking.FAILED and now.trouble is not None:
        lines += ["", report(now.trouble).line()]
    elif now.asking is Asking.DONE:
        lines.append(safe("The server was asked, too, and knows none.", "$text-muted"))
    elif now.link.kind is LinkKind.OFFLINE and not now.complete:
        lines.append(
            safe("Only what is held was searched: there is no link to ask the server.", "$text-muted")
        )
    elif now.complete:
        lines.append(safe(f"All {fmt.plural(now.everyone, 'customer')} were searched.", "$text-muted"))
    lines += [
        "",
        safe("Fewer words or filters find more; esc in the list clears the search.", "$text-muted"),
    ]
    return lines


def why_line(matches: Sequence[Match]) -> Content:
    """`matched: name Anna · e-mail`, the matched parts marked."""
    if not matches:
        return Content("")
    pieces = [_match(one) for one in matches[:4]]
    return join(("matched: ", "$text-muted"), Content(" · ").join(pieces))


def _match(one: Match) -> Content:
    label = safe(f"{one.field} ≈ " if one.near else f"{one.field} ", "$text-muted")
    text = one.text
    if not one.spans or len(text) > 60:
        first = one.spans[0] if one.spans else (0, 0)
        text = text[first[0] : first[0] + 40] or text[:40]
        return join(label, (text, "bold" if one.spans else ""))
    parts: list[object] = [label]
    at = 0
    for start, end in one.spans:
        parts += [text[at:start], (text[start:end], "bold $primary")]
        at = end
    parts.append(text[at:])
    return join(*parts)


def position_line(cursor: int, total: int, row: Row | None, now: datetime) -> Content:
    """`row 1 of 38`, with the age of a row that is not fresh."""
    text = f"row {fmt.count(cursor + 1)} of {fmt.count(total)}"
    if row is not None and not row.is_fresh(now):
        text = f"as of {fmt.instant(row.fetched_at, now)}  ·  {text}"
    return safe(text, "$text-muted")
