"""The menu of actions and the keys of actions: what they open, and why they cannot."""

from __future__ import annotations

import asyncio

import pytest

from tests.screens.driver import driver
from tests.support.action_form import form_of, menu, services_with_anna
from tests.support.anna import (
    ANNA,
    INVOICE,
    PAYMENT,
    REFUND,
    SUBSCRIPTION,
    eur,
    row_of,
    with_another_subscription,
)
from tests.support.customers import NOW
from tests.support.fake_services import fake_services
from wbtui.app import Start
from wbtui.models.invoice import InvoiceBrief, InvoiceRow, InvoiceState
from wbtui.models.page import Source, Stamped
from wbtui.models.payment import RefundStatus
from wbtui.models.subscription import SubscriptionStatus
from wbtui.ui import messages
from wbtui.ui.actions.catalogue import ABOUTS, entries_about
from wbtui.ui.actions.forms import FORMS
from wbtui.ui.actions.menu import ActionMenu, MenuFilter, MenuRow
from wbtui.ui.commands import in_scope
from wbtui.ui.dialogs.base import DialogFrame
from wbtui.ui.screens.profile import ProfileScreen


async def test_the_menu_names_every_action_its_key_and_why_it_is_unavailable() -> None:
    services, actions = services_with_anna()
    actions.reasons = {"grant_credit": "This billing system does not offer it."}
    async with driver(services, size=(100, 60)) as d:
        menu(d, subjects={"subscription": ("Cont_1", "Pro · monthly")})
        await d.expect_screen("ActionMenu")
        await d.expect_match(r"R Refund +✕ Select an invoice first\.")
        await d.expect_match(r"C Add credit +✕ This billing system does not offer it\.")
        await d.expect_match(r"▌ P Change plan +Move the selected")
        shown = d.screen
        assert isinstance(shown, ActionMenu)
        # What is selected stands first, with the customer; the other actions say what to select.
        abouts = sorted(ABOUTS["profile"], key=lambda about: about not in ("subscription", "customer"))
        offered = [entry.kind for about in abouts for entry in entries_about(about)]
        assert [row.entry.kind for row in shown.query(MenuRow)] == offered
        await d.type("goodw")
        await d.expect_gone("Change plan")
        await d.press("enter")
        await d.expect_text("▲ This billing system does not offer it.")
        assert d.screen is shown
        await d.press("escape")
        await d.expect_screen("CustomersScreen")


async def test_dialogs_take_the_width_they_profit_from() -> None:
    services, _ = services_with_anna()
    async with driver(services, size=(200, 50)) as d:
        menu(d)
        await d.expect_text("Set or remove the discount, from the next charge on.")
        await d.expect_gone("…")
        for size, width in (((200, 50), 132), ((140, 40), 94), ((80, 24), 80)):
            await d.resize(*size)
            frame = d.screen.query_one(DialogFrame)
            await d.wait_for(lambda frame=frame, width=width: frame.size.width + 4 == width, f"{width} cells")  # type: ignore[misc]
        await d.press("escape", "escape", "w")
        await d.expect_screen("WorkQueueDialog")
        frame = d.screen.query_one(DialogFrame)
        await d.wait_for(lambda: 10 < frame.size.height < 20, "as high as its list")


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("downgrade", "change_plan"),
        ("money back", "refund"),
        ("vat", "edit_customer"),
        ("goodwill", "grant_credit"),
    ],
)
async def test_the_menu_finds_an_action_by_the_words_people_use(typed: str, kind: str) -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        menu(d)
        await d.expect_screen("ActionMenu")
        await d.type(typed)
        await d.press("enter")
        await d.expect_screen("ActionForm")
        assert form_of(d).form is FORMS[kind]


async def test_the_menu_says_why_the_selected_object_does_not_allow_it() -> None:
    services, _ = services_with_anna(
        INVOICE.model_copy(update={"state": InvoiceState.READY_FOR_PAYMENT, "payments": (), "paid": eur(0)})
    )
    async with driver(services) as d:
        menu(d, scope="invoice")
        await d.expect_match(r"R Refund +✕ Nothing has been paid on this invoice yet\.")
        await d.expect_gone("Change plan")
        await d.press("down", "up", "up")
        await d.expect_match(r"▌ .*")


async def test_typing_finds_actions_on_what_is_selected_elsewhere() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        menu(d, scope="customers", subjects={})
        await d.expect_match(r"C Add credit +Add credit that")
        await d.expect_gone("Void invoice")
        await d.type("void")
        await d.expect_match(r"Void invoice +✕ Select an invoice on the profile first\.")


# ── from the profile ──
async def test_keys_of_the_profile_open_actions_on_what_is_selected() -> None:
    services, _ = services_with_anna()
    services.profiles.serve("refunds", "Cust_1", ())
    services.directory.rows[0] = Stamped(ANNA, NOW, Source.CACHE)
    async with driver(services, start=Start(screen="customer", id="Cust_1")) as d:
        await d.wait_for(lambda: getattr(d.screen, "customer", None) is not None, "the customer came")
        await d.press_command("profile.actions")
        await d.expect_screen("ActionMenu")
        await d.expect_text("Subscription  Pro · monthly", "Select an invoice first.")
        await d.press("escape")
        # The only active subscription counts as selected; an invoice has to be chosen.
        await d.press_command("profile.plan")
        await d.expect_screen("ActionForm")
        await d.wait_for(lambda: form_of(d).data is not None, "the form came")
        assert form_of(d).data.subject == SUBSCRIPTION  # type: ignore[union-attr]
        await d.press("escape")
        await d.press_command("profile.refund")
        await d.expect_toast("Select an invoice, then press R.")
        await d.expect_text("─ Invoices · ")


async def test_a_subscription_is_asked_for_where_there_are_several() -> None:
    services, _ = services_with_anna()
    services.profiles.serve("usage", "Cust_1", ())
    services.profiles.serve("customer", "Cust_1", with_another_subscription())
    async with driver(services, start=Start(screen="customer", id="Cust_1")) as d:
        await d.wait_for(lambda: getattr(d.screen, "customer", None) is not None, "the customer came")
        await d.press_command("profile.plan")
        await d.expect_toast("Select a subscription, then press P.")
        await d.expect_row("▌", "Pro")
        await d.press_command("profile.plan")
        await d.expect_screen("ActionForm")


# ── why an action is not possible, before its form ──
async def test_a_key_says_why_the_shown_invoice_does_not_allow_it() -> None:
    services, actions = services_with_anna()
    payment = INVOICE.payments[0].model_copy(update={"refunded": eur(4900), "refundable": eur(0)})
    refunded = INVOICE.model_copy(update={"payments": (payment,)})
    services.profiles.serve("invoice", "Inv_1", refunded)
    services.directory.rows[0] = Stamped(ANNA, NOW, Source.CACHE)
    async with driver(services, start=Start(screen="invoice", id="Inv_1")) as d:
        await d.expect_text("R refund ✕")
        await d.press_command("invoice.refund")
        await d.expect_toast("Already refunded in full.")
        await d.expect_screen("InvoiceScreen")
    assert actions.previewed == []


async def test_a_key_says_why_the_selected_subscription_does_not_allow_it() -> None:
    services, _ = services_with_anna()
    scheduled = SUBSCRIPTION.model_copy(update={"status": SubscriptionStatus.CANCELED})
    services.profiles.serve("subscriptions", "Cust_1", (scheduled,))
    async with driver(services, start=Start(screen="customer", id="Cust_1")) as d:
        await d.press_command("profile.tab_2")
        await d.expect_text("P plan ✕")
        await d.press_command("profile.plan")
        await d.expect_toast("Only an active subscription can change; this one is canceled.")
        await d.expect_screen("ProfileScreen")


async def test_the_key_bar_of_the_overview_knows_the_subscription() -> None:
    services, _ = services_with_anna()
    async with driver(services, size=(140, 40), start=Start(screen="customer", id="Cust_1")) as d:
        await d.expect_text("U undo cancel ✕")
        await d.press_command("profile.undo_cancel")
        await d.expect_toast("No cancellation is scheduled.")
        await d.expect_screen("ProfileScreen")


@pytest.mark.parametrize("named", ["Cont_1", None])
async def test_the_key_bar_of_an_invoice_knows_the_subscription_where_it_is_cached(named: str | None) -> None:
    """The one that its lines name, or the only one of the customer."""
    services, _ = services_with_anna()
    lines = tuple(line.model_copy(update={"subscription_id": named}) for line in INVOICE.lines)
    services.profiles.serve("invoice", "Inv_1", INVOICE.model_copy(update={"lines": lines}))
    services.directory.rows[0] = Stamped(ANNA, NOW, Source.CACHE)
    parts = services.profiles.parts
    parts["subscriptions", "Cust_1"] = Stamped((SUBSCRIPTION,), NOW, Source.CACHE)
    async with driver(services, size=(140, 40), start=Start(screen="invoice", id="Inv_1")) as d:
        await d.expect_text("U undo cancel ✕")
        ended = SUBSCRIPTION.model_copy(update={"status": SubscriptionStatus.CANCELED})
        parts["subscriptions", "Cust_1"] = Stamped((ended,), NOW, Source.CACHE)
        d.app.post_message(messages.DataChanged(frozenset({"Cust_1"})))
        await d.expect_text("P plan ✕")


async def test_the_key_bar_follows_the_selected_object() -> None:
    services, _ = services_with_anna()
    ended = SUBSCRIPTION.model_copy(
        update={"id": "Cont_2", "status": SubscriptionStatus.CANCELED, "plan": "Starter"}
    )
    services.profiles.serve("customer", "Cust_1", with_another_subscription(status=ended.status))
    services.profiles.serve("subscriptions", "Cust_1", (SUBSCRIPTION, ended))
    async with driver(services, start=Start(screen="customer", id="Cust_1")) as d:
        await d.press_command("profile.tab_2")
        await d.expect_row("▌", "Pro")
        await d.expect_gone("P plan ✕")
        await d.press("down")
        await d.expect_row("▌", "Starter")
        await d.expect_text("P plan ✕")


# ── from the list ──
async def test_the_list_offers_the_actions_of_the_selected_customer() -> None:
    services, _ = services_with_anna()
    services.directory.rows[:] = [Stamped(ANNA, NOW, Source.CACHE)]
    async with driver(services) as d:
        await d.expect_row("Anna Schmidt", "anna@lumen.")
        await d.press("escape")
        await d.press_command("customers.actions")
        await d.expect_screen("ActionMenu")
        await d.expect_text("Actions · Anna Schmidt", "Subscription  Pro · monthly", "Customer  Anna Schmidt")
        await d.expect_gone("Refund")
        await d.press("C")
        await d.expect_screen("ActionForm")
        await d.expect_text("Add credit · Anna Schmidt")


async def test_a_key_opens_its_action_while_nothing_is_typed() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        menu(d)
        await d.expect_screen("ActionMenu")
        await d.expect_text("press a key, or type to filter", "a key opens · / filters")
        await d.press("N")
        await d.expect_screen("ActionForm")
        assert form_of(d).form is FORMS["append_note"]


async def test_a_small_letter_begins_a_word_and_fits_its_action_best() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        menu(d)
        await d.expect_screen("ActionMenu")
        await d.press("e")
        await d.expect_match(r"▌ e Edit details")
        await d.type("xtend")
        await d.expect_match(r"▌ +Extend due date")
        await d.press("backspace", "backspace", "backspace", "backspace", "backspace", "enter")
        await d.expect_screen("ActionForm")
        assert form_of(d).form is FORMS["edit_customer"]


async def test_after_a_slash_every_letter_filters() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        menu(d)
        await d.expect_screen("ActionMenu")
        await d.type("/edit")
        await d.expect_gone("Change plan")
        await d.expect_match(r"▌ e Edit details")
        await d.press("enter")
        await d.expect_screen("ActionForm")
        assert form_of(d).form is FORMS["edit_customer"]


async def test_a_payment_method_is_acted_on_where_it_is_listed() -> None:
    services, _ = services_with_anna()
    services.directory.rows[0] = Stamped(ANNA, NOW, Source.CACHE)
    async with driver(services, start=Start(screen="customer", id="Cust_1")) as d:
        await d.wait_for(lambda: getattr(d.screen, "customer", None) is not None, "the customer came")
        assert isinstance(d.screen, ProfileScreen)
        d.screen.open_action("disable_method")
        await d.expect_toast("Select a payment method first.")
        await d.expect_row("▌", "Visa ••4242")
        await d.press_command("profile.actions")
        await d.expect_text("Payment method  Visa ••4242")
        await d.expect_match(r"Make default +✕ Already the default\.")
        await d.press("escape")
        await d.press("down")
        await d.press_command("profile.actions")
        await d.expect_text("Payment method  SEPA ••3000")
        await d.expect_match(r"Enable +✕ Already enabled\.")
        await d.type("make def")
        await d.press("enter")
        await d.expect_text("Make default · SEPA ••3000")


async def test_a_letter_right_behind_the_key_of_an_action_may_filter_it_out() -> None:
    services, _ = services_with_anna()
    services.directory.rows[0] = Stamped(ANNA, NOW, Source.CACHE)
    async with driver(services, start=Start(screen="customer", id="Cust_1")) as d:
        await d.wait_for(lambda: getattr(d.screen, "customer", None) is not None, "the customer came")
        await d.press_command("profile.actions")
        await d.expect_screen("ActionMenu")
        await d.type("zzzz")
        await d.expect_text("zzzz")
        d.screen.query_one(MenuFilter).post_message(MenuFilter.KeyPressed("append_note"))
        await d.press("escape")
        await d.expect_screen("ProfileScreen")


async def test_before_the_customer_is_loaded_the_key_says_so() -> None:
    services, _ = services_with_anna()
    services.profiles.gate = asyncio.Event()
    async with driver(services, start=Start(screen="customer", id="Cust_1")) as d:
        await d.expect_screen("ProfileScreen")
        await d.press_command("profile.actions")
        await d.expect_toast("The customer is not loaded yet.")
        services.profiles.gate.set()
        await d.expect_row("a actions")
        await d.wait_for(lambda: getattr(d.screen, "customer", None) is not None, "the customer came")
        await d.press_command("profile.actions")
        await d.expect_screen("ActionMenu")


# ── payments and refunds ──
async def test_a_payment_and_a_refund_are_acted_on_where_they_are_listed() -> None:
    services, _ = services_with_anna()
    services.directory.rows[0] = Stamped(ANNA, NOW, Source.CACHE)
    paid = REFUND.model_copy(update={"id": "Ref_2", "status": RefundStatus.SUCCEEDED, "cancelable": False})
    services.profiles.serve("refunds", "Cust_1", (REFUND, paid))
    async with driver(services, start=Start(screen="customer", id="Cust_1"), size=(100, 60)) as d:
        await d.press_command("profile.tab_3")
        await d.expect_row("€49.00", "● succeeded")
        await d.expect_row("€22.40", "○ pending")
        d.screen.query_one("#payments-table").focus()
        await d.press_command("profile.actions")
        await d.expect_text("Payment  €49.00")
        await d.expect_match(r"Record refund +Record money that you paid back elsewhere")
        await d.expect_match(r"▌ R Refund +Give money back")
        await d.expect_match(r"Cancel refund +✕ Select a refund first\.")
        await d.press("escape")
        d.screen.query_one("#refunds-table").focus()
        await d.press_command("profile.actions")
        await d.expect_text("Refund  €22.40")
        await d.expect_match(r"▌ +Cancel refund +Stop the selected pending refund")
        await d.press("escape")
        await d.press("down")
        await d.press_command("profile.actions")
        await d.expect_match(r"Cancel refund +✕ The refund was paid out\.")


async def test_a_payment_and_a_refund_are_acted_on_in_their_invoice() -> None:
    services, _ = services_with_anna(INVOICE.model_copy(update={"refunds": (REFUND,)}))
    services.directory.rows[0] = Stamped(ANNA, NOW, Source.CACHE)
    async with driver(services, start=Start(screen="invoice", id="Inv_1"), size=(100, 60)) as d:
        await d.wait_for(lambda: getattr(d.screen, "customer", None) is not None, "the customer came")
        d.screen.query_one("#refunds").focus()
        await d.press_command("invoice.actions")
        await d.expect_text("Refund  €22.40")
        await d.expect_match(r"Record refund +✕ Select a payment first\.")
        await d.type("call back")
        await d.press("enter")
        await d.expect_text("Cancel refund · €22.40 of 16 Nov 2026", "Nothing is paid out.")
        await d.press("escape")
        d.screen.query_one("#attempts").focus()
        await d.press_command("invoice.actions")
        await d.expect_text("Payment  €49.00")
        await d.type("/external")
        await d.press("enter")
        await d.expect_text("Record refund · €49.00 of 14 Nov 2026", "To send money back, use Refund.")


async def test_a_payment_without_an_invoice_does_not_act_on_another_one() -> None:
    services, _ = services_with_anna()
    services.directory.rows[0] = Stamped(ANNA, NOW, Source.CACHE)
    brief = {name: getattr(INVOICE, name) for name in InvoiceBrief.model_fields}
    row = InvoiceRow(**brief, customer_id="Cust_1", paid=eur(4900))
    alone = PAYMENT.model_copy(update={"invoice_ids": ()})
    services.profiles.serve("payments", "Cust_1", (alone,))
    services.profiles.serve("invoices", "Cust_1", (row,))
    async with driver(services, start=Start(screen="customer", id="Cust_1")) as d:
        await d.press_command("profile.tab_3")
        await d.expect_row("INV-0041", "€49.00")
        await d.press_command("profile.actions")
        await d.expect_text("Invoice  INV-0041")
        await d.press("escape")
        d.screen.query_one("#payments-table").focus()
        await d.press_command("profile.refund")
        await d.expect_toast("Select an invoice, then press R.")


async def test_on_a_payment_for_two_invoices_actions_are_about_the_one_with_money_left() -> None:
    services, _ = services_with_anna()
    services.directory.rows[0] = Stamped(ANNA, NOW, Source.CACHE)
    first = row_of(INVOICE.model_copy(update={"refunded": eur(4900)}))
    second = row_of(INVOICE.model_copy(update={"id": "Inv_2", "number": "INV-0040"}))
    both = PAYMENT.model_copy(
        update={"money": eur(9800), "refundable": eur(4900), "invoice_ids": ("Inv_1", "Inv_2")}
    )
    services.profiles.serve("payments", "Cust_1", (both,))
    services.profiles.serve("invoices", "Cust_1", (first, second))
    async with driver(services, start=Start(screen="customer", id="Cust_1"), size=(150, 40)) as d:
        await d.press_command("profile.tab_3")
        await d.expect_row("INV-0041", "€49.00")
        await d.expect_text(
            "€98.00  ● succeeded · for", "2 invoices · Visa"
        )  # €98.00 for INV-0041, of €49.00
        await d.wait_for(lambda: getattr(d.screen, "customer", None) is not None, "the customer came")
        d.screen.query_one("#payments-table").focus()
        await d.press_command("profile.actions")
        await d.expect_text("Invoice  INV-0040")


# ── direct keys ──
DIRECT = {"R", "C", "A", "P", "X", "U", "S", "e", "N", "L"}


def test_the_ten_most_used_actions_have_the_same_key_on_every_screen() -> None:
    keys = [
        {row.keys: row.args for row in in_scope(scope) if row.handled_by == "action" and row.keys}
        for scope in ("customers", "profile", "invoice")
    ]
    assert {key for (key,) in keys[0]} == DIRECT
    assert keys[0] == keys[1] == keys[2]
    assert all(row.bar for row in in_scope("profile") if row.handled_by == "action" and row.keys)


async def test_keys_of_the_list_open_actions_on_the_selected_customer() -> None:
    services, _ = services_with_anna()
    services.directory.rows[:] = [Stamped(ANNA, NOW, Source.CACHE)]
    async with driver(services, size=(160, 40)) as d:
        await d.expect_row("Anna Schmidt", "anna@lumen.example")
        await d.press("escape")
        await d.expect_text("C credit", "P plan", "X cancel", "R refund")
        await d.press("P")
        await d.expect_screen("ActionForm")
        await d.expect_text("Change plan · Pro · monthly · Anna Schmidt")
        await d.press("escape")
        # What an action needs is selected in the profile.
        await d.press("R")
        await d.expect_screen("ProfileScreen")
        await d.expect_toast("Select an invoice, then press R.")
        await d.expect_text("─ Invoices · ")


async def test_a_profile_that_an_action_of_the_list_opens_is_at_its_position_in_the_list() -> None:
    async with driver(fake_services(3)) as d:
        await d.expect_text("row 1 of 3")
        await d.press_command("search.leave")
        await d.press_command("customers.refund")
        await d.expect_text("‹ 1 of 3 · ", "n next")


async def test_the_key_bar_begins_with_what_is_selected() -> None:
    services, _ = services_with_anna()
    services.profiles.serve("refunds", "Cust_1", ())
    services.directory.rows[0] = Stamped(ANNA, NOW, Source.CACHE)
    async with driver(services, start=Start(screen="customer", id="Cust_1"), size=(80, 24)) as d:
        await d.expect_text("! fix  esc back  a actions  P plan")
    async with driver(services, start=Start(screen="invoice", id="Inv_1"), size=(80, 24)) as d:
        await d.expect_text("a actions  R refund")
        await d.press("N")
        await d.expect_text("Add note · Anna Schmidt")
