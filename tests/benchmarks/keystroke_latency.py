"""The app in use: a key until its page is painted, moves in the list, memory, bytes to the terminal."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.report import Row, median, ms, p95, spread
from tests.benchmarks.startup_time import READY, open_app
from tests.benchmarks.terminal_probe import Answer, Probe

CLEAR, DOWN, END, HOME, PAGE_DOWN, PAGE_UP = b"\x15", b"\x1b[B", b"G", b"g", b"\x1b[6~", b"\x1b[5~"
MOVES = (END, HOME, PAGE_DOWN, PAGE_DOWN, PAGE_UP, END, PAGE_UP, HOME)
FILTER = b"is:active"
IDLE = 60.0
GRIP = b"\x1b[<0;120;%dM"
PULL = b"\x1b[<32;120;%dM\x1b[<0;120;%dm"
"""The bar beside the list, taken by the mouse and pulled."""


@dataclass
class Session:
    """What one run of the app showed."""

    letters: list[Answer] = field(default_factory=list)
    moves: list[Answer] = field(default_factory=list)
    jumps: list[Answer] = field(default_factory=list)
    cursor: list[Answer] = field(default_factory=list)
    idle: int = 0
    memory: int = 0


def ask(probe: Probe, text: str, *, most: float = 60.0) -> Answer:
    """Type a query; its last letter is the one that counts.

    `most`: seconds to wait for quiet before it; while something is counted on the screen there is none.
    """
    probe.type(CLEAR, most)
    if text[:-1]:
        probe.type(text[:-1].encode(), most)
    return probe.press(text[-1].encode(), min(most, 3.0))


def use(home: Path, queries: list[str], *, idle: float = IDLE) -> Session:
    """Type the queries, move in the list, leave it alone."""
    probe = open_app(home)
    found = Session()
    try:
        probe.until(READY)
        probe.settle(1.0)
        for text in queries:
            found.letters.append(ask(probe, text))
        found.memory = probe.memory()
        probe.type(CLEAR)
        probe.type(DOWN)  # from the box to the list
        found.cursor = [probe.press(b"j") for _ in range(20)][1:]
        for key in MOVES * 3:
            found.moves.append(probe.press(key))
        found.jumps = _jumps(probe)
        probe.settle(1.0)
        found.idle = probe.listen(idle)
    finally:
        probe.end()
    return found


def _jumps(probe: Probe) -> list[Answer]:
    """Into the middle of a filtered list, by the bar beside it."""
    found: list[Answer] = []
    for line in (12, 20, 28):
        probe.type(b"/" + CLEAR + FILTER)
        probe.type(DOWN)
        probe.type(HOME)
        probe.type(GRIP % 4)
        found.append(probe.press(PULL % (line, line)))
    return found


def _against(lots: list[Answer], few: list[Answer], counts: tuple[int, int]) -> str:
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
            _against(lots.letters, few.letters, counts),
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
            _against(lots.moves, few.moves, counts),
        ),
        Row(
            f"jump into the middle of a filtered list, {counts[1]:,}",
            "≤ 500 ms",
            f"max {ms(max(one.painted for one in lots.jumps))}",
            _against(lots.jumps, few.jumps, counts),
        ),
    ]


def rows(
    few: Path, many: Path, counts: tuple[int, int], queries: list[str], *, idle: float = IDLE
) -> list[Row]:
    """Figures at the larger size, and against the smaller one."""
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
