"""The chart of a feature's usage as text: it says everything without colour, at any size."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from wbtui.models.usage import UsageDay
from wbtui.ui.widgets.usage_chart import usage_chart

FIRST = date(2026, 11, 14)


def days(used: list[int], projected: list[int]) -> list[UsageDay]:
    """Days with usage from FIRST on, then days with a projected total."""
    found, total = [], Fraction(0)
    for at, one in enumerate(used):
        total += one
        found.append(UsageDay(FIRST + timedelta(at), Fraction(one), total))
    after = FIRST + timedelta(len(used))
    for at, one in enumerate(projected):
        found.append(UsageDay(after + timedelta(at), None, Fraction(one), projected=True))
    return found


def drawn(shown: list[UsageDay], limit: int | None, *, width: int = 40, height: int = 8) -> list[str]:
    lines = usage_chart(shown, None if limit is None else Fraction(limit), width=width, height=height)
    return [line.plain.rstrip() for line in lines]


def test_totals_projection_limit_and_days_are_told_apart_without_colour() -> None:
    assert drawn(days([10, 20, 30], [80, 100]), 50) == [
        "    100 ┤                  ░░░░░ ░░░░░",
        "        ┤            ▄▄▄▄▄ ░░░░░ ░░░░░",
        "     50 ┤──────▂▂▂▂▂───────────────────",
        "        ┤▄▄▄▄▄ █████ █████ ░░░░░ ░░░░░",
        "         14 Nov      16 Nov      18 Nov",
        "        ┤      ▃▃▃▃▃ █████",
        "per day ┤▆▆▆▆▆ █████ █████",
        "█ used   ░ projected   ─ limit   highest day 16 Nov: 30",
    ]


def test_without_room_for_bars_beside_a_number_there_is_no_chart() -> None:
    assert drawn(days([10**59], []), None, width=76) == []


def test_a_bar_that_ends_at_the_limit_is_not_cut_by_its_line() -> None:
    lines = drawn(days([10, 20, 10], []), 40)
    assert lines[0] == "     40 ┤────────────────███████─"
    assert lines[-1] == "█ used   ─ limit   highest day 15 Nov: 20", "nothing is projected"


def test_where_days_outnumber_the_cells_a_bar_stands_for_several() -> None:
    lines = drawn(days([1] * 100, [200] * 265), 400, width=50)
    assert lines[3] == "        ┤▁▂▃▃▄▅▆▆▇███░░░░░░░░░░░░░░░░░░░░░░░░░░░░░"
    assert lines[-2] == " 9 days ┤███████████▂", "the last bar has one day with usage"


def test_days_without_data_have_no_bar_and_no_usage_at_all_is_an_empty_chart() -> None:
    shown = [UsageDay(FIRST, Fraction(5), Fraction(5)), UsageDay(FIRST + timedelta(1), None, None)]
    lines = drawn(shown, None)
    assert [line.count("█") for line in lines] == [7, 7, 7, 7, 0, 7, 7, 1]
    assert drawn(days([0, 0], []), None)[-1] == "█ used"
    assert drawn([], 5) == [] and drawn(days([1], []), 5, width=29) == []


@given(
    st.lists(st.integers(0, 10**12), min_size=1, max_size=200),
    st.lists(st.integers(0, 10**13), max_size=200),
    st.none() | st.integers(0, 10**13),
    st.integers(40, 200),
    st.integers(1, 40),
)
def test_it_keeps_its_size_and_every_day_with_usage_has_a_bar(
    used: list[int], projected: list[int], limit: int | None, width: int, height: int
) -> None:
    lines = drawn(days(used, projected), limit, width=width, height=height)
    assert len(lines) == max(height, 7)
    assert all(len(line) <= width for line in lines[:-1])
    axis = lines[0].index("┤") + 1
    assert {line[axis - 1] for line in (*lines[:-4], *lines[-3:-1])} == {"┤"}
    assert (limit is not None and limit > 0) == any("─" in line for line in lines)
    assert any(used) == bool(lines[-2][axis:].strip())
