"""A note is wrapped below its text."""

from __future__ import annotations

from wbtui.ui.safe import safe
from wbtui.ui.widgets.steady_static import SteadyStatic


def test_a_note_continues_below_its_text_and_not_below_its_sign() -> None:
    note = SteadyStatic()
    note.show(safe("▲ The server cannot be reached."))
    assert note.display
    assert note._text(20).plain == "▲ The server cannot\n  be reached."
    note.show(None)
    assert not note.display
