"""Run the sandbox process of the demo, which listens on loopback and exits when its standard input closes."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from wbtui.errors import StoreError, WbtuiError
from wbtui.models.secret import Secret
from wbtui.models.text import clean
from wbtui.paths import DEMO, AppDirs, private_dir, private_file, unusable, write_private
from wbtui.store.owner import is_alive, this_process

STOP_SECONDS = 2.0
KILL_SECONDS = 1.0


class DemoFailed(WbtuiError):
    """The billing server of the demo did not start."""

    title = "Demo"
    hint = "Run `wbtui demo --fresh` to start over with new data."


@dataclass(frozen=True)
class DemoOptions:
    """Options of the demo. `customers` and `seed` apply when the data is created; None is the default."""

    customers: int | None = None
    seed: int | None = None
    now: datetime | None = None
    fresh: bool = False


class DemoServer:
    """Running sandbox process with its URL and API key."""

    def __init__(self, process: subprocess.Popen[str], url: str, key: Secret) -> None:
        self.process = process
        self.url = url
        self.key = key

    def progress(self) -> Iterator[tuple[int, int]]:
        """Yield how many of how many customers were created, until the server responds.

        Raises DemoFailed, with its last output, if the process ends.
        """
        last: deque[str] = deque(maxlen=5)
        for line in self._output():
            try:
                message = json.loads(line)
            except ValueError:
                last.append(line.strip())
                continue
            if "url" in message:
                return
            yield int(message["progress"]["done"]), int(message["progress"]["total"])
        output = " ".join(last)
        raise DemoFailed(clean(f"The billing server ended before it was ready. {output}".strip(), limit=500))

    def discard_output(self) -> None:
        """Read further output in a thread, so that the process never waits for it to be read."""
        threading.Thread(target=lambda: deque(self._output(), 0), name="sandbox-output", daemon=True).start()

    def stop(self) -> None:
        """Stop the process: close its input, then terminate, then kill it. Waits for its end."""
        for end in (self._close_input, self.process.terminate, self.process.kill):
            with contextlib.suppress(OSError):
                end()
            try:
                self.process.wait(STOP_SECONDS if end == self._close_input else KILL_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            break

    def _close_input(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()

    def _output(self) -> Iterator[str]:
        """Yield the lines of the process, which can end in the middle of one."""
        if self.process.stdout is not None:
            with contextlib.suppress(OSError, ValueError):
                yield from self.process.stdout


def start(app_dirs: AppDirs, options: DemoOptions) -> DemoServer:
    """Start the sandbox with the database of the demo. It responds once its data is complete.

    The listening socket is created here, so that early requests wait instead of being refused. The API key
    is passed through a pipe, so that it is in no argument or variable. Raises DemoFailed.
    """
    key = Secret(secrets.token_urlsafe(24))
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        reading, writing = os.pipe()
        try:
            os.write(writing, key.reveal().encode())
        finally:
            os.close(writing)
        try:
            process = subprocess.Popen(
                _command(app_dirs, options, listener.fileno(), reading),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(listener.fileno(), reading),
                start_new_session=True,
                text=True,
                errors="replace",
            )
        except OSError as error:
            raise DemoFailed(f"Cannot start the billing server: {error.strerror}.") from error
        finally:
            os.close(reading)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    return DemoServer(process, url, key)


def _command(app_dirs: AppDirs, options: DemoOptions, listener: int, key: int) -> list[str]:
    words = [sys.executable, "-P", "-m", "wbtui", "sandbox", "--until-eof", "--progress", "json"]
    words += ["--db", str(database(app_dirs)), "--listen-fd", str(listener), "--key-file", f"/dev/fd/{key}"]
    if options.customers is not None:
        words += ["--customers", str(options.customers)]
    if options.seed is not None:
        words += ["--seed", str(options.seed)]
    if options.now is not None:
        words += ["--now", options.now.isoformat()]
    return words


# ── files ─────────────────────────────────────────────────────────────────────────────────────
def database(app_dirs: AppDirs) -> Path:
    """Return the path of the SQLite database."""
    return app_dirs.demo / "sandbox.db"


def _marker(app_dirs: AppDirs) -> Path:
    return app_dirs.demo / "filled.json"


def is_filled(app_dirs: AppDirs) -> bool:
    """Return whether the sample data is complete."""
    return _marker(app_dirs).exists() and database(app_dirs).exists()


def mark_filled(app_dirs: AppDirs, options: DemoOptions) -> None:
    """Record that the sample data is complete, and its options. Raises StoreError."""
    asked = {"customers": options.customers, "seed": options.seed}
    write_private(_marker(app_dirs), json.dumps(asked).encode())


def differs(app_dirs: AppDirs, options: DemoOptions) -> bool:
    """Return whether the data was created with other options than the given ones."""
    try:
        made = json.loads(_marker(app_dirs).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    wanted = {"customers": options.customers, "seed": options.seed}
    return any(value is not None and value != made.get(name) for name, value in wanted.items())


def delete_data(app_dirs: AppDirs) -> None:
    """Delete the data, cache and journal of the demo. Raises StoreError."""
    files = app_dirs.connection_files(DEMO)
    try:
        for path in (_marker(app_dirs), *app_dirs.demo.glob("sandbox.db*")):
            path.unlink(missing_ok=True)
        for folder in (files.cache.parent, files.journal.parent):
            if folder.exists():
                shutil.rmtree(folder)
    except OSError as error:
        raise StoreError(f"Cannot delete the data of the demo: {error.strerror}.") from error


@contextlib.contextmanager
def server_file(app_dirs: AppDirs, server: DemoServer, now: datetime | None = None) -> Iterator[None]:
    """Write the file by which other commands of the same user find the server, and delete it at the end.

    `now` is the frozen time. If the file cannot be written, `find_server` does not find the server.
    """
    _delete_stale_files(app_dirs)
    content = {
        "url": server.url,
        "key": server.key.reveal(),
        "now": None if now is None else now.isoformat(),
        "owner": this_process(),
    }
    path = app_dirs.demo / f"server-{secrets.token_hex(4)}.json"
    with contextlib.suppress(StoreError):
        write_private(path, json.dumps(content).encode())
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


class RunningServer(NamedTuple):
    """URL, API key and frozen time of the server of an open demo."""

    url: str
    key: Secret
    now: datetime | None


def find_server(app_dirs: AppDirs) -> RunningServer | None:
    """Return the server of a demo that is open on this machine, None if there is none."""
    for path in app_dirs.demo.glob("server-*.json"):
        content = _content(path)
        if is_alive(content.get("owner", "")):
            now = content["now"]
            return RunningServer(
                content["url"], Secret(content["key"]), None if now is None else datetime.fromisoformat(now)
            )
    return None


def _content(path: Path) -> dict[str, Any]:
    """Return the content of a server file, {} if it cannot be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _delete_stale_files(app_dirs: AppDirs) -> None:
    """Delete the files of demos that were killed; those of another machine may be in use and stay."""
    for path in app_dirs.demo.glob("server-*.json"):
        if is_alive(_content(path).get("owner", "")) is False:
            with contextlib.suppress(OSError):
                path.unlink()


@contextlib.contextmanager
def in_use(app_dirs: AppDirs, *, alone: bool) -> Iterator[None]:
    """Lock the data of the demo: shared, or exclusively and deleting it first if `alone`.

    Raises DemoFailed if the lock is not available within two seconds.
    """
    lock = private_file(private_dir(app_dirs.demo) / "lock")
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise unusable(lock, error) from error
    until = time.monotonic() + STOP_SECONDS
    try:
        while True:
            try:
                fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > until:
                    raise DemoFailed(
                        "The demo is open in another terminal.", hint="Quit it there first (ctrl+q)."
                    ) from None
                time.sleep(0.05)
        if alone:
            delete_data(app_dirs)
            fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)
