"""Extract bracketed pastes from terminal input, so that no byte of a paste is read as a key."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

MAX_PASTE = 100_000
"""Maximum number of characters of a paste; the rest is dropped."""
SILENCE = 30.0
"""Seconds without input after which an unfinished paste is discarded."""

BEGIN, END = b"\x1b[200~", b"\x1b[201~"
_MAX_BYTES = 4 * MAX_PASTE


@dataclass(frozen=True, slots=True)
class Typed:
    """Bytes outside a paste."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Begun:
    """Start of a paste. An escape that was the last typed byte may belong to its start sequence."""


@dataclass(frozen=True, slots=True)
class Pasted:
    """The bytes of a complete paste."""

    data: bytes


Piece = Typed | Begun | Pasted


class Pastes:
    """Splits input into typed bytes and complete pastes, independently of how reads divide it.

    Textual's parser reads an escape inside a paste as a key.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._paste: bytearray | None = None
        self._mark = b""  # a possible start of BEGIN
        self._passed = 0  # how many bytes of `_mark` were already yielded as typed
        self._last = 0.0

    @property
    def open(self) -> bool:
        """Whether a paste has started and not ended."""
        return self._paste is not None

    def split(self, data: bytes) -> Iterator[Piece]:
        """Yield the pieces that `data` completes, in order."""
        self._last = self._clock()
        while data:
            if self._paste is None:
                data = yield from self._outside(data)
            else:
                data = yield from self._inside(data)

    def _outside(self, data: bytes) -> Generator[Piece, None, bytes]:
        """Yield typed bytes up to the next paste; return the remaining bytes."""
        typed, begin, rest = (self._mark + data).partition(BEGIN)
        passed, self._mark, self._passed = self._passed, b"", 0
        if begin:
            self._paste = bytearray()
        else:
            self._mark = _possible_mark(typed)
            # A single escape is yielded at once: most likely it is the Escape key, not part of BEGIN.
            self._passed = int(len(self._mark) == 1 or (passed == 1 and self._mark == typed))
            typed = typed[: len(typed) - len(self._mark) + self._passed]
        if typed[passed:]:
            yield Typed(typed[passed:])
        if begin:
            yield Begun()
        return rest

    def _inside(self, data: bytes) -> Generator[Piece, None, bytes]:
        """Yield the paste if it ends in `data`; return the remaining bytes."""
        paste = self._paste
        assert paste is not None
        searched = max(len(paste) - len(END), 0)
        paste += data
        end = paste.find(END, searched)
        if end < 0:
            # The last bytes are kept, since END may start in them.
            del paste[_MAX_BYTES : -len(END)]
            return b""
        self._paste = None
        yield Pasted(bytes(paste[:end]))
        return bytes(paste[end + len(END) :])

    def expire(self) -> bool:
        """Discard a paste without input for SILENCE seconds. Returns whether there was one."""
        if self._paste is None or self._clock() - self._last < SILENCE:
            return False
        self.discard()
        return True

    def discard(self) -> None:
        """Discard an unfinished paste; what follows is typed."""
        self._paste = None


def _possible_mark(data: bytes) -> bytes:
    """Return the longest end of `data` that is a start of BEGIN."""
    return next((BEGIN[:size] for size in range(len(BEGIN) - 1, 0, -1) if data.endswith(BEGIN[:size])), b"")
