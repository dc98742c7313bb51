"""What can be typed into the search box, in words: for its help, made from the tables of the grammar."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from wbtui.models.query import FILTERS, SORTS


def _lines(rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(
        textwrap.fill(sentence, 84, initial_indent=f"  {example:<22}", subsequent_indent=" " * 24)
        for example, sentence in rows
    )


FILTER_LINES = _lines((spec.example, spec.sentence) for spec in FILTERS.values())

GRAMMAR = f"""\
What can be typed:

anna schmidt              every word is found, in any order, accents and case aside
"lumen labs"              words that stand together
INV-0042  4242  €49       an invoice number, last four digits, an exact amount
plan:pro,business         one of these; -plan:free turns a filter round
owes>100  renews<7d       <  <=  =  >=  >  compare; days, hours and weeks are 7d, 12h, 2w

Filters

{FILTER_LINES}

Orders; sort:-owes begins at the other end

{_lines((f"sort:{name}", sentence) for name, sentence in SORTS.items())}

While a filter is typed, what may follow is offered: tab takes it, among several tab, ↑ and ↓ choose, enter \
keeps, esc takes back. What is not understood is underlined, and the rest applies."""
