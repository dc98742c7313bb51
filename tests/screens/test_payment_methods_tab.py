"""The tab Payment methods: in which order they are charged, when they expire and what is charged to each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.screens.driver import Driver, driver, profile_tab
from tests.screens.gallery import CONTROL, MARKUP
from tests.support.action_form import begin, services_with_anna
from tests.support.action_form import row_of as field_row
from tests.support.anna import ANNA, METHODS, OPEN_INVOICE, PAYMENT, SUBSCRIPTION, eur, row_of
from tests.support.customers import TODAY
from tests.support.fake_services import FakeServices
from wbtui.models.customer import CustomerStatus
from wbtui.models.method_use import MethodUse
from wbtui.models.payment import MethodStatus, PaymentBrief, PaymentStatus
from wbtui.models.text import clean
from wbtui.ui.tabs.payment_methods import MethodsPanel
from wbtui.ui.text import payment_methods as text
from wbtui.ui.text.panels import known_rows

FAILED = PAYMENT.model_copy(
    update={
        "id": "Pay_2", "status": PaymentStatus.FAILED, "at": datetime(2026, 11, 21, 6, tzinfo=UTC),
        "decline_code": "insufficient_funds", "invoice_ids": ("Inv_1",),
    }
)  # fmt: skip
ATTEMPT = PaymentBrief(id="Pay_2", status=PaymentStatus.FAILED, money=eur(4900), at=FAILED.at)
VISA = METHODS[0].model_copy(
    update={"expires": "2026-11", "holder": "Anna Schmidt", "open_invoices": ("Inv_1",), "order": 4,
            "last_attempt": ATTEMPT, "provider": "stripe"}
)  # fmt: skip
SEPA = METHODS[1].model_copy(update={"order": 9})
GONE = METHODS[0].model_copy(
    update={"id": "Pm_0", "last_digits": "0000", "expires": "2026-12", "order": 1, "is_default": False,
            "status": MethodStatus.DETACHED, "subscriptions": ()}
)  # fmt: skip
BY_INVOICE = SUBSCRIPTION.model_copy(
    update={"id": "Cont_2", "plan": "Enterprise", "automatic_payment": False, "next_charge": None}
)


def services_with(**parts: Any) -> FakeServices:
    services, _ = services_with_anna()
    values = {
        "methods": (GONE, VISA, SEPA), "subscriptions": (SUBSCRIPTION, BY_INVOICE),
        "invoices": (row_of(OPEN_INVOICE),), "payments": (FAILED,), "customer": ANNA, **parts,
    }  # fmt: skip
    for name, value in values.items():
        services.profiles.serve(name, "Cust_1", value)
    return services


@asynccontextmanager
async def tab(services: FakeServices, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Driver]:
    async with profile_tab(services, 4, "Cust_1", size=size) as d:
        await d.wait_for(lambda: d.screen.query_one(MethodsPanel).is_complete, "everything is loaded")
        yield d


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (140, 40)], ids=str)
async def test_what_is_charged_to_each_method_by_name(size: tuple[int, int]) -> None:
    async with tab(services_with(), size) as d:
        for order, label, expires, state in (
            ("1.", "Visa ••4242", "▲ this month", "● active"),
            ("2.", "SEPA ••3000", "–", "● active"),
            ("–", "Visa ••0000", "next month", "■ detached"),
        ):
            await d.expect_row(order, label, expires, state)
        await d.expect_row("▌", "Visa ••4242", "● default")
        for label, said in (
            ("Type", "card"),
            ("Holder", "Anna Schmidt"),
            ("Expires", "▲ this month (11/26)"),
            ("Status", "active"),
            ("Used for", "Pro · monthly (€49.00 on 1 Dec)"),
            ("Open invoices", "INV-0041 (€49.00, due 28 Nov)"),
            ("Paid by invoice", "Enterprise · monthly"),
            ("Last attempt", "▲ failed: insufficient funds · €49.00 on 21 Nov for"),
        ):
            await d.expect_row(label, said)
        await d.expect_text("INV-0041")
        await d.press_command("table.down")
        await d.expect_row("Type", "SEPA direct debit")
        await d.expect_row("Expires", "does not expire")
        await d.expect_row("Used for", "–")
        await d.press_command("table.down")
        await d.expect_row("Status", "detached; only the customer can add it again")


async def test_the_id_of_the_selected_method_can_be_copied() -> None:
    async with tab(services_with()) as d:
        await d.press_command("table.down")
        await d.press_command("profile.copy")
        await d.expect_row("s", "Payment method ID", SEPA.id)
        await d.expect_row("i", "ID", ANNA.id)
        await d.press("s")
        assert d.app.clipboard == SEPA.id


async def test_where_the_billing_system_does_not_say_it_is_worked_out() -> None:
    unsaid = {"is_default": None, "subscriptions": None, "open_invoices": None}
    visa, other = (one.model_copy(update=unsaid) for one in (VISA, SEPA))
    frozen = ANNA.model_copy(update={"status": CustomerStatus.INACTIVE})
    async with tab(services_with(methods=(other, visa), invoices=(), customer=frozen)) as d:
        await d.expect_row("▌", "1.", "Visa ••4242")
        await d.expect_row("Used for", "Pro · monthly (€49.00 on 1 Dec)")
        await d.expect_row("Account", "■ frozen: nothing is charged until it is activated")
        # Without orders nobody knows which of two is charged.
        unordered = tuple(one.model_copy(update={"order": None}) for one in (visa, other))
    async with tab(services_with(methods=unordered)) as d:
        await d.expect_row("Used for", "– (not provided)")


async def test_names_from_outside_are_text() -> None:
    evil = " ".join([*CONTROL, *MARKUP])
    visa = VISA.model_copy(update={"brand": evil, "holder": evil, "provider": evil, "subscriptions": (evil,)})
    plan = SUBSCRIPTION.model_copy(update={"plan": evil, "automatic_payment": False})
    declined = FAILED.model_copy(
        update={"decline_code": evil, "decline_reason": evil, "invoice_ids": (evil,)}
    )
    async with tab(services_with(methods=(visa,), subscriptions=(plan,), payments=(declined,))) as d:
        await d.expect_row("▌", clean(evil)[:10])
        detail = str(d.screen.query_one("PaymentMethodsTab .detail").render())
        for line in [*d.lines(), *detail.splitlines()]:
            assert all(char >= " " and not "\x7f" <= char <= "\x9f" for char in line)


def test_in_a_summary_what_is_counted_in_the_table_is_known_below_it() -> None:
    use = MethodUse(None, ())
    rows = text.detail_rows(METHODS[0], use, (), (), TODAY, attempt="–")
    shown = dict(known_rows(rows, text.known(use)))
    assert shown["Open invoices"] == "–"
    assert shown["Used for"] == shown["Last attempt"] == "not available offline"


async def test_j_and_k_put_methods_into_another_order() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        await begin(d, "reorder_methods")
        await d.expect_text("K J move up and down")
        order = field_row(d, "method_ids").control
        first = order.order
        await d.press("J")
        assert order.order == (first[1], first[0])
        await d.expect_row(" 1. SEPA")
        await d.expect_row("▸2. Visa")
        await d.press("shift+up")
        assert order.order == first
