"""What is typed on a terminal to confirm an action."""

from __future__ import annotations

import importlib
import sys

import click
import pytest

from tests.support.anna import INVOICE, eur, preview
from tests.support.fake_api import refund


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("5.00", ""),
        ("", "Nothing was sent.\n"),
        ("5", "'5' is not 5.00. Nothing was sent.\n"),
        ("yes", "'yes' is not 5.00. Nothing was sent.\n"),
    ],
)
def test_what_does_not_confirm_is_said(
    typed: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = importlib.import_module("wbtui.cli.do")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "prompt", lambda *_, **__: typed)
    given = command.ConfirmOptions(None, False)
    assert command._confirmed(refund(), preview(eur(500)), INVOICE, given) is (typed == "5.00")
    assert capsys.readouterr().err == said
