"""A commit key is accepted only after the preview was visible for the reading time without a key press."""

from __future__ import annotations

import pytest

from wbtui.ui.dialogs.commit_button import READING_TIME, CommitGuard


@pytest.fixture
def guard() -> CommitGuard:
    """A guard whose preview is shown at second 100."""
    guard = CommitGuard()
    guard.show(100)
    return guard


def test_keys_are_ignored_before_the_preview_is_shown() -> None:
    guard = CommitGuard()
    assert not guard.arm(1000)
    assert not guard.key_down(2000)
    assert not guard.arm(3000), "a key does not show it"


def test_a_key_is_accepted_after_the_reading_time(guard: CommitGuard) -> None:
    assert guard.remaining(100) == pytest.approx(READING_TIME)
    assert not guard.arm(100 + READING_TIME / 2)
    assert not guard.armed
    assert guard.arm(101)
    assert guard.key_down(101)


def test_keys_are_ignored_until_the_guard_is_armed(guard: CommitGuard) -> None:
    assert not guard.key_down(200), "keys that were typed before it is armed wait to be handled"
    assert guard.arm(201)
    assert guard.key_down(201)


def test_a_repeating_key_restarts_the_reading_time(guard: CommitGuard) -> None:
    for repeat in range(1, 100):
        now = 100 + repeat * READING_TIME / 2
        assert not guard.key_down(now)
        assert not guard.arm(now)
    assert guard.remaining(now) == pytest.approx(READING_TIME)
    assert guard.arm(now + 1)


def test_an_accepted_key_is_accepted_again(guard: CommitGuard) -> None:
    guard.arm(101)
    assert guard.key_down(101)
    assert guard.key_down(101), "what was wrong with the form is said again"


def test_hiding_the_preview_resets_the_guard(guard: CommitGuard) -> None:
    guard.arm(101)
    guard.hide()
    assert not guard.shown
    assert not guard.key_down(200)
    guard.show(200)
    assert not guard.key_down(200)
    assert guard.arm(201)
