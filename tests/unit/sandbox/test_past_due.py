"""The app and the server agree on the day from which a customer is past due."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from wbtui.api.wingback import records
from wbtui.api.wingback.wire import Wire
from wbtui.models.customer import BillingStatus, Customer
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.repository import load
from wbtui.sandbox.engine.rows import customer_row
from wbtui.sandbox.store import Store

pytestmark = pytest.mark.date_free


def sent(account: Account, today: date) -> Customer:
    """Return the row that the server sends on a date."""
    return records.read(Customer, Wire(json.loads(customer_row(account, today.isoformat())[1])))


def test_a_row_as_of_a_later_date_is_what_the_server_would_send(seeded: Store) -> None:
    came_due = 0
    with seeded.read() as tx:
        accounts = [load(tx, row["id"]) for row in tx.all("SELECT id FROM customers ORDER BY no")]
    for account in accounts:
        for due in {date.fromisoformat(one.due) for one in account.invoices if one.open and one.due}:
            before = sent(account, due)
            for later in (due, due + timedelta(days=1), due + timedelta(days=400)):
                expected, found = sent(account, later), before.as_of(later)
                assert found.billing_status is expected.billing_status
                if found.billing_status is BillingStatus.PAST_DUE:
                    assert found.overdue_since == expected.overdue_since
                came_due += found is not before
    assert came_due > 5
