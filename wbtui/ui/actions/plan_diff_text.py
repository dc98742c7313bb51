"""Draw a comparison of two plans side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from rich.cells import cell_len
from textual.content import Content

from wbtui.models.plan_diff import PlanDiff, Used
from wbtui.ui.format import percent, units
from wbtui.ui.safe import DIM, WARNING, fit, join, join_lines, safe, safe_text

_GAPS = 6
"""Cells between the four columns."""


def diff_text(diff: PlanDiff, width: int) -> Content:
    """Return both plans side by side in `width` cells, and the usage against the new limits."""
    head = (f"Now: {diff.now}", f"New: {diff.to}", "Difference")
    names = [*(row.label for row in diff.rows), *(f"{one.name} used" for one in diff.used)]
    columns = zip(head, *((row.now, row.to, row.difference) for row in diff.rows), strict=True)
    widest = [max((_cells(name) for name in names), default=0), *(max(map(_cells, one)) for one in columns)]
    widths = fitted(widest, width - _GAPS)

    def line(*cells: tuple[str, str]) -> Content:
        """A row; a text too long for its column goes on in further lines."""
        wrapped = [safe(*cell).wrap(max(room, 1)) for cell, room in zip(cells, widths, strict=True)]
        rows = []
        for row in zip_longest(*wrapped, fillvalue=Content("")):
            padded = [text.pad_right(room - text.cell_length) for text, room in zip(row, widths, strict=True)]
            rows.append(Content("  ").join(padded))
        return join_lines(*rows)

    lines: list[object] = [line(*((text, DIM) for text in ("", *head)))]
    lines += [
        line((row.label, DIM), (row.now, ""), (row.to, "bold"), (row.difference, "")) for row in diff.rows
    ]
    if not diff.rows:
        lines.append("Nothing differs.")
    for one in diff.used:
        mark = WARNING if one.exceeds else ("", "")
        name = fit(f"{one.name} used", widths[0])
        lines.append(join((name, DIM), "  ", mark, f"{units(one.used)}{_against(one)}"))
    return join_lines(*lines)


def _cells(text: str) -> int:
    return cell_len(safe_text(text))


def _against(used: Used) -> str:
    """Return " of 10,000 (92 %) in the new plan", of another cycle "; 30,000 / quarter in the new plan"."""
    if not used.offered:
        return ", not in the new plan"
    if not used.known:
        return "; the limit of the new plan is not known"
    if used.per is not None and used.limit is not None:
        return f"; {units(used.limit)} / {used.per.noun} in the new plan"
    of = ", no limit" if used.limit is None else f" of {units(used.limit)}"
    part = f" ({percent(used.share)})" if used.share is not None else ""
    return f"{of}{part} in the new plan"


def fitted(widths: Sequence[int], room: int) -> list[int]:
    """Return the widths of columns in `room` cells: as wide as they want to be, else the widest give way."""
    shown = list(widths)
    while sum(shown) > max(room, 0):
        shown[shown.index(max(shown))] -= 1
    return shown
