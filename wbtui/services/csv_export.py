"""CSV files for spreadsheets: private, never over an existing file, and without live formulas."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from wbtui.errors import StoreError
from wbtui.models.text import clean
from wbtui.paths import private_dir, unusable

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_MOST_NAMES = 1000


def inert(value: object) -> str:
    """Return a cell that no spreadsheet calculates and no terminal obeys (promises 3, 20).

    Invisible and control characters are shown as marks; an apostrophe stands before what begins like a
    formula, blanks and quotes aside.
    """
    text = clean("" if value is None else value)
    return f"'{text}" if text.lstrip(" '\"").startswith(_FORMULA) else text


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Return the rows as CSV (RFC 4180)."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([inert(value) for value in row] for row in rows)
    return buffer.getvalue()


def save_csv(folder: Path, name: str, rows: Iterable[Sequence[object]]) -> Path:
    """Write a new file `name.csv` with mode 0600 and return its path.

    Where that name is taken, `name-2.csv` is used, and so on. Raises StoreError kinds.
    """
    data = csv_text(rows).encode()
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    private_dir(folder)
    for number in range(1, _MOST_NAMES):
        path = folder / (f"{name}.csv" if number == 1 else f"{name}-{number}.csv")
        try:
            handle = os.open(path, flags, 0o600)
        except FileExistsError:
            continue
        except OSError as error:
            raise unusable(path, error) from error
        try:
            with os.fdopen(handle, "wb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(data)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise unusable(path, error) from error
        return path
    raise StoreError(f"{folder} has too many files named {name}.")
