"""Chooses how the rows of one page of a search result are read: a pure function of statistics and limits.

Most results fill a page from the first rows of their order. Where they do not, the candidates that the
full-text index or a range finds are looked up during the scan. Where that finds too few rows, the candidates
themselves are read and sorted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ScanPlan(IntEnum):
    """How the rows of a page are found."""

    SHORT_SCAN = 0
    """Read a bounded number of rows in order and keep those that match."""
    CANDIDATE_SCAN = 1
    """Read a larger bounded number of rows in order and keep those in the set of candidates that match."""
    SORT_CANDIDATES = 2
    """Read all candidates and sort those that match."""
    FULL_SCAN = 3
    """Read rows in order until the page is full."""


@dataclass(frozen=True, slots=True)
class ScanLimits:
    """Numbers of rows at which the store changes how it reads a search result."""

    short_scan: int = 1_000
    """Rows of the order that a short scan reads."""
    candidate_scan: int = 10_000
    """Rows of the order that a candidate scan reads."""
    candidates: int = 150_000
    """Size of the largest set of candidates that is used."""
    sort_at_once: int = 30_000
    """Size of the largest set of candidates that is sorted when the short scan matched nothing."""
    listed: int = 1_000
    """Length of the longest result that is kept in memory as a whole."""
    ranked: int = 300
    """Length of the longest result whose rows are ranked one by one."""
    best: int = 60
    """Number of rows that are ranked first in a longer result."""
    anchors: int = 512
    """Number of known positions that are kept of one result."""


DEFAULT_LIMITS = ScanLimits()


@dataclass(frozen=True, slots=True)
class ScanStats:
    """What is known about a result in one direction when a page of it is read."""

    rows: int = 0
    """Rows to find: those of the page and those to skip before it."""
    is_filtered: bool = True
    """Whether the result leaves out any customer."""
    failed: ScanPlan | None = None
    """The last bounded plan that did not fill a page."""
    matched: int = 0
    """Rows that the short scan matched when it failed."""
    has_candidates: bool = False
    """Whether an index finds a set of candidates within the limit."""
    is_full_text: bool = False
    """Whether the full-text index finds the candidates."""
    candidates: int | None = None
    """Size of the set of candidates, None when it was not counted."""


def choose_plan(stats: ScanStats, limits: ScanLimits) -> ScanPlan:
    """Return the plan for a page."""
    return _choose(stats, limits)[0]


def explain(stats: ScanStats, limits: ScanLimits) -> str:
    """Return the plan for a page and the reason for it."""
    plan, reason = _choose(stats, limits)
    return f"{plan.name}: {reason}"


def _choose(stats: ScanStats, limits: ScanLimits) -> tuple[ScanPlan, str]:
    if not stats.is_filtered:
        return ScanPlan.FULL_SCAN, "every customer is in the result"
    if stats.failed is None:
        if stats.rows <= limits.short_scan:
            return ScanPlan.SHORT_SCAN, "no short scan has failed yet"
        return ScanPlan.FULL_SCAN, "the rows to find exceed a short scan"
    if not stats.has_candidates:
        return ScanPlan.FULL_SCAN, "no index finds a set of candidates within the limit"
    if stats.failed is ScanPlan.SHORT_SCAN:
        if stats.matched == 0 and stats.is_full_text and _within(stats.candidates, limits.sort_at_once):
            return ScanPlan.SORT_CANDIDATES, "the short scan matched nothing and the candidates are few"
        if stats.rows <= limits.candidate_scan:
            return ScanPlan.CANDIDATE_SCAN, "the short scan did not fill a page"
        return ScanPlan.FULL_SCAN, "the rows to find exceed a candidate scan"
    if _within(stats.candidates, limits.candidates):
        return ScanPlan.SORT_CANDIDATES, "the candidate scan did not fill a page"
    return ScanPlan.FULL_SCAN, "there are too many candidates to sort"


def _within(size: int | None, limit: int) -> bool:
    return size is not None and size <= limit
