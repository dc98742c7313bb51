"""The live estimate of a form, and the fields that plans and their units fill in."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from tests.screens.driver import driver
from tests.support.action_cases import CASES
from tests.support.action_form import answer, begin, form_of, row_of, services_with_anna
from tests.support.anna import ANNA, DISCOUNTS, SUBSCRIPTION, eur, preview
from tests.support.customers import TODAY
from wbtui.errors import BadInput, Offline, Rejected
from wbtui.models.actions import Action, Reason
from wbtui.models.actions.money import GrantCredit, RefundInvoice
from wbtui.models.actions.subscription import ChangePlan
from wbtui.models.money import Money
from wbtui.models.preview import Preview, Rule, Warn
from wbtui.models.subscription import NextCharge, SubscriptionStatus
from wbtui.services.link import LinkKind
from wbtui.ui.actions.estimate import PAUSE
from wbtui.ui.actions.opening import open_action
from wbtui.ui.actions.sheet import PreviewSheet
from wbtui.ui.widgets.choice import Choice


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
        await d.expect_match(r"Base price +€49\.00 / month +€199\.00 / month +\+ €150\.00")
        form.body.scroll_end(animate=False)
        await d.time.advance(PAUSE)
        await d.expect_match(r"API calls used +92,310 of 1,000,000 \(9 %\) in the new plan")
        await d.expect_match(r"Due today +€45\.00 +–")
        await d.expect_match(r"Next invoice +– +€199\.00 on 22 Nov")
        assert {one.context.reason for one in actions.previewed} != {None}
        # A proration is asked only for a change now; it changes that column alone.
        assert not row_of(d, "proration").is_asked
        await answer(d, "when", "now")
        # Whether it is a downgrade depends on units and discount, too: the billing system decides.
        assert row_of(d, "proration").is_asked and row_of(d, "downgrade_allowed").is_asked
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


async def test_a_field_in_need_stays_in_view_when_the_estimate_grows_above_it() -> None:
    services, actions = services_with_anna()
    warnings = tuple(Warn(code=f"w{n}", text=f"Long warning {n}. " * 6) for n in range(9))
    actions.answer = lambda _action: preview(eur(4500), due_now=(eur(4500),), warnings=warnings)
    async with driver(services, size=(80, 30)) as d:
        await begin(d, "change_plan")
        await answer(d, "pricing", ("Plan_Business", "Price_Business"))
        await d.press_command("form.go_on")
        await d.expect_text("▲ Choose a reason.", "Calculating …")
        await d.time.advance(PAUSE)
        await d.expect_gone("Calculating …")
        await d.expect_text("▲ Choose a reason.")
        form_of(d).body.scroll_home(animate=False)
        await d.expect_gone("▲ Choose a reason.")
        await d.press_command("form.go_on")
        await d.expect_text("▲ Choose a reason.")


async def test_the_fields_below_the_estimate_stay_in_place_while_it_is_calculated() -> None:
    services, actions = services_with_anna()
    warnings = tuple(Warn(code=f"w{n}", text=f"Warning {n}.") for n in range(3))
    actions.answer = lambda _action: preview(eur(4500), due_now=(eur(4500),), warnings=warnings)
    async with driver(services, size=(100, 60)) as d:
        await begin(d, "change_plan")
        await answer(d, "pricing", ("Plan_Business", "Price_Business"))
        await answer(d, "when", "now")
        await d.time.advance(PAUSE)
        await d.expect_match(r"Due today +€45\.00")
        below = d.lines().index(d.line_with("Ticket"))
        await answer(d, "downgrade_allowed", True)
        await d.expect_text("Calculating …")
        assert d.lines().index(d.line_with("Ticket")) == below
        await d.time.advance(PAUSE)
        await d.expect_gone("Calculating …")
        assert d.lines().index(d.line_with("Ticket")) == below


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
            await d.expect_text("Today's list price is €59.00 instead of €49.00.")
            await d.resize(140, 40)
            await d.expect_text("Today's list price is €59.00 instead", "( ) Today's list price  ")
            await d.expect_match(r"optional, else today +│")
    assert len(actions.previewed) == columns


async def test_current_units_are_filled_in_and_fewer_of_them_now_are_a_downgrade() -> None:
    services, actions = services_with_anna()
    refused = Rule(code="nothing_to_do", message="The subscription already has these units.")
    actions.answer = lambda _action: preview(refused=refused)
    async with driver(services) as d:
        await begin(d, "change_units")
        form = form_of(d)
        await d.time.advance(PAUSE)
        await d.expect_text("Complete the fields above to see the effect.")
        assert not actions.previewed, "nothing was typed"
        assert form.focused in list(row_of(d, "units").query("*")), "the number is asked for first"
        for same in ("10", "10.0"):
            await answer(d, "units", {"seats": same})
            await answer(d, "reason", Reason.COURTESY)
            await d.press_command("form.go_on")
            await d.wait_for(lambda: row_of(d, "units").problem == "Enter the new number.", same)
        await d.expect_text("Prices stay as in the contract: €5.00 per seat.")
        await answer(d, "units", {"seats": "9"})
        assert not row_of(d, "downgrade_allowed").is_asked
        await answer(d, "when", "now")
        assert row_of(d, "downgrade_allowed").is_asked and row_of(d, "proration").is_asked
        await answer(d, "units", {"seats": "11"})
        assert not row_of(d, "downgrade_allowed").is_asked


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
        assert not row_of(d, "start").is_asked
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
        await d.expect_text("▲ At most 20.", "Correct the fields above to see the effect.")
        assert row_of(d, "percent").problem == "At most 20."
        actions.answer = lambda _action: Rejected(
            "Not valid.", fields={"percent": "no.", "customer_id": "gone."}
        )
        await answer(d, "percent", "27")
        await d.expect_gone("At most 20.")
        await d.time.advance(PAUSE)
        await d.expect_text("▲ No.", "Estimate not available. customer_id: gone.")


async def test_what_was_rejected_of_another_plan_is_gone_with_that_plan() -> None:
    services, actions = services_with_anna()
    actions.answer = lambda _action: Rejected("Not valid.", fields={"units": "Seats: at most 20, not 50."})
    async with driver(services) as d:
        await begin(d, "change_plan")
        await d.time.advance(PAUSE)
        await d.expect_text("▲ Seats: at most 20, not 50.")
        assert row_of(d, "units").problem == "Seats: at most 20, not 50."
        actions.answer = lambda _action: preview(eur(4900))
        await answer(d, "pricing", ("Plan_Pro", "Price_Pro"))
        await d.time.advance(PAUSE)
        await d.expect_gone("▲ Seats: at most 20, not 50.")
        assert row_of(d, "units").problem is None


async def test_an_estimate_that_failed_is_repeated_once_online() -> None:
    services, actions = services_with_anna()
    actions.answer = lambda _action: Offline("No network.")
    async with driver(services) as d:
        await begin(d, "refund")
        await d.time.advance(PAUSE)
        await d.expect_text("Estimate not available. No network.")
        services.link.set(LinkKind.OFFLINE, "No network.")
        await d.expect_text("Preview ✕", "Estimate not available.")
        actions.answer = lambda _action: preview(eur(4900))
        services.link.set(LinkKind.ONLINE)
        await d.expect_text("Calculating …")
        await d.time.advance(PAUSE)
        await d.expect_match(r"Amount +€49\.00")


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
        assert isinstance(d.app.focused, Input), "the agent types the amount at once"
        await answer(d, "amount", "5")
        await d.time.advance(PAUSE)
        await d.wait_for(lambda: amounts == [eur(500)], "the estimate in euros")
        row_of(d, "amount").query_one(Choice).select_text("usd")
        await d.expect_text("$5.00")
        await d.time.advance(PAUSE)
        await d.wait_for(lambda: amounts == [eur(500), Money(500, "usd")], "the estimate in dollars")


async def test_a_subscription_can_be_renewed_today_by_its_date() -> None:
    case = CASES["renew_subscription"]
    services, actions = services_with_anna(case.subject)
    actions.answer = lambda _action: case.preview
    async with driver(services) as d:
        await begin(d, case.kind)
        await answer(d, "start", "2026-11-21")
        await answer(d, "reason", Reason.COURTESY)
        await d.press_command("form.go_on")
        await d.expect_text("▲ Enter a date no earlier than today, 22 Nov 2026 (UTC).")
        await answer(d, "start", TODAY.isoformat())
        await d.expect_text("22 Nov 2026 · today")
        await d.press_command("form.go_on")
        await d.expect_screen("PreviewSheet")
