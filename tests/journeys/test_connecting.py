"""`wbtui connect` in a terminal."""

from __future__ import annotations

from pathlib import Path

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
