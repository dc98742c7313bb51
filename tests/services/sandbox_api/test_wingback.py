"""The documented dialect with its quirks: search, keyset cursors, upgrades, usage, bare strings."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.services.sandbox_api.recorded import Recorded
from wbtui.sandbox.engine import clock

AUTHENTICATE = "/v1/c/customer/authenticate"
_ADDRESS = {"line_1": "Torstr. 1", "zip": "10119", "city": "Berlin", "state": "", "country": "DE"}


def _hits(api: Recorded, **parameters: Any) -> list[str]:
    return [hit["id"] for hit in api.get("/v1/c/customer", limit=100, **parameters)["hits"]]


# ── search ──
@pytest.mark.parametrize(
    "parameters", [{}, {"limit": "5"}, {"direction": "backward"}, {"search": ""}, {"x": "y"}]
)
def test_a_search_needs_a_search_parameter(plain: Recorded, parameters: dict[str, str]) -> None:
    answer = plain.get("/v1/c/customer", expect=400, **parameters)
    assert list(answer) == ["feedback"]


def test_each_filter_matches(api: Recorded) -> None:
    rows = api.customers()
    anna = next(row for row in rows if row["reference"] and row["emails"])
    assert _hits(api, id=anna["id"]) == [anna["id"]]
    assert _hits(api, customer_reference=anna["reference"]) == [anna["id"]]
    assert anna["id"] in _hits(api, email=anna["emails"][0]["address"].upper())
    assert anna["id"] in _hits(api, search=(anna["name"] or "")[1:5].upper())
    for status in ("active", "inactive", "temporary"):
        assert set(_hits(api, status=status)) == {r["id"] for r in rows if r["status"] == status}
    running = {
        r["id"] for r in rows if any(c["status"] == "active" and c["plan"] == "Pro" for c in r["contracts"])
    }
    assert running <= set(_hits(api, contract_plan_name="pro"))
    assert set(_hits(api, plan="Plan_pro")) == set(_hits(api, contract_plan_name="Pro"))
    owing = {r["id"] for r in rows if r["owed"]}
    unpaid = set(_hits(api, payment_status="ready_for_payment"))
    assert owing <= unpaid | set(_hits(api, payment_status="pending_validation"))
    both = _hits(api, status="active", contract_plan_name="Pro")
    assert set(both) == set(_hits(api, status="active")) & set(_hits(api, contract_plan_name="Pro"))
    api.get("/v1/c/customer", expect=400, payment_status="overdue")


@pytest.mark.parametrize("text", ["%", "_", "'", '"', "a' OR '1'='1", "\\", "[/]", "*", "NEAR("])
def test_a_search_text_is_never_a_pattern(plain: Recorded, text: str) -> None:
    for hit in plain.get("/v1/c/customer", search=text, limit=100)["hits"]:
        context = [hit["name"] or "", hit["customer_reference"] or "", hit["id"], *hit["emails"].values()]
        context.append(hit["metadata"].get("company", ""))
        assert text.casefold() in "\n".join(context).casefold()


# ── paging ──
@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("path", ["/v1/c/customer?status=active", "/v1/c/invoice?date_after=2026-09-01"])
def test_cursors_page_forward_and_backward(plain: Recorded, path: str, direction: str) -> None:
    path, _, filters = path.partition("?")
    known: dict[str, Any] = {"limit": "9", "direction": direction, **dict([filters.split("=")])}

    def page(**more: str) -> Any:
        return plain.get(path, **(known | more))

    first = page()
    there = [first]
    while "forward" in there[-1]:
        there.append(page(offset=there[-1]["forward"]))
    assert [p["current_page"] for p in there] == list(range(1, first["total_pages"] + 1))
    hits = [hit for p in there for hit in p["hits"]]
    assert len(hits) == first["total"]
    back = [there[-1]]
    while "backward" in back[-1]:
        back.append(page(offset=back[-1]["backward"]))
    assert [p["hits"] for p in reversed(back)] == [p["hits"] for p in there]
    assert page(offset=first["last"]) == there[-1]
    assert page(offset=there[-1]["first"]) == first
    other = {"status": "inactive"} if path.endswith("customer") else {"date_after": "2026-01-01"}
    plain.get(path, expect=400, offset=first["forward"], direction=direction, **other)


def test_backward_is_forward_reversed(plain: Recorded) -> None:
    forward = plain.get("/v1/c/invoice", limit=100, date_after="2026-11-01")["hits"]
    backward = plain.get("/v1/c/invoice", limit=100, date_after="2026-11-01", direction="backward")["hits"]
    assert forward == backward[::-1]


def test_empty_pages_and_invalid_cursors(plain: Recorded) -> None:
    empty = plain.get("/v1/c/customer", search="nobody has such a name")
    assert empty == {"current_page": 1, "hits": [], "total": 0, "total_pages": 0}
    assert plain.get("/v1/c/customer", status="active", limit=0)["hits"] == []
    for offset in ("abc", "1", "W10", "ü", "WzEsMiwzLDQsNV0"):
        plain.get("/v1/c/customer", expect=400, status="active", offset=offset)
    plain.get("/v1/c/customer", expect=400, status="active", limit=-1)


# ── customers ──
def test_a_change_keeps_absent_members(plain: Recorded) -> None:
    body = {
        "name": "Zoë",
        "emails": {"main": "zoe@example.com"},
        "tax_details": {"vat_id": "DE1"},
        "notes": "x",
    }
    made = plain.post("/v1/c/customer", body)
    assert isinstance(made, str)
    assert plain.post("/v1/c/customer", {"id": made, "notes": None}) == made
    after = plain.get(f"/v1/c/customer/{made}")
    assert (after["name"], after["notes"], after["tax_details"]) == ("Zoë", None, {"vat_id": "DE1"})
    assert after["status"] == "temporary" and "address" not in after
    plain.post("/v1/c/customer", {"id": "Cust_nobody", "name": "x"}, expect=404)
    plain.post("/v1/c/customer", {"emails": {"main": "nothing"}}, expect=400)


def test_freezing_and_activating(plain: Recorded) -> None:
    customer = _hits(plain, status="active")[0]
    plain.post(f"/v1/c/customer/{customer}/inactivate", {"notes": "Asked for it"})
    assert plain.get(f"/v1/c/customer/{customer}")["status"] == "inactive"
    subscribe = {"customer": customer, "plan": "Plan_pro", "currency": "eur", "cycle": "month"}
    plain.post("/v1/c/contract", subscribe, expect=400)
    plain.post(f"/v1/c/customer/{customer}/activate")
    assert plain.get(f"/v1/c/customer/{customer}")["status"] == "active"


def test_a_portal_link_needs_one_customer(plain: Recorded) -> None:
    hit = plain.get("/v1/c/customer", status="active", limit=1)["hits"][0]
    links = {
        plain.post(AUTHENTICATE, body, expect=201)
        for body in (
            {"id": hit["id"]},
            {"email": next(iter(hit["emails"].values())).upper()},
            {"id": hit["id"], "reference": hit["customer_reference"]},
        )
    }
    assert len(links) == 3
    plain.post(AUTHENTICATE, {}, expect=400)
    plain.post(AUTHENTICATE, {"email": "nobody@example.com"}, expect=404)
    plain.post(AUTHENTICATE, {"id": hit["id"], "email": "nobody@example.com"}, expect=404)


# ── contracts ──
def _subscribed(plain: Recorded, plan: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """A new customer with a contract on `plan` in eur by the month; (customer, contract)."""
    made = plain.post("/v1/c/customer", {"name": "Ada", "emails": {"main": "ada@example.com"}})
    plain.post(f"/v1/c/customer/{made}/activate")
    plain.post(
        "/v1/c/contract", {"customer": made, "plan": plan, "currency": "EUR", "cycle": "month", **more}
    )
    return made, plain.get(f"/v1/c/customer/{made}")["contracts"][-1]


def test_an_upgrade_moves_the_contract_and_costs_what_was_estimated(api: Recorded) -> None:
    customer, contract = _subscribed(api, "Plan_starter")
    api.post("/x/v1/clock", {"to": "2026-12-20T10:00:00Z"})  # the trial is over, its first month is not
    body = {"upgrade_configuration": {"upgrade_strategy": "new_plan", "plan_id": "Plan_pro"}}
    estimate = api.post(f"/v1/c/contract/{contract['id']}/upgrade_estimate", body)
    assert api.get(f"/v1/c/contract/{contract['id']}")["contract_summary"]["status"] == contract["status"]
    assert estimate["is_downgrade"] is False
    new = api.post(f"/v1/c/contract/{contract['id']}/upgrade", body)
    contracts = {c["id"]: c for c in api.get(f"/v1/c/customer/{customer}")["contracts"]}
    assert (contracts[contract["id"]]["status"], contracts[new]["status"]) == ("moved", "active")
    last = api.get("/v1/c/invoice", customer=customer, direction="backward", limit=1)["hits"][0]["invoice"]
    expected = estimate["price_on_new_contract"]
    assert last["total"] == expected[0]["invoice"]["total"]
    lines = api.get(f"/v1/c/invoice/{last['id']}")["invoice_lines"]
    assert [line["total_including_tax"] for line in lines] == [
        item["total_including_tax"] for item in expected[0]["invoice_items"]
    ]
    given, taken = Decimal(estimate["pro_rate_old_contract"]), Decimal(estimate["pro_rate_new_contract"])
    assert 0 < given < taken


def test_a_downgrade_in_mid_cycle_must_be_allowed(plain: Recorded) -> None:
    _, contract = _subscribed(plain, "Plan_pro")
    body: dict[str, Any] = {
        "upgrade_configuration": {"upgrade_strategy": "new_plan", "plan_id": "Plan_starter"}
    }
    path = f"/v1/c/contract/{contract['id']}"
    assert plain.post(f"{path}/upgrade_estimate", body)["is_downgrade"] is True
    assert "downgrade_allowed" in plain.post(f"{path}/upgrade", body, expect=400)["feedback"]
    later = {"upgrade_configuration": {**body["upgrade_configuration"], "activation": {"type": "next_cycle"}}}
    assert plain.post(f"{path}/upgrade", later) == contract["id"]
    _, other = _subscribed(plain, "Plan_pro")
    moved = plain.post(f"/v1/c/contract/{other['id']}/upgrade", {**body, "downgrade_allowed": True})
    assert moved != other["id"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"plan": "Plan_nope"}, 404),
        ({"customer": "Cust_nope"}, 404),
        ({"currency": "xxx"}, 400),
        ({"cycle": "fortnight"}, 400),
        ({"discount_id": "Disc_nope"}, 404),
        ({"unit_count_configuration": {"seats": "-1"}}, 400),
        ({"unit_count_configuration": {"nope": "1"}}, 400),
        ({"activation": "tomorrow"}, 400),
        ({"free_trial_days": 0}, 400),
    ],
)
def test_an_invalid_contract_is_refused(plain: Recorded, change: dict[str, Any], status: int) -> None:
    made = plain.post("/v1/c/customer", {"name": "Ada"})
    body = {"customer": made, "plan": "Plan_pro", "currency": "eur", "cycle": "month", **change}
    plain.post("/v1/c/contract", body, expect=status)


def test_pending_and_scheduled_contracts(plain: Recorded) -> None:
    assert _subscribed(plain, "Plan_pro", is_pending=True)[1]["status"] == "pending"
    scheduled = _subscribed(plain, "Plan_pro", activation="2026-12-24T00:00:00Z")[1]
    assert (scheduled["status"], scheduled["activation"]) == ("scheduled", "2026-12-24T00:00:00Z")


def test_preferences_are_the_default_of_new_contracts(plain: Recorded) -> None:
    periodic = {"periodic": {"cycle_count": 1, "cycle": "month", "cycle_start_offset": None}}
    plain.post("/v1/c/preferences/invoicing", {"automatic_payment": False, "invoice_trigger": periodic})
    plain.post("/v1/c/preferences/invoicing", {"automatic_payment": None, "due_date_policy": "end_of_period"})
    configuration = _subscribed(plain, "Plan_pro")[1]["configuration"]
    assert configuration["automatic_payment"] is False
    assert configuration["invoice_trigger"] == periodic


_YEARLY = {
    "upgrade_configuration": {"upgrade_strategy": "new_plan", "plan_id": "Plan_business", "cycle": "year"},
    "downgrade_allowed": True,
}


def _later(api: Recorded, to: str) -> None:
    """Move the clock without billing, as time does between two looks for due customers."""
    assert api.box.store is not None
    with api.box.store.write() as tx:
        clock.set_forward(tx, to)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/c/customer", {"id": "{customer}", "name": "Ada"}),
        ("/v1/c/customer/{customer}/inactivate", {"notes": "Asked for it"}),
        ("/v1/c/customer/{customer}/address", _ADDRESS),
        ("/v1/c/usage", {"customer_id": "{customer}", "feature_slug": "api_calls", "units": "1"}),
        ("/v1/c/usage/bulk", [{"customer_id": "{customer}", "feature_slug": "api_calls", "units": "1"}]),
        ("/v1/c/contract/{contract}/upgrade", _YEARLY),
    ],
)
def test_a_write_bills_up_to_now_first(plain: Recorded, path: str, body: Any) -> None:
    customer, contract = _subscribed(plain, "Plan_business")
    _later(plain, "2027-01-05T10:00:00Z")
    names = {"{customer}": customer, "{contract}": contract["id"]}
    text = json.dumps(body)
    for name, value in names.items():
        path, text = path.replace(name, value), text.replace(name, value)
    plain.post(path, json.loads(text))
    dates = [hit["invoice"]["date"][:10] for hit in plain.get("/v1/c/invoice", customer=customer)["hits"]]
    assert dates[:2] == ["2026-11-22", "2026-12-22"]


def test_usage_of_several_customers_bills_each_with_numbers_of_its_own(plain: Recorded) -> None:
    customers = [_subscribed(plain, "Plan_business")[0] for _ in range(3)]
    _later(plain, "2027-01-05T10:00:00Z")
    event = {"feature_slug": "api_calls", "units": "1"}
    assert plain.post("/v1/c/usage/bulk", [{**event, "customer_id": each} for each in customers]) == []
    customers.append(_subscribed(plain, "Plan_business")[0])
    invoices = [
        hit["invoice"] for each in customers for hit in plain.get("/v1/c/invoice", customer=each)["hits"]
    ]
    assert len({invoice["invoice_number"]["number"] for invoice in invoices}) == len(invoices) == 7


def test_an_upgrade_is_prorated_over_the_current_period(plain: Recorded) -> None:
    customer, contract = _subscribed(plain, "Plan_business")
    _later(plain, "2027-01-05T10:00:00Z")
    body = {"upgrade_configuration": {"upgrade_strategy": "change_unit_count",
                                      "unit_count_configuration": {"seats": "90"}}}  # fmt: skip
    estimate = plain.post(f"/v1/c/contract/{contract['id']}/upgrade_estimate", body)
    assert estimate["new_contract_period"]["start"] == "2026-12-22T00:00:00Z"
    plain.post(f"/v1/c/contract/{contract['id']}/upgrade", body)
    last = plain.get("/v1/c/invoice", customer=customer, direction="backward", limit=1)["hits"][0]
    # 40 seats at €4.00 for 17 of the 31 days from 22 December, without tax
    assert last["invoice"]["total"] == estimate["price_on_new_contract"][0]["invoice"]["total"] == "87.74"


# ── usage ──
def _used(plain: Recorded, customer: str) -> str:
    features = plain.get(f"/v1/c/entitlement/{customer}/access")["plan"]["features"]
    details = next(f["entitlement_details"] for f in features if f["slug"] == "api_calls")
    return str(details["used_unit_count"])


def test_usage_adds_up_and_absolute_usage_replaces(plain: Recorded) -> None:
    customer, _ = _subscribed(plain, "Plan_pro")
    event = {"customer_id": customer, "feature_slug": "api_calls", "units": "40"}
    plain.post("/v1/c/usage", event)
    plain.post("/v1/c/usage", event)
    assert _used(plain, customer) == "80"
    plain.post("/v1/c/usage", {**event, "units": "7", "is_absolute": True})
    assert _used(plain, customer) == "7"


def test_bulk_usage_names_rejected_events(plain: Recorded) -> None:
    customer, _ = _subscribed(plain, "Plan_pro")
    good = {"customer_id": customer, "feature_slug": "api_calls", "units": 3}
    events = [
        good,
        {**good, "feature_slug": "nope"},
        {**good, "timestamp": "2020-01-01T00:00:00Z"},
        {**good, "customer_id": "Cust_nobody"},
        {**good, "units": "many"},
        {**good, "units": "1e30"},
        good,
    ]
    rejected = plain.post("/v1/c/usage/bulk", events)
    assert [(entry["index"], list(entry["feedback"])) for entry in rejected] == [
        (1, ["contract"]),
        (2, ["timestamp"]),
        (3, ["customer"]),
        (4, ["units"]),
        (5, ["units"]),
    ]
    assert rejected[0]["feedback"]["contract"] == {"type": "error", "value": "Contract not found"}
    assert _used(plain, customer) == "6"
    plain.post("/v1/c/usage/bulk", {"not": "a list"}, expect=400)


# ── invoices and methods ──
def test_detached_methods_are_absent_from_the_list_only(api: Recorded) -> None:
    row, gone = next(
        (row, method)
        for row in api.customers()
        for method in api.get(f"/x/v1/customers/{row['id']}/methods")
        if method["status"] == "detached"
    )
    path = f"/v1/c/customer/{row['id']}/payment/method"
    assert gone["id"] not in {method["id"] for method in api.get(path)}
    assert api.get(f"{path}/{gone['id']}")["status"] == "detached"


def test_methods_have_capitalised_details(api: Recorded) -> None:
    shapes = {
        next(iter(method["details"]))
        for row in api.customers()
        for method in api.get(f"/v1/c/customer/{row['id']}/payment/method")
    }
    assert {"Card", "SepaDebit"} <= shapes


def test_void_and_written_off_invoices_are_out_of_every_unpaid_total(api: Recorded) -> None:
    gone = [
        row for state in ("voided", "written_off") for row in api.get("/x/v1/invoices", state=state)["rows"]
    ]
    assert gone
    for row in gone:
        entries = api.get("/v1/c/invoice", customer=row["customer_id"], limit=100)["hits"]
        entry = next(e for e in entries if e["invoice"]["id"] == row["id"])
        assert entry["detailed_invoice_status"] == "canceled_unpaid_transaction"
        unpaid = api.get(f"/v1/c/entitlement/{row['customer_id']}/billing")["payment"]["unpaid_invoices_info"]
        assert row["id"] not in {i["id"] for info in unpaid for i in info["unpaid_invoices"]}


def test_invoices_filter_by_customer_and_date(plain: Recorded) -> None:
    hits = plain.get("/v1/c/invoice", limit=100, date_after="2026-10-01", date_before="2026-11-01")["hits"]
    assert hits and all("2026-10-01" <= hit["invoice"]["date"][:10] < "2026-11-01" for hit in hits)
    customer = hits[0]["invoice"]["customer_id"]
    mine = plain.get("/v1/c/invoice", limit=100, customer=customer)["hits"]
    assert {hit["invoice"]["customer_id"] for hit in mine} == {customer}
    plain.get("/v1/c/invoice", expect=400, date_after="October")
