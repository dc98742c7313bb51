"""Extracts the control sequences from a program's terminal output."""

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
    """Split a style sequence into its attributes; return any other one whole, without cursor position."""
    style = _STYLE.fullmatch(sequence)
    if style is None:
        return [_POSITION.sub(b"", sequence)]
    return [b"style " + one for one in _COLOUR.findall(style[1])]


def distinct(raw: bytes | bytearray) -> set[bytes]:
    """Return the distinct control sequences, ignoring cursor positions."""
    return {part for one in SEQUENCE.findall(bytes(raw)) for part in _parts(one)}
