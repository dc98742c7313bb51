"""kill -9 during a refund: after a restart, the journal has the entry and the server is asked."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.opened import opened, refunds_of, until
from tests.support.patience import PATIENCE
from tests.support.sandbox import REPOSITORY, Sandbox
from wbtui.models.preview import JournalEntry, Status
from wbtui.services.open import Services


@contextlib.contextmanager
def refunder(url: str, key: str, folder: Path, hold: float) -> Iterator[subprocess.Popen[str]]:
    """Run tests/support/refund_process.py; kill it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.refund_process", url, key, str(folder), str(hold)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE)
        assert process.stdout is not None
        process.stdout.close()


def read_ids(process: subprocess.Popen[str]) -> tuple[str, str]:
    assert process.stdout is not None
    key, customer_id = process.stdout.readline().split()
    return key, customer_id


async def entry(services: Services, key: str) -> JournalEntry:
    return services.journal.entry_now(key)


async def test_killed_in_the_undo_window_it_is_not_sent(sandbox: Sandbox, tmp_path: Path) -> None:
    hold = 10 * PATIENCE
    with FaultProxy(sandbox.url) as proxy, refunder(proxy.url, sandbox.key, tmp_path, hold) as process:
        key, customer_id = await asyncio.to_thread(read_ids, process)
        process.kill()
        await asyncio.to_thread(process.wait, PATIENCE)
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            assert (await entry(services, key)).status is Status.WITHDRAWN
            assert await refunds_of(services, customer_id) == ()
        assert ("POST", "/x/v1/actions") not in proxy.requests


async def test_killed_before_the_response_it_is_unknown_then_found_done(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        armed = proxy.arm(Fault.STALL, "POST", "/x/v1/actions")
        with refunder(proxy.url, sandbox.key, tmp_path, 0) as process:
            key, customer_id = await asyncio.to_thread(read_ids, process)
            assert await asyncio.to_thread(armed.hit.wait, PATIENCE), "the server performed it"
            process.kill()
            await asyncio.to_thread(process.wait, PATIENCE)
        async with opened(proxy.url, sandbox.key, tmp_path, offline=True) as services:
            assert (await entry(services, key)).status is Status.UNKNOWN, "unknown before any look-up"
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            if (await entry(services, key)).status is not Status.DONE:
                await until(
                    services.actions.outcome_changed,
                    lambda: services.journal.entry_now(key).status is Status.DONE,
                )
            assert len(await refunds_of(services, customer_id)) == 1
        assert armed.fired == 1


async def test_killed_before_the_request_arrived_it_is_unknown_until_resent(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        armed = proxy.arm(Fault.KEEP, "POST", "/x/v1/actions")
        with refunder(proxy.url, sandbox.key, tmp_path, 0) as process:
            key, customer_id = await asyncio.to_thread(read_ids, process)
            assert await asyncio.to_thread(armed.hit.wait, PATIENCE)
            process.kill()
            await asyncio.to_thread(process.wait, PATIENCE)
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            looked = await services.actions.reconcile(key)
            assert looked.status is Status.UNKNOWN
            body = await services.journal.body(key)
            again = await services.actions.resend(key)
            assert again.status is Status.DONE, "the identical request, after a restart"
            assert armed.stored[0].endswith(body)
            assert len(await refunds_of(services, customer_id)) == 1
            [late] = proxy.deliver(armed)
            assert late.status == 200
            assert len(await refunds_of(services, customer_id)) == 1
