"""The example of every action is one that `wbtui do` takes."""

from __future__ import annotations

import shlex
from datetime import date

import pytest

from wbtui.models.actions import ACTIONS
from wbtui.models.actions.example import CUSTOMER, example
from wbtui.models.actions.parse import parse_action


@pytest.mark.parametrize("kind", sorted(ACTIONS))
def test_the_example_of_an_action_is_one(kind: str) -> None:
    program, command, named, customer, *words = shlex.split(example(kind))
    assert (program, command, named, customer) == ("wbtui", "do", kind, CUSTOMER)
    action = parse_action(kind, "Cust_1", words, agent="jo", currency="eur")
    assert isinstance(action, ACTIONS[kind])


def test_a_day_to_come_can_be_given() -> None:
    assert example("extend_due_date", date(2028, 2, 29)).endswith(" due=2028-02-29")
    assert " on=2026-11-20 " in example("record_payment", date(2028, 2, 29)), "a day that has passed"
