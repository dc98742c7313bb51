"""The tab Subscriptions: all of them with their history, and the selected one in full."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import pytest

from tests.screens.driver import Driver, profile_tab
from tests.screens.gallery import CONTROL, MARKUP
from tests.support.action_form import services_with_anna
from tests.support.anna import PLANS, SUBSCRIPTION, eur
from tests.support.fake_services import FakeServices
from wbtui.errors import ServerFailed
from wbtui.models.plan import Discount
from wbtui.models.subscription import ScheduledChange, Subscription, SubscriptionStatus
from wbtui.models.text import clean
from wbtui.ui.tabs.subscriptions import SubscriptionsPanel

ENDED = SUBSCRIPTION.model_copy(
    update={
        "id": "Cont_0", "plan": "Starter", "amount": eur(1900), "status": SubscriptionStatus.MOVED,
        "start": date(2025, 3, 14), "end": date(2026, 3, 14), "moved_to": "Cont_1", "by": "Priya Nair",
        "ended_reason": "customer_request", "next_charge": None,
    }
)  # fmt: skip
PRO = SUBSCRIPTION.model_copy(
    update={
        "moved_from": "Cont_0", "price_signed": eur(4500), "amount": eur(4050), "price_today": eur(4900),
        "discount": Discount(id="D", name="Loyal", percent="10", cycles=3), "trial_end": date(2026, 11, 30),
        "period": (date(2026, 11, 1), date(2026, 11, 30)), "period_index": 9, "notice_period_days": 30,
        "invoice_trigger": "every 3 months",
        "scheduled_change": ScheduledChange(kind="change_plan", on=date(2026, 12, 1), to_plan="Business",
                                            to_units={"seats": "12"}, by="Jo"),
        "features": (SUBSCRIPTION.features[0].model_copy(update={"included": "8"}), SUBSCRIPTION.features[1]),
    }
)  # fmt: skip


def services_with(*subscriptions: Subscription) -> FakeServices:
    services, _ = services_with_anna()
    services.profiles.serve("subscriptions", "Cust_1", subscriptions)
    return services


@asynccontextmanager
async def tab(services: FakeServices, size: tuple[int, int]) -> AsyncIterator[Driver]:
    async with profile_tab(services, 2, "Cust_1", size=size) as d:
        await d.wait_for(lambda: d.screen.query_one(SubscriptionsPanel).is_complete, "everything is loaded")
        yield d


def detail(d: Driver) -> str:
    """All of the detail, also what is scrolled out of view."""
    return "\n".join(str(part.render()) for part in d.screen.query("SubscriptionsTab .detail"))


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (140, 40)], ids=str)
async def test_the_selected_subscription_in_full_with_its_history(size: tuple[int, int]) -> None:
    async with tab(services_with(ENDED, PRO), size) as d:
        await d.expect_row("▌", "Pro", "€40.50", "● active")
        await d.expect_row("Starter", "€19.00", "○ replaced")
        await d.expect_row("Plan", "Pro · monthly, started 14 Mar")
        said = " ".join(detail(d).split())
        for line in (
            "Contract price       €45.00 per month",
            "Current list price   €49.00 (+€4.00 since signing)",
            "Discount             Loyal: 10 % off, 3 cycles left",
            "Units                10 seats",
            "Billing period 9     1 Nov – 30 Nov",
            "Next charge          €49.00 on 1 Dec",
            "Trial ends           30 Nov",
            "Scheduled change     1 Dec: Business · 12 seats, by Jo",
            "Payment              automatic",
            "Invoiced             every 3 months",
            "Notice period        30 days",
            "14 Mar 2025   Starter · monthly started",
            "today: 10 included · limit 100 · €5.00 each",
            "Seats      8 included · limit 100 · €5.00 each",
        ):
            assert " ".join(line.split()) in said, detail(d)
        change = "14 Mar Starter · monthly → Pro · monthly, by Priya Nair: customer request"
        assert change in said, detail(d)
        assert said.count("today:") == 1, "API calls are as signed"
        beside = "Included features" in d.line_with("started 14 Mar")
        assert beside == (size[0] >= 140), "a wide terminal has room for the features beside the rest"
        await d.press_command("table.down")
        await d.expect_row("▌", "Starter")
        await d.wait_for(lambda: change in " ".join(detail(d).split()), "the same history")


async def test_a_long_list_scrolls_by_itself_and_leaves_room_for_the_selected_one() -> None:
    ended = [
        ENDED.model_copy(update={"id": f"Cont_e{number}", "end": date(2026, 1, number + 1), "moved_to": None})
        for number in range(30)
    ]
    ended[9] = ended[9].model_copy(update={"plan": "Newest", "end": date(2026, 6, 1)})
    pending = PRO.model_copy(update={"id": "Cont_p", "plan": "Later", "status": SubscriptionStatus.PENDING})
    async with tab(services_with(*ended, pending, PRO), (80, 24)) as d:
        table = d.screen.query_one(SubscriptionsPanel).table
        assert [row.plan for row in table.rows[:4]] == ["Pro", "Later", "Newest", "Starter"]
        await d.expect_row("▌", "Pro")
        await d.expect_row("Plan", "Pro · monthly, started 14 Mar")
        await d.press_command("table.end")
        await d.expect_row("▌", "Starter", "19.00")
        await d.expect_row("Plan", "Starter · monthly, started 14 Mar 2025")
        # From the last row on, the keys show more of the selected one; back at the top, the first row.
        for _ in range(20):
            await d.press_command("table.down")
        await d.expect_row("API calls", "100,000 included")
        await d.press_command("table.up")
        await d.expect_row("▌", "Starter")
        await d.press_command("table.top")
        await d.expect_row("▌", "Pro")
        await d.expect_text("─ Subscriptions ─")


async def test_a_trial_that_is_over_has_ended_and_its_period_has_no_number() -> None:
    over = PRO.model_copy(update={"trial_end": date(2026, 3, 28), "period_index": 0})
    async with tab(services_with(over), (100, 30)) as d:
        await d.expect_row("Trial ended", "28 Mar")
        await d.expect_row("Billing period  ", "1 Nov")


async def test_without_the_catalogue_the_rest_is_shown_and_nothing_is_said_of_today() -> None:
    services = services_with(PRO)
    services.profiles.answers["plans", ""] = ServerFailed("The server failed.")
    async with profile_tab(services, 2, "Cust_1") as d:
        await d.expect_row("Seats", "8 included")
        assert "today:" not in detail(d)


async def test_names_from_outside_are_text() -> None:
    evil = " ".join([*CONTROL, *MARKUP])
    named: dict[str, Any] = {"plan": evil, "by": evil, "ended_reason": evil, "invoice_trigger": evil}
    plans = tuple(one.model_copy(update={"name": evil}) for one in PLANS)
    features = tuple(one.model_copy(update={"name": evil, "slug": evil}) for one in PRO.features[:1])
    services = services_with(
        ENDED.model_copy(update=named),
        PRO.model_copy(update={**named, "features": features, "moved_from": evil}),
    )
    services.profiles.serve("plans", "", plans)
    async with tab(services, (80, 24)) as d:
        await d.expect_row("▌", clean(evil)[:10])
        for line in [*d.lines(), *detail(d).splitlines()]:
            assert all(char >= " " and not "\x7f" <= char <= "\x9f" for char in line)


async def test_of_very_many_features_the_rest_is_counted() -> None:
    feature = SUBSCRIPTION.features[0]
    many = tuple(feature.model_copy(update={"slug": f"f{n}", "name": f"Feature {n}"}) for n in range(103))
    services = services_with(SUBSCRIPTION.model_copy(update={"features": many, "price_today": None}))
    async with tab(services, (140, 40)) as d:
        assert "Feature 99" in detail(d) and "Feature 100" not in detail(d)
        assert "and 3 more: see Feature access" in detail(d)
