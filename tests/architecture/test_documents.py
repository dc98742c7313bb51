"""README.md and screens.md are complete, and their generated parts are up to date."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from decimal import Decimal
from pathlib import Path

import click
import pytest

from tests.support.dependencies import ROOT
from tests.support.documents import README, filled
from tests.support.keytables import id_shown, keys_of
from tests.support.screen_pages import PAGES
from wbtui.cli import wbtui
from wbtui.cli.context import INTERNAL, INTERRUPTED
from wbtui.settings import Settings, Timeouts
from wbtui.ui.commands import commands, in_scope, make_keymap, scopes

UI = ROOT / "wbtui" / "ui"
WITHOUT_A_SCREEN = {
    "__init__",
    "base",
    "customer_screen",
    "search_session",
    "customer_bulk",
    "customer_queue",
    "customers_parts",
    "queue_position",
}
"""Modules of ui/screens that define no screen."""


def test_generated_tables_of_the_readme_are_up_to_date() -> None:
    text = README.read_text("utf-8")
    assert filled(text) == text, "refresh: uv run python -m tests.support.documents"


def test_a_changed_table_is_restored() -> None:
    text = README.read_text("utf-8")
    assert "`app.quit`" in text
    assert filled(text.replace("`app.quit`", "`app.leave`")) == text


def test_every_command_and_option_is_in_the_readme() -> None:
    text = README.read_text("utf-8")
    missing = []

    def check(name: str, command: click.Command) -> None:
        if f"`{name}" not in text:
            missing.append(name)
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden and option.opts[0] not in text:
                missing.append(f"{name} {option.opts[0]}")
        if isinstance(command, click.Group):
            for sub, inner in command.commands.items():
                check(f"{name} {sub}", inner)

    check("wbtui", wbtui)
    assert missing == []


def test_every_setting_is_in_the_readme() -> None:
    text = README.read_text("utf-8")
    names = [*Settings.model_fields, *Timeouts.model_fields]
    assert [name for name in names if f"{name}" not in text] == []


def test_the_settings_in_the_readme_are_valid() -> None:
    example = README.read_text("utf-8").split("```toml\n")[1].split("```")[0]
    settings = Settings.model_validate(tomllib.loads(example, parse_float=Decimal))
    assert settings.keymap and make_keymap(settings.keymap).problems == ()


def test_every_exit_code_is_in_the_readme() -> None:
    from wbtui import errors

    codes = {INTERNAL, INTERRUPTED} | {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.WbtuiError)
    }
    text = README.read_text("utf-8")
    paragraph = text[text.index("Exit codes: ") :].split("\n\n")[0]
    assert [code for code in sorted(codes) if f" {code} " not in paragraph.replace("\n", " ")] == []


def test_every_screen_is_in_the_screens_document() -> None:
    shown = {page.module for page in PAGES.values()}
    screens = {
        f"screens/{file.name}" for file in (UI / "screens").glob("*.py") if file.stem not in WITHOUT_A_SCREEN
    }
    assert screens
    assert screens - shown == set()
    assert [module for module in shown if not (UI / module).exists()] == []


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_section_of_a_screen_has_its_keys_states_and_a_picture(name: str) -> None:
    text = (ROOT / "screens.md").read_text("utf-8")
    page = PAGES[name]
    part = text[text.index(f"\n## {page.title}\n") :].split("\n## ")[1]
    for scope in page.scopes:
        assert keys_of(scope) in part
    for state in page.states:
        assert f"- {state}\n" in part
    assert "```text\n" in part


def test_every_command_and_scope_is_in_the_readme() -> None:
    text = README.read_text("utf-8")
    assert [row.id for row in commands().values() if f"`{id_shown(row)}`" not in text] == []
    assert [
        scope.title for scope in scopes().values() if keys_of(scope.id) and f"**{scope.title}**" not in text
    ] == []


def test_actions_have_the_same_keys_in_every_scope() -> None:
    actions = [[row for row in in_scope(scope) if row.handled_by == "action"] for scope in scopes()]
    tables = [[(row.verb, row.keys, row.title, row.sentence) for row in rows] for rows in actions if rows]
    assert len(tables) == 3 and all(table == tables[0] for table in tables)


def test_pictures_of_the_screens_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.screens", "--check"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (
        f"refresh: uv run python -m tests.support.screens\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    )


def test_readme_and_ci_use_the_same_test_command() -> None:
    assert "\nuv run pytest\n" in README.read_text("utf-8")
    script = Path(ROOT / ".ci" / "run")
    assert "run pytest" in script.read_text("utf-8")
    assert script.stat().st_mode & 0o111 == 0o111
