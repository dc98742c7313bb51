"""More key presses at once than anybody types are one paste, except keys that quit; reports are dropped."""

from __future__ import annotations

from textual import events
from textual.message import Message

from wbtui.ui.terminal.bursts import MAX_CLICKS, MAX_TYPED_AHEAD, Bursts
from wbtui.ui.terminal.parser import Parser

MANY = "x" * MAX_TYPED_AHEAD + "\x1b[A\x13\rä\t"


def condensed(bursts: Bursts, text: str) -> list[Message]:
    parser = Parser()
    return bursts.condense([*parser.feed(text), *parser.tick()])


def names(found: list[Message]) -> list[str]:
    return [one.key if isinstance(one, events.Key) else type(one).__name__ for one in found]


def test_keys_typed_ahead_stay_keys() -> None:
    found = condensed(Bursts({"ctrl+q"}), "j" * MAX_TYPED_AHEAD)
    assert names(found) == ["j"] * MAX_TYPED_AHEAD


def test_a_burst_is_one_paste_without_control_keys() -> None:
    (pasted,) = condensed(Bursts({"ctrl+q"}), MANY)
    assert isinstance(pasted, events.Paste)
    assert pasted.text == "x" * MAX_TYPED_AHEAD + "\nä\t"


def test_a_burst_lasts_until_a_pause() -> None:
    bursts = Bursts({"ctrl+q"})
    condensed(bursts, MANY)
    assert names(condensed(bursts, "R")) == ["Paste"]
    bursts.ended()
    assert names(condensed(bursts, "R")) == ["R"]


def test_a_key_that_quits_works_in_a_burst() -> None:
    assert names(condensed(Bursts({"ctrl+q"}), MANY + "\x11" + "y")) == ["Paste", "ctrl+q", "Paste"]


def test_a_letter_that_quits_is_text_in_a_burst() -> None:
    assert names(condensed(Bursts({"x"}), MANY)) == ["Paste"]


def test_focus_and_size_reports_are_dropped() -> None:
    assert names(condensed(Bursts(()), "\x1b[I\x1b[Oj\x1b[48;9;9;1;1t\x1b[4;4R")) == ["j"]


def test_of_mouse_movements_in_a_row_the_last_is_kept() -> None:
    moves = "".join(f"\x1b[<35;{column};4M" for column in range(1, 60))
    click = "\x1b[<0;3;4M\x1b[<0;3;4m"
    found = condensed(Bursts(()), moves + click + moves)
    assert names(found) == ["MouseMove", "MouseDown", "MouseUp", "MouseMove"]
    assert isinstance(found[0], events.MouseMove)
    assert found[0].x == 58


def test_more_clicks_at_once_than_anybody_makes_are_dropped_with_their_releases() -> None:
    press, release = "\x1b[<0;3;4M", "\x1b[<0;3;4m"
    bursts, click = Bursts(()), ["MouseDown", "MouseUp"]
    assert names(condensed(bursts, (press + release) * MAX_CLICKS)) == click * MAX_CLICKS
    assert names(condensed(bursts, (press + release) * 200 + press)) == click * MAX_CLICKS
    assert names(condensed(bursts, release + "j" + press + release)) == ["j", *click]
