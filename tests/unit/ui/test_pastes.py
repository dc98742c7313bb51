"""Bracketed pastes are recognized whole, whatever the size of the reads and the pauses between them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtui.ui.terminal.pastes import BEGIN, END, MAX_PASTE, SILENCE, Begun, Pasted, Pastes, Piece, Typed


class Clock:
    """A clock in seconds that tests set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def pieces(pastes: Pastes, reads: Iterable[bytes]) -> list[Piece]:
    return [piece for read in reads for piece in pastes.split(read)]


def typed(found: Iterable[Piece]) -> bytes:
    return b"".join(one.data for one in found if isinstance(one, Typed))


def cut(data: bytes, sizes: Iterable[int]) -> list[bytes]:
    """Split `data` into reads of these sizes; the rest is the last read."""
    reads = []
    for size in sizes:
        reads.append(data[:size])
        data = data[size:]
    return [read for read in [*reads, data] if read]


def test_keys_before_and_after_a_paste_keep_their_order() -> None:
    assert list(Pastes(Clock()).split(b"ab" + BEGIN + b"x\x1by" + END + b"cd")) == [
        Typed(b"ab"),
        Begun(),
        Pasted(b"x\x1by"),
        Typed(b"cd"),
    ]


@given(st.binary(max_size=40).filter(lambda data: END not in data), st.lists(st.integers(1, 9), max_size=30))
def test_markers_split_over_reads_are_recognized(body: bytes, sizes: list[int]) -> None:
    pastes = Pastes(Clock())
    found = pieces(pastes, cut(b"a" + BEGIN + body + END + b"z", sizes))
    (pasted,) = [one.data for one in found if isinstance(one, Pasted)]
    assert not pastes.open
    assert found.index(Begun()) < found.index(Pasted(pasted))
    # A split may pass the escape on as a key before the marker is recognized.
    before, behind = found[: found.index(Begun())], found[found.index(Begun()) :]
    assert typed(before) in (b"a", b"a\x1b")
    # The body itself may end with a part of the end marker.
    assert pasted + END + typed(behind) == body + END + b"z"


@given(
    st.binary(max_size=40).filter(lambda data: BEGIN not in data), st.lists(st.integers(1, 3), max_size=30)
)
def test_input_without_a_paste_is_unchanged(data: bytes, sizes: list[int]) -> None:
    found = pieces(Pastes(Clock()), cut(data + b"z", sizes))
    assert typed(found) == data + b"z"
    assert all(isinstance(one, Typed) for one in found)


def test_the_escape_key_is_passed_on_at_once() -> None:
    assert list(Pastes(Clock()).split(b"a\x1b")) == [Typed(b"a\x1b")]


@pytest.mark.parametrize("cut_at", range(2, len(BEGIN)))
def test_a_begin_marker_split_by_a_pause_types_no_key(cut_at: int) -> None:
    clock = Clock()
    pastes = Pastes(clock)
    assert list(pastes.split(BEGIN[:cut_at])) == []
    clock.now = 5
    assert list(pastes.split(BEGIN[cut_at:] + b"R\x13" + END)) == [Begun(), Pasted(b"R\x13")]


def test_a_begin_marker_in_a_paste_is_text_and_an_end_marker_outside_is_typed() -> None:
    pastes = Pastes(Clock())
    assert list(pastes.split(BEGIN + b"a" + BEGIN + b"b" + END)) == [Begun(), Pasted(b"a" + BEGIN + b"b")]
    assert list(pastes.split(END + b"k")) == [Typed(END + b"k")]


def test_a_paste_that_pauses_types_no_key() -> None:
    clock = Clock()
    pastes = Pastes(clock)
    assert list(pastes.split(BEGIN + b"one")) == [Begun()]
    for _ in range(10):
        clock.now += SILENCE - 1
        assert not pastes.expire()
        assert list(pastes.split(b"\x13")) == []
    assert list(pastes.split(END)) == [Pasted(b"one" + 10 * b"\x13")]
    assert not pastes.expire(), "nothing is left to discard"


def test_an_unfinished_paste_is_discarded_once() -> None:
    clock = Clock()
    pastes = Pastes(clock)
    list(pastes.split(BEGIN + b"or"))
    clock.now = SILENCE
    assert pastes.expire()
    assert not pastes.expire()
    assert not pastes.open
    assert list(pastes.split(b"k")) == [Typed(b"k")]


def test_a_paste_of_megabytes_is_truncated() -> None:
    pastes = Pastes(Clock())
    list(pastes.split(BEGIN + b"or"))
    for _ in range(600):
        assert list(pastes.split(b"x" * 4096)) == []
    (pasted,) = pastes.split(END)
    assert isinstance(pasted, Pasted)
    assert MAX_PASTE < len(pasted.data) <= 4 * MAX_PASTE + 4096 + len(END)
