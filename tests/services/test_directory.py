"""Customer search: the cache first, then the server, whose hits are cached."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from tests.support.customers import NOW, customer
from tests.support.fault_proxy import FaultProxy
from tests.support.opened import opened
from tests.support.sandbox import CUSTOMERS, Sandbox
from wbtui.models.customer import BillingStatus, Customer
from wbtui.models.query.parser import parse
from wbtui.services.clock import Clock
from wbtui.services.directory import Directory, lookup_of
from wbtui.services.open import Services


async def find_customer(services: Services) -> Customer:
    """Return a customer whose e-mail address is lowercase ASCII."""
    await services.sync.run()
    for row in (await services.directory.open("").page(0, CUSTOMERS)).rows:
        if row.value.email and row.value.email.isascii() and row.value.email.islower() and row.value.name:
            return row.value
    raise AssertionError("no such customer")


async def test_hits_of_the_server_fill_an_empty_cache(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path / "one") as services:
        wanted = await find_customer(services)
    async with opened(sandbox.url, sandbox.key, tmp_path / "two") as services:
        assert wanted.email is not None
        search = services.directory.open(wanted.email)
        assert (await search.count(), search.is_complete, search.can_ask) == (0, False, True)
        found = (await search.ask_server()).rows
        assert wanted.id in [row.id for row in found]
        rows = (await search.page(0, 10)).rows
        assert wanted.id in [row.value.id for row in rows]
        assert await search.count() == len(rows)
        [match] = [m for m in await search.why(wanted) if "mail" in m.field.lower()]
        assert match.spans


async def test_a_query_that_the_server_cannot_filter_sends_no_request(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            search = services.directory.open("is:past_due status:active")
            before = len(proxy.requests)
            assert not search.can_ask
            assert not (await search.ask_server()).rows
            assert len(proxy.requests) == before


@pytest.mark.parametrize(
    ("text", "look_up_text", "email", "plan"),
    [
        ("anna schmidt", "anna schmidt", None, None),
        ('"lumen labs" anna', "anna lumen labs", None, None),
        ("anna@lumen.example", None, "anna@lumen.example", None),
        ("anna plan:pro", "anna", None, "pro"),
        ("plan:pro,business", None, None, None),
        ("-plan:free anna", "anna", None, None),
        ("a", None, None, None),
        ("", None, None, None),
        ("is:past_due", None, None, None),
    ],
)
def test_the_look_up_of_a_query(
    text: str, look_up_text: str | None, email: str | None, plan: str | None
) -> None:
    wanted = lookup_of(parse(text))
    assert (wanted.text, wanted.email, wanted.plan) == (look_up_text, email, plan)


async def test_plan_names_and_positions(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        wanted = await find_customer(services)
        names = await services.directory.plan_names()
        assert {subscription.plan for subscription in wanted.running} <= set(names)
        all_customers = services.directory.open("")
        position = await all_customers.position_of(wanted.id)
        assert position is not None
        assert (await all_customers.page(position, 1)).rows[0].value.id == wanted.id
        assert len((await all_customers.page(CUSTOMERS - 1, 5)).rows) == 1
        assert services.directory.open("plan:nonsense").query.problems


async def test_a_status_that_a_few_customers_lack_is_not_listed(sandbox: Sandbox, tmp_path: Path) -> None:
    """Those whose status is known are many, and the first in the list."""
    unknown = {"subscriptions": (), "billing_status": BillingStatus.UNKNOWN, "latest_invoices": ()}
    rows = [customer(number) for number in range(60)]
    rows = [
        *(
            one.model_copy(update={"name": f"A{one.id}", "billing_status": BillingStatus.FREE})
            for one in rows
        ),
        customer(60).model_copy(update={"name": "Zoë", **unknown}),
    ]
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services:
        await services.cache.put_customers(rows, services.now())
        assert await services.directory.open("is:none").not_listed() == ("is:",)
        assert await services.directory.open("-is:ended country:de").not_listed() == ("-is:",)
        assert await services.directory.open("is:free").not_listed() == ()
        assert await services.directory.open("-invoice:overdue").not_listed() == ()
        unread = {"name": "Zoë", "billing_status": BillingStatus.UNKNOWN, "latest_invoices": None}
        await services.cache.put_customers([customer(61).model_copy(update=unread)], services.now())
        assert await services.directory.open("-invoice:overdue").not_listed() == ("-invoice:",)
        assert await services.directory.open("due<today").not_listed() == ("due",)


def test_ages_are_relative_to_the_servers_clock_where_this_machines_is_wrong() -> None:
    directory = Directory(
        cast(Any, None), cast(Any, None), is_complete=lambda: True,
        clock=Clock(now=lambda: NOW + timedelta(hours=5)), server_now=lambda: NOW,
    )  # fmt: skip
    assert directory.open("changed<1h").query == parse("changed<1h", now=NOW)
