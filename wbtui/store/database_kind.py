"""Kinds of database files: how they are recognised, and the migrations to their current schema."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import sqlite_utils

Migration = Callable[[sqlite_utils.Database], None]


def migration(*statements: str) -> Migration:
    """Return the migration that executes SQL statements."""

    def migrate(tool: sqlite_utils.Database) -> None:
        for statement in statements:
            tool.conn.execute(statement)

    return migrate


@dataclass(frozen=True, slots=True)
class Kind:
    """Kind of database: `application_id` marks its files, `migrations` lead to schema len(migrations)."""

    name: str
    application_id: int
    migrations: tuple[Migration, ...]
    synchronous: Literal["FULL", "NORMAL"]
