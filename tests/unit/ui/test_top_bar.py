"""The path in the top bar keeps the beginning of the name at its end."""

from __future__ import annotations

import pytest
from textual.content import Content

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
