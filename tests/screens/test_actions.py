"""Every action on the screen: from its form over the sheet to the outcome, by one table of cases."""

from __future__ import annotations

import pytest
from textual.widgets import Static

from tests.screens.driver import Driver, driver
from tests.support.action_cases import CASES
from tests.support.action_cases.base import Case
from tests.support.action_form import answer, begin, form_of, open_for_anna, row_of, services_with_anna
from tests.support.anna import (
    DISCOUNTS,
    PLANS,
    SUBSCRIPTION,
    eur,
    plan,
    preview,
    seats,
    with_another_subscription,
)
from wbtui.errors import BadInput, Offline, Rejected, TimedOut, WbtuiError
from wbtui.models.actions import ACTIONS, Reason
from wbtui.models.actions.parse import parse_action
from wbtui.models.money import Money
from wbtui.models.parts import INVOICE
from wbtui.models.plan import Cycle, Discount, Feature, Strategy, TaxMode
from wbtui.models.preview import Status
from wbtui.models.subscription import SubscriptionStatus
from wbtui.ui.actions.catalogue import ENTRIES, entry_of
from wbtui.ui.actions.estimate import PAUSE, Estimate
from wbtui.ui.actions.forms import FORMS
from wbtui.ui.actions.opening import open_action
from wbtui.ui.actions.sheet import PreviewSheet, SheetEnd

SHAPES = ("refund", "issue_credit_note", "change_plan", "change_units", "reorder_methods", "edit_customer")
"""Kinds whose forms differ most: a short one, lines, two columns, numbers, an order, many fields."""


def test_every_action_has_a_row_a_form_and_a_case() -> None:
    assert {entry.kind for entry in ENTRIES} == set(ACTIONS)
    assert set(FORMS) == set(ACTIONS)
    assert set(CASES) == set(ACTIONS)
    for kind, form in FORMS.items():
        assert form.model.asks == bool(form.fields or form.context_fields), kind


async def go_on(d: Driver, case: Case) -> PreviewSheet:
    """Open and answer the form, and go on to the sheet."""
    await begin(d, case.kind)
    for name, value in case.answers.items():
        await answer(d, name, value)
    if case.answers:
        await d.press_command("form.go_on")
    await d.expect_screen("PreviewSheet")
    sheet = d.screen
    assert isinstance(sheet, PreviewSheet)
    await d.wait_for(lambda: sheet.preview is not None, "the preview came")
    return sheet


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case.kind)
async def test_from_the_form_to_the_outcome(case: Case) -> None:
    """On a small terminal; some kinds on a large one too, where the ticket is remembered."""
    services, actions = services_with_anna(case.subject)
    actions.answer = lambda _action: case.preview
    words = parse_action(case.kind, "Cust_1", case.words, agent="tess", currency="eur")
    async with driver(services) as d:
        for size in ((80, 24), (140, 40))[: 2 if case.kind in SHAPES else 1]:
            await d.resize(*size)
            end = await outcome(d, case)
            assert end is not None and end.outcome.status is Status.DONE, size
            assert actions.confirmed == [words], f"{size}: form and command line make the same action"
            assert actions.confirmed.pop().wire() == words.wire(), size
            assert actions.labels.pop()[0] == case.summary, size
            assert services.workspace.ticket == words.context.ticket, size


async def outcome(d: Driver, case: Case) -> SheetEnd | None:
    """Do the action of a case from its form to the end of the sheet."""
    ends: list[SheetEnd | None] = []
    await begin(d, case.kind, ends)
    if case.answers:
        assert form_of(d).unsent() is None, "nothing was typed yet"
    for name, value in case.answers.items():
        await answer(d, name, value)
    if case.answers:
        assert form_of(d).unsent() == f"this {entry_of(case.kind).noun}"
        await d.press_command("form.go_on")
    await d.expect_screen("PreviewSheet")
    await d.read_preview()
    await d.expect_text("Customer", "Anna Schmidt", "Cust_1", f"ctrl+s  {case.commit}", "esc  Back", "DEMO")
    body = d.screen.query_one(".sheet-body", Static)
    head = d.screen.query_one(".sheet-essentials", Static)
    said = f"{head.content}\n{body.content}"
    assert [text for text in case.says if text not in said] == [], d.text()
    if case.confirm:
        await d.commit()
        await d.expect_text(f"▲ Type {case.confirm} to confirm.")
        await d.type(case.confirm)
    await d.commit()
    await d.wait_for(lambda: bool(ends), "the sheet ended")
    return ends[0]


@pytest.mark.parametrize("case", [CASES[kind] for kind in SHAPES], ids=SHAPES)
async def test_with_the_effects_beside_the_fields_nothing_is_cut_off(case: Case) -> None:
    services, actions = services_with_anna(case.subject)
    actions.answer = lambda _action: case.preview
    async with driver(services, size=(140, 50)) as d:
        await begin(d, case.kind)
        for name, value in case.answers.items():
            await answer(d, name, value)
        await d.time.advance(PAUSE)
        for part in form_of(d).query(".form-part"):
            shown = [one for one in part.children if one.display]
            assert [one for one in shown if one.region.bottom > part.region.bottom] == [], d.text()


async def test_the_estimate_beside_the_fields_is_seen_below_a_long_comparison() -> None:
    services, actions = services_with_anna()
    actions.answer = lambda _action: preview(eur(13773))
    extras = [Feature(slug=f"extra_{number}", name=f"Extra {number}", unit=None, strategy=Strategy.FLAT,
                      included=None, limit=None) for number in range(25)]  # fmt: skip
    services.profiles.serve("plans", "", (*PLANS[:2], plan("Enterprise", 19900, *extras)))
    async with driver(services, size=(140, 60)) as d:
        await begin(d, "change_plan")
        await d.time.advance(PAUSE)
        await d.expect_text("Extra 24", "€137.73", "[ ] E-mail the customer")


@pytest.mark.parametrize("case", [CASES[kind] for kind in SHAPES], ids=SHAPES)
async def test_leaving_asks_only_when_something_was_typed(case: Case) -> None:
    services, _ = services_with_anna(case.subject)
    async with driver(services) as d:
        await begin(d, case.kind)
        await d.press_command("form.back")
        await d.expect_screen("CustomersScreen")
        await begin(d, case.kind)
        name, value = next((n, v) for n, v in case.answers.items() if n != "pricing")
        await answer(d, name, value)
        await d.press_command("form.back")
        await d.expect_text(f"Discard this {entry_of(case.kind).noun}?", "Keep editing")
        await d.press("enter")
        await d.expect_screen("ActionForm")
        assert row_of(d, name).field.raw(row_of(d, name).control), "it is as it was"
        await d.press("ctrl+q")
        await d.expect_text(f"Discard this {entry_of(case.kind).noun} and quit?")
        await d.press("escape")
        await d.expect_screen("ActionForm")


# ── problems at their fields ──
async def test_all_missing_answers_are_named_at_once_and_disappear_when_given() -> None:
    services, actions = services_with_anna()
    async with driver(services) as d:
        await begin(d, "grant_credit")
        await d.press_command("form.go_on")
        await d.expect_text("▲ Enter an amount.", "▲ Choose a reason.")
        await answer(d, "amount", "5.00")
        await d.expect_gone("▲ Enter an amount.")
        await d.expect_text("▲ Choose a reason.")
        assert actions.confirmed == []


async def test_what_is_wrong_is_said_once_the_field_is_left_and_goes_when_it_is_right() -> None:
    services, _ = services_with_anna()
    async with driver(services, size=(100, 40)) as d:
        await begin(d, "grant_credit")
        amount, expires = row_of(d, "amount"), row_of(d, "expires")
        await d.type("0")
        assert amount.problem is None, "it is still being typed"
        await d.press("down")
        await d.expect_text("▲ The amount must be above zero.")
        await d.type("32 Dec")
        assert expires.problem is None
        await d.press("up")
        await d.expect_text("▲ The amount must be above zero.", "▲ This date does not exist.")
        assert row_of(d, "reason").problem is None, "nothing was entered there"
        await d.press("end")
        await d.type(".5")
        await d.expect_text("€0.50")
        await d.expect_gone("▲ The amount must be above zero.")


@pytest.mark.parametrize("kind", ["issue_credit_note", "change_units"])
async def test_nothing_is_wrong_in_a_form_that_was_just_opened(kind: str) -> None:
    services, _ = services_with_anna(CASES[kind].subject)
    async with driver(services) as d:
        await begin(d, kind)
        assert [row.problem for row in form_of(d)._rows if row.problem] == []


async def test_the_part_of_an_address_that_is_wrong_gets_the_focus() -> None:
    services, _ = services_with_anna()
    async with driver(services, size=(100, 40)) as d:
        await begin(d, "edit_customer")
        address = row_of(d, "changes.address").control
        country = address.part("country")
        country.value = "Germani"
        await d.press_command("form.go_on")
        await d.expect_text("▲ Enter a country, such as Germany or DE.")
        await d.wait_for(lambda: country.has_focus, "the focus is on the country")
        address.part("zip").value = ""
        country.value = "Germany"
        await d.press_command("form.go_on")
        await d.expect_text("▲ Enter the postal code.")
        await d.wait_for(lambda: address.part("zip").has_focus, "the focus is on the postal code")


async def test_a_reason_that_may_be_left_out_is_called_optional() -> None:
    case = CASES["extend_trial"]
    services, _ = services_with_anna(case.subject)
    async with driver(services, size=(100, 40)) as d:
        await begin(d, case.kind)
        await d.expect_text("Optional.")
        await answer(d, "reason", "courtesy")
        await d.expect_gone("Optional.")


async def test_the_preview_that_removes_a_discount_says_so() -> None:
    discounted = SUBSCRIPTION.model_copy(update={"discount": DISCOUNTS[0]})
    services, _ = services_with_anna(discounted)
    async with driver(services, size=(100, 40)) as d:
        await begin(d, "set_discount")
        assert row_of(d, "discount_id").field.value(row_of(d, "discount_id").control) == DISCOUNTS[0].id
        await answer(d, "discount_id", None)
        await answer(d, "reason", Reason.COURTESY)
        await d.press_command("form.go_on")
        await d.read_preview()
        await d.expect_text("Discount     No discount", "Remove the discount for Anna Schmidt")


async def test_a_new_subscription_has_discounts_in_the_currency_of_its_plan() -> None:
    anna = with_another_subscription(amount=Money(5400, "usd"))
    services, _ = services_with_anna(anna)
    in_usd = Discount(id="Disc_usd", name="Welcome", amount=Money(1000, "usd"))
    [pro] = (one for one in PLANS if one.name == "Pro")
    price = pro.pricings[0].model_copy(
        update={"id": "Price_usd", "currency": "usd", "price": Money(5400, "usd"), "features": ()}
    )
    services.profiles.serve("plans", "", (pro.model_copy(update={"pricings": (*pro.pricings, price)}),))
    services.profiles.serve("discounts", "", (*DISCOUNTS, in_usd))
    async with driver(services, size=(100, 40)) as d:
        open_action(d.screen, "create_subscription", anna, {})
        await d.expect_text("Discount", "No discount")
        discounts = row_of(d, "discount_id").control
        await answer(d, "pricing", ("Plan_Pro", pro.pricings[0].id))
        await d.wait_for(lambda: discounts.select_text(DISCOUNTS[1].id), "the one in euros")
        assert not discounts.select_text(in_usd.id), "the plan is in euros"
        await answer(d, "pricing", ("Plan_Pro", "Price_usd"))
        await d.wait_for(lambda: discounts.value is None, "a discount in euros is dropped")
        assert discounts.select_text(in_usd.id) and not discounts.select_text(DISCOUNTS[1].id)
        assert discounts.select_text(DISCOUNTS[0].id), "one in percent is for both"


async def test_what_the_server_rejects_is_said_at_its_field() -> None:
    services, actions = services_with_anna()
    case = CASES["edit_customer"]
    problem = Rejected("The body is wrong.", fields={"changes.emails.0.address": "is not an e-mail address"})
    actions.answer = lambda _action: problem
    async with driver(services) as d:
        await begin(d, case.kind)
        await answer(d, "changes.emails", "main: anna")
        await d.press_command("form.go_on")
        await d.expect_text("▲ Is not an e-mail address")
        await answer(d, "comment", "another field")
        assert row_of(d, "changes.emails").problem is not None, "only this field can become right"
        await answer(d, "changes.emails", "main: anna@lumen.example\ninvoice: ap@lumen.example")
        await d.expect_gone("▲ Is not an e-mail address")


async def test_a_rejection_of_something_the_form_does_not_ask_is_said_below() -> None:
    services, actions = services_with_anna()
    actions.answer = lambda _action: Rejected("The body is wrong.", fields={"customer_id": "is unknown"})
    async with driver(services) as d:
        await begin(d, "append_note")
        await answer(d, "text", "x")
        await d.press_command("form.go_on")
        await d.expect_text("▲ customer_id: is unknown")


async def test_only_what_changed_is_sent_and_nothing_changed_is_said() -> None:
    services, actions = services_with_anna()
    async with driver(services) as d:
        await begin(d, "edit_customer")
        await d.press_command("form.go_on")
        await d.expect_text("▲ Nothing has changed.")
        await answer(d, "changes.vat_id", "DE1")
        await d.press_command("form.go_on")
        await d.expect_screen("PreviewSheet")
        assert actions.previewed[-1].wire()["changes"] == {"vat_id": "DE1"}


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [
        (
            "change_plan",
            SubscriptionStatus.CANCELED,
            "Only an active subscription can change; this one is canceled.",
        ),
        ("change_plan", SubscriptionStatus.MOVED, "This subscription was replaced by another one."),
        ("cancel_subscription", SubscriptionStatus.MOVED, "This subscription was replaced by another one."),
    ],
)
async def test_an_object_that_cannot_be_acted_on_says_why_instead_of_a_form(
    kind: str, status: SubscriptionStatus, reason: str
) -> None:
    services, _ = services_with_anna(SUBSCRIPTION.model_copy(update={"status": status}))
    async with driver(services) as d:
        open_for_anna(d, kind)
        await d.expect_text(f"■ {entry_of(kind).title} unavailable", reason)
        assert "ctrl+s" not in d.text() and "ctrl+d" not in d.text(), "nothing to preview or keep"
        await d.press_command("form.go_on")
        assert form_of(d).data is None


async def test_a_form_opens_from_fresh_cached_data_without_asking_the_server() -> None:
    services, _ = services_with_anna()
    await services.profiles.fetch(INVOICE, "Inv_1")
    services.profiles.answers["invoice", "Inv_1"] = BadInput("The server was asked.")
    async with driver(services) as d:
        await begin(d, "refund")
        await d.expect_text("€49.00 · 14 Nov · Visa ••4242")


async def test_ctrl_z_undoes_in_a_text() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        await begin(d, "append_note")
        await d.type("Called back")
        await d.wait_for(lambda: row_of(d, "text").control.text == "Called back", "the note")
        await d.press("ctrl+z")
        await d.wait_for(lambda: row_of(d, "text").control.text == "", "the note is undone")


async def test_the_arrows_leave_a_text_at_its_first_and_last_line() -> None:
    services, _ = services_with_anna()
    async with driver(services, size=(100, 40)) as d:
        await begin(d, "grant_credit")
        comment = row_of(d, "comment").control
        comment.focus()
        await d.type("one")
        await d.press("enter")
        await d.type("two")
        await d.press("up")
        await d.wait_for(lambda: comment.cursor_location == (0, 3), "the line above")
        assert comment.has_focus
        await d.press("up")
        await d.expect_focus("#ticket")
        await d.press("down", "down")
        await d.wait_for(lambda: comment.cursor_location == (1, 3), "the last line")
        await d.press("down")
        await d.expect_focus("#notify")
        await d.press("up")
        await d.expect_focus("#comment")
        assert comment.text == "one\ntwo"


async def test_the_estimate_of_a_new_subscription_is_in_view_on_a_small_terminal() -> None:
    services, _ = services_with_anna()
    many = tuple(Discount(id=f"Disc_{n}", name=f"Offer {n}", percent="10") for n in range(8))
    services.profiles.serve("discounts", "", many)
    services.profiles.serve("plans", "", tuple(plan(f"P{n}", n * 1000, seats("3", "9")) for n in range(1, 9)))
    async with driver(services, size=(80, 24)) as d:
        await begin(d, "create_subscription")
        estimate = d.screen.query_one(Estimate)
        await d.wait_for(lambda: estimate.region.height > 0, "the estimate has its place")
        assert d.screen.query_one(".dialog-body").region.contains_region(estimate.region)


async def test_a_number_of_units_goes_behind_those_of_the_chosen_plan() -> None:
    """The first units follow the plan; the cursor was left where the shorter number ended."""
    plans = (plan("Small", 1900, seats("3", "3")), plan("Large", 4900, seats("10", "100")))
    services, _ = services_with_anna()
    services.profiles.serve("plans", "", plans)
    async with driver(services, size=(100, 40)) as d:
        await begin(d, "create_subscription")
        units = row_of(d, "units").control
        await d.wait_for(lambda: units.units == {"seats": "3"}, "the first plan's units")
        await d.press("down")
        await d.wait_for(lambda: units.units == {"seats": "10"}, "the other plan's units")
        await d.press("tab")
        await d.type("5")
        await d.wait_for(lambda: units.units == {"seats": "105"}, "the number typed")


async def test_a_list_without_options_is_said_at_its_field() -> None:
    services, _ = services_with_anna()
    services.profiles.serve("plans", "", ())
    async with driver(services) as d:
        await begin(d, "change_plan")
        await d.press_command("form.go_on")
        await d.expect_text("▲ No plan is offered in this currency.")


async def test_no_price_of_a_plan_is_cut_without_a_sign() -> None:
    each = Feature(slug="seats", name="Seats", unit="seat", strategy=Strategy.PER_UNIT, included=None,
                   limit=None, unit_price=eur(12000))  # fmt: skip
    team, long = plan("Enterprise", 0, each), plan("Business for schools", 0, each)
    net = {"tax_mode": TaxMode.EXCLUSIVE, "cycle": Cycle.QUARTER}
    plans = [
        one.model_copy(update={"pricings": (one.pricings[0].model_copy(update=net),)}) for one in (team, long)
    ]
    for shown, cut in (((*PLANS, plans[0]), " seat + tax"), ((*PLANS, plans[1]), " sea…")):
        services, _ = services_with_anna()
        services.profiles.serve("plans", "", shown)
        async with driver(services, size=(140, 40)) as d:
            await begin(d, "change_plan")
            await d.expect_text("€120.00 per" + cut)


@pytest.mark.parametrize("error", [Offline, TimedOut])
async def test_a_form_opens_without_a_part_that_could_not_be_loaded(error: type[WbtuiError]) -> None:
    services, _ = services_with_anna()
    services.profiles.answers["discounts", ""] = error("Not reached.")
    async with driver(services) as d:
        await begin(d, "change_plan")
        await d.expect_text("Not available offline: Discounts.")


async def test_a_subscription_that_was_deleted_meanwhile_is_said_instead_of_a_form() -> None:
    services, _ = services_with_anna()
    services.profiles.serve("subscriptions", "Cust_1", ())
    async with driver(services) as d:
        open_for_anna(d, "change_plan")
        await d.expect_text("This subscription no longer exists", "Nothing was sent.")


# ── help ──
async def test_the_help_of_a_form_names_its_fields() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        await begin(d, "refund")
        about = form_of(d).ABOUT
        assert about.startswith("Give money back for the selected invoice.")
        assert "Fields: Payment, Refund, Reason" in about
        verbs = {row.verb for row in form_of(d).commands()}
        assert "keep" in verbs and "delete" not in verbs, "only a form opened as a draft can be deleted"
        await answer(d, "mode", "percent")
        assert "Percent" in form_of(d).ABOUT


async def test_units_with_a_decimal_comma_are_said_as_they_are_sent() -> None:
    services, actions = services_with_anna()
    actions.answer = lambda _action: preview(eur(500))
    async with driver(services, size=(100, 40)) as d:
        await begin(d, "change_units")
        await answer(d, "units", {"seats": "12,50"})
        await answer(d, "reason", Reason.COURTESY)
        await d.press_command("form.go_on")
        await d.read_preview()
        await d.expect_text("New units    12.5 seats", "Change to 12.5 seats")


async def test_a_plan_that_is_not_offered_any_more_leaves_the_choice_open() -> None:
    """The form began with the cheapest plan: a downgrade."""
    archived = {
        "plan_id": "Plan_old",
        "pricing_id": "Price_old",
        "amount": eur(90000),
        "price_signed": eur(90000),
    }
    services, _ = services_with_anna(SUBSCRIPTION.model_copy(update=archived))
    async with driver(services, size=(100, 40)) as d:
        await begin(d, "change_plan")
        plans = row_of(d, "pricing").control
        assert plans.value is None
        await answer(d, "reason", Reason.COURTESY)
        await d.press_command("form.go_on")
        await d.expect_text("▲ Choose a plan.")
        await d.press("down")
        await d.wait_for(lambda: plans.value == ("Plan_Starter", "Price_Starter"), "the first")


async def test_a_percentage_says_of_what() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        await begin(d, "refund")
        await answer(d, "mode", "percent")
        await d.expect_text("% of €49.00 paid")


async def test_the_palette_in_a_form_has_the_commands_of_the_form() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        await begin(d, "append_note")
        await answer(d, "text", "Hello.")
        await d.press("ctrl+p")
        await d.expect_text("Find a command", "Show the preview; nothing is sent yet.")
        await d.type("preview")
        await d.press("enter")
        await d.expect_screen("PreviewSheet")
