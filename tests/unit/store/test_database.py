"""Opening a file: private from its creation, refused when it is not ours, upgraded all or nothing."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlite_utils import Database as Tool

from tests.support.customers import customer
from tests.support.patience import PATIENCE
from tests.unit.store.conftest import NOW
from wbtui.errors import StoreCorrupt, StoreError, StoreTooNew, Superseded
from wbtui.models.query.parser import parse
from wbtui.models.query.terms import Query
from wbtui.store import files
from wbtui.store.cache import Cache, Window, open_cache
from wbtui.store.cache_schema import CACHE
from wbtui.store.cancellation import CancelToken, LatestQuery
from wbtui.store.database import Connection, Options, open_database
from wbtui.store.database_kind import Kind
from wbtui.store.journal import open_journal
from wbtui.store.sqlite import check_sqlite, sqlite3
from wbtui.store.workspace import open_workspace


def _table(tool: Tool) -> None:
    tool.conn.execute("CREATE TABLE t (x)")


def _more(tool: Tool) -> None:
    tool.conn.execute("ALTER TABLE t ADD COLUMN y")
    tool.conn.execute("INSERT INTO t VALUES (1, 2)")


FIRST = Kind("test", 0x1234, (_table,), "NORMAL")
SECOND = Kind("test", 0x1234, (_table, _more), "NORMAL")


@pytest.fixture
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777], indirect=True, ids=oct)
@pytest.mark.parametrize("before", ["nothing", "open file", "open folder"])
async def test_files_are_private_whatever_the_umask(tmp_path: Path, umask: int, before: str) -> None:
    folder = tmp_path / "home" / "acme"
    if before != "nothing":
        os.umask(0)
        folder.mkdir(parents=True, mode=0o755)
        if before == "open file":
            for name in ("cache.db", "journal.db", "workspace.db"):
                (folder / name).touch(mode=0o644)
        os.umask(umask)
    cache = await open_cache(folder / "cache.db", clock=lambda: NOW)
    journal = await open_journal(folder / "journal.db", clock=lambda: NOW)
    workspace = await open_workspace(folder / "workspace.db")
    await cache.put_customers([customer(1)], NOW)
    await workspace.set_last_ticket("x")
    assert await cache.count(Query()) == 1
    assert _mode(folder) == 0o700
    found = {path.name: _mode(path) for path in folder.iterdir()}
    assert {"cache.db", "cache.db-wal", "cache.db-shm", "journal.db", "workspace.db-wal"} <= found.keys()
    assert set(found.values()) == {0o600}, found
    for opened in (cache, journal, workspace):
        await opened.close()


@pytest.mark.parametrize(
    "what", ["folder", "symlink", "dangling", "pipe", "hard link", "other program", "newer"]
)
@pytest.mark.parametrize("kind", ["cache", "journal", "workspace"])
async def test_a_file_that_is_not_ours_is_refused_and_left_alone(
    tmp_path: Path, what: str, kind: str
) -> None:
    path, other = tmp_path / "x.db", tmp_path / "other"
    if what == "folder":
        path.mkdir()
    elif what in ("symlink", "dangling"):
        if what == "symlink":
            other.write_bytes(b"mine")
        path.symlink_to(other)
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "hard link":
        other.write_bytes(b"")
        path.hardlink_to(other)
    else:
        raw = sqlite3.connect(str(path))
        raw.execute("CREATE TABLE theirs (x)")
        raw.execute("INSERT INTO theirs VALUES (7)")
        if what == "newer":
            ids = {"cache": 0x77627443, "journal": 0x7762744A, "workspace": 0x77627444}
            raw.execute(f"PRAGMA application_id={ids[kind]}")
            raw.execute("PRAGMA user_version=99")
        raw.commit()
        raw.close()
    before = None if path.is_dir() or what == "pipe" else (other if path.is_symlink() else path)
    content = before.read_bytes() if before is not None and before.exists() else None
    expected = StoreTooNew if what == "newer" else StoreError
    opening: dict[str, Callable[[], Coroutine[object, object, object]]] = {
        "cache": lambda: open_cache(path, clock=lambda: NOW),
        "journal": lambda: open_journal(path, clock=lambda: NOW),
        "workspace": lambda: open_workspace(path),
    }
    with pytest.raises(expected) as caught:
        await opening[kind]()
    assert str(path) in caught.value.sentence
    if before is not None and content is not None:
        assert before.read_bytes() == content
    assert not files.damaged_copies(path)


async def test_the_error_names_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="is not a folder"):
        await open_cache(tmp_path / "file" / "cache.db", clock=lambda: NOW)


def _folder_modes(root: Path) -> dict[Path, int]:
    return {each: each.stat().st_mode & 0o777 for each in root.rglob("*") if each.is_dir()}


async def test_every_created_folder_is_private(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        cache = await open_cache(tmp_path / "cache" / "connections" / "demo" / "cache.db", clock=lambda: NOW)
        await cache.close()
    finally:
        os.umask(old)
    assert {each: mode for each, mode in _folder_modes(tmp_path).items() if mode != 0o700} == {}


# ── migrations ──
def test_an_upgrade_is_complete_or_not_done(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    open_database(path, FIRST).close_now()

    def breaks(tool: Tool) -> None:
        _more(tool)
        raise sqlite3.OperationalError("broken half-way")

    with pytest.raises(StoreError, match="half-way"):
        open_database(path, Kind("test", 0x1234, (_table, breaks), "NORMAL"))
    raw = sqlite3.connect(str(path))
    assert raw.execute("PRAGMA user_version").fetchone() == (1,)
    assert [row[1] for row in raw.execute("PRAGMA table_info(t)")] == ["x"]
    raw.close()
    upgraded = open_database(path, SECOND)
    assert upgraded.read_now(lambda c: c.execute("SELECT * FROM t").fetchall()) == [(1, 2)]
    upgraded.close_now()
    with pytest.raises(StoreTooNew):
        open_database(path, FIRST)


def test_several_threads_can_open_a_new_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    gate = threading.Barrier(6)

    def go() -> int:
        gate.wait()
        opened = open_database(path, SECOND)
        rows = opened.read_now(lambda c: c.execute("SELECT count(*) FROM t").fetchone()[0])
        opened.close_now()
        return int(rows)

    with ThreadPoolExecutor(6) as pool:
        assert [f.result() for f in [pool.submit(go) for _ in range(6)]] == [1] * 6


def test_the_cache_has_its_ids_and_pragmas(tmp_path: Path) -> None:
    opened = open_database(tmp_path / "c.db", CACHE)
    names = ("application_id", "journal_mode", "secure_delete", "synchronous", "user_version")

    def read(connection: Connection) -> dict[str, object]:
        return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}

    pragmas = opened.outside_now(read)
    opened.close_now()
    assert pragmas == {
        "application_id": 0x77627443,
        "journal_mode": "wal",
        "secure_delete": 1,
        "synchronous": 1,
        "user_version": len(CACHE.migrations),
    }


async def test_the_journal_syncs_to_disk(tmp_path: Path) -> None:
    journal = await open_journal(tmp_path / "j.db", clock=lambda: NOW)
    database = journal._database
    assert database.outside_now(lambda c: c.execute("PRAGMA synchronous").fetchone()) == (2,)
    await journal.close()


# ── which SQLite, which file system ──
@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ("3.40.1", False),
        ("3.44.5", False),
        ("3.44.6", True),
        ("3.45.0", False),
        ("3.50.6", False),
        ("3.50.7", True),
        ("3.51.2", False),
        ("3.51.3", True),
        ("3.53.4", True),
        ("4.0.0", True),
    ],
)
def test_sqlite_versions_with_the_log_race_are_known(version: str, safe: bool) -> None:
    check = check_sqlite(version)
    assert check.wal_safe is safe
    assert version in check.sentence


def test_one_sqlite_library_in_the_process() -> None:
    from sqlite_utils.utils import sqlite3 as theirs  # type: ignore[attr-defined,unused-ignore]

    assert sqlite3 is theirs
    assert theirs.__name__ in check_sqlite().sentence


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "lustre"])
async def test_no_shared_log_on_a_network_file_system(tmp_path: Path, kind: str) -> None:
    options = Options(file_system=lambda path: kind)
    cache = await open_cache(tmp_path / "cache.db", clock=lambda: NOW, options=options)
    assert cache.notice is not None
    assert kind in cache.notice
    await cache.put_customers([customer(1)], NOW)
    assert await cache.count(parse("")) == 1
    assert not (tmp_path / "cache.db-wal").exists()
    await cache.close()


async def test_no_shared_log_with_an_unsafe_sqlite(tmp_path: Path) -> None:
    fit = await open_cache(tmp_path / "cache.db", clock=lambda: NOW)
    await fit.put_customers([customer(1)], NOW)
    await fit.close()
    cache = await open_cache(tmp_path / "cache.db", clock=lambda: NOW, options=Options(wal_safe=False))
    await cache.put_customers([customer(2)], NOW)
    assert await cache.count(Query()) == 2
    assert not (tmp_path / "cache.db-wal").exists()
    await cache.close()


def test_the_file_system_of_a_path_is_detected() -> None:
    assert files.file_system_of(Path("/proc/self")) == "proc"
    assert not files.is_network(files.file_system_of(Path("/proc/self")))
    assert files.is_network("fuse.sshfs")
    assert not files.is_network("ext4")


# ── read-only, closing, cancelling ──
async def test_opening_read_only_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a" / "cache.db"
    with pytest.raises(StoreError, match="No such file"):
        await open_cache(path, clock=lambda: NOW, options=Options(read_only=True))
    assert not path.parent.exists()
    cache = await open_cache(path, clock=lambda: NOW)
    await cache.put_customers([customer(1)], NOW)
    await cache.close()
    before = path.read_bytes()
    cache = await open_cache(path, clock=lambda: NOW, options=Options(read_only=True))
    assert await cache.count(Query()) == 1
    with pytest.raises(StoreError, match="reading only"):
        await cache.put_customers([customer(2)], NOW)
    await cache.close()
    assert path.read_bytes() == before


async def test_a_closed_file_raises(cache: Cache) -> None:
    await cache.close()
    await cache.close()
    with pytest.raises(StoreError, match="is closed"):
        await cache.count(Query())


_NUMBERS = "WITH RECURSIVE c(x) AS (SELECT coalesce(go(), 1) UNION ALL SELECT x + 1 FROM c)"


def _endless(started: threading.Event) -> Callable[[Connection], object]:
    def work(connection: Connection) -> object:
        connection.create_function("go", 0, started.set)
        return connection.execute(f"{_NUMBERS} SELECT max(x) FROM c").fetchall()

    return work


async def test_a_running_read_can_be_cancelled(cache: Cache) -> None:
    started, token = threading.Event(), CancelToken()
    read = asyncio.ensure_future(cache._database.read(_endless(started), token))
    assert await asyncio.to_thread(started.wait, PATIENCE)
    token.cancel()
    with pytest.raises(Superseded):
        await read
    with pytest.raises(Superseded):
        await cache._database.read(lambda c: c.execute("SELECT 1").fetchone(), token)
    assert await cache.count(Query()) == 0, "the connection is as good as before"


async def test_cancelling_the_caller_stops_its_read_and_closing_stops_all(cache: Cache) -> None:
    started = threading.Event()
    read = asyncio.ensure_future(cache._database.read(_endless(started)))
    assert await asyncio.to_thread(started.wait, PATIENCE)
    read.cancel()
    with pytest.raises(asyncio.CancelledError):
        await read
    started.clear()
    read = asyncio.ensure_future(cache._database.read(_endless(started)))
    assert await asyncio.to_thread(started.wait, PATIENCE)
    await cache.close()
    with pytest.raises(Superseded):
        await read


async def test_the_next_query_interrupts_the_one_before(cache: Cache) -> None:
    """The first query blocks inside SQLite until the second one starts."""
    await cache.put_customers([customer(k) for k in range(150)], NOW)
    started = threading.Event()
    plain_read = cache._database.read

    async def slow_read(work: object, token: CancelToken | None = None) -> object:
        return await plain_read(_endless(started), token)

    latest = LatestQuery()

    async def window(text: str, size: int) -> Window:
        with latest.token(parse(text)) as token:
            return await cache.window(parse(text), 0, size, token=token)

    async def count(text: str) -> int:
        with latest.token(parse(text)) as token:
            return await cache.count(parse(text), token=token)

    cache._database.read = slow_read  # type: ignore[method-assign,assignment]
    first = asyncio.ensure_future(window("a", 5))
    assert await asyncio.to_thread(started.wait, PATIENCE)
    cache._database.read = plain_read  # type: ignore[method-assign]
    second = await window("an", 5)
    with pytest.raises(Superseded):
        await first
    assert second.rows
    both = await asyncio.gather(count("an"), window("an", 9))
    assert both[0] == len(both[1].rows), "calls for one query do not disturb each other"


async def test_a_write_is_carried_out_though_its_caller_is_cancelled(cache: Cache) -> None:
    gate = threading.Event()

    def hold(tool: Tool) -> None:
        gate.wait(PATIENCE)

    waiting = asyncio.ensure_future(cache._database.write(hold))
    put = asyncio.ensure_future(cache.put_customers([customer(1)], NOW))
    await asyncio.sleep(0)
    put.cancel()
    with pytest.raises(asyncio.CancelledError):
        await put
    gate.set()
    await waiting
    await cache.forget_changes()  # runs after it on the same thread
    assert await cache.count(Query()) == 1


def test_only_damage_is_reported_as_damage(tmp_path: Path) -> None:
    from wbtui.store.sqlite import is_corrupt, translate

    def error(code: int) -> sqlite3.OperationalError:
        exc = sqlite3.OperationalError("x")
        exc.sqlite_errorcode = code
        return exc

    for code in (5, 6, 8, 10, 266, 13, 14, 7, 1):
        assert not is_corrupt(error(code))
        assert not isinstance(translate(error(code), tmp_path), StoreCorrupt)
    for code in (11, 26, 267):
        assert is_corrupt(error(code))
        assert isinstance(translate(error(code), tmp_path), StoreCorrupt)


def test_a_database_that_another_connection_has_open_may_be_in_use(tmp_path: Path) -> None:
    """Its log is empty after a checkpoint, yet the next change goes there: it cannot be read without."""
    path = tmp_path / "x.db"
    other = sqlite3.connect(path)
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("CREATE TABLE t (a)")
    assert files.may_be_in_use(path)
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert path.with_name("x.db-wal").stat().st_size == 0
    assert files.may_be_in_use(path)
    other.close()
    assert not files.may_be_in_use(path)
    # What a full disk leaves behind.
    path.with_name("x.db-wal").touch()
    path.with_name("x.db-shm").write_bytes(b"\0\0\0")
    assert not files.may_be_in_use(path)
