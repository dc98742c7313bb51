"""Sentences about drafts: forms that were kept to be finished later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.content import Content

from wbtui.models.drafts import Draft
from wbtui.models.preview_text import Difference
from wbtui.ui import format as fmt
from wbtui.ui.safe import DIM, join, join_lines

ABOUT = (
    "Forms that you kept with {form.keep}. Nothing of them was sent. {drafts.open} opens one again: it "
    "says what has changed since, and is previewed and confirmed like a new one. Drafts are deleted with "
    "other cached data."
)
EMPTY = "No drafts. {form.keep} in a form keeps it."
NO_SELECTION = "No draft is selected."
NO_DRAFT = "This form is not a draft."
STAYS = "The draft is kept until you delete it ({form.delete})."
DELETE = "Delete the draft?"
NOT_LOADED = "The form is not loaded yet."
OF_OTHER_VERSION = "This draft is of an action that this version of wbtui does not have."
NOT_KEPT = "This form can't be kept as a draft."
VANISHED = "The draft is kept. Delete it in the list of drafts ({drafts.delete}) when you no longer need it."
UNKEPT = "the changes to this draft"
CHANGED = "▲ Changed since:"
LOST = "▲ No longer offered, not filled in: "
_MOST = 5
"""Changes that are listed."""


def kept(title: str) -> str:
    """The toast after a form was kept."""
    return f"Draft kept: {title}. Nothing was sent."


def delete_question(title: str) -> str:
    """Ask whether to delete a draft; `title` names action and customer."""
    return f"{title}: what was entered is deleted."


def change_lines(changes: Sequence[Difference]) -> list[Content]:
    """Return what has changed, one a line."""
    lines = [join(f"  {one.label}: {one.was} → ", (one.now, "bold")) for one in changes[:_MOST]]
    more = len(changes) - _MOST
    return [*lines, join(f"  and {more} more")] if more > 0 else lines


def reopened(draft: Draft, changes: Sequence[Difference], lost: Sequence[str], now: datetime) -> Content:
    """Say above a form that it is a draft, what has changed since, and what could not be filled in again."""
    head = f"Draft of {fmt.instant(draft.saved_at, now)}. "
    if not changes and not lost:
        otherwise = f"the {draft.customer}" if draft.customer_ids else "the customer's details"
        return join((head, "bold"), (f"No change to {draft.label or otherwise} since.", DIM))
    lines = [join((head, "bold"), (CHANGED if changes else "", "$warning")), *change_lines(changes)]
    return join_lines(*lines, *lost_lines(lost))


def lost_lines(lost: Sequence[str]) -> list[Content]:
    """Return the line that names what could not be filled in again; none where all was."""
    return [join((LOST, "$warning"), ", ".join(lost))] if lost else []
