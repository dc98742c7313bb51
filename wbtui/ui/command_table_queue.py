"""The commands of saved searches, the work queue and customers at hand, as a table."""

from __future__ import annotations

from wbtui.ui.command import Command, Scope

AT_HAND = 5
"""Pinned and recent customers that a number opens."""

SCOPES: tuple[Scope, ...] = (Scope("work_queue", "Work queue", modal=True),)

COMMANDS: tuple[Command, ...] = (
    # ── customers ──
    Command(
        "customers.work_queue",
        "Work queue",
        "Saved and built-in searches with their counts, to work through one by one.",
        ("w",),
        "customers",
        bar="queue",
    ),
    Command(
        "customers.save_search",
        "Save this search",
        "Keeps what is in the search box under a name, as a queue of its own.",
        (),
        "customers",
    ),
    Command(
        "customers.pin",
        "Pin or let go",
        "Keeps the highlighted customer at hand under the empty search box, or lets them go.",
        ("b",),
        "customers",
    ),
    *(
        Command(
            f"customers.at_hand_{number}",
            f"Customer {number} at hand",
            f"Opens number {number} of the pinned and recent customers under the empty search box.",
            (str(number),),
            "customers",
            palette=False,
        )
        for number in range(1, AT_HAND + 1)
    ),
    # ── profile ──
    Command(
        "profile.next_customer",
        "Next customer",
        "The next one of the list it was opened from; who is done or put off is left out.",
        ("n",),
        "profile",
        bar="next",
    ),
    Command(
        "profile.previous_customer",
        "Previous customer",
        "The one before in the list it was opened from.",
        ("p",),
        "profile",
        bar="previous",
    ),
    Command(
        "profile.done",
        "Done",
        "Done in this queue, and on to the next customer; again: not done.",
        ("d",),
        "profile",
        bar="done",
    ),
    Command(
        "profile.snooze",
        "Snooze",
        "Puts the customer off in this queue until a day, and goes on to the next.",
        ("z",),
        "profile",
        bar="snooze",
    ),
    Command(
        "profile.pin",
        "Pin or let go",
        "Keeps the customer at hand under the empty search box, or lets them go.",
        ("b",),
        "profile",
    ),
    # ── the dialog ──
    Command(
        "work_queue.start",
        "Start",
        "Writes the search into the box and opens the first customer who is left.",
        ("enter",),
        "work_queue",
        bar="start",
    ),
    Command(
        "work_queue.look",
        "Only list",
        "Writes the search into the box and opens nobody.",
        ("l",),
        "work_queue",
        bar="list",
    ),
    Command(
        "work_queue.save",
        "Save this search",
        "Keeps what is in the search box under a name.",
        ("a",),
        "work_queue",
        bar="save",
    ),
    Command(
        "work_queue.rename",
        "Rename",
        "Another name for the highlighted search; its marks stay.",
        ("e",),
        "work_queue",
        bar="rename",
    ),
    Command(
        "work_queue.delete",
        "Delete",
        "Forgets the highlighted search and its marks; asks first.",
        ("x",),
        "work_queue",
        bar="delete",
    ),
    Command("work_queue.back", "Back", "Leaves the search as it was.", ("escape", "w"), "work_queue",
            bar="back"),
)  # fmt: skip
