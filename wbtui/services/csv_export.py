"""CSV files for spreadsheets: private, never over an existing file, and without live formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path

from wbtui.models.instants import local
from wbtui.models.text import clean
from wbtui.paths import write_new

_MARK = "\ufeff"
"""Excel reads a CSV file as UTF-8 only if it begins with this; without, Jörg becomes JÃ¶rg."""
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_LATER_FORMULA = re.compile(rf"(;[ '\"]*)(?=[{re.escape(''.join(_FORMULA))}])")
"""Where a semicolon separates cells, as in German spreadsheets, a formula can follow one."""


def inert(value: object) -> str:
    """Return a cell that no spreadsheet calculates and no terminal obeys.

    Invisible and control characters are shown as marks; an apostrophe stands before what begins like a
    formula, blanks and quotes aside, at the start and after a semicolon.
    """
    text = _LATER_FORMULA.sub(r"\1'", clean("" if value is None else value))
    return f"'{text}" if text.lstrip(" '\"").startswith(_FORMULA) else text


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Return the rows as CSV (RFC 4180)."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([inert(value) for value in row] for row in rows)
    return buffer.getvalue()


def save_csv(folder: Path, name: str, at: datetime, texts: Iterable[str]) -> Path:
    """Write CSV texts after each other to a new file with mode 0600 and return its path.

    It is called `name-2026-11-22-1042.csv` by the local time, with a counter if that is taken. Raises
    StoreError kinds.
    """
    file_name = f"{name}-{local(at):%Y-%m-%d-%H%M}.csv"
    return write_new(folder, file_name, (text.encode() for text in chain([_MARK], texts)))
