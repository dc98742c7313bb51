"""Changes of units, and undoing a scheduled change, computed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.billing import Billing, amounts
from wbtui.sandbox.engine import views


# ── change_units ──
def test_a_plan_that_stays_is_told_from_the_one_before(billing: Billing) -> None:
    customer = billing.subscribe("Team_usd", "2026-05-01", units={"seats": "5"})
    changes = billing.preview("change_units", customer, units={"seats": "6"}, when="now")["changes"]
    plan = {each["label"]: each["after"] for each in changes if each["path"].endswith("/status")}
    assert plan == {"Status of Team": "moved", "Status of new Team": "active"}


def test_a_change_back_is_no_duplicate_of_the_change(billing: Billing) -> None:
    """Undoing one had to be confirmed as a possible duplicate of what it undid."""
    customer = billing.subscribe("Team_usd", "2026-05-01", units={"seats": "5"})
    billing.do("change_units", customer, units={"seats": "6"}, when="now")
    [found] = billing.preview("change_units", customer, units={"seats": "7"}, when="now")["lookalikes"]
    assert found["what"] == "Units of Team changed"
    for when in ("now", "period_end"):
        back = billing.preview(
            "change_units", customer, units={"seats": "5"}, when=when, downgrade_allowed=True
        )
        assert (back["refused"], back["lookalikes"]) == (None, [])


@pytest.mark.parametrize(
    ("prices", "start", "day", "units", "credit", "debit", "due", "afterwards"),
    [
        # 21 of 31 days: 5 × 3.00 unused is 10.16, 25 × 3.00 new is 50.81.
        ("Team_usd", "2026-05-01", "2026-05-11", ("5", "25"), "-10.16", "50.81", "40.65", "75.00"),
        # 15 of 30 days at the 2.00 that the contract has recorded; today's price is 3.00.
        ("Team_usd_before", "2026-04-01", "2026-04-16", ("5", "6"), "-5.00", "6.00", "1.00", "12.00"),
        # Half of 10 × 3.00, and half of 10 × 3.00 + 5.00 + 5 × 1.00.
        ("Tiers_usd", "2026-04-01", "2026-04-16", ("10", "15"), "-15.00", "20.00", "5.00", "40.00"),
        # All 29 days of February 2028; no decimals.
        ("Team_jpy", "2028-02-01", "2028-02-01", ("1", "3"), "-300", "900", "600", "900"),
    ],
)
def test_more_units_are_prorated_by_days_at_the_recorded_prices(
    billing: Billing, prices: str, start: str, day: str, units: tuple[str, str],
    credit: str, debit: str, due: str, afterwards: str,
) -> None:  # fmt: skip
    customer = billing.subscribe(prices, start, units={"seats": units[0]})
    billing.go_to(day)
    preview = billing.do("change_units", customer, units={"seats": units[1]}, when="now")
    assert [line["money"]["amount"] for line in preview["lines"]] == [credit, debit]
    assert amounts(preview["due_now"]) == [due] and preview["amount"]["amount"] == due
    assert " has been charged to Visa ••" in preview["customer_sentence"]
    assert (billing.invoices(customer)[0]["total"]["amount"], billing.invoices(customer)[0]["state"]) == (
        due,
        "paid",
    )
    new, old = billing.read("contracts", customer)
    assert (new["units"], new["pricing_id"], new["price_signed"]) == (
        {"seats": units[1]}, old["pricing_id"], old["price_signed"],
    )  # fmt: skip
    assert preview["next_invoice"]["total"]["amount"] == afterwards
    billing.go_to(preview["next_invoice"]["date"])
    assert billing.invoices(customer)[0]["total"]["amount"] == afterwards


def test_fewer_units_now_are_a_downgrade_that_becomes_credit(billing: Billing) -> None:
    """15 of 30 days: 20 × 3.00 is 30.00, 4 × 3.00 is 6.00; the next invoice of 12.00 uses the 24.00."""
    customer = billing.subscribe("Team_usd", "2026-04-01", units={"seats": "20"})
    billing.go_to("2026-04-16")
    fewer: dict[str, Any] = {"units": {"seats": "4"}, "when": "now"}
    refused = billing.preview("change_units", customer, **fewer)["refused"]
    assert refused["code"] == "downgrade_not_allowed"
    preview = billing.do("change_units", customer, **fewer, downgrade_allowed=True)
    assert (preview["due_now"], preview["amount"]["amount"]) == ([], "24.00")
    assert "from 20 to 4 seats; $24.00 has been credited" in preview["customer_sentence"]
    billing.go_to("2026-05-01")
    invoice = billing.invoices(customer)[0]
    assert amounts([invoice["total"], invoice["credited"], invoice["paid"]]) == ["12.00", "12.00", "0.00"]
    assert billing.read("wallets", customer)[0]["balance"] == "12.00"


def test_units_at_the_end_of_the_period(billing: Billing) -> None:
    customer = billing.subscribe("Team_usd_before", "2026-05-01", units={"seats": "5"})
    billing.go_to("2026-05-11")
    preview = billing.do("change_units", customer, units={"seats": "25"}, when="period_end")
    assert (preview["due_now"], preview["amount"]) == ([], None)
    assert preview["next_invoice"] == {"date": "2026-06-01", "total": {"amount": "50.00", "currency": "usd"}}
    scheduled = {change["label"]: change["after"] for change in preview["changes"]}
    assert scheduled["Units after the scheduled change (Seats)"] == "25"
    assert preview["customer_sentence"] == "Your subscription changes from 5 to 25 seats on 1 Jun 2026."
    with billing.store.read() as tx:
        [newest, *_], *_ = views.activity(tx, customer)
    assert newest["what"] == "Change of Team scheduled for 1 Jun 2026"
    billing.go_to("2026-06-01")
    assert billing.invoices(customer)[0]["total"]["amount"] == "50.00"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"units": {"seats": "5"}}, "nothing_to_do"),
        ({"units": {}}, "nothing_to_do"),
        ({"units": {"seats": "005"}}, "nothing_to_do"),
        ({"units": {"seats": "0"}}, "units_out_of_range"),
        ({"units": {"seats": "51"}}, "units_out_of_range"),
    ],
)
def test_rules_of_a_change_of_units(billing: Billing, members: dict[str, Any], code: str) -> None:
    customer = billing.subscribe("Team_usd", "2026-05-01", units={"seats": "5"})
    assert billing.preview("change_units", customer, **members, when="now")["refused"]["code"] == code


# ── undo_scheduled_change ──
@pytest.mark.parametrize("kind", ["change_plan", "change_units"])
def test_an_undone_change_does_not_happen(billing: Billing, kind: str) -> None:
    customer = billing.subscribe("Team_usd", "2026-05-01", units={"seats": "5"})
    nothing = billing.preview("undo_scheduled_change", customer)["refused"]
    assert nothing["code"] == "no_scheduled_change"
    billing.go_to("2026-05-11")
    to: dict[str, Any] = {"to": "P10_usd"} if kind == "change_plan" else {"units": {"seats": "4"}}
    scheduled = billing.do(kind, customer, **to, when="period_end")
    assert scheduled["reversible"]["by"] == "undo_scheduled_change"
    preview = billing.do("undo_scheduled_change", customer)
    assert preview["reversible"]["by"] == kind
    assert preview["next_invoice"]["total"]["amount"] == "15.00"
    assert billing.read("contracts", customer)[0]["scheduled_change"] is None
    billing.go_to("2026-06-01")
    assert billing.invoices(customer)[0]["total"]["amount"] == "15.00"
    assert [contract["status"] for contract in billing.read("contracts", customer)] == ["active"]


# ── parts of a unit ──
@pytest.mark.parametrize(
    ("before", "after", "credit", "debit", "due", "renewal"),
    [
        ("1.5", "2.5", "-1.88", "3.12", "1.24", "6.25"),  # half of 3.75 and of 6.25, both half-even
        ("0.2", "1", "-0.25", "1.25", "1.00", "2.50"),
        ("1", "1.000001", "-1.25", "1.25", "0.00", "2.50"),
    ],
)
def test_parts_of_a_unit_are_prorated_too(
    billing: Billing, before: str, after: str, credit: str, debit: str, due: str, renewal: str
) -> None:
    customer = billing.subscribe("Space_usd", "2026-04-01", units={"space": before})
    billing.go_to("2026-04-16")
    preview = billing.do("change_units", customer, units={"space": after}, when="now")
    assert [line["money"]["amount"] for line in preview["lines"]] == [credit, debit]
    assert billing.invoices(customer)[0]["total"]["amount"] == due
    assert billing.read("contracts", customer)[0]["units"] == {"space": after}
    billing.go_to("2026-05-01")
    assert billing.invoices(customer)[0]["total"]["amount"] == preview["next_invoice"]["total"]["amount"]
    assert billing.invoices(customer)[0]["total"]["amount"] == renewal


def test_only_units_that_can_be_divided_are_ordered_in_parts(billing: Billing) -> None:
    customer = billing.subscribe("Team_usd", "2026-05-01", units={"seats": "5"})
    refused = billing.preview("change_units", customer, units={"seats": "5.5"}, when="now")["refused"]
    assert (refused["code"], refused["message"]) == (
        "units_out_of_range", "Seats: a whole number, not 5.5."
    )  # fmt: skip
    same = billing.preview("change_units", customer, units={"seats": "5.0"}, when="now")["refused"]
    assert same["code"] == "nothing_to_do"
    customer = billing.subscribe("Space_usd", "2026-05-01", units={"space": "0.5"})
    for count in ("0", "0.0", "50.000001"):
        refused = billing.preview("change_units", customer, units={"space": count}, when="now")["refused"]
        assert refused["code"] == "units_out_of_range"
