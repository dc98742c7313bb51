"""Storage of API keys: the system keyring, a file of mode 0600, or a command.

An API key is never an argument, a setting or an environment variable.
"""

from __future__ import annotations

import shlex
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from wbtui.errors import BadInput, NoKey, StoreError
from wbtui.models.secret import Secret
from wbtui.models.text import clean
from wbtui.paths import AppDirs, mode_problem, read_bounded, write_private
from wbtui.settings import ConnectionSettings

SERVICE = "wbtui"
MAX_KEY_FILE = 4096
COMMAND_SECONDS = 30.0
_CORRECT_COMMAND = "Try it in a shell; correct key_command in settings.toml, or --key-command."
_COPY_KEY = "Copy the key into its first line, or enter it with `wbtui connect`."
KEYRING_SECONDS = 30.0
"""Timeout of the keyring, which may ask the user to unlock it."""

T = TypeVar("T")


class Keyring(Protocol):
    """Methods used of a keyring backend."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


@dataclass(frozen=True)
class KeyLocation:
    """Where a key was stored: the value for the settings file, and a sentence for the user."""

    source: str
    sentence: str


def parse_key(text: str) -> Secret:
    """Parse the first line of a text as an API key. Raises BadInput, never quoting it."""
    lines = text.strip().splitlines()
    if not lines:
        raise BadInput("The API key is empty.")
    return Secret(lines[0])


def key_from_file(path: Path) -> Secret:
    """Read the API key from a file that only its owner can read. Raises BadInput."""
    try:
        data = read_bounded(path, MAX_KEY_FILE)
        problem = mode_problem(path, forbidden=0o077)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"Cannot read the key file {path}: {reason}.") from None
    if problem:
        raise BadInput(problem, hint="Other users may have read the key. Consider replacing it.")
    try:
        return parse_key(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadInput(f"The key file {path} is not text.") from None
    except BadInput as error:
        raise BadInput(f"The key file {path} has no valid API key.", hint=_COPY_KEY) from error


def key_from_command(command: str, *, seconds: float = COMMAND_SECONDS) -> Secret:
    """Run a command without shell or terminal and parse the first line of its output as an API key.

    Raises BadInput if it cannot run, fails, or takes longer than `seconds`.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise BadInput(f"Cannot parse the key command: {error}.", hint=_CORRECT_COMMAND) from None
    if not words:
        raise BadInput("The key command is empty.", hint=_CORRECT_COMMAND)
    program = clean(words[0], limit=80)
    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False, text=True
        )
    except subprocess.TimeoutExpired:
        text = f"The key command {program} took longer than {seconds:g} seconds."
        raise BadInput(text, hint=_CORRECT_COMMAND) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its output is not text"
        text = f"Cannot run the key command {program}: {reason}."
        raise BadInput(text, hint=_CORRECT_COMMAND) from None
    if done.returncode:
        said = f": {clean(done.stderr.strip(), limit=200)}" if done.stderr.strip() else ""
        text = f"The key command {program} failed with exit code {done.returncode}{said}."
        raise BadInput(text, hint=_CORRECT_COMMAND)
    try:
        return parse_key(done.stdout)
    except BadInput as error:
        text = f"The key command {program} did not print a valid API key."
        raise BadInput(text, hint=_CORRECT_COMMAND) from error


def find_keyring() -> Keyring | None:
    """Return the system keyring, None without a recommended one (typical over SSH)."""

    def find() -> Keyring | None:
        import keyring

        backend = keyring.get_keyring()
        return backend if float(backend.priority) >= 1 else None

    try:
        return _in_time(find)
    except StoreError:
        return None


def store_key(name: str, key: Secret, app_dirs: AppDirs, *, keyring: Keyring | None) -> KeyLocation:
    """Store the API key of a connection in the keyring, else in a file of mode 0600.

    The keyring is read back to verify it. Raises StoreError if the file cannot be written.
    """
    file = app_dirs.connection_files(name).key
    if keyring is not None and _store_in_keyring(keyring, name, key):
        file.unlink(missing_ok=True)
        return KeyLocation("keyring", "The API key is stored in the system keyring.")
    write_private(file, key.reveal().encode() + b"\n")
    why = "No keyring is available" if keyring is None else "The keyring did not store the key"
    return KeyLocation(
        "file", f"{why}. The API key is stored unencrypted in {file}, which only you can read (mode 0600)."
    )


def load_key(
    name: str, connection: ConnectionSettings, app_dirs: AppDirs, *, keyring: Keyring | None = None
) -> Secret:
    """Load the API key of a connection. Raises NoKey without one, BadInput if its source fails."""
    if connection.key == "command":
        return key_from_command(connection.key_command or "")
    if connection.key == "keyring":
        found = _load_from_keyring(keyring or find_keyring(), name)
        if found is None:
            raise NoKey("The keyring has no API key for this connection.", sent=False)
        return parse_key(found)
    own = app_dirs.connection_files(name).key
    path = connection.key_file or own
    if path == own and not path.exists():
        raise NoKey("There is no API key for this connection.", sent=False)
    return key_from_file(path)


def delete_key(name: str, app_dirs: AppDirs, *, keyring: Keyring | None) -> None:
    """Delete the stored API key of a connection. Raises StoreError."""
    try:
        app_dirs.connection_files(name).key.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"Cannot delete the key file: {error.strerror}.") from error
    if keyring is not None and _load_from_keyring(keyring, name) is not None:
        _in_time(lambda: keyring.delete_password(SERVICE, name))


def describe_key_location(name: str, connection: ConnectionSettings, app_dirs: AppDirs) -> str:
    """Describe where the API key of a connection is stored."""
    if connection.key == "command":
        return f"from the command {clean(shlex.split(connection.key_command or '?')[0], limit=80)}"
    if connection.key == "keyring":
        return "in the system keyring"
    return f"in the file {connection.key_file or app_dirs.connection_files(name).key}"


def _store_in_keyring(keyring: Keyring, name: str, key: Secret) -> bool:
    try:
        _in_time(lambda: keyring.set_password(SERVICE, name, key.reveal()))
        return _load_from_keyring(keyring, name) == key.reveal()
    except StoreError:
        return False


def _load_from_keyring(keyring: Keyring | None, name: str) -> str | None:
    """Read a key from the keyring. Raises StoreError."""
    if keyring is None:
        raise StoreError(
            "The system keyring is not available.", hint="Run `wbtui connect` to store the key elsewhere."
        )
    return _in_time(lambda: keyring.get_password(SERVICE, name))


def _in_time(ask: Callable[[], T]) -> T:
    """Call the keyring in a thread, for KEYRING_SECONDS at most: a backend may wait for a desktop session.

    Raises StoreError, without the message of the backend, which may quote the key.
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
    thread.join(KEYRING_SECONDS)
    if not answer:
        raise StoreError(f"The keyring failed: {failure[0] if failure else 'timed out'}.")
    return answer[0]
