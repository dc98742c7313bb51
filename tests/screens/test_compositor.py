"""`LineCompositor` renders the same frame as Textual's compositor, and writes what changed."""

from __future__ import annotations

import itertools
import re

from rich.console import Console
from rich.segment import Segment
from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip

from tests.screens.driver import Driver, driver, profile_tab
from tests.support.action_form import services_with_anna
from tests.support.fake_services import fake_services
from wbtui.ui.rendering.compositor import LineCompositor, SpansUpdate
from wbtui.ui.screens.profile import ProfileScreen
from wbtui.ui.tabs.overview import OverviewTab


def _same_pieces(d: Driver) -> int:
    """Compare every band of lines, drawn both ways; how many pieces of lines there were."""
    compositor = d.screen._compositor
    assert isinstance(compositor, LineCompositor)
    compared = 0
    for top, bottom in itertools.combinations(range(0, d.screen.size.height + 1, 3), 2):
        crop = Region(0, top, d.screen.size.width, bottom - top)
        lines = {top, bottom - 1}  # what lies between them did not change
        safe = Compositor._render_chops(compositor, crop, lines.__contains__)
        ours = compositor._render_chops(crop, lines.__contains__)
        for y in lines:
            assert list(ours[y].items()) == list(safe[y].items())
            compared += len(ours[y])
    return compared


async def test_every_piece_of_every_line_is_the_same() -> None:
    async with driver(fake_services(300)) as d:
        await d.expect_text("300 customers")
        assert _same_pieces(d) > 100
        await d.type("anna")
        await d.expect_match(r"\d+ of 300")
        assert _same_pieces(d) > 100
        await d.press("enter")
        await d.expect_screen("ProfileScreen")
        assert _same_pieces(d) > 100


async def test_of_a_line_only_the_columns_that_changed_are_written() -> None:
    left, right = Strip([Segment("abcdef")]), Strip([Segment("ghij")])
    update = SpansUpdate([{0: left, 6: right}], [(0, 2, 3), (0, 5, 8)], [[6, 10]])
    written = update.render_segments(Console(color_system=None))
    assert re.findall(r"\x1b\[1;(\d+)H(\w+)", written) == [("3", "c"), ("6", "f"), ("7", "gh")]


async def test_what_was_to_be_drawn_while_hidden_is_not_drawn_again_once_shown() -> None:
    async with driver(fake_services(300)) as d:
        await d.expect_text("300 customers")
        foot = d.screen.query_one("#foot")
        foot.display = False
        await d.wait_for(lambda: foot not in d.screen._compositor.visible_widgets, "it is hidden")
        foot.refresh()
        assert foot._repaint_regions
        d.screen._compositor.update_widgets({foot})
        assert not foot._repaint_regions


async def test_what_a_look_up_finds_changed_before_the_layout_is_drawn() -> None:
    async with driver(fake_services(300)) as d:
        await d.expect_text("300 customers")
        compositor, foot = d.screen._compositor, d.screen.query_one("#foot")
        place = foot.region
        foot.display = False
        compositor._full_map_invalidated = True  # as by a repaint of a widget that is not shown
        assert foot not in compositor.full_map
        assert foot in compositor.reflow(d.screen, d.screen.size).hidden
        assert place in compositor._dirty_regions


async def test_what_is_scrolled_back_in_the_frame_of_a_layout_is_drawn() -> None:
    services, _ = services_with_anna()
    async with profile_tab(services, 1, "Cust_1", size=(100, 16)) as d:
        await d.expect_text("Needs attention")
        assert isinstance(d.screen, ProfileScreen)
        tab, compositor = d.screen.query_one(OverviewTab), d.screen._compositor
        await d.wait_for(lambda: tab.max_scroll_y > 0, "the tab is higher than its place")
        panel = tab.attention
        place = panel.region
        tab.scroll_to(y=1, animate=False, immediate=True)
        await d.wait_for(
            lambda: panel.region.y == place.y - 1 and not compositor._dirty_regions, "it is drawn scrolled"
        )
        tab.scroll_to(y=0, animate=False, immediate=True)
        compositor.reflow(d.screen, d.screen.size)
        assert place in compositor._dirty_regions
