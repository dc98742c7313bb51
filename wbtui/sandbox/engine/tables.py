"""The tables of the records: columns, which of them are JSON or flags, statements that make them."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import Any

from wbtui.sandbox.engine import records

TABLES: dict[str, type[Any]] = {
    "customers": records.Customer,
    "contracts": records.Contract,
    "methods": records.Method,
    "invoices": records.Invoice,
    "payments": records.Payment,
    "refunds": records.Refund,
    "credits": records.Credit,
    "credit_notes": records.CreditNote,
    "wallets": records.Wallet,
    "usage_reports": records.UsageReport,
    "events": records.Event,
}
"""In the order in which rows may be inserted (foreign keys)."""

_TYPES = {table: {column.name: str(column.type) for column in fields(of)} for table, of in TABLES.items()}
COLUMNS = {table: tuple(types) for table, types in _TYPES.items()}
GETTERS = {table: attrgetter(*columns) for table, columns in COLUMNS.items()}
LINES_AT = COLUMNS["invoices"].index("lines")


def _places(*prefixes: str) -> dict[str, tuple[int, ...]]:
    """The positions of a table's columns whose type begins with one of `prefixes`."""
    return {
        table: tuple(place for place, kind in enumerate(types.values()) if kind.startswith(prefixes))
        for table, types in _TYPES.items()
    }


JSON_AT = _places("dict", "list")
FLAGS_AT = _places("bool")


def create_table(table: str) -> str:
    """The statement that makes a table. `no` is the order of creation.

    Ids are unique; nothing looks an event up by its id, so that they have no index.
    """
    columns = ["no INTEGER PRIMARY KEY"]
    for name, kind in _TYPES[table].items():
        column = f"{name} {'INTEGER' if kind.startswith(('int', 'bool')) else 'TEXT'}"
        if not kind.endswith("| None"):
            column += " NOT NULL"
        if name == "id" and table != "events":
            column += " UNIQUE"
        if name == "customer_id":
            column += " REFERENCES customers(id) ON DELETE CASCADE"
        columns.append(column)
    return f"CREATE TABLE {table} ({', '.join(columns)})"
