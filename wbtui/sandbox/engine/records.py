"""The rows of the billing file: one dataclass a table (engine/tables.py), fields named as the columns.

Amounts are whole minor units of the `currency` beside them; dates and instants are text that sorts
(`2026-11-22`, `2026-11-22T06:00:00Z`). Lists and dictionaries are JSON in the file, flags 0 or 1.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, TypedDict

from wbtui.models.money import Money


class Slice(TypedDict):
    """One tier's share of a line. `to` None: no upper end."""

    start: str
    to: str | None
    quantity: str
    unit_price: int
    flat_fee: int | None
    subtotal: int


class Line(TypedDict):
    """One invoice line. gross = round(quantity × unit_price, or the slices, × days/of_days);
    total = gross − discount + exclusive tax + rounding. `tax_rate` "" means no tax."""

    id: str
    name: str
    contract_id: str | None
    kind: str
    period: list[str] | None
    days: int | None
    of_days: int | None
    quantity: str
    unit_price: int | None
    strategy: str
    tiers: list[Slice]
    gross: int
    discount: int
    discount_rule: str | None
    tax_rate: str
    tax_mode: str
    tax_name: str | None
    tax: int
    rounding: int
    total: int


CHARGES = ("recurring", "proration")
"""Kinds of lines that charge a period in advance."""


def in_period(line: Line, ends: str | None, kinds: Collection[str] = CHARGES) -> bool:
    """Whether a line is of one of `kinds`, and of the period that ends on a day."""
    return line["kind"] in kinds and line["period"] is not None and line["period"][1] == ends


LINE_FIELDS = tuple(Line.__annotations__)
"""In the file a line is an array of these values: member names would double the size of an invoice."""


class Mail(TypedDict):
    at: str
    to: str
    what: str


class Ref(TypedDict):
    type: str
    id: str
    label: str | None


class Email(TypedDict):
    label: str
    address: str


@dataclass(slots=True)
class Customer:
    id: str
    created: str
    name: str | None
    emails: list[Email]
    reference: str | None
    status: str
    address: dict[str, Any] | None
    vat_id: str | None
    notes: str | None
    metadata: dict[str, str]
    billing_time: str
    """Time of day (UTC, HH:MM:SS) at which this customer's renewals and charges run."""
    version: int = 1
    updated_at: str = ""
    billing_status: str = "none"
    next_event: str | None = None
    """When billing has something to do for this customer; None: nothing planned."""
    billed_until: str = ""
    search_text: str = ""
    """Case-folded name, e-mails, reference, id and company, one a line."""
    row: str = ""
    """The CustomerRow as JSON text on the day of the last save; views.py computes it anew on a later day."""


@dataclass(slots=True)
class Contract:
    """A subscription. `cancel_at` and `ended_on` are the first day without service, `trial_end` is the day of
    the first charge, `period_end` the last day of the period; `discount_left` counts cycles, None: no end."""

    id: str
    customer_id: str
    created: str
    status: str
    plan_id: str
    price_set_id: str
    units: dict[str, str] = field(default_factory=dict)
    """Feature slug → units bought in advance."""
    discount_id: str | None = None
    discount_left: int | None = None
    start: str | None = None
    trial_end: str | None = None
    cancel_at: str | None = None
    cancel_reason: str | None = None
    cancel_terms: dict[str, str] = field(default_factory=dict)
    """What the scheduled end does with money; see engine/cancellation.py."""
    ended_on: str | None = None
    period_start: str | None = None
    period_end: str | None = None
    period_index: int | None = None
    anchor_day: int | None = None
    automatic_payment: bool = True
    validate_invoices: bool = False
    invoice_trigger: str = "immediate"
    notice_period_days: int | None = None
    scheduled: dict[str, Any] | None = None
    """A change at the end of the period; see engine/changes.py."""
    carried_lines: list[Line] = field(default_factory=list)
    """Lines of a change that wait for the next invoice."""
    moved_from: str | None = None
    moved_to: str | None = None
    ended_reason: str | None = None
    changed_by: str | None = None
    meter: dict[str, int] = field(default_factory=dict)
    """Feature slug → simulated units a day."""
    usage_alert_on: str | None = None
    version: int = 1

    @property
    def usage_from(self) -> str:
        """The first day of the current period's usage; later than its start after a change in mid-period."""
        return max(self.period_start or "", self.start or "")

    @property
    def trial_ends(self) -> str | None:
        """`trial_end`; None before the start is known, when `trial_end` counts from the creation."""
        return None if self.start is None else self.trial_end


@dataclass(slots=True)
class Invoice:
    """An invoice; `open` = total − credited − noted − paid while it is owed, else 0.

    `credited`: account credit applied · `noted`: credit notes that lowered it · `paid`: succeeded payments ·
    `refunded`: refunds that did not fail · `next_retry` None: no charge is planned.
    """

    id: str
    customer_id: str
    contract_id: str | None
    number: str
    state: str
    date: str
    due: str | None
    issued_at: str
    currency: str
    lines: list[Line]
    subtotal: int
    discount: int
    tax: int
    total: int
    bill_to: dict[str, Any]
    """The address at the time of issue."""
    vat_id: str | None
    credited: int = 0
    noted: int = 0
    paid: int = 0
    refunded: int = 0
    open: int = 0
    automatic: bool = True
    attempts: int = 0
    next_retry: str | None = None
    dunning_paused_until: str | None = None
    mails: list[Mail] = field(default_factory=list)
    version: int = 1

    @property
    def ref(self) -> Ref:
        """A link of an event to this invoice."""
        return {"type": "invoice", "id": self.id, "label": self.number}


@dataclass(slots=True)
class Payment:
    """An attempt to collect, or a payment recorded by hand (without method, with an external reference).

    `settle_at`: when a processing one succeeds or fails; `outcome`: the decline code it will end with.
    """

    id: str
    customer_id: str
    invoice_id: str | None
    method_id: str | None
    status: str
    amount: int
    currency: str
    at: str
    attempt: int
    decline_code: str | None = None
    disputed: bool = False
    settled: bool = False
    refunded: int = 0
    settle_at: str | None = None
    outcome: str | None = None
    external_reference: str | None = None
    shares: dict[str, int] = field(default_factory=dict)
    """Invoice id → minor units, where one payment settles several invoices; `invoice_id` is the first."""

    @property
    def ref(self) -> Ref:
        """A link of an outcome to this payment."""
        return {"type": "payment", "id": self.id, "label": str(Money(self.amount, self.currency))}

    @property
    def invoice_ids(self) -> list[str]:
        """The invoices it pays."""
        return list(self.shares) or ([] if self.invoice_id is None else [self.invoice_id])

    def settles(self, invoice_id: str) -> bool:
        """Whether it pays an invoice."""
        return self.invoice_id == invoice_id or invoice_id in self.shares

    def share(self, invoice_id: str) -> int:
        """The minor units that go to an invoice that it pays."""
        return self.shares.get(invoice_id, 0) if self.shares else self.amount


@dataclass(slots=True)
class Refund:
    """A refund; a pending one without `settle_at` is stuck at the bank.

    `lines`: line id → minor units. `shares`: invoice id → minor units, where one refund is of several
    invoices of a payment; `invoice_id` is None then.
    """

    id: str
    customer_id: str
    payment_id: str
    invoice_id: str | None
    amount: int
    currency: str
    status: str
    reason: str
    at: str
    lines: dict[str, int] = field(default_factory=dict)
    pending_reason: str | None = None
    failure_reason: str | None = None
    reference: str | None = None
    comment: str | None = None
    ticket: str | None = None
    external: bool = False
    cancelable: bool = False
    made_by: str | None = None
    expected_by: str | None = None
    settle_at: str | None = None
    shares: dict[str, int] = field(default_factory=dict)

    @property
    def ref(self) -> Ref:
        """A link of an outcome to this refund."""
        return {"type": "refund", "id": self.id, "label": str(Money(self.amount, self.currency))}

    @property
    def invoice_ids(self) -> list[str]:
        """The invoices it is of."""
        return list(self.shares) or ([] if self.invoice_id is None else [self.invoice_id])

    def share(self, invoice_id: str) -> int:
        """The minor units that are of an invoice."""
        return self.amount if self.invoice_id == invoice_id else self.shares.get(invoice_id, 0)


@dataclass(slots=True)
class Credit:
    """An entry of the append-only ledger; a positive amount is the customer's gain.

    `remaining`: what is left of a grant or proration.
    """

    id: str
    customer_id: str
    at: str
    amount: int
    currency: str
    balance_after: int
    kind: str
    reason: str | None = None
    comment: str | None = None
    made_by: str | None = None
    expires: str | None = None
    invoice_id: str | None = None
    remaining: int = 0

    @property
    def ref(self) -> Ref:
        """A link of an outcome to this entry."""
        return {"type": "credit", "id": self.id, "label": str(Money(self.amount, self.currency))}


@dataclass(slots=True)
class CreditNote:
    id: str
    customer_id: str
    number: str
    invoice_id: str
    amount: int
    tax: int
    currency: str
    target: str
    reason: str
    at: str
    made_by: str | None
    lines: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Wallet:
    """A virtual wallet; the one of real money is the balance of the credit ledger."""

    id: str
    customer_id: str
    name: str
    currency: str
    balance: str


@dataclass(slots=True)
class Method:
    """A payment method. The smallest `position` is tried first; `behaviour`: see engine/payments.py."""

    id: str
    customer_id: str
    kind: str
    brand: str | None
    last_digits: str
    expires: str | None
    status: str
    holder: str | None
    position: int
    provider: str
    created: str
    behaviour: dict[str, Any] = field(default_factory=dict)
    version: int = 1


@dataclass(slots=True)
class UsageReport:
    """Usage reported by a call, added to the simulated usage."""

    id: str
    customer_id: str
    contract_id: str
    feature: str
    date: str
    units: str


@dataclass(slots=True)
class Event:
    id: str
    customer_id: str
    at: str
    kind: str
    what: str
    actor: str
    actor_name: str | None = None
    amount: int | None = None
    currency: str | None = None
    reason: str | None = None
    comment: str | None = None
    ticket: str | None = None
    refs: list[Ref] = field(default_factory=list)
