"""Saved searches, marks and snooze dates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtui.errors import BadInput
from wbtui.models.dates import read_day, two_ways_to_type
from wbtui.models.saved import ALL_CUSTOMERS, BUILT_IN, Mark, SavedSearch, check_name, find_saved_search

TODAY = date(2026, 11, 22)
MINE = SavedSearch("saved:1", "My Berliners", "plan:pro  berlin")


def test_finding_a_saved_search_ignores_sort_and_whitespace() -> None:
    assert find_saved_search(" plan:pro berlin sort:-owes ", [*BUILT_IN, MINE]) is MINE
    assert find_saved_search("is:past_due", BUILT_IN).name == "Past due"
    own = find_saved_search("plan:pro  anna", [MINE])
    assert (own.id, own.name, own.built_in) == ("query:plan:pro anna", "plan:pro anna", False)
    assert find_saved_search("  sort:name", [MINE]).name == ALL_CUSTOMERS


def test_marks_apply_for_their_time() -> None:
    done = Mark("cus_1", TODAY)
    assert done.applies_on(TODAY) and done.applies_on(TODAY + timedelta(days=400))
    assert done.applies_on(TODAY, daily=True) and not done.applies_on(TODAY + timedelta(days=1), daily=True)
    later = Mark("cus_1", TODAY, TODAY + timedelta(days=3))
    assert later.applies_on(TODAY + timedelta(days=2), daily=True)
    assert not later.applies_on(TODAY + timedelta(days=3))


def test_names_are_checked() -> None:
    assert check_name("  Two   words ", [MINE]) == "Two words"
    assert check_name("my berliners", [MINE], renamed_id=MINE.id) == "my berliners"
    for name, says in ((" ", "Enter a name"), ("x" * 61, "at most 60"), ("MY berliners", "already")):
        with pytest.raises(BadInput, match=says):
            check_name(name, [MINE])


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        (" 1.12.2026 ", date(2026, 12, 1)),
        ("10d", date(2026, 12, 2)),
        ("+1 day", date(2026, 11, 23)),
        ("30 Nov", date(2026, 11, 30)),
        ("1 december 2026", date(2026, 12, 1)),
        ("1.12.", date(2026, 12, 1)),
        ("5 Jan", date(2027, 1, 5)),
    ],
)
def test_snooze_dates(typed: str, day: date) -> None:
    assert read_day(typed, TODAY) == day


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Enter a date such as"), ("soon", "Enter a date such as"), ("2026-02-30", "does not exist"),
        ("9999d", "within a year"), ("2026-11-22", "after today"), ("2028-01-01", "within a year"),
        ("0d", "after today"), ("0.0.0000", "does not exist"),
        ("21 Nov", "after today"), ("30 Feb", "does not exist"), ("1 foo", "does not exist"),
    ],
)  # fmt: skip
def test_invalid_snooze_dates(typed: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_day(typed, TODAY)


def test_a_past_day_without_a_year_is_never_far_ahead() -> None:
    assert read_day("28 Dec", date(2027, 1, 10), past=True) == date(2026, 12, 28)
    assert read_day("9 Jan", date(2027, 1, 10), past=True) == date(2027, 1, 9)
    with pytest.raises(BadInput, match="up to today, 10 Jan 2027 \\(UTC\\)"):
        read_day("11 Jan", date(2027, 1, 10), past=True)


def test_29_february_without_a_year_is_of_the_year_that_has_it() -> None:
    assert read_day("29 Feb", date(2027, 11, 22)) == date(2028, 2, 29)
    assert read_day("29 Feb", date(2029, 1, 10), past=True) == date(2028, 2, 29)
    with pytest.raises(BadInput, match="does not exist"):
        read_day("29 Feb", TODAY)


def test_an_early_day_is_told_which_date_it_is_in_utc() -> None:
    """West of Greenwich the agent's date is the one before in the evening."""
    with pytest.raises(BadInput, match="after today, 22 Nov 2026 \\(UTC\\)"):
        read_day("22 Nov", TODAY)


@given(st.text(max_size=30))
def test_any_text_is_a_later_date_or_rejected(typed: str) -> None:
    try:
        day = read_day(typed, TODAY)
    except BadInput:
        return
    assert TODAY < day <= TODAY + timedelta(days=366)


@pytest.mark.parametrize("days", [30, -3])
def test_both_examples_in_an_empty_field_mean_the_same_day(days: int) -> None:
    first, second = two_ways_to_type(TODAY, days).split(" or ")
    assert read_day(first, TODAY, past=days < 0) == read_day(second, TODAY, past=days < 0)


@pytest.mark.parametrize("typed", ["2026-11-22", "22 Nov", "0d"])
def test_a_day_can_be_today_where_that_is_asked_for(typed: str) -> None:
    assert read_day(typed, TODAY, or_today=True) == TODAY
    assert read_day("1d", TODAY, or_today=True) == TODAY + timedelta(days=1)
    with pytest.raises(BadInput, match="no earlier than today, 22 Nov 2026 \\(UTC\\)"):
        read_day("2026-11-21", TODAY, or_today=True)
