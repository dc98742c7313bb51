"""What the top bar leaves out where there is no room: of the path, and of the progress of a sync."""

from __future__ import annotations

import pytest
from textual.content import Content

from wbtui.services.progress import SyncPhase, SyncProgress
from wbtui.ui.status import progress_text
from wbtui.ui.text.queue import queue_breadcrumb
from wbtui.ui.widgets.top_bar import shortened_path

BEFORE, NAME = Content("‹ 3 of 38 · Past due ✓ done / "), Content("Annabel Ortega")


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (44, "‹ 3 of 38 · Past due ✓ done / Annabel Ortega"),
        (42, "‹ 3 of 38 · Past due ✓ done / Annabel Ort…"),
        (30, "‹ 3 of 38 · Pa… / Annabel Ort…"),
        (23, "‹ 3 of … / Annabel Ort…"),
        (22, "Annabel Ortega"),
        (18, "Annabel Ortega"),
        (8, "Annabel…"),
        (0, ""),
    ],
)
def test_the_path_gives_way_before_the_beginning_of_the_name(room: int, shown: str) -> None:
    assert shortened_path(BEFORE, NAME, room).plain == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [(True, "‹ 1 of 1 · Cust_0d91b304… / "), (False, "‹ 1 of 1 · Cust_0d91b304-8897-4709… / ")],
)
def test_little_is_shown_of_an_id_that_was_searched_for(*, typed: bool, shown: str) -> None:
    found = queue_breadcrumb(1, 1, "Cust_0d91b304-8897-4709-bcd5-9c020d24155d", "", typed=typed)
    assert found.plain == shown


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (None, "customers 4,200 of 12,480 · 980/s · 9 s left"),
        (44, "customers 4,200 of 12,480 · 980/s · 9 s left"),
        (43, "customers 4,200 of 12,480 · 9 s left"),
        (35, "4,200 of 12,480 · 9 s left"),
        (20, "4,200 · 9 s left"),
    ],
)
def test_how_long_a_sync_takes_is_shown_before_its_rate(width: int | None, shown: str) -> None:
    progress = SyncProgress(SyncPhase.CUSTOMERS, 4200, 12480, 980.0, 8.6)
    assert progress_text(progress, width) == shown
    assert progress_text(SyncProgress(SyncPhase.PLANS), 3) == "plans"
