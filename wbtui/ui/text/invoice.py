"""Sentences of the invoice screen."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from wbtui.models.explain import Step
from wbtui.ui.safe import join, join_lines

ABOUT = (
    "One invoice. Enter on a line shows how its amount was calculated. Open: still to be paid. Refundable: "
    "the settled, undisputed payments minus refunds that did not fail; a refund is limited by what was paid, "
    "not by the invoice total. R refunds it."
)


def explanation(steps: Sequence[Step]) -> Content:
    """The steps of a line's amount, with the amounts in a column of their own."""
    width = max([len(str(step.money)) for step in steps if step.money is not None], default=0)
    rows = [
        join(f"{step.money!s:>{width}}  " if step.money is not None else " " * (width + 2), step.text)
        for step in steps[1:]
    ]
    return join_lines(join((steps[0].text, "bold")), "", *rows)
