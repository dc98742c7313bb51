"""Customers that are always there: Anna Schmidt, a handful whose data tries to do harm, and rare cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

from wbtui.sandbox import seed_histories as deeds
from wbtui.sandbox.engine import meter
from wbtui.sandbox.engine.account import Account, EngineContext
from wbtui.sandbox.engine.clocktext import later_seconds
from wbtui.sandbox.engine.periods import add_months, plus_days
from wbtui.sandbox.seed_histories import History
from wbtui.sandbox.seed_names import LANDS, Person, invent
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
"""How many customers there are at least."""
CASES = 4
"""Rare cases that come right after them, where that many customers are asked for."""


def fixed(engine: EngineContext, number: int, rng: Random, now: str) -> Account:
    """The fixed customer of that number, 0 to FIXED + CASES − 1."""
    if number == 0:
        return anna(engine, rng, now)
    if number >= FIXED:
        return rare_case(engine, rng, now, number - FIXED)
    name, what = HOSTILE[number - 1]
    return hostile(engine, rng, now, number, name, what)


def anna(engine: EngineContext, rng: Random, now: str) -> Account:
    """Anna Schmidt of Lumen Labs: Pro by the month, all paid but the last invoice, declined twice."""
    land = next(land for land in LANDS if land.code == "DE")
    address = {
        "line_1": "Torstr. 12",
        "line_2": None,
        "zip": "10119",
        "city": "Berlin",
        "state": None,
        "country": "DE",
    }
    person = Person(
        "Anna Schmidt",
        "Anna Schmidt",
        "Lumen Labs GmbH",
        "lumen.example",
        "anna",
        land,
        address,
        "DE123456789",
    )
    last = plus_days(now[:10], -8)
    if last[8:] > "28":  # a day that every month has
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
    story = History(account, rng, now)
    opened = f"{start}T05:30:00Z"
    behaviour: dict[str, object] = {"from": last, "code": "insufficient_funds"}
    story.at(
        opened,
        deeds.add_method(
            "card", opened, brand="visa", last_digits="4242", expires=now[:7], behaviour=behaviour
        ),
    )
    price_set = engine.catalogue.signed_on("Price_pro_month_eur", start)
    rates = {"api_calls": 2750}
    story.at(f"{start}T06:00:00Z", deeds.subscribe(price_set, units={"seats": "9"}, rates=rates))
    story.at(now, _busy_period)
    story.play()
    return account


def _busy_period(account: Account, at: str) -> None:
    """An import yesterday: 92,310 of 100,000 API calls are used, nine days into the period."""
    contract = account.contracts[-1]
    feature = account.price_set(contract).feature("api_calls")
    first = contract.period_start or at[:10]
    used = sum(meter.daily_units(account, contract, feature, first, at[:10]))
    meter.report_usage(account, contract, "api_calls", max(first, plus_days(at[:10], -1)), 92_310 - used)


def _months_before(day: str, months: int) -> str:
    """The same day of the month, earlier."""
    here = date.fromisoformat(day)
    return add_months(here, -months, here.day).isoformat()


def hostile(engine: EngineContext, rng: Random, now: str, number: int, name: str, what: str) -> Account:
    """A customer whose texts try to do harm, with a card and paid invoices that can be refunded."""
    land = next(land for land in LANDS if land.code == "GB")
    address = {
        "line_1": f"{name[:40]} House",
        "line_2": None,
        "zip": "EC1A 1BB",
        "city": "London [/b]" if number % 2 else "London",
        "state": None,
        "country": "GB",
    }
    person = Person(name, name, name[:60], "hostile.example", f"hostile{number}", land, address, None)
    created = plus_days(now[:10], -95 - number)
    account = new_account(engine, rng, replace(person), created, now)
    customer = account.customer
    customer.emails = [{"label": "main", "address": f"hostile{number}@hostile.example"}]
    if "\n" in name:
        customer.emails = [{"label": "main", "address": "new\nline@hostile.example"}]
    customer.reference = f"HOSTILE-{number}"
    customer.notes = f"{what}: {name}"
    customer.metadata = {"company": name, "why": what}
    story = History(account, rng, now)
    begun = customer.created
    story.at(
        begun, deeds.add_method("card", begun, brand="visa", last_digits=f"66{number:02d}", expires=None)
    )
    price_set = engine.catalogue.signed_on("Price_starter_month_gbp", created)
    story.at(begun, deeds.subscribe(price_set, units={"seats": "2"}, rates={"api_calls": 120}))
    story.at(f"{plus_days(created, 40)}T12:00:00Z", deeds.note(story))
    story.play()
    account.methods[0].expires = f"{int(now[:4]) + 2}-05"
    account.methods[0].holder = name
    return account


def rare_case(engine: EngineContext, rng: Random, now: str, case: int) -> Account:
    """Things every queue should hold one of.

    0: a refund stuck at the bank for weeks, and one that failed · 1: a disputed payment, and a card that
    expires this month · 2: two currencies · 3: a debt written off, and a new subscription still being set up.
    """
    land = next(land for land in LANDS if land.code == ("FR", "ES", "NL", "DE")[case])
    person = invent(rng, land)
    today = now[:10]
    created = plus_days(today, -200 - case)
    account = new_account(engine, rng, person, created, now)
    story = History(account, rng, now)
    begun = account.customer.created

    def on(days_ago: int, deed: deeds.Deed) -> None:
        story.at(f"{plus_days(today, -days_ago)}T10:{case:02d}:00Z", deed)

    price_set = engine.catalogue.signed_on("Price_pro_month_eur", created)
    if case == 0:
        story.at(begun, _method(begun, "sepa_debit", expires=None, behaviour={"refund": "fails"}))
        on(60, deeds.give_back(story, 50))
        on(26, _refunds_go("stuck"))
        on(25, deeds.give_back(story, 100))
    else:
        story.at(begun, _method(begun, "card", expires=now[:7] if case == 1 else f"{int(now[:4]) + 3}-02"))
    story.at(begun, deeds.subscribe(price_set, units={"seats": "12"}, rates={"api_calls": 1400}))
    if case == 1:
        on(15, deeds.dispute)
    elif case == 2:
        second = engine.catalogue.signed_on("Price_storage_month_usd", created)
        on(120, deeds.subscribe(second, rates={"storage_gb": 11}))
    elif case == 3:
        on(70, deeds.stop_paying("lost_card"))
        on(9, deeds.void_or_write_off(story, void=False))
        story.at(later_seconds(now, -120), deeds.sign_not_ready(price_set))
    story.play()
    return account


def _method(
    begun: str, kind: str, *, expires: str | None, behaviour: dict[str, object] | None = None
) -> deeds.Deed:
    brand, digits = ("mastercard", "5100") if kind == "card" else (None, "0342")
    return deeds.add_method(
        kind, begun, brand=brand, last_digits=digits, expires=expires, behaviour=behaviour
    )


def _refunds_go(how: str) -> deeds.Deed:
    """From now on refunds to the first method go this way."""

    def deed(account: Account, at: str) -> None:
        account.methods[0].behaviour = {**account.methods[0].behaviour, "refund": how}

    return deed
