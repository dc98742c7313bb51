"""Text for the clipboard is limited in length and can be encoded; empty text is not offered."""

from __future__ import annotations

import pytest

from wbtui.ui.clipboard import MAX_COPY, Copyable, clipboard_text, offered
from wbtui.ui.text.commands import copied


def test_a_long_text_is_cut() -> None:
    assert len(clipboard_text("ä" * (MAX_COPY + 5))) == MAX_COPY


def test_a_text_that_was_cut_is_not_called_copied() -> None:
    assert copied("Comparison", None) == "Comparison copied."
    assert copied("Comparison", MAX_COPY) == "Comparison: only the first 20,000 characters were copied."


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ("An\x1b]0;title\x07na", "An]0;titlena"),
        ("An\x9b2Jna\x00", "An2Jna"),
        ("a\ud800b", "ab"),
        ("safe\u202etxt.exe\u2066", "safetxt.exe"),
        ("line\r\nline\rline\u2028line", "line\nline\nline\nline"),
        ("a\tb", "a b"),
        ("Müller 漢字 é", "Müller 漢字 é"),
    ],
)
def test_control_characters_are_dropped_and_line_breaks_kept(data: str, kept: str) -> None:
    assert clipboard_text(data) == kept


def test_empty_texts_are_not_offered() -> None:
    name = Copyable("n", "name", "Anna")
    assert offered(name, None, Copyable("e", "e-mail", " ")) == (name,)
