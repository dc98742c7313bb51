"""Sentences of the payment methods tab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from wbtui.models.invoice import InvoiceRow
from wbtui.models.method_use import MethodUse, paid_by_invoice
from wbtui.models.payment import MethodKind, MethodStatus, Payment, PaymentMethod
from wbtui.models.subscription import Subscription
from wbtui.ui import format as fmt
from wbtui.ui import states

FROZEN = "■ frozen: nothing is charged until it is activated"
NOT_KNOWN = f"{fmt.NOTHING} (not provided)"
_KINDS = {
    MethodKind.CARD: "card",
    MethodKind.SEPA_DEBIT: "SEPA direct debit",
    MethodKind.BANK_TRANSFER: "bank transfer",
    MethodKind.UNKNOWN: "unknown",
}
_STATUSES = {
    MethodStatus.ACTIVE: "active",
    MethodStatus.INACTIVE: "disabled, not charged until it is enabled again",
    MethodStatus.DETACHED: "detached; only the customer can add it again",
    MethodStatus.INVALID: "▲ can't be charged; the customer has to add it again",
    MethodStatus.UNKNOWN: "unknown",
}


def expiry(method: PaymentMethod, today: date) -> states.State:
    """Return when a card expires, in words: `▲ this month`, `next month`, `04/27`."""
    found = fmt.expiry(method, today)
    if method.expired(today):
        return states.State(found.sign, f"expired {found.word}", found.tone)
    if method.expiring(today):
        return states.State(found.sign, "this month", found.tone)
    following = today.replace(day=1) + timedelta(days=31)
    return states.State("", "next month") if method.expires == f"{following:%Y-%m}" else found


def expires_sentence(method: PaymentMethod, today: date) -> str:
    """Return `▲ this month (11/26)`, `04/27`; only cards expire."""
    if method.expires is None:
        return fmt.NOTHING if method.kind is MethodKind.CARD else "does not expire"
    words, month = expiry(method, today).text, fmt.expiry(method, today).word
    return words if month in words else f"{words} ({month})"


def last_attempt(method: PaymentMethod, today: date, absent: str = fmt.NOTHING) -> str:
    """Return `● succeeded €49.00 14 Nov`, `absent` where there is none."""
    last = method.last_attempt
    if last is None:
        return absent
    return f"{states.PAYMENT[last.status].text} {last.money} {fmt.day(last.at, today)}"


def last_attempt_sentence(
    method: PaymentMethod,
    payments: Sequence[Payment],
    invoices: Sequence[InvoiceRow],
    today: date,
    absent: str = fmt.NOTHING,
) -> str:
    """Return `▲ failed: insufficient funds · €49.00 on 21 Nov for INV-0042`, `absent` where there is none."""
    last = method.last_attempt
    if last is None:
        return absent
    payment = next((one for one in payments if one.id == last.id), None)
    why = f": {payment.decline}" if payment is not None and payment.decline else ""
    names = {one.id: one.number for one in invoices}
    about = ", ".join(names.get(one, one) for one in payment.invoice_ids) if payment is not None else ""
    what = f"{last.money} on {fmt.day(last.at, today)}" + (f" for {about}" if about else "")
    return f"{states.PAYMENT[last.status].text}{why} · {what}"


def detail_rows(
    m: PaymentMethod,
    use: MethodUse,
    subscriptions: Sequence[Subscription],
    invoices: Sequence[InvoiceRow],
    today: date,
    *,
    attempt: str,
    frozen: bool = False,
) -> Iterator[tuple[str, str]]:
    """Return everything about one method as label and text; an empty text is left out.

    `attempt` is what is known of its last attempt.
    """
    yield "Type", _KINDS[m.kind]
    yield "Holder", m.holder or fmt.NOTHING
    yield "Expires", expires_sentence(m, today)
    yield "Status", _STATUSES[m.status]
    plans = {one.id: _subscription(one, today) for one in subscriptions}
    numbers = {one.id: _invoice(one, today) for one in invoices}
    yield "Account", FROZEN if frozen else ""
    yield "Used for", _names(use.subscriptions, plans)
    yield "Open invoices", _names(use.invoices, numbers)
    yield "Paid by invoice", ", ".join(fmt.plan(one) for one in paid_by_invoice(subscriptions))
    yield "Last attempt", attempt
    yield "Added", fmt.full_day(m.created.date()) if m.created else fmt.NOTHING
    yield "Provider", fmt.spaced(m.provider)
    yield "ID", m.id


def known(use: MethodUse) -> list[str]:
    """Return the labels of rows that are known without the details of a method: there – means none."""
    return [
        label
        for label, ids in (("Used for", use.subscriptions), ("Open invoices", use.invoices))
        if ids is not None
    ]


def _names(ids: Sequence[str] | None, names: dict[str, str]) -> str:
    return NOT_KNOWN if ids is None else ", ".join(names.get(one, one) for one in ids) or fmt.NOTHING


def _subscription(s: Subscription, today: date) -> str:
    charge = s.next_charge
    next_charge = f" ({charge.total} on {fmt.day(charge.date, today)})" if charge is not None else ""
    return f"{fmt.plan(s)}{next_charge}"


def _invoice(i: InvoiceRow, today: date) -> str:
    due = f", due {fmt.day(i.due, today)}" if i.due is not None else ""
    return f"{i.number} ({i.open if i.open is not None else i.total}{due})"
