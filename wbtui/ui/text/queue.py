"""Sentences about work queues, marks, pins and quick access."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rich.cells import cell_len
from textual.content import Content

from wbtui.models.saved import Mark
from wbtui.services.queue import QuickAccessEntry
from wbtui.ui import format as fmt
from wbtui.ui.safe import DIM, fit, join, safe_text

_NAME = 24
"""The most cells of a name in the line of quick access, and of a saved search in the top bar."""
_TYPED = 14
"""The most cells of a search that is not saved in the top bar; "All customers" fits."""

ABOUT = (
    "Searches to work through: built-in ones and those you saved. Remaining: customers found who are neither "
    "done nor snoozed in this queue. On a profile, {profile.next_customer} and {profile.previous_customer} "
    "go to the next and previous customer, {profile.done} marks as done, {profile.snooze} snoozes."
)
NOTHING_REMAINS = "No customers remain in this queue."
BACK_IN_QUEUE = "Back in the queue."
FIRST_REACHED = "This is the first customer in the list."
LAST_REACHED = "This is the last customer in the list."
END_OF_QUEUE = "End of queue. Press {profile.previous_customer} to go back."
NOTHING_TO_UNDO = "Nothing to undo: no customer was marked here."
NO_QUEUE = (
    "This profile was not opened from a list. Press {app.work_queue} in the customer list to start a queue."
)
EMPTY_SEARCH = "The search box is empty. Type a search first."
QUICK_ACCESS_HIDDEN = "Quick access needs an empty search box. Press {search.leave} to clear it."
BUILT_IN = "A built-in search stays as it is."
DELETE = "Delete the search?"
NO_QUICK_ACCESS = "No customer under this number. Press {customers.pin} to pin one."


def mark_word(mark: Mark) -> str:
    """`✓ done` or `○ snoozed`, for the status column."""
    return "✓ done" if mark.until is None else "○ snoozed"


def mark_text(mark: Mark, today: date) -> str:
    """`✓ done` or `○ snoozed until 24 Nov`."""
    return mark_word(mark) if mark.until is None else f"{mark_word(mark)} until {fmt.day(mark.until, today)}"


def marked_toast(title: str, mark: Mark, today: date, undo: str) -> str:
    """A customer was marked as done or snoozed; `undo` is the key that takes it back."""
    how = f" Press {undo} to undo." if undo else ""
    return f"{title}: {mark_text(mark, today)}.{how}"


def undone_toast(title: str) -> str:
    """A mark was taken back."""
    return f"{title} is back in the queue."


def pin_toast(title: str, *, pinned: bool, displaced: str | None, key: str) -> str:
    """Say whether the customer is pinned or unpinned; `key` opens the newest pin.

    That is the first of quick access, and may take the place of the last.
    """
    if not pinned:
        return f"{title} unpinned."
    more = (
        f" {displaced} stays pinned, without a number: the palette finds it." if displaced is not None else ""
    )
    return f"{title} pinned. Press {key} in the list to open.{more}"


def saved_toast(name: str, key: str) -> str:
    """A search was saved as a queue; `key` opens the list of them."""
    return f"Saved as {name}. Press {key} to open it."


def delete_question(name: str) -> str:
    """Ask whether to delete a saved search with its marks."""
    return f"{name}: the search and the marks in its queue are deleted."


def breadcrumb(origin: str) -> Content:
    """`‹ Customers / `: the screen that Esc returns to."""
    return join((f"‹ {origin} / ", DIM))


def queue_breadcrumb(number: int, total: int | None, queue: str, mark: str, *, typed: bool) -> Content:
    """`‹ 3 of 38 · Past due / `: the position in the list that Esc returns to.

    Of a search that was only `typed`, such as an ID, little is shown: the customer's name tells more.
    """
    where = f"{fmt.count(number)} of {fmt.count(total)}"
    name = fit(queue, _TYPED if typed else _NAME).rstrip()
    return join(("‹ ", DIM), where, (f" · {name}", DIM),
                (f" {mark}" if mark else "", "bold"), (" / ", DIM))  # fmt: skip


def quick_access_line(entries: Sequence[tuple[QuickAccessEntry, bool]], width: int) -> Content:
    """`★ 1 Anna Schmidt  2 Lumen Labs   recent 3 Bob …`; True marks a pinned customer."""
    if not entries:
        return Content("")
    # Each entry has 4 fixed cells; "★ ", " recent " and the padding need 14 more.
    free = width - 14 - 4 * len(entries)
    lengths = [cell_len(safe_text(entry.title)) for entry, _ in entries]
    each = 6
    while each < _NAME and sum(min(length, each + 1) for length in lengths) <= free:
        each += 1
    pieces: list[object] = []
    recent = False
    for number, (entry, pinned) in enumerate(entries, start=1):
        if pinned and number == 1:
            pieces.append(("★ ", "$accent"))
        elif not pinned and not recent:
            recent = True
            pieces.append((" recent " if number > 1 else "recent ", "$text-disabled"))
        pieces += [(f"{number} ", "bold"), (fit(entry.title, each).rstrip(), DIM), "  "]
    return join(*pieces[:-1]).truncate(width - 6, ellipsis=True)
