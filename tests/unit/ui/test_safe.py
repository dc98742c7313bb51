"""Text for widgets has no control characters, no markup and the requested width, whatever its source."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from wbtui.ui.safe import break_paths, fit, flow, hanging, join, join_lines, labelled, safe, safe_lines

NASTY = st.text(st.characters() | st.sampled_from("\x1b\x9b\x9d\x07\x08\r\n\t\u202e\u200b[]@/="), max_size=60)


def _harmless(text: str, *, lines: bool = False) -> bool:
    allowed = "\n" if lines else ""
    return all(char in allowed or (char >= " " and not "\x7f" <= char <= "\x9f") for char in text)


@given(NASTY)
def test_control_characters_are_replaced(text: str) -> None:
    assert _harmless(safe(text).plain)
    assert _harmless(safe_lines(text).plain, lines=True)
    assert _harmless(fit(text, 12))


@given(NASTY)
def test_brackets_are_text_not_markup(text: str) -> None:
    content = safe(f"[@click=app.quit]{text}[/]")
    assert content.plain.startswith("[@click=app.quit]")
    assert content.spans == []


@given(NASTY, st.integers(0, 40), st.booleans())
def test_a_cell_has_exactly_its_width(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, right=right)) == width


def test_lines_go_on_below_the_text_after_their_sign() -> None:
    text = join_lines("Plain text that is longer than that.", "  ▲ A warning of two lines.", "", "■ Refused.")
    text = join_lines(text, "  Due: 1 Dec → 24 Dec 2026")
    assert hanging(text, 20).plain.splitlines() == [
        "Plain text that is longer than that.",
        "  ▲ A warning of two",
        "    lines.",
        "",
        "■ Refused.",
        "  Due: 1 Dec → 24",
        "  Dec 2026",
    ]


def test_a_long_word_has_a_line_of_its_own_where_it_fits() -> None:
    an_id = "Inv_0a51f9c1-1"
    assert labelled("ID", an_id, 6, 20).plain == f"ID    {an_id}"
    assert labelled("  ID", an_id, 6, 19).plain == f"  ID\n    {an_id}"
    assert labelled("ID", an_id, 6, 18).plain.splitlines() == ["ID", f"  {an_id}"]
    assert labelled("ID", an_id, 2, 14).plain.splitlines() == ["ID", an_id]
    assert labelled("ID", an_id + "23", 3, 15).plain.splitlines() == ["ID Inv_0a51f9c1", "   -123"]


def test_a_path_that_is_too_long_for_a_line_is_broken_after_slashes() -> None:
    path = "/srv/priya/documents/customers-2026.csv"
    assert break_paths(f"Saved as {path}.", 60) == f"Saved as {path}."
    assert break_paths(f"Saved as {path}. Only you can read it.", 30).split("\n") == [
        "Saved as", "/srv/priya/documents/", "customers-2026.csv. Only you can read it."
    ]  # fmt: skip


def test_long_text_is_cut_at_the_end() -> None:
    assert fit("Annabel Papadopoulos", 8) == "Annabel…"
    assert fit("太郎太郎太郎", 6) == "太郎… "
    assert fit("EUR    ", 6) == "EUR   "
    assert fit("€49.00", 8, right=True) == "  €49.00"


def test_join_cleans_every_part_and_keeps_content_objects() -> None:
    content = join("a\x1bb", ("c\x07", "bold"), Content("d"))
    assert content.plain == "a␛bc␇d"
    assert [(span.start, span.end) for span in content.spans] == [(3, 5)]


def test_join_lines_puts_each_part_on_its_own_line() -> None:
    assert join_lines("a", ("b\nb", ""), "").plain == "a\nb⏎b\n"


def test_a_value_never_touches_its_label() -> None:
    assert labelled("Reason", "courtesy", 8, 40).plain == "Reason  courtesy"
    assert labelled("A longer label", "courtesy", 8, 40).plain == "A longer label\n        courtesy"
    words = "one two three four five six"
    assert labelled("A longer label", words, 8, 24).plain.splitlines()[1:] == [
        "        one two three", "        four five six",
    ]  # fmt: skip


def test_pieces_come_closer_before_they_take_several_lines() -> None:
    pieces = [safe("INV-1"), safe("due 14 Nov"), safe("open €8,867.88")]
    assert flow(pieces, 35).plain == flow(pieces, 0).plain == "INV-1   due 14 Nov   open €8,867.88"
    assert flow(pieces, 34).plain == "INV-1  due 14 Nov  open €8,867.88"
    assert flow(pieces, 32).plain == "INV-1  due 14 Nov\nopen €8,867.88"
    assert flow(pieces, 4).plain == "INV-1\ndue 14 Nov\nopen €8,867.88"
