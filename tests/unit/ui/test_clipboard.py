"""Text for the clipboard is limited in length and can be encoded; empty text is not offered."""

from __future__ import annotations

from wbtui.ui.clipboard import MAX_COPY, Copyable, clipboard_text, offered


def test_a_long_text_is_cut_and_a_lone_surrogate_replaced() -> None:
    assert len(clipboard_text("ä" * (MAX_COPY + 5))) == MAX_COPY
    assert clipboard_text("a\ud800b") == "a?b"


def test_empty_texts_are_not_offered() -> None:
    name = Copyable("n", "name", "Anna")
    assert offered(name, None, Copyable("e", "e-mail", " ")) == (name,)
