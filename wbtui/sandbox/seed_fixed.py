"""Fixed customers: Anna Schmidt, customers with hostile data, and rare cases."""

from __future__ import annotations

from datetime import date
from random import Random

from wbtui.sandbox import seed_histories as histories
from wbtui.sandbox.engine import meter
from wbtui.sandbox.engine.account import Account, EngineContext
from wbtui.sandbox.engine.clocktext import later_seconds
from wbtui.sandbox.engine.periods import add_months, plus_days
from wbtui.sandbox.seed_histories import History
from wbtui.sandbox.seed_names import Person, address_of, country_of, random_person
from wbtui.sandbox.seed_people import new_account

ANNA_INVOICES = 33
"""Monthly invoices of Anna Schmidt; the last is unpaid."""
FIRST_INVOICE_NUMBER = 10

_ESC, _BEL = "\x1b", "\x07"
HOSTILE: tuple[tuple[str, str], ...] = (
    ("[/foo] Ltd", "markup that closes what was never opened"),
    ("ACME [UK] plc", "square brackets that are no markup"),
    ("[@click=app.quit]Jane[/]", "a link to an action"),
    (f"{_ESC}]0;pwned{_BEL}Title {_ESC}]2;owned{_ESC}\\Setter", "sets the terminal's title"),
    (f"Clip {_ESC}]52;c;cHduZWQ={_BEL}Board", "writes the clipboard (OSC 52)"),
    (f"{_ESC}[2J{_ESC}[H{_ESC}[31mClear{_ESC}[?1049l Screen", "clears the screen"),
    ("\x9b2J\x9d0;c1\x9cEight \x90Bit\x9c", "8-bit forms of escape sequences (C1)"),
    ("Evil \u202etxt.exe\u202c Ltd \u2066hidden\u2069", "right-to-left override"),
    ("Very Long Name " * 20, "300 characters"),
    ("Z" + "\u0301\u0323\u0334\u0340\u0316" * 10 + "algo", "fifty combining marks on one letter"),
    ("株式会社東京国際貿易商事ホールディングス", "wide characters"),
    ("👩‍👩‍👧‍👦 Family 🏳️‍🌈 Café 👩🏽‍💻", "emoji joined by zero-width joiners"),
    ("New\nLine\r\nTab\tNull\x00 Inc", "line breaks, a tab and a NUL"),
    ("раypal", "Cyrillic letters that look Latin"),
    ("zero\u200bwidth\u200d\ufeff Co", "zero-width characters"),
)

FIXED = 1 + len(HOSTILE)
"""The minimum number of customers."""
CASES = 4
"""Rare cases after the fixed customers, when that many are requested."""


def fixed(engine: EngineContext, number: int, rng: Random, now: str) -> Account:
    """The fixed customer of that number, 0 to FIXED + CASES − 1."""
    if number == 0:
        return anna(engine, rng, now)
    if number >= FIXED:
        return rare_case(engine, rng, now, number - FIXED)
    name, what = HOSTILE[number - 1]
    return hostile(engine, rng, now, number, name, what)


def anna(engine: EngineContext, rng: Random, now: str) -> Account:
    """Anna Schmidt of Lumen Labs: Pro monthly, all invoices paid but the last, declined twice."""
    country = country_of("DE")
    address = address_of("Torstr. 12", "10119", "Berlin", "DE")
    name, company, vat_id = "Anna Schmidt", "Lumen Labs GmbH", "DE123456789"
    person = Person(name, name, company, "lumen.example", "anna", country, address, vat_id)
    last = plus_days(now[:10], -8)
    if last[8:] > "28":  # every month has the 28th
        last = last[:8] + "28"
    start = _months_before(last, ANNA_INVOICES - 1)
    account = new_account(engine, rng, person, plus_days(start, -12), now)
    customer = account.customer
    customer.created = plus_days(start, -12) + "T10:00:00Z"
    account.events[0].at = customer.billed_until = customer.updated_at = customer.created
    customer.emails = [
        {"label": "main", "address": "anna@lumen.example"},
        {"label": "invoice", "address": "ap@lumen.example"},
    ]
    customer.reference, customer.metadata = "LUM-77", {"company": "Lumen Labs GmbH"}
    customer.notes = "Prefers e-mail. Contract signed by CFO."
    customer.billing_time = "06:00:00"
    history = History(account, rng, now)
    opened = f"{start}T05:30:00Z"
    behaviour: dict[str, object] = {"from": last, "code": "insufficient_funds"}
    history.at(
        opened, histories.add_method, "card", "4242", brand="visa", expires=now[:7], behaviour=behaviour
    )
    price_set = engine.catalogue.signed_on("Price_pro_month_eur", start)
    units, rates = {"seats": "9"}, {"api_calls": 2750}
    history.at(f"{start}T06:00:00Z", histories.subscribe, price_set, units=units, meter_rates=rates)
    history.at(now, _busy_period)
    history.run()
    return account


def _busy_period(history: History, at: str) -> None:
    """Report usage yesterday so that 92,310 of 100,000 API calls are used nine days into the period."""
    account, contract = history.account, history.account.contracts[-1]
    feature = account.price_set(contract).feature("api_calls")
    first = contract.period_start or at[:10]
    used = sum(meter.daily_units(account, contract, feature, first, at[:10]))
    meter.add_usage(account, contract, "api_calls", max(first, plus_days(at[:10], -1)), 92_310 - used)


def _months_before(day: str, months: int) -> str:
    """The same day of the month, earlier."""
    here = date.fromisoformat(day)
    return add_months(here, -months, here.day).isoformat()


def hostile(engine: EngineContext, rng: Random, now: str, number: int, name: str, what: str) -> Account:
    """A customer with hostile texts, a card, and paid invoices that can be refunded."""
    country = country_of("GB")
    city = "London [/b]" if number % 2 else "London"
    address = address_of(f"{name[:40]} House", "EC1A 1BB", city, "GB")
    person = Person(name, name, name[:60], "hostile.example", f"hostile{number}", country, address, None)
    created = plus_days(now[:10], -95 - number)
    account = new_account(engine, rng, person, created, now)
    customer = account.customer
    customer.emails = [{"label": "main", "address": f"hostile{number}@hostile.example"}]
    if "\n" in name:
        customer.emails = [{"label": "main", "address": "new\nline@hostile.example"}]
    customer.reference = f"HOSTILE-{number}"
    customer.notes = f"{what}: {name}"
    customer.metadata = {"company": name, "why": what}
    history = History(account, rng, now)
    started = history.started
    history.at(started, histories.add_method, "card", f"66{number:02d}", brand="visa")
    price_set = engine.catalogue.signed_on("Price_starter_month_gbp", created)
    units, rates = {"seats": "2"}, {"api_calls": 120}
    history.at(started, histories.subscribe, price_set, units=units, meter_rates=rates)
    history.at(f"{plus_days(created, 40)}T12:00:00Z", histories.note)
    history.run()
    account.methods[0].expires = f"{int(now[:4]) + 2}-05"
    account.methods[0].holder = name
    return account


def rare_case(engine: EngineContext, rng: Random, now: str, case: int) -> Account:
    """A rare case, so that every work queue has an entry.

    0: a refund pending for weeks, a failed one, and a trial · 1: a disputed payment, a card that expires this
    month, and a scheduled plan change · 2: two currencies, and an invoice to validate · 3: a written-off
    invoice, an open one that the lost card cannot pay but the new one can, and a subscription that is not
    ready.
    """
    person = random_person(rng, country_of(("FR", "ES", "NL", "DE")[case]))
    today = now[:10]
    created = plus_days(today, -200 - case)
    account = new_account(engine, rng, person, created, now)
    history = History(account, rng, now)
    started = account.customer.created

    def days_ago(days: int) -> str:
        return f"{plus_days(today, -days)}T10:{case:02d}:00Z"

    price_set = engine.catalogue.signed_on("Price_pro_month_eur", created)
    if case == 0:
        history.at(started, histories.add_method, "sepa_debit", "0342", behaviour={"refund": "fails"})
        history.at(days_ago(60), histories.refund_share, 50)
        history.at(days_ago(26), histories.behave, refund="stuck")
        history.at(days_ago(25), histories.refund_share, 100)
    else:
        expires = now[:7] if case == 1 else f"{int(now[:4]) + 3}-02"
        history.at(started, histories.add_method, "card", "5100", brand="mastercard", expires=expires)
    units, rates = {"seats": "12"}, {"api_calls": 1400}
    history.at(started, histories.subscribe, price_set, units=units, meter_rates=rates)
    if case == 0:
        trial = engine.catalogue.signed_on("Price_storage_month_eur", created)
        rates = {"storage_gb": 5}
        history.at(days_ago(4), histories.subscribe, trial, trial_days=14, meter_rates=rates)
    elif case == 1:
        history.at(days_ago(15), histories.dispute)
        history.at(later_seconds(now, -120), histories.schedule_switch, "business")
    elif case == 2:
        second = engine.catalogue.signed_on("Price_storage_month_usd", created)
        history.at(days_ago(120), histories.subscribe, second, meter_rates={"storage_gb": 11})
        history.at(days_ago(40), histories.wait_for_validation)
    elif case == 3:
        history.at(days_ago(70), histories.stop_paying, "lost_card")
        history.at(days_ago(9), histories.void_or_write_off, void=False)
        history.at(later_seconds(now, -120), histories.sign_not_ready, price_set)
        expires = f"{int(now[:4]) + 3}-02"
        history.at(days_ago(1), histories.add_method, "card", "5556", brand="mastercard", expires=expires)
    history.run()
    return account
