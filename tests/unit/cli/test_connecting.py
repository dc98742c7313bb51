"""What `wbtui connect` asks for."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from wbtui.cli.connecting import Asker, ask_address
from wbtui.errors import BadInput

DEMO = ("https://api.demo.wingback.com", "demo")


def typing(monkeypatch: pytest.MonkeyPatch, *answers: str) -> Iterator[str]:
    left = iter(answers)
    monkeypatch.setattr(click, "prompt", lambda *_args, **_options: next(left))
    return left


def test_an_environment_or_a_url_is_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    typing(monkeypatch, "Demo", "https://billing.example/")
    assert ask_address(Asker(can_ask=True), None) == DEMO
    assert ask_address(Asker(can_ask=True), None) == ("https://billing.example", None)
    assert ask_address(Asker(can_ask=False), "test")[1] == "test"
    with pytest.raises(BadInput, match="required without a terminal"):
        ask_address(Asker(can_ask=False), None)


def test_after_a_wrong_answer_it_asks_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ended, and everything had to be typed again."""
    left = typing(monkeypatch, "prod", "https://billing.example/path", "demo", "not read")
    assert ask_address(Asker(can_ask=True), None) == DEMO
    assert [*left] == ["not read"]
    said = capsys.readouterr().err.splitlines()
    assert (
        said[0].startswith("There is no environment prod. Enter live, demo, test or a URL") and len(said) == 2
    )
