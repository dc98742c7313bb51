"""Contact details of a customer, as lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from textual.content import Content

from wbtui.models.customer import Customer, CustomerStatus
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.safe import DIM, fit, join, labelled, safe_text

_LONGEST = 20
"""Cells of a label; a longer one is on a line of its own."""


def contact_lines(customer: Customer, width: int) -> Iterator[Content]:
    """Yield name, e-mails, address, reference, VAT ID and ID; long ones go on below their labels."""
    who = fmt.dots(*dict.fromkeys((customer.name, customer.company))) or fmt.NOTHING
    yield join((who, "bold"))
    if customer.status is not CustomerStatus.ACTIVE:
        state = states.CUSTOMER[customer.status]
        yield join((state.text, state.style))
    rows = [(mail.label, mail.address) for mail in customer.emails]
    rows += [
        ("address", customer.address.one_line if customer.address is not None else ""),
        ("reference", customer.reference or ""),
        ("VAT ID", customer.vat_id or ""),
        ("since", fmt.full_day(customer.created.date())),
        ("ID", customer.id),
    ]
    yield from labelled_lines(((label, value) for label, value in rows if value), width)


def metadata_lines(customer: Customer, width: int) -> Iterator[Content]:
    """Yield every entry of the metadata but the company, which is shown beside the name."""
    rows = [(key, value) for key, value in customer.metadata.items() if key != "company" and value]
    yield from labelled_lines(rows, width)


def labelled_lines(rows: Iterable[tuple[str, str]], width: int) -> Iterator[Content]:
    """Yield label and value of each row, the values below each other."""
    cleaned = [(safe_text(label), value) for label, value in rows]
    indent = min(max((cell_len(label) for label, _ in cleaned), default=0), _LONGEST) + 1
    for label, value in cleaned:
        if cell_len(label) < indent:
            yield labelled(fit(label, indent), value, indent, width)
        else:
            yield join((label, DIM))
            yield labelled("", value, indent, width)
