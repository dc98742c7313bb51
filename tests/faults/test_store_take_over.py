"""The workspace file of an earlier version is renamed once, also by concurrent or killed processes."""

from __future__ import annotations

import random
from pathlib import Path

from tests.faults.test_store_kill import kill_after
from tests.support.old_files import names_in, restore
from tests.support.store_workers import leave_log, pin, pin_and_wait, start
from wbtui.store.workspace import open_workspace

WORKERS, KILLS = 3, 20


def _earlier(folder: Path) -> None:
    """Create a file with the earlier name whose last pin is only in its write-ahead log."""
    restore("desk-v2", folder / "desk.db")
    worker = start(leave_log, folder)
    worker.read(1)
    worker.kill()
    assert (folder / "desk.db-wal").stat().st_size > 0


async def _pinned(folder: Path) -> set[str]:
    workspace = await open_workspace(folder / "workspace.db")
    pins = {kept.customer_id for kept in await workspace.pins()}
    assert [search.name for search in await workspace.searches()] == ["Zürich"]
    assert await workspace.last_ticket() == "ZD-1189"
    await workspace.close()
    assert names_in(folder) == {"workspace.db", "workspace.db.lock"}
    return pins


async def test_processes_that_start_together_share_the_renamed_file(tmp_path: Path) -> None:
    _earlier(tmp_path)
    workers = [start(pin, tmp_path, f"new_{number}") for number in range(WORKERS)]
    assert [worker.rest() for worker in workers] == [["ready", "opened", "done"]] * WORKERS
    assert await _pinned(tmp_path) == {"cus_1", "cus_2", "cus_log", "new_0", "new_1", "new_2"}


async def test_kill_during_the_rename_loses_no_pin(tmp_path: Path) -> None:
    chance, unfinished = random.Random(9), 0
    for number in range(KILLS):
        folder = tmp_path / str(number)
        _earlier(folder)
        # On a busy machine the kill can come after the work.
        unfinished += "done" not in kill_after(start(pin_and_wait, folder, "new"), 1, chance)
        assert await _pinned(folder) - {"new"} == {"cus_1", "cus_2", "cus_log"}
    assert unfinished > KILLS // 2
