"""How many examples a property test tries: few and the same every time, or, with
`--hypothesis-profile=thorough`, many and others each time."""

from __future__ import annotations

from hypothesis import Phase, settings

EVERYDAY, THOROUGH = "everyday", "thorough"
TIMES = 5


def register() -> None:
    """Make the profiles known, and the everyday one the usual; before pytest reads its options.

    No example has a time limit. Making a failing example small may take minutes: that is left to the
    thorough profile; the everyday one prints what repeats the failure.
    """
    found_again = [phase for phase in Phase if phase not in (Phase.shrink, Phase.explain)]
    settings.register_profile(
        EVERYDAY, deadline=None, derandomize=True, database=None, phases=found_again, print_blob=True
    )
    settings.register_profile(THOROUGH, max_examples=100 * TIMES, deadline=None, print_blob=True)
    settings.load_profile(EVERYDAY)


def examples(usual: int) -> int:
    """`usual`, or several times as many under the thorough profile."""
    return usual * TIMES if settings.get_current_profile_name() == THOROUGH else usual
