"""`wbtui find` prints a page once it is read, so that a million customers are never kept at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.customers import customers
from wbtui.cli.finding import _Found, _show_csv, _show_json
from wbtui.cli.output import stamped_json
from wbtui.models.customer import Customer
from wbtui.models.page import Source, Stamped
from wbtui.ui.text.exports import columns_named

NOW = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
ROWS = [Stamped(one, NOW, Source.CACHE) for one in customers(5)]


class Pages:
    """A search with two customers a page; keeps what was printed before each page."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.printed: list[str] = []
        self._capsys = capsys

    async def pages(self, limit: int) -> AsyncIterator[Sequence[Stamped[Customer]]]:
        for start in range(0, limit, 2):
            self.printed.append(self._capsys.readouterr().out)
            yield ROWS[start : min(start + 2, limit)]


def _found(pages: Pages, count: int) -> _Found:
    services: Any = SimpleNamespace(now=lambda: NOW)
    search: Any = pages
    return _Found(services, search, count, count)


@pytest.mark.parametrize("count", [0, 1, 2, 5])
async def test_json_is_printed_page_by_page(capsys: pytest.CaptureFixture[str], count: int) -> None:
    pages = Pages(capsys)
    await _show_json(_found(pages, count))
    assert all(pages.printed)
    whole = "".join(pages.printed) + capsys.readouterr().out
    assert json.loads(whole) == {"total": count, "customers": [stamped_json(one) for one in ROWS[:count]]}
    assert whole == json.dumps(json.loads(whole), indent=2) + "\n"


async def test_csv_is_printed_page_by_page(capsys: pytest.CaptureFixture[str]) -> None:
    pages = Pages(capsys)
    await _show_csv(_found(pages, 5), columns=columns_named("id,name"), output=None)
    assert [len(text.splitlines()) for text in pages.printed] == [1, 2, 2]
    rows = [*csv.reader(io.StringIO("".join(pages.printed) + capsys.readouterr().out))]
    assert [row[0] for row in rows] == ["id", *(one.value.id for one in ROWS)]
