"""Mapping of the documented API (/v1/c). Fields that Wingback does not provide are None.

The documentation of the API is incomplete, so every field but IDs, states and amounts may be missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from wbtui.api.wingback.records import address, emails, invoice_trigger
from wbtui.api.wingback.wire import Wire, fingerprint, of_customer
from wbtui.models.billing_status import billing_status
from wbtui.models.customer import Customer, CustomerStatus
from wbtui.models.money import Money
from wbtui.models.payment import MethodKind, MethodStatus, PaymentMethod, Wallet
from wbtui.models.plan import Cycle, Discount, Feature, Plan, PlanStatus, Pricing, Strategy
from wbtui.models.subscription import Subscription, SubscriptionBrief, SubscriptionStatus
from wbtui.models.usage import UsageSeries

_DETAIL_KINDS = {"card": MethodKind.CARD, "sepadebit": MethodKind.SEPA_DEBIT}


def customer(wire: Wire, standing: Wire | None = None, today: date = date.min) -> Customer:
    """Parse a customer. `standing` is the billing entitlement of `today`, if requested.

    `updated_at` is the time of creation, because Wingback does not provide the time of the last change.
    """
    status = wire.word("status", CustomerStatus)
    created = wire.instant("created")
    briefs = tuple(subscription_brief(item) for item in wire.objects("contracts"))
    owed, overdue_since = _owed(standing, today)
    is_overdue = None if owed is None else overdue_since is not None
    return Customer(
        id=wire.identity(),
        version=fingerprint(wire.data),
        updated_at=created,
        created=created,
        name=wire.maybe_text("name"),
        emails=emails(wire),
        reference=wire.maybe_text("customer_reference"),
        status=status,
        address=address(wire.part("address")),
        vat_id=wire.part("tax_details").maybe_text("vat_id"),
        notes=wire.maybe_text("notes"),
        metadata=wire.text_map("metadata"),
        subscriptions=briefs,
        billing_status=billing_status(status, briefs, is_overdue, today),
        owed=owed,
        overdue_since=overdue_since,
    )


def _owed(standing: Wire | None, today: date) -> tuple[tuple[Money, ...] | None, date | None]:
    """Return the unpaid amount per currency, and the earliest due date before today."""
    if standing is None or not (payment := standing.part("payment")).has("unpaid_invoices_info"):
        return None, None
    owed: list[Money] = []
    overdue: list[date] = []
    for info in payment.objects("unpaid_invoices_info"):
        total = info.amount("total_unpaid", info.currency())
        if total:
            owed.append(total)
        for invoice in info.objects("unpaid_invoices"):
            due = invoice.maybe_day("due_date")
            if due is not None and due < today:
                overdue.append(due)
    return tuple(owed), min(overdue, default=None)


# ── subscriptions ────────────────────────────────────────────────────────────────────────────────
def subscription_brief(wire: Wire) -> SubscriptionBrief:
    """Parse a contract summary. `amount` is Wingback's estimated price."""
    status = wire.word("status", SubscriptionStatus)
    return SubscriptionBrief(
        id=wire.identity(),
        status=status,
        plan_id=wire.text("plan_id", ""),
        plan=wire.maybe_text("plan") or wire.text("plan_external_name", ""),
        cycle=wire.word("cycle", Cycle),
        amount=wire.amount("amount", wire.currency()),
        start=wire.maybe_day("activation"),
        trial_end=wire.maybe_day("free_trial_end"),
        cancel_at=None if status.has_ended else wire.maybe_day("expiration"),
        end=wire.maybe_day("expiration") if status.has_ended else None,
    )


def subscription(wire: Wire) -> Subscription:
    """Contract details: the summary, its plan copy, discount and period."""
    summary = wire.object("contract_summary")
    brief = subscription_brief(summary)
    plan, settings = wire.part("plan"), summary.part("configuration")
    billing = (wire if wire.has("billing_information") else summary).part("billing_information")
    features = list(plan.objects("features"))
    return Subscription(
        **dict(brief),
        version=fingerprint(wire.data),
        customer_id=summary.identity("customer_id"),
        pricing_id=summary.maybe_identity("pricing_id"),
        price_signed=plan.maybe_amount("price", brief.amount.currency),
        units=dict(_units(features)),
        features=tuple(_feature(item) for item in features),
        discount=_discount(wire.part("discount"), brief.amount.currency),
        period=_period(billing),
        period_index=billing.maybe_whole("current_period_idx"),
        automatic_payment=settings.maybe_flag("automatic_payment"),
        invoice_trigger=invoice_trigger(settings),
    )


def plans(subscriptions: Iterable[Subscription]) -> tuple[Plan, ...]:
    """Return the plans of these subscriptions, with the prices that they have recorded."""
    pricings: dict[str, list[Pricing]] = {}
    names: dict[str, str] = {}
    for one in subscriptions:
        price = one.contract_price
        names[one.plan_id] = one.plan
        pricings.setdefault(one.plan_id, []).append(
            Pricing(
                id=one.pricing_id or "",
                currency=price.currency,
                cycle=one.cycle,
                strategy=Strategy.UNKNOWN,
                price=price,
                features=one.features,
            )
        )
    return tuple(
        Plan(
            id=identifier,
            name=names[identifier],
            description=None,
            status=PlanStatus.ACTIVE,
            trial_days=None,
            pricings=tuple(found),
        )
        for identifier, found in pricings.items()
    )


def _units(features: Iterable[Wire]) -> Iterable[tuple[str, str]]:
    for feature in features:
        count = feature.part("entitlement_details").maybe_units("contracted_unit_count")
        if count is not None:
            yield feature.text("slug", ""), count


def _feature(wire: Wire) -> Feature:
    details = wire.part("entitlement_details")
    return Feature(
        slug=wire.text("slug", ""),
        name=wire.text("name", ""),
        unit=details.maybe_text("unit_name"),
        strategy=details.word("pricing_strategy", Strategy),
        limit=details.maybe_units("maximum_units"),
    )


def _discount(wire: Wire, currency: str) -> Discount | None:
    """Parse a discount, whose fields are not documented."""
    if not wire.data:
        return None
    percent = next((name for name in ("percent", "percentage") if wire.has(name)), None)
    amount = wire.data.get("amount")
    return Discount(
        id=wire.text("id", ""),
        name=wire.maybe_text("name") or wire.text("description", ""),
        percent=wire.maybe_units(percent) if percent else None,
        amount=wire.maybe_amount("amount", currency) if isinstance(amount, (str, int, Decimal)) else None,
    )


def _period(billing: Wire) -> tuple[date, date] | None:
    """Return the first and last day. An end at midnight belongs to the day before."""
    span = billing.part("current_period")
    start, end = span.maybe_instant("start"), span.maybe_instant("end")
    if start is None or end is None:
        return None
    last = end.date()
    if (end.hour, end.minute, end.second, end.microsecond) == (0, 0, 0, 0) and last > start.date():
        last = date.fromordinal(last.toordinal() - 1)
    return start.date(), last


# ── methods, wallets, usage ──────────────────────────────────────────────────────────────────────
def method(wire: Wire) -> PaymentMethod:
    """Parse a payment method. Its details have one field named after the kind: {"Card": {…}}."""
    details = wire.part("details")
    name = next(iter(details.data), "")
    card = details.part(name)
    kind = wire.word("method_type", MethodKind)
    if kind is MethodKind.UNKNOWN:
        kind = _DETAIL_KINDS.get(name.lower(), MethodKind.UNKNOWN)
    return PaymentMethod(
        kind=kind,
        brand=card.maybe_text("brand"),
        last_digits=_last_digits(card),
        expires=card.maybe_month("expiration") if kind is MethodKind.CARD else None,
        status=wire.word("status", MethodStatus),
        id=wire.identity(),
        version=fingerprint(wire.data),
        holder=wire.maybe_text("holder_name"),
        order=wire.maybe_whole("preference"),
        provider=wire.text("provider", ""),
        created=wire.instant("created"),
        customer_id=wire.maybe_identity("customer_id"),
    )


def _last_digits(details: Wire) -> str:
    """Return the last digits; the field name is documented for cards only."""
    for name in ("last_digits", "last4", "iban_last_digits", "iban_last4"):
        if details.has(name):
            return details.text(name)
    return ""


def wallets(standing: Wire, customer_id: str, confirmed: str | None = None) -> tuple[Wallet, ...]:
    """Parse the wallet balances of a billing entitlement; `confirmed` is whose they are, if that is known."""
    return tuple(
        Wallet(
            id=item.text("id", ""),
            name=item.text("currency").upper(),
            currency=item.currency(),
            balance=item.units("balance"),
            customer_id=item.maybe_identity("customer_id") or confirmed,
        )
        for item in of_customer(standing.part("payment").objects("wallet_balances"), customer_id)
    )


def usage(wire: Wire, customer_id: str | None = None) -> Iterable[UsageSeries]:
    """Parse the metered features of an access entitlement: current period only, without daily usage."""
    contract = wire.part("contract")
    for feature in wire.part("plan").objects("features"):
        details = feature.part("entitlement_details")
        if (used := details.maybe_units("used_unit_count")) is None:
            continue
        yield UsageSeries(
            feature=feature.text("slug", ""),
            name=feature.text("name", ""),
            unit=details.maybe_text("unit_name"),
            subscription_id=contract.text("contract_id", ""),
            used=used,
            limit=details.maybe_units("maximum_units"),
            included=details.maybe_units("contracted_unit_count"),
            customer_id=customer_id,
        )
