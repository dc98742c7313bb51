"""Compositor that asks a widget only for lines that changed and that no other widget covers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor, CompositorMap, ReflowResult
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget


class SpansUpdate(ChopsUpdate):
    """Writes only the columns that changed.

    Textual (8.2.8) begins at the widget's first column. A scroll bar that goes away changes the last column
    of a table, and all its lines were written again: 9 KB instead of 1.
    """

    def render_segments(self, console: Console) -> str:
        """Return what is written to the terminal."""
        written: list[str] = []
        for y, first, end in self.spans:
            for chop_end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                start, stop = max(x, first), min(chop_end, end)
                if strip is not None and start < stop:
                    written += (
                        Control.move_to(start, y).segment.text,
                        strip.crop(start - x, stop - x).render(console),
                    )
        return "".join(written)


class LineCompositor(Compositor):
    """Textual's compositor without the lines that it renders and then does not use.

    Textual (8.2.8) renders every line of every widget between the first and the last line that changed,
    covered containers included. A letter in the search box changes its own line and one far below, so that
    the whole screen is rendered for two lines. At the start this halves the widget renders (58 instead of
    108, about 25 ms of processor time); a change of focus saves 4 ms, a letter up to 1 ms.
    """

    def __init__(self) -> None:
        super().__init__()
        self._drawn: CompositorMap = {}
        """Places of the widgets in the last frame; a look-up may have found newer ones."""

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        """Lay out, and compare with the places of the last frame.

        Textual compares with those of the last layout or look-up. A toast that was removed before a look-up
        stayed on the screen, and so did lines that were scrolled back in the same frame as a layout.
        """
        self._full_map = self._drawn
        result = super().reflow(parent, size)
        self._drawn = self._full_map
        return result

    def reflow_visible(self, parent: Widget, size: Size) -> set[Widget]:
        """Lay out what is visible after scrolling."""
        exposed = super().reflow_visible(parent, size)
        scrolled = self._visible_map or {}
        # Widgets mounted since the last layout are left to the next one, which sends them their events.
        self._drawn = {widget: scrolled.get(widget, place) for widget, place in self._drawn.items()}
        return exposed

    def update_widgets(self, widgets: set[Widget]) -> None:
        """Note which regions widgets want to draw.

        Those of a widget that is not shown are dropped: the layout that shows it draws it all. Textual draws
        them a second time, after the first change of that widget (14 KB for the list).
        """
        for widget in widgets - self.visible_widgets.keys():
            widget._exchange_repaint_regions()
        super().update_widgets(widgets)

    def render_partial_update(self) -> SpansUpdate | None:
        """Return what has changed; None where nothing has."""
        update = super().render_partial_update()
        return SpansUpdate(update.chops, update.spans, update.chop_ends) if update is not None else None

    def _render_chops(
        self, crop: Region, is_rendered_line: Callable[[int], bool]
    ) -> Sequence[Mapping[int, Strip]]:
        cuts = self.cuts
        chops: list[dict[int, Strip]] = [{} for _ in cuts]
        # Front to back: the first widget that covers a piece of a line draws it, until every piece is drawn.
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
        # In the order of their columns, as the writer of the frame expects.
        return [dict(sorted(line.items())) for line in chops]
