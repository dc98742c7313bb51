"""Panels of the overview about the customer: contact details, notes and metadata."""

from __future__ import annotations

from collections.abc import Iterable

from wbtui.models.customer import Customer
from wbtui.models.parts import CUSTOMER
from wbtui.ui import format as fmt
from wbtui.ui.safe import DIM, join_lines, safe_lines
from wbtui.ui.text import contact as text
from wbtui.ui.widgets.data_panel import DataPanel

_PADDING = 1
"""Cells that are left free at the end of a line."""


class CustomerPanel(DataPanel[Customer]):
    """Lines about the customer, as wide as the panel."""

    PART = CUSTOMER

    def lines(self, customer: Customer, width: int) -> Iterable[object]:
        """Return the lines, `width` cells wide."""
        raise NotImplementedError

    def paint(self, value: Customer) -> None:
        self.body.fit(lambda width: join_lines(*self.lines(value, width - _PADDING)))
        self.display = any(True for _ in self.lines(value, 0))


class ContactPanel(CustomerPanel):
    """Name, e-mails, address and ids."""

    TITLE = "Contact"

    def lines(self, customer: Customer, width: int) -> Iterable[object]:
        return text.contact_lines(customer, width)


class NotesPanel(CustomerPanel):
    """The merchant's notes."""

    TITLE = "Notes"

    def lines(self, customer: Customer, width: int) -> Iterable[object]:
        notes = (customer.notes or "").strip()
        return (safe_lines(notes or fmt.NOTHING, "" if notes else DIM),)


class MetadataPanel(CustomerPanel):
    """What the merchant keeps with the customer; not shown where there is nothing."""

    TITLE = "Metadata"

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.display = False

    def lines(self, customer: Customer, width: int) -> Iterable[object]:
        return text.metadata_lines(customer, width)
