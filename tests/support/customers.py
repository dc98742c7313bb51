"""Generates synthetic customers for tests and benchmarks, the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from wbtui.models.customer import BillingStatus, Customer, CustomerStatus, Email
from wbtui.models.invoice import Address, InvoiceBrief, InvoiceRow, InvoiceState
from wbtui.models.money import Money
from wbtui.models.payment import MethodBrief, MethodKind, MethodStatus, PaymentBrief, PaymentStatus
from wbtui.models.plan import Cycle
from wbtui.models.subscription import NextCharge, SubscriptionBrief, SubscriptionStatus

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)

FIRST = (
    "Anna Annabel Anna-Lena Björn Jürgen Søren Zoë José María François Łukasz Zuzana Olga Дмитрий 太郎 "
    "Mehmet Aoife Siobhán Lars Ingrid Paul Paula Peter Petra Maximilian Sophie Emma Noah Liam Olivia "
    "Ava Lucas Mia Elias Hannah Leon Clara Felix Lea Jonas Marie Tim Laura Jan Julia Tom Lisa Max "
    "Sarah Ben Lena Finn Eva Nils Ida Karl Ella"
).split()
LAST = (
    "Schmidt Müller Mueller Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann O'Brien "
    "O'Neill Smith Jones Taylor Brown García Martínez López Dupont Dubois Nowak Kowalski Novák "
    "Иванов 山田 Yılmaz Murphy Hansen Johansson Virtanen Rossi Russo Silva Santos Costa Jansen "
    "de-Vries Bakker Peeters Papadopoulos Horvat Szabó Nagy Popescu Gruber Huber Bauer Steiner Moser "
    "Keller Brunner Baumann Frei Ortega Fuchs Braun Krüger Hartmann Lange Schäfer"
).split()
COMPANY = (
    "Lumen Norte Fuchs Acme Globex Initech Umbrella Hooli Vandelay Stark Wayne Soylent Tyrell Cyber Aperture"
).split()
SUFFIX = "GmbH Ltd LLC S.A. AB Oy plc B.V. KK SARL".split()
PLANS = (
    ("plan_free", "Free", 0),
    ("plan_starter", "Starter", 900),
    ("plan_pro", "Pro", 4900),
    ("plan_business", "Business", 19900),
    ("plan_scale", "Scale Plus", 49900),
)
CITIES = (
    ("Berlin", "DE"),
    ("Wien", "AT"),
    ("Zürich", "CH"),
    ("Oslo", "NO"),
    ("Madrid", "ES"),
    ("東京", "JP"),
)


def _subscription(
    rng: random.Random, number: int, part: int, status: SubscriptionStatus
) -> SubscriptionBrief:
    plan_id, plan, price = rng.choices(PLANS, (20, 25, 30, 15, 10))[0]
    currency = rng.choices(("eur", "usd", "gbp", "jpy"), (70, 20, 8, 2))[0]
    start = TODAY - timedelta(days=rng.randrange(1, 1500))
    running = status is SubscriptionStatus.ACTIVE
    return SubscriptionBrief(
        id=f"con_{rng.getrandbits(64):016x}{part}",
        status=status,
        plan_id=plan_id,
        plan=plan,
        cycle=rng.choice((Cycle.MONTH, Cycle.YEAR)),
        amount=Money(price, currency),
        start=start,
        end=None if running or number % 5 == 0 else max(start, TODAY - timedelta(days=number % 400)),
        next_charge=NextCharge(date=TODAY + timedelta(days=number % 28), total=Money(price, currency))
        if running
        else None,
    )


@lru_cache(1024)
def customer(number: int, seed: int = 0) -> Customer:
    """Return a customer by number; the result depends on number and seed only."""
    rng = random.Random(seed * 1_000_003 + number)
    first, last = rng.choice(FIRST), rng.choice(LAST)
    company = f"{rng.choice(COMPANY)} {rng.choice(LAST)} {rng.choice(SUFFIX)}"
    name = f"{first} {last}" if rng.random() < 0.8 else company
    domain = f"{company.split()[0].lower()}{rng.randrange(9999)}.example"
    billing = rng.choices(list(BillingStatus), (1, 5, 4, 2, 60, 15, 8, 4, 1))[0]
    ended = billing in (BillingStatus.ENDED, BillingStatus.NONE)
    status = SubscriptionStatus.CANCELED if ended else SubscriptionStatus.ACTIVE
    how_many = 0 if billing is BillingStatus.NONE else rng.choices((1, 2), (65, 35))[0]  # 1.3 on average
    subscriptions = tuple(_subscription(rng, number, part, status) for part in range(how_many))
    owes = billing is BillingStatus.PAST_DUE or rng.random() < 0.02
    currency = subscriptions[0].amount.currency if subscriptions else "eur"
    amount = subscriptions[0].amount if subscriptions else Money(0, currency)
    city, country = rng.choice(CITIES)
    created = NOW - timedelta(days=rng.randrange(1, 1500), seconds=rng.randrange(86400))
    return Customer(
        id=f"cus_{rng.getrandbits(96):024x}",
        version=f"v{rng.randrange(1, 40)}",
        updated_at=NOW - timedelta(seconds=rng.randrange(1, 10_000_000)),
        created=created,
        name=name,
        emails=(
            Email(label="main", address=f"{first.lower()}.{last.lower()}{number}@{domain}"),
            *((Email(label="invoice", address=f"ap@{domain}"),) if rng.random() < 0.5 else ()),
        ),
        reference=f"LUM-{number}" if rng.random() < 0.7 else None,
        status=CustomerStatus.INACTIVE if billing is BillingStatus.FROZEN else CustomerStatus.ACTIVE,
        address=Address(
            line_1=f"Torstr. {rng.randrange(1, 200)}",
            zip=f"{rng.randrange(99999):05}",
            city=city,
            country=country,
        ),
        vat_id=f"{country}{rng.randrange(10**9):09}" if rng.random() < 0.4 else None,
        notes="Prefers e-mail. Contract signed by CFO." if rng.random() < 0.1 else None,
        metadata={"company": company} if rng.random() < 0.6 else {},
        subscriptions=subscriptions,
        billing_status=billing,
        owed=(amount,) if owes and amount else (),
        overdue_since=TODAY - timedelta(days=8) if billing is BillingStatus.PAST_DUE else None,
        mrr=(amount,) if amount and not ended else (),
        methods=(
            MethodBrief(
                kind=MethodKind.CARD,
                brand="visa",
                last_digits=f"{rng.randrange(10**4):04}",
                expires=f"{rng.randrange(2026, 2031)}-{rng.randrange(1, 13):02}",
                status=MethodStatus.ACTIVE,
            ),
        ),
        latest_invoices=tuple(_brief(rng, number, k, amount) for k in range(3)),
        latest_payment=PaymentBrief(
            id=f"pay_{rng.getrandbits(64):016x}",
            status=PaymentStatus.SUCCEEDED,
            money=amount,
            at=NOW - timedelta(days=rng.randrange(30)),
        ),
        disputed=rng.random() < 0.001,
        refunds_pending=0,
        usage_alert=rng.random() < 0.05,
    )


def _brief(rng: random.Random, number: int, k: int, amount: Money) -> InvoiceBrief:
    day = TODAY - timedelta(days=30 * k + number % 28)
    return InvoiceBrief(
        id=f"inv_{rng.getrandbits(80):020x}",
        number=f"INV-{number:06}-{k}",
        state=InvoiceState.PAID,
        total=amount,
        open=Money(0, amount.currency),
        date=day,
        due=day + timedelta(days=14),
    )


def owing(number: int, due: date, status: BillingStatus = BillingStatus.ACTIVE) -> Customer:
    """Return a customer of that billing status with one unpaid invoice."""
    one, money = customer(number), Money(4900, "eur")
    first, *others = one.latest_invoices or ()
    state = InvoiceState.READY_FOR_PAYMENT
    unpaid = first.model_copy(update={"state": state, "total": money, "open": money, "due": due})
    account = CustomerStatus.INACTIVE if status is BillingStatus.FROZEN else CustomerStatus.ACTIVE
    return one.model_copy(
        update={
            "status": account,
            "billing_status": status,
            "owed": (money,),
            "overdue_since": None,
            "latest_invoices": (unpaid, *others),
        }
    )


def invoices_of(owner: Customer) -> tuple[InvoiceRow, ...]:
    """Return the rows of a customer's latest invoices."""
    return tuple(
        InvoiceRow(
            **dict(brief),
            customer_id=owner.id,
            version="v1",
            subscription_id=owner.subscriptions[0].id if owner.subscriptions else None,
            paid=brief.total,
            refunded=Money(0, brief.total.currency),
        )
        for brief in owner.latest_invoices or ()
    )


def customers(count: int, seed: int = 0) -> Iterator[Customer]:
    """Return the first `count` customers of a seed."""
    return (customer(number, seed) for number in range(count))
