"""Command line: data on stdout, messages on stderr, exit codes, no traceback."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import PYTHON, ROOT, started, wbtui
from tests.support.money_intents import intent, outcome
from tests.support.terminal import clean_environment
from tests.support.wall_clock import now
from wbtui.cli import checks
from wbtui.cli import wbtui as group
from wbtui.models.actions import ACTIONS
from wbtui.models.preview import Status
from wbtui.store.cache import open_cache
from wbtui.store.journal import open_journal
from wbtui.store.sqlite import sqlite3

CANARY = "api_key_CANARY_0123456789abcdef"


@pytest.mark.parametrize(
    "arguments",
    [[], ["demo"], ["open", "anna"]],
)
def test_the_app_needs_a_terminal(tmp_path: Path, arguments: list[str]) -> None:
    done = started(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("No usable terminal: ")
    assert not (tmp_path / "wbtui").exists()


def test_closed_streams_are_no_terminal(tmp_path: Path) -> None:
    command = f"{PYTHON} -m wbtui <&- >&- 2>{shlex.quote(str(tmp_path))}/said"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, env=clean_environment(tmp_path), check=False)
    assert done.returncode == 2
    assert "No usable terminal" in (tmp_path / "said").read_text()
    done = subprocess.run(
        ["sh", "-c", f"{command} 2>&-"], cwd=ROOT, env=clean_environment(tmp_path), check=False
    )
    assert done.returncode == 2


def test_paths_creates_no_files(tmp_path: Path) -> None:
    done = wbtui(tmp_path, "paths", "--json")
    found = json.loads(done.stdout)
    assert found["settings"] == str(tmp_path / "wbtui" / "config" / "settings.toml")
    assert not (tmp_path / "wbtui").exists()
    assert str(tmp_path / "wbtui" / "logs") in wbtui(tmp_path, "paths").stdout


def test_keys_lists_the_current_keymap(tmp_path: Path) -> None:
    config = tmp_path / "wbtui" / "config"
    config.mkdir(parents=True)
    (config / "settings.toml").write_text('[keymap]\n"app.help" = "f2"\n"app.hlep" = "f3"\n')
    done = wbtui(tmp_path, "keys", "--json")
    assert done.returncode == 0
    keys = {one["id"]: one["keys"] for one in json.loads(done.stdout)}
    assert keys["app.help"] == ["f2"]
    assert "ctrl+q" in keys["app.quit"]
    assert "app.hlep" in done.stderr
    assert "Help" in wbtui(tmp_path, "keys").stdout
    assert "note  Settings: keymap: unknown command app.hlep." in wbtui(tmp_path, "doctor").stdout


def test_a_folder_that_cannot_be_written_may_lie_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_write_trouble", lambda _folder: "No such file or directory")
    assert "set WBTUI_HOME to another folder" in checks._folder("Cache folder", tmp_path).hint


def test_invalid_settings_end_every_command_with_2(tmp_path: Path) -> None:
    config = tmp_path / "wbtui" / "config"
    config.mkdir(parents=True)
    (config / "settings.toml").write_bytes(b"\x00\xff")
    for arguments in (["keys"], ["find", "x"], ["sync"]):
        done = wbtui(tmp_path, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Settings: The settings file" in done.stderr
    done = wbtui(tmp_path, "doctor")
    assert done.returncode == 1
    assert "bad   Settings" in done.stdout


@pytest.mark.parametrize(
    "arguments", [["find", "x"], ["show", "x"], ["sync"], ["journal"], ["cache", "clear", "--yes"]]
)
def test_commands_need_a_connection(tmp_path: Path, arguments: list[str]) -> None:
    done = wbtui(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Not connected" in done.stderr
    assert "wbtui demo" in done.stderr


@pytest.mark.parametrize("option", ["--key", "--api-key"])
def test_a_key_as_argument_is_rejected(tmp_path: Path, option: str) -> None:
    done = wbtui(tmp_path, "connect", option, CANARY)
    assert done.returncode == 2
    assert "Do not pass an API key as an argument" in done.stderr
    assert CANARY not in done.stdout + done.stderr


def connect(home: Path, *more: str, stdin: str = CANARY + "\n") -> subprocess.CompletedProcess[str]:
    return wbtui(
        home,
        "connect",
        "--name",
        "acme",
        "--environment",
        "test",
        "--key-stdin",
        "--no-check",
        *more,
        stdin=stdin,
    )


def test_connect_stores_the_key_and_says_where(tmp_path: Path) -> None:
    done = connect(tmp_path, "--agent", "Jo Fields")
    assert (done.returncode, done.stdout) == (0, "")
    key = tmp_path / "wbtui" / "config" / "keys" / "acme.key"
    assert str(key) in done.stderr
    assert "0600" in done.stderr
    assert key.read_text().strip() == CANARY
    settings = (tmp_path / "wbtui" / "config" / "settings.toml").read_text()
    assert 'agent = "Jo Fields"' in settings
    assert CANARY not in settings + done.stderr
    removed = wbtui(tmp_path, "connect", "--remove", "acme")
    assert removed.returncode == 0
    assert not key.exists()
    assert "Kept:" not in removed.stderr, "nothing was cached"
    assert "acme" not in (tmp_path / "wbtui" / "config" / "settings.toml").read_text()


def test_the_help_fits_80_columns(tmp_path: Path) -> None:
    shown = wbtui(tmp_path, "--help").stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "128 + n ended by signal n" in shown


def test_no_help_breaks_a_line_within_an_option(tmp_path: Path) -> None:
    for name in group.commands:
        for line in wbtui(tmp_path, name, "--help").stdout.splitlines():
            assert not re.search(r" --[a-z]+-$", line), f"{name}: {line}"


@pytest.mark.parametrize("words", [("do", "refund", "--help"), ("help", "do", "refund")])
def test_the_help_of_an_action_has_its_fields_and_no_other_action(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = wbtui(tmp_path, *words)
    assert done.stdout.startswith("Usage: wbtui do refund CUSTOMER [FIELD=VALUE]... [OPTIONS]\n")
    assert "Give money back to the method it came from." in done.stdout
    assert "wbtui do refund anna@lumen.example payment_id=Pay_1" in done.stdout
    assert re.search(r"^  mode +required: full, amount, percent or lines$", done.stdout, re.MULTILINE)
    assert re.search(r"^  adjust_invoice +yes or no \(default: no\)$", done.stdout, re.MULTILINE)
    assert "--confirm TEXT" in done.stdout
    assert "grant_credit" not in done.stdout
    assert "--query" not in done.stdout
    shown = wbtui(tmp_path, "do", "retry_payment", "--help").stdout
    assert "--query QUERY" in shown and "With --query, leave out: invoice_id, method_id, amount." in shown


def test_the_help_of_set_discount_says_how_one_is_removed(tmp_path: Path) -> None:
    shown = wbtui(tmp_path, "do", "set_discount", "--help").stdout
    assert "an empty discount_id removes it." in " ".join(shown.split())


@pytest.mark.parametrize("words", [("do", "--help"), ("do", "unknown", "--help")])
def test_the_help_of_do_has_an_example_of_every_action(tmp_path: Path, words: tuple[str, ...]) -> None:
    shown = wbtui(tmp_path, *words).stdout
    assert shown.startswith("Usage: wbtui do [OPTIONS] KIND ")
    assert "--query QUERY" in shown
    assert "\n  KIND" not in shown
    assert all(f"  wbtui do {kind} anna@lumen.example" in shown for kind in ACTIONS)
    several = shown.partition("Actions for several customers, with --query:\n")[2].partition("\n\n")[0]
    assert several.split() == ["grant_credit,", "retry_payment,", "send_invoice_email,", "extend_due_date"]


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--agent", "x" * 101, "Enter a name of at most 100 characters."),
        ("--agent", "Jo\nFields", "Enter a name without line breaks"),
        ("--agent", "  ", "Enter your name."),
        ("--key-command", f"cat {'k' * 2000}", "key_command: "),
    ],
)
def test_connect_saves_nothing_that_the_next_start_refuses(
    tmp_path: Path, option: str, value: str, says: str
) -> None:
    arguments = ("connect", "--name", "acme", "--environment", "test", "--no-check", option, value)
    key = () if option == "--key-command" else ("--key-stdin",)
    done = wbtui(tmp_path, *arguments, *key, stdin=CANARY)
    assert done.returncode == 2 and says in done.stderr
    assert not (tmp_path / "wbtui" / "config").exists()


def test_connect_does_not_replace_a_connection_to_another_address(tmp_path: Path) -> None:
    """The first connection and its key were gone, without a word."""
    connect(tmp_path, "--url", "http://127.0.0.1:9")
    key = tmp_path / "wbtui" / "config" / "keys" / "acme.key"
    done = connect(tmp_path, "--url", "http://127.0.0.1:10", stdin="another_key\n")
    assert done.returncode == 2
    assert "acme already connects to http://127.0.0.1:9 (test)." in done.stderr
    assert "`wbtui connect --remove acme`" in done.stderr
    assert key.read_text().strip() == CANARY
    assert connect(tmp_path, "--url", "http://127.0.0.1:9/", stdin="another_key\n").returncode == 0
    assert key.read_text().strip() == "another_key"


def test_a_connection_that_cannot_be_reached_promises_no_cached_data(tmp_path: Path) -> None:
    arguments = ("--name", "acme", "--url", "http://127.0.0.1:9", "--environment", "test", "--key-stdin")
    done = wbtui(tmp_path, "connect", *arguments, stdin=CANARY + "\n")
    assert done.returncode == 4
    assert "Check the network and the URL, then try again." in done.stderr


def test_no_output_and_no_other_file_contains_the_key(tmp_path: Path) -> None:
    connect(tmp_path, "--url", "http://127.0.0.1:9")
    said = ""
    for arguments in (
        ["doctor", "--json"],
        ["--offline", "find", "x"],
        ["paths"],
        ["sync"],
        ["find", "anna"],
    ):
        done = wbtui(tmp_path, *arguments, WBTUI_TIMEOUTS__CONNECT="0.2")
        said += done.stdout + done.stderr
    assert "CANARY" not in said
    held = [path for path in tmp_path.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert held == [tmp_path / "wbtui" / "config" / "keys" / "acme.key"]


def test_connect_without_a_terminal_names_the_missing_option(tmp_path: Path) -> None:
    done = wbtui(tmp_path, "connect", "--key-stdin", "--no-check", stdin=CANARY)
    assert done.returncode == 2
    assert "--name is required" in done.stderr
    done = wbtui(tmp_path, "connect", "--name", "demo", "--environment", "test", "--key-stdin", stdin=CANARY)
    assert (done.returncode, "is reserved for `wbtui demo`" in done.stderr) == (2, True)
    done = connect(tmp_path, stdin="")
    assert (done.returncode, "empty" in done.stderr) == (2, True)


def test_an_unreachable_system(tmp_path: Path) -> None:
    done = wbtui(
        tmp_path, "connect", "--name", "acme", "--url", "http://127.0.0.1:9", "--key-stdin", stdin=CANARY
    )
    assert done.returncode == 4
    assert "Cannot reach" in done.stderr
    assert not (tmp_path / "wbtui" / "config").exists()


@pytest.mark.parametrize(
    "url", ["http://api.example.com", "https://u:p@api.example.com", "ftp://x", "https://x/path"]
)
def test_an_invalid_url_is_rejected(tmp_path: Path, url: str) -> None:
    done = wbtui(tmp_path, "connect", "--name", "acme", "--url", url, "--key-stdin", stdin=CANARY)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Connecting" not in done.stderr, "nothing was sent"


def test_offline_without_cached_data(tmp_path: Path) -> None:
    connect(tmp_path)
    assert wbtui(tmp_path, "--offline", "find", "anna").returncode == 5
    assert wbtui(tmp_path, "--offline", "show", "anna").returncode == 5
    assert wbtui(tmp_path, "--offline", "sync").returncode == 4
    assert wbtui(tmp_path, "journal", "--json").stdout.strip() == "[]"


def test_journal_says_that_it_lists_not_all_and_what_is_unknown_among_the_rest(tmp_path: Path) -> None:
    async def write_two(path: Path) -> None:
        journal = await open_journal(path, clock=now)
        for key in ("key-1", "key-2"):
            journal.record_intent_now(intent(key), customer_title="Anna", summary=f"Refund {key}", today=None)
            journal.sent_now(key)
        journal.unknown_now("key-1", "The connection broke.")
        journal.settle_now("key-2", outcome(Status.DONE, "key-2"))
        await journal.close()

    connect(tmp_path)
    folder = tmp_path / "wbtui" / "state" / "connections" / "acme"
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(write_two(folder / "journal.db"))
    done = wbtui(tmp_path, "journal", "--limit", "1")
    assert "Refund key-2" in done.stdout and "Refund key-1" not in done.stdout
    assert "1 of 2 actions. Use --limit 0 for all of them." in done.stderr
    assert "1 action has an unknown outcome." in done.stderr
    assert "Use --limit" not in wbtui(tmp_path, "journal").stderr


def test_journal_says_what_became_of_actions_of_a_process_that_ended(tmp_path: Path) -> None:
    async def write_two(path: Path) -> None:
        journal = await open_journal(path, clock=now, owner="ended")
        for key in ("key-1", "key-2"):
            journal.record_intent_now(intent(key), customer_title="Anna", summary="Refund", today=None)
        journal.sent_now("key-2")
        await journal.close()

    connect(tmp_path)
    folder = tmp_path / "wbtui" / "state" / "connections" / "acme"
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(write_two(folder / "journal.db"))
    listed = json.loads(wbtui(tmp_path, "journal", "--json").stdout)
    assert [one["status"] for one in listed] == ["unknown", "withdrawn"]


@pytest.mark.parametrize("arguments", [["find", "anna"], ["find", "is:past_due"], ["show", "anna"]])
def test_an_unreachable_server_without_cached_data_is_4_and_no_empty_list(
    tmp_path: Path, arguments: list[str]
) -> None:
    connect(tmp_path, "--url", "http://127.0.0.1:9")
    done = wbtui(tmp_path, *arguments, "--json", WBTUI_TIMEOUTS__CONNECT="0.2")
    assert (done.returncode, done.stdout) == (4, "")


@pytest.mark.parametrize("arguments", [["--offline", "find", "anna"], ["find", "anna", "--offline"]])
def test_nothing_cached_and_offline_is_5_and_no_empty_list(tmp_path: Path, arguments: list[str]) -> None:
    connect(tmp_path)
    done = wbtui(tmp_path, *arguments, "--json")
    assert (done.returncode, done.stdout) == (5, "")
    assert "Nothing is cached yet" in done.stderr
    assert "wbtui sync" in done.stderr


def test_after_a_demo_its_connection_is_offered_by_name(tmp_path: Path) -> None:
    cache = tmp_path / "wbtui" / "cache" / "connections" / "demo" / "cache.db"
    assert "--connection demo" not in wbtui(tmp_path, "find", "anna").stderr
    cache.parent.mkdir(parents=True)
    asyncio.run(create(cache))
    done = wbtui(tmp_path, "find", "anna")
    assert (done.returncode, "--connection demo" in done.stderr) == (2, True)
    done = wbtui(tmp_path, "sync", "--connection", "demo")
    assert (done.returncode, "The demo is not running" in done.stderr) == (4, True)


async def create(cache: Path) -> None:
    await (await open_cache(cache, clock=now)).close()


def test_clearing_the_cache_needs_confirmation(tmp_path: Path) -> None:
    connect(tmp_path)
    assert wbtui(tmp_path, "--offline", "find", "anna").returncode == 5
    cache = tmp_path / "wbtui" / "cache" / "connections" / "acme" / "cache.db"
    assert cache.exists()
    assert wbtui(tmp_path, "cache", "clear").returncode == 2
    done = wbtui(tmp_path, "cache", "clear", "--yes")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_cache_of_a_newer_version_can_be_cleared(tmp_path: Path) -> None:
    connect(tmp_path)
    assert wbtui(tmp_path, "--offline", "find", "anna").returncode == 5
    cache = tmp_path / "wbtui" / "cache" / "connections" / "acme" / "cache.db"
    database = sqlite3.connect(cache)
    database.execute("PRAGMA user_version = 99")
    database.close()
    assert wbtui(tmp_path, "--offline", "find", "anna").returncode == 7
    done = wbtui(tmp_path, "cache", "clear", "--yes")
    assert (done.returncode, done.stdout) == (0, "")
    assert not cache.exists()
    assert wbtui(tmp_path, "--offline", "find", "anna").returncode == 5


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_that_is_not_writable(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        done = connect(tmp_path)
    finally:
        tmp_path.chmod(0o700)
    assert done.returncode == 7
    assert "Cannot use" in done.stderr


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "wbtui").write_text("")
    done = connect(tmp_path)
    assert done.returncode == 7
    assert "Local storage" in done.stderr


def test_a_home_that_is_relative(tmp_path: Path) -> None:
    done = wbtui(tmp_path, "paths", WBTUI_HOME="relative")
    assert done.returncode == 7
    assert "absolute" in done.stderr


@pytest.mark.date_free
def test_any_locale_can_print(tmp_path: Path) -> None:
    for locale in ({"LANG": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}, {"LC_ALL": "POSIX"}):
        done = started(tmp_path, "keys", **locale)
        assert done.returncode == 0
        assert done.stdout


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    command = f"{PYTHON} -m wbtui keys --json | head -c 10"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=ROOT,
        env=clean_environment(tmp_path),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_unexpected_error_is_a_crash_report_and_70(tmp_path: Path) -> None:
    code = (
        "import sys, wbtui.cli.upkeep as upkeep\n"
        "from wbtui.cli import main\n"
        "from wbtui.cli.context import CliContext\n"
        f"CliContext.app_dirs = property(lambda self: 1 // len('{CANARY}'[:0]))\n"
        "sys.exit(main(['paths']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=clean_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 70
    assert "Traceback" not in done.stderr
    (report,) = (tmp_path / "wbtui" / "logs").glob("crash-*.txt")
    assert str(report) in done.stderr
    assert "ZeroDivisionError" in report.read_text()


def test_invalid_options_of_the_sandbox(tmp_path: Path) -> None:
    for arguments, said in (
        (["--now", "yesterday"], "Invalid time"),
        (["--now", "2026-11-22T10:00:00"], "has no time zone"),
        (["--key-file", str(tmp_path / "none")], "key file"),
        (["--port", "70000"], "--port"),
    ):
        done = wbtui(tmp_path, "sandbox", "--db", str(tmp_path / "s.db"), *arguments)
        assert done.returncode in (1, 2)
        assert said in done.stderr
        assert done.stdout == ""


def test_the_sandbox_needs_its_extra(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['starlette'] = None; sys.modules['uvicorn'] = None\n"
        "from wbtui.cli import main\n"
        "sys.exit(main(['sandbox']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=clean_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 6
    assert done.stderr.startswith("Not installed: The demo's billing server needs starlette.\n")
    assert "pip install 'wbtui[sandbox]'" in done.stderr


def test_the_cache_of_an_unknown_connection_is_not_said_to_be_empty(tmp_path: Path) -> None:
    done = wbtui(tmp_path, "--connection", "acmee", "cache", "clear", "--yes")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Unknown connection 'acmee'." in done.stderr
    assert wbtui(tmp_path, "--connection", "demo", "cache", "clear", "--yes").returncode == 0
