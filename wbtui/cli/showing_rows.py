"""What `wbtui show` lists: parts from the server or the cache, and their objects as rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from wbtui.errors import WbtuiError
from wbtui.models.customer import CustomerStatus
from wbtui.models.invoice import InvoiceRow
from wbtui.models.page import Stamped
from wbtui.models.parts import Part
from wbtui.models.payment import CreditNote
from wbtui.models.subscription import Subscription
from wbtui.services.open import Services
from wbtui.ui import format as f
from wbtui.ui import states
from wbtui.ui.text import billing, subscriptions

_SHOWN = {
    "cache": "Showing cached data",
    "snapshot": "Showing the summary from the last sync",
    "": "Not available",
}
"""Source of what is shown instead of data from the server, and how it is said."""


class Loaded(NamedTuple):
    """A part from the server, else from the cache, and the error why it is not from the server."""

    part: Part[Any]
    stamped: Stamped[Any] | None
    error: WbtuiError | None = None


async def load(services: Services, part: Part[Any], owner: str) -> Loaded:
    """Load a part. Raises the error of a customer or an invoice, where nothing of them is cached."""
    try:
        return Loaded(part, await services.profiles.load(part, owner, force=True))
    except WbtuiError as error:
        cached: Stamped[Any] | None = await services.profiles.cached(part, owner)
        cached = cached or await services.profiles.summary(part, owner)
        if cached is None and part.name in ("customer", "invoice"):
            raise
        return Loaded(part, cached, error)


def failures(loads: Sequence[Loaded]) -> Iterator[str]:
    """Say why parts are not from the server, each reason once, and what is shown instead."""
    reasons: dict[str, list[Loaded]] = {}
    shown: dict[str, list[Loaded]] = {}
    for one in loads:
        if one.error is not None:
            reasons.setdefault(one.error.sentence.removeprefix(f"{one.part.title}: "), []).append(one)
            shown.setdefault("" if one.stamped is None else one.stamped.source, []).append(one)
    for sentence, of in reasons.items():
        yield sentence if len(of) == len(loads) else f"{_titles(of).capitalize()}: {sentence}"
    for source, said in _SHOWN.items():
        instead = shown.get(source)
        if instead and (source or len(shown) > 1):
            yield f"{said}." if len(instead) == len(loads) else f"{said}: {_titles(instead)}."


def _titles(loads: Sequence[Loaded]) -> str:
    return ", ".join(one.part.title for one in loads).lower()


_DATED = ("Date", "Amount", "State", "Details", "ID")
_TITLES: Mapping[str, tuple[str, ...]] = {
    "subscriptions": ("Plan", "Per", "Price", "Status", "Notice", "ID"),
    "invoices": ("Number", "Date", "Total", "Open", "State", "ID"),
    "payments": _DATED,
    "refunds": _DATED,
    "credits": ("Date", "Amount", "Kind", "Details", "ID"),
    "credit_notes": ("Number", "Date", "Amount", "Details", "ID"),
    "wallets": ("Name", "Balance", "Currency", "ID"),
    "methods": ("Method", "Status", "ID"),
}


def listed(
    name: str,
    rows: Sequence[Any],
    today: date,
    disputed: Collection[str] = (),
    account: CustomerStatus | None = None,
    numbers: Mapping[str, str] = MappingProxyType({}),
) -> list[tuple[str, ...]]:
    """Return titles and cells of the objects of a part; nothing without any.

    `disputed`: IDs of invoices. `account`: the customer's status, which freezes subscriptions. `numbers`:
    those of invoices by ID, which payments, refunds, credits and credit notes then name.
    """

    def paying(*invoice_ids: str | None) -> str:
        named = [number for one in invoice_ids if (number := numbers.get(one or ""))]
        return f"for {', '.join(named)}" if named else ""

    def dated(one: Any, state: str, details: str, when: date | None = None) -> tuple[str, ...]:
        return f.full_day(when or one.at), f.money(one.money), state, details, one.id

    def invoice(one: InvoiceRow) -> tuple[str, ...]:
        state = states.invoice_state(one, today, refunded=one.refunded, disputed=one.id in disputed)
        return one.number, f.full_day(one.date), f.money(one.total), f.money(one.open), state.text, one.id

    def subscription(one: Subscription) -> tuple[str, ...]:
        state = states.subscription_state(one, account).text
        said = subscriptions.notice(one, rows, today)
        return one.plan, one.cycle.noun, f.money(one.amount), state, said, one.id

    def credit_note(one: CreditNote) -> tuple[str, ...]:
        details = f.dots(paying(one.invoice_id), f.spaced(one.reason))
        return one.number, f.full_day(one.at), f.money(one.money), details, one.id

    cells: Mapping[str, Callable[[Any], tuple[str, ...]]] = {
        "subscriptions": subscription,
        "invoices": invoice,
        "payments": lambda one: dated(
            one,
            states.payment_state(one).text,
            f.dots(paying(*one.invoice_ids) or billing.shared(one), billing.payment_details(one, today)),
            one.when,
        ),
        "refunds": lambda one: dated(
            one,
            states.REFUND[one.status].text,
            f.dots(
                paying(one.invoice_id),
                f"reference {one.reference}" if one.reference else "",
                billing.refund_details(one, today),
            ),
        ),
        "credits": lambda one: dated(
            one, billing.credit_kind(one), f.dots(paying(one.invoice_id), billing.credit_details(one, today))
        ),
        "credit_notes": credit_note,
        "wallets": lambda one: (one.name, billing.wallet_balance(one), one.currency.upper(), one.id),
        "methods": lambda one: (f.method(one, today), states.METHOD[one.status].text, one.id),
    }
    found = [cells[name](one) for one in rows]
    return [_TITLES[name], *found] if found else []
