"""CSV of the customers of a search, for the app and the command line."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from typing import TYPE_CHECKING

from wbtui.models.customer import Customer
from wbtui.models.page import Stamped
from wbtui.services.csv_export import csv_text
from wbtui.ui.text.exports import ExportColumn, customer_heading, customer_rows

if TYPE_CHECKING:
    from wbtui.services.open import Services


async def customers_csv(
    services: Services, columns: Sequence[ExportColumn], pages: AsyncIterable[Sequence[Stamped[Customer]]]
) -> AsyncIterator[tuple[str, int]]:
    """Yield the pieces of a CSV file of customers, of whom there may be a million, and how many each has."""
    # Finding the currencies reads the amounts of every customer.
    currencies = await services.cache.currencies() if any(column.is_money for column in columns) else ()
    yield csv_text([customer_heading(columns, currencies)]), 0
    async for rows in pages:
        yield csv_text(customer_rows((row.value for row in rows), columns, currencies)), len(rows)
