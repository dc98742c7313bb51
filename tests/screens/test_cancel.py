"""The form of a cancellation: which questions it asks, and the money beside each answer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.screens.driver import driver
from tests.support.action_form import answer, begin, form_of, row_of, services_with_anna
from tests.support.anna import INVOICE, PAYMENT, SUBSCRIPTION, eur, preview
from tests.support.customers import TODAY
from wbtui.models.actions import Action
from wbtui.models.actions.subscription import CancelSubscription
from wbtui.models.invoice import InvoiceRow, InvoiceState
from wbtui.models.payment import PaymentStatus, Wallet
from wbtui.models.preview import Preview
from wbtui.models.subscription import ScheduledChange, SubscriptionStatus
from wbtui.ui.actions.estimate import PAUSE

GIVEN_BACK = {"none": None, "prorated_credit": 1470, "prorated_refund": 1470, "full_refund": 4900}


def of(action: Action) -> Preview:
    assert isinstance(action, CancelSubscription)
    minor = GIVEN_BACK[action.unused_time]
    return preview(eur(minor) if minor is not None else None)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
async def test_each_answer_about_unused_time_stands_beside_its_money(size: tuple[int, int]) -> None:
    services, actions = services_with_anna()
    actions.answer = of
    async with driver(services, size=size) as d:
        await begin(d, "cancel_subscription")
        assert not row_of(d, "unused_time").is_asked, "at the end of the period no paid time is left"
        await answer(d, "when", "now")
        await d.time.advance(PAUSE)
        await d.expect_match(r"Nothing +Credit +Refund +Full refund")
        await d.expect_match(r"Amount +– +€14\.70 +€14\.70 +€49\.00")
        asked = [one for one in actions.previewed if isinstance(one, CancelSubscription)]
        assert {one.unused_time for one in asked if one.when == "now"} == set(GIVEN_BACK)


async def test_an_estimate_needs_no_reason_to_leave_but_the_preview_does() -> None:
    services, actions = services_with_anna()
    async with driver(services) as d:
        await begin(d, "cancel_subscription")
        await d.time.advance(PAUSE)
        await d.wait_for(lambda: len(actions.previewed) == 2, "both timings were estimated")
        await d.press_command("form.go_on")
        await d.expect_text("▲ Choose why they leave.")
        await d.expect_screen("ActionForm")


def unpaid_invoice(**members: Any) -> InvoiceRow:
    known = {name: getattr(INVOICE, name) for name in InvoiceRow.model_fields if hasattr(INVOICE, name)}
    unpaid = {"state": InvoiceState.READY_FOR_PAYMENT, "open": eur(4900), "subscription_id": "Cont_1"}
    return InvoiceRow(**{**known, **unpaid, **members})


async def test_unpaid_invoices_and_credit_are_asked_about_where_there_are_any() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        await begin(d, "cancel_subscription")
        assert not row_of(d, "open_invoices").is_asked and not row_of(d, "credits").is_asked
    services, _ = services_with_anna()
    unpaid = unpaid_invoice()
    other = unpaid.model_copy(update={"subscription_id": "Cont_2"})
    wallet = Wallet(id="W_1", currency="eur", balance="10.00")
    paying = unpaid.model_copy(update={"id": "Inv_2"})
    processing = PAYMENT.model_copy(update={"status": PaymentStatus.PROCESSING, "invoice_ids": ("Inv_2",)})
    services.profiles.serve("invoices", "Cust_1", (unpaid, other, paying))
    services.profiles.serve("payments", "Cust_1", (processing,))
    services.profiles.serve("wallets", "Cust_1", (wallet,))
    async with driver(services) as d:
        await begin(d, "cancel_subscription")
        await d.expect_text("Leave €49.00", "Charge €49.00 now", "Write off", "Keep €10.00", "Refund €10.00")


@pytest.mark.parametrize(
    ("state", "charge"),
    [(InvoiceState.READY_FOR_PAYMENT, "€67.33"), (InvoiceState.PENDING_VALIDATION, "€49.00")],
)
async def test_unpaid_invoices_of_replaced_subscriptions_count_and_none_to_be_validated_is_charged(
    state: InvoiceState, charge: str
) -> None:
    moved = {"id": "Cont_0", "status": SubscriptionStatus.MOVED, "moved_to": "Cont_1"}
    both = (
        SUBSCRIPTION.model_copy(update={"moved_from": "Cont_0"}),
        SUBSCRIPTION.model_copy(update=moved),
    )
    services, _ = services_with_anna()
    services.profiles.serve("subscriptions", "Cust_1", both)
    earlier = unpaid_invoice(id="Inv_2", open=eur(1833), subscription_id="Cont_0", state=state)
    services.profiles.serve("invoices", "Cust_1", (unpaid_invoice(), earlier))
    async with driver(services) as d:
        await begin(d, "cancel_subscription")
        await d.expect_text("Leave €67.33", f"Charge {charge} now")


@pytest.mark.parametrize(
    ("to_plan", "said"), [("Business", "to Business"), ("Pro", "of Pro"), (None, "of Pro")]
)
async def test_a_notice_period_and_a_scheduled_change_are_named(to_plan: str | None, said: str) -> None:
    change = ScheduledChange(kind="change_plan", on=date(2026, 12, 1), to_plan=to_plan, to_units={}, by=None)
    subject = SUBSCRIPTION.model_copy(update={"notice_period_days": 30, "scheduled_change": change})
    services, _ = services_with_anna(subject)
    async with driver(services) as d:
        await begin(d, "cancel_subscription")
        await d.expect_text(
            "▲ Notice period 30 days: the earliest end is 22 Dec.",
            f"▲ The change {said} on 1 Dec will not happen.",
        )


@pytest.mark.parametrize(("end", "label"), [(0, "At period end, 23 Nov"), (-1, "At period end")])
async def test_the_end_of_a_period_that_is_over_is_not_named(end: int, label: str) -> None:
    last = TODAY + timedelta(days=end)
    services, _ = services_with_anna(SUBSCRIPTION.model_copy(update={"period": (date(2026, 11, 1), last)}))
    async with driver(services) as d:
        await begin(d, "cancel_subscription")
        assert row_of(d, "when").control.label == label


@pytest.mark.parametrize("status", [SubscriptionStatus.PENDING, SubscriptionStatus.SCHEDULED])
async def test_one_that_has_not_started_is_asked_about_nothing_but_the_reason(
    status: SubscriptionStatus,
) -> None:
    services, actions = services_with_anna(SUBSCRIPTION.model_copy(update={"status": status}))
    async with driver(services) as d:
        await begin(d, "cancel_subscription")
        assert row_of(d, "when").control.value == "now"
        assert not row_of(d, "unused_time").is_asked and not row_of(d, "unbilled_usage").is_asked
        await d.expect_text("Not started yet. Nothing has been charged for it.")
        await d.time.advance(PAUSE)
        await d.wait_for(lambda: len(actions.previewed) == 1, "there is one timing to estimate")


@pytest.mark.parametrize("typed", ["", "2026-02-30", "yesterday"])
async def test_a_date_that_is_none_is_said_at_its_field(typed: str) -> None:
    services, actions = services_with_anna()
    async with driver(services) as d:
        await begin(d, "cancel_subscription")
        await answer(d, "when", "date")
        await answer(d, "date", typed)
        await answer(d, "cancel_reason", "unused")
        await d.press_command("form.go_on")
        await d.wait_for(lambda: row_of(d, "date").problem is not None, "the field says what is wrong")
        if not typed:
            assert row_of(d, "date").problem == "Enter the end date."
        assert actions.confirmed == []


async def test_the_arrows_go_from_field_to_field_in_a_form_that_scrolls() -> None:
    services, actions = services_with_anna()
    actions.answer = of
    async with driver(services, size=(80, 16)) as d:
        await begin(d, "cancel_subscription")
        await d.wait_for(lambda: form_of(d).body.max_scroll_y > 0, "the form is higher than the screen")
        await d.press("down", "down", "right")
        await d.wait_for(
            lambda: row_of(d, "cancel_reason").control.index == 0, "the third field was answered"
        )
        assert row_of(d, "when").control.value == "period_end"
