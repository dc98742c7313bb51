"""What can be copied, and how much of it: Textual writes it to the terminal by OSC 52."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wbtui.models.customer import Customer
from wbtui.models.text import plain

MAX_COPY = 20_000
"""Characters; terminals drop much longer sequences whole."""


@dataclass(frozen=True, slots=True)
class Copyable:
    """One thing that `y` copies: the letter, its name and the text. The text is data.

    `make` returns what is copied instead of the text, with its line breaks. It runs in a thread, and what is
    too long for the clipboard is saved as a file.
    """

    letter: str
    name: str
    text: str
    make: Callable[[], str] | None = None


def of_customer(customer: Customer) -> tuple[Copyable, ...]:
    """Return what can be copied of a customer."""
    return (
        Copyable("i", "ID", customer.id),
        Copyable("e", "E-mail", customer.email or ""),
        Copyable("n", "Name", customer.title),
        Copyable("r", "Reference", customer.reference or ""),
        Copyable("a", "Address", customer.address.one_line if customer.address is not None else ""),
        Copyable("v", "VAT ID", customer.vat_id or ""),
    )


def clipboard_text(text: str) -> str:
    """Return the text as it is copied: at most `MAX_COPY` characters, without control characters."""
    return plain(text[:MAX_COPY])


def offered(*things: Copyable | None) -> tuple[Copyable, ...]:
    """Return those that have a text."""
    return tuple(thing for thing in things if thing is not None and thing.text.strip())
