"""Every response the API description allows becomes a model; any other raises BadAnswer."""

from __future__ import annotations

import json
import random
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.examples import examples
from tests.unit.api.specimens import Number, broken, of, stretched
from wbtui import errors
from wbtui.api import faults
from wbtui.api.answer import Answer
from wbtui.api.wingback import records
from wbtui.api.wingback.records import invoice_trigger
from wbtui.api.wingback.wire import Wire
from wbtui.models import parts
from wbtui.models.activity import EventPage
from wbtui.models.customer import Customer, CustomerStatus
from wbtui.models.invoice import InvoiceRow
from wbtui.models.payment import CreditEntry, CreditNote, Payment, PaymentMethod, Refund, Wallet
from wbtui.models.plan import Discount, Plan
from wbtui.models.preview import Preview
from wbtui.models.subscription import Subscription
from wbtui.models.usage import UsageSeries

SHAPES: dict[str, tuple[Callable[[Wire], Any], parts.Part[Any] | None, bool]] = {
    "CustomerRow": (partial(records.read, Customer), parts.CUSTOMER, False),
    "Contract": (partial(records.read, Subscription), parts.SUBSCRIPTIONS, True),
    "InvoiceRow": (partial(records.read, InvoiceRow), parts.INVOICES, True),
    "Payment": (partial(records.read, Payment), parts.PAYMENTS, True),
    "Refund-Output": (partial(records.read, Refund), parts.REFUNDS, True),
    "CreditEntry": (partial(records.read, CreditEntry), parts.CREDITS, True),
    "CreditNote": (partial(records.read, CreditNote), parts.CREDIT_NOTES, True),
    "Wallet": (partial(records.read, Wallet), parts.WALLETS, True),
    "UsageSeries": (partial(records.read, UsageSeries), parts.USAGE, True),
    "EventPage": (partial(records.read, EventPage), parts.ACTIVITY, False),
    "Method": (partial(records.read, PaymentMethod), parts.METHODS, True),
    "Plan": (partial(records.read, Plan), parts.PLANS, True),
    "Discount": (partial(records.read, Discount), parts.DISCOUNTS, True),
    "Preview": (partial(records.read, Preview), None, False),
    "Invoice": (records.invoice, parts.INVOICE, False),
    "Discovery": (records.system, None, False),
}
_calm = settings(max_examples=examples(40))
seeds = st.integers(0, 2**32).map(random.Random)


def said(value: Any) -> Answer:
    """Serialize the value as a response; a Number is written without quotes."""
    text = json.dumps(value, default=str)
    for number in _numbers(value):
        text = text.replace(json.dumps(str(number)), str(number), 1) if number else text
    return Answer("GET /x", 200, {}, text.encode())


def _numbers(value: Any) -> list[Number]:
    if isinstance(value, Number):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [number for item in items for number in _numbers(item)]


def read(name: str, answer: Answer) -> Any:
    with faults.reading(answer):
        return SHAPES[name][0](Wire(answer.json()))


@pytest.mark.parametrize("name", SHAPES)
@_calm
@given(rng=seeds)
def test_responses_of_a_newer_server_are_accepted(name: str, rng: random.Random) -> None:
    found = read(name, said(stretched(name, rng)))
    part, listed = SHAPES[name][1:]
    if part is not None:
        whole = (found,) if listed else found
        assert part.load(part.dump(whole)) == whole, "it survives the cache"


@pytest.mark.parametrize("name", SHAPES)
@_calm
@given(rng=seeds)
def test_any_response_is_a_model_or_a_bad_answer(name: str, rng: random.Random) -> None:
    answer = said(broken(name, rng))
    refused: errors.BadAnswer | None = None
    try:
        found = read(name, answer)
    except errors.BadAnswer as error:
        refused = error
    if refused is not None:
        assert refused.sent and "GET /x" in refused.sentence
        printed = "".join(traceback.format_exception(refused))
        assert "Unreadable" not in printed and "ValidationError" not in printed, "it quotes the data"
        return
    part, listed = SHAPES[name][1:]
    if part is not None:
        part.dump((found,) if listed else found)


@_calm
@given(rng=seeds, word=st.text(max_size=9))
def test_new_enum_values_are_unknown(rng: random.Random, word: str) -> None:
    found = read("CustomerRow", said({**of("CustomerRow", rng), "status": "new_" + word}))
    assert found.status is CustomerStatus.UNKNOWN


@_calm
@given(rng=seeds)
def test_missing_fields_are_none_not_zero(rng: random.Random) -> None:
    row = of("CustomerRow", rng)
    optional = ("owed", "mrr", "methods", "latest_invoices", "latest_payment", "disputed", "usage_alert")
    for absent in (dict.fromkeys(optional), {}):
        value = {name: item for name, item in row.items() if name not in optional} | absent
        found = read("CustomerRow", said(value))
        assert all(getattr(found, name) is None for name in optional)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ('"22.40"', "eur", 2240),
        ("22.4", "eur", 2240),
        ("22", "EUR", 2200),
        ('"22.400"', "eur", 2240),
        ("1e3", "eur", 100_000),
        ('"-0.00"', "eur", 0),
        ("500", "jpy", 500),
        ('"0.125"', "kwd", 125),
        ("0.1", "usd", 10),
        ("90071992547409.93", "usd", 9007199254740993),
    ],
)
def test_amounts_are_exact_in_every_form(amount: str, currency: str, minor: int) -> None:
    answer = Answer("GET /x", 200, {}, f'{{"m":{{"amount":{amount},"currency":"{currency}"}}}}'.encode())
    money = Wire(answer.json()).money("m")
    assert (money.minor, money.currency) == (minor, currency.lower())


@pytest.mark.parametrize(
    "amount",
    [
        '"12,50"',
        '"0.001"',
        "0.001",
        "1e999",
        "1e-999",
        '""',
        '"9" ',
        "true",
        "[]",
        '"1e3"',
        '"１２"',
        '" 1"',
        "9" * 50,
    ],
)
def test_inexact_amounts_are_rejected(amount: str) -> None:
    currency = "zz" if amount.endswith(" ") else "eur"
    answer = Answer("GET /x", 200, {}, f'{{"m":{{"amount":{amount},"currency":"{currency}"}}}}'.encode())
    with pytest.raises(errors.BadAnswer), faults.reading(answer):
        Wire(answer.json()).money("m")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00+00:00"),
        ("2026-11-22T12:00:00.123456789+02:00", "2026-11-22T10:00:00.123456+00:00"),
        ("2026-11-22 10:00:00 UTC", "2026-11-22T10:00:00+00:00"),
        ("2026-11-22T10:00:00", "2026-11-22T10:00:00+00:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59+00:00"),
        ("2024-02-29", "2024-02-29T00:00:00+00:00"),
    ],
)
def test_timestamps(text: str, instant: str) -> None:
    assert Wire({"at": text}).instant("at").isoformat() == instant


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00", "2025-02-29", "yesterday", "-1", "9999-12-31T23:59:59-02:00"]
)
def test_invalid_timestamps(text: str) -> None:
    with pytest.raises(errors.BadAnswer), faults.reading(Answer("GET /x", 200, {}, b"")):
        Wire({"at": text}).instant("at")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11", "2026-11"),
        ("11/2026", "2026-11"),
        ("1/27", "2027-01"),
        ("13/2026", None),
        ("soon", None),
        (None, None),
    ],
)
def test_expiry(text: str | None, expected: str | None) -> None:
    assert Wire({"expires": text}).maybe_month("expires") == expected


@pytest.mark.parametrize(
    ("settings_of_trigger", "expected"),
    [
        ({"periodic": {"cycle_count": 1, "cycle": "month", "cycle_start_offset": 15}}, "every month"),
        ({"periodic": {"cycle_count": 2, "cycle": "quarter"}}, "every 2 quarters"),
        ({"periodic": {"cycle_count": 2}}, "periodic"),
        ({"some_day": 7}, "some_day"),
    ],
)
def test_an_invoice_trigger_with_settings(settings_of_trigger: dict[str, Any], expected: str) -> None:
    for given_as in (settings_of_trigger, json.dumps(settings_of_trigger)):
        assert invoice_trigger(Wire({"invoice_trigger": given_as})) == expected


@pytest.mark.parametrize("word", ["immediate", "per_cycle", "{}", "7", "", "[" * 100_000])
def test_an_invoice_trigger_without_settings_is_a_word(word: str) -> None:
    assert invoice_trigger(Wire({"invoice_trigger": word})) == word


@pytest.mark.parametrize("name", ["x\ud800", "x" * 100_000, "", "\x1b[2J"])
@pytest.mark.parametrize("nested", [False, True])
def test_the_settings_of_a_trigger_name_it_only_by_short_words(name: str, nested: bool) -> None:
    """A lone surrogate in JSON inside a text passes the check of the body, and the cache cannot store it."""
    trigger = {"periodic": {"cycle": name}} if nested and name else {name: 1}
    assert invoice_trigger(Wire({"invoice_trigger": trigger})) is None
    assert invoice_trigger(Wire({"invoice_trigger": json.dumps(trigger)})) == json.dumps(trigger)


@pytest.mark.parametrize("trigger", [None, {}, [], 7])
def test_an_invoice_trigger_of_another_type_is_not_known(trigger: object) -> None:
    assert invoice_trigger(Wire({"invoice_trigger": trigger})) is None
