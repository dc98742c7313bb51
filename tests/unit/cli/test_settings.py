"""Settings: order of sources, and invalid settings."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtui.errors import NotConnected, SettingsError, StoreError
from wbtui.models.money import Money
from wbtui.settings import (
    ConnectionSettings,
    Settings,
    colour_wanted,
    find_app_dirs,
    load_settings,
    login_name,
    scrub_environment,
    terminal_type,
)

ACME = """
agent = "Jo Fields"
theme = "light"
[connections.acme]
url = "https://api.wingback.com"
environment = "live"
key = "keyring"
"""


def write(tmp_path: Path, text: str | bytes, mode: int = 0o600) -> Path:
    file = tmp_path / "settings.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    file.chmod(mode)
    return file


def load(tmp_path: Path, text: str | bytes, **environ: str) -> Settings:
    return load_settings(environ=environ, file=write(tmp_path, text))


def test_defaults(tmp_path: Path) -> None:
    settings = load_settings(environ={}, file=tmp_path / "none" / "settings.toml")
    assert (settings.undo_seconds, settings.retention_days, settings.offline) == (3.0, 30, False)
    assert settings.agent
    with pytest.raises(NotConnected):
        settings.connection()


@pytest.mark.parametrize(
    ("flag", "variable", "in_file", "expected"),
    [
        ("flag", "variable", "file", "flag"),
        (None, "variable", "file", "variable"),
        (None, None, "file", "file"),
        ("flag", None, "file", "flag"),
        ("flag", "variable", None, "flag"),
        (None, "variable", None, "variable"),
        ("flag", None, None, "flag"),
    ],
)
def test_options_override_environment_overrides_file(
    tmp_path: Path, flag: str | None, variable: str | None, in_file: str | None, expected: str
) -> None:
    file = write(tmp_path, f'agent = "{in_file}"' if in_file else "")
    environ = {"WBTUI_AGENT": variable} if variable else {}
    assert load_settings({"agent": flag}, environ, file).agent == expected


def test_an_agent_may_be_called_what_people_are_called_and_blanks_are_no_name(tmp_path: Path) -> None:
    for name in ("Jörg Müller", "علی\u200cرضا", "O'Brien, Zoë"):
        assert load(tmp_path, "", WBTUI_AGENT=f" {name} ").agent == name
    assert load(tmp_path, "", WBTUI_AGENT="  ").agent == login_name()


def test_sections_are_merged(tmp_path: Path) -> None:
    settings = load(tmp_path, "[timeouts]\nconnect = 1\nread = 2\n", WBTUI_TIMEOUTS__READ="7.5")
    assert (settings.timeouts.connect, settings.timeouts.read) == (1.0, 7.5)


def test_limits_are_exact_and_merged_by_action_and_currency(tmp_path: Path) -> None:
    text = '[limits]\nask = "billing lead"\n[limits.refund]\neur = 100.10\nJPY = 9000\n'
    limits = load(tmp_path, text, WBTUI_LIMITS__REFUND__EUR="50", WBTUI_LIMITS__GRANT_CREDIT__EUR="5").limits
    assert limits.ask == "billing lead"
    assert limits.of("refund") == (Money(5000, "eur"), Money(9000, "jpy"))
    assert limits.of("grant_credit") == (Money(500, "eur"),)
    assert limits.of("write_off_invoice") == ()
    assert load(tmp_path, text).limits.of("refund")[0] == Money(10010, "eur")


@pytest.mark.parametrize("line", ['eur = "5.00"', "eur = 5.00", "EUR = 5"])
def test_amounts_that_are_typed_to_confirm_are_written_like_limits(tmp_path: Path, line: str) -> None:
    settings = load(tmp_path, f"[confirm_above]\n{line}\n")
    assert settings.confirm_above["eur"] == Money(500, "eur")
    assert settings.confirm_above["usd"] == Money(50000, "usd"), "keeps its default"
    assert "chf" not in settings.confirm_above
    assert load(tmp_path, "").confirm_above["eur"] == Money(50000, "eur")


def test_the_connection_may_come_from_the_environment(tmp_path: Path) -> None:
    assert load(tmp_path, ACME, WBTUI_CONNECTION="acme").default_connection == "acme"


def test_the_only_connection_is_the_default(tmp_path: Path) -> None:
    name, connection = load(tmp_path, ACME).connection()
    assert (name, connection.environment, connection.key) == ("acme", "live", "keyring")


def test_several_connections_need_a_name(tmp_path: Path) -> None:
    settings = load(tmp_path, ACME + '[connections.two]\nurl = "https://x.example"\nenvironment = "test"\n')
    with pytest.raises(NotConnected) as caught:
        settings.connection()
    assert "acme, two" in caught.value.hint
    assert settings.connection("two")[0] == "two"
    assert "default_connection" in caught.value.hint, "so that it need not be passed each time"
    with pytest.raises(NotConnected, match="three"):
        settings.connection("three")


@pytest.mark.parametrize(
    ("text", "sentence", "hint"),
    [
        ('agnet = "x"', "'agnet'", "'agent'"),
        ("undo_second = 3", "'undo_second'", "'undo_seconds'"),
        ("hold_seconds = 3", "'hold_seconds'", "It is called 'undo_seconds' now."),
        ("zzzzzz = 3", "'zzzzzz'", "Remove it"),
        ('agent = "Jo\\nFields"', "agent: Enter a name without line breaks", "Fix the file"),
        (
            '[connections.a]\nurl="https://x"\nenvironment="live"\nkeyy="file"',
            "'connections.a.keyy'",
            "'key'",
        ),
        ("[timeouts]\nred = 3", "'timeouts.red'", "'read'"),
        ("undo_seconds = 31", "undo_seconds: Enter a number of at most 30 (in", "Fix the file"),
        ("undo_seconds = nan", "undo_seconds: Enter a number (in", "Fix the file"),
        ("retention_days = 1.5", "retention_days: Enter a whole number (in", "Fix the file"),
        ("sync_rate = 0", "sync_rate: Enter a number above 0 (in", "Fix the file"),
        (
            '[keymap]\n"app.help" = 5',
            "keymap.app.help: Put the command ID and its keys in quotes",
            "Fix the file",
        ),
        (
            '[keymap]\napp.help = "f1"',
            "keymap.app: Put the command ID and its keys in quotes",
            "Fix the file",
        ),
        ("timeouts = 5", "timeouts: Write it as a section in square brackets", "Fix the file"),
        ('[connections.a]\nenvironment="live"', "connections.a.url: Add this setting", "Fix the file"),
        ("retention_days = true", "retention_days", "Fix the file"),
        ("sync_rate = false", "sync_rate", "Fix the file"),
        ("[timeouts]\nread = true", "timeouts.read", "Fix the file"),
        ("retention_days = 0", "retention_days: Enter a number of at least 1 (in", "Fix the file"),
        ('theme = "pink"', "theme: Enter 'dark', 'light' or 'high-contrast' (in", "Fix the file"),
        ("[limits.refnd]\neur = 5", "'refnd' is not an action that moves money. Did you mean 'refund'?", ""),
        ("[limits.append_note]\neur = 5", "limits: 'append_note' is not an action that moves money", ""),
        ("[limits.refund]\neru = 5", "limits.refund: 'eru' is not a currency", ""),
        ("[limits.refund]\neur = 5.001", "limits.refund.eur: '5.001' has too many decimals", ""),
        ("[limits.refund]\neur = -5", "limits.refund.eur: Enter an amount of 0 or more", ""),
        ("[limits.refund]\neur = true", "limits.refund.eur: Enter an amount such as 100.00", ""),
        ("[limits.refund]\neur = inf", "limits.refund.eur: 'Infinity' is not an amount", ""),
        ("[limits.refund]\n# eur = 5", "limits.refund: Give amounts by currency", ""),
        ("[limits]\nrefund = 5", "limits.refund: Give amounts by currency", ""),
        ("[limits]\nask = 5", "limits.ask: Enter text in quotes", "Fix the file"),
        ("[confirm_above]\neur = 5\nEUR = 9", "confirm_above: 'eur' has two amounts", ""),
        ("[confirm_above]\nxyz = 5", "confirm_above: 'xyz' is not a currency", ""),
        ("[confirm_above]\njpy = 5.5", "confirm_above.jpy: '5.5' has too many decimals", ""),
        ("confirm_above = 5", "confirm_above: Give amounts by currency", ""),
        ('read_only = "perhaps"', "read_only: Enter true or false", "Fix the file"),
        ('[connections."../../x"]\nurl="https://x"\nenvironment="live"', "../../x", "Fix the file"),
        (
            '[connections.a]\nurl="https://x"\nenvironment="moon"',
            "connections.a.environment",
            "Fix the file",
        ),
        (
            '[connections.a]\nurl="https://x"\nenvironment="live"\nkey="command"',
            'connections.a: Add key_command, such as "pass show wingback"',
            "Fix the file",
        ),
        ("a = 1\na = 2", "not TOML", "Fix the file"),
        ("agent = ", "not TOML", "Fix the file"),
        ("x = " + "[" * 5000, "", "Fix the file"),
        (b"\x00\xff\xfe\x80binary", "not UTF-8", "Fix the file"),
        (b'agent = "\x00"', "not TOML", "Fix the file"),
        (b"#" * 1_000_000, "larger than", "Fix the file"),
    ],
)
def test_errors_name_the_setting(tmp_path: Path, text: str | bytes, sentence: str, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text)
    assert sentence in caught.value.sentence
    assert hint in caught.value.hint
    assert caught.value.exit_code == 2


def test_a_misplaced_key_is_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, 'undo_seconds = "api_key_secret"')
    assert "api_key_secret" not in f"{caught.value.sentence} {caught.value.hint}"


@pytest.mark.parametrize("text", ["\ufeff" + ACME, ACME.replace("\n", "\r\n"), ""])
def test_byte_order_mark_and_line_endings(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text).agent == (
        "Jo Fields" if text else load_settings(environ={}, file=tmp_path / "-").agent
    )


def test_the_file_must_be_a_regular_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    for file in (pipe, tmp_path):
        with pytest.raises(SettingsError, match="cannot be read"):
            load_settings(environ={}, file=file)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    with file.open("wb") as sparse:
        sparse.truncate(100 * 1024 * 1024)
    file.chmod(0o600)
    with pytest.raises(SettingsError, match="larger than"):
        load_settings(environ={}, file=file)


def test_a_file_writable_by_others_is_rejected(tmp_path: Path) -> None:
    file = write(tmp_path, ACME, 0o666)
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={}, file=file)
    assert f"chmod 600 {file}" in caught.value.sentence
    file.chmod(0o644)
    assert load_settings(environ={}, file=file).theme == "light"


def test_unknown_variables_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="WBTUI_AGNET") as caught:
        load(tmp_path, "", WBTUI_AGNET="x")
    assert "WBTUI_AGENT" in caught.value.hint
    with pytest.raises(SettingsError, match="WBTUI_CONNECTIONS"):
        load(tmp_path, "", WBTUI_CONNECTIONS="x")
    with pytest.raises(SettingsError, match="WBTUI_OFFLINE: Enter true or false") as caught:
        load(tmp_path, "", WBTUI_OFFLINE="perhaps")
    assert caught.value.hint == "Correct the variable, or unset it."
    assert load(tmp_path, "", WBTUI_OFFLINE="1", PATH="/bin", WBTUI_HOME="/x").offline is True
    assert load(tmp_path, "", WBTUI_READ_ONLY="1").read_only is True


def test_home_contains_all_folders(tmp_path: Path) -> None:
    app_dirs = find_app_dirs({"WBTUI_HOME": str(tmp_path)})
    assert {place.parent for place in (app_dirs.config, app_dirs.cache, app_dirs.state, app_dirs.logs)} == {
        tmp_path
    }
    with pytest.raises(StoreError, match="absolute"):
        find_app_dirs({"WBTUI_HOME": "relative/home"})


def test_library_variables_are_removed() -> None:
    environ = {
        "TEXTUAL_LOG": "/x",
        "TEXTUAL_SCREENSHOT_PATH": "y",
        "SSLKEYLOGFILE": "z",
        "TERM": "xterm",
        "TEXTUALIZE": "1",
    }
    scrub_environment(environ, no_color=True)
    assert environ == {"TERM": "xterm", "TEXTUALIZE": "1", "NO_COLOR": "1"}


def test_colour_and_terminal() -> None:
    assert colour_wanted({"TERM": "xterm"})
    assert not colour_wanted({"NO_COLOR": "1"})
    assert colour_wanted({"NO_COLOR": ""})
    assert not colour_wanted({"TERM": "dumb"})
    assert terminal_type({}) == ""


def test_settings_are_frozen() -> None:
    settings = Settings(connections={"a": ConnectionSettings(url="https://x", environment="test")})
    with pytest.raises(ValueError, match="frozen"):
        settings.agent = "x"  # type: ignore[misc]


@given(st.text(max_size=200))
def test_any_text_is_valid_or_a_settings_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    file.chmod(0o600)
    with contextlib.suppress(SettingsError):
        assert load_settings(environ={}, file=file).agent
