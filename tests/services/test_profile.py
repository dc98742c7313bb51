"""Parts of a profile: held first, fetched behind, stored and stamped; what is gone, what is not offered."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.fault_proxy import FaultProxy
from tests.support.opened import intended, opened, refund_of, refundable, refunds_of, until
from tests.support.sandbox import Sandbox
from wbtui import errors
from wbtui.models.page import Source, Stamped
from wbtui.models.parts import (
    ACTIVITY,
    CUSTOMER,
    INVOICE,
    INVOICES,
    METHODS,
    PAYMENTS,
    REFUNDS,
    SUBSCRIPTIONS,
    USAGE,
    Part,
)
from wbtui.models.payment import PaymentMethod
from wbtui.services.open import Services

TABS: tuple[Part[object], ...] = (SUBSCRIPTIONS, INVOICES, PAYMENTS, REFUNDS, METHODS, USAGE, ACTIVITY)  # type: ignore[assignment]


async def anybody(services: Services) -> str:
    await services.sync.run()
    return (await services.directory.open("").page(0, 1)).rows[0].value.id


async def test_every_tab_is_fetched_held_and_the_same_after_a_restart(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        customer = await anybody(services)
        fetched = {part.name: await services.profiles.fetch(part, customer) for part in TABS}
        assert all(one.source is Source.SERVER for one in fetched.values())
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services:
        for part in TABS:
            held = await services.profiles.cached(part, customer)
            assert held is not None
            assert (held.value, held.source) == (fetched[part.name].value, Source.CACHE)


async def test_load_paints_what_is_held_and_asks_only_when_it_is_old(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            customer = await anybody(services)
            held: list[Stamped[tuple[PaymentMethod, ...]]] = []
            first = await services.profiles.load(METHODS, customer, on_cached=held.append)
            assert held == []
            asked = len(proxy.requests)
            again = await services.profiles.load(METHODS, customer, on_cached=held.append)
            assert again.value == first.value
            assert [one.source for one in held] == [Source.CACHE]
            assert len(proxy.requests) == asked, "fresh: nobody is asked"
            await services.profiles.load(METHODS, customer, force=True)
            assert len(proxy.requests) == asked + 1
            services.profiles.outdated([customer])
            await services.profiles.load(METHODS, customer, on_cached=held.append)
            assert len(proxy.requests) == asked + 2, "heard of a change: asked again"
            old = services.now() - timedelta(minutes=6)
            await services.cache.drop_part(METHODS, customer)
            await services.cache.put_part(METHODS, customer, first.value, old)
            await services.profiles.load(METHODS, customer)
            assert len(proxy.requests) == asked + 3, "stale: asked again"


async def test_two_at_once_share_one_request(sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            customer = await anybody(services)
            asked = len(proxy.requests)
            fetches = [asyncio.ensure_future(services.profiles.fetch(PAYMENTS, customer)) for _ in range(3)]
            fetches[0].cancel()  # one that gives up takes nothing from the others
            one, two = await asyncio.gather(*fetches[1:])
            assert one == two
            assert len(proxy.requests) == asked + 1


async def test_a_customer_who_is_gone_goes_here_and_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        customer = await anybody(services)
        row = (await services.cache.customer(customer)).value
        gone = "Cust_00000000-0000-4000-8000-000000000000"
        await services.cache.put_customers([row.model_copy(update={"id": gone})], services.now())
        touched: list[frozenset[str]] = []
        services.data_changed.subscribe(touched.append)
        with pytest.raises(errors.NotFound, match="was deleted in the billing system"):
            await services.profiles.fetch(CUSTOMER, gone)
        assert await services.profiles.cached(CUSTOMER, gone) is None
        assert frozenset([gone]) in touched


async def test_what_is_not_offered_is_remembered(plain_sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(plain_sandbox.url) as proxy:
        async with opened(proxy.url, plain_sandbox.key, tmp_path) as services:
            customer = await anybody(services)
            with pytest.raises(errors.NotOffered):
                await services.profiles.fetch(REFUNDS, customer)
            asked = len(proxy.requests)
            with pytest.raises(errors.NotOffered):
                await services.profiles.fetch(REFUNDS, "another")
            assert len(proxy.requests) == asked


async def test_after_a_refund_what_is_held_is_the_new_truth(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        customer, payment = await refundable(services)
        invoice_id = payment.invoice_ids[0]
        before = (await services.profiles.fetch(INVOICE, invoice_id)).value
        await services.profiles.fetch(ACTIVITY, customer.id)
        await refunds_of(services, customer.id)
        touched: list[frozenset[str]] = []
        services.data_changed.subscribe(touched.append)
        outcome = await services.actions.hold(
            await intended(services, refund_of(customer, payment))
        ).outcome()
        while True:
            heard = len(touched)
            held = await services.profiles.cached(INVOICE, invoice_id)
            if held is not None and held.value != before:
                break
            await until(services.data_changed, lambda heard=heard: len(touched) > heard)  # type: ignore[misc]
        assert any(customer.id in ids for ids in touched)
        assert before.refunded is not None
        assert held.value.refunded is not None
        assert held.value.refunded.minor == before.refunded.minor + 500
        refunds = await services.profiles.cached(REFUNDS, customer.id)
        assert refunds is not None
        assert {one.id for one in refunds.value} >= {
            ref.id for ref in outcome.objects if ref.type == "refund"
        }
        activity = await services.profiles.cached(ACTIVITY, customer.id)
        assert activity is not None
        assert "refund" in activity.value.events[0].what.lower()
