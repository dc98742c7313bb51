"""Preview of the highlighted customer, drawn from cached data: nothing is fetched for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from rich.cells import cell_len
from textual.content import Content

from wbtui.models.attention import Note, ProfileData, needs_attention
from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceBrief, InvoiceRow
from wbtui.models.payment import Payment, disputed_invoices
from wbtui.models.subscription import SubscriptionBrief
from wbtui.models.text import clean_lines
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.safe import DIM, join, join_lines, labelled, safe, safe_lines, safe_text

_LABEL = 9
_FEWEST_INVOICES = 4
_MOST, _MOST_NOTES = 4, 6
"""Subscriptions, e-mail addresses and payment methods each; lines that need attention."""
_MOST_OF_NOTES = 400
"""Characters of the customer's own notes."""
_MOST_OF_NUMBER = 20
"""Cells to which invoice numbers are padded."""


def preview_content(data: ProfileData, today: date, width: int, height: int) -> Content:
    """Return name, state, what needs attention, subscriptions, invoices, contact, methods and notes.

    As many invoices as fit in `height` lines, but always a few.
    """
    customer = data.customer
    state = states.BILLING[customer.billing_status]
    above: list[Content] = [
        safe(customer.title, "bold"),
        join((state.text, state.style), _owes(customer)),
    ]
    if customer.company and customer.company != customer.title:
        above.append(safe(customer.company))
    if notes := needs_attention(data, today):
        above += [safe(""), *_section("Needs attention", width)]
        above += [*_first([_note(note, width) for note in notes], _MOST_NOTES)]
    above += [safe(""), *_section("Subscriptions", width), *_subscriptions(customer, today, width)]
    above += [safe(""), *_section("Latest invoices", width)]
    below = [safe(""), *_section("Contact", width), *_contact(customer, width)]
    if customer.methods:
        below += [safe(""), *_section("Payment methods", width)]
        below += [*_first([safe("  " + fmt.method(method, today)) for method in customer.methods], _MOST)]
    if customer.notes:
        below += [safe(""), *_section("Notes", width), _notes(customer.notes, width)]
    room = height - sum(line.plain.count("\n") + 1 for line in (*above, *below))
    return join_lines(*above, *_invoices(data, today, max(room, _FEWEST_INVOICES)), *below)


def _note(note: Note, width: int) -> Content:
    sign = join(("  ▲ ", "$warning")) if note.urgent else join(("  ○ ", DIM))
    detail = ("  " + note.detail, DIM) if note.detail else ""
    return labelled(sign, join(note.text, detail), sign.cell_length, width)


def _notes(notes: str, width: int) -> Content:
    lines = safe_lines(clean_lines(notes, limit=_MOST_OF_NOTES)).wrap(max(width - 2, 1))
    return Content("\n").join(join("  ", line.rstrip()) for line in lines)


def _section(title: str, width: int) -> list[Content]:
    return [join(("─ ", "$rule"), (title, DIM), (" " + "─" * max(width - len(title) - 3, 0), "$rule"))]


def _owes(customer: Customer) -> Content:
    owed = fmt.amounts(customer.owed)
    return safe("") if owed == fmt.NOTHING else join(("   owes ", DIM), owed)


def _subscriptions(customer: Customer, today: date, width: int) -> list[Content]:
    shown = customer.running or customer.subscriptions
    if not shown:
        return [safe("  –", DIM)]
    return [*_first([_subscription(one, customer, today, width) for one in shown], _MOST)]


def _subscription(one: SubscriptionBrief, customer: Customer, today: date, width: int) -> Content:
    state = states.subscription_state(one, customer.status)
    when = " ".join(fmt.ends_or_renews(one, today) or ())
    what = join("  ", (state.sign, state.style), f" {fmt.plan(one)} · {one.amount}")
    beside = what.cell_length + 2 + len(when) <= width
    return join(what, "" if beside else Content("\n  "), (f"  {when}", DIM)) if when else what


def _invoices(data: ProfileData, today: date, most: int) -> list[Content]:
    briefs = data.customer.latest_invoices if data.invoices is None else data.invoices
    if briefs is None:
        return [safe("  unknown", DIM)]
    if not briefs:
        return [safe("  –", DIM)]
    return [join("  ", line) for line in invoice_lines(briefs, data.payments or (), today, most)]


def invoice_lines(
    invoices: Sequence[InvoiceBrief], payments: Sequence[Payment], today: date, most: int
) -> list[Content]:
    """Return at most `most` of the newest invoices, amounts aligned: `● INV-0041  €49.00  14 Oct · paid`.

    Of a partly paid one, what is open stands instead of the state, which the sign shows.
    """
    disputed = disputed_invoices(payments)
    newest = sorted(invoices, key=lambda one: (one.date, one.number), reverse=True)[:most]
    numbers = [safe_text(one.number) for one in newest]
    number_width = min(max(map(cell_len, numbers), default=0), _MOST_OF_NUMBER)
    amount_width = max((len(str(one.total)) for one in newest), default=0)
    lines = []
    for one, number in zip(newest, numbers, strict=True):
        name = number + " " * (number_width - cell_len(number))
        refunded = one.refunded if isinstance(one, InvoiceRow) else None
        state = states.invoice_state(one, today, refunded=refunded, disputed=one.id in disputed)
        is_partly_open = one.is_unpaid and one.open not in (None, one.total)
        when = f"{fmt.day(one.date, today)} · {f'{one.open} open' if is_partly_open else state.word}"
        lines.append(
            join((state.sign, state.style), f" {name}  {one.total!s:>{amount_width}}  ", (when, DIM))
        )
    return lines


def _contact(customer: Customer, width: int) -> list[Content]:
    def lines(pairs: Iterable[tuple[str, str]]) -> list[Content]:
        shown = [(f"  {safe_text(label, limit=_LABEL)}", value) for label, value in pairs if value]
        return [labelled(label, value, _LABEL + 2, width) for label, value in shown]

    address = customer.address.one_line if customer.address is not None else ""
    others = (("address", address), ("ref", customer.reference or ""), ("VAT", customer.vat_id or ""),
              ("ID", customer.id))  # fmt: skip
    return [*_first(lines((email.label, email.address) for email in customer.emails), _MOST), *lines(others)]


def _first(lines: Sequence[Content], most: int) -> Iterator[Content]:
    """Yield the first lines, and how many are left out."""
    yield from lines[:most]
    if len(lines) > most:
        yield safe(f"  and {len(lines) - most} more", DIM)
