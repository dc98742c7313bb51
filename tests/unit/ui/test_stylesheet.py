"""The style sheet that keeps what it has parsed."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.color import Color
from textual.css.stylesheet import StylesheetParseError
from textual.dom import DOMNode
from textual.widgets import Input

from wbtui.ui.rendering.stylesheet import CachingStylesheet

CSS = "Button { color: $primary; }"


def styled(css: str, primary: str) -> CachingStylesheet:
    sheet = CachingStylesheet(variables={"primary": primary})
    sheet.add_source(css, read_from=("test_stylesheet.py", css))
    return sheet


def colors(sheet: CachingStylesheet) -> list[Color | None]:
    return [rule.styles.color for rule in sheet.rules]


def test_the_same_css_of_the_same_theme_is_parsed_once() -> None:
    first, second = styled(CSS, "#ff0000"), styled(CSS, "#ff0000")
    assert [*map(id, first.rules)] == [*map(id, second.rules)]


def test_another_theme_parses_anew_and_going_back_does_not() -> None:
    sheet = styled(CSS, "#00ff00")
    green = sheet.rules
    sheet.set_variables({"primary": "#0000ff"})
    sheet.reparse()
    assert colors(sheet) == [Color(0, 0, 255)]
    sheet.set_variables({"primary": "#00ff00"})
    sheet.reparse()
    assert [*map(id, sheet.rules)] == [*map(id, green)]


def test_wrong_css_is_refused_and_leaves_the_rules_as_they_were() -> None:
    sheet = styled(CSS, "#ff0000")
    before = sheet.rules
    sheet.add_source("Button { width: nonsense; }", read_from=("test_stylesheet.py", "wrong"))
    with pytest.raises(StylesheetParseError):
        sheet.reparse()
    assert sheet._rules is before


class Field(App[None]):
    """An app with a text field, whose style sheet makes the styles of component classes on demand."""

    CSS = "Input > .input--cursor { color: red; } Input.-other > .input--cursor { color: blue; }"

    def __init__(self) -> None:
        super().__init__()
        self.stylesheet = CachingStylesheet(variables=self.get_css_variables())

    def compose(self) -> ComposeResult:
        yield Input("text")


async def test_the_style_of_a_component_class_is_made_for_whom_asks_for_it() -> None:
    async with Field().run_test() as pilot:
        field: DOMNode = pilot.app.query_one(Input)
        field._component_styles.clear()
        assert field.get_component_styles("input--cursor").color == Color.parse("red")
        assert list(field._component_styles) == ["input--cursor"]
        field.add_class("-other")
        await pilot.pause()
        assert field.get_component_styles("input--cursor").color == Color.parse("blue")
        with pytest.raises(KeyError):
            field.get_component_styles("option-list--option")
