"""A journal that lost actions is noticed, said until it is acknowledged, and looked up in the timelines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.opened import files_in, intended, opened, refund_of, refundable
from tests.support.sandbox import Sandbox
from tests.support.wall_clock import now
from wbtui.models.preview import Status
from wbtui.services.lost_actions import find_lost
from wbtui.services.open import Services


async def refund_once(services: Services) -> str:
    """Refund a payment and return the customer's id."""
    customer, payment = await refundable(services)
    intent = await intended(services, refund_of(customer, payment))
    assert (await services.actions.send(intent).outcome()).status is Status.DONE
    await services.lost_actions.remember()  # what the background does soon
    return customer.id


def lose_files(folder: Path, *names: str) -> None:
    """Delete database files with what belongs to them."""
    for file in [file for name in names if name for file in folder.rglob(f"{name}*")]:
        file.unlink()


def empty_file(folder: Path, name: str) -> None:
    """Cut a database file to nothing."""
    [file] = folder.rglob(name)
    file.write_bytes(b"")


async def test_a_journal_that_is_all_there_has_lost_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        assert services.lost_actions.notice is None
        await refund_once(services)
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        assert services.lost_actions.notice is None


@pytest.mark.parametrize("without", ["", "workspace.db", "cache.db"])
async def test_a_missing_journal_is_said_until_it_is_acknowledged(
    sandbox: Sandbox, tmp_path: Path, without: str
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        customer_id = await refund_once(services)
    lose_files(tmp_path, "journal.db", without)
    [named] = await find_lost(files_in(tmp_path), clock=now)
    assert named.customer_id == customer_id
    assert not files_in(tmp_path).journal.exists(), "a check repairs nothing"
    for _ in range(2):
        async with opened(sandbox.url, sandbox.key, tmp_path) as services:
            [lost] = services.lost_actions.lost
            assert (lost.customer_id, lost.summary.split()[0]) == (customer_id, "Refund")
            [notice] = [one for one in services.notices if "journal has lost" in one]
            assert lost.customer in notice
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.lost_actions.acknowledge()
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        assert services.lost_actions.notice is None


async def test_an_emptied_journal_is_a_lost_one(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await refund_once(services)
    lose_files(tmp_path, "journal.db-")
    empty_file(tmp_path, "journal.db")
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        assert len(services.lost_actions.lost) == 1


async def test_the_timelines_of_the_billing_system_tell_what_was_done(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await refund_once(services)
    lose_files(tmp_path, "journal.db")
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        agent = services.connection.agent
        [found] = await services.lost_actions.search_timelines(services.profiles, agent)
        assert found.event.what.startswith("Refund made") and found.event.actor.name == agent
        assert await services.lost_actions.search_timelines(services.profiles, "somebody else") == ()
