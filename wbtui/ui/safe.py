"""Clean text before a widget shows it; the only way from data to widgets.

Every Static, Label, Button, Option, tooltip, toast or border title that shows data is given what these
functions make. A `Content` holds no markup, and the cleaner leaves no character that drives a terminal
(Textual itself lets escape sequences through on every path, with and without markup).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.style import Style

from wbtui.models.text import MAX_CLEAN, clean, clean_lines

DIM = "$text-muted"
"""Style of what explains or is not there."""
WARNING = ("▲ ", "$warning")
"""Sign before what the agent has to know."""
PROBLEM = ("■ ", "$error")
"""Sign before what prevents an action."""


def safe(text: object, style: str | Style = "", *, limit: int = MAX_CLEAN) -> Content:
    """One line of cleaned text, styled whole."""
    return Content.styled(clean(text, limit=limit), style, strip_control_codes=False)


def safe_lines(text: object, style: str | Style = "") -> Content:
    """Like `safe`, for places that show several lines."""
    return Content.styled(clean_lines(text), style, strip_control_codes=False)


def safe_text(text: object, *, limit: int = MAX_CLEAN) -> str:
    """Cleaned, as a str: for the Line API, inputs and the log, which know no markup."""
    return clean(text, limit=limit)


def join(*parts: object) -> Content:
    """Parts in a row: a Content as it is, a (text, style) pair or any other value through `safe`."""
    return Content("").join(_piece(part) for part in parts)


def join_lines(*lines: object) -> Content:
    """Lines below each other, each as in `join`."""
    return Content("\n").join(_piece(line) for line in lines)


def flow(pieces: Sequence[Content], width: int) -> Content:
    """Pieces in a row; where they do not fit, closer together, else in several lines, none of them cut.

    A `width` of 0 is that of a widget without a size yet.
    """
    for gap in ("   ", "  "):
        line = Content(gap).join(pieces)
        if not width or line.cell_length <= width:
            return line
    lines = [pieces[0]]
    for piece in pieces[1:]:
        longer = join(lines[-1], gap, piece)
        lines[-1:] = [longer] if longer.cell_length <= width else [lines[-1], piece]
    return join_lines(*lines)


_LEAST_ROOM = 12
"""Cells that a text needs to be wrapped beside its label."""
_SIGN = re.compile(" *[▲■] |  (?! )")


def labelled(label: object, value: object, indent: int, width: int) -> Content:
    """A label, dim unless it is a Content, and its value after `indent` cells; further lines begin below it.

    A value whose label leaves no space before it begins on the next line; so does one with a word that fits
    only into a line of its own, such as an ID. A `width` that leaves no room, such as that of a widget
    without a size yet, does not wrap.
    """
    name = label if isinstance(label, Content) else join((str(label).ljust(indent), DIM))
    if not (isinstance(label, Content) or name.plain.endswith(" ")):
        name += Content("\n" + " " * indent)
    text, room = _piece(value), width - cell_len(name.plain.rpartition("\n")[2])
    if room < _LEAST_ROOM or text.cell_length <= room:
        return name + text
    longest = max(map(cell_len, text.plain.split()), default=0)
    below = min(len(name.plain) - len(name.plain.lstrip()) + 2, width - longest)
    if room < longest <= width and name.plain.strip():
        name, indent, room = name.rstrip() + Content("\n" + " " * below), below, width - below
    return name + Content("\n" + " " * indent).join(line.rstrip() for line in text.wrap(room))


def break_paths(text: str, width: int) -> str:
    """Return a line with words of more than `width` cells on lines of their own, broken after slashes."""
    lines = [""]
    for word in text.split(" "):
        if cell_len(word) <= width:
            lines[-1] += f" {word}" if lines[-1] else word
            continue
        lines.append("")
        for piece in re.split("(?<=/)", word):
            if lines[-1] and cell_len(lines[-1] + piece) > width:
                lines.append("")
            lines[-1] += piece
    return "\n".join(line for line in lines if line)


def hanging(text: Content, width: int) -> Content:
    """Wrap the lines that begin with ▲, ■ or two blanks: further lines begin below the text after them."""
    lines = []
    for line in text.split("\n", allow_blank=True):
        sign = _SIGN.match(line.plain)
        lines.append(labelled(line[: sign.end()], line[sign.end() :], sign.end(), width) if sign else line)
    return Content("\n").join(lines)


def _piece(part: object) -> Content:
    if isinstance(part, Content):
        return part
    if isinstance(part, tuple):
        text, style = part
        return safe(text, style)
    return safe(part)


def fit(text: object, width: int, *, right: bool = False) -> str:
    """Cleaned text in exactly `width` cells: padded, or cut with … unless only blanks are cut."""
    return fit_clean(clean(text, limit=max(width * 4, 16)), width, right=right)


def fit_clean(text: str, width: int, *, right: bool = False) -> str:
    """Like `fit` for text that is clean already (wide characters and combining marks are measured)."""
    if width <= 0:
        return ""
    if cell_len(text) > width and cell_len(text := text.rstrip(" ")) > width:
        text = set_cell_size(text, width - 1).rstrip(" ") + "…"
    padding = " " * (width - cell_len(text))
    return padding + text if right else text + padding
