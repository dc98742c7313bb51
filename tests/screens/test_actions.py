"""Every action on the screen: from its form over the sheet to the outcome, by one table of cases."""

from __future__ import annotations

import pytest
from textual.widgets import Input, Static

from tests.screens.driver import Driver, driver
from tests.support.action_cases import CASES
from tests.support.action_cases.base import Case
from tests.support.action_form import (
    answer,
    begin,
    form_of,
    open_for_anna,
    row_of,
    services_with_anna,
)
from tests.support.anna import ANNA, DISCOUNTS, SUBSCRIPTION, eur, preview
from tests.support.customers import TODAY
from wbtui.errors import BadInput, Offline, Rejected, TimedOut, WbtuiError
from wbtui.models.actions import ACTIONS, Action, ChangePlan, GrantCredit, Reason, RefundInvoice
from wbtui.models.actions.parse import parse_action
from wbtui.models.money import Money
from wbtui.models.parts import INVOICE
from wbtui.models.preview import Preview, Rule, Status
from wbtui.models.subscription import NextCharge, SubscriptionStatus
from wbtui.ui.actions.catalogue import ENTRIES, entry_of
from wbtui.ui.actions.estimate import PAUSE
from wbtui.ui.actions.forms import FORMS
from wbtui.ui.actions.opening import open_action
from wbtui.ui.dialogs.sheet import PreviewSheet, SheetEnd
from wbtui.ui.widgets.choice import Choice

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


async def test_an_object_that_cannot_be_acted_on_says_why_instead_of_a_form() -> None:
    services, _ = services_with_anna(SUBSCRIPTION.model_copy(update={"status": SubscriptionStatus.CANCELED}))
    async with driver(services) as d:
        open_for_anna(d, "change_plan")
        await d.expect_text(
            "■ Change plan unavailable",
            "Only an active subscription can change; this one is canceled.",
        )
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


async def test_a_list_without_options_is_said_at_its_field() -> None:
    services, _ = services_with_anna()
    services.profiles.serve("plans", "", ())
    async with driver(services) as d:
        await begin(d, "change_plan")
        await d.press_command("form.go_on")
        await d.expect_text("▲ No plan is offered in this currency.")


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


# ── the live estimate ──
async def test_the_estimate_waits_for_a_pause_and_is_never_of_another_answer() -> None:
    services, actions = services_with_anna()

    def of(action: Action) -> Preview:
        assert isinstance(action, RefundInvoice)
        return preview(action.amount or eur(4900))

    actions.answer = of
    async with driver(services) as d:
        await begin(d, "refund")
        await d.expect_text("Calculating …")
        assert actions.previewed == [], "nothing is asked before the pause"
        await d.time.advance(PAUSE)
        await d.expect_match(r"Amount +€49\.00")
        await answer(d, "mode", "amount")
        await d.expect_text("Complete the fields above to see the effect.")
        await answer(d, "amount", "2")
        await answer(d, "amount", "20")
        await d.expect_text("Calculating …")
        assert "€49.00 " not in d.line_with("Calculating …")
        await d.time.advance(PAUSE)
        await d.expect_match(r"Amount +€20\.00")
        asked = [one.amount for one in actions.previewed if isinstance(one, RefundInvoice)]
        assert asked == [None, eur(2000)], "only the last of several answers is asked about"
        before = len(actions.previewed)
        await answer(d, "comment", "unrelated")
        await d.time.advance(PAUSE)
        assert len(actions.previewed) == before


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
async def test_both_timings_and_both_plans_stand_side_by_side(size: tuple[int, int]) -> None:
    services, actions = services_with_anna()

    def of(action: Action) -> Preview:
        assert isinstance(action, ChangePlan)
        if action.when == "now":
            return preview(eur(4500), due_now=(eur(4500),))
        return preview(next_invoice=NextCharge(date=TODAY, total=eur(19900)))

    actions.answer = of
    async with driver(services, size=size) as d:
        await begin(d, "change_plan")
        await answer(d, "pricing", ("Plan_Business", "Price_Business"))
        form = form_of(d)
        await d.expect_match(r"Price +€49\.00 / month +€199\.00 / month +\+ €150\.00")
        form.body.scroll_end(animate=False)
        await d.time.advance(PAUSE)
        await d.expect_match(r"API calls used +92,310 of 1,000,000 \(9 %\) in the new plan")
        await d.expect_match(r"Due today +€45\.00 +–")
        await d.expect_match(r"Next invoice +– +€199\.00 on 22 Nov")
        assert {one.context.reason for one in actions.previewed} != {None}
        # A proration is asked only for a change now; it changes that column alone.
        assert not row_of(d, "proration").asked
        await answer(d, "when", "now")
        # Whether it is a downgrade depends on units and discount, too: the billing system decides.
        assert row_of(d, "proration").asked and row_of(d, "downgrade_allowed").asked
        await answer(d, "downgrade_allowed", True)
        await answer(d, "reason", Reason.COURTESY)
        form.go_on()
        await d.expect_screen("PreviewSheet")
        sheet = d.screen
        assert isinstance(sheet, PreviewSheet)
        assert ("", "✓ Allow a downgrade within the billing period") in sheet.proposal.facts


async def test_the_field_with_the_focus_stays_in_view_when_the_terminal_gets_smaller() -> None:
    services, _ = services_with_anna()
    async with driver(services, size=(140, 40)) as d:
        await begin(d, "change_plan")
        await answer(d, "pricing", ("Plan_Business", "Price_Business"))
        row_of(d, "ticket").query_one(Input).focus()
        await d.expect_match("▌Ticket")
        await d.resize(80, 24)
        await d.expect_match("▌Ticket")


async def test_with_a_plan_change_the_discount_stays_is_removed_or_another() -> None:
    now = DISCOUNTS[0]
    services, _ = services_with_anna(SUBSCRIPTION.model_copy(update={"discount": now}))
    async with driver(services, size=(140, 60)) as d:
        await begin(d, "change_plan")
        await answer(d, "reason", Reason.COURTESY)
        await d.expect_text(now.name, "(current)", "1 of 3")
        assert "discount_id" not in form_of(d)._action().wire()
        await answer(d, "discount", (None,))
        assert form_of(d)._action().wire()["discount_id"] is None
        await answer(d, "discount", (DISCOUNTS[1].id,))
        assert form_of(d)._action().wire()["discount_id"] == DISCOUNTS[1].id


@pytest.mark.parametrize(("today", "columns"), [(eur(5900), 2), (None, 1)])
async def test_a_renewal_compares_the_prices_that_there_are(today: Money | None, columns: int) -> None:
    ended = {"status": SubscriptionStatus.CANCELED, "price_today": today}
    services, actions = services_with_anna(SUBSCRIPTION.model_copy(update=ended))
    actions.answer = lambda _action: preview(eur(4900), due_now=(eur(4900),))
    async with driver(services) as d:
        await begin(d, "renew_subscription")
        await d.time.advance(PAUSE)
        await d.expect_match(r"Due today" + columns * r" +€49\.00" + r" *│")
        if today is not None:
            await d.expect_text("Today's list price, €59.00 instead of €49.00")
            await d.resize(140, 40)
            await d.expect_match(r"optional, else .*\n.* today ")
    assert len(actions.previewed) == columns


async def test_current_units_are_filled_in_and_fewer_of_them_now_are_a_downgrade() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        await begin(d, "change_units")
        form = form_of(d)
        assert form.data is not None and form.data["units"] == {"seats": "10"}
        assert form.focused in list(row_of(d, "units").query("*")), "the number is asked for first"
        await d.expect_text("Prices stay as in the contract: €5.00 per seat.")
        await answer(d, "units", {"seats": "9"})
        assert not row_of(d, "downgrade_allowed").asked
        await answer(d, "when", "now")
        assert row_of(d, "downgrade_allowed").asked and row_of(d, "proration").asked
        await answer(d, "units", {"seats": "11"})
        assert not row_of(d, "downgrade_allowed").asked


async def test_a_new_subscription_begins_with_the_included_units_until_a_number_is_typed() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        await begin(d, "create_subscription")
        form = form_of(d)
        assert form.data is not None
        for plan, units in (("Pro", "10"), ("Business", "50"), ("Pro", "10")):
            await answer(d, "pricing", (f"Plan_{plan}", f"Price_{plan}"))
            assert form.data["units"] == {"seats": units}
        await answer(d, "units", {"seats": "7"})
        await answer(d, "pricing", ("Plan_Business", "Price_Business"))
        assert form.data["units"] == {"seats": "7"}
        await answer(d, "pending", True)
        assert not row_of(d, "start").asked
        await answer(d, "units", {"seats": ""})
        await d.press_command("form.go_on")
        await d.expect_text("▲ Enter the number of units.")


async def test_a_refusal_and_a_failure_stand_in_the_place_of_the_estimate() -> None:
    services, actions = services_with_anna()
    actions.answer = lambda _action: preview(refused=Rule(code="x", message="The account is frozen."))
    async with driver(services) as d:
        await begin(d, "refund")
        await d.time.advance(PAUSE)
        await d.expect_text("■ The account is frozen.")
        actions.answer = lambda _action: BadInput("The server is busy.")
        await answer(d, "mode", "percent")
        await answer(d, "percent", "25")
        await d.time.advance(PAUSE)
        await d.expect_text("Estimate not available. The server is busy.")
        actions.answer = lambda _action: Rejected("Not valid: percent.", fields={"percent": "at most 20."})
        await answer(d, "percent", "26")
        await d.time.advance(PAUSE)
        await d.expect_text("Estimate not available. Percent: At most 20.")


async def test_another_currency_is_estimated_anew() -> None:
    billed_in_two = ANNA.model_copy(update={"owed": (eur(500), Money(500, "usd"))})
    services, actions = services_with_anna(billed_in_two)
    amounts: list[Money] = []

    def answer_with(action: Action) -> Preview:
        assert isinstance(action, GrantCredit)
        amounts.append(action.amount)
        return preview(amount=action.amount)

    actions.answer = answer_with
    async with driver(services) as d:
        open_action(d.screen, "grant_credit", billed_in_two, {})
        await d.wait_for(lambda: form_of(d).data is not None, "the form came")
        await answer(d, "amount", "5")
        await d.time.advance(PAUSE)
        await d.wait_for(lambda: amounts == [eur(500)], "the estimate in euros")
        row_of(d, "amount").query_one(Choice).select("usd")
        await d.expect_text("$5.00")
        await d.time.advance(PAUSE)
        await d.wait_for(lambda: amounts == [eur(500), Money(500, "usd")], "the estimate in dollars")


# ── help ──
async def test_the_help_of_a_form_names_its_fields() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        await begin(d, "refund")
        about = form_of(d).ABOUT
        assert about.startswith("Refund: Give money back for the selected invoice.")
        assert "Fields: Payment, Refund, Reason" in about
        await answer(d, "mode", "percent")
        assert "Percent" in form_of(d).ABOUT


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
