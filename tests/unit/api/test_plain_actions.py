"""Actions with the documented API: what is sent, what is promised, and what the call cannot express."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import httpx
import pytest

from tests.unit.api.mock import answer, client, raw
from tests.unit.api.test_plain import CONTRACT, CUSTOMER, page, plain
from wbtui import errors
from wbtui.models import parts
from wbtui.models.actions import Action, Context, Reason
from wbtui.models.actions.customer import (
    ActivateCustomer,
    AppendNote,
    CustomerChanges,
    EditCustomer,
    FreezeCustomer,
)
from wbtui.models.actions.members import CompleteAddress
from wbtui.models.actions.starting import CreateSubscription
from wbtui.models.actions.subscription import ChangePlan, ChangeUnits
from wbtui.models.customer import Email
from wbtui.models.money import Money
from wbtui.models.preview import Preview, Status

WHO: Any = {"customer_id": "Cust_1", "context": Context(agent="Jo", reason=Reason.CUSTOMER_REQUEST)}
SEATS: dict[str, Any] = {
    "name": "Seats",
    "slug": "seats",
    "entitlement_details": {"pricing_strategy": "per_unit", "contracted_unit_count": "3"},
}
PRO = {**CONTRACT, "pricing_id": "Price_pro", "cycle": "month", "currency": "eur"}
BUSINESS = {**PRO, "id": "Cont_9", "plan": "Business", "plan_id": "Plan_b", "pricing_id": "Price_b"}
ESTIMATE: dict[str, Any] = {
    "is_downgrade": False,
    "new_contract_period": {},
    "price_on_new_contract": [
        {
            "invoice": {"currency": "eur", "total": "27.10"},
            "invoice_items": [
                {"name": "Business", "total_including_tax": "40.65", "tax_amount": "6.49"},
                {"name": "Unused time", "total_including_tax": "-13.55"},
            ],
        }
    ],
    "remains_to_pay_current_contract": [
        {
            "invoice": {"currency": "eur", "total": "49.00", "invoice_number": {"number": "INV-7"}},
            "invoice_items": [],
        }
    ],
    "pro_rate_new_contract": "40.65",
    "pro_rate_old_contract": "-13.55",
}


def server(**routes: Any) -> Any:
    """Return plain Wingback with one customer on Pro, and another one on Business."""
    mine = {**CUSTOMER, "notes": "Old", "contracts": [PRO]}
    found = plain(**{"GET /v1/c/customer": answer(page(mine, {**CUSTOMER, "contracts": [BUSINESS]}))})
    found.on("GET /v1/c/customer/Cust_1", answer(mine))
    for one, price in ((PRO, "49.00"), (BUSINESS, "99.00")):
        details = {"contract_summary": one, "plan": {"price": price, "features": [SEATS]}}
        found.on(f"GET /v1/c/contract/{one['id']}", answer({**details, "billing_information": {}}))
    found.on("POST /v1/c/contract/Cont_1/upgrade_estimate", answer(ESTIMATE))
    for call, reply in routes.items():
        found.on(call, reply)
    return found


def change(**members: Any) -> ChangePlan:
    wanted = {"plan_id": "Plan_b", "pricing_id": "Price_b", "units": {"seats": "5"}, "when": "now"}
    return ChangePlan(contract_id="Cont_1", **{**WHO, **wanted, **members})


def edit(**changes: Any) -> EditCustomer:
    return EditCustomer(changes=CustomerChanges(**changes), **WHO)


def shown(preview: Preview) -> list[tuple[str, str | None, str | None]]:
    return [(one.label, one.before, one.after) for one in preview.different]


ADDRESS = CompleteAddress(line_1="Rue 1", zip="75001", city="Paris", country="FR")


@pytest.mark.parametrize(
    ("action", "body"),
    [
        (FreezeCustomer(note="Asked for it", **WHO), {"notes": "Asked for it"}),
        (FreezeCustomer(**WHO), {}),
        (edit(name="Ann"), {"id": "Cust_1", "name": "Ann"}),
        (
            edit(emails=(Email(label="main", address="a@b.example"),), vat_id=None, metadata=None),
            {
                "id": "Cust_1",
                "emails": {"main": "a@b.example"},
                "tax_details": {"vat_id": None},
                "metadata": {},
            },
        ),
        (
            edit(address=ADDRESS, reference="R-1"),
            {"id": "Cust_1", "address": ADDRESS.model_dump(), "customer_reference": "R-1"},
        ),
        (AppendNote(text=" Called ", **WHO), {"id": "Cust_1", "notes": "Old\n2026-11-22 Jo: Called"}),
        (
            change(discount_id="Disc_1", downgrade_allowed=True),
            {
                "upgrade_configuration": {
                    "upgrade_strategy": "new_plan",
                    "plan_id": "Plan_b",
                    "pricing_id": "Price_b",
                    "cycle": "month",
                    "discount_id": "Disc_1",
                    "unit_count_configuration": {"seats": "5"},
                },
                "downgrade_allowed": True,
            },
        ),
        (
            ChangeUnits(contract_id="Cont_1", units={"seats": "5"}, when="period_end", **WHO),
            {
                "upgrade_configuration": {
                    "upgrade_strategy": "change_unit_count",
                    "unit_count_configuration": {"seats": "5"},
                    "activation": {"type": "next_cycle"},
                },
                "downgrade_allowed": False,
            },
        ),
        (
            CreateSubscription(plan_id="Plan_b", pricing_id="Price_b", start=date(2026, 12, 1), **WHO),
            {
                "customer": "Cust_1",
                "plan": "Plan_b",
                "pricing_id": "Price_b",
                "currency": "eur",
                "cycle": "month",
                "unit_count_configuration": {},
                "is_pending": False,
                "automatic_payment": True,
                "activation": "2026-12-01T00:00:00Z",
            },
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, Action) else "",
)
async def test_the_body_of_each_call(action: Action, body: dict[str, Any]) -> None:
    api = client(server())
    intent = api.build_intent(action, await api.preview(action), "k" * 20)
    assert json.loads(intent.body) == body


async def test_a_change_of_plan_shows_the_estimate_and_what_is_not_known() -> None:
    preview = await client(server()).preview(change())
    assert [(line.label, line.money, line.tax) for line in preview.lines] == [
        ("Business", Money(4065, "eur"), Money(649, "eur")),
        ("Unused time", Money(-1355, "eur"), None),
    ]
    assert (preview.amount, preview.due_now) == (Money(2710, "eur"), (Money(2710, "eur"),))
    assert shown(preview) == [
        ("Subscriptions", "Pro · monthly", "Business · monthly"),
        ("Units (seats)", "3", "5"),
    ]
    warnings = [warn.text for warn in preview.warnings]
    assert warnings[0] == "Still to be paid for this subscription: INV-7 €49.00."
    assert "doesn't tell in advance the next invoice" in warnings[1]
    assert preview.emails is None and preview.next_invoice is None


async def test_a_new_subscription_is_seen_beside_the_others() -> None:
    new = CreateSubscription(plan_id="Plan_b", pricing_id="Price_b", units={"seats": "7"}, **WHO)
    preview = await client(server()).preview(new)
    assert shown(preview) == [
        ("Subscriptions", "Pro · monthly", "Business · monthly, Pro · monthly"),
        ("Units (seats)", "3", "3, 7"),
    ]
    assert preview.doubtful, "what is charged is not known"
    read = await client(server()).values_at("Cust_1", [one.path for one in preview.changes])
    assert list(read.values()) == ["Pro · monthly", "3"]
    with pytest.raises(errors.Rejected, match="found no customer with this price"):
        await client(server()).preview(new.model_copy(update={"pricing_id": "Price_new"}))


async def test_a_price_that_only_later_customers_have_is_found() -> None:
    pages = [page({**CUSTOMER, "contracts": []}, forward="more"), page({**CUSTOMER, "contracts": [BUSINESS]})]
    found = server(**{"GET /v1/c/customer": [answer(page(CUSTOMER)), *map(answer, pages)]})
    new = CreateSubscription(plan_id="Plan_b", pricing_id="Price_b", **WHO)
    preview = await client(found).preview(new)
    assert shown(preview) == [("Subscriptions", "Pro · monthly", "Business · monthly, Pro · monthly")]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({}, "Wingback doesn't tell in advance what is charged now, "),
        ({"start": date(2026, 12, 1)}, "Wingback doesn't tell in advance what is charged when it starts, "),
        (
            {"pending": True},
            "It is activated in Wingback's dashboard, not here. "
            "Wingback doesn't tell in advance what is charged then, ",
        ),
    ],
)
async def test_the_preview_of_a_start_says_when_it_is_charged(members: dict[str, Any], said: str) -> None:
    new = CreateSubscription(plan_id="Plan_b", pricing_id="Price_b", **members, **WHO)
    [warning] = (await client(server()).preview(new)).warnings
    assert warning.text.startswith(said)


async def test_a_plan_that_nobody_has_is_named_by_its_id() -> None:
    api = client(server())
    preview = await api.preview(change(plan_id="Plan_new", units={}))
    assert shown(preview) == [("Plans (ID)", PRO["plan_id"], "Plan_new")]


async def test_a_downgrade_now_must_be_allowed() -> None:
    cheaper = server(
        **{"POST /v1/c/contract/Cont_1/upgrade_estimate": answer({**ESTIMATE, "is_downgrade": True})}
    )
    refused = (await client(cheaper).preview(change())).refused
    assert refused is not None and refused.code == "downgrade_not_allowed"
    allowed = await client(cheaper).preview(change(downgrade_allowed=True))
    assert allowed.refused is None and allowed.warnings[0].text == "This is a downgrade."


async def test_without_an_invoice_it_says_that_credit_is_not_known() -> None:
    said = "Wingback names no invoice for this change, and doesn't tell whether unused time is credited."
    credited = server(
        **{"POST /v1/c/contract/Cont_1/upgrade_estimate": answer({**ESTIMATE, "price_on_new_contract": []})}
    )
    assert said in [one.text for one in (await client(credited).preview(change())).warnings]
    assert said not in [one.text for one in (await client(server()).preview(change())).warnings]


async def test_a_change_at_renewal_cannot_be_estimated_or_checked() -> None:
    found = server()
    api = client(found)
    preview = await api.preview(change(when="period_end"))
    assert "or whether the plan is still sold" in preview.warnings[-1].text
    assert (preview.different, preview.due_now, preview.amount) == ((), (), None)
    assert "can't check it afterwards" in preview.warnings[0].text
    assert not [call for call in found.calls if "upgrade_estimate" in call]
    calls = len(found.calls)
    assert await api.values_at("Cust_1", [one.path for one in preview.changes]) == {}
    assert len(found.calls) == calls, "there is nothing to read"


async def test_units_that_are_read_with_trailing_zeros_are_the_ones_asked_for() -> None:
    seats = {**SEATS, "entitlement_details": {"pricing_strategy": "per_unit", "contracted_unit_count": "5.0"}}
    details = {"contract_summary": PRO, "plan": {"price": "49.00", "features": [seats]}}
    found = server(**{"GET /v1/c/contract/Cont_1": answer({**details, "billing_information": {}})})
    assert await client(found).values_at("Cust_1", ["customer/Cust_1/units.seats"]) == {
        "customer/Cust_1/units.seats": "5"
    }


async def test_details_that_are_not_edited_are_checked_and_not_shown() -> None:
    preview = await client(server()).preview(edit(name="Ann"))
    assert shown(preview) == [("Name", None, "Ann")]
    assert {one.path: one.after for one in preview.changes}["customer/Cust_1/notes"] == "Old"
    values = await client(server()).values_at("Cust_1", [one.path for one in preview.changes])
    assert values["customer/Cust_1/name"] is None and values["customer/Cust_1/notes"] == "Old"


@pytest.mark.parametrize(
    ("action", "member"),
    [
        (change(proration="next_invoice"), "proration"),
        (change(discount_id=None), "discount_id"),
        (edit(address=None), "changes.address"),
        (
            edit(emails=(Email(label="a", address="x@y.z"), Email(label="a", address="z@y.z"))),
            "changes.emails",
        ),
        (ActivateCustomer(note="Paid", **WHO), "note"),
        (CreateSubscription(plan_id="Plan_b", pricing_id="Price_b", trial_days=0, **WHO), "trial_days"),
        (FreezeCustomer(customer_id="Cust_1", context=Context(agent="Jo", notify=True)), "context.notify"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_the_call_cannot_express_is_said_at_its_field(action: Action, member: str) -> None:
    found = server()
    with pytest.raises(errors.Rejected, match="Plain Wingback") as caught:
        await client(found).preview(action)
    assert list(caught.value.fields) == [member]
    assert not [call for call in found.calls if "POST" in call]


async def test_what_the_estimate_rejects_is_said_at_the_field_of_the_form() -> None:
    body = {"feedback": {"unit_count_configuration": {"type": "error", "value": "Seats: at most 3."}}}
    found = server(**{"POST /v1/c/contract/Cont_1/upgrade_estimate": answer(body, 400)})
    with pytest.raises(errors.Rejected, match=r"^Seats: at most 3\.$") as caught:
        await client(found).preview(change())
    assert caught.value.fields == {"units": "Seats: at most 3."}


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (ChangeUnits(contract_id="Cont_1", units={"seats": "3"}, when="now", **WHO), "these units"),
        (ChangeUnits(contract_id="Cont_1", units={"seats": "3.0"}, when="period_end", **WHO), "these units"),
        (ChangeUnits(contract_id="Cont_1", units={}, when="period_end", **WHO), "these units"),
        (edit(vat_id="DE1"), "these values"),
    ],
)
async def test_what_changes_nothing_is_refused(action: Action, reason: str) -> None:
    refused = (await client(server()).preview(action)).refused
    assert refused is not None and refused.code == "nothing_to_do"
    assert refused.message.endswith(f"already has {reason}.")


async def test_the_same_plan_again_takes_one_more_confirmation() -> None:
    same = change(plan_id=PRO["plan_id"], pricing_id="Price_pro", units={})
    warning = (await client(server()).preview(same)).warnings[0]
    assert warning.confirm and "already has this plan, price and units" in warning.text
    others = change(plan_id=PRO["plan_id"], pricing_id="Price_pro")
    assert not any(warn.confirm for warn in (await client(server()).preview(others)).warnings)


async def test_an_account_that_is_not_frozen_is_not_activated() -> None:
    refused = (await client(server()).preview(ActivateCustomer(**WHO))).refused
    assert refused is not None and refused.message == "The account is not frozen."


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (answer({"feedback": {"plan_id": {"type": "error", "value": "Archived."}}}, 400), errors.Rejected),
        (answer({"feedback": {"request": {"type": "error", "value": "No."}}}, 400), errors.Rejected),
        (answer({"message": "Access denied"}, 403), errors.BadAnswer),
        (raw(b"<html>", 404), errors.BadAnswer),
        (answer({"feedback": {"x": {"type": "error", "value": "y"}}}, 500), errors.ServerFailed),
        (httpx.ReadError("x"), errors.ConnectionLost),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_only_the_format_of_wingback_counts_as_rejected(reply: Any, kind: type[Exception]) -> None:
    api = client(server(**{"POST /v1/c/contract/Cont_1/upgrade": reply}))
    intent = api.build_intent(change(), await api.preview(change()), "k" * 20)
    with pytest.raises(kind) as caught:
        await api.perform(intent)
    assert getattr(caught.value, "sent", False), "the answer came, or may have been lost"


async def test_what_is_rejected_when_it_is_sent_has_no_names_of_the_api() -> None:
    body = {"feedback": {"unit_count_configuration": {"type": "error", "value": "Seats: at most 3."}}}
    api = client(server(**{"POST /v1/c/contract/Cont_1/upgrade": answer(body, 400)}))
    intent = api.build_intent(change(), await api.preview(change()), "k" * 20)
    with pytest.raises(errors.Rejected, match=r"^Seats: at most 3\.$") as caught:
        await api.perform(intent)
    assert caught.value.fields == {"units": "Seats: at most 3."}


async def test_the_answer_names_the_new_contract() -> None:
    api = client(server(**{"POST /v1/c/contract/Cont_1/upgrade": answer("Cont_2")}))
    outcome = await api.perform(api.build_intent(change(), await api.preview(change()), "k" * 20))
    assert outcome.status is Status.DONE
    assert [(ref.type, ref.id) for ref in outcome.objects] == [("contract", "Cont_2")]


async def test_nothing_is_sent_when_the_estimate_has_changed() -> None:
    found = server()
    api = client(found)
    intent = api.build_intent(change(), await api.preview(change()), "k" * 20)
    dearer = json.loads(json.dumps(ESTIMATE).replace("27.10", "30.00"))
    found.on("POST /v1/c/contract/Cont_1/upgrade_estimate", answer(dearer))
    with pytest.raises(errors.BasisChanged) as caught:
        await api.perform(intent)
    new = caught.value.preview
    assert isinstance(new, Preview) and new.amount == Money(3000, "eur") and not caught.value.sent
    assert "POST /v1/c/contract/Cont_1/upgrade" not in found.calls


async def test_a_subscription_of_another_customer_is_not_changed() -> None:
    foreign = {"contract_summary": {**PRO, "customer_id": "Cust_2"}, "billing_information": {}}
    with pytest.raises(errors.BadAnswer):
        await client(server(**{"GET /v1/c/contract/Cont_1": answer(foreign)})).preview(change())


async def test_the_plans_are_those_that_customers_have() -> None:
    plans = await client(server()).read(parts.PLANS, "")
    found = [(plan.name, pricing.id, pricing.price) for plan in plans for pricing in plan.pricings]
    assert found == [("Pro", "Price_pro", Money(4900, "eur")), ("Business", "Price_b", Money(9900, "eur"))]


async def test_a_plan_whose_price_is_zero_is_not_offered_at_what_a_customer_pays_for_units() -> None:
    details = {
        "contract_summary": PRO,
        "plan": {"price": "0", "features": [SEATS]},
        "billing_information": {},
    }
    plans = await client(server(**{"GET /v1/c/contract/Cont_1": answer(details)})).read(parts.PLANS, "")
    assert plans[0].pricings[0].price == Money(0, "eur")
