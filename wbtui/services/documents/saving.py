"""Save documents as files, as PDF or plain text: private, and never over one that exists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import Enum
from pathlib import Path

from wbtui.models.invoice import Invoice
from wbtui.models.page import Stamped
from wbtui.paths import write_new
from wbtui.services.documents.invoice import (
    EXPLANATIONS,
    LINES,
    PAYMENTS,
    TOTALS,
    InvoiceDocument,
    invoice_document,
)

_OTHERS = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 60


class Format(Enum):
    """Formats of a saved document, by the ending of the file name."""

    PDF = "pdf"
    TEXT = "txt"


def save_invoice(
    folder: Path,
    stamped: Stamped[Invoice],
    file_format: Format,
    *,
    customer: str,
    state: str,
    environment: str,
    now: datetime,
) -> Path:
    """Write the invoice into `folder` and return the new file. Blocks; run it in a thread.

    The name is the number of the invoice, with a counter if that is taken. Raises StoreError.
    """
    document = invoice_document(stamped, customer=customer, state=state, environment=environment, now=now)
    stem = file_stem(stamped.value.number or "invoice")
    return write_new(folder, f"{stem}.{file_format.value}", [_render(document, file_format)])


def file_stem(text: str) -> str:
    """Return a text as the beginning of a file name: letters, digits, dots, dashes and underscores."""
    return _OTHERS.sub("_", text)[:_LONGEST_NAME].strip("._-") or "document"


def _render(document: InvoiceDocument, file_format: Format) -> bytes:
    if file_format is Format.TEXT:
        return render_text(document)
    from wbtui.services.documents.pdf import render_pdf  # its library takes a third of a second to import

    return render_pdf(document)


def render_text(document: InvoiceDocument) -> bytes:
    """Return the invoice as UTF-8 text, with amounts in a column of their own."""
    width = max(len(label) for label, _ in document.facts)
    lines = [
        *_heading(document.title, "="),
        *(f"{label:<{width}}  {text}" for label, text in document.facts),
        *_heading(LINES),
        *_amounts([(item.amount, f"{item.name} ({item.details})") for item in document.items]),
        *_heading(TOTALS),
        *_amounts([(amount, label) for label, amount in document.totals]),
        *(_heading(PAYMENTS) if document.payments else ()),
        *_amounts([(item.amount, f"{item.name} ({item.details})") for item in document.payments]),
        *_heading(EXPLANATIONS),
        *"\n\n".join(document.explanations).splitlines(),
        "",
        *document.notes,
    ]
    return ("\n".join(lines).lstrip("\n") + "\n").encode()


def _heading(title: str, under: str = "-") -> Iterator[str]:
    yield from ("", title, under * len(title))


def _amounts(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    width = max((len(amount) for amount, _ in rows), default=0)
    yield from (f"{amount:>{width}}  {text}" for amount, text in rows)
