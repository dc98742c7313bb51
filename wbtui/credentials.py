"""Where a connection's API key comes from and where it is kept: the keyring, else a 0600 file, said plainly.

A key is never an argument, never in the settings file and never in the environment (promise 5).
"""

from __future__ import annotations

import shlex
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from wbtui.errors import BadInput, StoreError, Unauthorized
from wbtui.models.secret import Secret
from wbtui.models.text import clean
from wbtui.paths import AppDirs, mode_problem, read_bounded, write_private
from wbtui.settings import ConnectionSettings

SERVICE = "wbtui"
MAX_KEY_FILE = 4096
COMMAND_SECONDS = 30.0
KEYRING_SECONDS = 30.0
"""A keyring may ask the agent to unlock it; longer than that it counts as not there."""

T = TypeVar("T")


class Keyring(Protocol):
    """What is used of a keyring backend."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


@dataclass(frozen=True)
class KeyLocation:
    """Where a key was put: what the settings file is to say, and a sentence for the agent."""

    source: str
    sentence: str


def parse_key(text: str) -> Secret:
    """The key in `text`: its first line without blanks around it. Raises BadInput, never quoting it."""
    lines = text.strip().splitlines()
    if not lines:
        raise BadInput("The key is empty.")
    return Secret(lines[0])


def key_from_file(path: Path) -> Secret:
    """The key in a file that nobody else may read. Raises BadInput with the command that mends it."""
    try:
        data = read_bounded(path, MAX_KEY_FILE)
        problem = mode_problem(path, forbidden=0o077)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"The key file {path} cannot be read: {reason}.") from None
    if problem:
        raise BadInput(problem, hint="A key that others can read may be used by them: consider a new one.")
    try:
        return parse_key(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadInput(f"The key file {path} is not text.") from None


def key_from_command(command: str, *, seconds: float = COMMAND_SECONDS) -> Secret:
    """The first line that `command` prints. It runs without a shell and without a terminal.

    Raises BadInput where it cannot run, fails, or takes longer than `seconds`.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise BadInput(f"The key command cannot be read: {error}.") from None
    if not words:
        raise BadInput("The key command is empty.")
    program = clean(words[0], limit=80)
    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False, text=True
        )
    except subprocess.TimeoutExpired:
        raise BadInput(f"The key command {program} took longer than {seconds:g} seconds.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its output is not text"
        raise BadInput(f"The key command {program} cannot be run: {reason}.") from None
    if done.returncode:
        said = clean(done.stderr.strip(), limit=200)
        raise BadInput(
            f"The key command {program} ended with {done.returncode}{f': {said}' if said else ''}."
        )
    return parse_key(done.stdout)


def find_keyring() -> Keyring | None:
    """The system's keyring, where it has one of recommended strength; else None (typical over SSH)."""

    def find() -> Keyring | None:
        import keyring

        backend = keyring.get_keyring()
        return backend if float(backend.priority) >= 1 else None

    try:
        return _within(KEYRING_SECONDS, find)
    except StoreError:
        return None


def store_key(name: str, key: Secret, app_dirs: AppDirs, *, keyring: Keyring | None) -> KeyLocation:
    """Keep the key of the connection `name` in `keyring`, else in a 0600 file; says which.

    A key put into the keyring is read back before it counts as kept. Raises StoreError where the file
    cannot be written.
    """
    file = app_dirs.connection_files(name).key
    if keyring is not None and _ring_keeps(keyring, name, key):
        file.unlink(missing_ok=True)
        return KeyLocation("keyring", "The key is kept in this system's keyring.")
    write_private(file, key.reveal().encode() + b"\n")
    why = "This system has no usable keyring" if keyring is None else "The keyring would not keep the key"
    return KeyLocation(
        "file", f"{why}: the key is kept in {file}, readable by your account only (mode 0600), not encrypted."
    )


def load_key(
    name: str, connection: ConnectionSettings, app_dirs: AppDirs, *, keyring: Keyring | None = None
) -> Secret:
    """The key of the connection. Raises Unauthorized where none is kept, BadInput where its source fails."""
    if connection.key == "command":
        return key_from_command(connection.key_command or "")
    if connection.key == "keyring":
        found = _from_ring(keyring or find_keyring(), name)
        if found is None:
            raise Unauthorized("The keyring holds no key for this connection.", sent=False)
        return parse_key(found)
    own = app_dirs.connection_files(name).key
    path = connection.key_file or own
    if path == own and not path.exists():
        raise Unauthorized("No key is kept for this connection.", sent=False)
    return key_from_file(path)


def delete_key(name: str, app_dirs: AppDirs, *, keyring: Keyring | None) -> None:
    """Remove the kept key of a connection wherever it is. Raises StoreError where that fails."""
    try:
        app_dirs.connection_files(name).key.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"The key file cannot be removed: {error.strerror}.") from error
    if keyring is not None and _from_ring(keyring, name) is not None:
        _within(KEYRING_SECONDS, lambda: keyring.delete_password(SERVICE, name))


def describe_key_location(name: str, connection: ConnectionSettings, app_dirs: AppDirs) -> str:
    """Where the key of a connection is, in words; never the key."""
    if connection.key == "command":
        return f"printed by the command {clean(shlex.split(connection.key_command or '?')[0], limit=80)}"
    if connection.key == "keyring":
        return "in this system's keyring"
    return f"in the file {connection.key_file or app_dirs.connection_files(name).key}"


def _ring_keeps(keyring: Keyring, name: str, key: Secret) -> bool:
    try:
        _within(KEYRING_SECONDS, lambda: keyring.set_password(SERVICE, name, key.reveal()))
        return _from_ring(keyring, name) == key.reveal()
    except StoreError:
        return False


def _from_ring(keyring: Keyring | None, name: str) -> str | None:
    """What the keyring holds. Raises StoreError where it cannot be asked."""
    if keyring is None:
        raise StoreError(
            "This system's keyring is not available here.", hint="Connect again: `wbtui connect`."
        )
    return _within(KEYRING_SECONDS, lambda: keyring.get_password(SERVICE, name))


def _within(seconds: float, ask: Callable[[], T]) -> T:
    """Ask the keyring in a thread of its own: a backend may wait for a session that is not there.

    Raises StoreError, without the backend's own words (they may quote what was stored).
    """
    answer: list[T] = []
    failure: list[str] = []

    def run() -> None:
        try:
            answer.append(ask())
        except Exception as error:  # noqa: BLE001 (a third party's backend may raise anything)
            failure.append(type(error).__name__)

    thread = threading.Thread(target=run, name="keyring", daemon=True)
    thread.start()
    thread.join(seconds)
    if not answer:
        raise StoreError(f"The keyring failed: {failure[0] if failure else 'no answer in time'}.")
    return answer[0]
