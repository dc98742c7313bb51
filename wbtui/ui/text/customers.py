"""Sentences of the customers screen: help, counts, and every state of the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from wbtui.services.link import LinkKind, LinkState
from wbtui.services.progress import SyncPhase, SyncProgress
from wbtui.ui import format as fmt
from wbtui.ui.report import report
from wbtui.ui.safe import DIM, WARNING, join, join_lines, safe
from wbtui.ui.search_state import SearchState, ServerSearch
from wbtui.ui.status import progress_text, unreadable
from wbtui.ui.text.search import FILTER_LINES, excludes, not_listed

if TYPE_CHECKING:
    from wbtui.models.customer import Customer
    from wbtui.models.page import Stamped
    from wbtui.store.highlights import Match
    from wbtui.ui.command import Command
    from wbtui.ui.commands import Keymap


ABOUT = f"""\
Search by name, company, e-mail, reference, start or end of an ID, invoice number, last four digits of a \
card, exact amount (€49), plan, city, country, VAT ID or notes. Words combine in any order, ignoring accents \
and case; one typo is tolerated (≈). Filters go into the same box; -plan:free excludes, sort:-owes sorts:

{FILTER_LINES}

A filter with a mistake is underlined and explained; the rest of the search applies. Searches use the data \
cached on this computer; while that is incomplete, the server is asked, too.

Billing status is the first that applies: ■ frozen · ▲ past due · ○ trialing · ▲ canceling · ● active · \
● free · ○ ended · ○ no plan. "Owes" is the sum of unpaid invoices per currency, without conversion. \
"Since" is the day the customer was created. Billing dates and “today” are UTC dates."""

NO_SELECTION = "No customer is selected."
NOTHING_LISTED = "No customers are listed."
NOTHING_CACHED, EXPIRED = "Nothing is cached yet", "The cached data has expired"
_FILLING = (SyncPhase.IDLE, SyncPhase.CUSTOMERS, SyncPhase.INVOICES, SyncPhase.PLANS, SyncPhase.CHANGES)


def ignored(why: str) -> str:
    """Say that the list is not what was searched for, so nothing is done to all of it."""
    return f"Part of the search is ignored. {why}"


def dead_key(meant: Command | None, keymap: Keymap) -> str:
    """Name the key to press instead of one without a command here. `meant`: its command on a profile."""
    if meant is not None:
        return f"{meant.title} works on a profile. Press {_key(keymap, 'customers.open')} to open it first."
    return f"Press {_key(keymap, 'app.search')} to search, {_key(keymap, 'app.help')} for all keys."


def _key(keymap: Keymap, command_id: str) -> str:
    return keymap.shown(command_id) or command_id


@dataclass(frozen=True, slots=True)
class Sources:
    """The state of connection, synchronization and cache.

    Attributes:
        complete: whether every customer is cached.
        synced_before: whether customers were synced, also if they have expired since.
    """

    link: LinkState
    progress: SyncProgress
    complete: bool
    synced_before: bool


def count_line(search: SearchState, sources: Sources) -> str:
    """`38 of 12,480`, `38 cached · asking the server…`, `4,200 cached · offline`.

    `at least 1 of 12,480` where the list of the billing system lacks the data of a filter.
    """
    if search.matching is None:
        return "" if search.failure is not None else "…"
    number, cached = fmt.count(search.matching), fmt.count(search.cached)
    if search.not_listed:
        bound = "at most" if excludes(search.not_listed) else "at least"
        number = f"{bound} {number}" if search.matching else fmt.UNKNOWN
    if sources.complete or not search.cached:
        return f"{number} of {cached}" if search.narrowed else fmt.plural(search.cached, "customer")
    shown = f"{number if search.narrowed else cached} cached"
    if search.server is ServerSearch.ASKING:
        return f"{shown} · asking the server…"
    if sources.link.kind is LinkKind.OFFLINE:
        return f"{shown} · offline"
    if search.server is ServerSearch.FAILED:
        return f"{shown} · the server did not answer"
    if search.unreadable:
        return f"{shown} · ▲ {unreadable(search.unreadable)}"
    return f"{number} of {cached} cached" if search.narrowed else shown


def empty_list(search: SearchState, sources: Sources, keymap: Keymap) -> Content:
    """Say why the list is empty."""
    if search.failure is not None:
        return report(search.failure).panel()
    if search.narrowed:
        return join_lines(*_no_match(search, sources, keymap))
    progress, link = sources.progress, sources.link
    unreachable = link.kind in (LinkKind.OFFLINE, LinkKind.DEGRADED, LinkKind.OTHER_SYSTEM)
    if progress.phase in _FILLING and not unreachable:
        return join_lines(
            safe("Downloading customers for the first time", "bold"),
            safe(progress_text(progress) or "Asking the server for the first page…", DIM),
            "",
            safe("Customers appear as they arrive. You can search the server meanwhile.", DIM),
        )
    if unreachable:
        return join_lines(
            join(("■ ", "$warning"), (EXPIRED if sources.synced_before else NOTHING_CACHED, "bold")),
            safe(link.why),
            safe("The customers are downloaded when you are online.", DIM),
        )
    if progress.phase is SyncPhase.FAILED:
        failed = join(WARNING, ("The customers could not be downloaded", "bold"))
        return join_lines(failed, progress.message, *([safe(progress.hint, DIM)] if progress.hint else []))
    return join_lines(safe("No customers", "bold"), safe("The billing system has no customers.", DIM))


def _no_match(search: SearchState, sources: Sources, keymap: Keymap) -> list[object]:
    lines: list[object] = [join(("No customer matches ", ""), (search.text, "bold"))]
    if search.not_listed:
        lines.append(safe(not_listed(search.not_listed), "$warning"))
    elif search.server is ServerSearch.ASKING:
        lines.append(safe("Not in the cached data; asking the server…", DIM))
    elif search.server is ServerSearch.FAILED and search.server_error is not None:
        lines += ["", report(search.server_error).line()]
    elif search.unreadable:
        lines.append(safe(f"▲ {unreadable(search.unreadable)}", "$warning"))
    elif search.server is ServerSearch.DONE:
        lines.append(safe("The server found none either.", DIM))
    elif sources.link.kind is LinkKind.OFFLINE and not sources.complete:
        searched = "only cached customers were searched" if search.cached else "no customers are cached yet"
        lines.append(safe(f"Offline: {searched}.", DIM))
    elif sources.complete:
        lines.append(safe(f"Searched all {fmt.plural(search.cached, 'customer')}.", DIM))
    fewer = "Try fewer words or filters. " if search.cached else ""
    clear = f"Press {_key(keymap, 'customers.clear')} in the list to clear the search."
    return [*lines, "", safe(f"{fewer}{clear}", DIM)]


def matched_line(matches: Sequence[Match], width: int) -> Content:
    """`matched: name Anna · e-mail`, with the matched parts highlighted; those that fit into `width`."""
    line = join(("matched: ", DIM))
    for number, one in enumerate(matches[:4]):
        longer = join(line, " · " if number else "", _match(one))
        if longer.cell_length > width and number:
            break
        line = longer
    return line.truncate(width, ellipsis=True) if matches else Content("")


def _match(one: Match) -> Content:
    label = safe(f"{one.field} ≈ " if one.near else f"{one.field} ", DIM)
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


def position_line(
    cursor: int, total: int | None, row: Stamped[Customer] | None, now: datetime, order: str = ""
) -> Content:
    """`row 1 of 38`, `row 1 of …` until the rows are counted.

    Before it the order where it needs words, and the age of a row that is stale.
    """
    parts = [f"row {fmt.count(cursor + 1)} of {fmt.count(total)}"]
    if row is not None and not row.is_fresh(now):
        parts.insert(0, f"as of {fmt.instant(row.fetched_at, now)}")
    if order:
        parts.insert(0, order)
    return safe("  ·  ".join(parts), DIM)
