"""The connect screen: demo and new connection, checked fields, one request, a key that is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.style import Style
from textual.widgets import Input

from tests.screens.driver import Driver, driver
from tests.support.fake_services import fake_services
from tests.support.sandbox import Sandbox
from wbtui.errors import Unauthorized
from wbtui.paths import DEMO
from wbtui.settings import ConnectionSettings, Settings
from wbtui.ui.widgets.choice import Choice


def went(d: Driver) -> object:
    """What the app ended with; None while it runs."""
    return d.app.return_value


def fill(d: Driver, **values: str) -> None:
    for name, value in values.items():
        d.screen.query_one(f"#{name}", Input).value = value


async def test_the_first_start_offers_the_demo_and_wingback() -> None:
    async with driver(None, size=(80, 24), settings=Settings(agent="jo")) as d:
        await d.expect_screen("ConnectScreen")
        await d.expect_text("Try the demo", "Or connect to Wingback", "Name", "Environment  (•) live")
        await d.expect_focus("#way-demo")
        await d.expect_text("enter try the demo", "ctrl+s check and connect")
        await d.expect_gone("esc back")
        await d.press("down")
        await d.expect_focus("#name")
        await d.expect_text("enter next field")
        await d.press("up")
        await d.expect_focus("#way-demo")
        await d.press("escape")
        await d.expect_toast("Press ctrl+q to quit.")
        await d.press("enter")
        await d.wait_for(lambda: went(d) is not None, "the app went on")
        assert went(d) == DEMO


NEED_A_CONNECTION = ("search", "work_queue", "ticket", "sync", "journal", "drafts", "bulk")


async def test_before_a_connection_is_open_commands_say_that_they_need_one() -> None:
    """`J` and `D` ended the program."""
    async with driver(None, size=(100, 80)) as d:
        await d.expect_focus("#way-demo")
        for verb in NEED_A_CONNECTION:
            await d.app.action_command(f"app.{verb}")
            await d.expect_toast("Connect first, or try the demo.")
            d.app.clear_notifications()
        await d.press("J")
        await d.expect_toast("Connect first, or try the demo.")
        await d.press_command("app.help")
        await d.wait_for(
            lambda: d.text().count("unavailable: Connect first") == len(NEED_A_CONNECTION), "each says why"
        )


async def test_a_missing_value_is_reported_at_its_field() -> None:
    async with driver(None, settings=Settings(agent="jo")) as d:
        await d.expect_screen("ConnectScreen")
        fill(d, name="no/good", agent="")
        d.screen.query_one("#environment", Choice).select_text("other")
        await d.pilot.pause()
        await d.press("ctrl+s")
        await d.expect_text("▲ Enter an address.", "▲ Enter a valid API key", "▲ Enter your name.")
        assert went(d) is None


async def test_a_wingback_environment_fills_in_its_address() -> None:
    async with driver(None, settings=Settings(agent="jo")) as d:
        await d.expect_screen("ConnectScreen")
        field = d.screen.query_one("#url", Input)
        await d.wait_for(lambda: field.disabled and field.value == "https://api.wingback.com", "its address")
        d.screen.query_one("#environment", Choice).select_text("other")
        await d.wait_for(lambda: not field.disabled and field.value == "", "another address may be typed")


async def test_without_colours_an_example_in_a_field_is_dim_unlike_what_was_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with driver(None, settings=Settings(agent="jo")) as d:
        await d.expect_screen("ConnectScreen")
        d.screen.query_one("#environment", Choice).select_text("other")
        await d.expect_text("https://billing.example")
        d.screen.query_one("#url").focus()
        await d.expect_focus("#url")
        await d.pilot.pause()
        pieces = [piece for strip in d.screen._compositor.render_strips() for piece in strip]
        styles = {piece.text.strip(): piece.style or Style() for piece in pieces}
        caret, example, typed = styles["h"], styles["ttps://billing.example"], styles["main"]
        assert caret.reverse and not caret.dim
        assert example.dim and not typed.dim


async def test_a_checked_connection_is_saved(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WBTUI_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    async with driver(None, settings=Settings(agent="jo")) as d:
        await d.expect_screen("ConnectScreen")
        d.screen.query_one("#environment", Choice).select_text("other")
        await d.pilot.pause()
        fill(d, name="box", url=sandbox.url, key=sandbox.key, agent="Jörg Müller")
        await d.press("ctrl+s")
        await d.wait_for(lambda: went(d) is not None, "the app went on")
        assert went(d) == "box"
    from wbtui.settings import load_settings

    kept = load_settings({}, {"WBTUI_HOME": str(tmp_path)})
    assert kept.connections["box"].url == sandbox.url and kept.agent == "Jörg Müller"


async def test_a_wrong_key_is_reported_and_nothing_is_saved(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WBTUI_HOME", str(tmp_path))
    async with driver(None, size=(80, 24), settings=Settings(agent="jo")) as d:
        await d.expect_screen("ConnectScreen")
        d.screen.query_one("#environment", Choice).select_text("other")
        await d.pilot.pause()
        fill(d, name="box", url=sandbox.url, key="api_key_wrong_0123456789", agent="jo")
        await d.press("ctrl+s")
        await d.expect_text(f"▲ {Unauthorized.title}", "Check the key, and that it", "Nothing was saved.")
        assert "api_key_wrong" not in d.text()
        assert went(d) is None
        await d.press("ctrl+q")
        await d.expect_text("Discard the API key")
    assert not any("api_key_wrong" in one.read_text(errors="replace") for one in files_in(tmp_path))


def files_in(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


async def test_saved_connections_can_be_opened(tmp_path: Path) -> None:
    known = ConnectionSettings(url="https://billing.example", environment="live", merchant="[/foo] Ltd")
    async with driver(None, settings=Settings(agent="jo", connections={"acme": known})) as d:
        await d.expect_screen("ConnectScreen")
        await d.expect_row("Open acme", "live · [/foo] Ltd")
        await d.press("tab", "enter")
        await d.wait_for(lambda: went(d) is not None, "the app went on")
        assert went(d) == "acme"


async def test_a_connection_to_another_address_is_not_replaced() -> None:
    """The name was filled in: a second connection took the place and the key of the first one."""
    known = ConnectionSettings(url="https://billing.example", environment="live")
    async with driver(None, settings=Settings(agent="jo", connections={"main": known})) as d:
        await d.expect_screen("ConnectScreen")
        fill(d, key="wb_secret")
        await d.press("ctrl+s")
        await d.expect_text("▲ Enter a name.")
        fill(d, name="main")
        await d.press("ctrl+s")
        await d.expect_text("▲ main already connects to https://billing.example (live).")
        assert went(d) is None


@pytest.mark.parametrize("away", ["escape", "slash", "w"])
async def test_leaving_asks_before_a_typed_key_is_discarded(away: str) -> None:
    async with driver(fake_services(3), settings=Settings(agent="jo")) as d:
        for _ in range(2):  # the second time it is open already
            d.app.open_connections()
            await d.expect_screen("ConnectScreen")
        fill(d, key="wb_secret")
        d.screen.query_one("#way-demo").focus()
        await d.press(away)
        await d.expect_text("Discard the API key?")
        await d.press("enter")
        await d.expect_screen("ConnectScreen")
        await d.press(away)
        await d.press_command("ask.yes")
        await d.expect_screen("WorkQueueDialog" if away == "w" else "CustomersScreen")
