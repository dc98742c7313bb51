"""The header of a profile: two lines at every width, without the least important where there is no room."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest

from tests.screens.driver import driver
from tests.support.action_form import services_with_anna
from tests.support.anna import ANNA, BRIEF, METHODS, eur
from tests.support.billing_parts import payment
from tests.support.customers import NOW
from wbtui.app import Start
from wbtui.models.page import Source, Stamped
from wbtui.models.subscription import NextCharge


async def test_the_header_has_two_lines_and_leaves_out_the_least_important() -> None:
    owing = ANNA.model_copy(update={"owed": (eur(4900),)})
    services, _ = services_with_anna()
    services.profiles.serve("customer", "Cust_1", owing)
    async with driver(services, size=(140, 40), start=Start(screen="customer", id="Cust_1")) as d:
        await d.expect_row(
            "Pro · monthly · €49.00   renews 1 Dec   owes €49.00   credit €15.00   Visa ••4242"
        )
        await d.resize(80, 24)
        await d.expect_gone("renews")
        await d.expect_row("Pro · monthly · €49.00   owes €49.00   credit €15.00   Visa ••4242 04/27")
        assert "verify" in d.lines()[2] and "1 Overview" in d.lines()[3]
        # With a long name: the name is cut, never what is owed.
        charge = NextCharge(date=date(2026, 12, 1), total=eur(4900))
        long = BRIEF.model_copy(
            update={"plan": "Enterprise " * 9, "next_charge": charge, "amount": eur(10**9)}
        )
        changed = owing.model_copy(update={"subscriptions": (long,), "owed": (eur(10**9), eur(10**9))})
        services.profiles.serve("customer", "Cust_1", changed)
        await d.press_command("profile.refresh")
        await d.expect_row("Enterprise Ente", "…  owes €10,000,000.00 + €10,000,000.00")
        assert "verify" in d.lines()[2] and "1 Overview" in d.lines()[3]


async def test_the_header_says_when_the_subscription_ends_rather_than_when_another_renews() -> None:
    ending = BRIEF.model_copy(update={"cancel_at": date(2026, 12, 1), "next_charge": None})
    other = BRIEF.model_copy(
        update={
            "id": "Cont_2",
            "amount": eur(900),
            "next_charge": NextCharge(date=date(2026, 12, 9), total=eur(900)),
        }
    )
    services, _ = services_with_anna()
    services.profiles.serve("customer", "Cust_1", ANNA.model_copy(update={"subscriptions": (other, ending)}))
    async with driver(services, start=Start(screen="customer", id="Cust_1")) as d:
        await d.expect_row("Pro · monthly · €49.00  +1   ends 1 Dec   owes")


async def test_the_line_that_verifies_a_caller_stays_one_line() -> None:
    methods = tuple(METHODS[0].model_copy(update={"last_digits": f"{n:04}"}) for n in range(9))
    services, _ = services_with_anna()
    many = ANNA.model_copy(update={"methods": methods})
    services.directory.rows[0] = Stamped(many, NOW, Source.CACHE)
    services.profiles.serve("customer", "Cust_1", many)
    services.profiles.serve("methods", "Cust_1", methods)
    async with driver(services, size=(80, 24), start=Start(screen="customer", id="Cust_1")) as d:
        await d.expect_row("verify   postcode 10119   last four 0000  +8   last payment £199.00 on 30 Oct")
        assert "1 Overview" in d.lines()[3]
        await d.resize(140, 40)
        await d.expect_row(
            "verify   postcode 10119   last four 0000, 0001, 0002, 0003  +5", "last payment £199.00 on 30 Oct"
        )


async def test_the_day_of_a_payment_recorded_by_hand_is_that_of_the_list(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """It is a day in UTC; elsewhere it was the evening before."""
    monkeypatch.setenv("TZ", "HST10")
    request.addfinalizer(time.tzset)
    request.addfinalizer(monkeypatch.undo)
    time.tzset()
    brief = ANNA.latest_payment
    assert brief is not None
    by_hand = payment(1, id=brief.id, method=None, at=datetime(2026, 11, 9, 6, tzinfo=UTC))
    services, _ = services_with_anna()
    latest = brief.model_copy(update={"at": by_hand.at})
    services.profiles.serve("customer", "Cust_1", ANNA.model_copy(update={"latest_payment": latest}))
    services.profiles.serve("payments", "Cust_1", (by_hand,))
    async with driver(services, size=(120, 30), start=Start(screen="customer", id="Cust_1")) as d:
        await d.expect_row("verify", "last payment", "on 9 Nov")


async def test_a_caller_is_not_verified_by_methods_that_may_be_of_another_customer() -> None:
    services, _ = services_with_anna()
    foreign = METHODS[0].model_copy(update={"last_digits": "9999"})
    services.profiles.serve("methods", "Cust_1", (foreign,))
    async with driver(services, start=Start(screen="customer", id="Cust_1")) as d:
        await d.press_command("profile.tab_4")
        await d.expect_text("9999", "customer not confirmed by the server")
        await d.wait_for(lambda: "Visa ••4242" in "".join(d.lines()[:3]), "the header is loaded")
        assert "9999" not in "".join(d.lines()[:3])


async def test_payment_methods_that_are_not_loaded_are_unknown() -> None:
    """Plain Wingback lists none with its customers; then the header said that there are none."""
    services, _ = services_with_anna()
    services.profiles.serve("customer", "Cust_1", ANNA.model_copy(update={"methods": None}))
    del services.profiles.answers["methods", "Cust_1"]
    async with driver(services, size=(120, 30), start=Start(screen="customer", id="Cust_1")) as d:
        await d.expect_row("Pro · monthly · €49.00", "payment method unknown")
        await d.expect_row("verify", "last four unknown")
        services.profiles.serve("methods", "Cust_1", ())
        await d.press_command("profile.refresh")
        await d.expect_row("Pro · monthly · €49.00", "no payment method")
        await d.expect_row("verify", "last four –")
