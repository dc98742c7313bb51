"""/v1/c/usage: one usage event, or many with feedback on the rejected ones."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from starlette.responses import Response

from wbtui.sandbox.engine import clock, meter, repository
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.clocktext import instant as instant_text
from wbtui.sandbox.engine.pricing import quantity
from wbtui.sandbox.engine.records import Contract
from wbtui.sandbox.problems import Problem, feedback_body, feedback_status, invalid_fields, malformed
from wbtui.sandbox.routes.http import BODY_CAP, Call, post
from wbtui.sandbox.routes.strict import instant, validated
from wbtui.sandbox.routes.wingback_models import UsageEvent
from wbtui.sandbox.store import NotFound, Tx

_MAXIMUM = 10**12
"""Units of one event: the file holds amounts of 64 bits, and Wingback's 10^26 units cost more."""
_SMALLEST = Decimal("1e-12")
"""What Wingback keeps of a part of a unit."""


def _report(tx: Tx, call: Call) -> Response:
    event = validated(UsageEvent, call.body)
    with clock.changing(tx, event.customer_id) as (account, at):
        _count(account, event, at)
    return Response()


def _report_many(tx: Tx, call: Call) -> list[dict[str, Any]]:
    """The rejected events."""
    if not isinstance(call.json, list):
        raise malformed("The body is not a list of events.")
    accounts, rejected = dict[str, Account](), []
    for index, value in enumerate(call.json):
        try:
            event = validated(UsageEvent, value)
            if event.customer_id not in accounts:
                with clock.changing(tx, event.customer_id) as (account, _):  # billed and saved one by one
                    accounts[event.customer_id] = account
            _count(accounts[event.customer_id], event, clock.now(tx))
        except NotFound as error:
            rejected.append(_rejection(index, Problem("not_found", "", fields={"customer": str(error)})))
        except Problem as problem:
            rejected.append(_rejection(index, problem))
    for account in accounts.values():
        repository.save(tx, account, clock.now(tx))
    return rejected


def _rejection(index: int, problem: Problem) -> dict[str, Any]:
    return {"index": index, "status": feedback_status(problem), **feedback_body(problem)}


def _count(account: Account, event: UsageEvent, now: str) -> None:
    """Add an event; an absolute one sets the period's count. Raises Problem (invalid) under a topic."""
    at = now if event.timestamp is None else instant_text(instant(event.timestamp, "timestamp"))
    contract, day = _metered(account, event.feature_slug), at[:10]
    if contract is None:
        raise invalid_fields({"contract": "Contract not found"})
    if contract.start is None or day < contract.start:
        raise invalid_fields({"timestamp": "Timestamp is before the start of the contract"})
    if at > now:
        raise invalid_fields({"timestamp": "Timestamp is in the future"})
    units = Decimal(event.units)
    if abs(units) > _MAXIMUM:
        raise invalid_fields({"units": "The sandbox accepts at most 10^12 units"})
    first = contract.usage_from
    if event.is_absolute and first <= day:
        feature = account.price_set(contract).feature(event.feature_slug)
        units -= sum(meter.daily_units(account, contract, feature, first, day))
    kept = units.quantize(_SMALLEST)
    meter.add_usage(account, contract, event.feature_slug, day, quantity(str(kept)))


def _metered(account: Account, slug: str) -> Contract | None:
    """The newest active subscription with that metered feature."""
    for contract in reversed(account.contracts):
        features = account.price_set(contract).features
        if contract.status == "active" and any(f.slug == slug and f.metered for f in features):
            return contract
    return None


ROUTES = [
    post("/v1/c/usage", _report),
    post("/v1/c/usage/bulk", _report_many, cap=8 * BODY_CAP),
]
