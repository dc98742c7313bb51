"""Private folders and files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from wbtui.errors import BadInput, StoreError, StoreFull
from wbtui.paths import AppDirs, mode_problem, private_dir, private_file, read_bounded, write_private


@pytest.fixture(params=[0o000, 0o022, 0o077])
def any_umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("any_umask")
def test_modes_do_not_depend_on_the_umask(tmp_path: Path) -> None:
    folder = private_dir(tmp_path / "a" / "b" / "c")
    assert [mode(path) for path in (folder, folder.parent, folder.parent.parent)] == [0o700] * 3
    file = private_file(folder / "cache.db")
    assert (mode(file), file.read_bytes()) == (0o600, b"")
    write_private(folder / "settings", b"x")
    assert mode(folder / "settings") == 0o600


def test_modes_are_tightened_and_contents_kept(tmp_path: Path) -> None:
    folder = tmp_path / "loose"
    folder.mkdir(mode=0o755)
    file = folder / "cache.db"
    file.write_bytes(b"held")
    file.chmod(0o644)
    private_dir(folder)
    private_file(file)
    assert (mode(folder), mode(file), file.read_bytes()) == (0o700, 0o600, b"held")


def test_links_and_pipes_are_rejected(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.write_bytes(b"")
    (tmp_path / "link").symlink_to(real)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "second").hardlink_to(real)
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "dangling", "second", "pipe"):
        with pytest.raises(StoreError):
            private_file(tmp_path / name)
    with pytest.raises(StoreError, match="folder"):
        private_dir(real)
    with pytest.raises(StoreError):
        private_dir(real / "under")


@pytest.mark.parametrize("name", ["../../x", "", ".", "..", "a/b", "a\nb", "x" * 64, "-x", "ä", "a b"])
def test_invalid_connection_names(name: str) -> None:
    with pytest.raises(BadInput):
        AppDirs.under(Path("/x")).connection_files(name)


def test_connections_share_nothing() -> None:
    app_dirs = AppDirs.under(Path("/x"))
    one, two = app_dirs.connection_files("one"), app_dirs.connection_files("two")
    assert not {one.cache, one.journal, one.workspace, one.key} & {
        two.cache,
        two.journal,
        two.workspace,
        two.key,
    }
    assert one.cache.is_relative_to(app_dirs.cache)
    assert one.journal.is_relative_to(app_dirs.state)


def test_a_failed_write_keeps_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings"
    write_private(file, b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFull):
        write_private(file, b"new")
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["settings"]


def test_reading_does_not_block_and_is_limited(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="regular file"):
        read_bounded(tmp_path / "pipe", 10)
    (tmp_path / "file").write_bytes(b"12345")
    assert read_bounded(tmp_path / "file", 5) == b"12345"
    with pytest.raises(ValueError, match="larger"):
        read_bounded(tmp_path / "file", 4)


def test_mode_problems_name_the_fix(tmp_path: Path) -> None:
    file = tmp_path / "my key"
    file.write_bytes(b"")
    file.chmod(0o640)
    problem = mode_problem(file, forbidden=0o077)
    assert problem is not None
    assert f"chmod 600 '{file}'" in problem
    file.chmod(0o600)
    assert mode_problem(file, forbidden=0o077) is None
