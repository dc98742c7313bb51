"""Events: what a filter finds, and a newer first page joined with an earlier one."""

from __future__ import annotations

from tests.support.events import event, page
from wbtui.models.activity import EventKind


def test_a_filter_looks_at_kind_and_every_text() -> None:
    found = event(0, what="Refund é succeeded", comment="Called twice")
    assert found.matches((), "")
    assert found.matches((EventKind.PAYMENT,), "REFUND e")
    assert not found.matches((EventKind.NOTE,), "")
    for word in ("priya", "agent", "courtesy", "twice", "zd-0", "49.00"):
        assert found.matches((), word), word
    assert not found.matches((), "refund missing")


def test_a_newer_first_page_keeps_the_cursor_that_the_cached_pages_hang_on() -> None:
    before = page(range(5, 10), "c1", 20)
    joined = page(range(3, 8), "other", 22).joined(before)
    assert [one.id for one in joined.events] == [f"Evt_{number}" for number in range(3, 10)]
    assert (joined.next, joined.total) == ("c1", 22)


def test_pages_without_an_event_in_common_are_not_joined() -> None:
    newer = page(range(3), "n", 30)
    assert newer.joined(page(range(10, 20), "c1", 20)) is newer
    whole = page(range(3), None, 3)
    assert whole.joined(page(range(2, 5), "c1", 5)) is whole, "the server has no older events any more"


def test_a_first_page_does_not_grow_for_ever() -> None:
    newer = page(range(200), "n", 2000)
    assert newer.joined(page(range(199, 600), "c1", 2000)) is newer
