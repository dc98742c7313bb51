"""A process that has ended is not taken for one that is running."""

from __future__ import annotations

import os
import subprocess
import sys

from wbtui.store.owner import is_alive, this_process

WAITS = "from wbtui.store.owner import this_process; print(this_process(), flush=True); input()"


def test_a_killed_process_is_not_alive_before_its_parent_asks_for_it() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        owner = process.stdout.readline().strip()
        assert is_alive(owner)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert is_alive(owner) is False
    assert is_alive(owner) is False
    assert is_alive(this_process())
