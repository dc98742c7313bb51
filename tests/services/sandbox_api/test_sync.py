"""A snapshot has every row once, and the change feed continues from its start."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.sandbox_api.recorded import Recorded, amount, refund


def _walk(
    api: Recorded, path: str, limit: int, rows: str = "rows", **parameters: Any
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page = api.get(path, limit=limit, **parameters)
    while True:
        assert len(page[rows]) <= limit
        assert page["total"] >= len(page[rows])
        found += page[rows]
        if page["next"] is None:
            assert len(found) == page["total"]
            return found
        page = api.get(path, limit=limit, cursor=page["next"], **parameters)


@pytest.mark.parametrize("kind", ["customers", "invoices", "plans"])
def test_every_page_size_reads_the_same_rows(api: Recorded, kind: str) -> None:
    whole = _walk(api, "/x/v1/snapshot", 500, kind=kind)
    assert len({row["id"] for row in whole}) == len(whole) > 0
    assert _walk(api, "/x/v1/snapshot", 7 if kind != "invoices" else 90, kind=kind) == whole


def test_rows_of_the_snapshot_are_the_fresh_rows(api: Recorded) -> None:
    for row in api.customers()[::5]:
        assert api.get(f"/x/v1/customers/{row['id']}/row") == row


def test_lists_of_a_customer_page_like_their_whole(api: Recorded) -> None:
    row = next(row for row in api.customers() if len(row["latest_invoices"]) == 3)
    path = f"/x/v1/customers/{row['id']}"
    assert _walk(api, f"{path}/invoices", 2) == _walk(api, f"{path}/invoices", 500)
    events = _walk(api, f"{path}/activity", 3, "events")
    assert events == _walk(api, f"{path}/activity", 500, "events")
    assert [e["at"] for e in events] == sorted((e["at"] for e in events), reverse=True)
    billing = _walk(api, f"{path}/activity", 4, "events", kind="billing")
    assert billing == [e for e in events if e["kind"] == "billing"]
    number = row["latest_invoices"][0]["number"]
    found = _walk(api, f"{path}/activity", 4, "events", q=number.lower())
    assert found and all(number in event["what"] for event in found)


def test_work_queues_match_their_filters(api: Recorded) -> None:
    late = _walk(api, "/x/v1/invoices", 5, overdue="true")
    assert late and all(row["open"]["amount"] != "0.00" and row["due"] < "2026-11-22" for row in late)
    paid = _walk(api, "/x/v1/invoices", 400, state="paid")
    assert {row["state"] for row in paid} == {"paid"}
    others = _walk(api, "/x/v1/invoices", 400, overdue="false")
    assert not {row["id"] for row in late} & {row["id"] for row in others}
    assert len(late) + len(others) == len(_walk(api, "/x/v1/invoices", 500))
    done = _walk(api, "/x/v1/refunds", 3, status="succeeded")
    assert {r["status"] for r in done} == {"succeeded"}


def test_no_edit_during_a_full_sync_is_lost(api: Recorded) -> None:
    page = api.get("/x/v1/snapshot", kind="customers", limit=10)
    since = page["changes_cursor"]
    (customer, payment), held = api.refundable_payments(enough=1)[0], {}
    for row in page["rows"]:
        held[row["id"]] = row
    api.do(refund(customer, payment, **amount("1.00", payment)))  # a row already listed, or not: either way
    while page["next"]:
        page = api.get("/x/v1/snapshot", kind="customers", limit=10, cursor=page["next"])
        assert page.get("changes_cursor") is None
        held |= {row["id"]: row for row in page["rows"]}
    changes = api.get("/x/v1/changes", since=since)
    assert not changes["more"]
    assert ("customer", customer) in {(c["kind"], c["id"]) for c in changes["changes"]}
    assert ("invoice", payment["invoice_ids"][0]) in {(c["kind"], c["id"]) for c in changes["changes"]}
    for change in changes["changes"]:
        if change["kind"] == "customer":
            held[change["id"]] = api.get(f"/x/v1/customers/{change['id']}/row")
    assert held == {row["id"]: row for row in api.customers()}
    assert api.get("/x/v1/changes", since=changes["next"])["changes"] == []


def test_changes_come_in_order_and_in_pages(api: Recorded) -> None:
    since = api.get("/x/v1/snapshot", kind="plans")["changes_cursor"]
    api.post("/x/v1/clock", {"to": "2026-12-22T10:00:00Z"})
    seen: list[int] = []
    more, cursor = True, since
    while more:
        page = api.get("/x/v1/changes", since=cursor, limit=50)
        seen += [change["seq"] for change in page["changes"]]
        more, cursor = page["more"], page["next"]
    assert len(seen) > 50
    assert seen == sorted(set(seen))


def test_moving_the_clock_bills(api: Recorded) -> None:
    before = api.get("/x/v1/snapshot", kind="invoices", limit=1)["total"]
    row = next(
        row
        for row in api.customers()
        if row["contracts"] and row["contracts"][0]["next_charge"] and row["billing_status"] == "active"
    )
    charge = row["contracts"][0]["next_charge"]
    api.post("/x/v1/clock", {"to": f"{charge['date']}T23:59:59Z"})
    assert api.get("/x/v1/snapshot", kind="invoices", limit=1)["total"] > before
    newest = api.get(f"/x/v1/customers/{row['id']}/invoices", limit=1)["rows"][0]
    assert newest["date"] == charge["date"]
