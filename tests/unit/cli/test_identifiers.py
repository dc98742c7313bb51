"""Errors of `wbtui do` list the objects that a missing or wrong ID may name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.action_form import services_with_anna
from tests.support.anna import ANNA, BRIEF, PLANS, SUBSCRIPTION
from wbtui.cli.identifiers import currency_of, explained, require_units
from wbtui.errors import BadInput, NotFound, Rejected, WbtuiError
from wbtui.models.actions.parse import parse_action
from wbtui.models.money import Money
from wbtui.models.page import Stamped

GONE = NotFound("This subscription no longer exists in the billing system.")


async def _explained(kind: str, *fields: str, error: WbtuiError = GONE) -> WbtuiError:
    services, _ = services_with_anna()
    return await explained(services, ANNA, kind, fields, error)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "wrong", "listed"),
    [
        ("set_discount contract_id=Cont_9 discount_id=", "subscription 'Cont_9'", "Cont_1  Pro · monthly"),
        ("set_discount contract_id=Cont_1 discount_id=D", "discount 'D'", "Disc_loyal  Loyalty: 10 % off"),
        ("issue_credit_note invoice_id=Inv_1 lines=L:5.00", "invoice line 'L'", "Line_1  "),
        ("refund payment_id=P invoice_id=", "payment 'P'", "Pay_1  €49.00"),
        ("change_plan contract_id=Cont_1 plan_id=Plan_9 pricing_id=", "plan 'Plan_9'", "Plan_Pro  Pro"),
        ("detach_method method_id=Pm_9", "payment method 'Pm_9'", "Pm_1  Visa ••4242"),
        ("reverse_credit credit_id=C", "credit 'C'", "Cred_1  €15.00"),
        ("cancel_refund refund_id=R", "refund 'R'", "Ref_1  €22.40"),
    ],
)
async def test_a_wrong_id_is_named_with_the_possible_ones(words: str, wrong: str, listed: str) -> None:
    error = await _explained(*words.split())
    assert isinstance(error, BadInput)
    assert f"There is no {wrong}." in error.sentence
    assert error.hint is not None and f"  {listed}" in error.hint


async def test_a_missing_id_is_asked_for_with_the_possible_ones_after_what_else_is_wrong() -> None:
    parsed = BadInput("pricing_id is required.", hint="Fields: contract_id.")
    fields = ("contract_id=Cont_1", "plan_id=Plan_Pro", "when=now")
    error = await _explained("change_plan", *fields, error=parsed)
    assert error.sentence == "pricing_id is required."
    assert error.hint is not None
    fields_line, heading, *pricings = error.hint.splitlines()
    assert (fields_line, heading) == ("Fields: contract_id.", "pricing_id is one of:")
    assert pricings and all("€" in line for line in pricings), "of that plan, in the customer's currency"


async def test_lines_that_a_choice_needs_are_listed_too() -> None:
    words = ("payment_id=Pay_1", "invoice_id=Inv_1", "mode=lines")
    error = await _explained("refund", *words, error=BadInput("lines is required."))
    assert error.hint is not None and "lines is one of:\n  Line_1  " in error.hint
    other = await _explained("refund", *words[:2], "mode=amount", error=BadInput("amount is required."))
    assert other.hint is not None and "lines is one of" not in other.hint


async def test_only_objects_that_allow_the_action_are_listed() -> None:
    error = await _explained("undo_cancel", "contract_id=Cont_9")
    assert error.hint == "contract_id: There is none that allows this."


async def test_a_price_in_another_currency_is_not_called_unknown() -> None:
    services, _ = services_with_anna()
    plan = PLANS[0]
    dollars = plan.pricings[0].model_copy(update={"id": "Price_usd", "currency": "usd"})
    known = services.profiles.answers["plans", ""]
    assert isinstance(known, Stamped)
    plans = (plan.model_copy(update={"pricings": (*plan.pricings, dollars)}), *PLANS[1:])
    services.profiles.answers["plans", ""] = replace(known, value=plans)
    refused = Rejected("The start is in the past.")
    fields = (f"plan_id={plan.id}", "pricing_id=Price_usd")
    assert await explained(services, ANNA, "create_subscription", fields, refused) is refused  # type: ignore[arg-type]
    wrong = await explained(services, ANNA, "create_subscription", (fields[0], "pricing_id=P"), refused)  # type: ignore[arg-type]
    assert wrong.hint is not None and "Price_usd" not in wrong.hint, "only prices in her currency are offered"


async def test_an_error_that_no_id_explains_stays_as_it_is() -> None:
    refused = Rejected("A rule forbids it.")
    for words in ("set_discount contract_id=Cont_1 discount_id=", "grant_credit amount=5.00", "no_action"):
        assert await _explained(*words.split(), error=refused) is refused


@pytest.mark.parametrize(
    ("units", "ordered", "missing"),
    [({}, {}, True), ({"seats": "3"}, {}, False), ({}, {"seats": "9"}, False), ({"calls": "3"}, {}, True)],
)
async def test_a_plan_with_seats_is_not_ordered_without_them(
    units: dict[str, str], ordered: dict[str, str], missing: bool
) -> None:
    services, _ = services_with_anna()
    words = ("contract_id=Cont_1", "plan_id=Plan_Business", "pricing_id=Price_Business", "when=now",
             "reason=courtesy", *(f"units.{slug}={number}" for slug, number in units.items()))  # fmt: skip
    action = parse_action("change_plan", "Cust_1", words, agent="jo", currency="eur")
    subscription = SUBSCRIPTION.model_copy(update={"units": ordered})
    if not missing:
        await require_units(services, action, subscription)  # type: ignore[arg-type]
        return
    with pytest.raises(BadInput) as caught:
        await require_units(services, action, subscription)  # type: ignore[arg-type]
    assert caught.value.sentence == "units.seats is required: say how many seats of Business."
    assert caught.value.hint == "For example: units.seats=50"
    words = ("contract_id=Cont_1", "price=today", "reason=courtesy")
    renewal = parse_action("renew_subscription", "Cust_1", words, agent="jo", currency="eur")
    await require_units(services, renewal, SUBSCRIPTION)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match=r"a renewal can't order units"):
        await require_units(services, renewal, subscription)  # type: ignore[arg-type]


def test_an_amount_without_a_currency_is_in_that_of_the_customer_where_there_is_one() -> None:
    services: Any = services_with_anna()[0]
    assert currency_of(services, ANNA) == "eur"
    dollars = BRIEF.model_copy(update={"amount": Money(900, "usd")})
    both = ANNA.model_copy(update={"subscriptions": (dollars, BRIEF)})
    assert currency_of(services, both) is None
    free = ANNA.model_copy(
        update={"subscriptions": (BRIEF.model_copy(update={"amount": Money(0, "usd")}), BRIEF)}
    )
    assert currency_of(services, free) == "eur"
    assert currency_of(services, ANNA.model_copy(update={"owed": (Money(1, "usd"),)})) is None
