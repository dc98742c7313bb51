"""Customers."""

from __future__ import annotations

from datetime import date, datetime

from wbtui.models.base import Id, Model, OpenEnum
from wbtui.models.invoice import Address, InvoiceBrief
from wbtui.models.money import Money
from wbtui.models.payment import MethodBrief, PaymentBrief
from wbtui.models.subscription import SubscriptionBrief, SubscriptionStatus


class CustomerStatus(OpenEnum):
    """Account status. `inactive` is shown as *frozen*, `temporary` as *not registered*."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    TEMPORARY = "temporary"
    UNKNOWN = "unknown"


class BillingStatus(OpenEnum):
    """Billing status: the first that applies, in this order; `unknown` if the data is not cached."""

    FROZEN = "frozen"
    PAST_DUE = "past_due"
    TRIALING = "trialing"
    CANCELING = "canceling"
    ACTIVE = "active"
    FREE = "free"
    ENDED = "ended"
    NONE = "none"
    UNKNOWN = "unknown"


class Email(Model):
    """E-mail address. `label` names its use, such as main or invoice."""

    label: str = ""
    address: str


class Customer(Model):
    """A customer with everything that the list, the search and work queues need.

    Fields the billing system does not provide are None (`owed`, `mrr`, `methods`, `disputed` …), so that
    unknown is never shown as zero.
    """

    id: Id
    version: str = ""
    updated_at: datetime
    created: datetime
    name: str | None
    emails: tuple[Email, ...]
    reference: str | None
    status: CustomerStatus
    address: Address | None
    vat_id: str | None
    notes: str | None
    metadata: dict[str, str]
    subscriptions: tuple[SubscriptionBrief, ...]
    billing_status: BillingStatus
    owed: tuple[Money, ...] | None = None
    overdue_since: date | None = None
    mrr: tuple[Money, ...] | None = None
    methods: tuple[MethodBrief, ...] | None = None
    latest_invoices: tuple[InvoiceBrief, ...] | None = None
    latest_payment: PaymentBrief | None = None
    disputed: bool | None = None
    refunds_pending: int | None = None
    usage_alert: bool | None = None

    @property
    def company(self) -> str | None:
        """Company name from the metadata, if any."""
        return self.metadata.get("company") or None

    @property
    def email(self) -> str | None:
        """Main e-mail address, else the first."""
        by_label = {email.label: email.address for email in reversed(self.emails)}
        return by_label.get("main") or (self.emails[0].address if self.emails else None)

    @property
    def title(self) -> str:
        """Display name: name, company, e-mail or ID, whichever exists first. Not cleaned."""
        return (self.name or "").strip() or self.company or self.email or self.id

    def as_of(self, today: date) -> Customer:
        """Return the customer with the billing status of a date: past due after an unpaid invoice was due.

        Nothing else follows from the date alone: only the server knows whether a trial has ended.
        """
        is_unknown = self.billing_status is BillingStatus.UNKNOWN and self.status is CustomerStatus.UNKNOWN
        may_be_frozen = is_unknown or self.status is CustomerStatus.INACTIVE
        if may_be_frozen or self.billing_status in (BillingStatus.FROZEN, BillingStatus.PAST_DUE):
            return self
        due = [one.due for one in self.latest_invoices or () if one.due is not None and one.overdue(today)]
        if not due:
            return self
        return self.model_copy(update={"billing_status": BillingStatus.PAST_DUE, "overdue_since": min(due)})

    @property
    def running(self) -> tuple[SubscriptionBrief, ...]:
        """Active subscriptions, highest price first."""
        active = [s for s in self.subscriptions if s.status is SubscriptionStatus.ACTIVE]
        return tuple(sorted(active, key=lambda s: -s.amount.minor))

    @property
    def billed(self) -> tuple[Money, ...]:
        """Amounts that the customer is or was billed, zero amounts last."""
        amounts = [one.amount for one in self.running] + [*(self.owed or ()), *(self.mrr or ())]
        amounts += [one.amount for one in self.subscriptions]
        return tuple(sorted(amounts, key=lambda money: not money))

    @property
    def starting(self) -> SubscriptionBrief | None:
        """The next subscription that has not started yet, if any."""
        later = [s for s in self.subscriptions if s.status.has_not_started and s.start is not None]
        return min(later, key=lambda s: s.start or date.max, default=None)

    @property
    def main_subscription(self) -> SubscriptionBrief | None:
        """The one whose plan lists show and are sorted by: active with the highest price, else starting."""
        return self.running[0] if self.running else self.starting
