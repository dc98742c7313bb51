"""Opening services offline, with the server down and with a wrong key; closing them without waiting."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from tests.support.accelerated_clock import accelerated
from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.opened import QUICK, files_in, intended, opened, refund_of, refundable, until
from tests.support.patience import PATIENCE
from tests.support.sandbox import Sandbox
from wbtui import errors
from wbtui.models.parts import CUSTOMER, INVOICES
from wbtui.models.preview import Status
from wbtui.models.secret import Secret
from wbtui.services.actions.money_client import ActionTimeouts
from wbtui.services.link import KEY_REJECTED, LinkKind


async def test_offline_reads_cached_data_and_sends_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            customer, payment = await refundable(services)
            await services.profiles.fetch(INVOICES, customer.id)
            today = services.today()
        asked = len(proxy.requests)
        async with opened(proxy.url, sandbox.key, tmp_path, offline=True) as services:
            cached = await services.profiles.cached(INVOICES, customer.id)
            assert cached is not None
            assert cached.value
            assert (await services.directory.open(customer.title).page(0, 5)).rows
            assert services.today() == today, "the server's date is cached"
            assert services.system is not None
            assert services.system.can("action.refund"), "the capabilities are cached"
            with pytest.raises(errors.Offline):
                await services.profiles.fetch(INVOICES, customer.id)
            with pytest.raises(errors.Offline):
                await services.directory.open("nobody at all").ask_server()
            with pytest.raises(errors.Offline):
                await services.actions.preview(refund_of(customer, payment))
            assert "--offline" in (services.actions.send_reason("refund") or "")
            assert services.actions.disabled_reason("refund") is None, "its form can be filled in"
            assert "--offline" in (services.actions.disabled_reason("create_portal_link") or "")
            with pytest.raises(errors.Offline):
                await services.sync.run()
        assert len(proxy.requests) == asked


async def test_a_server_that_is_down_at_start_is_noticed_when_it_is_up(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        down = proxy.arm(Fault.REFUSE)
        async with opened(proxy.url, sandbox.key, tmp_path, wait=False) as services:
            await until(services.link.changed, lambda: services.link.state.kind is LinkKind.OFFLINE)
            assert services.link.state.why
            system = services.system  # a local name: mypy would narrow the property to None
            assert system is None
            assert services.actions.send_reason("refund")
            proxy.disarm()
            await until(services.link.changed, lambda: services.link.writable)
            assert services.system is not None
            assert services.actions.send_reason("refund") is None
        assert down.fired == 1


async def test_losing_the_network_while_open(sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            customer, _payment = await refundable(services)
            proxy.arm(Fault.REFUSE)
            with pytest.raises(errors.ApiError):
                await services.profiles.fetch(INVOICES, customer.id)
            await until(services.link.changed, lambda: not services.link.reachable)
            assert await services.profiles.cached(CUSTOMER, customer.id) is not None
            assert "available again when it is back" in (services.actions.send_reason("refund") or "")
            proxy.disarm()
            await until(services.link.changed, lambda: services.link.writable)


async def test_a_wrong_key_is_read_only(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, "wrong_key_1234567890", tmp_path, wait=False) as services:
        await until(services.link.changed, lambda: services.link.state.kind is LinkKind.DEGRADED)
        assert services.link.reachable
        assert "read-only" in (services.actions.send_reason("refund") or "")


async def test_a_new_key_is_used_once_it_is_stored(sandbox: Sandbox, tmp_path: Path) -> None:
    stored = "revoked_key_1234567890"
    async with opened(
        sandbox.url, "", tmp_path, wait=False, clock=accelerated(), stored_key=lambda: Secret(stored)
    ) as services:
        await until(services.link.changed, lambda: services.link.state.why == KEY_REJECTED)
        money = services.actions._client
        with pytest.raises(errors.Unauthorized):
            await money.loop.run(money.ask(lambda api: api.discover()))
        stored = sandbox.key
        await until(services.link.changed, lambda: services.link.state.kind is LinkKind.ONLINE)
        await money.loop.run(money.ask(lambda api: api.discover()))


async def test_without_the_extension_refunds_are_unavailable_and_portal_links_work(
    plain_sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(plain_sandbox.url, plain_sandbox.key, tmp_path) as services:
        assert "dashboard" in (services.actions.send_reason("refund") or "")
        assert services.actions.disabled_reason("create_portal_link") is None
        await services.sync.run()
        customer = (await services.directory.open("").page(0, 1)).rows[0].value
        from wbtui.models.actions import Context
        from wbtui.models.actions.customer import CreatePortalLink

        action = CreatePortalLink(customer_id=customer.id, context=Context(agent="jo"))
        preview = await services.actions.preview(action)
        intent = await services.actions.record_intent(
            action, preview, customer_title=customer.title, summary="Portal link"
        )
        outcome = await services.actions.send(intent, 0).outcome()
        assert outcome.status is Status.DONE
        assert outcome.link is not None
        assert outcome.link.startswith("http")
        entry = services.journal.entry_now(intent.key)
        assert entry.status is Status.DONE
        assert outcome.link not in entry.model_dump_json()


async def test_closing_cancels_a_pending_action_without_waiting(sandbox: Sandbox, tmp_path: Path) -> None:
    hold = ActionTimeouts(undo=10 * PATIENCE, pauses=())
    async with opened(sandbox.url, sandbox.key, tmp_path, timeouts=hold) as services:
        customer, payment = await refundable(services)
        pending = services.actions.send(await intended(services, refund_of(customer, payment)))
        await services.close()
        assert (await pending.outcome()).status is Status.WITHDRAWN
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services:
        assert services.journal.entry_now(pending.key).status is Status.WITHDRAWN


async def test_closing_does_not_wait_for_a_response_and_the_outcome_is_unknown(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path, timeouts=QUICK) as services:
            customer, payment = await refundable(services)
            armed = proxy.arm(Fault.STALL, "POST", "/x/v1/actions")
            pending = services.actions.send(await intended(services, refund_of(customer, payment)))
            assert await asyncio.to_thread(armed.hit.wait, PATIENCE)
            await services.close()
        async with opened(proxy.url, sandbox.key, tmp_path, offline=True) as services:
            assert services.journal.entry_now(pending.key).status is Status.UNKNOWN
        assert armed.fired == 1


async def test_closing_ends_all_threads(sandbox: Sandbox, tmp_path: Path) -> None:
    before = set(threading.enumerate())
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        services.sync.start_following()
        assert {thread.name for thread in threading.enumerate()} >= {"wbtui-reads"}
    threads = [thread for thread in set(threading.enumerate()) - before if thread.name.startswith("wbtui")]
    for thread in threads:
        thread.join(PATIENCE)
    assert [thread.name for thread in threads if thread.is_alive()] == []
    assert files_in(tmp_path).journal.exists()
