"""The commands of work queues, quick access, drafts and bulk actions, as a table."""

from __future__ import annotations

from wbtui.ui.command import Command, Scope

QUICK_ACCESS = 5
"""How many pinned and recent customers have a number key."""

SCOPES: tuple[Scope, ...] = (
    Scope("work_queue", "Work queue"),
    Scope("drafts", "Drafts"),
    Scope("bulk", "Bulk action"),
)

_QUICK_ACCESS = tuple(
    Command(f"customers.quick_access_{number}", f"Quick access {number}",
            f"Open pinned or recent customer {number}.", (str(number),), handler="quick_access",
            args=(number,), palette=False, aliases=(f"customers.at_hand_{number}",))
    for number in range(1, QUICK_ACCESS + 1)
)  # fmt: skip

COMMANDS: tuple[Command, ...] = (
    # ── customers ──
    Command("customers.save_search", "Save search", "Save the search as a work queue of its own."),
    Command("customers.pin", "Pin or unpin", "Pin the selected customer for quick access, or unpin.", ("b",)),
    *_QUICK_ACCESS,
    # ── profile ──
    Command("profile.next_customer", "Next customer",
            "Go to the next customer in the list; skips done and snoozed ones.", ("n",), bar="next"),
    Command("profile.previous_customer", "Previous customer",
            "Go to the previous customer in the list; skips done and snoozed ones.", ("p",), bar="previous"),
    Command("profile.done", "Done", "Mark as done and go to the next customer; on a marked one, remove it.",
            ("d",), bar="done"),
    Command("profile.snooze", "Snooze", "Hide the customer from this queue until a date; go to the next one.",
            ("z",), bar="snooze"),
    Command("profile.undo", "Undo", "Undo the last done or snooze, and return to that customer.", ("u",)),
    Command("profile.pin", "Pin or unpin", "Pin the customer for quick access, or unpin.", ("b",)),
    # ── the dialog ──
    Command("work_queue.start", "Start", "Apply the search and open its first remaining customer.",
            ("enter",), bar="start", handler="choose", args=(True,)),
    Command("work_queue.look", "Show list", "Apply the search without opening a customer.", ("l",),
            bar="list", handler="choose", args=(False,)),
    Command("work_queue.save", "Save search", "Save the current search under a name.", ("a",), bar="save"),
    Command("work_queue.rename", "Rename", "Rename the selected search; its marks are kept.", ("e",),
            bar="rename"),
    Command("work_queue.delete", "Delete", "Delete the selected search and its marks; asks first.", ("x",),
            bar="delete"),
    Command("work_queue.back", "Back", "Close and leave the search unchanged.", ("escape", "w"), bar="back"),
    # ── drafts ──
    Command("app.drafts", "Drafts", "List the forms that you kept, to open one again or delete it.", ("D",),
            words=("kept form", "unsent", "saved form", "finish later")),
    Command("drafts.open", "Open", "Open the form again, with what has changed since.", ("enter",),
            bar="open"),
    Command("drafts.delete", "Delete", "Delete the selected draft; asks first.", ("x",), bar="delete"),
    Command("drafts.back", "Back", "Close the list.", ("escape", "D"), bar="back"),
    # ── bulk actions ──
    Command("app.bulk", "Bulk action", "Show the bulk action that runs, is unfinished, or was the last.",
            words=("bulk", "progress", "resume", "continue", "several", "many")),
    Command("customers.mark", "Mark or unmark", "Mark the customer for an action on several, or unmark.",
            ("space",), bar="mark", words=("several", "many", "bulk edit", "select")),
    Command("customers.mark_all", "Mark all or none", "Mark all customers found, at most 200, or unmark all.",
            ("asterisk",), words=("several", "many", "bulk edit", "select", "unmark")),
    # ── progress and result ──
    Command("bulk.cancel", "Cancel all", "Cancel the bulk action before anything is sent.", ("u",),
            bar="cancel all"),
    Command("bulk.resume", "Continue", "Send what is left; each item is previewed again first.", ("c",),
            bar="continue", danger=True),
    Command("bulk.discard", "Discard the rest", "Never send what is left.", ("x",), bar="discard"),
    Command("bulk.save", "Save as CSV", "Save all items with their outcome to a new file.", ("s",),
            bar="save CSV"),
    Command("bulk.back", "Stop, close", "Stop after the current item; when nothing runs, close.",
            ("escape",), bar="stop"),
)  # fmt: skip
