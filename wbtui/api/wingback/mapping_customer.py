"""Mapping of customers and subscriptions of the extension."""

from __future__ import annotations

from wbtui.api.wingback import mapping_invoice, mapping_money, mapping_plan
from wbtui.api.wingback.wire import Wire
from wbtui.models.customer import BillingStatus, Customer, CustomerStatus, Email
from wbtui.models.plan import Cycle
from wbtui.models.subscription import (
    NextCharge,
    ScheduledChange,
    Subscription,
    SubscriptionBrief,
    SubscriptionStatus,
)


def customer(wire: Wire) -> Customer:
    """Parse a row of the customer snapshot."""
    latest_payment = wire.maybe_object("latest_payment")
    return Customer(
        id=wire.identity(),
        version=wire.text("version", ""),
        updated_at=wire.instant("updated_at"),
        created=wire.instant("created"),
        name=wire.maybe_text("name"),
        emails=emails(wire),
        reference=wire.maybe_text("reference"),
        status=wire.word("status", CustomerStatus),
        address=mapping_invoice.address(wire.maybe_object("address")),
        vat_id=wire.maybe_text("vat_id"),
        notes=wire.maybe_text("notes"),
        metadata=wire.text_map("metadata"),
        subscriptions=tuple(subscription_brief(item) for item in wire.objects("contracts")),
        billing_status=wire.word("billing_status", BillingStatus),
        owed=wire.moneys("owed") if wire.has("owed") else None,
        overdue_since=wire.maybe_day("overdue_since"),
        mrr=wire.moneys("mrr") if wire.has("mrr") else None,
        methods=tuple(mapping_money.method_brief(item) for item in wire.objects("methods"))
        if wire.has("methods")
        else None,
        latest_invoices=tuple(mapping_invoice.brief(item) for item in wire.objects("latest_invoices"))
        if wire.has("latest_invoices")
        else None,
        latest_payment=None if latest_payment is None else mapping_money.payment_brief(latest_payment),
        disputed=wire.maybe_flag("disputed"),
        refunds_pending=wire.maybe_whole("refunds_pending"),
        usage_alert=wire.maybe_flag("usage_alert"),
    )


def emails(wire: Wire) -> tuple[Email, ...]:
    """Parse a list of {label, address}, or a map of labels to addresses."""
    value = wire.data.get("emails")
    if isinstance(value, dict):
        pairs = wire.text_map("emails").items()
        return tuple(Email(label=label, address=found) for label, found in pairs if found)
    items = [(item.text("label", ""), item.maybe_text("address")) for item in wire.objects("emails")]
    return tuple(Email(label=label, address=found) for label, found in items if found)


def next_charge(wire: Wire | None) -> NextCharge | None:
    return None if wire is None else NextCharge(date=wire.day("date"), total=wire.money("total"))


def subscription_brief(wire: Wire) -> SubscriptionBrief:
    return SubscriptionBrief(
        id=wire.identity(),
        status=wire.word("status", SubscriptionStatus),
        plan_id=wire.text("plan_id", ""),
        plan=wire.text("plan", ""),
        cycle=wire.word("cycle", Cycle),
        amount=wire.money("amount"),
        start=wire.maybe_day("start"),
        trial_end=wire.maybe_day("trial_end"),
        cancel_at=wire.maybe_day("cancel_at"),
        next_charge=next_charge(wire.maybe_object("next_charge")),
    )


def subscription(wire: Wire) -> Subscription:
    change, discount = wire.maybe_object("scheduled_change"), wire.maybe_object("discount")
    return Subscription(
        **dict(subscription_brief(wire)),
        version=wire.text("version", ""),
        customer_id=wire.identity("customer_id"),
        pricing_id=wire.maybe_identity("pricing_id"),
        price_signed=wire.maybe_money("price_signed"),
        price_today=wire.maybe_money("price_today"),
        units=wire.text_map("units"),
        features=tuple(mapping_plan.feature(item) for item in wire.objects("features")),
        discount=None if discount is None else mapping_plan.discount(discount),
        end=wire.maybe_day("end"),
        period=wire.maybe_span("period"),
        period_index=wire.maybe_whole("period_index"),
        automatic_payment=wire.maybe_flag("automatic_payment"),
        invoice_trigger=wire.maybe_text("invoice_trigger"),
        notice_period_days=wire.maybe_whole("notice_period_days"),
        scheduled_change=None if change is None else _scheduled(change),
        moved_from=wire.maybe_identity("moved_from"),
        moved_to=wire.maybe_identity("moved_to"),
        ended_reason=wire.maybe_text("ended_reason"),
        by=wire.maybe_text("by"),
    )


def _scheduled(wire: Wire) -> ScheduledChange:
    return ScheduledChange(
        kind=wire.text("kind", "unknown"),
        on=wire.day("on"),
        to_plan=wire.maybe_text("to_plan"),
        to_units=wire.text_map("to_units"),
        by=wire.maybe_text("by"),
    )
