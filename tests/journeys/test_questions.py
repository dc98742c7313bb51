"""What commands ask in a terminal, and what they do with the answer."""

from __future__ import annotations

from pathlib import Path

from tests.support.command_line import wbtui as run
from tests.support.sandbox import Sandbox
from tests.support.terminal import wbtui
from wbtui.settings import load_settings


def test_a_system_that_does_not_name_its_environment_is_asked_about(
    plain_sandbox: Sandbox, tmp_path: Path
) -> None:
    """It failed once everything was typed, the unseen key included."""
    with wbtui(tmp_path, "connect", "--name", "acme", "--agent", "Jo", "--keep", "file") as terminal:
        for question, answer in (
            ("Environment .* or URL", plain_sandbox.url),
            ("API key", plain_sandbox.key),
            ("Environment of this URL", "test"),
        ):
            terminal.wait_for(question)
            terminal.type(answer + "\r")
        terminal.wait_for("found .test")
        assert terminal.wait_for_exit() == 0
    settings = load_settings({}, {"WBTUI_HOME": str(tmp_path / "wbtui")})
    assert settings.connections["acme"].environment == "test"


def test_after_a_wrong_answer_it_asks_again(sandbox: Sandbox, tmp_path: Path) -> None:
    """It ended, and everything had to be typed again."""
    with wbtui(tmp_path, "connect", "--agent", "Jo", "--keep", "file") as terminal:
        for question, answer in (
            ("Connection name", "acme"),
            ("Environment .* or URL", "prod"),
            ("no environment prod.*\n.*or URL", sandbox.url),
            ("API key", "not-the-key"),
            (r"belongs to this environment\.\n.*API key", sandbox.key),
        ):
            terminal.wait_for(question)
            terminal.type(answer + "\r")
        assert terminal.wait_for_exit() == 0
    settings = load_settings({}, {"WBTUI_HOME": str(tmp_path / "wbtui")})
    assert settings.connections["acme"].url == sandbox.url


def test_what_was_not_confirmed_is_not_done_and_no_interruption(sandbox: Sandbox, tmp_path: Path) -> None:
    """No was answered with "Interrupted.", and the question for an amount ended with "[]"."""
    options = ("--name", "acme", "--url", sandbox.url, "--key-stdin", "--keep", "file")
    assert run(tmp_path, "connect", *options, stdin=sandbox.key).returncode == 0
    credit = ("do", "grant_credit", "anna@lumen.example", "amount=5.00", "reason=courtesy")
    with wbtui(tmp_path, *credit) as terminal:
        terminal.wait_for(r"Type 5\.00 to confirm:")
        terminal.type("no\r")
        terminal.wait_for(r"Nothing was sent\.")
        assert terminal.wait_for_exit() == 2
    with wbtui(tmp_path, "cache", "clear") as terminal:
        terminal.wait_for(r"Delete all cached data of acme\?")
        terminal.type("n\r")
        terminal.wait_for(r"Nothing was deleted\.")
        assert terminal.wait_for_exit() == 2


def test_only_what_moves_money_can_be_cancelled_for_a_moment(sandbox: Sandbox, tmp_path: Path) -> None:
    options = ("--name", "acme", "--url", sandbox.url, "--key-stdin", "--keep", "file")
    assert run(tmp_path, "connect", *options, stdin=sandbox.key).returncode == 0
    settings = tmp_path / "wbtui" / "config" / "settings.toml"
    settings.write_text(f"undo_seconds = 30\n{settings.read_text()}")
    credit = ("do", "grant_credit", "anna@lumen.example", "amount=5.00", "reason=courtesy")
    with wbtui(tmp_path, *credit) as terminal:
        terminal.wait_for(r"Type 5\.00 to confirm:")
        terminal.type("5.00\r")
        terminal.wait_for(r"Sending in 30 s … ctrl\+c cancels\.")
        terminal.type("\x03")
        terminal.wait_for(r"Cancelled\. Nothing was sent\.")
        assert terminal.wait_for_exit() == 130
    with wbtui(tmp_path, "do", "append_note", "anna@lumen.example", "text=Called back.") as terminal:
        terminal.wait_for("Type yes to confirm:")
        terminal.type("yes\r")
        terminal.wait_for(r"Outcome +done")
        assert "Sending in" not in terminal.screen
        assert terminal.wait_for_exit() == 0
