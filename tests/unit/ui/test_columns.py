"""Layout of tables: which columns are shown, how wide they are, and where amounts are aligned."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtui.models.money import Money
from wbtui.ui.format import aligned
from wbtui.ui.widgets.columns import GAP, Cell, Column, amount, column_cells, layout
from wbtui.ui.widgets.customer_columns import CUSTOMER_COLUMNS
from wbtui.ui.widgets.table_lines import MARK, cell_parts


@dataclass(frozen=True)
class Row:
    name: str
    price: Money | None = None


def column(title: str = "T", *, least: int = 14, share: int = 0, most: int = 0, rank: int = 0) -> Column[Row]:
    return Column(title, lambda row: Cell(row.name), least=least, share=share, most=most, rank=rank)


NAME, EMAIL, SINCE = (
    column("Name", least=16, share=2, most=30),
    column("E-mail", least=12, share=1, most=40, rank=1),
    column("Since", least=7, rank=2),
)


def test_columns_of_the_highest_rank_are_hidden_first_and_rank_0_never() -> None:
    columns = (NAME, EMAIL, SINCE)
    assert [at for at, _ in layout(columns, 39)] == [0, 1, 2]
    assert [at for at, _ in layout(columns, 38)] == [0, 1]
    assert [at for at, _ in layout(columns, 29)] == [0]
    assert layout(columns, 5) == [(0, 5)], "its texts are cut with a mark, not at the edge of the screen"


def test_where_all_stay_the_columns_with_a_share_shrink_before_a_date_does() -> None:
    shares = {"When": 0, "Action": 1, "Customer": 1, "Amount": 0}
    columns, texts = [column(title, share=share) for title, share in shares.items()], [17, 30, 30, 7]
    assert dict(layout(columns, 52, texts)) == {0: 17, 1: 11, 2: 11, 3: 7}
    assert dict(layout(columns, 44, texts)) == {0: 15, 1: 8, 2: 8, 3: 7}, "then the widest one"
    assert [width for _, width in layout(columns, 3, texts)] == [1, 1, 1, 1]


def test_spare_width_is_shared_up_to_the_maximum_of_each_column() -> None:
    assert dict(layout((NAME, EMAIL, SINCE), 39 + 9)) == {0: 16 + 6, 1: 12 + 3, 2: 7}
    assert dict(layout((NAME, EMAIL, SINCE), 200)) == {0: 30, 1: 40, 2: 7}


def test_a_column_grows_to_its_usual_width_before_others_grow() -> None:
    plan = replace(column("Plan", least=10, share=1, most=30), usual=14)
    assert dict(layout((NAME, plan), 16 + GAP + 10 + 3)) == {0: 16, 1: 13}
    assert dict(layout((NAME, plan), 16 + GAP + 14 + 3)) == {0: 18, 1: 15}


@pytest.mark.parametrize(("cells", "plan"), [(80, 14), (93, 18), (100, 19), (140, 28)])
def test_the_list_has_room_for_usual_plans_and_for_amounts_beside_another_currency(
    cells: int, plan: int
) -> None:
    room = cells - len(MARK) - 1  # the scroll bar
    widths = {CUSTOMER_COLUMNS[at].title: width for at, width in layout(CUSTOMER_COLUMNS, room)}
    assert widths["Plan"] == plan and widths["Owes"] >= len("€123,456.78 +1")


def test_columns_fit_their_texts_if_all_rows_are_known() -> None:
    columns = (column("Plan", share=1), column("Status"), column("Empty"))
    assert layout(columns, 80, [30, 9, 0]) == [(0, 30), (1, 9)]
    # A column without a share keeps its width, one with a share shrinks.
    assert layout(columns, 27, [30, 9, 0]) == [(0, 16), (1, 9)]


@given(
    width=st.integers(1, 220),
    ranks=st.lists(st.integers(0, 9), min_size=1, max_size=8),
    contents=st.lists(st.integers(0, 60), min_size=8, max_size=8),
)
def test_columns_fit_the_width_unless_only_rank_0_is_left(
    width: int, ranks: list[int], contents: list[int]
) -> None:
    columns = [column(rank=rank, share=rank % 2) for rank in ranks]
    shown = layout(columns, width, contents[: len(columns)])
    needed = sum(cells + GAP for _, cells in shown) - GAP
    assert needed <= width or len(shown) == 1 or all(columns[at].rank == 0 for at, _ in shown)
    assert all(contents[at] for at, _ in shown)


def test_amounts_are_aligned_on_their_decimal_signs_and_zero_is_dim() -> None:
    prices: Column[Row] = amount("Price", lambda row: row.price)
    rows = [Row("a", Money(124950, "eur")), Row("b", Money(1200, "jpy")), Row("c"), Row("d", Money(0, "eur"))]
    cells = column_cells(prices, rows)
    width = max(len(cell.text) for cell in cells)
    assert [cell.text.rjust(width) for cell in cells] == ["€1,249.50", "¥1,200   ", "        –", "    €0.00"]
    assert [cell.tone for cell in cells] == ["plain", "plain", "plain", "dim"]


def test_too_little_of_what_follows_a_name_is_left_out() -> None:
    cell = Cell("Anna Schmidt", more=" · Lumen Labs")
    assert cell_parts(cell, 18, right=False) == ("Anna Schmidt", " · Lu…", "")
    assert cell_parts(cell, 17, right=False) == ("Anna Schmidt     ", "", "")
    assert cell_parts(Cell("Jo", more=" +1"), 5, right=False) == ("Jo", " +1", "")


@pytest.mark.parametrize(
    ("money", "tail", "shown"),
    [
        (Money(12_345_67, "eur"), "   ", "€12,345.67   "),
        (Money(1_234_567_89, "eur"), "   ", "€1,234,567.89"),
        (Money(1_234_567, "jpy"), "   ", "   ¥1,234,567"),
        (Money(1_234_567, "jpy"), " +1", "¥1,234,567 +1"),
    ],
)
def test_an_amount_leaves_its_alignment_before_it_loses_digits(money: Money, tail: str, shown: str) -> None:
    text, _, after = cell_parts(Cell(aligned(str(money)), tail=tail), 13, right=True)
    assert text + after == shown
