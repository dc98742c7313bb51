"""Every message says what to do next."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import wbtui
from wbtui.cli.context import report
from wbtui.errors import BadInput, Superseded, WbtuiError
from wbtui.services.loops import Closed

INTERNAL = (Superseded, Closed, BadInput)
"""Never shown; and invalid input, whose sentence says what to enter."""


def kinds(above: type[WbtuiError] = WbtuiError) -> Iterator[type[WbtuiError]]:
    """Yield all kinds of errors below one."""
    for kind in above.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_kind_of_error_has_a_title_and_a_hint() -> None:
    for module in pkgutil.walk_packages(wbtui.__path__, "wbtui."):
        if not module.name.startswith(("wbtui.sandbox", "wbtui.__main__")):
            importlib.import_module(module.name)
    own = {kind for kind in kinds() if not issubclass(kind, INTERNAL)}
    assert len(own) > 20
    assert [kind.__name__ for kind in own if not (kind.title and kind.hint)] == []


def test_an_error_without_a_hint_refers_to_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    report(BadInput("Enter an amount."))
    assert capsys.readouterr().err == (
        "Invalid input: Enter an amount.\nRun `wbtui help` to see commands and their options.\n"
    )
