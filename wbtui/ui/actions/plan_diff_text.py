"""Draw a comparison of two plans side by side."""

from __future__ import annotations

from textual.content import Content

from wbtui.models.plan_diff import PlanDiff
from wbtui.ui.format import units
from wbtui.ui.safe import fit, join, join_lines

_DIM = "$text-muted"


def diff_text(diff: PlanDiff, width: int) -> Content:
    """Return both plans side by side in `width` cells, and the usage against the new limits."""
    now, to = f"Now: {diff.now}", f"New: {diff.to}"
    widths = [
        min(max(map(len, column)), width // 4)
        for column in zip(
            (now, to, "Difference"), *((r.now, r.to, r.difference) for r in diff.rows), strict=True
        )
    ]
    names = [*(row.label for row in diff.rows), *(f"{one.name} used" for one in diff.used)]
    label = min(max(map(len, names), default=0), width - sum(widths) - 6)

    def line(name: str, *cells: tuple[str, str]) -> Content:
        padded = [(f"  {fit(text, room)}", style) for (text, style), room in zip(cells, widths, strict=True)]
        return join((fit(name, label), _DIM), *padded)

    lines: list[object] = [
        line("", (f"Now: {diff.now}", _DIM), (f"New: {diff.to}", _DIM), ("Difference", _DIM))
    ]
    lines += [line(row.label, (row.now, ""), (row.to, "bold"), (row.difference, "")) for row in diff.rows]
    if not diff.rows:
        lines.append("Nothing differs.")
    for one in diff.used:
        of = "no limit" if one.limit is None else f"of {units(one.limit)}"
        share = f" ({one.percent} %)" if one.percent is not None else ""
        mark = ("▲ ", "$warning") if one.exceeds else ("", "")
        name = fit(f"{one.name} used", label)
        lines.append(join((name, _DIM), "  ", mark, f"{units(one.used)} {of}{share} in the new plan"))
    return join_lines(*lines)
