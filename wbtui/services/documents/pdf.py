"""A saved invoice as PDF."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

import reportlab
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from wbtui.services.documents.invoice import EXPLANATIONS, LINES, PAYMENTS, TOTALS, InvoiceDocument, Item

_LETTERS_NOTE = "This PDF may not show all letters. Save the invoice as text to see every one."
_FONT, _BOLD = "wbtui", "wbtui-bold"
_JAPANESE, _KOREAN = "HeiseiKakuGo-W5", "HYGothic-Medium"
"""Fonts that PDF viewers bring along; only the others are part of the file."""
_BODY = ParagraphStyle("body", fontName=_FONT, fontSize=9, leading=12)
_AMOUNT = ParagraphStyle("amount", _BODY, alignment=TA_RIGHT)
_HEADING = ParagraphStyle(
    "heading", _BODY, fontName=_BOLD, fontSize=11, leading=14, spaceBefore=12, spaceAfter=4
)
_TITLE = ParagraphStyle("title", _HEADING, fontSize=16, leading=20)
_DIM = ParagraphStyle("dim", _BODY, textColor=HexColor("#555555"))
_EXPLAINED = ParagraphStyle("explained", _BODY, fontName=_BOLD, spaceBefore=6, keepWithNext=1)
_STEP = ParagraphStyle("step", _BODY, leftIndent=4 * mm)
_WIDTH = 170 * mm - 12  # the frame of a page has a padding of 6 points


def render_pdf(document: InvoiceDocument) -> bytes:
    """Return the invoice as a PDF of A4 pages.

    Letters that no font has lose their accents, or become `?`. A note says when letters are missing, or when
    they depend on the viewer.
    """
    _load_fonts()
    buffer = BytesIO()
    template = SimpleDocTemplate(
        buffer, pagesize=A4, leftMargin=20 * mm, rightMargin=20 * mm, topMargin=18 * mm, bottomMargin=18 * mm,
        title=document.title, invariant=1,
    )  # fmt: skip
    template.build(list(_flowables(document)))
    return buffer.getvalue()


def _flowables(document: InvoiceDocument) -> Iterator[Flowable]:
    yield _text(document.title, _TITLE)
    yield _table([[_text(label, _DIM), _text(text)] for label, text in document.facts], 30 * mm)
    yield _text(LINES, _HEADING)
    if document.items:
        yield _table([_row(item) for item in document.items], 70 * mm, 70 * mm, ruled=True)
    yield _text(TOTALS, _HEADING)
    yield _table(
        [[_text(label, _DIM), _text(amount, _AMOUNT)] for label, amount in document.totals], 140 * mm
    )
    if document.payments:
        yield _text(PAYMENTS, _HEADING)
        yield _table([_row(item) for item in document.payments], 70 * mm, 70 * mm, ruled=True)
    yield _text(EXPLANATIONS, _HEADING)
    for explanation in document.explanations:
        title, *steps = explanation.splitlines()
        yield _text(title, _EXPLAINED)
        yield from (_text(step, _STEP) for step in steps)
    yield Spacer(0, 12)
    yield from (_text(note, _DIM) for note in document.notes)
    if not {ord(letter) for text in _texts(document) for letter in text} <= _letters() | {ord("\n")}:
        yield _text(_LETTERS_NOTE, _DIM)


def _row(item: Item) -> list[Flowable]:
    return [_text(item.name), _text(item.details, _DIM), _text(item.amount, _AMOUNT)]


def _texts(document: InvoiceDocument) -> Iterator[str]:
    yield from (
        document.title,
        *(text for _, text in document.facts),
        *document.explanations,
        *document.notes,
    )
    items = (*document.items, *document.payments)
    yield from (text for item in items for text in (item.name, item.details, item.amount))


def _table(rows: list[list[Flowable]], *widths: float, ruled: bool = False) -> Table:
    """A table; its last column takes the rest of the page's width."""
    style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0)]
    style += [("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]
    lines = [("LINEBELOW", (0, 0), (-1, -1), 0.25, HexColor("#bbbbbb"))] if ruled else []
    return Table(rows, [*widths, _WIDTH - sum(widths)], style=TableStyle([*style, *lines]))


# ── letters ──
def _text(text: str, style: ParagraphStyle = _BODY) -> Paragraph:
    """A paragraph of plain text; none of it is markup."""
    shown = ((_font_of(letter), letter) for letter in map(_printable, text))
    runs = groupby(shown, key=lambda pair: pair[0])
    return Paragraph(
        "".join(_run(font, "".join(letter for _, letter in pairs)) for font, pairs in runs), style
    )


def _run(font: str, text: str) -> str:
    return escape(text) if font == _FONT else f'<font name="{font}">{escape(text)}</font>'


@cache
def _printable(letter: str) -> str:
    """The letter, without its accents if no font has it, or `?`."""
    if _has(letter):
        return letter
    base = "".join(one for one in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(one))
    return base if base and all(map(_has, base)) else "?"


def _has(letter: str) -> bool:
    return ord(letter) in _letters() or _font_of(letter) != _FONT


def _font_of(text: str) -> str:
    """The font that draws a text of one kind of letters."""
    code = ord(text[0])
    if code in _letters():
        return _FONT
    if 0xAC00 <= code <= 0xD7A3:
        return _KOREAN
    is_japanese = 0x3001 <= code <= 0x30FF or 0x4E00 <= code <= 0x9FFF or 0xFF01 <= code <= 0xFF5E
    return _JAPANESE if is_japanese else _FONT


@cache
def _letters() -> frozenset[int]:
    """The code points that the font in the file has."""
    return frozenset(_load_fonts().face.charToGlyph)


@cache
def _load_fonts() -> TTFont:
    folder = Path(reportlab.__file__).parent / "fonts"
    regular = TTFont(_FONT, folder / "Vera.ttf")
    for font in (regular, TTFont(_BOLD, folder / "VeraBd.ttf")):
        pdfmetrics.registerFont(font)
    for name in (_JAPANESE, _KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return regular
