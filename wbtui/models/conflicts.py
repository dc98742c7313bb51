"""Details that an agent and somebody else changed at the same time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Conflict:
    """One detail with three values, each as people read it.

    Attributes:
        name: the field that the agent changed.
        before: its value when the agent began.
        theirs: its value now.
        yours: what the agent entered.
    """

    name: str
    label: str
    before: str
    theirs: str
    yours: str

    @property
    def is_real(self) -> bool:
        """Whether both changed it, to different values."""
        return self.theirs not in (self.before, self.yours)
