"""Columns of the CSV file of customers."""

from __future__ import annotations

import pytest

from tests.support.customers import customer
from wbtui.errors import BadInput
from wbtui.models.money import Money
from wbtui.ui.text.exports import (
    COLUMNS,
    DEFAULT_COLUMNS,
    columns_named,
    customer_heading,
    customer_rows,
    known_columns,
)

ONE = customer(1).model_copy(
    update={"owed": (Money(4900, "eur"),), "mrr": None, "disputed": None, "address": None, "notes": "=1+1"}
)


def test_the_columns_are_in_the_order_of_their_names_and_amounts_by_currency() -> None:
    columns = columns_named("notes, owes,ID,owes")
    assert customer_heading(columns, ("eur", "usd")) == ("notes", "owes_eur", "owes_usd", "id")
    assert list(customer_rows([ONE], columns, ("eur", "usd"))) == [("=1+1", "49.00", "0.00", ONE.id)]


def test_what_is_not_known_is_empty() -> None:
    columns = columns_named("mrr,disputed,city,country")
    assert list(customer_rows([ONE], columns, ("eur",))) == [("", None, None, None)]
    [row] = customer_rows([customer(2)], COLUMNS, ("eur",))
    assert len(row) == len(customer_heading(COLUMNS, ("eur",)))


@pytest.mark.parametrize("names", ["", " , ", "id,nam"])
def test_a_column_that_does_not_exist_is_refused_with_all_there_are(names: str) -> None:
    with pytest.raises(BadInput) as caught:
        columns_named(names)
    assert caught.value.hint == "Columns: " + ", ".join(column.name for column in COLUMNS)


def test_remembered_columns_of_another_version_are_left_out() -> None:
    assert [one.name for one in known_columns(["id", "color", "notes"])] == ["id", "notes"]
    assert known_columns([""]) == []
    assert set(DEFAULT_COLUMNS) <= set(COLUMNS)
