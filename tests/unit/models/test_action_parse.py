"""Actions made from FIELD=VALUE words."""

from __future__ import annotations

from datetime import date

import pytest

from wbtui.errors import BadInput
from wbtui.models.actions import Context, Reason
from wbtui.models.actions.customer import CustomerChanges, EditCustomer
from wbtui.models.actions.fields import model_of
from wbtui.models.actions.members import LineAmount
from wbtui.models.actions.money import GrantCredit, RefundInvoice
from wbtui.models.actions.parse import parse_action
from wbtui.models.actions.subscription import ChangePlan, ChangeUnits
from wbtui.models.customer import Email
from wbtui.models.money import Money


def parsed(kind: str, *fields: str, currency: str | None = "eur") -> object:
    return parse_action(kind, "cus_1", fields, agent="jo", currency=currency)


def test_a_credit_with_amount_date_and_context() -> None:
    context = Context(agent="jo", reason=Reason.COURTESY, ticket="ZD-1", notify=True)
    fields = ("amount=5", "expires=2027-01-31", "reason=courtesy", "ticket=ZD-1", "notify=yes")
    assert parsed("grant_credit", *fields) == GrantCredit(
        customer_id="cus_1", context=context, amount=Money(500, "eur"), expires=date(2027, 1, 31)
    )
    assert parsed("grant_credit", "amount=5 usd", *fields[2:]) == GrantCredit(
        customer_id="cus_1", context=context, amount=Money(500, "usd")
    )


@pytest.mark.parametrize("typed", ["25", "25.0", "025", "+25.00", " 25 ", "25,0", " 25,00 "])
def test_a_number_of_units_is_sent_as_billing_systems_return_it(typed: str) -> None:
    """What is read afterwards is compared with it: 25.0 would leave the outcome unknown."""
    words = ("contract_id=Cont_1", f"units.seats={typed}", "when=now", "reason=courtesy", "ticket=ZD-1")
    action = parsed("change_units", *words)
    assert isinstance(action, ChangeUnits) and action.units == {"seats": "25"}


def test_dots_lead_into_objects_and_repeated_fields_are_lists() -> None:
    assert parsed(
        "edit_customer", "changes.name=Anna", "changes.vat_id=", "changes.emails=main:a@b.example"
    ) == EditCustomer(
        customer_id="cus_1",
        context=Context(agent="jo"),
        changes=CustomerChanges(
            name="Anna", vat_id=None, emails=(Email(label="main", address="a@b.example"),)
        ),
    )
    plan = ("contract_id=k", "plan_id=p", "pricing_id=q", "when=now", "units.seats=5", "reason=courtesy")
    change = parsed("change_plan", *plan)
    assert isinstance(change, ChangePlan)
    assert change.units == {"seats": "5"}
    assert "discount_id" not in change.wire()
    removed = parsed("change_plan", *plan, "discount_id=")
    assert isinstance(removed, ChangePlan)
    assert removed.wire()["discount_id"] is None
    some = parsed("refund", "payment_id=p", "invoice_id=i", "mode=amount", "amount=5", "reason=courtesy")
    assert isinstance(some, RefundInvoice)
    assert some.amount == Money(500, "eur")
    lines = ("payment_id=p", "invoice_id=i", "mode=lines", "lines=l1:2.00", "lines=l2", "reason=courtesy")
    refund = parsed("refund", *lines)
    assert isinstance(refund, RefundInvoice)
    assert refund.lines == (LineAmount(line_id="l1", amount=Money(200, "eur")), LineAmount(line_id="l2"))


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("grant_credits", (), "There is no action 'grant_credits'"),
        ("grant_credit", ("amount",), "'amount' is not FIELD=VALUE"),
        ("grant_credit", ("amount=5",), "reason: Choose a reason."),
        ("grant_credit", ("amount=0", "reason=courtesy"), "The amount must be above zero."),
        ("grant_credit", ("amount=-5", "reason=courtesy"), "Enter an amount such as 22.40."),
        ("grant_credit", ("amount=1e3", "reason=courtesy"), "Enter an amount such as 22.40."),
        ("grant_credit", ("amount=5.001", "reason=courtesy"), "EUR has 2 decimals."),
        ("grant_credit", ("amount=5", "amount=6", "reason=courtesy"), "'amount' is given twice"),
        ("grant_credit", ("reason=courtesy",), "amount is required."),
        ("grant_credit", ("amount=5", "reason=other"), 'comment: The reason "other" needs a comment.'),
        ("grant_credit", ("amount=5", "reason=courtesy", "expires=2027-02-30"), "expires: "),
        ("grant_credit", ("amount=5", "reason=courtesy", "colour=red"), "colour is not a field"),
        ("refund", ("payment_id=p", "invoice_id=i", "mode=percent", "percent=101", "reason=courtesy"),
         "percent: Enter a percentage between 0 and 100."),
        ("refund", ("payment_id=p", "invoice_id=i", "mode=amount", "reason=courtesy"),
         "amount is required."),
        ("grant_credit", ("amount=", "reason=courtesy"), "amount is required."),
        ("append_note", ("text=",), "text is required."),
        ("extend_due_date", ("invoice_id=", "due="), "invoice_id is required. due is required."),
        ("edit_customer", ("changes=x",), "changes: write changes.NAME=VALUE."),
        ("change_units", ("contract_id=c", "units=5", "when=now", "reason=courtesy"),
         "units: write units.NAME=VALUE."),
        ("reorder_methods", ("method_ids=",), "method_ids.0 is required."),
        ("refund", ("payment_id=p", "invoice_id=i", "mode=all", "reason=courtesy"),
         "mode: choose full, amount, percent or lines."),
        ("extend_due_date", ("invoice_id=i", "due=tomorrow"), "due: enter a day such as 2027-01-31."),
        ("grant_credit", ("amount.amount=5", "reason=courtesy"),
         "amount: The amount must be a decimal string with a currency."),
        ("append_note", ("text=x", "notify=maybe"), "notify: enter yes or no."),
        ("append_note", (f"text={'x' * 5001}",), "text: At most 5,000 characters."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(kind: str, fields: tuple[str, ...], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        parsed(kind, *fields)
    assert said in caught.value.sentence
    assert "Value error" not in caught.value.sentence


def test_a_list_with_a_wrong_item_is_not_called_too_short() -> None:
    with pytest.raises(BadInput) as caught:
        parsed("issue_credit_note", "invoice_id=i", "lines=", "to=credit", "reason=courtesy")
    assert caught.value.sentence == "lines.0.line_id is required."


def test_a_value_that_is_no_choice_is_answered_with_the_choices() -> None:
    with pytest.raises(BadInput) as raised:
        parsed("grant_credit", "amount=5", "reason=unknown")
    *firsts, last = Reason
    assert raised.value.sentence == f"reason: choose {', '.join(firsts)} or {last}."


def test_an_example_of_an_amount_has_the_decimals_of_the_currency() -> None:
    with pytest.raises(BadInput, match="JPY has no decimals") as raised:
        parsed("grant_credit", "amount=5.50", currency="jpy")
    assert raised.value.hint == "For example: amount=5"


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("5.000", "jpy", 5000), ("5,000", "jpy", 5000), ("1.234,50", "eur", 123450), ("5.000", "bhd", 5000)],
)
def test_an_amount_is_read_as_in_a_form(text: str, currency: str, minor: int) -> None:
    credit = parsed("grant_credit", f"amount={text}", "reason=courtesy", currency=currency)
    assert isinstance(credit, GrantCredit) and credit.amount == Money(minor, currency)


def test_an_amount_with_more_decimals_than_the_currency_has_is_not_guessed() -> None:
    with pytest.raises(BadInput, match=r"^EUR has 2 decimals\.$"):
        parsed("grant_credit", "amount=5.000", "reason=courtesy")


def test_an_amount_needs_a_currency() -> None:
    with pytest.raises(BadInput, match="Say the currency"):
        parsed("grant_credit", "amount=5", currency=None)


@pytest.mark.parametrize(
    "field", ["expires=1767225600", "expires=0", "expires=20270131", "expires=2027-02-30"]
)
def test_only_a_written_day_is_a_day(field: str) -> None:
    """A number would be seconds since 1970."""
    with pytest.raises(BadInput, match="expires: enter a day such as 2027-01-31"):
        parsed("grant_credit", "amount=5", "reason=courtesy", field)


@pytest.mark.parametrize("name", ["kind", "customer_id", "agent", "context", "context.agent"])
def test_members_that_are_set_otherwise_are_no_fields(name: str) -> None:
    with pytest.raises(BadInput, match=f"'{name}' is not a field of this action") as raised:
        parsed("grant_credit", "amount=5", "reason=courtesy", f"{name}=x")
    first, second, third = raised.value.hint.splitlines() if raised.value.hint else ("", "", "")
    assert first == "Fields: amount, expires, ticket, reason, comment, notify."
    assert second == "Required: amount, reason."
    assert third.startswith("reason is courtesy, ") and third.endswith(" or other.")


def test_text_that_is_not_utf_8_is_rejected_by_name() -> None:
    with pytest.raises(BadInput, match="'comment': The text is not valid UTF-8"):
        parsed("grant_credit", "amount=5", "reason=other", "comment=caf\udce9")


def test_the_nearest_action_is_suggested() -> None:
    for typed, hint in (("refnd", "Did you mean 'refund'? Actions: "), ("xyz", "Actions: ")):
        with pytest.raises(BadInput) as raised:
            model_of(typed)
        assert raised.value.hint.startswith(hint)
