"""Hypothesis profiles: few and fixed examples by default, many random ones with
`--hypothesis-profile=thorough`."""

from __future__ import annotations

from hypothesis import Phase, settings

EVERYDAY, THOROUGH = "everyday", "thorough"
TIMES = 5


def register() -> None:
    """Register the profiles and load the default one. Call it before pytest parses its options.

    No example has a deadline. Shrinking may take minutes, so only the thorough profile does it; the default
    one prints the blob that reproduces the failure.
    """
    without_shrinking = [phase for phase in Phase if phase not in (Phase.shrink, Phase.explain)]
    settings.register_profile(
        EVERYDAY, deadline=None, derandomize=True, database=None, phases=without_shrinking, print_blob=True
    )
    settings.register_profile(THOROUGH, max_examples=100 * TIMES, deadline=None, print_blob=True)
    settings.load_profile(EVERYDAY)


def examples(usual: int) -> int:
    """Return the number of examples to try: `usual`, or a multiple of it under the thorough profile."""
    return usual * TIMES if settings.get_current_profile_name() == THOROUGH else usual
