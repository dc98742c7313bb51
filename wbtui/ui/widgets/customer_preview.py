"""Preview of the highlighted customer, drawn from cached data: nothing is fetched for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from textual.content import Content

from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceBrief, InvoiceRow
from wbtui.models.subscription import SubscriptionBrief
from wbtui.ui import format as fmt
from wbtui.ui.safe import join, join_lines, safe, safe_text
from wbtui.ui.text import customers as text

_LABEL = 9


@dataclass(frozen=True, slots=True)
class CachedBilling:
    """What is cached of a customer besides the row of the list; None where it is not cached.

    Attributes:
        invoices: all invoices.
        disputed: IDs of the invoices with a disputed payment.
    """

    invoices: Sequence[InvoiceRow] | None = None
    disputed: Collection[str] | None = None


def preview_content(
    customer: Customer, today: date, width: int, billing: CachedBilling, most: int = 4
) -> Content:
    """Return name, state, subscriptions, at `most` so many invoices, contact, payment methods and notes."""
    state = fmt.BILLING[customer.billing_status]
    lines: list[object] = [
        safe(customer.title, "bold"),
        join((state.text, state.style), _owes(customer), _disputed(customer)),
    ]
    if customer.company and customer.company != customer.title:
        lines.append(safe(customer.company))
    lines += ["", *_section("Subscriptions", width), *_subscriptions(customer, today, width)]
    lines += ["", *_section("Latest invoices", width), *_invoices(customer, billing, today, most)]
    lines += ["", *_section("Contact", width), *_contact(customer, width)]
    if customer.methods:
        lines += ["", *_section("Payment methods", width)]
        lines += [safe("  " + fmt.method(method, today)) for method in customer.methods[:3]]
    if customer.notes:
        lines += ["", *_section("Notes", width), safe("  " + safe_text(customer.notes, limit=400))]
    return join_lines(*lines)


def _section(title: str, width: int) -> list[Content]:
    return [
        join(("─ ", "$rule"), (title, "$text-muted"), (" " + "─" * max(width - len(title) - 3, 0), "$rule"))
    ]


def _owes(customer: Customer) -> Content:
    owed = fmt.amounts(customer.owed)
    return safe("") if owed == fmt.NOTHING else join(("   owes ", "$text-muted"), owed)


def _disputed(customer: Customer) -> Content:
    return join(("   ▲ dispute", "$error")) if customer.disputed else safe("")


def _subscriptions(customer: Customer, today: date, width: int) -> list[Content]:
    shown = customer.running or customer.subscriptions
    if not shown:
        return [safe("  –", "$text-muted")]
    return [_subscription(one, customer, today, width) for one in shown[:4]]


def _subscription(one: SubscriptionBrief, customer: Customer, today: date, width: int) -> Content:
    state = fmt.subscription_state(one, customer.status)
    when = ""
    if one.cancel_at is not None:
        when = f"ends {fmt.day(one.cancel_at, today)}"
    elif one.next_charge is not None:
        when = f"renews {fmt.day(one.next_charge.date, today)}"
    what = join("  ", (state.sign, state.style), f" {fmt.plan(one)} · {one.amount}")
    beside = what.cell_length + 2 + len(when) <= width
    return join(what, "" if beside else Content("\n  "), (f"  {when}", "$text-muted")) if when else what


def _invoices(customer: Customer, billing: CachedBilling, today: date, most: int) -> list[Content]:
    briefs = customer.latest_invoices if billing.invoices is None else billing.invoices
    if briefs is None:
        return [safe("  unknown", "$text-muted")]
    if not briefs:
        return [safe("  –", "$text-muted")]
    lines = []
    refunded = {row.id: row.refunded for row in billing.invoices or ()}
    for one in sorted(briefs, key=lambda one: (one.date, one.number), reverse=True)[:most]:
        disputed = one.id in (billing.disputed or ())
        state = fmt.invoice_state(one, today, refunded=refunded.get(one.id), disputed=disputed)
        lines.append(join("  ", invoice_line(one, state, today)))
    if customer.disputed and billing.disputed is None:
        lines.append(join(("  ▲ ", "$error"), text.DISPUTE_SOMEWHERE))
    return lines


def invoice_line(invoice: InvoiceBrief, state: fmt.State, today: date) -> Content:
    """`● INV-0041  €49.00  paid · 14 Oct`."""
    when = f"{state.word} · {fmt.day(invoice.date, today)}"
    number = f" {invoice.number}  {invoice.total}  "
    return join((state.sign, state.style), number, (when, "$text-muted"))


def _contact(customer: Customer, width: int) -> list[Content]:
    pairs = [(email.label, email.address) for email in customer.emails[:3]]
    if customer.address is not None:
        pairs.append(("address", customer.address.one_line))
    pairs += [("ref", customer.reference or ""), ("VAT", customer.vat_id or ""), ("ID", customer.id)]
    shown = [(label, safe(value)) for label, value in pairs if value]
    below = [value for _, value in shown if value.cell_length > width - _LABEL - 2]
    longest = max((len(word) for value in below for word in value.plain.split()), default=0)
    return [_pair(label, value, width, max(0, min(2, width - longest))) for label, value in shown]


def _pair(label: str, value: Content, width: int, indent: int) -> Content:
    """Label and value; a value that does not fit beside its label goes below it, in lines of its own."""
    name = safe_text(label, limit=_LABEL).ljust(_LABEL)
    if value.cell_length <= width - _LABEL - 2:
        return join("  ", (name, "$text-muted"), value)
    margin = " " * indent
    lines = (line.rstrip() for line in value.wrap(width - indent))
    return join(margin, (name, "$text-muted"), Content("\n" + margin), Content("\n" + margin).join(lines))
