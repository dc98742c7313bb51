"""Figures of a search result: how many customers it has, and sums of their amounts."""

from __future__ import annotations

from dataclasses import dataclass

from wbtui.store.database import Connection
from wbtui.store.result_pages import Hits
from wbtui.store.search_terms import LAST, MRR_AMOUNT, OWED_AMOUNT, PLAN_AMOUNT


@dataclass(frozen=True, slots=True)
class AmountSum:
    """Sum of one currency in thousandths of its major unit, and how many customers have more than 0.

    `plan` is the folded name of a plan, empty for sums of customers.
    """

    currency: str
    value: int
    customers: int
    plan: str = ""


OWED, MRR = (OWED_AMOUNT, OWED_AMOUNT), (MRR_AMOUNT, MRR_AMOUNT)
MRR_BY_PLAN = (PLAN_AMOUNT, PLAN_AMOUNT + LAST)
"""Ranges of `what` in the table `amounts`."""


def sum_amounts(connection: Connection, hits: Hits, what: tuple[str, str]) -> tuple[AmountSum, ...]:
    """Return the sums of OWED, MRR or MRR_BY_PLAN by currency."""
    tables, where = "amounts a", "a.what BETWEEN ? AND ?"
    parameters: tuple[object, ...] = what
    if hits.where != "1" or hits.tables != "customers c":
        # Without a condition, reading the table in its order is much faster than looking up each customer.
        tables = f"{hits.tables} CROSS JOIN amounts a"
        where = f"{hits.where} AND a.n = {hits.n} AND {where}"
        parameters = (*hits.parameters, *what)
    sql = (
        "SELECT a.currency, sum(a.value), count(*) FILTER (WHERE a.value > 0), substr(a.what, 2)"
        f" FROM {tables} WHERE {where} GROUP BY a.what, a.currency"
    )
    return tuple(AmountSum(*row) for row in connection.execute(sql, parameters))
