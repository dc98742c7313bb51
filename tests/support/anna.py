"""Anna Schmidt, made up: with an invoice, a subscription, usage, and plans to move to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.support.customers import NOW, customer
from wbtui.models.customer import Customer, Email
from wbtui.models.invoice import Address, Invoice, InvoiceRow, InvoiceState, Line, LineKind
from wbtui.models.money import Money
from wbtui.models.payment import (
    CreditEntry,
    MethodBrief,
    MethodKind,
    MethodStatus,
    Payment,
    PaymentMethod,
    PaymentStatus,
    Refund,
    RefundStatus,
)
from wbtui.models.plan import Cycle, Discount, Feature, Plan, PlanStatus, Pricing, Strategy, TaxMode
from wbtui.models.preview import Preview
from wbtui.models.subscription import NextCharge, Subscription, SubscriptionBrief, SubscriptionStatus
from wbtui.models.usage import UsageSeries


def eur(minor: int) -> Money:
    return Money(minor, "eur")


def preview(amount: Money | None = None, **members: Any) -> Preview:
    """A preview of fixed times."""
    return Preview(
        basis="b1", computed_at=NOW, expires_at=NOW + timedelta(minutes=15), amount=amount, **members
    )


VISA = MethodBrief(kind=MethodKind.CARD, brand="visa", last_digits="4242", status=MethodStatus.ACTIVE)
CREDIT = CreditEntry(
    id="Cred_1", at=datetime(2026, 11, 12, 9, tzinfo=UTC), money=eur(1500), balance_after=eur(1500),
    kind="grant", reason="courtesy", comment=None, by="Jörg Müller", expires=None, invoice_id=None,
)  # fmt: skip
METHODS = (
    PaymentMethod(id="Pm_1", kind=MethodKind.CARD, brand="visa", last_digits="4242", expires="2027-04",
                  status=MethodStatus.ACTIVE, order=1, is_default=True, subscriptions=("Cont_1",),
                  open_invoices=()),
    PaymentMethod(id="Pm_2", kind=MethodKind.SEPA_DEBIT, last_digits="3000", status=MethodStatus.ACTIVE,
                  order=2, is_default=False, subscriptions=(), open_invoices=()),
)  # fmt: skip
PAYMENT = Payment(
    id="Pay_1", status=PaymentStatus.SUCCEEDED, money=eur(4900), at=datetime(2026, 11, 14, 9, tzinfo=UTC),
    invoice_ids=("Inv_1",), method=VISA, attempt=1, decline_code=None, decline_reason=None, disputed=False,
    settled=True, refunded=eur(0), refundable=eur(4900), external_reference=None, next_retry=None,
)  # fmt: skip
REFUND = Refund(
    id="Ref_1", payment_id="Pay_1", invoice_id="Inv_1", money=eur(2240), status=RefundStatus.PENDING,
    pending_reason="The bank has not answered yet.", failure_reason=None, reference=None, reason="courtesy",
    comment=None, cancelable=True, at=datetime(2026, 11, 16, 9, tzinfo=UTC), by="Priya Nair",
    expected_by=date(2026, 11, 26), customer_id="Cust_1",
)  # fmt: skip
LINE = Line(
    id="Line_1", name="Pro · monthly", subscription_id="Cont_1", kind=LineKind.RECURRING, period=None,
    days=None, of_days=None, quantity="1", unit_price=eur(4900), strategy=Strategy.FLAT, tiers=(),
    gross=eur(4900),
    discount=eur(0), discount_rule=None, tax=None, rounding=eur(0), total=eur(4900), refunded=eur(0),
)  # fmt: skip
INVOICE = Invoice(
    id="Inv_1", version="v1", number="INV-0041", customer_id="Cust_1", state=InvoiceState.PAID,
    date=date(2026, 11, 14), due=date(2026, 11, 28), currency="eur", lines=(LINE,), subtotal=eur(4900),
    discount=None, tax=None, total=eur(4900), credited=None, paid=eur(4900), refunded=eur(0), open=eur(0),
    refundable=eur(4900), payments=(PAYMENT,), attempts=(), next_retry=None, dunning_paused_until=None,
    refunds=(), credit_notes=(), emails=(), bill_to=None, vat_id=None,
)  # fmt: skip
OPEN_INVOICE = INVOICE.model_copy(
    update={"state": InvoiceState.READY_FOR_PAYMENT, "payments": (), "paid": eur(0), "refundable": eur(0),
            "open": eur(4900)}
)  # fmt: skip


def row_of(invoice: Invoice) -> InvoiceRow:
    """The invoice in the list of invoices, with the subscription of its line."""
    members = {name: value for name, value in invoice if name in InvoiceRow.model_fields}
    return InvoiceRow(**members, subscription_id=LINE.subscription_id)


def api_calls(limit: str, overage: int) -> Feature:
    return Feature(
        slug="api_calls", name="API calls", unit="call", strategy=Strategy.USAGE, included=limit, limit=limit,
        overage_price=eur(overage), overage_per="1000",
    )  # fmt: skip


def seats(included: str, limit: str) -> Feature:
    return Feature(slug="seats", name="Seats", unit="seat", strategy=Strategy.PER_UNIT, included=included,
                   limit=limit, unit_price=eur(500))  # fmt: skip


def plan(name: str, price: int, *features: Feature, cycle: Cycle = Cycle.MONTH) -> Plan:
    pricing = Pricing(id=f"Price_{name}", currency="eur", cycle=cycle, strategy=Strategy.FLAT,
                      price=eur(price), features=features, tax_mode=TaxMode.INCLUSIVE)  # fmt: skip
    return Plan(id=f"Plan_{name}", slug=name.lower(), name=name, description=None, status=PlanStatus.ACTIVE,
                trial_days=None, pricings=(pricing,), version="v1")  # fmt: skip


SSO = Feature(slug="sso", name="SSO", unit=None, strategy=Strategy.FLAT, included=None, limit=None)
PLANS = (
    plan("Starter", 1900, api_calls("10000", 50)),
    plan("Pro", 4900, seats("10", "100"), api_calls("100000", 20)),
    plan("Business", 19900, seats("50", "500"), api_calls("1000000", 10), SSO),
)
DISCOUNTS = (
    Discount(id="Disc_loyal", name="Loyalty", percent="10"),
    Discount(id="Disc_welcome", name="Welcome", amount=eur(1000), cycles=3),
)
SUBSCRIPTION = Subscription(
    id="Cont_1", status=SubscriptionStatus.ACTIVE, plan_id="Plan_Pro", plan="Pro", cycle=Cycle.MONTH,
    amount=eur(4900), start=date(2026, 3, 14),
    next_charge=NextCharge(date=date(2026, 12, 1), total=eur(4900)), version="v1", customer_id="Cust_1",
    pricing_id="Price_Pro", price_signed=eur(4900), price_today=eur(4900),
    units={"seats": "10"}, features=PLANS[1].pricings[0].features, discount=None, end=None, period=None,
    period_index=None, automatic_payment=True, invoice_trigger=None, notice_period_days=None,
    scheduled_change=None, moved_from=None, moved_to=None, ended_reason=None, by=None,
)  # fmt: skip
USAGE = (
    UsageSeries(feature="api_calls", name="API calls", unit="call", subscription_id="Cont_1", period=None,
                buckets=(), used="92310", limit="100000", included="100000", projected=None,
                overage_price=None, overage_per=None, overage_so_far=None),
)  # fmt: skip
BRIEF = SubscriptionBrief(**{name: getattr(SUBSCRIPTION, name) for name in SubscriptionBrief.model_fields})
ANNA = customer(0).model_copy(
    update={
        "id": "Cust_1", "name": "Anna Schmidt", "metadata": {"company": "Lumen Labs GmbH"},
        "emails": (Email(label="main", address="anna@lumen.example"),), "reference": "LUM-77", "vat_id": None,
        "address": Address(line_1="Torstr. 12", zip="10119", city="Berlin", country="DE"),
        "subscriptions": (BRIEF,), "owed": (), "mrr": (eur(4900),), "methods": METHODS,
    }
)  # fmt: skip


def with_another_subscription(**members: Any) -> Customer:
    """Return Anna with a second subscription, Cont_2, equal to her first one but for these members."""
    return ANNA.model_copy(
        update={"subscriptions": (BRIEF, BRIEF.model_copy(update={"id": "Cont_2", **members}))}
    )
