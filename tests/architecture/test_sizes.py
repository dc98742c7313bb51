"""Files stay small enough to read at once."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import wbtui

LONGEST, MEDIAN = 400, 120


def test_no_file_is_long_and_most_are_short() -> None:
    folder = Path(wbtui.__path__[0])
    lines = {path: len(path.read_text().splitlines()) for path in folder.rglob("*.py")}
    long = {str(path.relative_to(folder)): count for path, count in lines.items() if count > LONGEST}
    assert not long
    assert median(lines.values()) <= MEDIAN
