"""Payment methods and the subscriptions and open invoices charged to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wbtui.models.base import Id
from wbtui.models.invoice import InvoiceRow
from wbtui.models.payment import PaymentMethod
from wbtui.models.subscription import Subscription, SubscriptionStatus

_CHARGED = (SubscriptionStatus.ACTIVE, SubscriptionStatus.SCHEDULED, SubscriptionStatus.PENDING)


@dataclass(frozen=True, slots=True)
class MethodUse:
    """IDs of the subscriptions and open invoices that would be charged to a method. None: not known."""

    subscriptions: tuple[Id, ...] | None
    invoices: tuple[Id, ...] | None


def default_method(methods: Sequence[PaymentMethod]) -> PaymentMethod | None:
    """Return the method that is charged first; None if there is none, or it is not known.

    The one that the billing system names, else the one with the lowest order of those that can be charged.
    """
    if (named := next((one for one in methods if one.is_default), None)) is not None:
        return named
    usable = [one for one in methods if one.can_be_charged]
    ordered = [(one.order, one) for one in usable if one.order is not None]
    if len(usable) > len(ordered) and len(usable) > 1:
        return None
    return min(ordered, key=lambda pair: pair[0])[1] if ordered else next(iter(usable), None)


def use_of(
    method: PaymentMethod,
    methods: Sequence[PaymentMethod],
    subscriptions: Sequence[Subscription] | None,
    invoices: Sequence[InvoiceRow] | None,
) -> MethodUse:
    """Return what would be charged to a method of a customer who is not frozen.

    The lists of the billing system take precedence. Without them, the default method is charged for every
    subscription that is active, pending or scheduled and paid automatically, and for open invoices; a
    subscription paid by invoice is charged to none.
    """
    default = default_method(methods)
    if default is None and method.can_be_charged:
        use = MethodUse(None, None)
    elif default != method:
        use = MethodUse((), ())
    else:
        use = MethodUse(_automatic(subscriptions), _owed(subscriptions, invoices))
    return MethodUse(
        method.subscriptions if method.subscriptions is not None else use.subscriptions,
        method.open_invoices if method.open_invoices is not None else use.invoices,
    )


def paid_by_invoice(subscriptions: Sequence[Subscription]) -> tuple[Subscription, ...]:
    """Return the subscriptions that are charged to no method, because the customer pays their invoices."""
    return tuple(one for one in subscriptions if one.status in _CHARGED and one.automatic_payment is False)


def _automatic(subscriptions: Sequence[Subscription] | None) -> tuple[Id, ...] | None:
    running = [one for one in subscriptions or () if one.status in _CHARGED]
    if subscriptions is None or any(one.automatic_payment is None for one in running):
        return None
    return tuple(one.id for one in running if one.automatic_payment)


def _owed(
    subscriptions: Sequence[Subscription] | None, invoices: Sequence[InvoiceRow] | None
) -> tuple[Id, ...] | None:
    """Return the open invoices that are charged automatically; None if that is not known of one of them.

    Where all subscriptions are paid automatically, an invoice of an unknown one is, too.
    """
    if subscriptions is None or invoices is None:
        return None
    automatic = {one.id: one.automatic_payment for one in subscriptions}
    otherwise = True if all(automatic.values()) else None
    owed = (one for one in invoices if one.is_unpaid)
    charged = {one.id: automatic.get(one.subscription_id or "", otherwise) for one in owed}
    return None if None in charged.values() else tuple(one for one, yes in charged.items() if yes)
