"""The pages of screens.md: what each screen is for, its states, its keys; and the pictures put into them."""

# ruff: noqa: E501 (a table of prose)
from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.support.keytables import action_keys, has_actions, keys_of

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_FONT_FACES = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_SECONDS = re.compile(r"Sending in \d(\d?) s … u cancels")

INTRO = """\
# The screens

Drawn by the program itself at 100×30 on invented data (`uv run python -m tests.support.screens`; a test compares).
A state is shown by a sign and a word (● well, ▲ look at it, ■ does not work, ○ quiet); colour only helps. Esc goes one
level outwards and never quits; `ctrl+q` quits from anywhere. A banner names the environment on every screen.
"""


@dataclass(frozen=True)
class Page:
    """One screen or dialog: `module` is where it lives below wbtui/ui, `scopes` whose keys it has."""

    title: str
    module: str
    purpose: str
    states: tuple[str, ...]
    scopes: tuple[str, ...]


PAGES: dict[str, Page] = {
    "customers": Page(
        "Customers", "screens/customers.py",
        "Finds a customer while you type, in the cached data; while that is incomplete, the server is asked, too. On 140 "
        "columns and more the selected customer is previewed.",
        ("first download, with count, rate and time left", "the list; stale rows show their age",
         "a search, with the matched fields of the selected row", "no customer matches, and what was searched",
         "an unknown filter or value: underlined, the rest applies", "offline: cached data with its age",
         "the customers could not be downloaded: why",
         "pinned and recent customers under the empty search box, with their number keys",
         "a queue with done and snoozed customers"),
        ("customers", "search", "list"),
    ),
    "work_queue": Page(
        "Work queue", "dialogs/work_queue.py",
        "Built-in and saved searches with their remaining customers. Enter applies a search and opens its first remaining "
        "customer; there n and p go to the next and previous customer, d marks as done and z snoozes.",
        ("not counted yet (–), then counted one after the other", "some are done or snoozed: remaining of all",
         "a search with a mistake", "with saved searches"),
        ("work_queue",),
    ),
    "search_name": Page(
        "Save this search", "dialogs/search_name.py",
        "Keeps what is in the search box under a name, with a queue of its own; also renames one.",
        ("as it opens", "no name, or one that is taken: said at the field"), ("form",),
    ),
    "snooze": Page(
        "Snooze", "dialogs/snooze.py",
        "Until when a customer is left out of the queue: tomorrow, in 3 days, in a week, or a date.",
        ("as it opens", "a date that cannot be meant: said at the field"), ("form",),
    ),
    "filters": Page(
        "Filters", "dialogs/filters.py",
        "Plan, billing status and customer status to choose from; writes the same text as one would type.",
        ("as the search box says", "plans not known yet"), ("filters",),
    ),
    "export_columns": Page(
        "Columns of a CSV file", "dialogs/export_columns.py",
        "Which columns the file of the listed customers has; the choice is remembered.",
        ("ID, the columns of the list and MRR, or those of the last time", "none is chosen: said below"), ("form",),
    ),
    "row_filter": Page(
        "Filter of invoices or timeline", "dialogs/row_filter.py",
        "Lists invoices of some states, or events of some kinds, with some text. Kept as long as the profile is open.",
        ("of invoices, by state and text",), ("form",),
    ),
    "copy": Page(
        "Copy", "dialogs/copy_menu.py",
        "One letter copies an id, an e-mail or a number to the terminal's clipboard (OSC 52).",
        ("what there is to copy here",), ("copy",),
    ),
    "help": Page(
        "Help", "screens/help.py", "What the current screen is for, its terms and its keys.",
        ("of the focused screen or search box",), ("help",),
    ),
    "palette": Page(
        "Commands", "palette.py",
        "Every command that works here, found by typing; a disabled one shows why.",
        ("all commands", "matching commands"), ("app",),
    ),
    "profile": Page(
        "Profile", "screens/profile.py",
        "One customer: status at a glance, a line to verify a caller's identity, and six tabs. Each panel shows cached data "
        "with its age at once and is refreshed in the background.",
        ("cached and fresh, or stale and being refreshed", "a panel that failed: the reason and Retry, the others stay",
         "not offered by this system, with the reason", "offline: cached data with its age",
         "the customer was deleted in the billing system",
         "opened from a list: the position in it, and whether done or snoozed"),
        ("profile", "overview", "billing", "timeline", "usage", "table"),
    ),
    "access": Page(
        "Feature access", "dialogs/entitlements.py",
        "Which features the customer may use, and why not the others: limit reached, frozen, not started, ended, not in the "
        "plan. First the features that a subscription has or had and that cannot be used.",
        ("all features with their reasons", "usage or plans not loaded: what was not checked",
         "offline without details of the subscriptions"),
        ("access", "table"),
    ),
    "invoice": Page(
        "Invoice", "screens/invoice.py",
        "One invoice: lines, taxes, totals, payments, refunds, timeline. Enter on a line shows how its amount was calculated.",
        ("paid, open, overdue, voided, written off", "cached with its age, offline", "failed, with Retry"),
        ("invoice",),
    ),
    "actions": Page(
        "Actions menu", "actions/menu.py",
        "Every action on what is selected, with its key or the reason it is unavailable; typing filters.",
        ("on a profile", "filtered by typing", "nothing matches"), ("actions",),
    ),
    "refund": Page(
        "Form of an action", "actions/dialog.py",
        "The same for every action: object, amount or timing, the effect as the server previews it, reason, ticket, "
        "comment, e-mail. Nothing is sent from here.",
        ("as it opens, with the effect of what is chosen", "an amount, and what it would change",
         "something is missing: said at its field", "unavailable, and why",
         "not offered by this system: Wingback's dashboard instead"),
        ("form",),
    ),
    "conflict": Page(
        "Edit conflict", "dialogs/conflicts.py",
        "What someone else changed while a form was filled in: the value before, theirs and yours side by side, and for each "
        "which one stays. Nothing is overwritten unseen, and going back loses nothing.",
        ("before the preview, or when the data changed before it was sent",), ("form",),
    ),
    "sheet": Page(
        "Preview sheet", "actions/sheet.py",
        "The same for every action: what the server says it would do, before and after, until when that holds. The "
        "committing key names verb, amount and customer.",
        ("being computed", "the preview", "warnings and look-alikes that want one more confirmation",
         "the data has changed: before and after, decide anew", "expired: compute again",
         "too small to show all: cannot be confirmed"),
        ("sheet",),
    ),
    "sending": Page(
        "Undo window", "dialogs/pending_send.py",
        "Three seconds (a setting) in which one key cancels; nothing has been sent yet.",
        ("counting down", "sent, waiting for the answer"), ("sending",),
    ),
    "outcome": Page(
        "Outcome", "actions/outcome.py",
        "What happened; stays until it is closed. A sentence for the customer can be copied.",
        ("done", "refused, by which rule", "pending, and on what", "unknown: check its status, retry or abandon",
         "cancelled: nothing was sent"),
        ("outcome",),
    ),
    "bulk": Page(
        "Bulk action", "actions/bulk_dialog.py",
        "One action on all marked customers: one form, one sheet with every preview and the totals, then every item with "
        "its outcome. Stopped or crashed, it continues with what is left.",
        ("marked customers in the list", "the form, filled in once", "the preview of every item",
         "the undo window, which cancels all", "being sent, with its progress", "stopped, with items left",
         "the result, first what needs attention"),
        ("bulk", "sheet"),
    ),
    "plan": Page(
        "Change plan", "actions/subscription.py",
        "Both plans side by side, only where they differ, with current usage against the new limits; what is due now and "
        "at renewal, from the server, while you choose.",
        ("the next larger plan", "no other plan in this currency"), ("form",),
    ),
    "cancel": Page(
        "Cancel subscription", "actions/cancel_fields.py",
        "The five questions: when service ends, unused time, usage that is not billed yet, unpaid invoices, account credit. "
        "Each answer has its money beside it, from the server, while you choose.",
        ("at the period's end", "now, each answer with its money beside it", "on a date",
         "a notice period: the earliest possible end"), ("form",),
    ),
    "forms": Page(
        "Forms of the other actions", "actions/forms.py",
        "Each as it opens. Refund, plan change and cancellation have pages of their own.",
        ("as it opens",), ("form",),
    ),
    "insights": Page(
        "Insights", "screens/insights.py",
        "The customers of the search as figures and bars: billing status, MRR, new and lost, owed by age, country, expiring "
        "cards, usage near limits. Based on cached data. Enter opens the customers of a bar.",
        ("of all customers", "being counted, chart by chart", "no customers"), ("insights", "table"),
    ),
    "journal": Page(
        "Journal", "screens/journal.py",
        "Your actions, newest first. Each one is recorded before it is sent.",
        ("empty", "with entries", "filtered"), ("journal",),
    ),
    "connect": Page(
        "Connect", "screens/connect.py",
        "The demo, a new connection to Wingback, or one of the saved connections.",
        ("first start", "checking the connection", "refused: why; nothing was saved", "with saved connections"),
        ("connect",),
    ),
}  # fmt: skip


def _three(found: re.Match[str]) -> str:
    """Three seconds, as wide as what stood there."""
    return "Sending in 3 s … u cancels" + " " * len(found[1])


@dataclass
class Album:
    """Pictures by page, in the order they were taken."""

    pictures: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    svg: str = ""
    """The picture of the README."""

    def keep_svg(self, svg: str) -> None:
        """Keep an SVG for the README, without the fonts it would load from elsewhere."""
        self.svg = _FONT_FACES.sub("", svg)

    def add(self, page: str, state: str, lines: list[str]) -> None:
        """One more picture. Ids made by chance and running seconds are evened out."""
        if page not in PAGES:
            raise ValueError(page)
        picture = "\n".join(line.rstrip() for line in lines).rstrip()
        picture = _UUID.sub("01234567-89ab-cdef-0123-456789abcdef", picture)
        self.pictures.setdefault(page, []).append((state, _SECONDS.sub(_three, picture)))

    def document(self) -> str:
        """All pages. Raises ValueError where one has no picture."""
        without = sorted(set(PAGES) - set(self.pictures))
        if without:
            raise ValueError(f"no picture of {', '.join(without)}")
        return "\n".join([INTRO, *(self._page(name, page) for name, page in PAGES.items())])

    def _page(self, name: str, page: Page) -> str:
        states = "\n".join(f"- {state}" for state in page.states)
        shown = "\n".join(
            f"*{page.title}: {state}*\n\n```text\n{picture}\n```\n" for state, picture in self.pictures[name]
        )
        tables = [table for table in map(keys_of, page.scopes) if table]
        if name == "actions":
            tables.append(action_keys())
        elif any(map(has_actions, page.scopes)):
            tables.append("The keys of the [actions](#actions-menu) work here, too.")
        keys = "\n\n".join(tables)
        return f"## {page.title}\n\n{page.purpose}\n\nStates:\n\n{states}\n\n{shown}\n{keys}\n"
