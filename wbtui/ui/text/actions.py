"""Help for forms, preview sheet and menu of actions."""

from __future__ import annotations

from collections.abc import Iterable

MENU_HELP = (
    "Every action on what is selected. A key opens its action at once; any other letter filters, also by"
    " words such as downgrade or goodwill. ✕ says why an action is not possible now."
)
SHEET_HELP = (
    "What the billing system would do, computed by it. Nothing has been sent. At the top stands what you"
    " confirm: customer, amount, warnings, and whether it can be undone. The commit key counts once the "
    "preview has been shown for 0.7 seconds. A possible duplicate, some warnings and large amounts are "
    "confirmed by typing the amount. Afterwards you have a few seconds to cancel."
)


def form_help(title: str, sentence: str, labels: Iterable[str], about: str) -> str:
    """What a form is for, what it asks, and how it is filled in (`about`)."""
    return (
        f"{title}: {sentence} Nothing is sent from here: ctrl+s shows the preview.\n"
        f"Fields: {', '.join(labels)}. The billing system computes the effect while you choose. Reason, "
        f"ticket and comment are recorded under your name.\n{about}"
    )
