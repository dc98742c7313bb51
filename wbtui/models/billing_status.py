"""Work out the billing status of customers where the billing system does not list it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from wbtui.models.customer import BillingStatus, Customer, CustomerStatus
from wbtui.models.invoice import InvoiceBrief, InvoiceState
from wbtui.models.subscription import SubscriptionBrief, SubscriptionStatus

_LATEST = 3
"""Number of latest invoices of a customer in lists."""


def billing_status(
    status: CustomerStatus, subscriptions: Iterable[SubscriptionBrief], is_overdue: bool | None, today: date
) -> BillingStatus:
    """Return the first status that applies, UNKNOWN if the data cannot rule out an earlier one.

    `is_overdue`: whether an unpaid invoice was due before `today`, None if that is not known.
    """
    if status is CustomerStatus.INACTIVE:
        return BillingStatus.FROZEN
    if status is CustomerStatus.UNKNOWN:
        return BillingStatus.UNKNOWN
    if is_overdue:
        return BillingStatus.PAST_DUE
    if is_overdue is None:
        return BillingStatus.UNKNOWN
    briefs = tuple(subscriptions)
    active = [brief for brief in briefs if brief.status is SubscriptionStatus.ACTIVE]
    if any(brief.trial_end is not None and brief.trial_end >= today for brief in active):
        return BillingStatus.TRIALING
    if any(brief.status is SubscriptionStatus.UNKNOWN for brief in briefs):
        return BillingStatus.UNKNOWN
    if any(brief.cancel_at is not None for brief in active):
        return BillingStatus.CANCELING
    if any(brief.amount for brief in active):
        return BillingStatus.ACTIVE
    if active:
        return BillingStatus.FREE
    if any(brief.status.has_ended for brief in briefs):
        return BillingStatus.ENDED
    # It is not documented whether Wingback lists ended contracts, so ENDED cannot be ruled out.
    return BillingStatus.UNKNOWN


def with_invoices(customer: Customer, invoices: Sequence[InvoiceBrief] | None, today: date) -> Customer:
    """Return a customer from a list without invoices and amounts owed, completed by all their invoices.

    `invoices`: all of them; None if some are not known. Adds the billing status, except past due, which
    `Customer.as_of` adds, and `owed` where nothing is. `latest_invoices` are the three latest, the unpaid one
    that is due first and one of unknown state; completing by these gives the same result. An amount owed
    that was fetched for this customer alone stays, with its status.
    """
    unpaid = [one for one in invoices or () if one.is_unpaid]
    latest = {"latest_invoices": _latest(invoices, unpaid)}
    if customer.owed:
        return customer.model_copy(update=latest)
    is_unclear = invoices is None or any(_may_be_unpaid(one) for one in invoices)
    is_overdue = None if is_unclear else False
    overdue: list[date] = []
    if customer.status in (CustomerStatus.INACTIVE, CustomerStatus.UNKNOWN):
        # Whoever may be frozen is left as they are by `as_of`.
        overdue = [one.due for one in unpaid if one.due is not None and one.due < today]
    known = {
        "billing_status": billing_status(customer.status, customer.subscriptions, is_overdue, today),
        "overdue_since": min(overdue, default=None),
        "owed": None if is_unclear or unpaid else (),
    }
    return customer.model_copy(update={**known, **latest})


def with_earlier_invoices(customer: Customer, before: Customer, today: date) -> Customer:
    """Return a customer without invoices, with those that are known from before.

    Invoices that contradict what is owed now have been paid since and are left out. If they contradict what
    was owed before, not all invoices were known, and none is used.
    """
    invoices = before.latest_invoices or ()
    if customer.owed is None:
        lacks_unpaid = bool(before.owed) and not any(one.is_unpaid for one in invoices)
        lacks_overdue = before.overdue_since is not None and not any(one.overdue(today) for one in invoices)
        return customer if lacks_unpaid or lacks_overdue else with_invoices(customer, invoices, today)
    is_late, owed = customer.overdue_since is not None, bool(customer.owed)

    def is_possible(one: InvoiceBrief) -> bool:
        return not one.is_unpaid or (owed and (is_late or not one.overdue(today)))

    return customer.model_copy(update={"latest_invoices": tuple(filter(is_possible, invoices))})


def may_have_status(customer: Customer, wanted: Collection[str]) -> bool:
    """Return whether the billing status of a customer is unknown and may be one of these.

    Where everything else is known, it can only be *ended* or *none*.
    """
    if customer.billing_status is not BillingStatus.UNKNOWN:
        return False
    invoices, subscriptions = customer.latest_invoices, customer.subscriptions
    is_unclear = (
        invoices is None
        or any(_may_be_unpaid(one) for one in invoices)
        or customer.status is CustomerStatus.UNKNOWN
        or any(one.status is SubscriptionStatus.UNKNOWN for one in subscriptions)
    )
    return is_unclear or not {BillingStatus.ENDED, BillingStatus.NONE}.isdisjoint(wanted)


def _may_be_unpaid(invoice: InvoiceBrief) -> bool:
    """Return whether the state of an invoice is not known, so that it may be unpaid."""
    return invoice.state is InvoiceState.UNKNOWN and invoice.open is None


def _latest(
    invoices: Sequence[InvoiceBrief] | None, unpaid: Sequence[InvoiceBrief]
) -> tuple[InvoiceBrief, ...] | None:
    if invoices is None:
        return None
    ordered = sorted(invoices, key=lambda one: (one.date, one.number), reverse=True)
    first = min(unpaid, key=lambda one: (one.due or date.max, one.date, one.number), default=None)
    unclear = next(filter(_may_be_unpaid, ordered), None)
    kept = [one for number, one in enumerate(ordered) if number < _LATEST or one in (first, unclear)]
    return tuple(
        InvoiceBrief(**{name: getattr(one, name) for name in InvoiceBrief.model_fields}) for one in kept
    )
