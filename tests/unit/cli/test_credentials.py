"""API keys from file, command and keyring."""

from __future__ import annotations

import pickle
import shlex
import stat
import sys
from pathlib import Path

import pytest

from tests.support.wall_clock import CLOCK_OFFSET
from wbtui.cli.context import CliContext
from wbtui.cli.opening import OpenTarget
from wbtui.credentials import (
    Keyring,
    delete_key,
    describe_key_location,
    find_keyring,
    key_from_command,
    key_from_file,
    load_key,
    parse_key,
    store_key,
)
from wbtui.errors import BadInput, NoKey, Unauthorized
from wbtui.models.secret import Secret
from wbtui.paths import AppDirs
from wbtui.settings import ConnectionSettings
from wbtui.settings_file import save_connection

CANARY = "api_key_CANARY_0123456789abcdef"


class Memory:
    """A keyring in memory."""

    def __init__(self, *, forgets: bool = False, breaks: bool = False) -> None:
        self.held: dict[tuple[str, str], str] = {}
        self.forgets = forgets
        self.breaks = breaks

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.breaks:
            raise RuntimeError(f"locked, and here is what you gave me: {password}")
        if not self.forgets:
            self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


def connection(key: str, **more: object) -> ConnectionSettings:
    return ConnectionSettings.model_validate({"url": "https://x", "environment": "test", "key": key, **more})


@pytest.fixture
def app_dirs(tmp_path: Path) -> AppDirs:
    return AppDirs.under(tmp_path)


def test_a_secret_hides_its_value() -> None:
    secret = Secret(CANARY)
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>20}",
        f"{[secret]}",
        f"{secret}",
        f"{secret!a}",
    ]
    assert all("CANARY" not in text for text in shown)
    assert secret.masked == "••••cdef"
    assert Secret("short").masked == "••••"
    assert secret.reveal() == CANARY
    assert secret == Secret(f" {CANARY}\n") != Secret("other")
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@pytest.mark.parametrize("text", ["", " \n", "with blank", "ключ", "a\x00b", "\x7f", "x" * 5000])
def test_an_invalid_key_is_not_quoted(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_key(text)
    assert not text.strip() or text not in caught.value.sentence


def test_a_key_file_must_be_private(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"  {CANARY}\nsecond line\n")
    file.chmod(0o600)
    assert key_from_file(file).reveal() == CANARY
    file.chmod(0o644)
    with pytest.raises(BadInput, match="chmod 600"):
        key_from_file(file)
    file.chmod(0o600)
    for wrong in ("", "\n", "two words\n", "ünïcödé"):
        file.write_text(wrong)
        with pytest.raises(BadInput, match=f"The key file {file} has no valid API key") as caught:
            key_from_file(file)
        assert "wbtui connect" in caught.value.hint
    with pytest.raises(BadInput, match="No such file"):
        key_from_file(tmp_path / "none")
    with pytest.raises(BadInput, match="regular file"):
        key_from_file(tmp_path)


def python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


def test_a_key_command() -> None:
    assert key_from_command(python(f"print('{CANARY}')")).reveal() == CANARY


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("", "empty"),
        ("'unbalanced", "Cannot parse"),
        ("/no/such/program", "Cannot run"),
        (python("import sys; sys.exit('locked')"), "failed with exit code 1: locked"),
        (python("pass"), "did not print a valid API key"),
        (python("print('No such entry')"), "did not print a valid API key"),
        (python("import sys; sys.stdout.buffer.write(b'\\xff\\xfe')"), "not text"),
    ],
)
def test_a_key_command_that_fails(command: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        key_from_command(command)
    assert "key_command" in caught.value.hint


def test_a_key_command_times_out() -> None:
    with pytest.raises(BadInput, match="longer than"):
        key_from_command(python("import sys; sys.stdout.close(); import signal; signal.pause()"), seconds=0.3)


def test_a_key_in_the_keyring(app_dirs: AppDirs) -> None:
    ring: Keyring = Memory()
    kept = store_key("acme", Secret(CANARY), app_dirs, keyring=ring)
    assert kept.source == "keyring"
    assert "keyring" in kept.sentence
    assert not app_dirs.config.exists()
    assert load_key("acme", connection("keyring"), app_dirs, keyring=ring).reveal() == CANARY
    delete_key("acme", app_dirs, keyring=ring)
    with pytest.raises(NoKey):
        load_key("acme", connection("keyring"), app_dirs, keyring=ring)


@pytest.mark.parametrize("ring", [None, Memory(forgets=True), Memory(breaks=True)])
def test_a_key_in_a_private_file(app_dirs: AppDirs, ring: Memory | None) -> None:
    kept = store_key("acme", Secret(CANARY), app_dirs, keyring=ring)
    file = app_dirs.connection_files("acme").key
    assert kept.source == "file"
    assert str(file) in kept.sentence
    assert "unencrypted" in kept.sentence
    assert CANARY not in kept.sentence
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert load_key("acme", connection("file"), app_dirs).reveal() == CANARY
    file.chmod(0o604)
    with pytest.raises(BadInput, match="chmod 600"):
        load_key("acme", connection("file"), app_dirs)
    delete_key("acme", app_dirs, keyring=None)
    with pytest.raises(NoKey) as caught:
        load_key("acme", connection("file"), app_dirs)
    assert caught.value.title == "API key missing", "nobody has rejected one"


def test_storing_in_the_keyring_deletes_the_file(app_dirs: AppDirs) -> None:
    store_key("acme", Secret(CANARY), app_dirs, keyring=None)
    store_key("acme", Secret(CANARY), app_dirs, keyring=Memory())
    assert not app_dirs.connection_files("acme").key.exists()


def test_the_description_does_not_contain_the_key(app_dirs: AppDirs) -> None:
    assert "keyring" in describe_key_location("acme", connection("keyring"), app_dirs)
    assert "pass" in describe_key_location("acme", connection("command", key_command="pass show x"), app_dirs)
    assert str(app_dirs.connection_files("acme").key) in describe_key_location(
        "acme", connection("file"), app_dirs
    )


def test_find_keyring_returns_a_recommended_one_or_none() -> None:
    ring = find_keyring()
    assert ring is None or float(getattr(ring, "priority", 0)) >= 1


@pytest.fixture
def found_dirs(app_dirs: AppDirs, monkeypatch: pytest.MonkeyPatch) -> AppDirs:
    """The folders that the command line finds; no variable changes the settings there."""
    monkeypatch.setattr("wbtui.settings.find_app_dirs", lambda: app_dirs)
    monkeypatch.delenv(CLOCK_OFFSET, raising=False)
    return app_dirs


def test_a_key_stored_meanwhile_is_used_unless_it_is_for_another_address(found_dirs: AppDirs) -> None:
    save_connection(found_dirs, "acme", connection("file"))
    store_key("acme", Secret("an_old_key_1234567890"), found_dirs, keyring=None)
    provide = OpenTarget.chosen(CliContext()).spec.key_provider
    assert provide().reveal() == "an_old_key_1234567890"
    store_key("acme", Secret(CANARY), found_dirs, keyring=None)
    assert provide().reveal() == CANARY
    save_connection(found_dirs, "acme", connection("file", url="https://other"))
    with pytest.raises(Unauthorized, match="address"):
        provide()


def test_a_key_command_runs_once(found_dirs: AppDirs, tmp_path: Path) -> None:
    command = shlex.join([sys.executable, "-c", f"open({str(tmp_path / 'once')!r}, 'x'); print({CANARY!r})"])
    save_connection(found_dirs, "acme", connection("command", key_command=command))
    provide = OpenTarget.chosen(CliContext()).spec.key_provider
    assert provide() == provide()
