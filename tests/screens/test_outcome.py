"""The outcome dialog: undoing the action, the sentence for the customer, and the actions that follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.screens.driver import Driver, driver
from tests.support.action_cases import CASES
from tests.support.action_form import SUBJECTS, answer, form_of, row_of, services_with_anna
from tests.support.anna import ANNA, CREDIT, DISCOUNTS, PAYMENT, SUBSCRIPTION, eur, preview
from tests.support.customers import TODAY
from wbtui.models.actions import Reason
from wbtui.models.actions.money import GrantCredit
from wbtui.models.activity import Ref
from wbtui.models.invoice import InvoiceRow, InvoiceState
from wbtui.models.payment import PaymentStatus
from wbtui.models.plan import Discount
from wbtui.models.preview import Reversible, Status
from wbtui.ui.actions.follow_ups import undoing
from wbtui.ui.actions.form_answers import choice_answer
from wbtui.ui.actions.forms import FORMS
from wbtui.ui.actions.opening import open_action
from wbtui.ui.actions.outcome import OutcomeDialog
from wbtui.ui.actions.sheet import SheetEnd

LOYALTY = DISCOUNTS[0]


async def outcome_of(d: Driver, kind: str, **shown: Any) -> OutcomeDialog:
    """Do an action for Anna with a preview of these members, and wait for its outcome."""
    actions: Any = d.app.services.actions
    actions.answer = lambda _action: preview(CASES[kind].preview.amount, **shown)
    open_action(d.screen, kind, ANNA, SUBJECTS)
    if FORMS[kind].model.asks:
        await d.expect_screen("ActionForm")
        await d.wait_for(lambda: form_of(d).data is not None, "the form came")
        for name, value in CASES[kind].answers.items():
            await answer(d, name, value)
        await d.press_command("form.go_on")
    await d.commit()
    await d.expect_screen("OutcomeDialog")
    assert isinstance(d.screen, OutcomeDialog)
    return d.screen


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
async def test_an_outcome_names_the_action_once_and_undoes_it(size: tuple[int, int]) -> None:
    services, actions = services_with_anna()
    actions.objects = (Ref(type="credit", id="Cred_1", label="€5.00"),)
    actions.sentence = "We have added a credit of €5.00."
    async with driver(services, size=size) as d:
        await outcome_of(d, "grant_credit", reversible=Reversible(how="by", by="reverse_credit"))
        await d.expect_text("─ Add €5.00 credit · Anna Schmidt ─", "● Done", "Can be undone: Reverse credit.")
        assert d.text().count("Add €5.00 credit") == 1
        await d.expect_text("u  Reverse credit", "y  Copy sentence")
        await d.press_command("outcome.copy")
        assert d.app.clipboard == "We have added a credit of €5.00."
        await d.press_command("outcome.undo")
        await d.expect_screen("ActionForm")
        await d.expect_text("Reverse credit · €5.00 · Anna Schmidt")


async def test_what_cannot_be_undone_says_so_and_a_whole_message_is_copied_with_its_title() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        await outcome_of(d, "refund", reversible=Reversible(how="no", by="Charge the customer again."))
        await d.expect_text("Cannot be undone. Charge the customer again.", "y  Copy ")
        assert not d.screen.query_one("#outcome-undo").display
        await d.press_command("outcome.undo")
        await d.expect_toast("Not available for this outcome.")
        await d.press_command("outcome.copy")
        await d.expect_toast("Message copied.")
        assert d.app.clipboard.startswith("Refund €22.40 of INV-0041 · Anna Schmidt\n● Done\n")


async def test_a_refund_that_is_pending_offers_to_cancel_it() -> None:
    services, actions = services_with_anna()
    actions.status, actions.objects = Status.PENDING, (Ref(type="refund", id="Ref_1", label="€22.40"),)
    async with driver(services) as d:
        await outcome_of(d, "refund", reversible=Reversible(how="by", by="cancel_refund"))
        await d.expect_text("Accepted, pending", "Can be undone: Cancel refund.", "u  Cancel refund")


@pytest.mark.parametrize("days", [None, 0, 30])
async def test_undoing_a_reversed_credit_begins_with_what_was_taken_back(days: int | None) -> None:
    services, _ = services_with_anna()
    expires = TODAY + timedelta(days=days) if days is not None else None
    services.profiles.serve("credits", "Cust_1", (CREDIT.model_copy(update={"expires": expires}),))
    async with driver(services) as d:
        await outcome_of(d, "reverse_credit", reversible=Reversible(how="by", by="grant_credit"))
        await d.press_command("outcome.undo")
        await d.wait_for(lambda: not form_of(d).is_loading, "the form came")
        action = form_of(d)._action(draft=True)
        await d.expect_text("Filled in with the former values")
        assert isinstance(action, GrantCredit) and action.amount == CASES["reverse_credit"].preview.amount
        assert action.expires == (expires if days else None)


async def test_what_is_not_done_offers_nothing() -> None:
    services, actions = services_with_anna()
    actions.status = Status.REFUSED
    async with driver(services) as d:
        await outcome_of(d, "grant_credit", reversible=Reversible(how="by", by="reverse_credit"))
        await d.expect_text("Refused. Nothing was done.")
        await d.expect_gone("Can be undone", "u  Reverse credit")


async def test_a_new_default_method_offers_the_open_invoices() -> None:
    services, _ = services_with_anna(CASES["set_default_method"].subject)
    rows = tuple(
        InvoiceRow(
            id=f"Inv_{n}",
            number=f"INV-010{n}",
            customer_id="Cust_1",
            state=InvoiceState.READY_FOR_PAYMENT,
            total=eur(4900),
            open=eur(4900),
            paid=eur(0),
            date=TODAY,
            due=TODAY,
        )
        for n in (1, 2, 3)
    )
    services.profiles.serve("invoices", "Cust_1", rows)
    processing = {"status": PaymentStatus.PROCESSING, "invoice_ids": ("Inv_3",)}
    services.profiles.serve("payments", "Cust_1", (PAYMENT.model_copy(update=processing),))
    async with driver(services) as d:
        await outcome_of(d, "set_default_method")
        await d.expect_text("r  Retry 2 open invoices")
        await d.press_command("outcome.retry_open")
        await d.expect_screen("ActionForm")
        await d.expect_text("Retry payment INV-0101 · Anna Schmidt")


# ── what undoes an action ──
CASES_OF_UNDO = [
    ("cancel_subscription", "undo_cancel", "Undo cancel", "contract", {"subscription": ("made", "Pro")}),
    (
        "undo_cancel",
        "cancel_subscription",
        "Cancel subscription",
        "contract",
        {"subscription": ("made", "Pro")},
    ),
    ("grant_credit", "reverse_credit", "Reverse credit", "credit", {"credit": ("made", "Pro")}),
    ("disable_method", "enable_method", "Enable payment method", "method", {"method": ("made", "Pro")}),
    ("freeze_customer", "activate_customer", "Activate account", "customer", {}),
]


@pytest.mark.parametrize(
    ("kind", "undo", "label", "made", "subjects"), CASES_OF_UNDO, ids=[one[0] for one in CASES_OF_UNDO]
)
async def test_what_was_made_or_changed_is_what_the_undoing_is_about(
    kind: str, undo: str, label: str, made: str, subjects: dict[str, tuple[str, str]]
) -> None:
    services, actions = services_with_anna(CASES[kind].subject)
    actions.objects = (Ref(type=made, id="made", label="Pro"),)
    async with driver(services) as d:
        ends: list[SheetEnd | None] = []
        actions.answer = lambda _action: preview(
            CASES[kind].preview.amount, reversible=Reversible(how="by", by=undo)
        )
        open_action(d.screen, kind, ANNA, SUBJECTS, ended=ends.append)
        await d.expect_screen("ActionForm")
        await d.wait_for(lambda: form_of(d).data is not None, "the form came")
        for name, value in CASES[kind].answers.items():
            await answer(d, name, value)
        await d.press_command("form.go_on")
        await d.commit()
        await d.wait_for(lambda: bool(ends), "the sheet ended")
    [end] = ends
    assert end is not None
    offer = undoing(end)
    assert offer is not None and (offer.kind, offer.label, offer.subjects) == (undo, label, subjects)
    own = end.proposal.action.subject()
    if own.type in subjects:  # the object that was acted on is named as it was there
        changed = end.outcome.model_copy(update={"objects": (Ref(type=made, id=own.id, label="Pro"),)})
        offer = undoing(replace(end, outcome=changed))
        assert offer is not None and offer.subjects == {own.type: (own.id, end.proposal.label)}
        assert end.proposal.label != "Pro"
    by_sentence = replace(end, reversible=Reversible(how="by", by="Refund the payment."))
    assert undoing(by_sentence) is None


async def test_the_form_that_undoes_it_names_plan_and_cycle() -> None:
    services, actions = services_with_anna()
    actions.objects = (Ref(type="contract", id="Cont_2", label="Pro"),)
    successor = SUBSCRIPTION.model_copy(update={"id": "Cont_2"})
    services.profiles.serve("subscriptions", "Cust_1", (SUBSCRIPTION, successor))
    async with driver(services) as d:
        await outcome_of(d, "change_units", reversible=Reversible(how="by", by="change_units"))
        await d.press_command("outcome.undo")
        await d.expect_text("Change units · Pro · monthly · Anna Schmidt", "Filled in with the former values")


@pytest.mark.parametrize(
    ("had", "chosen", "has", "begins"),
    [
        (None, None, None, None),
        (LOYALTY, None, LOYALTY, None),
        (None, (LOYALTY.id,), LOYALTY, (None,)),
        (LOYALTY, (None,), None, (LOYALTY.id,)),
    ],
    ids=["none", "kept", "set", "removed"],
)
async def test_undoing_a_change_of_plan_restores_the_discount(
    had: Discount | None, chosen: object, has: Discount | None, begins: object
) -> None:
    services, _ = services_with_anna(SUBSCRIPTION.model_copy(update={"discount": had}))
    async with driver(services) as d:
        actions: Any = services.actions
        actions.answer = lambda _action: preview(None, reversible=Reversible(how="by", by="change_plan"))
        open_action(d.screen, "change_plan", ANNA, SUBJECTS)
        await d.wait_for(lambda: not form_of(d).is_loading, "the form came")
        if chosen is not None:
            await answer(d, "discount", chosen)
        await answer(d, "reason", Reason.COURTESY)
        await d.press_command("form.go_on")
        await d.commit()
        await d.expect_screen("OutcomeDialog")
        services.profiles.answers.clear()
        services.profiles.answers.update(
            services_with_anna(SUBSCRIPTION.model_copy(update={"discount": has}))[0].profiles.answers
        )
        await d.press_command("outcome.undo")
        await d.wait_for(lambda: not form_of(d).is_loading, "the form came")
        await d.expect_gone("No longer offered")
        assert row_of(d, "discount").control.value == begins


async def test_a_former_value_that_is_no_longer_offered_is_named() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        gone = choice_answer(("Plan_Old", "Price_Old"))
        open_action(d.screen, "change_plan", ANNA, SUBJECTS, answers={"pricing": gone})
        await d.expect_text("former values, to undo", "▲ No longer offered, not filled in: New plan")
