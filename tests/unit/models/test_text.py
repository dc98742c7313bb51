"""Cleaning of untrusted text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtui.models.text import clean, clean_lines, fold, mixed_scripts

ANY_TEXT = st.text(st.characters(), max_size=200)
BIDI = [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C]
HIDDEN = [
    *range(0x200B, 0x2010),
    *range(0x2060, 0x2065),
    0xFEFF,
    0x00AD,
    0x3164,
    0x115F,
    0xFE0F,
    0xE0041,
    0xE0100,
]


@given(ANY_TEXT)
def test_no_control_or_format_character_remains(text: str) -> None:
    for char in clean(text):
        assert unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"), hex(ord(char))


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    lines = clean_lines(text)
    assert clean_lines(lines) == lines


@given(ANY_TEXT, st.integers(0, 50))
def test_length_is_bounded(text: str, limit: int) -> None:
    assert len(clean(text, limit=limit)) <= limit


@pytest.mark.parametrize("code", [*range(0x20), 0x7F, *range(0x80, 0xA0)])
def test_every_control_becomes_visible(code: int) -> None:
    cleaned = clean(f"a{chr(code)}b")
    assert cleaned.isprintable()
    assert len(cleaned) >= 3


@pytest.mark.parametrize("code", [*BIDI, *HIDDEN])
def test_hidden_and_reordering_characters_become_marks(code: int) -> None:
    assert clean(f"pay{chr(code)}pal") == f"pay⟨U+{code:04X}⟩pal"


def test_lone_surrogates_become_marks() -> None:
    assert clean("x\ud800y") == "x⟨U+D800⟩y"


def test_ordinary_text_of_many_scripts_is_unchanged() -> None:
    for text in ("Jörg Müller", "日本語", "Ελληνικά", "עברית", "O'Brien & Söhne [UK] plc", "e\u0301", "👍🏽"):
        assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "scripts"),
    [
        ("\u0440\u0430ypal Ltd", ("Cyrillic", "Latin")),
        ("Acme \u03bfffice", ("Greek", "Latin")),
        ("\u0420\u043e\u043c\u0430\u0448\u043a\u0430 LLC", ()),  # each word has one script
        ("J\u00f6rg M\u00fcller 7", ()),
        ("Acme\u682a\u5f0f\u4f1a\u793e", ()),  # no Latin letter looks like those
        ("plain", ()),
    ],
)
def test_a_word_of_letters_that_look_alike_is_found(text: str, scripts: tuple[str, ...]) -> None:
    assert mixed_scripts(text) == scripts


def test_stacked_combining_marks_are_limited() -> None:
    assert clean("e" + "\u0301" * 50 + "x") == "e" + "\u0301" * 3 + "x"


def test_line_breaks() -> None:
    assert clean("a\nb\rc\td") == "a⏎b␍c d"
    assert clean_lines("a\nb\u2028c") == "a\nb⏎c"


def test_cut_text_ends_in_an_ellipsis() -> None:
    assert clean("abcdef", limit=4) == "abc…"
    assert clean("abcd", limit=4) == "abcd"


def test_anything_can_be_cleaned() -> None:
    assert clean(None) == "None"
    assert clean(42) == "42"


@pytest.mark.parametrize(
    ("left", "right"), [("Müller", "MULLER"), ("Straße", "strasse"), ("ﬁne", "fine"), ("Ａnna", "anna")]
)
def test_folding_ignores_case_accents_and_forms(left: str, right: str) -> None:
    assert fold(left) == fold(right)
