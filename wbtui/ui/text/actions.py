"""Help for forms, preview sheet and menu of actions, phrases on forms, and the undo window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from textual.content import Content

from wbtui.models.actions.base import About, noun_of
from wbtui.models.money import Money
from wbtui.models.plan_diff import COUNTED
from wbtui.models.preview_text import Difference
from wbtui.models.subscription import Subscription
from wbtui.ui import format as fmt
from wbtui.ui.safe import join_lines
from wbtui.ui.text.drafts import CHANGED, change_lines
from wbtui.ui.text.panels import REFRESHING

MENU_HELP = (
    "Every action on what is selected. Enter opens the chosen one, a capital letter its action at once; "
    "small letters filter, also by words such as downgrade or goodwill. ✕ marks an action that is not "
    "possible now, and says why; ○ marks one that you can keep as a draft ({form.keep} in its form), but "
    "not send now."
)
DATA_CHANGED = "The data has changed since the preview. Nothing was done."
PREVIEW_EXPIRED = "The preview was no longer valid. Nothing was done."
NEW_PREVIEW = "The new preview is below. Confirm it or go back."
SAME_PREVIEW = "Nothing that the preview shows has changed. You can confirm it again, or go back."
CHECK_STATUS = "Check its status in the journal ({app.journal})."
TRY_AGAIN = "Nothing was sent. Press {sheet.again} to try again."
TOO_SMALL = "The terminal is too small to show all that you confirm. Enlarge it."
SHEET_HELP = (
    "What the billing system would do, computed by it. Nothing has been sent. What you confirm is at the "
    "top: customer, amount, warnings, and whether it can be undone. {sheet.commit} works once the preview "
    "has been shown for 0.7 seconds. If there is a possible duplicate, a serious warning or a large "
    "amount, or an invoice is voided or written off, you type what the line above the buttons asks for. "
    "Afterwards you have a few seconds to cancel."
)
INCOMPLETE = "Complete the fields above to see the effect."
CORRECT = "Correct the fields above to see the effect."
UNDOES = "Filled in with the former values, to undo the change. Nothing has been sent."


def form_help(sentence: str, labels: Iterable[str], about: str) -> str:
    """Return the help of a form: its purpose, its fields, and how it is filled in (`about`)."""
    return (
        f"{sentence} Nothing is sent from here: {{form.go_on}} shows the preview.\n"
        f"Fields: {', '.join(labels)}. The billing system computes the effect while you choose. Reason, "
        f"ticket and comment are recorded under your name.\n{about}"
    )


def no_estimate(why: str) -> str:
    """Say why there is no estimate."""
    return f"Estimate not available. {why}"


def not_available_offline(about: About) -> str:
    """Say that an object is not cached, and the server not reached."""
    return f"The {noun_of(about)} is not available offline."


def limit_line(noun: str, limits: Sequence[Money], customers: int) -> str:
    """Say the agent's limit for one action, for several customers in total, in each currency that has one."""
    amounts = " or ".join(map(str, limits))
    return f"Your limit: {amounts} in total" if customers > 1 else f"Your limit per {noun}: {amounts}"


def offline_note(
    reason: str | None,
    cached_at: datetime | None,
    missing: Sequence[str],
    now: datetime,
    keep: str,
    changes: Sequence[Difference] = (),
) -> Content | None:
    """Say above a form why there is no preview, the age of its data, and what has changed since it opened.

    `keep` is the key that keeps a draft, `missing` are the titles of parts that are not cached. None where
    all is current.
    """
    lines: list[object] = [] if reason is None else [(f"▲ {reason}", "$warning")]
    if reason is not None or cached_at is not None:
        age = f"Cached data from {fmt.clock(cached_at, now)}. " if cached_at is not None else ""
        lines.append(age + ("The preview uses current data." if reason is None else f"{keep} keeps a draft."))
    if missing:
        lines.append(f"Not available offline: {', '.join(missing)}.")
    if changes:
        lines += [(CHANGED, "$warning"), *change_lines(changes)]
    return join_lines(*lines) if lines else None


def prices_stay(subscription: Subscription) -> str:
    """Return "stay as in the contract: €12.00 per seat", and today's list price where it differs."""
    each = [f"{one.unit_price} per {one.unit or one.name.lower()}"
            for one in subscription.features if one.strategy in COUNTED and one.unit_price]  # fmt: skip
    signed, today = subscription.price_signed, subscription.price_today
    listed = f" (list price today {today}, not {signed})" if signed and today and signed != today else ""
    return f"stay as in the contract{': ' if each else ''}{', '.join(each)}{listed}"


def unavailable(title: str, reasons: Iterable[str]) -> str:
    """Say in a form that has been opened why the action is not possible any more."""
    return f"{title} unavailable: {' '.join(reasons)}"


def refreshing(cached_at: datetime, now: datetime) -> str:
    """Return the age of a form's data while it is fetched again."""
    return fmt.dots(f"as of {fmt.instant(cached_at, now)}", REFRESHING)


def cancel_label(noun: str) -> str:
    """`Cancel refund`, and of a cancellation `Stop cancellation`."""
    return f"{'Stop' if noun.startswith('cancel') else 'Cancel'} {noun}"


def cancelled(noun: str) -> str:
    """Say that an action was cancelled in the undo window."""
    done = "stopped" if noun.startswith("cancel") else "cancelled"
    return f"{noun.capitalize()} {done}. Nothing was sent."


def quit_while_sending(noun: str, *, sent: bool) -> str:
    """Ask whether to quit after an action was cancelled in the undo window, or `sent` before that."""
    if sent:
        return f"Too late to cancel: the {noun} is being sent. If you quit now, the journal has its outcome."
    return f"{cancelled(noun)} Quit?"


def sending_state(seconds: int, key: str, *, late: bool) -> str:
    """Return what happens now; `seconds` are left to cancel with `key`, `late`: cancelling came too late."""
    if seconds > 0:
        return f"Sending in {seconds} s … {key} cancels"
    return f"{'Too late to cancel. ' if late else ''}Waiting for the answer …"
