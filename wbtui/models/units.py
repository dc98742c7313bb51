"""Units, rates and percentages: decimal text as exact numbers."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from wbtui.models.base import Units

NUMBER = re.compile(r"-?\d{1,60}(\.\d{1,60})?", re.ASCII)
"""Decimal text without exponent."""
_DECIMAL_COMMA = re.compile(r"^([0-9]+),([0-9]{1,2})$", re.ASCII)


def number(text: Units | None) -> Decimal | None:
    """Return decimal text as a number; None for anything else."""
    return Decimal(text) if text is not None and NUMBER.fullmatch(text) else None


def plain(text: Units) -> Units:
    """Return decimal text without leading and trailing zeros, 25 for 25.0; other text as it is."""
    value = number(text)
    shown = text if value is None else f"{value:f}"
    return shown.rstrip("0").rstrip(".") if value is not None and "." in shown else shown


def as_typed(text: str) -> Units:
    """Return a number that a person typed, with a decimal point, as `plain` writes it; other text as it is.

    2.5 for 2,5. Three digits after a comma may be thousands: such a text is no number.
    """
    return plain(_DECIMAL_COMMA.sub(r"\1.\2", text.strip()))


def fraction(text: Units | None) -> Fraction | None:
    """Return decimal text as a fraction, for arithmetic without rounding; None for anything else."""
    value = number(text)
    return None if value is None else Fraction(value)
