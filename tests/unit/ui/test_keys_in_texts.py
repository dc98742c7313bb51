"""Sentences name the keys of the keymap in force."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module

import pytest

from wbtui.ui import text
from wbtui.ui.commands import commands, make_keymap
from wbtui.ui.text.bulk import kept_toast

_CTRL = re.compile(r"\bctrl\+[a-z]")
_LETTER = re.compile(r"(?<![\w.’'{€-])[b-zB-HJ-Z](?![\w.’'}-])")
_NAMED = re.compile(r"\{([^}]*)\}")


def _sentences() -> Iterator[tuple[str, str]]:
    """Every sentence that is a constant, with its name."""
    for module in pkgutil.iter_modules(text.__path__, f"{text.__name__}."):
        for name, value in vars(import_module(module.name)).items():
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, str) and not name.startswith("__"):
                    yield f"{module.name}.{name}", one


def test_each_command_that_a_sentence_names_has_a_key_by_default() -> None:
    named = {(where, one) for where, said in _sentences() for one in _NAMED.findall(said)}
    assert len(named) > 20
    assert [one for one in named if one[1] not in commands() or not commands()[one[1]].keys] == []
    of_default = [where for where, said in _sentences() if _CTRL.search(said) or _LETTER.search(said)]
    assert of_default == [], "a key of the default keymap"


def test_what_is_left_of_a_bulk_action_is_under_the_key_of_the_commands() -> None:
    assert "in the commands (F7)" in make_keymap({"app.palette": "f7"}).fill(kept_toast(2))


@pytest.mark.parametrize(
    ("said", "filled"),
    [
        ("Keep a draft ({form.keep}).", "Keep a draft (F6)."),
        ("{app.search} searches, {no.command} and {this} stay.", "/ searches, {no.command} and {this} stay."),
    ],
)
def test_a_sentence_names_the_key_in_force(said: str, filled: str) -> None:
    assert make_keymap({"form.keep": "f6"}).fill(said) == filled
