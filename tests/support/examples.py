"""How many examples a property test tries: few every time, many with `--hypothesis-profile=thorough`."""

from __future__ import annotations

from hypothesis import settings

THOROUGH = "thorough"
TIMES = 5


def register() -> None:
    """Make the profile known; before pytest reads its options."""
    settings.register_profile(THOROUGH, max_examples=100 * TIMES, deadline=None)


def examples(usual: int) -> int:
    """`usual`, or several times as many under the thorough profile."""
    return usual * TIMES if settings.get_current_profile_name() == THOROUGH else usual
