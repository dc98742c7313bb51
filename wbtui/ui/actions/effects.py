"""Effects of the answers of a form: a text made from known data, and the server's estimate."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from wbtui.models.actions import Action
from wbtui.ui.actions.estimate import Estimate
from wbtui.ui.widgets.steady_static import SteadyStatic


class FormEffects(Vertical):
    """Below the fields or beside them; hidden while there is nothing to show."""

    DEFAULT_CSS = """
    FormEffects { height: auto; padding: 1 0 1 1; display: none; }
    FormEffects > .form-aside { display: none; padding-bottom: 1; }
    """

    def compose(self) -> ComposeResult:
        yield SteadyStatic(classes="form-aside")
        yield Estimate()

    def show(self, aside: Content | None, asked: Sequence[tuple[str, Action]] | None) -> None:
        """Show a text and the estimate of the actions, each unless it is None."""
        line = self.query_one(".form-aside", SteadyStatic)
        line.update(aside or "")
        line.display = aside is not None
        self.display = aside is not None or asked is not None
        if asked is not None:
            self.query_one(Estimate).ask(asked)
