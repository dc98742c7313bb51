"""The control sequences in what a program wrote to its terminal."""

from __future__ import annotations

import re

SEQUENCE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    rb"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, SOS, PM, APC
    rb"|\x1b."  # any other escape
    rb"|\xc2[\x80-\x9f]"  # C1 in UTF-8
    rb"|[\x00-\x08\x0b-\x1f\x7f]",  # C0
    re.DOTALL,
)
_STYLE = re.compile(rb"\x1b\[([0-9;]*)m")
_COLOUR = re.compile(rb"[34]8;2;[0-9]+;[0-9]+;[0-9]+|[34]8;5;[0-9]+|[0-9]+")
_POSITION = re.compile(rb"(?<=\x1b\[)[0-9;]*(?=H)")


def _parts(sequence: bytes) -> list[bytes]:
    """What a sequence asks for: a colour sequence colour by colour, any other whole without a position."""
    style = _STYLE.fullmatch(sequence)
    if style is None:
        return [_POSITION.sub(b"", sequence)]
    return [b"style " + one for one in _COLOUR.findall(style[1])]


def distinct(raw: bytes | bytearray) -> set[bytes]:
    """Every distinct control sequence, positions of the cursor aside."""
    return {part for one in SEQUENCE.findall(bytes(raw)) for part in _parts(one)}
