"""A server that turns into another environment or merchant: nothing is fetched or sent, and it is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.screens.driver import driver
from tests.support.accelerated_clock import accelerated
from tests.support.command_line import wbtui
from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.opened import opened, until
from tests.support.sandbox import Sandbox
from tests.support.wrong_answers import Change, json_data, members
from wbtui import errors
from wbtui.models.parts import INVOICES
from wbtui.services.link import LinkKind
from wbtui.services.resolve import resolve_customer

ANNA = "anna@lumen.example"


def _other_merchant(answer: Any) -> Any:
    if isinstance(answer, dict) and "merchant" in answer:
        return {**answer, "merchant": {"id": "Mer_2", "name": "Other Ltd"}}
    return answer


CHANGES = [
    pytest.param(members(environment="live"), "The server is LIVE now", id="environment"),
    pytest.param(json_data(_other_merchant), "belongs to Other Ltd now", id="merchant"),
]


@pytest.mark.parametrize(("change", "said"), CHANGES)
async def test_a_server_that_changes_while_open_is_not_used(
    sandbox: Sandbox, tmp_path: Path, change: Change, said: str
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path, clock=accelerated()) as services:
            await services.sync.run()
            anna = await resolve_customer(services, ANNA)
            async with driver(services) as d:
                await d.expect_text("● online")
                # Fresh before the change: otherwise an answer to the app's own fetching could be shared.
                await services.profiles.fetch(INVOICES, anna.id)
                proxy.arm(Fault.CHANGE, times=None, change=change)
                await until(services.link.changed, lambda: services.link.state.kind is LinkKind.OTHER_SYSTEM)
                assert said in (services.actions.send_reason("refund") or "")
                with pytest.raises(errors.Offline, match=said):
                    await services.profiles.fetch(INVOICES, anna.id)
                await d.expect_text("different billing system")
                d.app.open_customer(anna.id)
                await d.expect_text("different billing system", "Anna Schmidt")
                proxy.disarm()
                await d.expect_gone("different billing system")
            assert services.actions.send_reason("refund") is None


@pytest.mark.parametrize(("change", "said"), CHANGES)
async def test_a_server_that_changed_before_the_start_is_asked_for_nothing_else(
    sandbox: Sandbox, tmp_path: Path, change: Change, said: str
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            anna = await resolve_customer(services, ANNA)
        asked = set(proxy.requests)
        proxy.requests.clear()
        proxy.arm(Fault.CHANGE, times=None, change=change)
        async with opened(proxy.url, sandbox.key, tmp_path, wait=False) as services:
            services.sync.start_following()
            with pytest.raises(errors.Offline, match=said):
                await services.profiles.fetch(INVOICES, anna.id)
            assert (await resolve_customer(services, ANNA)).id == anna.id, "cached data can be read"
        assert {path for _method, path in proxy.requests} == {"/x/v1"}
        assert len(asked) > 1


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_doctor_and_commands_say_it(sandbox: Sandbox, tmp_path: Path, change: Change, said: str) -> None:
    with FaultProxy(sandbox.url) as proxy:
        arguments = ("--name", "acme", "--url", proxy.url, "--key-stdin")
        assert wbtui(tmp_path, "connect", *arguments, stdin=sandbox.key).returncode == 0
        assert wbtui(tmp_path, "sync").returncode == 0
        proxy.arm(Fault.CHANGE, times=None, change=change)
        done = wbtui(tmp_path, "doctor")
        assert done.returncode == 1
        assert said in done.stdout
        done = wbtui(tmp_path, "sync")
        assert (done.returncode, said in done.stderr) == (4, True)
        assert "back online" not in done.stderr, "the server answers"
        assert wbtui(tmp_path, "find", "anna").returncode == 0, "cached data can be read"
