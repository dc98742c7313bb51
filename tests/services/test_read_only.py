"""Reading works whenever the cache can be read; what cannot be written is unavailable, with the reason."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.screens.driver import driver
from tests.support.command_line import wbtui
from tests.support.disks import fill, mounted_disk, read_only
from tests.support.opened import files_in, opened
from tests.support.sandbox import Sandbox
from tests.support.wall_clock import now
from wbtui import errors
from wbtui.models.parts import CUSTOMER, INVOICES
from wbtui.services.link import LinkKind
from wbtui.services.open import Services
from wbtui.services.resolve import resolve_customer

DAMAGED = b"this is no database, but it is somebody's" * 100
ANNA = "anna@lumen.example"


async def synced(sandbox: Sandbox, folder: Path) -> str:
    """Sync into the folder and pin Anna; return her id."""
    async with opened(sandbox.url, sandbox.key, folder) as services:
        await services.sync.run()
        anna = await resolve_customer(services, ANNA)
        await services.workspace.pin(anna.id, anna.title, now())
        return anna.id


async def assert_readable(services: Services, customer_id: str) -> None:
    """Everything can be read, from cache and server, and nothing can be done."""
    assert services.link.state.kind is LinkKind.ONLINE
    assert (await resolve_customer(services, ANNA)).id == customer_id
    assert (await services.profiles.fetch(INVOICES, customer_id)).value
    assert await services.profiles.cached(CUSTOMER, customer_id) is not None
    assert services.restrictions


async def test_a_damaged_journal_disables_actions_only(sandbox: Sandbox, tmp_path: Path) -> None:
    anna = await synced(sandbox, tmp_path)
    path = files_in(tmp_path).journal
    path.write_bytes(DAMAGED)
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await assert_readable(services, anna)
        reason = services.actions.send_reason("refund") or ""
        assert "journal" in reason
        assert reason in services.restrictions
        assert [one.customer_id for one in await services.workspace.pins()] == [anna]
        async with driver(services) as d:
            await d.expect_text("online, read-only")
            d.app.open_customer(anna)
            await d.expect_text("read-only", "Anna Schmidt", "▲ Actions are unavailable", "is damaged")
            await d.press_command("app.journal")
            await d.expect_text("▲ Damaged local file")
            assert "No actions yet" not in d.text() and "Nothing pending" not in d.text()
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services:
        assert services.actions.send_reason("refund") == reason
        async with driver(services) as d:
            await d.expect_match(r"▲ offline since .*, read-only")
    assert path.read_bytes() == DAMAGED


async def test_a_damaged_workspace_disables_pins_only(sandbox: Sandbox, tmp_path: Path) -> None:
    anna = await synced(sandbox, tmp_path)
    path = files_in(tmp_path).workspace
    path.write_bytes(DAMAGED)
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        assert services.actions.send_reason("refund") is None
        assert await services.workspace.pins() == ()
        with pytest.raises(errors.StoreCorrupt, match=r"workspace\.db"):
            await services.queues.toggle_pin(anna, "Anna")
        with pytest.raises(errors.StoreCorrupt, match=r"workspace\.db"):
            await services.drafts.all()
        await services.queues.record_visit(anna, "Anna")
        assert any("Pins" in notice and "workspace.db" in notice for notice in services.restrictions)
    assert path.read_bytes() == DAMAGED


@pytest.mark.parametrize("crashed", [False, True])
async def test_a_read_only_home_can_be_read(sandbox: Sandbox, tmp_path: Path, crashed: bool) -> None:
    home = tmp_path / "home"
    anna = await synced(sandbox, home)
    if crashed:
        # The files beside a database that is open stay where nobody can remove them.
        async with opened(sandbox.url, sandbox.key, home):
            shutil.copytree(home, tmp_path / "crashed")
        home = tmp_path / "crashed"
        assert files_in(home).journal.with_name("journal.db-shm").exists()
    with read_only(home):
        async with opened(sandbox.url, sandbox.key, home) as services:
            await assert_readable(services, anna)
            assert services.actions.send_reason("refund") is not None
            assert await services.journal.entries() == ()
            assert [one.customer_id for one in await services.workspace.pins()] == [anna]
            assert len(services.restrictions) == 3
            async with driver(services) as d:
                await d.expect_text("3 local files cannot be written", "▲ online, read-only")


async def test_a_full_state_disk_at_the_start_can_be_read(sandbox: Sandbox, tmp_path: Path) -> None:
    state = files_in(tmp_path).journal.parent
    state.mkdir(mode=0o700)
    anna = await synced(sandbox, tmp_path)
    kept = tmp_path / "kept"
    shutil.copytree(state, kept)
    with mounted_disk(state):
        shutil.copytree(kept, state, dirs_exist_ok=True)
        fill(state)
        async with opened(sandbox.url, sandbox.key, tmp_path) as services:
            await assert_readable(services, anna)
            assert services.actions.send_reason("refund") is not None


def test_commands_read_from_a_home_with_damaged_state(sandbox: Sandbox, tmp_path: Path) -> None:
    arguments = ("--name", "acme", "--url", sandbox.url, "--key-stdin")
    assert wbtui(tmp_path, "connect", *arguments, stdin=sandbox.key).returncode == 0
    assert wbtui(tmp_path, "sync").returncode == 0
    state = tmp_path / "wbtui" / "state" / "connections" / "acme"
    for name in ("journal.db", "workspace.db"):
        (state / name).write_bytes(DAMAGED)
    for command in (["find", "anna"], ["show", ANNA], ["find", "anna", "--offline"], ["sync"]):
        done = wbtui(tmp_path, *command)
        assert done.returncode == 0, done
        assert "journal.db is damaged" in done.stderr
    done = wbtui(tmp_path, "do", "append_note", ANNA, "text=Hello", "--confirm", "yes")
    assert (done.returncode, done.stdout) == (7, "")
    assert "Actions are unavailable" in done.stderr
    done = wbtui(tmp_path, "doctor")
    assert done.returncode == 1
    assert all(f"bad   Connection acme, {what}" in done.stdout for what in ("journal", "workspace"))
    done = wbtui(tmp_path, "journal")
    assert (done.returncode, done.stdout) == (7, "")
