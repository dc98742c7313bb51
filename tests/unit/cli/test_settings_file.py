"""Writing a connection: every other line stays as the agent wrote it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtui.errors import NotConnected, SettingsError
from wbtui.paths import AppDirs
from wbtui.settings import ConnectionSettings, load_settings
from wbtui.settings_file import remove_connection, save_connection

WRITTEN = """# my settings
agent = "Jo"  # me

[timeouts]
read = 20

[connections.acme]   # the real one
url = "https://api.wingback.com"
environment = "live"

[keymap]
"app.help" = "f1"
"""
NEW = ConnectionSettings(url="https://two.example", environment="test", merchant='Zwei "GmbH" \\ Ü\n')


@pytest.fixture
def app_dirs(tmp_path: Path) -> AppDirs:
    return AppDirs.under(tmp_path)


def put(app_dirs: AppDirs, text: str) -> Path:
    app_dirs.config.mkdir(parents=True)
    app_dirs.settings_file.write_text(text, "utf-8")
    app_dirs.settings_file.chmod(0o600)
    return app_dirs.settings_file


def test_the_first_connection_makes_the_file(app_dirs: AppDirs) -> None:
    file = save_connection(app_dirs, "two", NEW, agent="Jo")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(app_dirs.config.stat().st_mode) == 0o700
    settings = load_settings(environ={}, file=file)
    assert settings.connection() == ("two", NEW)
    assert (settings.default_connection, settings.agent) == ("two", "Jo")


def test_other_lines_stay(app_dirs: AppDirs) -> None:
    file = put(app_dirs, WRITTEN)
    save_connection(app_dirs, "two", NEW)
    text = file.read_text("utf-8")
    for line in WRITTEN.splitlines():
        assert line in text
    assert load_settings(environ={}, file=file).connection("two")[1] == NEW
    remove_connection(app_dirs, "two")
    assert file.read_text("utf-8") == WRITTEN


def test_a_connection_is_replaced_and_made_default(app_dirs: AppDirs) -> None:
    file = put(app_dirs, WRITTEN)
    save_connection(app_dirs, "acme", NEW, make_default=True)
    settings = load_settings(environ={}, file=file)
    assert settings.connection() == ("acme", NEW)
    assert settings.timeouts.read == 20
    assert settings.keymap == {"app.help": "f1"}
    assert "the real one" in file.read_text("utf-8")


def test_replacing_a_connection_adds_no_empty_lines(app_dirs: AppDirs) -> None:
    file = save_connection(app_dirs, "two", NEW, agent="Jo")
    text = file.read_text("utf-8")
    save_connection(app_dirs, "two", NEW, agent="Jo")
    assert file.read_text("utf-8") == text
    command = NEW.model_copy(update={"key": "command", "key_command": "pass show two"})
    save_connection(app_dirs, "two", command)
    save_connection(app_dirs, "two", NEW)
    assert file.read_text("utf-8") == text


def test_removing_takes_the_default_along(app_dirs: AppDirs) -> None:
    file = save_connection(app_dirs, "two", NEW)
    remove_connection(app_dirs, "two")
    assert load_settings(environ={}, file=file).default_connection is None
    with pytest.raises(NotConnected) as none:
        remove_connection(app_dirs, "two")
    assert (none.value.sentence, none.value.hint) == ("Unknown connection 'two'.", "Connections: none yet.")


@pytest.mark.parametrize(
    "text",
    [
        'connections = { acme = { url = "https://x.example", environment = "test" } }  # one line\n',
        '[connections]\nacme.url = "https://x.example"  # one line\nacme.environment = "test"\n',
        WRITTEN + '\n[connections.late]  # one line\nurl = "https://x.example"\nenvironment = "test"\n',
        WRITTEN.replace("\n", "\r\n") + "# one line\n",
    ],
)
def test_other_ways_to_write_connections_are_edited_too(app_dirs: AppDirs, text: str) -> None:
    file = put(app_dirs, text)
    before = load_settings(environ={}, file=file).connections
    save_connection(app_dirs, "two", NEW, make_default=True)
    settings = load_settings(environ={}, file=file)
    assert settings.connection() == ("two", NEW)
    assert settings.connections == {**before, "two": NEW}
    assert "# one line" in file.read_text("utf-8")
    remove_connection(app_dirs, "two")
    assert load_settings(environ={}, file=file).connections == before


def test_what_cannot_be_edited_is_left_alone(app_dirs: AppDirs) -> None:
    text = 'connections.acme.url = "https://x.example"\nconnections.acme.environment = "test"\n'
    file = put(app_dirs, text)
    with pytest.raises(SettingsError, match="cannot edit"):
        save_connection(app_dirs, "two", NEW)
    assert file.read_text("utf-8") == text


def test_a_faulty_file_is_never_overwritten(app_dirs: AppDirs) -> None:
    file = put(app_dirs, "agent = ")
    with pytest.raises(SettingsError):
        save_connection(app_dirs, "two", NEW)
    assert file.read_text("utf-8") == "agent = "
    assert [path.name for path in app_dirs.config.iterdir()] == ["settings.toml"]


@given(st.text(min_size=1, max_size=60).filter(lambda text: text.strip() and "\x00" not in text))
def test_any_merchant_survives(tmp_path_factory: pytest.TempPathFactory, merchant: str) -> None:
    app_dirs = AppDirs.under(tmp_path_factory.mktemp("home"))
    try:
        merchant.encode()
    except UnicodeEncodeError:
        return
    connection = ConnectionSettings(url="https://x.example", environment="demo", merchant=merchant)
    file = save_connection(app_dirs, "a.b-c_1", connection)
    assert load_settings(environ={}, file=file).connection()[1] == connection
