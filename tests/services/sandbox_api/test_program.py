"""The sandbox as a program: one line of output, loopback only, quick end, persistent private data."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.fast_forward import put_forward
from tests.support.patience import PATIENCE
from tests.support.sandbox import NOW, REPOSITORY, Sandbox, make_template, started
from tests.support.terminal import wait_until_ended
from wbtui.sandbox.problems import Problem
from wbtui.sandbox.routes.http import ServerState
from wbtui.sandbox.server import BILLING_SECONDS, SandboxOptions, api_key, bill_with_time, serve
from wbtui.sandbox.store import SandboxError, Store, Tx


def client_of(box: Sandbox) -> httpx.Client:
    return httpx.Client(base_url=box.url, headers=box.headers, timeout=PATIENCE, verify=False)


def get(box: Sandbox, path: str) -> Any:
    """The JSON answer of a GET."""
    with client_of(box) as client:
        return client.get(path).json()


@pytest.mark.date_free
@pytest.mark.parametrize("how", ["eof", "TERM", "INT", "running call"])
def test_it_ends_at_once(sandbox_db: Path, how: str) -> None:
    with started(sandbox_db) as box, client_of(box) as client:
        # the client's connection stays open and idle
        assert box.process is not None and box.process.stdin is not None
        assert client.get("/x/v1").status_code == 200
        raw = socket.create_connection(("127.0.0.1", int(box.url.rpartition(":")[2])))
        with raw:
            if how == "running call":  # a body that never ends
                head = ("POST /x/v1/previews HTTP/1.1", "host: x", f"wb-key: {box.key}", "content-length: 9")
                raw.sendall("\r\n".join((*head, "", "{")).encode())
            if how in ("TERM", "INT"):
                box.process.send_signal(getattr(signal, f"SIG{how}"))
            else:
                box.process.stdin.close()
            assert box.process.wait(PATIENCE) == 0
        assert box.process.stdout is not None
        assert box.process.stdout.read() == ""  # one line in all, read by `started`


def test_it_ends_when_its_parent_is_killed(sandbox_db: Path) -> None:
    owner = (
        "import subprocess, sys, time\n"
        "p = subprocess.Popen([sys.executable, '-m', 'wbtui', 'sandbox', '--until-eof', '--db', sys.argv[1]],"
        " stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)\n"
        "print(p.pid, p.stdout.readline(), flush=True)\n"
        "time.sleep(3600)\n"
    )
    words = [sys.executable, "-c", owner, str(sandbox_db)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as parent:
        assert parent.stdout is not None
        pid, _, line = parent.stdout.readline().partition(" ")
        url, key = (json.loads(line)[name] for name in ("url", "key"))
        assert httpx.get(f"{url}/x/v1", headers={"wb-key": key}, timeout=PATIENCE).status_code == 200
        parent.kill()
        parent.wait()
        wait_until_ended({int(pid)})


@pytest.mark.date_free
def test_it_listens_on_loopback_only(sandbox_db: Path) -> None:
    with started(sandbox_db) as box:
        port = int(box.url.rpartition(":")[2])
        assert box.url == f"http://127.0.0.1:{port}"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), timeout=PATIENCE)


@pytest.mark.date_free
def test_data_persists_and_is_shared_between_processes(sandbox_db: Path) -> None:
    with started(sandbox_db) as box:
        with client_of(box) as client:
            made = client.post("/v1/c/customer", json={"name": "Ada"}).json()
        with started(sandbox_db, "--customers", "5", "--seed", "99") as other:
            found = get(other, f"/v1/c/customer/{made}")
            assert found["name"] == "Ada"
    with started(sandbox_db) as box:
        found = get(box, f"/v1/c/customer/{made}")
        assert found["name"] == "Ada"


@pytest.mark.date_free
def test_a_new_file_is_filled_with_progress_and_private(tmp_path: Path) -> None:
    db = tmp_path / "made" / "sandbox.db"
    os.umask(before := os.umask(0))
    os.umask(0)
    try:
        with started(db, "--customers", "60", "--progress", "json") as box:
            files = list(db.parent.iterdir())
            assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
            assert stat.S_IMODE(db.parent.stat().st_mode) == 0o700
            assert box.process is not None and box.process.stderr is not None
            said = json.loads(box.process.stderr.readline())
            assert said["progress"]["done"] <= said["progress"]["total"]
            page = get(box, "/x/v1/snapshot?kind=customers&limit=1")
            assert page["total"] == 60
    finally:
        os.umask(before)


@pytest.mark.date_free
def test_an_interrupted_filling_is_finished(tmp_path: Path) -> None:
    db = tmp_path / "sandbox.db"
    words = [sys.executable, "-m", "wbtui", "sandbox", "--db", str(db), "--customers", "500", "--now",
             NOW.isoformat(), "--progress", "json"]  # fmt: skip
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=REPOSITORY) as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.kill()
    with started(db, "--customers", "500") as box:
        page = get(box, "/x/v1/snapshot?kind=customers&limit=1")
        assert page["total"] == 500
    with started(db, "--customers", "60", "--fresh") as box:
        page = get(box, "/x/v1/snapshot?kind=customers&limit=1")
        assert page["total"] == 60


@pytest.mark.date_free
def test_fresh_refuses_a_file_in_use(sandbox_db: Path) -> None:
    with started(sandbox_db), pytest.raises(RuntimeError, match="Another sandbox is using"):
        started(sandbox_db, "--fresh").__enter__()


def test_the_key_is_read_from_its_file_or_generated(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("api_key_mine_0123\n")
    assert api_key(SandboxOptions(tmp_path / "x.db", key_file=file)) == "api_key_mine_0123"
    made = {api_key(SandboxOptions(tmp_path / "x.db")) for _ in range(5)}
    assert len(made) == 5 and all(key.startswith("api_key_") for key in made)
    for wrong in ("short", "with space in it", "ünïcödé-key", ""):
        file.write_text(wrong)
        with pytest.raises(SandboxError, match="key"):
            api_key(SandboxOptions(tmp_path / "x.db", key_file=file))
    with pytest.raises(SandboxError, match=r"none cannot be read: No such file or directory\.$"):
        api_key(SandboxOptions(tmp_path / "x.db", key_file=tmp_path / "none"))


def test_a_port_in_use_is_reported(sandbox_db: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SandboxError, match=r"Port \d+ cannot be used: Address already in use\.$"):
            serve(SandboxOptions(sandbox_db, port=taken.getsockname()[1]))


def test_a_file_that_is_no_sandbox_is_reported_and_left_as_it_is(
    sandbox_db: Path, tmp_path: Path, clock: Callable[[], datetime]
) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("Call Anna back. " * 100)
    cut = tmp_path / "cut.db"
    cut.write_bytes(sandbox_db.read_bytes()[:200_000])
    for file, why in (
        (text, "file is not a database"),
        (cut, "database disk image is malformed"),
    ):
        before = file.read_bytes()
        with pytest.raises(SandboxError, match=rf"{file.name} cannot be used: {why}\.$"):
            Store(file, wall_clock=clock)
        assert file.read_bytes() == before
    folder = tmp_path / "data"
    folder.mkdir()
    with pytest.raises(SandboxError, match=r"data cannot be used: it is a folder\.$"):
        serve(SandboxOptions(folder))
    assert not (tmp_path / "data.lock").exists()


def _filled_at(folder: Path, now: datetime) -> Path:
    return make_template(folder / f"{now:%Y%m%d}.db", now=now)


def test_due_customers_are_billed_in_real_time(tmp_path: Path, clock: Callable[[], datetime]) -> None:
    """A file not served for forty days is billed up to now in the background."""
    slept = clock() - timedelta(days=40)
    with started(_filled_at(tmp_path, slept), now=None) as box:
        begun = time.monotonic()
        with client_of(box) as client:
            while not _late_invoices(client, slept):
                assert time.monotonic() - begun < PATIENCE


def _late_invoices(client: httpx.Client, since: datetime) -> list[object]:
    path = f"/v1/c/invoice?date_after={since + timedelta(days=30):%Y-%m-%d}"
    found: list[object] = client.get(path).json()["hits"]
    return found


@pytest.mark.parametrize(
    "failure",
    [Problem("unavailable", "The sandbox's file is busy; try again."), OSError("No space left on device")],
    ids=["locked", "full"],
)
async def test_billing_goes_on_after_it_failed(sandbox_db: Path, failure: Exception) -> None:
    class Locked(ServerState):
        looks: asyncio.Queue[int]

        async def writing(self, work: Callable[[Tx], Any]) -> Any:
            self.looks.put_nowait(self.looks.qsize())
            raise failure

    with contextlib.closing(Store(sandbox_db, wall_clock=lambda: NOW)) as store:
        state = Locked(store, "key")
        state.looks = asyncio.Queue()
        billing = asyncio.create_task(bill_with_time(state))
        for _ in range(3):
            looking = asyncio.create_task(state.looks.get())
            put_forward(asyncio.get_running_loop(), BILLING_SECONDS)
            done, _pending = await asyncio.wait({looking, billing}, return_when=asyncio.FIRST_COMPLETED)
            assert looking in done, "billing ended"
        billing.cancel()
        state.close()


def test_the_clock_never_goes_back(tmp_path: Path, clock: Callable[[], datetime]) -> None:
    ahead = clock().replace(microsecond=0) + timedelta(days=9)
    db = _filled_at(tmp_path, ahead)
    with started(db, now=None) as box:
        server_time = get(box, "/x/v1")["server_time"]
        assert ahead <= datetime.fromisoformat(server_time) <= ahead + timedelta(seconds=PATIENCE)
    with pytest.raises(RuntimeError, match="cannot go back"):
        started(db, now=ahead - timedelta(days=1)).__enter__()
