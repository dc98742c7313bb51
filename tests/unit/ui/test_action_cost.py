"""Adding an action stays small."""

from __future__ import annotations

import pytest

from tests.support.action_cost import MAX_LINES, MAX_PLACES, cost_of
from wbtui.models.actions import ACTIONS


@pytest.mark.parametrize("kind", ACTIONS)
def test_an_action_takes_few_lines_in_few_places(kind: str) -> None:
    cost = cost_of(kind)
    assert len(cost) <= MAX_PLACES and all(cost.values()), cost
    assert sum(cost.values()) <= MAX_LINES, cost
