"""The running app: keystroke latency, movement in the list, memory, bytes written to the terminal."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.report import Row, median, ms, p95, spread
from tests.benchmarks.startup_time import READY, open_app
from tests.benchmarks.terminal_probe import KeyResponse, Probe

CLEAR, DOWN, END, HOME, PAGE_DOWN, PAGE_UP = b"\x15", b"\x1b[B", b"G", b"g", b"\x1b[6~", b"\x1b[5~"
MOVES = (END, HOME, PAGE_DOWN, PAGE_DOWN, PAGE_UP, END, PAGE_UP, HOME)
FILTER = b"is:active"
IDLE = 60.0
MOUSE_DOWN = b"\x1b[<0;120;%dM"
MOUSE_DRAG = b"\x1b[<32;120;%dM\x1b[<0;120;%dm"
"""Mouse events that drag the scroll bar of the list to a line."""


@dataclass
class Session:
    """Measurements of one run of the app."""

    letters: list[KeyResponse] = field(default_factory=list)
    moves: list[KeyResponse] = field(default_factory=list)
    jumps: list[KeyResponse] = field(default_factory=list)
    cursor: list[KeyResponse] = field(default_factory=list)
    idle: int = 0
    memory: int = 0


def type_query(probe: Probe, text: str, *, max_wait: float = 60.0) -> KeyResponse:
    """Type a query and measure its last letter.

    `max_wait`: seconds to wait for the output to pause before that letter. It does not pause while the screen
    shows a running counter.
    """
    probe.type(CLEAR, max_wait)
    if text[:-1]:
        probe.type(text[:-1].encode(), max_wait)
    return probe.press(text[-1].encode(), min(max_wait, 3.0), text)


def use(home: Path, queries: list[str], *, idle: float = IDLE) -> Session:
    """Type the queries, move in the list, then measure the idle app."""
    probe = open_app(home)
    session = Session()
    try:
        probe.until(READY)
        probe.settle(1.0)
        for text in queries:
            session.letters.append(type_query(probe, text))
        session.memory = probe.memory()
        probe.type(CLEAR)
        probe.type(DOWN)  # from the search box to the list
        session.cursor = [probe.press(b"j") for _ in range(20)][1:]
        for key in MOVES * 3:
            session.moves.append(probe.press(key))
        session.jumps = _jumps(probe)
        probe.settle(1.0)
        session.idle = probe.bytes_within(idle)
    finally:
        probe.end()
    return session


def _jumps(probe: Probe) -> list[KeyResponse]:
    """Drag the scroll bar of a filtered list to its middle."""
    jumps: list[KeyResponse] = []
    for line in (12, 20, 28):
        probe.type(b"/" + CLEAR + FILTER)
        probe.type(DOWN)
        probe.type(HOME)
        probe.type(MOUSE_DOWN % 4)
        jumps.append(probe.press(MOUSE_DRAG % (line, line)))
    return jumps


def _compared(lots: list[KeyResponse], few: list[KeyResponse], counts: tuple[int, int]) -> str:
    return (
        f"median / p95 / max: wall {spread([one.painted for one in lots])} at {counts[1]:,}, "
        f"{spread([one.painted for one in few])} at {counts[0]:,}; processor time of the process "
        f"{spread([one.spent for one in lots])}, {spread([one.spent for one in few])}; of it drawing "
        f"{spread([one.drawing for one in lots])}, {spread([one.drawing for one in few])}"
    )


def _keys(lots: Session, few: Session, counts: tuple[int, int]) -> list[Row]:
    walls = [[one.painted for one in each.letters] for each in (lots, few)]
    return [
        Row(
            f"keystroke to painted first page, {counts[1]:,} ({len(lots.letters)} queries)",
            "p95 ≤ 50 ms, max ≤ 150 ms",
            f"p95 {ms(p95(walls[0]))}, max {ms(max(walls[0]))}, median {ms(median(walls[0]))}",
            _compared(lots.letters, few.letters, counts),
        ),
        Row(
            f"keystroke p95 above that at {counts[0]:,}",
            "≤ 20 ms",
            f"{(p95(walls[0]) - p95(walls[1])) * 1000:+.0f} ms",
            f"medians {(median(walls[0]) - median(walls[1])) * 1000:+.0f} ms",
        ),
        Row(
            f"`G`, `g`, page keys, {counts[1]:,}",
            "≤ 50 ms",
            f"p95 {ms(p95([one.painted for one in lots.moves]))}",
            _compared(lots.moves, few.moves, counts),
        ),
        Row(
            f"jump into the middle of a filtered list, {counts[1]:,}",
            "≤ 500 ms",
            f"max {ms(max(one.painted for one in lots.jumps))}",
            _compared(lots.jumps, few.jumps, counts),
        ),
    ]


def rows(
    few: Path, many: Path, counts: tuple[int, int], queries: list[str], *, idle: float = IDLE
) -> list[Row]:
    """Return the measurements at the larger size, compared with the smaller one."""
    little, lots = use(few, queries, idle=0), use(many, queries, idle=idle)
    cursor = [one.size for one in lots.cursor]
    letters = [one.size for one in lots.letters]
    return [
        *_keys(lots, little, counts),
        Row(
            f"memory, {counts[1]:,} / {counts[0]:,}, after {len(queries)} queries with typos",
            "≤ 1.1 ×",
            f"{lots.memory / little.memory:.2f} ×",
            f"{lots.memory >> 20} / {little.memory >> 20} MiB resident",
        ),
        Row("bytes at 120×40: cursor down", "≤ 1.0 KB", f"{max(cursor):,} B", "largest of 19"),
        Row(
            "bytes at 120×40: a letter that changes every row",
            "≤ 18 KB",
            f"{max(letters):,} B",
            f"largest of {len(letters)}, with count and state",
        ),
        Row(f"bytes in {idle:.0f} s idle", "0", f"{lots.idle:,} B"),
    ]
