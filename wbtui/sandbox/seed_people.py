"""The ordinary seeded customers and their histories."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from random import Random

from wbtui.sandbox import seed_histories as histories
from wbtui.sandbox.engine.account import Account, Actor, EngineContext
from wbtui.sandbox.engine.catalogue import PriceSet
from wbtui.sandbox.engine.periods import add_months, plus_days
from wbtui.sandbox.engine.records import Customer
from wbtui.sandbox.seed_histories import History
from wbtui.sandbox.seed_names import Person, country_of, random_person

HISTORY_DAYS = 730
_BRANDS = ("visa", "visa", "mastercard", "mastercard", "amex")
_CARD_DECLINES = "insufficient_funds insufficient_funds card_declined do_not_honor processing_error".split()
_PLANS = ("starter", "pro", "team", "business", "storage", "classic")
_PLAN_WEIGHTS = (30, 34, 14, 12, 6, 4)
_METER_SHARE = (5, 15, 30, 45, 60, 75, 88, 94, 105, 130)
"""Percent of the limit that an average period uses."""


def ordinary(engine: EngineContext, rng: Random, now: str) -> Account:
    """A random customer with a random history."""
    person = random_person(rng)
    draw = rng.random()
    today = now[:10]
    if draw < 0.05:
        tenure = rng.randint(0, 60)
    elif draw < 0.35:
        tenure = rng.randint(20, 240)
    else:
        tenure = rng.randint(90, HISTORY_DAYS)
    created = plus_days(today, -tenure)
    account = new_account(engine, rng, person, created, now)
    history = History(account, rng, now)
    _add_history(history, person)
    history.run()
    return account


def new_account(engine: EngineContext, rng: Random, person: Person, created: str, now: str) -> Account:
    """A customer without a history."""
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


# ── histories ──
def _add_history(history: History, person: Person) -> None:
    rng = history.rng
    draw = rng.random()
    if draw < 0.02:
        history.account.customer.status = "temporary"
    elif draw < 0.045:
        pass  # registered, never subscribed
    elif draw < 0.145:
        price_set = _price(history, "free", "month")
        rates = _rates(history, price_set)
        units = {"seats": "1"}
        history.at(history.started, histories.subscribe, price_set, units=units, meter_rates=rates)
    elif draw < 0.185:
        _enterprise(history)
    else:
        _subscriber(history, person)
    if rng.random() < 0.2:
        history.at(history.some_day(), histories.note)
    if rng.random() < 0.025:
        history.at(history.started, histories.virtual_wallet)


def _price(history: History, slug: str, cycle: str, currency: str | None = None) -> PriceSet:
    """The prices of a plan on the day of the customer's creation, by default in the country's currency."""
    if currency is None:
        address = history.account.customer.address or {}
        currency = country_of(address["country"]).currency
    return history.account.engine.catalogue.signed_on(
        f"Price_{slug}_{cycle}_{currency}", history.started[:10]
    )


def _rates(history: History, price_set: PriceSet) -> dict[str, int]:
    """Average units a day: a share of the limit."""
    days = {"month": 30, "quarter": 91, "year": 365}[price_set.cycle]
    share = history.rng.choice(_METER_SHARE)
    return {
        feature.slug: max(1, (feature.limit or 400) * share // 100 // days)
        for feature in price_set.features
        if feature.metered
    }


def _seats(history: History, slug: str) -> dict[str, str]:
    ranges = {"starter": (1, 3), "pro": (2, 24), "team": (3, 40), "business": (10, 80), "classic": (1, 5)}
    if slug not in ranges:
        return {}
    low, high = ranges[slug]
    return {"seats": str(min(history.rng.randint(low, high), history.rng.randint(low, high)))}


def _subscriber(history: History, person: Person) -> None:
    """The common case: a paid plan, a card or direct debit, and occasional steps."""
    rng, now, started = history.rng, history.now, history.started
    slug = rng.choices(_PLANS, _PLAN_WEIGHTS)[0]
    cycle = "year" if slug != "storage" and rng.random() < 0.16 else "month"
    price_set = _price(history, slug, cycle)
    _methods(history, person)
    plan = history.account.engine.catalogue.plans[price_set.plan_id]
    trial = plan.trial_days if plan.trial_days and rng.random() < 0.45 else None
    start, pending = None, False
    draw = rng.random()
    if draw < 0.015:
        start, trial = plus_days(now[:10], rng.randint(1, 30)), None
    elif draw < 0.027:
        pending, trial = True, None
    elif draw < 0.065:
        started, trial = max(history.days_ago(1, 12), started), plan.trial_days or 14
    discount = None
    if rng.random() < 0.14:
        discount = rng.choice(
            ("Disc_loyal_10", "Disc_launch_25", f"Disc_welcome_{price_set.currency}", "Disc_charity_50")
        )
    history.at(
        started,
        histories.subscribe,
        price_set,
        units=_seats(history, slug),
        start=start,
        trial_days=trial,
        discount_id=discount,
        pending=pending,
        meter_rates=_rates(history, price_set),
    )
    _occasional_steps(history, slug)
    if rng.random() < 0.04:
        _second_subscription(history, "usd" if price_set.currency != "usd" else "eur")
    elif rng.random() < 0.05:
        _second_subscription(history)


def _second_subscription(history: History, currency: str | None = None) -> None:
    price_set, at = _price(history, "storage", "month", currency), history.some_day()
    history.at(at, histories.subscribe, price_set, meter_rates=_rates(history, price_set))


def _methods(history: History, person: Person) -> None:
    rng, started, today = history.rng, history.started, date.fromisoformat(history.now[:10])

    def month(later: int) -> str:
        return add_months(today, later, 1).isoformat()[:7]

    if person.country.currency == "eur" and rng.random() < 0.27:
        how: dict[str, object] = {"rate": 250, "code": "insufficient_funds"}
        if rng.random() < 0.12:
            how["refund"] = rng.choice(("stuck", "fails"))
        history.at(started, histories.add_method, "sepa_debit", _digits(rng), behaviour=how)
        if rng.random() < 0.75:
            return
    draw = rng.random()
    expires = month(0 if draw < 0.05 else -rng.randint(1, 5) if draw < 0.08 else rng.randint(1, 48))
    rate, code = rng.choice((0, 100, 300, 900)), rng.choice(_CARD_DECLINES)
    behaviour: dict[str, object] = {"rate": rate, "code": code}
    if rng.random() < 0.12:
        brand, digits, expired = rng.choice(_BRANDS), _digits(rng), month(-rng.randint(1, 20))
        status = rng.choice(("detached", "inactive", "invalid"))
        history.at(started, histories.add_method, "card", digits, brand=brand, expires=expired, status=status)
    brand, digits = rng.choice(_BRANDS), _digits(rng)
    history.at(
        started, histories.add_method, "card", digits, brand=brand, expires=expires, behaviour=behaviour
    )
    if rng.random() < 0.1:
        brand, digits, expires = rng.choice(_BRANDS), _digits(rng), month(rng.randint(2, 40))
        history.at(started, histories.add_method, "card", digits, brand=brand, expires=expires)


def _digits(rng: Random) -> str:
    return f"{rng.randrange(10_000):04d}"


def _occasional_steps(history: History, slug: str) -> None:
    """Occasional steps of a subscriber, each with its own probability."""
    rng, some_day, days_ago = history.rng, history.some_day, history.days_ago
    if rng.random() < 0.17:
        bigger = {"starter": "pro", "pro": "business", "team": "business", "classic": "pro"}.get(slug)
        if bigger is not None:
            history.at(some_day(), histories.switch, bigger)
    if slug in ("pro", "team", "business") and rng.random() < 0.22:
        history.at(some_day(), histories.switch, None, rng.randint(5, 60))
    if slug in ("pro", "business") and rng.random() < 0.035:
        history.at(days_ago(1, 25), histories.schedule_switch, "starter" if slug == "pro" else "pro")
    if rng.random() < 0.13:
        history.at(some_day(), histories.cancel, immediately=rng.random() < 0.3)
    elif rng.random() < 0.05:
        history.at(days_ago(1, 20), histories.cancel)
    if rng.random() < 0.075:
        code = rng.choice(("insufficient_funds", "card_declined", "lost_card", "authentication_required"))
        history.at(days_ago(10, 85), histories.stop_paying, code)
        if rng.random() < 0.15:
            history.at(days_ago(1, 9), histories.void_or_write_off, void=rng.random() < 0.5)
    part, adjust = rng.choice((10, 20, 33, 50)), rng.random() < 0.3
    void = rng.random() < 0.5
    steps: tuple[tuple[float, Callable[[History, str], None]], ...] = (
        (0.07, histories.grant),
        (0.045, partial(histories.refund_share, share=part, adjust=adjust)),
        (0.03, partial(histories.refund_share, share=100)),
        (0.02, histories.credit_note),
        (0.015, partial(histories.void_or_write_off, void=void)),
    )
    for chance, step in steps:
        if rng.random() < chance:
            history.at(some_day(), step)
    if rng.random() < 0.025:
        history.at(days_ago(1, 18), histories.refund_share, rng.choice((25, 100)))
    if rng.random() < 0.012:
        history.at(days_ago(1, 40), histories.dispute)
    if rng.random() < 0.02:
        history.at(days_ago(1, 120), histories.freeze)
    if rng.random() < 0.015:
        history.at(days_ago(5, 29), histories.wait_for_validation)


def _enterprise(history: History) -> None:
    """A large customer, billed by quarter or year, paying by bank transfer."""
    rng, started = history.rng, history.started
    price_set = _price(history, "enterprise", rng.choice(("quarter", "year")))
    how: dict[str, object] = {"pays_after": rng.choice((3, 6, 9, 12))}
    if rng.random() < 0.15:
        how["from"] = plus_days(history.now[:10], -rng.randint(20, 120))
    history.at(
        started,
        histories.add_method,
        "vban_bank_transfer_eu",
        _digits(rng),
        provider="self_handled",
        behaviour=how,
    )
    history.at(
        started,
        histories.subscribe,
        price_set,
        units={"seats": str(rng.randint(20, 400))},
        automatic_payment=False,
        meter_rates=_rates(history, price_set),
        notice_period_days=90,
        discount_id="Disc_loyal_10" if rng.random() < 0.3 else None,
    )
    if rng.random() < 0.4:
        history.at(history.some_day(), histories.switch, None, rng.randint(50, 500))
