"""Offline after a sync: profiles that were never opened show what the lists know, and no other figures."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from tests.support.command_line import wbtui
from tests.support.opened import kept_in, opened
from tests.support.sandbox import CUSTOMERS, Sandbox
from wbtui.models.customer import Customer
from wbtui.models.page import Source, Stamped
from wbtui.models.parts import CUSTOMER, CUSTOMER_PARTS, INVOICE, INVOICES, METHODS, SUBSCRIPTIONS
from wbtui.services.open import Services

COUNT = 50
NOT_IN_LISTS = {part.name for part in CUSTOMER_PARTS} - {SUBSCRIPTIONS.name, INVOICES.name, METHODS.name}


async def customers_of(services: Services) -> list[Customer]:
    rows = (await services.directory.open("").page(0, CUSTOMERS)).rows
    return random.Random(7).sample([row.value for row in rows], COUNT)


def members(row: Any, like: Any) -> dict[str, Any]:
    """Return the members of a row that `like` has."""
    return {name: getattr(row, name) for name in type(like).model_fields}


async def assert_equal(server: Services, customer: Customer, parts: dict[str, Stamped[Any]]) -> None:
    """Compare the summaries with the server's own parts."""
    assert (await server.profiles.fetch(CUSTOMER, customer.id)).value == customer
    whole = (await server.profiles.fetch(SUBSCRIPTIONS, customer.id)).value
    by_id = {one.id: one for one in whole}
    for brief, found in zip(customer.subscriptions, parts["subscriptions"].value, strict=True):
        assert members(found, brief) == dict(brief)
        # The list does not say when a subscription ended.
        assert {**members(by_id[found.id], brief), "end": None} == dict(brief)
    invoices = (await server.profiles.fetch(INVOICES, customer.id)).value
    assert {row.id: row for row in parts["invoices"].value} == {row.id: row for row in invoices}
    methods = (await server.profiles.fetch(METHODS, customer.id)).value
    for method, found in zip(customer.methods or (), parts["methods"].value, strict=True):
        assert members(found, method) == dict(method)
        assert dict(method) in [members(row, method) for row in methods]


async def test_every_part_offline_is_what_the_server_has(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
    async with (
        opened(sandbox.url, sandbox.key, tmp_path, offline=True) as offline,
        opened(sandbox.url, sandbox.key, tmp_path / "other") as server,
    ):
        for customer in await customers_of(offline):
            parts: dict[str, Stamped[Any]] = {}
            for part in CUSTOMER_PARTS:
                assert await offline.profiles.cached(part, customer.id) is None or part.name == "refunds"
                found = await offline.profiles.summary(part, customer.id)
                assert (found is None) == (part.name in NOT_IN_LISTS)
                if found is not None:
                    assert found.source is Source.SNAPSHOT
                    parts[part.name] = found
            await assert_equal(server, customer, parts)
            for row in parts["invoices"].value[:2]:
                invoice = await offline.profiles.summary(INVOICE, row.id)
                true = (await server.profiles.fetch(INVOICE, row.id)).value
                assert invoice is not None
                for name in ("number", "state", "total", "open", "date", "due", "paid", "refunded"):
                    assert getattr(invoice.value, name) == getattr(true, name)


async def test_a_summary_is_replaced_by_the_server(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        customer = (await customers_of(services))[0]
        shown: list[Stamped[Any]] = []
        whole = await services.profiles.load(
            SUBSCRIPTIONS, customer.id, on_cached=kept_in(shown), or_summary=True
        )
        assert [one.source for one in shown] == [Source.SNAPSHOT], "never fresh, however recent the sync"
        assert whole.source is Source.SERVER
        again = await services.profiles.cached(SUBSCRIPTIONS, customer.id)
        assert again is not None
        assert again.value == whole.value


async def test_an_unfinished_list_of_invoices_is_no_summary(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        customer = (await customers_of(services))[0]
        await services.cache.forget_full_sync("invoices")
        assert await services.profiles.summary(INVOICES, customer.id) is None


def test_the_command_shows_the_summary_offline(sandbox: Sandbox, tmp_path: Path) -> None:
    connect = ("connect", "--name", "acme", "--environment", "demo", "--url", sandbox.url, "--key-stdin")
    assert wbtui(tmp_path, *connect, "--agent", "jo", stdin=sandbox.key).returncode == 0
    assert wbtui(tmp_path, "sync").returncode == 0
    found = json.loads(wbtui(tmp_path, "--offline", "find", "country:de", "--json").stdout)["customers"]
    assert len(found) > 2
    for customer in found[:5]:
        done = wbtui(tmp_path, "--offline", "show", customer["id"], "--json")
        assert done.returncode == 0
        shown = json.loads(done.stdout)
        assert set(shown["summaries"]) == {"subscriptions", "invoices", "methods"}
        assert shown["features"] is None and "features of the subscriptions are not available" in done.stderr
        for part in ("subscriptions", "methods"):
            whole = [row.items() for row in shown[part]]
            assert all(row.items() <= other for row, other in zip(customer[part], whole, strict=True))
        latest = {row["id"]: row["total"] for row in customer["latest_invoices"]}
        assert latest.items() <= {row["id"]: row["total"] for row in shown["invoices"]}.items()
        said = done.stderr.splitlines()
        assert said.count("Started with --offline. Nothing is sent or fetched.") == 1
        assert "Showing the summary from the last sync: subscriptions, invoices, payment methods." in said
        assert "Not available: payments, refunds, credits, credit notes, wallets, usage, discounts." in said
        assert [line for line in said if line.startswith("As of ")] == ["As of just now."]
