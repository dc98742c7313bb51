"""The file by which commands find the server of a demo that is open in another terminal."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from wbtui.cli.demo_server import DemoServer, RunningServer, find_server, server_file
from wbtui.models.secret import Secret
from wbtui.paths import AppDirs
from wbtui.store.owner import this_process

KEY = "sk_of_the_demo"
NO_PROCESS = cast("subprocess.Popen[str]", None)
SERVER = DemoServer(NO_PROCESS, "http://127.0.0.1:4711", Secret(KEY))


@pytest.fixture
def app_dirs(tmp_path: Path) -> AppDirs:
    return AppDirs.under(tmp_path)


def files(app_dirs: AppDirs) -> list[Path]:
    return sorted(app_dirs.demo.glob("server-*.json"))


def leave(app_dirs: AppDirs, **owner: str) -> Path:
    """Write the file of a demo that did not delete it; `owner` replaces parts of this process's name."""
    parts = dict(zip(("host", "boot", "pid", "start"), this_process().split("|"), strict=True))
    app_dirs.demo.mkdir(parents=True, exist_ok=True)
    path = app_dirs.demo / "server-0.json"
    name = "|".join((parts | owner).values())
    content = {"url": "http://127.0.0.1:9", "key": "x", "now": None, "owner": name}
    path.write_text(json.dumps(content), "utf-8")
    return path


@pytest.mark.parametrize("now", [None, datetime(2026, 11, 22, 10, 42, tzinfo=UTC)])
def test_a_server_is_found_while_its_demo_is_open(app_dirs: AppDirs, now: datetime | None) -> None:
    assert find_server(app_dirs) is None
    with server_file(app_dirs, SERVER, now):
        assert find_server(app_dirs) == RunningServer(SERVER.url, Secret(KEY), now)
        (path,) = files(app_dirs)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (find_server(app_dirs), files(app_dirs)) == (None, [])


def test_two_demos_have_a_file_each(app_dirs: AppDirs) -> None:
    with server_file(app_dirs, SERVER):
        with server_file(app_dirs, SERVER):
            assert len(files(app_dirs)) == 2
        assert find_server(app_dirs) == RunningServer(SERVER.url, Secret(KEY), None)


def test_the_file_of_a_killed_demo_is_not_used_and_goes_with_the_next(app_dirs: AppDirs) -> None:
    path = leave(app_dirs, pid="999999999")
    assert find_server(app_dirs) is None
    with server_file(app_dirs, SERVER):
        assert not path.exists()


def test_a_demo_on_another_machine_is_neither_used_nor_disturbed(app_dirs: AppDirs) -> None:
    """Its address means another program here, which must not get the key."""
    path = leave(app_dirs, host="elsewhere.example")
    assert find_server(app_dirs) is None
    with server_file(app_dirs, SERVER):
        assert find_server(app_dirs) == RunningServer(SERVER.url, Secret(KEY), None)
        assert path.exists()


@pytest.mark.parametrize("text", ["", "[]", '{"url": ', "\0"])
def test_a_damaged_file_is_not_used_and_goes_with_the_next(app_dirs: AppDirs, text: str) -> None:
    path = leave(app_dirs)
    path.write_text(text, "utf-8")
    assert find_server(app_dirs) is None
    with server_file(app_dirs, SERVER):
        assert not path.exists()


def test_a_demo_opens_although_the_file_cannot_be_written(
    app_dirs: AppDirs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the disk is full."""

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with server_file(app_dirs, SERVER):
        assert find_server(app_dirs) is None
    assert list(app_dirs.demo.iterdir()) == []
