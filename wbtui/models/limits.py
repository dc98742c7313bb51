"""Limits of an agent: the most that one action of a kind may move, by currency."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from wbtui.errors import MoneyError
from wbtui.models.money import CURRENCIES, Money

_EXPECTED = "Give amounts by currency, such as eur = 100.00."


class Limits(BaseModel):
    """The section `limits` of the settings: a table for each kind of action, and `ask`.

    Attributes:
        ask: who may do what is above a limit: "the billing lead (ext. 204)".
        amounts: kind of action → currency → the largest amount; a kind that is missing has no limit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    ask: str = Field(default="", max_length=200)
    amounts: Mapping[str, Mapping[str, Money]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _read_tables(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        tables = {kind: _amounts(kind, table) for kind, table in data.items() if kind != "ask"}
        return {"ask": data.get("ask", ""), "amounts": tables}

    def of(self, kind: str) -> tuple[Money, ...]:
        """Return the limits of a kind of action, one for each currency; empty where it has none."""
        return tuple(self.amounts.get(kind, {}).values())


def _amounts(kind: str, table: Any) -> dict[str, Money]:
    """Return the limits of one kind by currency. Raises ValueError that names what is wrong."""
    from wbtui.models.actions import ACTIONS  # most runs have no limits, and load no actions for them

    kinds = [name for name, action in ACTIONS.items() if action.moves_money]
    if kind not in kinds:
        near = "".join(f" Did you mean {one!r}?" for one in get_close_matches(kind, kinds, n=1))
        raise ValueError(f"{kind!r} is not an action that moves money.{near}")
    if not (found := read_amounts(f"limits.{kind}", table)):
        # An empty table would limit nothing.
        raise ValueError(f"limits.{kind}: {_EXPECTED}")
    return found


def read_amounts(name: str, table: Any) -> dict[str, Money]:
    """Return the amounts by currency of the section `name`. Raises ValueError that names what is wrong."""
    if not isinstance(table, Mapping):
        raise ValueError(f"{name}: {_EXPECTED}")
    found: dict[str, Money] = {}
    for code, amount in table.items():
        currency = str(code).lower()
        if currency not in CURRENCIES:
            raise ValueError(f"{name}: {code!r} is not a currency.")
        if currency in found:
            raise ValueError(f"{name}: {currency!r} has two amounts. Remove one.")
        if isinstance(amount, bool) or not isinstance(amount, str | int | Decimal):
            raise ValueError(f"{name}.{code}: Enter an amount such as 100.00.")
        try:
            money = Money.parse(str(amount).strip(), currency)
        except MoneyError as error:
            raise ValueError(f"{name}.{code}: {error.sentence}") from None
        if money.minor < 0:
            raise ValueError(f"{name}.{code}: Enter an amount of 0 or more.")
        found[currency] = money
    return found
