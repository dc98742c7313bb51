"""Columns of refunds and of credit notes, in the billing tab and on an invoice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from wbtui.models.payment import CreditNote, Refund
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.text import billing as text
from wbtui.ui.widgets.columns import Cell, Column, amount, details, dim, state

When = Callable[[datetime], str]
"""Writes an instant: with its time, or as a day."""


def refund_columns(when: When, today: date) -> Sequence[Column[Refund]]:
    """Declare the columns of refunds."""
    return (
        dim("Date", lambda r: when(r.at), right=True),
        amount("Amount", lambda r: r.money),
        state("State", lambda r: states.REFUND[r.status]),
        Column("Reference", lambda r: Cell(r.reference or fmt.NOTHING), most=30, rank=1),
        Column("Reason", lambda r: Cell(fmt.spaced(r.reason)), rank=4),
        Column("By", lambda r: Cell(r.by or fmt.NOTHING), most=20, rank=5),
        details("Details", lambda r: text.refund_details(r, today), rank=2),
    )


def note_columns(when: When) -> Sequence[Column[CreditNote]]:
    """Declare the columns of credit notes."""
    return (
        Column("Number", lambda n: Cell(n.number, "strong")),
        dim("Date", lambda n: when(n.at), right=True),
        amount("Amount", lambda n: n.money),
        amount("Tax", lambda n: n.tax, rank=2),
        Column("Applied to", lambda n: Cell(fmt.spaced(n.to))),
        Column("Reason", lambda n: Cell(fmt.spaced(n.reason)), rank=1),
        Column("By", lambda n: Cell(n.by or fmt.NOTHING), most=20, rank=3),
    )
