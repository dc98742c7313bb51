"""Status and order of a customer's payment methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from wbtui.sandbox.engine.account import Account, Actor, Why, ref
from wbtui.sandbox.engine.records import Method


def set_status(
    account: Account, method: Method, status: str, at: str, what: str, *, actor: Actor, **why: Unpack[Why]
) -> None:
    """Set the status of a method and log `what` happened. Its place in the order stays."""
    method.status = status
    account.log(at, "payment", what, actor, ref("method", method.id), **why)


def reorder(
    account: Account, ordered: Sequence[Method], at: str, what: str, *, actor: Actor, **why: Unpack[Why]
) -> None:
    """Give these methods, first to be charged first, the places that they have together, and log it."""
    places = sorted(method.position for method in ordered)
    for method, place in zip(ordered, places, strict=True):
        method.position = place
    account.log(at, "payment", what, actor, ref("method", ordered[0].id), **why)
