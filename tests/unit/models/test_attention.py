"""What needs an agent: each fact named once, urgent ones first, nothing judged that is not held."""

from __future__ import annotations

from datetime import UTC, date, datetime

from wbtui.models.attention import ProfileData, needs_attention, used_share
from wbtui.models.customer import BillingStatus, Customer, CustomerStatus
from wbtui.models.invoice import InvoiceBrief, InvoiceState
from wbtui.models.money import Money
from wbtui.models.payment import MethodBrief, MethodKind, MethodStatus, Payment, PaymentStatus
from wbtui.models.plan import Cycle
from wbtui.models.subscription import SubscriptionBrief, SubscriptionStatus
from wbtui.models.usage import UsageSeries

TODAY = date(2026, 11, 22)
AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
EUR49 = Money(4900, "eur")


def customer(**changes: object) -> Customer:
    values: dict[str, object] = {
        "id": "C1",
        "version": "v1",
        "updated_at": AT,
        "created": AT,
        "name": "Anna",
        "emails": (),
        "reference": None,
        "status": CustomerStatus.ACTIVE,
        "address": None,
        "vat_id": None,
        "notes": None,
        "metadata": {},
        "subscriptions": (),
        "billing_status": BillingStatus.ACTIVE,
        "owed": None,
        "overdue_since": None,
        "mrr": None,
        "methods": None,
        "latest_invoices": None,
        "latest_payment": None,
        "disputed": None,
        "refunds_pending": None,
        "usage_alert": None,
    }
    return Customer.model_validate(values | changes)


def card(expires: str, status: MethodStatus = MethodStatus.ACTIVE) -> MethodBrief:
    return MethodBrief(kind=MethodKind.CARD, brand="visa", last_digits="4242", expires=expires, status=status)


def payment(status: PaymentStatus, **changes: object) -> Payment:
    zero = Money(0, "eur")
    values: dict[str, object] = {
        "id": "P1",
        "status": status,
        "money": EUR49,
        "at": AT,
        "invoice_ids": ("I1",),
        "method": None,
        "attempt": 1,
        "decline_code": None,
        "decline_reason": None,
        "disputed": False,
        "settled": True,
        "refunded": zero,
        "refundable": zero,
        "external_reference": None,
        "next_retry": None,
    }
    return Payment.model_validate(values | changes)


def texts(held: ProfileData) -> list[str]:
    return [note.text for note in needs_attention(held, TODAY)]


def test_nothing_held_is_nothing_judged() -> None:
    assert needs_attention(ProfileData(customer()), TODAY) == ()


def test_an_overdue_invoice_with_its_declines() -> None:
    overdue = InvoiceBrief(
        id="I1",
        number="INV-0042",
        state=InvoiceState.READY_FOR_PAYMENT,
        total=EUR49,
        open=EUR49,
        date=date(2026, 11, 14),
        due=date(2026, 11, 14),
    )
    declined = payment(PaymentStatus.FAILED, decline_reason="insufficient funds")
    notes = needs_attention(
        ProfileData(customer(latest_invoices=(overdue,)), payments=(declined, declined)), TODAY
    )
    assert [(n.urgent, n.text, n.detail, n.invoice_id) for n in notes] == [
        (True, "INV-0042  €49.00  due 8 days ago", "declined twice: insufficient funds", "I1")
    ]
    paid = overdue.model_copy(update={"state": InvoiceState.PAID, "open": Money(0, "eur")})
    due_today = overdue.model_copy(update={"due": TODAY})
    assert texts(ProfileData(customer(latest_invoices=(paid, due_today)))) == []


def test_cards_expired_expiring_and_fine() -> None:
    assert texts(ProfileData(customer(methods=(card("2026-11"),)))) == ["Visa ••4242 expires this month"]
    assert texts(ProfileData(customer(methods=(card("2026-10"),)))) == ["Visa ••4242 has expired"]
    assert texts(ProfileData(customer(methods=(card("2026-12"),)))) == []
    assert texts(ProfileData(customer(methods=(card("2027-01", MethodStatus.INVALID),)))) == [
        "Visa ••4242 can't be charged"
    ]


def test_no_method_for_a_charge_to_come() -> None:
    running = SubscriptionBrief(
        id="S1",
        status=SubscriptionStatus.ACTIVE,
        plan_id="p",
        plan="Pro",
        cycle=Cycle.MONTH,
        amount=EUR49,
        start=None,
    )
    wanted = "No usable payment method for the next charge"
    assert wanted in texts(ProfileData(customer(subscriptions=(running,), methods=())))
    assert wanted not in texts(ProfileData(customer(subscriptions=(running,), methods=None)))
    free = running.model_copy(update={"amount": Money(0, "eur")})
    assert wanted not in texts(ProfileData(customer(subscriptions=(free,), methods=())))


def test_ends_trials_disputes_frozen_and_order() -> None:
    ending = SubscriptionBrief(
        id="S1",
        status=SubscriptionStatus.ACTIVE,
        plan_id="p",
        plan="Pro",
        cycle=Cycle.MONTH,
        amount=EUR49,
        start=None,
        cancel_at=date(2026, 11, 30),
        trial_end=date(2026, 11, 22),
    )
    held = ProfileData(
        customer(status=CustomerStatus.INACTIVE, subscriptions=(ending,)),
        payments=(payment(PaymentStatus.SUCCEEDED, disputed=True),),
    )
    notes = needs_attention(held, TODAY)
    assert [note.text for note in notes] == [
        "The account is frozen",
        "Payment of €49.00 is disputed",
        "Pro ends in 8 days",
        "Trial of Pro ends today",
    ]
    assert [note.urgent for note in notes] == [True, True, True, False]


def test_usage_from_ninety_percent_on() -> None:
    def series(used: str, limit: str | None) -> UsageSeries:
        return UsageSeries(
            feature="api",
            name="API calls",
            unit=None,
            subscription_id="S1",
            period=None,
            buckets=(),
            used=used,
            limit=limit,
            included=None,
            projected=None,
            overage_price=None,
            overage_per=None,
            overage_so_far=None,
        )

    assert texts(ProfileData(customer(), usage=(series("92310", "100000"),))) == [
        "API calls at 92 % of the plan's limit"
    ]
    assert (
        texts(ProfileData(customer(), usage=(series("89999", "100000"), series("5", None), series("x", "y"))))
        == []
    )
    assert used_share("1", "0") is None


def test_names_of_methods() -> None:
    assert card("2027-01").label == "Visa ••4242"
    sepa = MethodBrief(kind=MethodKind.SEPA_DEBIT, last_digits="3000", status=MethodStatus.ACTIVE)
    assert sepa.label == "SEPA ••3000"
