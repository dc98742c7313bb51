"""Hypothesis profiles: few and fixed examples by default, many random ones with
`--hypothesis-profile=thorough`, the first of the fixed ones with `--hypothesis-profile=fewer`."""

from __future__ import annotations

from hypothesis import Phase, settings

EVERYDAY, THOROUGH, FEWER = "everyday", "thorough", "fewer"
USUAL = 100
TIMES = 5


def register() -> None:
    """Register the profiles and load the default one. Call it before pytest parses its options.

    No example has a deadline. Shrinking may take minutes, so only the thorough profile does it; the others
    print the blob that reproduces the failure.
    """
    without_shrinking = [phase for phase in Phase if phase not in (Phase.shrink, Phase.explain)]
    for name, count in ((EVERYDAY, USUAL), (FEWER, USUAL // TIMES)):
        settings.register_profile(
            name,
            max_examples=count,
            deadline=None,
            derandomize=True,
            database=None,
            phases=without_shrinking,
            print_blob=True,
        )
    settings.register_profile(THOROUGH, max_examples=USUAL * TIMES, deadline=None, print_blob=True)
    settings.load_profile(EVERYDAY)


def examples(usual: int) -> int:
    """Return the number of examples to try: `usual`, or a multiple or fraction of it by the profile."""
    profile = settings.get_current_profile_name()
    if profile == FEWER:
        return max(usual // TIMES, 1)
    return usual * TIMES if profile == THOROUGH else usual
