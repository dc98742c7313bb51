"""CSV files: no live formula, no control character, private, and never over an existing file."""

from __future__ import annotations

import csv
import errno
import io
import os
import time
from pathlib import Path

import pytest

from tests.support.customers import NOW
from wbtui.errors import StoreError, StoreFull
from wbtui.paths import write_only_new
from wbtui.services.csv_export import csv_text, inert, save_csv

TRIGGERS = (
    "=",
    "+",
    "-",
    "@",
    "\t=",
    "\r=",
    "\n=",
    " =",
    "'=",
    '"=',
    "＝",
    "＋",
    "－",
    "＠",
    "\u200b=",
    " \t@",
)
FORMULAS = ("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://evil.example","x")')


@pytest.mark.parametrize("start", TRIGGERS, ids=ascii)
@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_calculated(start: str, formula: str) -> None:
    [[cell, after]] = csv.reader(io.StringIO(csv_text([[start + formula, "plain; text, too"]])))
    assert cell[0] in "'⟨⏎␍" and after == "plain; text, too"
    assert not any(ord(char) < 32 for char in cell)


@pytest.mark.parametrize("start", TRIGGERS, ids=ascii)
@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_calculated_where_semicolons_separate_cells(start: str, formula: str) -> None:
    """Excel in German and other languages splits lines there, in cells of a comma file too."""
    line = csv_text([["Cust_1", f"Foo;{start}{formula};bar, Ltd"]])
    assert not [cell for cell in line.split(";") if cell.lstrip(' "').startswith(tuple("=+-@＝＋－＠"))]


def test_harmless_values_stay_as_they_are() -> None:
    rows = [["O'Brien & Sons", 'a "quoted" word', "1,234.50", "a=b; c - d", None, 7]]
    assert list(csv.reader(io.StringIO(csv_text(rows)))) == [
        ["O'Brien & Sons", 'a "quoted" word', "1,234.50", "a=b; c - d", "", "7"]
    ]
    assert inert("\x1b]52;c;AA\x07") == "␛]52;c;AA␇"


def test_a_new_file_each_time_that_only_its_owner_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name has the local time."""
    monkeypatch.setenv("TZ", "NPT-5:45")
    time.tzset()
    before = os.umask(0)
    try:
        first = save_csv(tmp_path / "exports", "refund", NOW, ["a\r\n", "b\r\n"])
        (tmp_path / "exports" / "refund-2026-11-22-1627_2.csv").symlink_to(tmp_path / "elsewhere")
        (tmp_path / "exports" / "refund-2026-11-22-1627_3.csv").mkdir()
        second = save_csv(tmp_path / "exports", "refund", NOW, ["b\r\n"])
    finally:
        os.umask(before)
        monkeypatch.undo()
        time.tzset()
    assert (first.name, first.read_bytes()) == (
        "refund-2026-11-22-1627.csv",
        b"\xef\xbb\xbfa\r\nb\r\n",  # Excel reads UTF-8 only behind this mark
    )
    assert (second.name, second.read_bytes()) == ("refund-2026-11-22-1627_4.csv", b"\xef\xbb\xbfb\r\n")
    assert not (tmp_path / "elsewhere").exists()
    assert {path.stat().st_mode & 0o777 for path in (first, second)} == {0o600}
    assert first.parent.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "exports").write_text("a file")
    with pytest.raises(StoreError):
        save_csv(tmp_path / "exports", "refund", NOW, ["a"])


def test_a_full_disk_of_documents_does_not_stop_actions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal may be on another one."""

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFull) as found:
        save_csv(tmp_path, "refund", NOW, ["a"])
    assert found.value.hint == "Free some disk space."
    assert list(tmp_path.iterdir()) == []


def test_for_a_file_that_was_named_another_folder_is_suggested(tmp_path: Path) -> None:
    (tmp_path / "exports").write_text("a file")
    with pytest.raises(StoreError) as found:
        write_only_new(tmp_path / "exports" / "found.csv", [b"a"])
    assert found.value.hint == "Choose another folder."
