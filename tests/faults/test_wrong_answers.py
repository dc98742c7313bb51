"""Commands and the app survive every kind of wrong answer, and the next right sync is whole."""

from __future__ import annotations

import json
import logging
import re
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.screens.driver import Driver, driver
from tests.support.accelerated_clock import accelerated
from tests.support.command_line import wbtui
from tests.support.fault_proxy import Armed, Fault, FaultProxy
from tests.support.opened import opened, until
from tests.support.sandbox import KEY, make_template, running
from tests.support.wrong_answers import FOREIGN, WRONG_ANSWERS, WRONG_CONTENT
from wbtui.errors import BadAnswer
from wbtui.services.link import LinkKind
from wbtui.services.resolve import resolve_customer

CUSTOMERS = 16
ANNA = "anna@lumen.example"
EXPECTED = {0, 3, 4, 5, 6}
"""Exit codes of a command that says what is wrong with the server: no bug, no wrong input."""
RAW = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultProxy]:
    """A proxy before a small sandbox that no test changes."""
    db = make_template(tmp_path_factory.mktemp("sandbox") / "sandbox.db", customers=CUSTOMERS)
    with running(db) as sandbox, FaultProxy(sandbox.url) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def connected(proxy: FaultProxy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that is connected to the proxy."""
    home = tmp_path_factory.mktemp("home")
    wanted = ("--name", "acme", "--url", proxy.url, "--key-stdin")
    assert wbtui(home, "connect", *wanted, stdin=KEY).returncode == 0
    return home


def ids(home: Path) -> set[str]:
    """Return the ids of the cached customers."""
    done = wbtui(home, "--offline", "find", "since>2000-01-01", "--limit", "0", "--json")
    return {one["id"] for one in json.loads(done.stdout)["customers"]}


@pytest.mark.parametrize("name", sorted(WRONG_ANSWERS))
def test_commands_survive_wrong_answers(
    proxy: FaultProxy, connected: Path, tmp_path: Path, name: str
) -> None:
    home = tmp_path / "home"
    shutil.copytree(connected, home)
    wrong = proxy.arm(Fault.CHANGE, times=None, change=WRONG_ANSWERS[name])
    try:
        for arguments in (["sync"], ["find", "anna"], ["show", ANNA]):
            done = wbtui(home, *arguments, WBTUI_SYNC_RATE="1000")
            said = done.stdout + done.stderr
            assert done.returncode in EXPECTED, (arguments, done)
            assert RAW.search(said.replace("\n", "")) is None, (arguments, said)
            assert "show" not in arguments or FOREIGN not in done.stdout
    finally:
        proxy.disarm()
    assert wrong.fired
    done = wbtui(home, "sync", WBTUI_SYNC_RATE="1000")
    assert done.returncode == 0, done.stderr
    assert f"{CUSTOMERS} customers" in done.stderr


def test_commands_print_no_log_records(proxy: FaultProxy, connected: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(connected, home)
    proxy.arm(Fault.CHANGE, path="/x/v1/snapshot", change=WRONG_ANSWERS["a cursor that loops"])
    # Those of pytest would keep Python from printing records itself.
    with patch.object(logging.getLogger(), "handlers", []):
        done = wbtui(home, "sync")
    proxy.disarm()
    assert done.returncode == 0
    assert "The server refused to continue the list of customers." in done.stderr
    assert "is read again" not in done.stderr


async def test_the_app_survives_wrong_answers(proxy: FaultProxy, tmp_path: Path) -> None:
    async with opened(proxy.url, KEY, tmp_path, clock=accelerated()) as services:
        await services.sync.run()
        anna = await resolve_customer(services, ANNA)
        async with driver(services) as d:
            d.app.open_customer(anna.id, tab="subscriptions")
            await d.expect_text("Pro")
            for name, change in WRONG_CONTENT.items():
                await until(services.link.changed, lambda: services.link.state.kind is LinkKind.ONLINE)
                wrong = proxy.arm(Fault.CHANGE, times=None, change=change)
                await services.cache.mark_outdated()
                services.data_changed.emit(frozenset({anna.id}))
                await d.wait_for(partial(_is_loaded, d, wrong), name)
                proxy.disarm()
                text = d.text()
                assert RAW.search(text.replace("\n", "")) is None, (name, text)
                assert FOREIGN not in text, (name, text)


def _is_loaded(d: Driver, wrong: Armed) -> bool:
    return wrong.fired > 0 and all(worker.is_finished for worker in d.app.workers)


async def test_a_list_that_is_much_too_short_removes_nobody(proxy: FaultProxy, tmp_path: Path) -> None:
    async with opened(proxy.url, KEY, tmp_path) as services:
        await services.sync.run()
        proxy.arm(Fault.CHANGE, times=None, change=WRONG_ANSWERS["no rows"])
        await services.cache.forget_changes()
        with pytest.raises(BadAnswer, match="Nothing was removed"):
            await services.sync.run()
        proxy.disarm()
        assert (await services.cache.counts()).customers == CUSTOMERS
        assert (await services.sync.run()).full, "the next sync fetches the list again"
