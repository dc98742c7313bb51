"""Bracketed pastes are taken out of the input whole, however they are cut and however long they pause."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtui.ui.pastes import BEGIN, END, MAX_PASTE, SILENCE, Begun, Pasted, Pastes, Piece, Typed


class Clock:
    """Seconds that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def pieces(pastes: Pastes, reads: Iterable[bytes]) -> list[Piece]:
    return [piece for read in reads for piece in pastes.split(read)]


def typed(found: Iterable[Piece]) -> bytes:
    return b"".join(one.data for one in found if isinstance(one, Typed))


def cut(data: bytes, sizes: Iterable[int]) -> list[bytes]:
    """`data` in reads of these sizes, the rest as the last."""
    reads = []
    for size in sizes:
        reads.append(data[:size])
        data = data[size:]
    return [read for read in [*reads, data] if read]


def test_what_is_typed_around_a_paste_stays_in_order() -> None:
    assert list(Pastes(Clock()).split(b"ab" + BEGIN + b"x\x1by" + END + b"cd")) == [
        Typed(b"ab"),
        Begun(),
        Pasted(b"x\x1by"),
        Typed(b"cd"),
    ]


@given(st.binary(max_size=40).filter(lambda data: END not in data), st.lists(st.integers(1, 9), max_size=30))
def test_a_mark_cut_anywhere_is_found(body: bytes, sizes: list[int]) -> None:
    pastes = Pastes(Clock())
    found = pieces(pastes, cut(b"a" + BEGIN + body + END + b"z", sizes))
    (pasted,) = [one.data for one in found if isinstance(one, Pasted)]
    assert not pastes.open
    assert found.index(Begun()) < found.index(Pasted(pasted))
    # An escape may be passed on before it is known to begin a mark: Begun says so.
    before, behind = found[: found.index(Begun())], found[found.index(Begun()) :]
    assert typed(before) in (b"a", b"a\x1b")
    # The body itself may end in a part of the end mark.
    assert pasted + END + typed(behind) == body + END + b"z"


@given(
    st.binary(max_size=40).filter(lambda data: BEGIN not in data), st.lists(st.integers(1, 3), max_size=30)
)
def test_what_is_not_a_paste_is_typed_as_it_is(data: bytes, sizes: list[int]) -> None:
    found = pieces(Pastes(Clock()), cut(data + b"z", sizes))
    assert typed(found) == data + b"z"
    assert all(isinstance(one, Typed) for one in found)


def test_the_escape_key_does_not_wait_for_more() -> None:
    assert list(Pastes(Clock()).split(b"a\x1b")) == [Typed(b"a\x1b")]


@pytest.mark.parametrize("cut_at", range(2, len(BEGIN)))
def test_a_begin_cut_by_a_pause_types_nothing(cut_at: int) -> None:
    clock = Clock()
    pastes = Pastes(clock)
    assert list(pastes.split(BEGIN[:cut_at])) == []
    clock.now = 5
    assert list(pastes.split(BEGIN[cut_at:] + b"R\x13" + END)) == [Begun(), Pasted(b"R\x13")]


def test_a_begin_inside_a_paste_is_text_and_an_end_outside_is_typed() -> None:
    pastes = Pastes(Clock())
    assert list(pastes.split(BEGIN + b"a" + BEGIN + b"b" + END)) == [Begun(), Pasted(b"a" + BEGIN + b"b")]
    assert list(pastes.split(END + b"k")) == [Typed(END + b"k")]


def test_a_pause_makes_no_key_of_a_paste() -> None:
    clock = Clock()
    pastes = Pastes(clock)
    assert list(pastes.split(BEGIN + b"one")) == [Begun()]
    for _ in range(10):
        clock.now += SILENCE - 1
        assert not pastes.expire()
        assert list(pastes.split(b"\x13")) == []
    assert list(pastes.split(END)) == [Pasted(b"one" + 10 * b"\x13")]
    assert not pastes.expire(), "nothing is left to discard"


def test_a_paste_that_never_ends_is_discarded_once() -> None:
    clock = Clock()
    pastes = Pastes(clock)
    list(pastes.split(BEGIN + b"or"))
    clock.now = SILENCE
    assert pastes.expire()
    assert not pastes.expire()
    assert not pastes.open
    assert list(pastes.split(b"k")) == [Typed(b"k")]


def test_a_paste_of_megabytes_is_bounded() -> None:
    pastes = Pastes(Clock())
    list(pastes.split(BEGIN + b"or"))
    for _ in range(600):
        assert list(pastes.split(b"x" * 4096)) == []
    (pasted,) = pastes.split(END)
    assert isinstance(pasted, Pasted)
    assert MAX_PASTE < len(pasted.data) <= 4 * MAX_PASTE + 4096 + len(END)
