"""Every call of both API descriptions is served as described, for customers of every kind."""

from __future__ import annotations

from typing import Any

import httpx

from tests.services.sandbox_api.recorded import Recorded, amount, refund
from tests.support.patience import PATIENCE
from wbtui.sandbox.actions.runner import KINDS

PARTS = "row contracts payments refunds credits credit_notes wallets usage activity methods invoices".split()


def _walk_wingback_reads(api: Recorded, row: dict[str, Any]) -> None:
    customer = f"/v1/c/customer/{row['id']}"
    api.get(customer)
    api.get(f"{customer}/address", expect=200 if row["address"] else 404)
    api.get(f"{customer}/balance")
    for method in api.get(f"{customer}/payment/method"):
        api.get(f"{customer}/payment/method/{method['id']}")
    api.get(f"/v1/c/entitlement/{row['id']}/access")
    api.get(f"/v1/c/entitlement/{row['id']}/billing")
    for contract in row["contracts"]:
        api.get(f"/v1/c/contract/{contract['id']}")
    for invoice in row["latest_invoices"]:
        api.get(f"/v1/c/invoice/{invoice['id']}")


def _walk_wingback_writes(api: Recorded, row: dict[str, Any]) -> None:
    made = api.post("/v1/c/customer", {"name": "Nora Näslund", "emails": {"main": "nora@example.com"}})
    address = {"line_1": "Storgatan 1", "zip": "111 22", "city": "Stockholm", "state": "", "country": "SE"}
    assert api.post(f"/v1/c/customer/{made}/address", address)["state"] is None
    assert api.post(f"/v1/c/customer/{made}/activate") is None
    session = {"operation": "add_method", "address": False}
    api.post(f"/v1/c/customer/{made}/payment/session", session)
    subscribe = {"customer": made, "plan": "Plan_starter", "currency": "eur", "cycle": "month"}
    assert api.post("/v1/c/contract", subscribe) is None
    contract = api.get(f"/v1/c/customer/{made}")["contracts"][0]["id"]
    upgrade = {"upgrade_configuration": {"upgrade_strategy": "new_plan", "plan_id": "Plan_pro"}}
    api.post(f"/v1/c/contract/{contract}/upgrade_estimate", upgrade)
    api.post(f"/v1/c/contract/{contract}/upgrade", upgrade)
    api.post("/v1/c/usage", {"customer_id": made, "feature_slug": "api_calls", "units": "5"})
    api.post("/v1/c/usage/bulk", [{"customer_id": made, "feature_slug": "api_calls", "units": 5}])
    assert api.post("/v1/c/invoice", {}) is None
    assert api.post("/v1/c/preferences/invoicing", {"automatic_payment": True}) is None
    assert api.post(f"/v1/c/customer/{made}/inactivate", {"notes": "Asked for it"}) is None
    link = api.post("/v1/c/customer/authenticate", {"id": made}, expect=201)
    assert link.startswith(api.box.url)
    page = httpx.get(link, timeout=PATIENCE)  # without the key, as a customer opens it
    assert (page.status_code, "which has no portal" in page.text) == (200, True)


def test_every_documented_call_is_served_as_described(api: Recorded) -> None:
    rows = api.customers()
    for row in rows:
        _walk_wingback_reads(api, row)
    _walk_wingback_writes(api, rows[0])
    api.get("/v1/c/customer", status="active")
    api.get("/v1/c/invoice", limit=100)
    called = {(method, path) for method, path, _ in api.wingback.checked}
    assert called == api.wingback.operations(without=frozenset({"inferred"}))


def test_every_call_of_the_extension_is_served_as_described(api: Recorded) -> None:
    for kind in ("customers", "invoices", "plans"):
        first = api.get("/x/v1/snapshot", kind=kind, limit=20)
    api.get("/x/v1/changes", since=first["changes_cursor"])
    for path in ("/x/v1", "/x/v1/plans", "/x/v1/discounts", "/x/v1/invoices", "/x/v1/refunds"):
        api.get(path)
    for row in api.customers()[:40]:  # the made-up cases come first
        for part in PARTS:
            api.get(f"/x/v1/customers/{row['id']}/{part}")
        for invoice in api.get(f"/x/v1/customers/{row['id']}/invoices")["rows"][:2]:
            api.get(f"/x/v1/invoices/{invoice['id']}")
    customer, payment = api.refundable_payments()[0]
    outcome = api.do(refund(customer, payment, **amount("1.00", payment)))
    api.get(f"/x/v1/actions/{outcome['key']}")
    api.post(f"/x/v1/actions/{outcome['key']}/abandon")
    api.post("/x/v1/clock", {"to": "2026-11-29T12:00:00Z"})
    called = {(method, path) for method, path, status in api.portal.checked if status == "200"}
    assert called == api.portal.operations()


def test_parts_name_the_customer_they_belong_to(api: Recorded) -> None:
    parts = "payments refunds credits credit_notes wallets usage methods".split()
    seen = dict.fromkeys([*parts, "invoice payments", "invoice credit_notes"], 0)
    customer, payment = api.refundable_payments()[0]
    api.do(refund(customer, payment, adjust_invoice=True))
    for row in api.customers()[:40]:
        owner = row["id"]
        for part in parts:
            rows = api.get(f"/x/v1/customers/{owner}/{part}")
            assert all(each["customer_id"] == owner for each in rows), part
            seen[part] += len(rows)
    for invoice_id in payment["invoice_ids"]:
        invoice = api.get(f"/x/v1/invoices/{invoice_id}")
        for part in ("payments", "credit_notes"):
            assert all(each["customer_id"] == customer for each in invoice[part])
            seen[f"invoice {part}"] += len(invoice[part])
    assert all(seen.values()), seen


def test_the_reads_say_the_same_in_both_dialects(api: Recorded) -> None:
    for row in api.customers():
        plain = api.get(f"/v1/c/customer/{row['id']}")
        assert plain["name"] == row["name"]
        assert plain["emails"] == {email["label"]: email["address"] for email in row["emails"]}
        assert {c["id"]: c["status"] for c in plain["contracts"]} == {
            c["id"]: c["status"] for c in row["contracts"]
        }
        owed = {money["currency"]: money["amount"] for money in row["owed"]}
        unpaid = api.get(f"/v1/c/entitlement/{row['id']}/billing")["payment"]["unpaid_invoices_info"]
        assert {entry["currency"]: entry["total_unpaid"] for entry in unpaid} == owed


def test_capabilities_are_exactly_what_is_served(api: Recorded) -> None:
    capabilities = set(api.get("/x/v1")["capabilities"])
    actions = {c.removeprefix("action.") for c in capabilities if c.startswith("action.")}
    assert actions == set(KINDS)
    assert "sandbox.clock" in capabilities
    closed_list = api.portal.operations()
    reads = {path.rpartition("/")[2] for _, path in closed_list if path.startswith("/x/v1/customers/")}
    served = {c.removeprefix("read.") for c in capabilities if c.startswith("read.")}
    assert reads - {"row"} <= served
    assert {"snapshot", "changes", "plans", "discounts", "invoice", "invoices"} <= served
