"""The real sandbox on a real socket, quickly: one filled file per test run, copied for every test.

    def test_x(sandbox: Sandbox) -> None:        # fixture of tests/conftest.py
        httpx.get(sandbox.url + "/x/v1", headers=sandbox.headers)

In this process the server runs in a thread (`running`); as a program of its own by `started`.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.patience import PATIENCE
from wbtui.sandbox.filling import filled_store
from wbtui.sandbox.routes.http import Faults, ServerState
from wbtui.sandbox.server import http_server
from wbtui.sandbox.store import Store

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CUSTOMERS = 60
SEED = 7
KEY = "api_key_test_3f9c1d7a"
REPOSITORY = Path(__file__).parents[2]


@dataclass
class Sandbox:
    """A sandbox that listens. `store` is the server's own when it runs in this process, else None."""

    url: str
    key: str
    db: Path
    store: Store | None = None
    state: ServerState | None = None
    process: subprocess.Popen[str] | None = None
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {"wb-key": self.key}


def _silent(done: int, total: int) -> None:
    pass


def make_template(path: Path, *, customers: int = CUSTOMERS, seed: int = SEED, now: datetime = NOW) -> Path:
    """Fill a file once; several test processes may ask for the same one at the same time."""
    with open(f"{path}.making", "w") as lock:  # noqa: PTH123 (a lock, not the database)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            making = path.with_suffix(".part")
            with filled_store(making, customers=customers, seed=seed, now=now, fresh=True, progress=_silent):
                pass  # closing it brings everything into the file itself, so that it can be copied
            making.rename(path)
    return path


def copy_of(template: Path, folder: Path) -> Path:
    """A copy to spoil."""
    target = folder / "sandbox.db"
    shutil.copyfile(template, target)
    target.chmod(0o600)
    return target


@contextlib.contextmanager
def running(
    db: Path,
    *,
    key: str = KEY,
    plain: bool = False,
    faults: Faults | None = None,
    wall_clock: Callable[[], datetime] | None = None,
) -> Iterator[Sandbox]:
    """The server on a filled file, in a thread of this process, until the block ends."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    with contextlib.ExitStack() as stack:
        stack.enter_context(listener)
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        options: dict[str, Any] = {} if wall_clock is None else {"wall_clock": wall_clock}
        store = stack.enter_context(contextlib.closing(Store(db, **options)))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        state = ServerState(store, key, url, plain, faults or Faults())
        stack.callback(state.close)
        server = http_server(state)
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve(sockets=[listener])), name="sandbox", daemon=True
        )
        thread.start()
        try:
            yield Sandbox(url, key, db, store, state)
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the sandbox did not stop"


@contextlib.contextmanager
def started(db: Path, *arguments: str, now: datetime | None = NOW, **popen: Any) -> Iterator[Sandbox]:
    """The program `wbtui sandbox` as a process, once it listens; killed at the end when it still runs."""
    words = [sys.executable, "-m", "wbtui", "sandbox", "--db", str(db), "--until-eof", *arguments]
    if now is not None:
        words += ["--now", now.isoformat()]
    process = subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONWARNINGS": "default"},
        **popen,
    )
    assert process.stdin and process.stdout and process.stderr
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the sandbox did not start: {process.stderr.read()}")
        told = json.loads(line)
        yield Sandbox(told["url"], told["key"], db, process=process)
    finally:
        process.stdin.close()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(PATIENCE)
        process.stdout.close()
        process.stderr.close()
