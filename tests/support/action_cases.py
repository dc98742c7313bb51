"""One case per action: the answers of its form, the same in words of `wbtui do`, what the sheet says.

A new action without a case fails tests/screens/test_actions.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.support.customers import NOW, customer
from wbtui.models.actions import Reason
from wbtui.models.customer import Customer, Email
from wbtui.models.invoice import Address, Invoice, InvoiceState, Line, LineKind
from wbtui.models.money import Money
from wbtui.models.payment import MethodBrief, MethodKind, MethodStatus, Payment, PaymentStatus
from wbtui.models.plan import Cycle, Feature, Plan, PlanStatus, Pricing, Strategy
from wbtui.models.preview import Change, Preview, PreviewLine
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
PAYMENT = Payment(
    id="Pay_1", status=PaymentStatus.SUCCEEDED, money=eur(4900), at=datetime(2026, 11, 14, 9, tzinfo=UTC),
    invoice_ids=("Inv_1",), method=VISA, attempt=1, decline_code=None, decline_reason=None, disputed=False,
    settled=True, refunded=eur(0), refundable=eur(4900), external_reference=None, next_retry=None,
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
                      price=eur(price), features=features, tax_mode="inclusive")  # fmt: skip
    return Plan(id=f"Plan_{name}", slug=name.lower(), name=name, description=None, status=PlanStatus.ACTIVE,
                trial_days=None, pricings=(pricing,), version="v1")  # fmt: skip


SSO = Feature(slug="sso", name="SSO", unit=None, strategy=Strategy.FLAT, included=None, limit=None)
PLANS = (
    plan("Starter", 1900, api_calls("10000", 50)),
    plan("Pro", 4900, seats("10", "100"), api_calls("100000", 20)),
    plan("Business", 19900, seats("50", "500"), api_calls("1000000", 10), SSO),
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
        "subscriptions": (BRIEF,), "owed": (), "mrr": (eur(4900),),
    }
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """How one action is done.

    Attributes:
        answers: by field name, in the order they are given.
        words: the same as FIELD=VALUE of `wbtui do`.
        preview: what the server says; commit, summary: what the commit key and the journal say.
        says: texts on the sheet.
    """

    kind: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    preview: Preview = field(default_factory=preview)
    commit: str = ""
    summary: str = ""
    says: tuple[str, ...] = ()
    customer: Customer = ANNA


WHY = ("reason=courtesy", "ticket=ZD-7")
CASES: tuple[Case, ...] = (
    Case(
        "refund",
        answers={"mode": "amount", "amount": "22,40", "reason": Reason.COURTESY, "ticket": "ZD-7"},
        words=("payment_id=Pay_1", "invoice_id=Inv_1", "mode=amount", "amount=22.40", "adjust_invoice=no",
               "notify=no", *WHY),
        preview=preview(
            eur(2240),
            lines=(PreviewLine(label="Refund to Visa ••4242", money=eur(2240), tax=eur(358)),),
            changes=(Change(path="invoice/Inv_1/refundable", label="Still refundable", before="49.00 eur",
                            after="26.60 eur"),),
        ),
        commit="Refund €22.40 to Anna Schmidt",
        summary="Refund €22.40 of INV-0041",
        says=("€22.40 of €49.00 paid; nothing refunded yet", "INV-0041 · 14 Nov · total €49.00", "Refund to",
              "Visa ••4242, usually 5–10 business days", "Courtesy · ticket ZD-7", "incl. €3.58 tax"),
    ),
    Case(
        "grant_credit",
        answers={"amount": "5", "expires": "2027-05-31", "reason": Reason.COURTESY, "ticket": "ZD-7",
                 "notify": True},
        words=("amount=5.00", "expires=2027-05-31", "notify=yes", *WHY),
        preview=preview(eur(500), lines=(PreviewLine(label="Account credit", money=eur(500)),)),
        commit="Add €5.00 credit for Anna Schmidt",
        summary="Add €5.00 credit",
        says=("Amount       €5.00", "Expires      31 May 2027", "Courtesy · ticket ZD-7"),
    ),
    Case(
        "change_plan",
        answers={"pricing": ("Plan_Business", "Price_Business"), "units": {"seats": "12"}, "when": "now",
                 "proration": "next_invoice", "reason": Reason.COURTESY, "ticket": "ZD-7"},
        words=("contract_id=Cont_1", "plan_id=Plan_Business", "pricing_id=Price_Business", "units.seats=12",
               "when=now", "proration=next_invoice", "notify=no", *WHY),
        preview=preview(next_invoice=NextCharge(date=date(2026, 12, 1), total=eur(24400))),
        commit="Change to Business · monthly for Anna Schmidt",
        summary="Change Pro · monthly to Business · monthly",
        says=("Subscription Pro · monthly",
              "New plan     Business · monthly", "Proration    On the next invoice",
              "Next charge  €244.00 on 1 Dec"),
    ),
    Case(
        "edit_customer",
        answers={"changes.name": "Anna Schmidt-Ortega", "changes.reference": "", "ticket": "ZD-7"},
        words=("changes.name=Anna Schmidt-Ortega", "changes.reference=", "ticket=ZD-7"),
        preview=preview(changes=(Change(path="customer/Cust_1/name", label="Name", before="Anna Schmidt",
                                        after="Anna Schmidt-Ortega"),)),
        commit="Save changes for Anna Schmidt",
        summary="Edit details of Anna Schmidt",
        says=("before", "Anna Schmidt-Ortega", "Ticket       ZD-7"),
    ),
    Case(
        "append_note",
        answers={"text": "Prefers a call after 16:00."},
        words=("text=Prefers a call after 16:00.",),
        commit="Add note for Anna Schmidt",
        summary="Add a note",
        says=("Note         Prefers a call after 16:00.",),
    ),
    Case(
        "create_portal_link",
        commit="Create link for Anna Schmidt",
        summary="Create a portal link",
        says=("Creates a one-time portal link (30 minutes)",),
    ),
)  # fmt: skip
