"""Sentences of bulk actions: marks, preview of all items, progress and result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from rich.cells import cell_len
from textual.content import Content

from wbtui.models.bulk import MOST_ITEMS, Bulk, BulkItem, ItemStatus, LeftOut, totals
from wbtui.models.invoice import InvoiceRow
from wbtui.models.money import Money
from wbtui.models.preview_text import reversible_sentence, shown_change
from wbtui.services.actions.bulk_targets import BulkTarget
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.safe import DIM, PROBLEM, WARNING, fit, join, join_lines, labelled, safe, safe_text
from wbtui.ui.text.exports import money_cells

TITLE = "Bulk action"
ABOUT_MENU = (
    "Actions on all marked customers. The form is filled in once; a preview shows what happens to each of "
    "them before anything is sent."
)
ABOUT_SHEET = (
    "What would happen to each of them, computed by the billing system. Nothing has been sent. What you "
    "confirm is at the top: how many, the total, warnings, and whether it can be undone. A large total, a "
    "possible duplicate and some warnings are confirmed by typing the total; with several currencies, the "
    "number of customers. Afterwards you have a few seconds to cancel all."
)
ABOUT = (
    "Each item is previewed again just before it is sent; one whose data has changed since you confirmed "
    "is skipped and listed. {bulk.back} stops after the current item. What is left can be sent later with "
    "{bulk.resume}, also after a restart: no item is sent twice. ▲ unknown: it may have been carried out; "
    "see the journal ({app.journal})."
)
TOO_MANY = f"At most {MOST_ITEMS} customers can be marked. Unmark one first."
NO_BULK = "There was no bulk action on this connection."
NOTHING_LEFT = "Nothing is left to send."
RUNNING = "It is running. Press {bulk.back} to stop after the current item."
NOTHING_SENDABLE = "None of these can be sent."
NOT_RUNNING = "The bulk action is not running."
STOPS = "Stops at one that is refused, not sent or unknown. Changed ones are skipped."
STOPPING = "Stopping after the current item …"
TOO_LATE = "Too late to cancel all. Press {bulk.back} to stop after the current item."
DISCARD = "Discard the rest?"
STAYS_UNKNOWN = "unknown: it may have been carried out. wbtui checks again; see the journal ({app.journal})."
GONE = "no longer exists"
"""What has changed about a customer of a draft who is gone."""
_MOST_NAMES = 20
"""Names of customers left out for one reason before the preview of those that are not; the result has all."""
_NAME = 40
"""Cells of a name among others."""
_BAR = 20
"""Cells of the progress bar."""

_WAITING = (ItemStatus.NOT_TRIED, ItemStatus.SENDING)
STATES: Mapping[str, states.State] = {
    **states.OUTCOME,
    ItemStatus.NOT_TRIED: states.State("○", "not tried", "dim"),
    ItemStatus.SENDING: states.State("○", "sending", "warn"),
    ItemStatus.CHANGED: states.State("▲", "changed", "warn"),
    ItemStatus.LEFT_OUT: states.State("■", "left out", "dim"),
}
"""By status of an item, which is called like the outcome where it has one."""
_ATTENTION = (
    ItemStatus.UNKNOWN, ItemStatus.CHANGED, ItemStatus.REFUSED, ItemStatus.NOT_SENT, ItemStatus.SENDING,
    ItemStatus.ABANDONED, ItemStatus.NOT_CARRIED_OUT, ItemStatus.LEFT_OUT, ItemStatus.NOT_TRIED,
    ItemStatus.PENDING, ItemStatus.DONE,
)  # fmt: skip


# ── marks ──
def marked(count: int) -> str:
    """`12 marked`, empty for none."""
    return f"{fmt.count(count)} marked" if count else ""


def marked_all(count: int, matching: int, note: str) -> str:
    """Say what marking all did: more than can be marked are left out; `note`: why there may be others."""
    more = f" At most {MOST_ITEMS} can be marked." if matching > count else ""
    return f"{fmt.plural(count, 'customer')} marked.{more} {note}".rstrip()


# ── form and preview ──
def form_help(sentence: str, about: str) -> str:
    """Return the help of a form for several customers: its purpose, and how it is filled in (`about`)."""
    return f"{sentence} {{form.go_on}} shows what happens to each; nothing is sent from here.\n{about}"


def heading(title: str, count: int) -> str:
    """`Retry payment · 50 customers`."""
    return f"{title} · {fmt.plural(count, 'customer')}"


def which_invoice(others: int) -> str:
    """Name the invoice of a customer that the action takes, and how many others it leaves out."""
    more = f"; {fmt.count(others)} more not included" if others else ""
    return f"Oldest open invoice of each{more}"


def object_of(target: BulkTarget) -> str:
    """`INV-0042 · €49.00 open · due 21 Nov 2026`, or why nothing can be done; – for the customer."""
    invoice = target.subject
    if target.reason is not None or not isinstance(invoice, InvoiceRow):
        return target.reason or fmt.NOTHING
    owed = f"{invoice.open} open" if invoice.open is not None else ""
    return fmt.dots(invoice.number, owed, f"due {fmt.full_day(invoice.due)}" if invoice.due else "")


def money_text(amounts: Sequence[Money]) -> str:
    """`€1,225.00 + $30.00`."""
    return " + ".join(map(str, amounts)) or fmt.NOTHING


def limit_of_total(limits: Sequence[Money]) -> str:
    """`€100.00 or $120.00 in total`: a limit per action applies to their total, too."""
    return f"{' or '.join(map(str, limits))} in total"


def cautions(
    items: Sequence[BulkItem],
    refused: int,
    left_out: int,
    noun: str,
    action_title: Callable[[str], str],
    *,
    above_limit: str | None = None,
) -> Content:
    """Return the lines to read before confirming: limit, items not sent, warnings, duplicates, undo."""
    lines: list[object] = [] if above_limit is None else [join(PROBLEM, (above_limit, "bold"))]
    if not items:
        lines.append(join(PROBLEM, (NOTHING_SENDABLE, "bold")))
    elif refused or left_out:
        counts = ((refused, "refused"), (left_out, "left out"))
        said = fmt.dots(*(f"{fmt.count(n)} {word}" for n, word in counts if n))
        lines.append(join(PROBLEM, f"{said}, at the top of the list"))
    by_code: dict[str, list[tuple[str, str]]] = {}
    for item in items:
        for warn in item.preview.warnings:
            by_code.setdefault(warn.code, []).append((item.customer, warn.text))
    for warned in by_code.values():
        customer, text = warned[0]
        alike = "" if len({said for _, said in warned}) == 1 else ", for example"
        who = f"{customer}: " if len(warned) == 1 else f"{fmt.plural(len(warned), 'customer')}{alike}: "
        lines.append(join(WARNING, who if len(items) > 1 else "", text))
    if doubles := sum(bool(item.preview.lookalikes) for item in items):
        text = f"▲ {fmt.plural(doubles, 'possible duplicate')}: a similar {noun} in the last 24 hours"
        lines.append((text, "$warning"))
    undo = Counter(reversible_sentence(item.preview.reversible, action_title) for item in items)
    lines += [f"{fmt.count(n)}: {said}" if len(undo) > 1 else said for said, n in undo.items()]
    return join_lines(*lines)


def item_lines(
    items: Sequence[BulkItem],
    left_out: Iterable[BulkItem | LeftOut],
    who_is: Mapping[str, str],
    width: int,
    now: datetime,
) -> Iterator[Content]:
    """Yield the customers to whom nothing will be sent, then every item with its preview.

    `who_is` tells customers of one name apart, by id.
    """
    by_reason: dict[str, list[str]] = {}
    for one in left_out:
        by_reason.setdefault(one.trouble or "", []).append(one.customer)
    for reason, names in by_reason.items():
        if len(names) == 1:
            yield join(PROBLEM, (f"{names[0]}: ", "bold"), reason)
        else:
            more = f" and {fmt.count(len(names) - _MOST_NAMES)} more" if len(names) > _MOST_NAMES else ""
            listed = ", ".join(fit(name, _NAME).rstrip() for name in names[:_MOST_NAMES]) + more
            yield join(PROBLEM, f"{fmt.plural(len(names), 'customer')}: {reason} ", (listed, DIM))
    amounts = [fmt.money(item.preview.amount) if item.preview.amount else "" for item in items]
    right = max(map(cell_len, amounts), default=0)
    label = min(max((cell_len(safe_text(item.label or "")) for item in items), default=0), 18)
    known = [f" · {who}" if (who := who_is.get(item.action.customer_id)) else "" for item in items]
    titles = (cell_len(safe_text(item.customer + who)) for item, who in zip(items, known, strict=True))
    left = max(min(max(titles, default=0), width - right - label - 4), 10)
    for item, who_else, amount in zip(items, known, amounts, strict=True):
        # A long name leaves room for what tells the customer from others.
        name = fit(item.customer, max(left - cell_len(safe_text(who_else)), left // 2)).rstrip()
        who = fit(who_else, left - cell_len(name))
        yield join((name, "bold"), (who, DIM), "  ", fit(item.label or "", label), "  ",
                   (fit(amount, right, right=True), "bold"))  # fmt: skip
        if said := " · ".join(_effects(item)):
            yield labelled("", (said, DIM), 2, width)
        for warn in item.preview.warnings:
            yield join(("  ▲ ", "$warning"), warn.text)
        for double in item.preview.lookalikes:
            yield join(("  ▲ ", "$warning"), fmt.lookalike(double, now))


def _effects(item: BulkItem) -> Iterator[str]:
    # A line that a change begins with would only say it twice.
    changed = tuple(change.label for change in item.preview.different)
    yield from (one.label for one in item.preview.lines if not any(c.startswith(one.label) for c in changed))
    for change in item.preview.different:
        yield f"{change.label} {' → '.join(shown_change(change))}"
    yield from item.preview.emails or ()


# ── progress and result ──
def progress(bulk: Bulk, to_send: Collection[int]) -> Content:
    """`━━━━────  17 of 50 · 15 done · 2 refused`: of the items `to_send`, by number."""
    counts = Counter(item.status for item in bulk.items if item.number in to_send)
    total, tried = len(to_send), sum(counts[one] for one in counts if one not in _WAITING)
    full = _BAR * tried // max(total, 1)
    return join(
        ("━" * full, "$accent"), ("─" * (_BAR - full), DIM), f"  {fmt.count(tried)} of {fmt.count(total)}",
        (f" · {said}" if (said := _said(counts, _WAITING)) else "", DIM),
    )  # fmt: skip


def counted(bulk: Bulk) -> str:
    """`48 done · 2 unknown · 1 not tried`."""
    return _said(bulk.counts)


def _said(counts: Counter[ItemStatus], skipped: Sequence[ItemStatus] = ()) -> str:
    order = dict.fromkeys((ItemStatus.DONE, *ItemStatus))
    return " · ".join(
        f"{counts[one]} {STATES[one].word}" for one in order if counts[one] and one not in skipped
    )


def result(bulk: Bulk, stopped: str | None, fill: Callable[[str], str]) -> Content:
    """Return the result: counts and totals, why it stopped, and the next steps; `fill`: `Keymap.fill`."""
    said = fmt.dots(*(_total_said(bulk, status) for status in (ItemStatus.DONE, ItemStatus.PENDING)))
    lines: list[object] = [join((counted(bulk), "bold"), f"  {said}" if said else "")]
    if stopped is not None and bulk.left:
        lines.append(("▲ " + stopped, "$warning"))
    if bulk.left and bulk.ended is None:
        then = fill("{bulk.resume} continues, {bulk.discard} discards the rest.")
        lines.append(f"{fmt.count(len(bulk.left))} can still be sent: {then}")
    elif bulk.left and stopped is None:
        lines.append(discard_notice(len(bulk.left)))
    if bulk.counts[ItemStatus.UNKNOWN]:
        lines.append(fill(STAYS_UNKNOWN))
    return join_lines(*lines)


def _total_said(bulk: Bulk, status: ItemStatus) -> str:
    """`€98.00 done`, empty where no money moved."""
    sums = totals(item for item in bulk.items if item.status is status)
    return f"{money_text(sums)} {STATES[status].word}" if sums else ""


def unfinished(title: str, bulk: Bulk) -> str:
    """Ask at the start whether to continue a bulk action that did not finish."""
    said = f"{heading(title, len(bulk.rows))}: {counted(bulk)}."
    return f"{said} Nothing more is sent unless you continue."


def continue_question(bulk: Bulk) -> str:
    """Ask whether to send the items left, with their total."""
    money = money_text(totals(bulk.left))
    of = f", {money} in total" if money != fmt.NOTHING else ""
    return f"Send the {fmt.plural(len(bulk.left), 'item')} left{of}? Each is previewed again first."


def discard_notice(count: int) -> str:
    """Say how many items will not be sent."""
    return f"The {fmt.plural(count, 'item')} left will not be sent."


def kept_toast(count: int) -> str:
    """Say how many items are left when the result is closed."""
    return f"{fmt.plural(count, 'item')} left. “Bulk action” in the commands ({{app.palette}}) continues."


def quit_while_sending(bulk: Bulk, *, cancelled: bool) -> str:
    """Ask whether to quit after a bulk action was cancelled in the undo window, or stopped after it."""
    if cancelled:
        return f"{bulk.cancelled_sentence} Quit?"
    return "Stopped after the current item. If you quit now, the next start offers to send the rest. Quit?"


def by_outcome(bulk: Bulk) -> list[BulkItem | LeftOut]:
    """Return the rows of a result: first those that need somebody's attention."""
    return sorted(bulk.rows, key=lambda row: (_ATTENTION.index(row.status), row.number))


def csv_rows(bulk: Bulk) -> Iterator[tuple[object, ...]]:
    """Yield the result as rows of a table, with a heading."""
    yield ("number", "customer", "customer_id", "action", "object", "amount", "currency", "outcome",
           "details", "request_id")  # fmt: skip
    for row in bulk.rows:
        yield (
            row.number or None,
            row.customer,
            row.customer_id,
            bulk.kind,
            row.label,
            *money_cells(row.amount),
            STATES[row.status].word,
            row.trouble,
            row.key,
        )


def loading(done: int, count: int, what: str) -> Content:
    """`Previewing 17 of 50 …`."""
    return safe(f"{what} {fmt.count(done)} of {fmt.count(count)} …", DIM)
