"""The columns of the customer list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from wbtui.models.customer import BillingStatus, Customer
from wbtui.models.page import Stamped
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.widgets.columns import Cell, Column

Row = Stamped[Customer]


def _name(row: Row) -> Cell:
    customer = row.value
    company = customer.company
    return Cell(customer.title, more="" if company in (None, customer.title) else f" · {company}")


def _plan(row: Row) -> Cell:
    phrase, more = fmt.plan_phrase(row.value)
    return Cell(phrase, "dim" if phrase == fmt.NOTHING else "plain", f" +{more}" if more else "")


def _status(row: Row) -> Cell:
    state = states.BILLING[row.value.billing_status]
    return Cell(state.text, state.tone)


def _owes(row: Row) -> Cell:
    owed = [amount for amount in row.value.owed or () if amount]
    if not owed:
        return Cell(fmt.aligned(fmt.amounts(row.value.owed)), "dim", "   ")
    late = row.value.billing_status is BillingStatus.PAST_DUE
    more = f" +{len(owed) - 1}" if len(owed) > 1 else "   "
    return Cell(fmt.aligned(str(owed[0])), "warn" if late else "plain", more)


CUSTOMER_COLUMNS: tuple[Column[Row], ...] = (
    Column("Name", _name, least=16, share=4, most=44, sort="name"),
    Column(
        "E-mail", lambda row: Cell(row.value.email or fmt.NOTHING, "dim"), least=14, share=5, most=40, rank=2
    ),
    Column("Plan", _plan, least=14, usual=18, share=3, most=30, rank=1, sort="plan"),
    Column("Status", _status, least=11, sort="status"),
    Column("Owes", _owes, least=14, share=1, most=17, right=True, sort="owes", tail=3),
    Column("Since", lambda row: Cell(fmt.month(row.value.created), "dim"), least=7, rank=3, sort="since"),
)
"""At 80 cells all but Since are shown; ` +1` after a plan or an amount: there is another one."""


def marked_columns(mark: Callable[[str], str]) -> tuple[Column[Row], ...]:
    """Return the columns with the marks of the open queue: a marked customer is dim, its mark is the status.

    `mark` returns the mark of a customer id, a sign and a word of at most 11 cells; empty: not marked.
    """

    def name(row: Row) -> Cell:
        return _name(row)._replace(tone="dim") if mark(row.value.id) else _name(row)

    def status(row: Row) -> Cell:
        text = mark(row.value.id)
        return Cell(text, "dim") if text else _status(row)

    own = {"Name": name, "Status": status}
    return tuple(replace(one, cell=own.get(one.title, one.cell)) for one in CUSTOMER_COLUMNS)
