"""Bracketed pastes are taken out of the input whole, however the bytes are cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wbtui.ui.terminal import MAX_PASTE, _Pastes

BEGIN, END = _Pastes.BEGIN, _Pastes.END


def test_what_is_typed_around_a_paste_stays_in_order() -> None:
    assert list(_Pastes().split(b"ab" + BEGIN + b"x\x1by" + END + b"cd")) == [
        (False, b"ab"),
        (True, b"x\x1by"),
        (False, b"cd"),
    ]


@given(st.binary(max_size=40).filter(lambda data: END not in data), st.lists(st.integers(1, 9), max_size=30))
def test_an_end_cut_anywhere_is_found(body: bytes, cuts: list[int]) -> None:
    pastes = _Pastes()
    got = list(pastes.split(BEGIN))
    rest = body + END + b"z"
    for cut in [*cuts, 1000]:
        part, rest = rest[:cut], rest[cut:]
        got += list(pastes.split(part))
    pasted = [data for is_paste, data in got if is_paste]
    typed = b"".join(data for is_paste, data in got if not is_paste)
    assert not pastes.open
    # The body itself may end in a part of the end mark.
    assert pasted[0] + END + typed == body + END + b"z"


def test_a_paste_that_never_ends_is_given_up_and_bounded() -> None:
    pastes = _Pastes()
    list(pastes.split(BEGIN + b"or"))
    for _ in range(600):
        assert list(pastes.split(b"x" * 4096)) == []
    assert len(pastes.give_up()) <= 4 * MAX_PASTE + 4096 + len(END)
    assert list(pastes.split(b"k")) == [(False, b"k")]
