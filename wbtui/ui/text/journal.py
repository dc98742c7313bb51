"""Sentences of the journal, and an entry with everything known of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from textual.content import Content

from wbtui.models.preview import ABANDONED, BASIS_CHANGED, NOT_CARRIED_OUT, JournalEntry, Status
from wbtui.services.lost_actions import RecordedAction, TimelineEvent
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.safe import DIM, join, join_lines, labelled, safe

ABOUT = (
    "Your actions. Each one is recorded before it is sent. ▲ unknown: it may have been carried out; check "
    "its status ({journal.look_up}). If the server has no record, it may still arrive: retry the "
    "identical request ({journal.resend}) or abandon it ({journal.abandon}). Plain Wingback keeps no "
    "record: look there, then say whether it was carried out ({journal.was_done}) or not "
    "({journal.was_not_done}). Until the outcome is known, no new action for the same purpose can be "
    "sent. Actions before the last 500 are listed while their outcome is unknown, and where a filter "
    "({journal.filter}) matches."
)
FILTER_TITLE = "Filter actions"
FILTER_HINT = "action, customer, ticket, agent or ID"
UNRESOLVED = "unresolved"
"""Kind of the filter for actions that are not settled."""
_OPEN = {status.value for status in Status if not status.settled}
OUTCOMES = (
    ("▲ unresolved", UNRESOLVED),
    *((state.text, str(name)) for name, state in states.OUTCOME.items() if name not in _OPEN),
)
"""The outcomes that a filter can choose, as labels and kinds."""
NO_SELECTION = "No entry is selected."
LOADING = "Loading …"
NOTHING_LOST = "The journal has lost nothing."
_MOST_LOST = 5
"""Lost actions and events of timelines that are listed, each."""


def empty_list(*, filtered: bool) -> str:
    """Say why the list is empty."""
    return "No action matches." if filtered else "No actions yet."


def title(shown: int, total: int) -> str:
    """The title of the list, and that it does not show all actions."""
    return f"Journal · {fmt.count(shown)} of {fmt.count(total)}" if shown < total else "Journal"


def found(shown: int, total: int) -> str:
    """Return how many actions match: `3 of 42 actions`."""
    return f"{fmt.count(shown)} of {fmt.plural(total, 'action')}"


def not_all(shown: int, total: int) -> str:
    """The message of `wbtui journal` where it lists only the last actions."""
    return f"{found(shown, total)}. Use --limit 0 for all of them."


def unresolved_note(count: int) -> Content:
    """Say how many outcomes are unknown."""
    return safe(f"{count} unresolved", "$warning") if count else safe("Nothing pending", DIM)


def unresolved_sentence(count: int) -> str:
    """Say how many outcomes are unknown and what to do, for the command line."""
    have, their = ("has", "its") if count == 1 else ("have", "their")
    return f"{fmt.plural(count, 'action')} {have} an unknown outcome. Open the app to check {their} status."


def lost(actions: Sequence[RecordedAction], found: Sequence[TimelineEvent] | None, now: datetime) -> Content:
    """Name the actions that the journal has lost, and those found in the billing system (None: searching)."""
    lines: list[object] = [("▲ The journal has lost actions that were recorded in it:", "bold $warning")]
    lines += [f"  {fmt.instant(one.at, now)}  {one.summary} · {one.customer}" for one in actions[:_MOST_LOST]]
    if len(actions) > _MOST_LOST:
        lines.append(f"  and {len(actions) - _MOST_LOST} more")
    lines.append("wbtui can no longer tell their outcome. Check each customer before you repeat anything.")
    if found is None:
        lines.append(("Searching the billing system for your actions …", DIM))
    elif not found:
        lines.append(("The timelines that could be read name no action of yours.", DIM))
    else:
        lines.append(("Your last actions in the billing system:", "bold"))
        lines += [
            f"  {fmt.instant(one.event.at, now)}  {one.event.what} · {one.customer}"
            for one in found[:_MOST_LOST]
        ]
    return join_lines(*lines)


def entry_text(entry: JournalEntry, now: datetime, body: bytes | None, width: int = 0) -> Content:
    """Everything the journal has of one entry; `body` is the confirmed request.

    A `width` of 0 does not wrap.
    """
    state = states.outcome_state(entry)

    def at(value: datetime | None) -> str:
        return "" if value is None else fmt.instant_and_utc(value, now)

    rule, why = entry.rule, entry.trouble or ""
    if rule is not None and rule.code in (ABANDONED, NOT_CARRIED_OUT, BASIS_CHANGED):  # no rule of the system
        why = why or rule.message
        rule = None
    rows = [
        ("Customer", f"{entry.customer} · {entry.customer_id}"),
        ("Reason", fmt.spaced(entry.reason)),
        ("Recorded", at(entry.created)),
        ("Tried" if entry.status is Status.NOT_SENT else "Sent", at(entry.sent_at) or "never"),
        ("Confirmed", at(entry.settled_at)),
        ("Rule", f"{rule.message} ({rule.code})" if rule is not None else ""),
        ("Details", why),
        ("For the customer", entry.customer_sentence or ""),
        ("References", ", ".join(map(fmt.reference, entry.objects))),
        ("Bulk action", f"Item {entry.bulk_number}" if entry.bulk_number is not None else ""),
        ("Attempts", str(entry.attempts) if entry.attempts > 1 else ""),
        ("Request ID", entry.key),
    ]
    lines: list[object] = [join((state.text, f"bold {state.style}"), "  ", entry.summary)]
    lines += [labelled(label, value, 18, width) for label, value in rows if value]
    if body is not None:
        lines += ["", join(("Request details", DIM))]
        lines += [labelled(f"  {name}", value, 26, width) for name, value in members(body)]
    return join_lines(*lines)


def members(body: bytes) -> Iterator[tuple[str, str]]:
    """Members of a JSON body by path, without the opaque basis; of a body that is no JSON its size."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        yield "bytes", str(len(body))
        return
    yield from _members("", value)


def _members(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if value.keys() == {"amount", "currency"}:
            yield path, f"{value['amount']} {value['currency']}"
            return
        for name, inner in value.items():
            if not (path == "" and name in ("basis", "key")):
                yield from _members(f"{path}.{name}".lstrip("."), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value, start=1):
            yield from _members(f"{path}.{index}", inner)
    elif value is not None:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)
