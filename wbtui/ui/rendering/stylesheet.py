"""Style sheet that parses a piece of CSS once for each theme, and makes only the styles that are used."""

from __future__ import annotations

from textual.css.model import RuleSet
from textual.css.styles import RenderStyles
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation
from textual.dom import DOMNode

_Variables = tuple[tuple[str, str], ...]
_Piece = tuple[str, CSSLocation, bool, int, str]
_parsed: dict[_Variables, dict[_Piece, list[RuleSet]]] = {}
"""Rules by theme and piece of CSS; their number is that of the widget classes and themes used."""


class _ComponentStyles(dict[str, RenderStyles]):
    """The styles of a widget's component classes, by name; each is made when it is first asked for."""

    def __init__(self, stylesheet: Stylesheet, widget: DOMNode) -> None:
        super().__init__()
        self._stylesheet, self._widget = stylesheet, widget

    def __contains__(self, name: object) -> bool:
        return name in self._widget._get_component_classes()

    def __missing__(self, name: str) -> RenderStyles:
        node = DOMNode(classes=name)
        node._attach(self._widget)
        self._stylesheet.apply(node)
        self[name] = node.styles
        return node.styles


class CachingStylesheet(Stylesheet):
    """Textual's style sheet, which keeps all that it has parsed.

    Textual (8.2.8) keeps 64 pieces. After some ten dialogs there are more, and it parses all of them again
    for each new class of widget: 25 to 40 ms when a dialog opens for the first time. It also forgets them
    when the variables of the theme are set. A second app in the process, as in tests, starts 15 ms of 80
    sooner.
    """

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._known = _parsed.setdefault(tuple(self._variables.items()), {})

    def set_variables(self, variables: dict[str, str]) -> None:
        """Set the variables of the theme."""
        super().set_variables(variables)
        self._known = _parsed.setdefault(tuple(variables.items()), {})

    def _parse_rules(
        self,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        piece = css, read_from, is_default_rules, tie_breaker, scope
        if piece not in self._known:
            self._known[piece] = super()._parse_rules(*piece)
        return self._known[piece]

    def _process_component_classes(self, node: DOMNode) -> None:
        """Leave the styles of component classes to their first use: Textual makes five for each text field.

        Saves 9 of 97 ms when the form of `edit_customer` opens.
        """
        if node._get_component_classes():
            used, node._component_styles = node._component_styles, _ComponentStyles(self, node)
            if any(node._component_styles[name] != styles for name, styles in used.items()):
                node.refresh()

    def reparse(self) -> None:
        """Parse again after the variables were set. Raises StylesheetParseError and changes nothing then."""
        self.parse()
