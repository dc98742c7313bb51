"""Database files of earlier versions, restored from SQL dumps (`files/`, named by their schema version)."""

from __future__ import annotations

from pathlib import Path

from wbtui.store.sqlite import sqlite3

_DUMPS = Path(__file__).parent / "files"


def restore(dump: str, path: Path) -> None:
    """Create the database of `files/DUMP.sql` at `path`, in WAL mode like the files of wbtui."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=wal")
    connection.executescript(f"BEGIN; {(_DUMPS / f'{dump}.sql').read_text(encoding='utf-8')} COMMIT;")
    connection.close()


def names_in(folder: Path) -> set[str]:
    """Return the names of the files in a folder."""
    return {path.name for path in folder.iterdir()}
