"""A saved invoice as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wbtui.services.documents.invoice import EXPLANATIONS, LINES, TOTALS, InvoiceDocument


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
