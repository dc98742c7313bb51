"""The usage tab: chart and table, earlier periods, at every size, offline, and when a part fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.screens.driver import Driver, driver, profile_tab
from tests.support.anna import ANNA, SUBSCRIPTION, with_another_subscription
from tests.support.customers import NOW, TODAY
from tests.support.fake_services import FakeServices, fake_services
from tests.support.opened import opened
from tests.support.sandbox import Sandbox
from wbtui.app import Start
from wbtui.errors import Offline, ServerFailed
from wbtui.models.money import Money
from wbtui.models.page import Source, Stamped
from wbtui.models.parts import CUSTOMER, EARLIER_USAGE, SUBSCRIPTIONS, USAGE, period_owner
from wbtui.models.subscription import SubscriptionStatus
from wbtui.models.usage import UsageBucket, UsageSeries
from wbtui.models.usage_periods import last_period
from wbtui.ui.screens.profile import ProfileScreen

OCTOBER = (date(2026, 10, 14), date(2026, 11, 13))
NOVEMBER = (date(2026, 11, 14), date(2026, 12, 13))
EARLIER = (EARLIER_USAGE.name, period_owner(ANNA.id, OCTOBER))


def usage(period: tuple[date, date], per_day: int, days: int, *, slug: str = "api_calls") -> UsageSeries:
    buckets = tuple(UsageBucket(date=period[0] + timedelta(at), units=str(per_day)) for at in range(days))
    return UsageSeries(
        feature=slug, name="API calls" if slug == "api_calls" else slug, unit="call",
        subscription_id=SUBSCRIPTION.id, customer_id=ANNA.id, period=period, buckets=buckets,
        used=str(per_day * days), limit="100000", included="100000", overage_price=Money(20, "eur"),
        overage_per="1000", overage_so_far=Money(0, "eur"),
    )  # fmt: skip


def stamped(*series: UsageSeries) -> Stamped[tuple[UsageSeries, ...]]:
    return Stamped(series, NOW, Source.SERVER)


def services_with_usage() -> FakeServices:
    """Anna on the ninth day of her period, with 4,000 calls a day; 5,000 in the period before."""
    services = fake_services(1)
    parts = services.profiles.parts
    parts[CUSTOMER.name, ANNA.id] = Stamped(ANNA, NOW, Source.SERVER)
    subscription = SUBSCRIPTION.model_copy(update={"start": date(2026, 3, 14), "period": NOVEMBER})
    parts[SUBSCRIPTIONS.name, ANNA.id] = Stamped((subscription,), NOW, Source.SERVER)
    parts[USAGE.name, ANNA.id] = stamped(usage(NOVEMBER, 4_000, 9), usage(NOVEMBER, 1, 9, slug="exports"))
    services.profiles.answers[EARLIER] = stamped(usage(OCTOBER, 5_000, 31))
    return services


@asynccontextmanager
async def usage_tab(services: FakeServices, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Driver]:
    assert date(2026, 11, 22) == TODAY
    async with profile_tab(services, 5, ANNA.id, size=size) as d:
        yield d


def load_again(d: Driver) -> None:
    """Load the open profile again, from the cache where it is fresh."""
    assert isinstance(d.screen, ProfileScreen)
    d.screen.load()


async def test_the_help_of_the_tab_explains_its_figures() -> None:
    async with usage_tab(services_with_usage(), (100, 100)) as d:
        await d.expect_row("▌", "API calls")
        await d.press_command("app.help")
        await d.expect_text("Projected: usage at the end of the period")
        await d.expect_gone("creates a portal link")


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (140, 40), (200, 50)])
async def test_chart_table_and_periods_fit_the_terminal(size: tuple[int, int]) -> None:
    async with usage_tab(services_with_usage(), size) as d:
        await d.expect_row("▌", "API calls", "36,000", "100,000", "░│", "36 %")
        await d.expect_row("14 Nov – 13 Dec, day 9 of 30")
        await d.expect_row("Used", "36,000 of 100,000 calls, 64,000 left")
        await d.expect_row("Projected", "120,000 calls by 13 Dec, limit reached on 8 Dec")
        await d.expect_row("Overage", "€0.00 to date, €4.00 projected")
        await d.expect_match(r"┤[▁-█].*█ ░")
        await d.expect_row("100,000 ┤──")
        await d.expect_row("per day ┤█")
        await d.expect_text("█ used   ░ projected   ─ limit")
        if size[1] >= 40:
            assert "█ used" in d.lines()[-2], "the chart fills a high terminal"
        await d.press_command("usage.table")
        await d.expect_row("14 Nov", "4,000", "4,000", "4 %")
        await d.expect_gone("per day")
        await d.press_command("usage.table")
        await d.press_command("usage.earlier")
        await d.expect_text("14 Oct – 13 Nov   later ›")
        await d.expect_row("Used", "155,000 of 100,000 calls, 55,000 over the limit")
        await d.expect_row("Overage", "€11.00")
        await d.expect_row("100,000 ┤──")
        await d.expect_gone("░ projected")
        await d.press_command("usage.later")
        await d.expect_text("day 9 of 30")


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (140, 40), (200, 50)])
async def test_of_many_features_the_selected_one_and_its_chart_are_in_view(size: tuple[int, int]) -> None:
    services = services_with_usage()
    many = [usage(NOVEMBER, 100, 9, slug=f"feature_{at}") for at in range(60)]
    services.profiles.parts[USAGE.name, ANNA.id] = stamped(*many)
    async with usage_tab(services, size) as d:
        await d.expect_row("▌", "feature_0")
        for _ in range(3):
            await d.press_command("table.page_down")
        await d.expect_row("▌", "feature_30")
        await d.expect_text("─ feature_30 ─", "900 of 100,000 calls")
        await d.expect_row("100,000 ┤──")


async def test_a_click_on_the_picker_goes_to_another_period_and_the_feature_is_kept() -> None:
    services = services_with_usage()
    async with usage_tab(services) as d:
        await d.expect_text("‹ earlier   14 Nov")
        await d.pilot.click("PeriodPicker", offset=(4, 0))
        await d.expect_text("14 Oct – 13 Nov", "155,000 of 100,000")
        await d.press_command("table.down")
        await d.expect_row("▌", "exports")
        await d.expect_text(
            "The billing system shows no usage of this feature for this period.", "14 Oct – 13 Nov"
        )
        line = d.line_with("later ›")
        await d.pilot.click("PeriodPicker", offset=(line.index("later ›") - 1, 0))
        await d.expect_row("Used", "9 of 100,000 calls")
        await d.press_command("usage.later")
        await d.expect_toast("This is the latest period.")


async def test_an_earlier_period_that_fails_says_so_alone_and_is_retried() -> None:
    services = services_with_usage()
    answer = services.profiles.answers[EARLIER]
    services.profiles.answers[EARLIER] = ServerFailed("It answered 503.", request_id="req_7")
    async with usage_tab(services) as d:
        await d.expect_text("day 9 of 30")
        await d.press_command("usage.earlier")
        await d.expect_text("It answered 503.", "Retry", "14 Oct – 13 Nov", "36,000")
        services.profiles.answers[EARLIER] = answer
        await d.pilot.click("UsagePeriodPanel .panel-retry")
        await d.expect_row("Used", "155,000 of 100,000 calls")
        await d.expect_gone("503")


async def test_offline_a_cached_period_is_shown_and_another_is_not_available() -> None:
    services = services_with_usage()
    services.profiles.answers.pop(EARLIER)
    services.profiles.parts[EARLIER] = stamped(usage(OCTOBER, 5_000, 31))
    before = (date(2026, 9, 14), date(2026, 10, 13))
    services.profiles.answers[EARLIER_USAGE.name, period_owner(ANNA.id, before)] = Offline("No route.")
    async with usage_tab(services) as d:
        await d.expect_text("day 9 of 30")
        await d.press_command("usage.earlier")
        await d.expect_row("Used", "155,000 of 100,000 calls")
        await d.press_command("usage.earlier")
        await d.expect_text("14 Sep – 13 Oct", "Not available offline")
        await d.press_command("usage.later")
        await d.expect_row("Used", "155,000 of 100,000 calls")


async def test_an_earlier_period_that_is_known_in_part_says_at_least() -> None:
    services = services_with_usage()
    services.profiles.answers[EARLIER] = stamped(usage(OCTOBER, 5_000, 29))
    async with usage_tab(services) as d:
        await d.expect_text("day 9 of 30")
        await d.press_command("usage.earlier")
        await d.expect_row("Used", "at least 145,000 of 100,000 calls, 45,000 over the limit")
        await d.expect_row("Days without data", "2 of 31")
        await d.expect_row("Overage", "at least €9.00")


async def test_without_an_active_subscription_the_last_period_of_the_ended_one_is_shown() -> None:
    services = services_with_usage()
    parts = services.profiles.parts
    ended = SUBSCRIPTION.model_copy(
        update={"status": SubscriptionStatus.CANCELED, "start": date(2026, 3, 14), "period": OCTOBER,
                "end": date(2026, 11, 2)}
    )  # fmt: skip
    active = parts[SUBSCRIPTIONS.name, ANNA.id]
    parts[SUBSCRIPTIONS.name, ANNA.id] = Stamped((ended,), NOW, Source.SERVER)
    now, parts[USAGE.name, ANNA.id] = parts[USAGE.name, ANNA.id], stamped()
    last = period_owner(ANNA.id, (OCTOBER[0], date(2026, 11, 1)))
    services.profiles.answers[EARLIER_USAGE.name, last] = stamped(usage(OCTOBER, 5_000, 19))
    async with usage_tab(services, (80, 24)) as d:
        await d.expect_text("─ No active subscription ─", "Pro · monthly ended on 2 Nov. This is its last")
        await d.expect_row("▌", "API calls", "95,000", "100,000", "▲ 95 %")
        await d.expect_text("‹ earlier   14 Oct – 1 Nov")
        await d.expect_row("Used", "95,000 of 100,000 calls")
        await d.expect_gone("later ›", "No metered features", "enter open", " left")
        await d.press_command("usage.earlier")
        await d.expect_text("14 Sep – 13 Oct   later ›")
        # With a new subscription its usage is shown.
        parts[SUBSCRIPTIONS.name, ANNA.id], parts[USAGE.name, ANNA.id] = active, now
        load_again(d)
        await d.expect_row("▌", "API calls", "36,000")
        await d.expect_gone("No active subscription")


async def test_the_sandbox_has_the_usage_of_an_ended_subscription(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        for row in (await services.directory.open("is:ended").page(0, 50)).rows:
            subscriptions = (await services.profiles.fetch(SUBSCRIPTIONS, row.value.id)).value
            found = last_period(subscriptions)
            if found is not None and any(one.overage_per or one.limit for one in found[0].features):
                break
        else:
            raise AssertionError("no ended subscription with a metered feature")
        async with profile_tab(services, 5, row.value.id, size=(100, 30)) as d:
            await d.expect_text(f"{found[0].plan} · ", "ended on", "█ used")
            await d.expect_gone("at least")


async def test_a_system_without_daily_usage_and_a_customer_without_features() -> None:
    services = services_with_usage()
    plain = usage(NOVEMBER, 0, 0).model_copy(update={"period": None, "used": "36000"})
    services.profiles.parts[USAGE.name, ANNA.id] = stamped(plain)
    async with usage_tab(services) as d:
        await d.expect_text("36,000 of 100,000 calls", "No usage by day is available for this period.")
        await d.press_command("usage.earlier")
        await d.expect_toast("No earlier period of this subscription is known.")
        services.profiles.parts[USAGE.name, ANNA.id] = stamped()
        load_again(d)
        await d.expect_text("No metered features.")
        await d.expect_gone("No usage by day")


async def test_before_a_subscription_starts_there_is_no_usage_yet() -> None:
    services = services_with_usage()
    later = SUBSCRIPTION.model_copy(update={"status": SubscriptionStatus.SCHEDULED})
    services.profiles.parts[SUBSCRIPTIONS.name, ANNA.id] = Stamped((later,), NOW, Source.SERVER)
    services.profiles.parts[USAGE.name, ANNA.id] = stamped()
    async with usage_tab(services) as d:
        await d.expect_text("No usage yet: the subscription has not started.")


async def test_keys_of_the_tab_work_after_the_table_with_the_focus_is_hidden() -> None:
    services = services_with_usage()
    async with usage_tab(services) as d:
        await d.expect_text("day 9 of 30", "t table")
        await d.expect_gone("enter open")
        await d.press_command("usage.table")
        await d.expect_text("t chart")
        await d.press("tab")
        await d.expect_focus("#usage-days")
        services.profiles.answers[EARLIER] = ServerFailed("It answered 503.")
        await d.press_command("usage.earlier")
        await d.expect_text("14 Oct – 13 Nov", "It answered 503.")
        await d.expect_focus("#usage-table")
        await d.press_command("usage.table")
        await d.expect_text("t table")
        # Without features there is no earlier period; when there are some again, the current one is shown.
        before = services.profiles.parts[USAGE.name, ANNA.id]
        for now, expected in ((stamped(), "No metered features."), (before, "day 9 of 30")):
            services.profiles.parts[USAGE.name, ANNA.id] = now
            load_again(d)
            await d.expect_text(expected)


async def test_feature_access_says_why_from_any_tab_and_is_copied(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        anna = (await services.directory.open("anna@lumen.example").page(0, 1)).rows[0].value
        async with driver(services, size=(80, 24), start=Start(screen="customer", id=anna.id)) as d:
            await d.expect_screen("ProfileScreen")
            await d.press_command("profile.access")
            await d.expect_screen("EntitlementsDialog")
            await d.expect_row("▌", "API calls", "● included", "Pro: 92,310 of 100,000 calls used.")
            await d.expect_row("Single sign-on", "○ not in plan", "Included in Business and Enterprise.")
            await d.press_command("table.end")
            await d.expect_row("▌", "Storage")
            await d.press_command("access.copy")
            await d.expect_toast("Feature access copied.")
            assert d.app.clipboard == "Storage: not in plan. Included in Storage."
            await d.press_command("access.close")
            await d.expect_screen("ProfileScreen")
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services:
        active = (await services.directory.open("is:active").page(0, 2)).rows
        other = next(row.value for row in active if row.value.id != anna.id)
        for customer, expected in ((anna, "● included"), (other, "features of the subscriptions are not")):
            start = Start(screen="customer", id=customer.id)
            async with driver(services, size=(100, 30), start=start) as d:
                await d.expect_screen("ProfileScreen")
                await d.press_command("profile.access")
                await d.expect_text(expected)
                await d.expect_gone("No features are known.")
                if customer is other:
                    await d.press_command("access.copy")
                    await d.expect_toast("There is no feature to copy.")


async def test_an_action_is_about_the_subscription_of_the_selected_feature() -> None:
    services = services_with_usage()
    parts = services.profiles.parts
    second = SUBSCRIPTION.model_copy(update={"id": "Cont_2", "plan": "Storage"})
    first = parts[SUBSCRIPTIONS.name, ANNA.id].value
    parts[SUBSCRIPTIONS.name, ANNA.id] = Stamped((*first, second), NOW, Source.SERVER)
    parts[CUSTOMER.name, ANNA.id] = Stamped(with_another_subscription(plan="Storage"), NOW, Source.SERVER)
    storage = usage(NOVEMBER, 1, 9, slug="storage").model_copy(update={"subscription_id": "Cont_2"})
    parts[USAGE.name, ANNA.id] = stamped(usage(NOVEMBER, 4_000, 9), storage)
    async with usage_tab(services) as d:
        await d.expect_row("▌", "API calls")
        await d.press_command("table.down")
        await d.expect_text("14 Nov – 13 Dec, day 9 of 30", "P plan")
        await d.press_command("profile.plan")
        await d.expect_text("Change plan · Storage · monthly")


async def test_feature_access_without_usage_or_plans_says_what_was_not_checked() -> None:
    services = services_with_usage()
    services.profiles.parts.pop((USAGE.name, ANNA.id))
    services.profiles.answers[USAGE.name, ANNA.id] = ServerFailed("It answered 503.")
    async with usage_tab(services) as d:
        await d.press_command("profile.access")
        await d.expect_row("API calls", "● included")
        await d.expect_text("Usage is not loaded: limits are not checked.", "Plans are not loaded")
