"""One case per action. A new action without one fails tests/screens/test_actions.py."""

from __future__ import annotations

from tests.support.action_cases import (
    account,
    cancellation,
    customer,
    invoice,
    method,
    money,
    starting,
    subscription,
)
from tests.support.action_cases.base import Case

CASES: dict[str, Case] = {
    case.kind: case
    for module in (money, invoice, subscription, cancellation, starting, method, customer, account)
    for case in vars(module).values()
    if isinstance(case, Case)
}
