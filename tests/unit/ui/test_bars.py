"""Bars: their length says the share, also at both ends and beyond a limit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from wbtui.ui.widgets.bars import limit_bar, value_bar


def test_a_bar_is_as_long_as_its_share_of_the_largest() -> None:
    assert value_bar(5, 10, 8) == "████"
    assert value_bar(1, 1_000_000, 8) == "█", "any value is seen"
    assert value_bar(10, 10, 8) == "█" * 8
    assert (value_bar(0, 10, 8), value_bar(0, 0, 8)) == ("", "")


def test_a_limit_bar_shows_what_is_free_and_what_is_beyond_the_limit() -> None:
    assert limit_bar(Decimal("0.5"), 9) == "████░░░░│"
    assert limit_bar(0, 9) == "░░░░░░░░│"
    assert limit_bar(Decimal("0.001"), 9) == "█░░░░░░░│"
    assert limit_bar(Decimal("0.999"), 9) == "███████░│", "not reached yet"
    assert limit_bar(1, 9) == "████████│"
    assert limit_bar(Decimal("1.01"), 9) == "███████│█", "beyond the limit"
    assert limit_bar(2, 9) == "████│████"
    assert limit_bar(1_000, 9) == "█│███████"


@given(st.fractions(0, 1_000), st.integers(4, 60))
def test_a_limit_bar_has_its_width_and_tells_below_at_and_beyond(share: Fraction, width: int) -> None:
    drawn = limit_bar(share, width)
    assert len(drawn) == width and drawn.count("│") == 1
    assert ("░" in drawn) == (share < 1)
    assert drawn.endswith("│") == (share <= 1)
    assert ("█" in drawn) == (share > 0)
