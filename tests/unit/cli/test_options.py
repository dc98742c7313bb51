"""Options that every command has, wrong usage, and an output that cannot be written."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.support.command_line import ROOT, started, wbtui
from tests.support.terminal import clean_environment
from tests.support.wall_clock import now
from wbtui.cli import wbtui as root
from wbtui.cli.context import CliContext


def paths_of(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of a command and of all commands below it."""
    yield path
    for name, inner in command.commands.items() if isinstance(command, click.Group) else ():
        yield from paths_of(inner, *path, name)


@pytest.mark.parametrize("path", list(paths_of(root)), ids=" ".join)
def test_every_command_has_the_same_help_by_h_help_and_the_help_command(
    tmp_path: Path, path: tuple[str, ...]
) -> None:
    texts = {wbtui(tmp_path, *words).stdout for words in ((*path, "-h"), (*path, "--help"), ("help", *path))}
    (text,) = texts
    assert text.startswith(f"Usage: {' '.join(('wbtui', *path))} ")


@pytest.mark.parametrize(
    ("words", "query"),
    [
        (("sync", "--details", "-plan:free"), "-plan:free"),
        (("sync", "--details=-plan:free", "--offline"), "-plan:free"),
        (("sync", "--details", "-plan:free", "--offline"), "-plan:free"),
        (("sync", "--details", "--offline"), ""),
        (("sync", "--offline"), None),
        (("do", "add_credit", "--query", "-plan:free"), "-plan:free"),
        (("find", "-plan:free"), ("-plan:free",)),
        (("find", "--json", "-plan:free", "a", "--", "-x"), ("a", "-plan:free", "-x")),
        (("insights", "-plan:free"), ("-plan:free",)),
    ],
)
def test_a_query_may_begin_with_a_filter_that_excludes(words: tuple[str, ...], query: object) -> None:
    assert isinstance(root, click.Group)
    # The parent has the names of the option for help, which a command keeps from its first context.
    parent = click.Context(root, obj=CliContext(clock=now), **root.context_settings)
    context = root.commands[words[0]].make_context(words[0], list(words[1:]), parent=parent)
    found = context.params.get("query", context.params.get("details"))
    assert (found.strip() if isinstance(found, str) else found) == query


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version(tmp_path: Path, option: str) -> None:
    done = started(tmp_path, option)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("wbtui ")


@pytest.mark.parametrize(
    "arguments",
    [["--nonsense"], ["nonsense"], ["find"], ["find", "--limit", "-1", "x"], ["help", "nonsense"]],
)
def test_usage_errors_end_with_2(tmp_path: Path, arguments: list[str]) -> None:
    done = wbtui(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage:" in done.stderr


@pytest.mark.date_free
@pytest.mark.parametrize(
    "arguments", [["doctor"], ["keys", "--json"], ["paths"], ["--help"], ["--version"], ["find", "--help"]]
)
def test_an_output_that_cannot_be_written_is_no_bug(tmp_path: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "wbtui", *arguments],
            cwd=ROOT,
            env=clean_environment(tmp_path),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        silent = subprocess.run(
            [sys.executable, "-m", "wbtui", *arguments],
            cwd=ROOT,
            env=clean_environment(tmp_path),
            stdout=full,
            stderr=full,
            check=False,
        )
    assert (done.returncode, silent.returncode) == (1, 1)
    assert done.stderr.startswith("The output could not be written: No space left on device.\n")


@pytest.mark.date_free
@pytest.mark.parametrize("arguments", ["doctor", "keys --json", "paths", "--help", "--version", "find -h"])
def test_an_output_that_is_closed_is_a_failure(tmp_path: Path, arguments: str) -> None:
    done = subprocess.run(
        f"exec {shlex.quote(sys.executable)} -m wbtui {arguments} >&-",
        shell=True,
        cwd=ROOT,
        env=clean_environment(tmp_path),
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    said = "The output could not be written: standard output is closed.\nRedirect it to a file.\n"
    assert (done.returncode, done.stderr) == (1, said)
