"""Putting a frame together: of all widgets only the lines that changed and that nothing lies over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip


class LineCompositor(Compositor):
    """Textual's, without what it draws in vain.

    Between the first and the last line that changed, Textual (8.2.8) has every widget make all of its lines,
    containers below others too. A letter in the search box changes its line and one far below, so that the
    whole screen was made anew for two lines.
    """

    def _render_chops(
        self, crop: Region, is_rendered_line: Callable[[int], bool]
    ) -> Sequence[Mapping[int, Strip]]:
        cuts = self.cuts
        chops: list[dict[int, Strip]] = [{} for _ in cuts]
        # Front to back: a piece of a line is whose it first was, until every piece of the line has an owner.
        missing = {y: len(cuts[y]) - 1 for y in crop.line_range if y < len(cuts) and is_rendered_line(y)}
        for widget, (region, clip) in self.visible_widgets.items():
            shown = region.intersection(clip)
            wanted = [y for y in shown.line_range if missing.get(y)]
            if not wanted or not shown.width:
                continue
            top = wanted[0]
            strips = widget.render_lines(
                Region(shown.x - region.x, top - region.y, shown.width, wanted[-1] + 1 - top)
            )
            first, last = shown.column_span
            for y in wanted:
                line, own = chops[y], [cut for cut in cuts[y] if first <= cut <= last]
                if all(cut in line for cut in own[:-1]):
                    continue
                pieces = strips[y - top].divide([cut - first for cut in own[1:]])
                for cut, piece in zip(own[:-1], pieces, strict=False):
                    if cut not in line:
                        line[cut] = piece
                        missing[y] -= 1
        # In the order of their columns, as whoever writes them expects.
        return [dict(sorted(line.items())) for line in chops]
