"""Client of the portal extension: discovery and reads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.unit.api.extension import CUSTOMER_ID, REFUND, ROW, extended
from tests.unit.api.mock import DISCOVERY, KEY, MockServer, answer, client, trouble
from wbtui import errors
from wbtui.api.port import Lookup
from wbtui.models import parts
from wbtui.models.capability import Environment
from wbtui.models.customer import BillingStatus
from wbtui.models.money import Money


async def test_discovery_returns_capabilities() -> None:
    system = await client(extended()).discover()
    assert system.extension and system.keys_honoured
    assert system.environment is Environment.DEMO
    assert system.can("action.refund") and system.can("read.customer")
    assert not system.can("action.void_invoice")


async def test_requests_have_the_key_header_and_the_query() -> None:
    page = {"rows": [ROW], "next": "c2", "total": 7, "changes_cursor": "ch0"}
    server = extended(**{"GET /x/v1/snapshot": answer(page)})
    found = await client(server).customers(limit=5000)
    assert found.next == "c2" and found.total == 7 and found.changes_cursor == "ch0"
    assert found.rows[0].billing_status is BillingStatus.PAST_DUE
    assert found.rows[0].owed == (Money(4900, "eur"),)
    request = server.requests[-1]
    assert request.headers["wb-key"] == KEY
    assert dict(request.url.params) == {"kind": "customers", "limit": "500"}


async def test_an_unsupported_part_is_not_requested() -> None:
    server = MockServer({"GET /x/v1": answer({**DISCOVERY, "capabilities": []})})
    api = client(server)
    with pytest.raises(errors.NotOffered):
        await api.read(parts.PAYMENTS, CUSTOMER_ID)
    with pytest.raises(errors.NotOffered):
        await api.preview(REFUND)
    assert server.calls == ["GET /x/v1"]


@pytest.mark.parametrize(
    "identifier", ["a/b", "a?b", "a#b", "%2e%2e", "a%2Fb", "Cust 1", "ü", "a/../../v1/c/customer"]
)
async def test_an_id_cannot_change_the_path(identifier: str) -> None:
    server = extended()
    with pytest.raises(errors.NotFound):
        await client(server).read(parts.CUSTOMER, identifier)
    path = server.requests[-1].url.raw_path.decode()
    head, tail = "/x/v1/customers/", "/row"
    assert path.startswith(head) and path.endswith(tail)
    assert not set(path[len(head) : -len(tail)]) & set("/?# ")


@pytest.mark.parametrize("identifier", ["", ".", "..", "a\nb", "a\x00", "x" * 501, "\ud800"])
async def test_an_invalid_id_is_not_sent(identifier: str) -> None:
    server = extended()
    with pytest.raises(errors.BadInput):
        await client(server).read(parts.CUSTOMER, identifier)
    assert server.calls in ([], ["GET /x/v1"])


async def test_an_old_cursor_is_expired() -> None:
    api = client(extended(**{"GET /x/v1/changes": trouble("cursor_expired", 410)}))
    with pytest.raises(errors.CursorExpired):
        await api.changes("s")


async def test_search_hits_become_rows_without_deleted_and_unreadable_customers() -> None:
    hits = {
        "hits": [{"id": CUSTOMER_ID}, {"id": "Cust_gone"}, {"id": "Cust_odd", "name": "Odd One"}],
        "total": 2,
        "total_pages": 1,
        "current_page": 1,
    }
    server = extended(
        **{
            "GET /v1/c/customer": answer(hits),
            f"GET /x/v1/customers/{CUSTOMER_ID}/row": answer(ROW),
            "GET /x/v1/customers/Cust_gone/row": trouble("not_found", 404),
            "GET /x/v1/customers/Cust_odd/row": answer({**ROW, "id": "Cust_odd", "created": "yesterday"}),
        }
    )
    found = await client(server).lookup(Lookup(text="anna", plan="Pro"))
    assert [row.id for row in found.rows] == [CUSTOMER_ID]
    assert [(row.id, row.name) for row in found.skipped] == [("Cust_odd", "Odd One")]
    assert "created" in found.skipped[0].reason
    asked = next(request for request in server.requests if request.url.path == "/v1/c/customer")
    assert asked.url.params["search"] == "anna" and asked.url.params["contract_plan_name"] == "Pro"


async def test_all_pages_of_invoices_are_fetched() -> None:
    row = {
        **ROW["latest_invoices"][0],
        "customer_id": CUSTOMER_ID,
        "version": "v1",
        "contract_id": None,
        "paid": {"amount": "0", "currency": "eur"},
        "refunded": {"amount": "0.00", "currency": "eur"},
    }
    pages: list[Any] = [
        answer({"rows": [{**row, "id": "Inv_1"}], "next": "n", "total": 2}),
        answer({"rows": [{**row, "id": "Inv_2"}], "next": None, "total": 2}),
    ]
    server = extended(**{f"GET /x/v1/customers/{CUSTOMER_ID}/invoices": pages})
    found = await client(server).read(parts.INVOICES, CUSTOMER_ID)
    assert [one.id for one in found] == ["Inv_1", "Inv_2"]


async def test_an_answer_without_its_list_is_not_taken_for_an_empty_one() -> None:
    calls = ("GET /x/v1/snapshot", "GET /x/v1/changes", f"GET /x/v1/customers/{CUSTOMER_ID}/invoices",
             "GET /v1/c/customer")  # fmt: skip
    api = client(extended(**{call: answer({"data": [], "next": "c2"}) for call in calls}))
    asked: list[Callable[[], Awaitable[Any]]] = [
        api.customers,
        api.invoices,
        lambda: api.changes("s"),
        lambda: api.read(parts.INVOICES, CUSTOMER_ID),
        lambda: api.lookup(Lookup(text="anna")),
    ]
    for call in asked:
        with pytest.raises(errors.BadAnswer, match="is missing"):
            await call()
