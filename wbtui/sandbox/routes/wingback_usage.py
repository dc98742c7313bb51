"""/v1/c/usage: one usage event, or many with feedback on the rejected ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wbtui.sandbox.engine import clock, meter, repository
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.clocktext import instant as instant_text
from wbtui.sandbox.engine.records import Contract, UsageReport
from wbtui.sandbox.engine.subscriptions import usage_from
from wbtui.sandbox.problems import Problem, feedback_body, feedback_status, invalid_fields, malformed
from wbtui.sandbox.routes.http import BODY_CAP, EMPTY, Answer, Call, post
from wbtui.sandbox.routes.strict import instant, validated
from wbtui.sandbox.routes.wingback_models import UsageEvent
from wbtui.sandbox.store import NotFound, Tx


@dataclass(frozen=True)
class _Checked:
    """An event with its contract, date and whole units."""

    event: UsageEvent
    contract: Contract
    date: str
    units: int


def _report(tx: Tx, call: Call) -> Answer:
    event, now = validated(UsageEvent, call.body), clock.now(tx)
    account = repository.load(tx, event.customer_id)
    _count(account, _checked(account, event, now))
    repository.save(tx, account, now)
    return EMPTY


def _report_many(tx: Tx, call: Call) -> list[dict[str, Any]]:
    """The rejected events."""
    if not isinstance(call.json, list):
        raise malformed("The body is not a list of events.")
    now, accounts, rejected = clock.now(tx), dict[str, Account](), []
    for index, value in enumerate(call.json):
        try:
            event = validated(UsageEvent, value)
            if event.customer_id not in accounts:
                accounts[event.customer_id] = repository.load(tx, event.customer_id)
            account = accounts[event.customer_id]
            _count(account, _checked(account, event, now))
        except NotFound as error:
            rejected.append(_rejection(index, Problem("not_found", "", fields={"customer": str(error)})))
        except Problem as problem:
            rejected.append(_rejection(index, problem))
    for account in accounts.values():
        repository.save(tx, account, now)
    return rejected


def _rejection(index: int, problem: Problem) -> dict[str, Any]:
    feedback: Mapping[str, Any] = feedback_body(problem)
    return {"index": index, "status": feedback_status(problem), **feedback}


def _checked(account: Account, event: UsageEvent, now: str) -> _Checked:
    """Raises Problem (invalid) under the topic that is wrong."""
    at = now if event.timestamp is None else instant_text(instant(event.timestamp, "timestamp"))
    contract = next(
        (
            c
            for c in reversed(account.contracts)
            if c.status == "active"
            and any(f.slug == event.feature_slug and f.metered for f in account.price_set(c).features)
        ),
        None,
    )
    if contract is None:
        raise invalid_fields({"contract": "Contract not found"})
    if contract.start is None or at[:10] < contract.start:
        raise invalid_fields({"timestamp": "Timestamp is before the start of the contract"})
    if at > now:
        raise invalid_fields({"timestamp": "Timestamp is in the future"})
    units = Decimal(event.units)
    if units != units.to_integral_value():
        raise invalid_fields({"units": "The sandbox accepts whole units only"})
    return _Checked(event, contract, at[:10], int(units))


def _count(account: Account, checked: _Checked) -> None:
    """Add the event. An absolute one sets the period's count."""
    contract, slug, units = checked.contract, checked.event.feature_slug, checked.units
    if checked.event.is_absolute:
        feature = account.price_set(contract).feature(slug)
        first = usage_from(contract)
        if first <= checked.date:
            units -= sum(meter.daily_units(account, contract, feature, first, checked.date))
    account.usage_reports.append(
        UsageReport(
            account.engine.new_id("Usg"), account.customer.id, contract.id, slug, checked.date, str(units)
        )
    )
    contract.usage_alert_on = meter.alert_day(account, contract)


ROUTES = [
    post("/v1/c/usage", _report),
    post("/v1/c/usage/bulk", _report_many, cap=8 * BODY_CAP),
]
