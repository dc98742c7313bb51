"""What planning an action may look up, and the memory of what it looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from wbtui.models.money import Money
from wbtui.sandbox.engine import repository
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.clocktext import instant
from wbtui.sandbox.engine.records import Contract, Invoice, Method, Payment
from wbtui.sandbox.problems import not_found
from wbtui.sandbox.store import Tx

LOOKALIKE_WINDOW = timedelta(hours=24)
_BRANDS = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "maestro": "Maestro",
    "discover": "Discover",
    "jcb": "JCB",
}


@dataclass
class ActionContext:
    """The transaction, the sandbox's instant, where the self-serve portal is, and what was looked at."""

    tx: Tx
    now: datetime
    portal: str
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def today(self) -> str:
        return instant(self.now)[:10]

    def account(self, customer_id: str) -> Account:
        """Raises unit.NotFound."""
        return repository.load(self.tx, customer_id)

    def payment(self, account: Account, id: str) -> Payment:
        """A payment of the customer, looked at. Raises Problem (not_found)."""
        payment = next((p for p in account.payments if p.id == id), None)
        if payment is None:
            raise not_found("payment of this customer", id)
        state = (payment.status, payment.settled, payment.disputed, payment.refunded)
        self.versions[f"payment/{id}"] = ":".join(str(part) for part in state)
        return payment

    def invoice(self, account: Account, id: str) -> Invoice:
        """An invoice of the customer, looked at. Raises Problem (not_found)."""
        invoice = next((i for i in account.invoices if i.id == id), None)
        if invoice is None:
            raise not_found("invoice of this customer", id)
        self.versions[f"invoice/{id}"] = str(invoice.version)
        return invoice

    def lookalikes(
        self, customer_id: str, *whats: str, amount: Money | None = None, comment: str | None = None
    ) -> list[dict[str, Any]]:
        """Events of the last 24 hours of this customer that begin with one of `whats`, newest first.

        With `amount` or `comment` only those with the same.
        """
        minor, currency = (None, None) if amount is None else (amount.minor, amount.currency)
        rows = self.tx.all(
            "SELECT id, at, what, actor_name, comment FROM events WHERE customer_id = ? AND at >= ?"
            " AND amount IS ? AND currency IS ? ORDER BY at DESC, no DESC",
            (customer_id, instant(self.now - LOOKALIKE_WINDOW), minor, currency),
        )
        return [
            {"event_id": row["id"], "at": row["at"], "what": row["what"], "by": row["actor_name"]}
            for row in rows
            if row["what"].startswith(whats) and (comment is None or row["comment"] == comment)
        ]


def destination(method: Method | None) -> str:
    """How people name a payment method: Visa ••4242."""
    if method is None:
        return "the original payment method"
    if method.kind == "card":
        return f"{_BRANDS.get(method.brand or '', (method.brand or 'card').title())} ••{method.last_digits}"
    if method.kind == "sepa_debit":
        return f"SEPA account ••{method.last_digits}"
    return f"bank account ••{method.last_digits}"


def method_of(account: Account, payment: Payment) -> Method | None:
    return next((m for m in account.methods if m.id == payment.method_id), None)


def contract_of(account: Account, invoice: Invoice) -> Contract | None:
    return next((c for c in account.contracts if c.id == invoice.contract_id), None)
