"""Who the seeded customers are and which story each of them lives."""

from __future__ import annotations

from datetime import date
from random import Random

from wbtui.sandbox import seed_histories as deeds
from wbtui.sandbox.engine.account import Account, Actor, EngineContext
from wbtui.sandbox.engine.catalogue import PriceSet
from wbtui.sandbox.engine.periods import add_months, plus_days
from wbtui.sandbox.engine.records import Contract, Customer
from wbtui.sandbox.seed_histories import History, PricingChoice
from wbtui.sandbox.seed_names import LANDS, Person, invent

HISTORY_DAYS = 730
_BRANDS = ("visa", "visa", "mastercard", "mastercard", "amex")
_PLANS = ("starter", "pro", "team", "business", "storage", "classic")
_PLAN_WEIGHTS = (30, 34, 14, 12, 6, 4)
_METER_SHARE = (5, 15, 30, 45, 60, 75, 88, 94, 105, 130)
"""Percent of the limit that an average period uses."""


def ordinary(engine: EngineContext, rng: Random, now: str) -> Account:
    """Somebody invented, with a life drawn by lot."""
    person = invent(rng)
    lot = rng.random()
    today = now[:10]
    if lot < 0.05:
        tenure = rng.randint(0, 60)
    elif lot < 0.35:
        tenure = rng.randint(20, 240)
    else:
        tenure = rng.randint(90, HISTORY_DAYS)
    created = plus_days(today, -tenure)
    account = new_account(engine, rng, person, created, now)
    story = History(account, rng, now)
    _live(story, person, created)
    story.play()
    return account


def new_account(engine: EngineContext, rng: Random, person: Person, created: str, now: str) -> Account:
    """The customer without a story yet."""
    emails = [{"label": "main", "address": f"{person.mailbox}@{person.domain}"}]
    if rng.random() < 0.3:
        emails.append(
            {"label": "invoice", "address": f"{rng.choice(('ap', 'billing', 'invoices'))}@{person.domain}"}
        )
    hour = f"T{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}Z"
    instant = min(created + hour, now)
    metadata = {"company": person.company, "contact": person.contact}
    if rng.random() < 0.25:
        metadata["segment"] = rng.choice(("smb", "mid-market", "startup", "agency"))
    customer = Customer(
        engine.new_id("Cust"),
        instant,
        person.name,
        emails,  # type: ignore[arg-type]
        f"{person.company[:3].upper()}-{rng.randint(100, 99999)}" if rng.random() < 0.65 else None,
        "active",
        person.address,
        person.vat_id,
        None,
        metadata,
        f"{rng.randint(4, 7):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}",
        updated_at=instant,
        billed_until=instant,
    )
    account = Account(engine, customer)
    account.log(instant, "account", "Customer created", Actor("api"))
    return account


# ── lives ──
def _live(story: History, person: Person, created: str) -> None:
    rng, account = story.rng, story.account
    lot = rng.random()
    begun = min(account.customer.created, story.now)
    if lot < 0.02:
        account.customer.status = "temporary"
    elif lot < 0.045:
        pass  # registered, never subscribed
    elif lot < 0.145:
        story.at(
            begun,
            deeds.subscribe(
                _price(story, "free", "month", created),
                units={"seats": "1"},
                rates=_rates(story, _price(story, "free", "month", created)),
            ),
        )
    elif lot < 0.185:
        _enterprise(story, created)
    else:
        _subscriber(story, person, created)
    if rng.random() < 0.2:
        day = _day(story, created)
        story.at(story.office_hours(day), deeds.note(story))
    if rng.random() < 0.025:
        story.at(begun, deeds.virtual_wallet(story))


def _price(story: History, slug: str, cycle: str, day: str, currency: str | None = None) -> PriceSet:
    if currency is None:
        address = story.account.customer.address or {}
        currency = next((land.currency for land in LANDS if land.code == address.get("country")), "usd")
    return story.account.engine.catalogue.signed_on(f"Price_{slug}_{cycle}_{currency}", day)


def _rates(story: History, price_set: PriceSet) -> dict[str, int]:
    """Average units a day: a share of the limit."""
    days = {"month": 30, "quarter": 91, "year": 365}[price_set.cycle]
    share = story.rng.choice(_METER_SHARE)
    return {
        feature.slug: max(1, (feature.limit or 400) * share // 100 // days)
        for feature in price_set.features
        if feature.metered
    }


def _day(story: History, created: str) -> str:
    """Some day between the customer's creation and today."""
    span = date.fromisoformat(story.now[:10]).toordinal() - date.fromisoformat(created).toordinal()
    return plus_days(created, story.rng.randint(0, max(0, span)))


def _seats(story: History, slug: str) -> dict[str, str]:
    ranges = {"starter": (1, 3), "pro": (2, 24), "team": (3, 40), "business": (10, 80), "classic": (1, 5)}
    if slug not in ranges:
        return {}
    low, high = ranges[slug]
    return {"seats": str(min(story.rng.randint(low, high), story.rng.randint(low, high)))}


def _subscriber(story: History, person: Person, created: str) -> None:
    """The common case: a paid plan by the month or year, a card or direct debit, and things that happen."""
    rng, now = story.rng, story.now
    begun = story.account.customer.created
    slug = rng.choices(_PLANS, _PLAN_WEIGHTS)[0]
    cycle = "year" if slug not in ("storage",) and rng.random() < 0.16 else "month"
    price_set = _price(story, slug, cycle, created)
    _methods(story, person, begun)
    plan = story.account.engine.catalogue.plans[price_set.plan_id]
    trial = plan.trial_days if plan.trial_days and rng.random() < 0.45 else None
    start, pending = None, False
    lot = rng.random()
    if lot < 0.015:
        start, trial = plus_days(now[:10], rng.randint(1, 30)), None
    elif lot < 0.027:
        pending, trial = True, None
    elif lot < 0.065:
        begun = story.office_hours(plus_days(now[:10], -rng.randint(1, 12)))
        begun, trial = max(begun, story.account.customer.created), plan.trial_days or 14
    discount = None
    if rng.random() < 0.14:
        discount = rng.choice(
            ("Disc_loyal_10", "Disc_launch_25", f"Disc_welcome_{price_set.currency}", "Disc_charity_50")
        )
    story.at(
        begun,
        deeds.subscribe(
            price_set,
            units=_seats(story, slug),
            start=start,
            trial_days=trial,
            discount_id=discount,
            pending=pending,
            rates=_rates(story, price_set),
        ),
    )
    _happenings(story, slug, cycle, created)
    if rng.random() < 0.04:
        other = "usd" if price_set.currency != "usd" else "eur"
        second = _price(story, "storage", "month", created, other)
        story.at(
            story.office_hours(_day(story, created)), deeds.subscribe(second, rates=_rates(story, second))
        )
    elif rng.random() < 0.05:
        second = _price(story, "storage", "month", created)
        story.at(
            story.office_hours(_day(story, created)), deeds.subscribe(second, rates=_rates(story, second))
        )


def _methods(story: History, person: Person, begun: str) -> None:
    rng, today = story.rng, date.fromisoformat(story.now[:10])
    if person.land.currency == "eur" and rng.random() < 0.27:
        how: dict[str, object] = {"rate": 250, "code": "insufficient_funds"}
        if rng.random() < 0.12:
            how["refund"] = rng.choice(("stuck", "fails"))
        story.at(
            begun,
            deeds.add_method(
                "sepa_debit", begun, brand=None, last_digits=_digits(rng), expires=None, behaviour=how
            ),
        )
        if rng.random() < 0.75:
            return
    lot = rng.random()
    months = 0 if lot < 0.05 else -rng.randint(1, 5) if lot < 0.08 else rng.randint(1, 48)
    expires = add_months(today, months, 1).isoformat()[:7]
    behaviour: dict[str, object] = {
        "rate": rng.choice((0, 100, 300, 900)),
        "code": rng.choice(
            ("insufficient_funds", "insufficient_funds", "card_declined", "do_not_honor", "processing_error")
        ),
    }
    if rng.random() < 0.12:
        story.at(
            begun,
            deeds.add_method(
                "card",
                begun,
                brand=rng.choice(_BRANDS),
                last_digits=_digits(rng),
                expires=add_months(today, -rng.randint(1, 20), 1).isoformat()[:7],
                status=rng.choice(("detached", "inactive", "invalid")),
            ),
        )
    story.at(
        begun,
        deeds.add_method(
            "card",
            begun,
            brand=rng.choice(_BRANDS),
            last_digits=_digits(rng),
            expires=expires,
            behaviour=behaviour,
        ),
    )
    if rng.random() < 0.1:
        story.at(
            begun,
            deeds.add_method(
                "card",
                begun,
                brand=rng.choice(_BRANDS),
                last_digits=_digits(rng),
                expires=add_months(today, rng.randint(2, 40), 1).isoformat()[:7],
            ),
        )


def _digits(rng: Random) -> str:
    return f"{rng.randrange(10_000):04d}"


def _happenings(story: History, slug: str, cycle: str, created: str) -> None:
    """What may befall a subscriber, each by its own lot."""
    rng, today = story.rng, story.now[:10]

    def some_day() -> str:
        return story.office_hours(_day(story, created))

    def recently(days: int) -> str:
        return story.office_hours(plus_days(today, -rng.randint(1, days)))

    if rng.random() < 0.17:
        bigger = {"starter": "pro", "pro": "business", "team": "business", "classic": "pro"}.get(slug)
        if bigger is not None:
            story.at(some_day(), deeds.switch(_to(bigger), None, story))
    if slug in ("pro", "team", "business") and rng.random() < 0.22:
        story.at(some_day(), deeds.switch(_same, rng.randint(5, 60), story))
    if slug in ("pro", "business") and rng.random() < 0.035:
        story.at(recently(25), deeds.plan_switch(_to("starter" if slug == "pro" else "pro"), story))
    if rng.random() < 0.13:
        story.at(some_day(), deeds.cancel(story, immediately=rng.random() < 0.3))
    elif rng.random() < 0.05:
        story.at(recently(20), deeds.cancel(story))
    if rng.random() < 0.075:
        code = rng.choice(("insufficient_funds", "card_declined", "lost_card", "authentication_required"))
        story.at(story.office_hours(plus_days(today, -rng.randint(10, 85))), deeds.stop_paying(code))
        if rng.random() < 0.15:
            story.at(recently(9), deeds.void_or_write_off(story, void=rng.random() < 0.5))
    for chance, deed in (
        (0.07, deeds.grant(story)),
        (0.045, deeds.give_back(story, rng.choice((10, 20, 33, 50)), adjust=rng.random() < 0.3)),
        (0.03, deeds.give_back(story, 100)),
        (0.02, deeds.credit_note(story)),
        (0.015, deeds.void_or_write_off(story, void=rng.random() < 0.5)),
    ):
        if rng.random() < chance:
            story.at(some_day(), deed)
    if rng.random() < 0.025:
        story.at(recently(18), deeds.give_back(story, rng.choice((25, 100))))
    if rng.random() < 0.012:
        story.at(recently(40), deeds.dispute)
    if rng.random() < 0.02:
        story.at(recently(120), deeds.freeze(story))
    if rng.random() < 0.015:
        story.at(story.office_hours(plus_days(today, -rng.randint(5, 29))), deeds.wait_for_validation)


def _to(slug: str) -> PricingChoice:
    def pricing(account: Account, contract: Contract) -> PriceSet | None:
        old = account.price_set(contract)
        return account.engine.catalogue.current(f"Price_{slug}_{old.cycle}_{old.currency}")

    return pricing


def _same(account: Account, contract: Contract) -> PriceSet | None:
    return account.price_set(contract)


def _enterprise(story: History, created: str) -> None:
    """Big, by quarter or year, paid by bank transfer on an invoice with a due date."""
    rng = story.rng
    begun = story.account.customer.created
    cycle = rng.choice(("quarter", "year"))
    price_set = _price(story, "enterprise", cycle, created)
    how: dict[str, object] = {"pays_after": rng.choice((3, 6, 9, 12))}
    if rng.random() < 0.15:
        how["from"] = plus_days(story.now[:10], -rng.randint(20, 120))
    story.at(
        begun,
        deeds.add_method(
            "vban_bank_transfer_eu",
            begun,
            brand=None,
            last_digits=_digits(rng),
            expires=None,
            provider="self_handled",
            behaviour=how,
        ),
    )
    story.at(
        begun,
        deeds.subscribe(
            price_set,
            units={"seats": str(rng.randint(20, 400))},
            automatic=False,
            rates=_rates(story, price_set),
            notice=90,
            discount_id="Disc_loyal_10" if rng.random() < 0.3 else None,
        ),
    )
    if rng.random() < 0.4:
        story.at(story.office_hours(_day(story, created)), deeds.switch(_same, rng.randint(50, 500), story))
