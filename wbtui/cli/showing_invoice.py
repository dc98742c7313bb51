"""An invoice as `wbtui show` prints it, with the IDs of its lines, payments, refunds and credit notes."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from wbtui.cli.context import say
from wbtui.cli.output import stamped_json
from wbtui.cli.showing_rows import failures, listed, load
from wbtui.models.invoice import Invoice
from wbtui.models.page import Stamped
from wbtui.models.parts import CUSTOMER, INVOICE
from wbtui.models.text import spaced
from wbtui.services.documents.invoice import LINES, TOTALS, InvoiceDocument, invoice_document
from wbtui.services.open import Services
from wbtui.ui.format import ago
from wbtui.ui.states import state_of

_LISTED = ("payments", "refunds", "credit_notes")
_TITLES = ("Item", "Details", "Amount", "ID")


class ShownInvoice(NamedTuple):
    """An invoice with the texts that a saved one has, too."""

    stamped: Stamped[Invoice]
    document: InvoiceDocument
    today: date


async def read_invoice(services: Services, invoice_id: str) -> ShownInvoice:
    """Return an invoice from the server, else from the cache. Says its age, and why it is cached data."""
    loaded = await load(services, INVOICE, invoice_id)
    stamped: Stamped[Invoice] | None = loaded.stamped
    assert stamped is not None
    for sentence in (*failures([loaded]), f"As of {ago(stamped.age(services.now()))}."):
        say(sentence)
    owner = await services.profiles.cached(CUSTOMER, stamped.value.customer_id)
    document = invoice_document(
        stamped,
        customer=stamped.value.customer_id if owner is None else owner.value.title,
        state=state_of(stamped.value, services.today()).word,
        environment=services.connection.environment,
        now=services.now(),
    )
    return ShownInvoice(stamped, document, services.today())


def invoice_json(shown: ShownInvoice) -> Any:
    """Return the invoice with all its fields."""
    return {"invoice": stamped_json(shown.stamped), "is_summary": shown.stamped.source == "snapshot"}


def invoice_blocks(shown: ShownInvoice) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Return headings with table rows."""
    invoice, document = shown.stamped.value, shown.document
    pairs = zip(document.items, invoice.lines, strict=True)
    items = [(item.name, item.details, item.amount, line.id) for item, line in pairs]
    blocks: list[tuple[str, list[tuple[str, ...]]]] = [
        (document.title, [("ID", invoice.id), ("Customer ID", invoice.customer_id), *document.facts]),
        (LINES, [_TITLES, *items] if items else []),
        (TOTALS, list(document.totals)),
    ]
    for name in _LISTED:
        if rows := listed(name, getattr(invoice, name), shown.today):
            blocks.append((spaced(name).capitalize(), rows))
    return blocks
