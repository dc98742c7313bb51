"""Examination of the files of a connection, value by value."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wbtui.errors import StoreCorrupt, StoreError
from wbtui.paths import ConnectionFiles
from wbtui.store.cache_schema import CACHE
from wbtui.store.database import Options, open_database
from wbtui.store.database_kind import Kind
from wbtui.store.integrity import find_deep_damage, structural_damage
from wbtui.store.journal_rows import JOURNAL
from wbtui.store.workspace import WORKSPACE


def examine_files(
    files: ConnectionFiles, *, with_cache: bool
) -> Iterator[tuple[str, Path, StoreError | None]]:
    """Yield name and path of each file that exists, and what is wrong with it. Repairs nothing.

    Without the cache, which is read value by value, it is quick.
    """
    for kind, path in ((CACHE, files.cache), (JOURNAL, files.journal), (WORKSPACE, files.workspace)):
        if path.exists() and (with_cache or kind is not CACHE):
            yield kind.name, path, _examine(path, kind)


def _examine(path: Path, kind: Kind) -> StoreError | None:
    examine = find_deep_damage if kind is CACHE else structural_damage
    try:
        # A file of another version is refused here instead of being upgraded.
        open_database(path, kind, Options(read_only=True)).close_now()
        database = open_database(path, kind)
        try:
            damage = database.outside_now(examine)
        finally:
            database.close_now()
    except StoreError as error:
        return error
    return None if damage is None else StoreCorrupt(f"{path} is damaged: {damage}.")
