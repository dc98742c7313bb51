"""Declarations of forms and the catalogue: one order, labels that fit, problems at the right field."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from textual.widgets import Input

from tests.support.action_cases import CASES
from tests.support.anna import ANNA, DISCOUNTS, INVOICE, METHODS, PLANS, SUBSCRIPTION, USAGE, eur, plan, seats
from tests.support.customers import TODAY
from wbtui.api.wingback.plain_writes import UNSUPPORTED, WRITES
from wbtui.models.actions import ACTIONS, Reason
from wbtui.models.actions.base import SUBJECT_MEMBER
from wbtui.models.actions.members import CompleteAddress
from wbtui.models.customer import Customer
from wbtui.models.money import Money
from wbtui.models.parts import PLANS as PLANS_PART
from wbtui.models.parts import USAGE as USAGE_PART
from wbtui.models.parts import WALLETS as WALLETS_PART
from wbtui.models.payment import Wallet
from wbtui.models.plan import Feature, Plan, Strategy, TaxMode, Tier
from wbtui.models.plan_diff import price_text
from wbtui.models.usage import UsageBucket
from wbtui.ui.actions.cancel_fields import CREDITS, USAGE_BILLING, WHEN
from wbtui.ui.actions.catalogue import ENTRIES, TAB_OF, Entry, entry_of, title_of
from wbtui.ui.actions.context_fields import NOTIFY
from wbtui.ui.actions.controls import DateControl, read_date
from wbtui.ui.actions.data import FormData, billed_currencies, description_of, usual_currency
from wbtui.ui.actions.fields import ChoiceField, FlagField, OnlyOption
from wbtui.ui.actions.form import Form, Problems, build, field_at, server_problems
from wbtui.ui.actions.forms import FORMS
from wbtui.ui.actions.plan_fields import CHANGED_DISCOUNT, PRICING, PRORATION, TRIAL
from wbtui.ui.commands import command
from wbtui.ui.text.actions import cancel_label

SUBJECT_OF = {"customer": ANNA, "invoice": INVOICE, "subscription": SUBSCRIPTION, "method": METHODS[0]}


def data_for(form: Form) -> FormData:
    return FormData(ANNA, SUBJECT_OF[form.model.about], TODAY, "tess")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.kind)
def test_a_row_says_verb_object_and_customer(entry: Entry) -> None:
    names = {"customer": "Anna Schmidt", "subject": "INV-0041", "target": "Business"}
    label = entry.commit_label(None, **names)
    assert label.endswith("Anna Schmidt") and label[0].isupper()
    assert "€14.17" in entry.commit_label(eur(1417), **names)
    assert cancel_label(entry.noun) not in ("Cancel cancellation", "Cancel subscription")
    assert entry.sentence.endswith(".") and entry.words
    assert entry.summary_of(None, **names)
    assert not entry.model.moves_money or "reason" in {one.name for one in FORMS[entry.kind].all_fields}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.kind)
def test_a_row_becomes_a_command_that_needs_the_capability(entry: Entry) -> None:
    for scope in ("customers", "profile", "invoice"):
        row = command(f"{scope}.{entry.verb}")
        assert (row.needs, row.args, row.words) == (f"action.{entry.kind}", (entry.kind,), entry.words)


def test_a_tab_lists_every_kind_of_object_that_an_action_needs() -> None:
    assert set(TAB_OF) == {entry.about for entry in ENTRIES} - {"customer"}


def test_names_in_data_cannot_use_the_template() -> None:
    label = entry_of("append_note").commit_label(None, customer="{amount} {0.x}", subject="", target="")
    assert label == "Add note for {amount} {0.x}"


def test_an_action_has_one_name_in_menu_commit_key_and_journal() -> None:
    says_what_happens = {"retry_payment": "Charge", "create_portal_link": "Create"}
    target = "Set the discount"  # or "Remove the discount"
    for entry in ENTRIES:
        verb = entry.title.split()[0]
        assert entry.summary.replace("{target}", target).split()[0] == verb, entry.kind
        said = entry.commit.replace("{target}", target).split()[0]
        assert said == says_what_happens.get(entry.kind, verb), entry.kind


def test_the_journal_names_the_heading_where_the_target_is_not_known() -> None:
    names = {"customer": "Anna Schmidt", "target": ""}
    assert entry_of("change_plan").summary_of(None, subject="Pro", **names) == "Change plan · Pro"
    assert entry_of("create_subscription").summary_of(None, subject="", **names) == "Add subscription"


def test_an_unknown_action_is_named_by_its_kind() -> None:
    assert title_of("grant_credit") == "Add credit"
    assert title_of("mint_coin") == "Mint coin"
    with pytest.raises(KeyError):
        entry_of("mint_coin")


@pytest.mark.parametrize("kind", ACTIONS)
def test_a_form_answers_members_that_its_action_has(kind: str) -> None:
    form = FORMS[kind]
    own = {name for name in form.model.model_fields if name not in ("kind", "customer_id", "context")}
    answered = set()
    for field in form.fields:
        answered |= set(getattr(field, "sets", ()) or (field.name.partition(".")[0],))
    assert answered <= own
    fixed = {SUBJECT_MEMBER[form.model.about]} & own
    required = {name for name in own if form.model.model_fields[name].is_required()}
    assert required <= answered | fixed
    places = [one.place for one in form.all_fields]
    assert places == sorted(places)


@pytest.mark.parametrize("kind", ACTIONS)
def test_labels_fit_their_column(kind: str) -> None:
    assert [
        one.label for one in FORMS[kind].all_fields if len(one.label) > 10 and not isinstance(one, FlagField)
    ] == []


def problems(kind: str, members: dict[str, Any], context: dict[str, Any]) -> dict[str, str]:
    form = FORMS[kind]
    with pytest.raises(Problems) as caught:
        build(form, data_for(form), members, context)
    return caught.value.by_field


@pytest.mark.parametrize("kind", WRITES)
def test_what_plain_wingback_cannot_do_is_asked_in_a_form(kind: str) -> None:
    """Else a form could offer it under another name."""
    own = [one for one in UNSUPPORTED if kind in one.kinds]
    assert all(field_at(FORMS[kind], one.member) for one in own)


def test_a_form_offers_no_answer_that_the_system_cannot_do_and_says_why() -> None:
    data = replace(data_for(FORMS["change_plan"]), unsupported=UNSUPPORTED)
    data.subject = SUBSCRIPTION.model_copy(update={"discount": DISCOUNTS[0]})
    assert [value for _, value in PRORATION.offered(data)] == ["invoice_now"]
    assert PRORATION.note_below(None, data) == "Plain Wingback always invoices a change at once."
    assert [value for _, value in CHANGED_DISCOUNT.offered(data)] == [None]
    box = NOTIFY.control(data)
    assert isinstance(box, OnlyOption) and (box.label, NOTIFY.value(box)) == ("✕ E-mail the customer", None)
    assert NOTIFY.note_below(box, data) == "Plain Wingback can't e-mail the customer."
    assert TRIAL.note_below(None, data) == "Empty: the plan's own trial, where it has one."

    everything = data_for(FORMS["change_plan"])
    assert len(PRORATION.offered(everything)) == 3 and PRORATION.note_below(None, everything) is None
    assert not isinstance(NOTIFY.control(everything), OnlyOption)


def test_what_was_typed_and_the_system_cannot_do_is_said_at_its_field() -> None:
    form = FORMS["create_subscription"]
    data = replace(data_for(form), unsupported=UNSUPPORTED[1:])
    members = {"plan_id": "Plan_1", "pricing_id": "Price_1", "trial_days": "0"}
    with pytest.raises(Problems) as caught:
        build(form, data, members, {"reason": Reason.COURTESY})
    assert caught.value.by_field == {"trial_days": "Plain Wingback can't leave out a plan's own trial."}


def test_problems_are_those_of_the_model_at_the_fields_that_ask() -> None:
    assert problems("grant_credit", {}, {}) == {"reason": "Choose a reason.", "amount": "Enter an amount."}
    said = problems("refund", {"payment_id": "Pay_1", "mode": "lines"}, {"reason": Reason.OTHER})
    assert said == {
        "comment": 'The reason "other" needs a comment.',
        "lines": "Choose at least one line.",
    }
    assert problems("append_note", {"text": "x" * 5001}, {}) == {"text": "At most 5,000 characters."}
    assert problems("grant_credit", {"amount": {"amount": 5}}, {"reason": Reason.COURTESY}) == {
        "amount": "The amount must be a decimal string with a currency."
    }


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"line_1": None}, "Enter the street."),
        ({"zip": None}, "Enter the postal code."),
        ({"city": None}, "Enter the city."),
        ({"country": None}, "Enter the country."),
        ({"country": "Germani"}, "Enter a country, such as Germany or DE."),
        ({"country": "D3"}, "Enter a country, such as Germany or DE."),
    ],
    ids=str,
)
def test_a_problem_of_an_address_names_the_part_as_the_form_does(wrong: dict[str, str], said: str) -> None:
    address = {"line_1": "Torstr. 12", "zip": "10119", "city": "Berlin", "country": "DE"} | wrong
    given = {name: text for name, text in address.items() if text is not None}
    assert problems("edit_customer", {"changes.address": given}, {}) == {"changes.address": said}


@pytest.mark.parametrize(
    ("typed", "code"),
    [("DE", "DE"), ("de", "DE"), ("Germany", "DE"), ("UK", "GB"), ("Deutschland", "DE"), ("xk", "XK")],
)
def test_a_country_is_sent_as_its_code(typed: str, code: str) -> None:
    address = {"line_1": "Torstr. 12", "zip": "10119", "city": "Berlin", "country": typed}
    assert CompleteAddress.model_validate(address).country == code


@pytest.mark.parametrize("typed", ["0", "-1", "abc", "1e3", "٥", "NaN", " ", "Infinity", "1,000", ",5"])
def test_units_are_a_number_above_zero(typed: str) -> None:
    members = {"units": {"seats": typed}, "when": "now"}
    said = problems("change_units", members, {"reason": Reason.COURTESY})
    assert said == {"units": "Enter a number above 0, for example 12 or 2.5."}


def test_a_draft_needs_no_reason_but_everything_else() -> None:
    form = FORMS["grant_credit"]
    with pytest.raises(Problems) as caught:
        build(form, data_for(form), {}, {}, draft=True)
    assert caught.value.by_field == {"amount": "Enter an amount."}


def test_what_the_server_names_finds_its_field() -> None:
    form = FORMS["edit_customer"]
    found = field_at(form, "action.changes.emails.0.address")
    assert found is not None and found.name == "changes.emails"
    assert field_at(form, "action.customer_id") is None
    plan = field_at(FORMS["change_plan"], "pricing_id")
    assert plan is not None and plan.name == "pricing"
    fields = {"context.reason": "is not allowed", "basis": "is old", "key": "is short"}
    assert server_problems(FORMS["refund"], fields) == {"reason": "Is not allowed", "": "basis: is old"}


@pytest.mark.parametrize(
    ("chosen", "label"),
    [("Disc_1", "Set the discount for Anna Schmidt"), (None, "Remove the discount for Anna Schmidt")],
)
def test_the_commit_key_says_that_a_discount_goes(chosen: str | None, label: str) -> None:
    form = FORMS["set_discount"]
    data = replace(data_for(form), answers={"discount_id": chosen})
    names = {"customer": "Anna Schmidt", "subject": "Pro", "target": form.target(data)}
    assert entry_of("set_discount").commit_label(None, **names) == label


def test_credit_is_offered_in_the_currencies_the_customer_is_billed_in() -> None:
    form = FORMS["grant_credit"]
    assert list(billed_currencies(data_for(form))) == ["eur"]
    nobody = ANNA.model_copy(update={"subscriptions": (), "owed": None, "mrr": None})
    assert list(billed_currencies(FormData(nobody, nobody, TODAY, "tess", currency="usd"))) == ["usd"]
    ended = tuple(one.model_copy(update={"status": "canceled"}) for one in ANNA.subscriptions)
    former = nobody.model_copy(update={"subscriptions": ended})
    assert list(billed_currencies(FormData(former, former, TODAY, "tess", currency="usd"))) == ["eur"]


def billed_in(*amounts: Money) -> Customer:
    """Return a customer with one running subscription of each amount."""
    running = tuple(ANNA.subscriptions[0].model_copy(update={"amount": money}) for money in amounts)
    return ANNA.model_copy(update={"subscriptions": running, "owed": (), "mrr": ()})


@pytest.mark.parametrize(
    ("customers", "usual"),
    [
        ([[500, 0], [0, 500], [0, 500]], "gbp"),
        ([[500, 0], [0, 500]], None),
        ([[0, 500], [0, 0], [0, 0]], "gbp"),
        ([[500, 0]], "eur"),
        ([[0, 500]], "gbp"),
    ],
    ids=["most", "as many", "others pay nothing", "one customer", "one who pays nothing in euros"],
)
def test_credit_for_several_starts_with_the_currency_most_of_them_are_billed_in(
    customers: list[list[int]], usual: str | None
) -> None:
    found = tuple(billed_in(Money(euros, "eur"), Money(pounds, "gbp")) for euros, pounds in customers)
    assert usual_currency(FormData(found[0], found[0], TODAY, "tess", customers=found)) == usual


@pytest.mark.parametrize(("units", "prices"), [({"seats": "9"}, ["as_before", "today"]), ({}, ["as_before"])])
def test_a_renewal_takes_todays_price_only_where_it_has_its_units(
    units: dict[str, str], prices: list[str]
) -> None:
    ended = SUBSCRIPTION.model_copy(update={"units": units})
    data = FormData(ANNA, ended, TODAY, "tess", parts={PLANS_PART.name: PLANS})
    price = FORMS["renew_subscription"].fields[0]
    assert isinstance(price, ChoiceField)
    assert [value for _, value in price.offered(data)] == prices
    said = price.note_below(None, data) or ""
    assert ("per unit (Seats)" in said and "use Add subscription" in said) is (not units)


def test_every_case_names_its_fields() -> None:
    for case in CASES.values():
        names = {one.name for one in FORMS[case.kind].all_fields}
        assert set(case.answers) <= names


def test_the_company_is_an_entry_of_the_metadata_and_the_other_entries_stay() -> None:
    form = FORMS["edit_customer"]
    company = next(one for one in form.fields if one.label == "Company")
    customer = ANNA.model_copy(update={"metadata": {"company": "Lumen", "contact": "Jo"}})
    data = FormData(customer, customer, TODAY, "tess")
    assert company.current(data) == "Lumen"
    assert company.members("Ortega SL", data) == {
        "changes.metadata": {"company": "Ortega SL", "contact": "Jo"}
    }
    assert company.members(None, data) == {"changes.metadata": {"contact": "Jo"}}


def test_a_plan_of_units_alone_is_offered_with_the_price_of_one() -> None:
    team = plan("Team", 0, seats("0", "250"))
    data = FormData(ANNA, SUBSCRIPTION, TODAY, "tess", parts={PLANS_PART.name: (PLANS[0], PLANS[1], team)})
    assert callable(PRICING.options)
    offered = {label.split()[0]: label for label, _ in PRICING.options(data)}
    assert offered["Team"].endswith("€5.00 per seat") and "€49.00" in offered["Pro"]
    assert len({label.index(".") for label in offered.values()}) == 1, "the unit does not move other prices"


def test_where_some_prices_include_tax_the_others_say_that_it_is_added() -> None:
    [pricing] = PLANS[2].pricings
    added = pricing.model_copy(update={"tax_mode": TaxMode.EXCLUSIVE})
    business = PLANS[2].model_copy(update={"pricings": (added,)})

    def prices(*offered: Plan) -> list[str]:
        data = FormData(ANNA, SUBSCRIPTION, TODAY, "tess", parts={PLANS_PART.name: offered})
        assert callable(PRICING.options)
        return [label.partition("€")[2] for label, _ in PRICING.options(data)]

    assert prices(PLANS[1], business) == ["49.00 current", "199.00 + tax"]
    assert prices(business) == ["199.00"]


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        ({}, "€5.00 per seat"),
        ({"unit_price": None, "included": None}, "unknown per seat"),  # plain Wingback
        ({"unit_price": None, "included": "1"}, "€0.00"),
        ({"unit_price": eur(0)}, "€0.00"),
        ({"unit_price": None, "tiers": (Tier(up_to=None, unit_price=eur(300)),)}, "from €3.00 per seat"),
    ],
)
def test_a_plan_of_units_alone_has_the_price_of_one(feature: dict[str, Any], said: str) -> None:
    [pricing] = plan("Team", 0, seats("0", "250").model_copy(update=feature)).pricings
    assert price_text(pricing) == said
    assert price_text(pricing.model_copy(update={"price": eur(4900)})) == "€49.00"


@pytest.mark.parametrize(
    ("offered", "paid", "first"),
    [(PLANS, 4900, "Plan_Business"), (PLANS[:2], 4900, "Plan_Pro"), (PLANS, 49000, "Plan_Business")],
)
def test_a_plan_change_begins_with_the_next_higher_plan_and_never_with_a_downgrade(
    offered: tuple[Plan, ...], paid: int, first: str
) -> None:
    subscription = SUBSCRIPTION.model_copy(update={"amount": eur(paid)})  # 10 seats at the price of one
    data = FormData(ANNA, subscription, TODAY, "tess", parts={PLANS_PART.name: offered})
    assert PRICING.default is not None and PRICING.default(data)[0] == first


def test_a_change_of_a_plan_by_the_seat_begins_above_what_all_seats_cost() -> None:
    by_seat = SUBSCRIPTION.model_copy(update={"price_signed": eur(0), "amount": eur(9000)})
    data = FormData(ANNA, by_seat, TODAY, "tess", parts={PLANS_PART.name: PLANS})
    assert PRICING.default is not None and PRICING.default(data)[0] == "Plan_Business"


@pytest.mark.parametrize(
    ("when", "said"),
    [("now", "€6.00 so far, without today."), ("period_end", "€22.00 so far, including today.")],
)
def test_usage_of_a_cancellation_is_what_is_billed_then(when: str, said: str) -> None:
    days = [UsageBucket(date=TODAY - timedelta(back), units=units) for back, units in ((1, "130"), (0, "80"))]
    calls = Feature(slug="calls", strategy=Strategy.USAGE, included="100", overage_price=eur(20))
    usage = USAGE[0].model_copy(
        update={"feature": "calls", "period": (days[0].date, TODAY + timedelta(9)), "buckets": tuple(days),
                "overage_so_far": eur(2200)}
    )  # fmt: skip
    subscription = SUBSCRIPTION.model_copy(update={"features": (calls,)})
    data = FormData(ANNA, subscription, TODAY, "tess", parts={USAGE_PART.name: (usage,)})
    data.answers["when"] = when
    assert USAGE_BILLING.note is not None and USAGE_BILLING.note(data) == said


def test_a_cancellation_says_days_at_the_end_of_the_calendar() -> None:
    changes = {"period": (TODAY, date.max), "notice_period_days": None}
    data = FormData(ANNA, SUBSCRIPTION.model_copy(update=changes), TODAY, "tess")
    assert WHEN.offered(data)[1][0] == "At period end, 31 Dec 9999"
    data = FormData(ANNA, SUBSCRIPTION.model_copy(update={"notice_period_days": 10**7}), TODAY, "tess")
    assert WHEN.note is not None and "31 Dec 9999" in (WHEN.note(data) or "")


@pytest.mark.parametrize(("balance", "said"), [("12.50", "Keep €12.50"), ("12.505", None), ("0", None)])
def test_a_cancellation_asks_about_a_credit_that_is_an_exact_amount(balance: str, said: str | None) -> None:
    wallet = Wallet(id="Wal_1", currency="eur", balance=balance)
    data = FormData(ANNA, SUBSCRIPTION, TODAY, "tess", parts={WALLETS_PART.name: (wallet,)})
    assert CREDITS.is_asked(data) is (said is not None)
    assert said is None or CREDITS.offered(data)[0][0] == said


@pytest.mark.parametrize("past", [False, True])
def test_the_examples_of_a_day_are_days_that_can_be_entered(*, past: bool) -> None:
    today = date(2027, 3, 31)
    field, _meaning = DateControl(today, "", past=past).compose()
    assert isinstance(field, Input)
    for example in field.placeholder.split(" or "):
        read_date(example, today, past=past)


def test_an_object_is_described_with_what_tells_it_from_others_of_the_same_name() -> None:
    assert description_of(SUBSCRIPTION, TODAY) == "Pro · monthly · €49.00 · started 14 Mar"
    assert description_of(METHODS[0], TODAY) == "Visa ••4242 04/27"
    assert description_of(METHODS[1], TODAY) == "SEPA ••3000"
