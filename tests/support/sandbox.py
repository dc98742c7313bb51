"""Runs the sandbox on a socket; its database is filled once per test run and copied for every test.

    def test_x(sandbox: Sandbox) -> None:        # fixture of tests/conftest.py
        httpx.get(sandbox.url + "/x/v1", headers=sandbox.headers)

`running` runs the server in a thread of this process, `started` as a program.
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
from typing import Any, TypeVar

from tests.support.patience import PATIENCE
from tests.support.wall_clock import now as run_now
from wbtui.sandbox.engine import clock
from wbtui.sandbox.filling import filled_store
from wbtui.sandbox.routes.http import ServerState
from wbtui.sandbox.server import http_server
from wbtui.sandbox.store import Store, Tx

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CUSTOMERS = 60
SEED = 7
KEY = "api_key_test_3f9c1d7a"
REPOSITORY = Path(__file__).parents[2]


@dataclass
class Sandbox:
    """A listening sandbox. `store` and `state` are set when it runs in this process."""

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
    """Create a filled database once, also when several test processes ask for it at the same time."""
    with open(f"{path}.making", "w") as lock:  # noqa: PTH123 (a lock, not the database)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            making = path.with_suffix(".part")
            with filled_store(
                making,
                customers=customers,
                seed=seed,
                now=now,
                fresh=True,
                progress=_silent,
                wall_clock=lambda: now,
            ):
                pass  # closing it checkpoints the write-ahead log, so that the file can be copied
            making.rename(path)
    return path


def copy_of(template: Path, folder: Path) -> Path:
    """Copy the database for a test that changes it."""
    target = folder / "sandbox.db"
    shutil.copyfile(template, target)
    target.chmod(0o600)
    return target


def move_clock(tx: Tx, to: str) -> None:
    """Move the sandbox's clock forward and bill what falls due, in one transaction."""
    clock.set_forward(tx, to)
    while clock.bill_until(tx, to, 500):
        pass


@dataclass
class InterceptedState(ServerState):
    """Calls `before_commit` at the end of the transaction of every action, before it commits."""

    before_commit: Callable[[], None] = field(kw_only=True)

    async def writing(self, work: Callable[[Tx], T]) -> T:
        is_action = bool(self.running)

        def intercepted(tx: Tx) -> T:
            result = work(tx)
            if is_action:
                self.before_commit()
            return result

        return await super().writing(intercepted)


@contextlib.contextmanager
def running(
    db: Path,
    *,
    key: str = KEY,
    plain: bool = False,
    before_commit: Callable[[], None] | None = None,
    wall_clock: Callable[[], datetime] = run_now,
) -> Iterator[Sandbox]:
    """Run the server on a filled database in a thread of this process.

    `before_commit` is called at the end of the transaction of every action, in its thread.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    with contextlib.ExitStack() as stack:
        stack.enter_context(listener)
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        store = stack.enter_context(contextlib.closing(Store(db, wall_clock=wall_clock)))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        if before_commit is None:
            state = ServerState(store, key, url, plain)
        else:
            state = InterceptedState(store, key, url, plain, before_commit=before_commit)
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
    """Run `wbtui sandbox` and wait until it listens; kill it at the end if it does not stop."""
    command = [sys.executable, "-m", "wbtui", "sandbox", "--db", str(db), "--until-eof", *arguments]
    if now is not None:
        command += ["--now", now.isoformat()]
    process = subprocess.Popen(
        command,
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
        started_at = json.loads(line)
        yield Sandbox(started_at["url"], started_at["key"], db, process=process)
    finally:
        process.stdin.close()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(PATIENCE)
        process.stdout.close()
        process.stderr.close()
