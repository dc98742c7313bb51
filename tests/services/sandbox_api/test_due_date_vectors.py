"""A later due date, computed by hand."""

from __future__ import annotations

import pytest

from tests.services.sandbox_api.test_invoice_vectors import changed, unpaid
from tests.support.billing import Billing
from wbtui.sandbox.problems import Problem


# ── due date ──
def test_an_extended_due_date_ends_overdue_until_it_has_passed(billing: Billing) -> None:
    customer, invoice = unpaid(billing)
    billing.go_to("2026-05-10")
    assert billing.read("row", customer)["billing_status"] == "past_due"
    preview = billing.do("extend_due_date", customer, invoice_id=invoice["id"], due="2026-05-20")
    assert preview["amount"] is None
    changes = changed(preview)
    assert changes["due"] == ("2026-05-01", "2026-05-20")
    assert changes["billing_status"] == ("past_due", "active")
    for day, since in (("2026-05-20", None), ("2026-05-21", "2026-05-20")):
        billing.go_to(day)
        assert billing.read("row", customer)["overdue_since"] == since


@pytest.mark.parametrize(
    ("due", "code"),
    [("2026-05-01", "date_in_past"), ("2026-05-09", "date_in_past"), ("2026-05-20", "nothing_to_do")],
)
def test_a_due_date_only_moves_to_a_later_day(billing: Billing, due: str, code: str) -> None:
    customer, invoice = unpaid(billing)
    billing.go_to("2026-05-10")
    billing.do("extend_due_date", customer, invoice_id=invoice["id"], due="2026-05-20")
    refused = billing.preview("extend_due_date", customer, invoice_id=invoice["id"], due=due)["refused"]
    assert refused["code"] == code


def test_a_due_date_is_at_most_a_year_ahead(billing: Billing) -> None:
    customer, invoice = unpaid(billing)
    this = {"invoice_id": invoice["id"]}
    assert billing.preview("extend_due_date", customer, **this, due="2027-05-01")["refused"] is None
    with pytest.raises(Problem) as caught:
        billing.preview("extend_due_date", customer, **this, due="2027-05-02")
    assert caught.value.fields == {"due": "At most 365 days from today."}


@pytest.mark.parametrize(
    ("due", "warned"),
    [("2026-05-08", []), ("2026-05-09", ["retry_planned"])],
)
def test_the_planned_charge_stays_and_is_said(billing: Billing, due: str, warned: list[str]) -> None:
    customer, invoice = unpaid(billing)
    preview = billing.do("extend_due_date", customer, invoice_id=invoice["id"], due=due)
    assert [each["code"] for each in preview["warnings"]] == warned
    billing.go_to("2026-05-08")
    assert len(billing.invoices(customer)[0]["attempts"]) == 2


def test_non_payment_ends_the_subscription_60_days_after_the_later_due_date(billing: Billing) -> None:
    customer, invoice = unpaid(billing)
    billing.do("extend_due_date", customer, invoice_id=invoice["id"], due="2026-05-31")
    for day, status in (("2026-07-29", "active"), ("2026-07-30", "canceled")):
        billing.go_to(day)
        assert billing.read("contracts", customer)[0]["status"] == status
