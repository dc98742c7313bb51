"""Lengths of ids and cursors, loops of cursors."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.unit.api.extension import PREVIEW, REFUND, ROW, extended
from tests.unit.api.mock import answer, client
from tests.unit.api.specimens import of
from wbtui import errors
from wbtui.api.port import Lookup
from wbtui.models import parts

LONGEST, TOO_LONG = "c" * 4096, "c" * 4097
CHANGE = {
    "seq": 1,
    "kind": "customer",
    "id": "C",
    "customer_id": "C",
    "op": "upsert",
    "at": "2026-11-22T10:00Z",
}


@pytest.mark.parametrize("name", ["next", "changes_cursor"])
async def test_a_cursor_of_a_snapshot_is_of_bounded_length(name: str) -> None:
    page = {"rows": [], "next": "c2", "total": 0, "changes_cursor": "ch0"}
    replies: list[Any] = [answer({**page, name: LONGEST}), answer({**page, name: TOO_LONG})]
    api = client(extended(**{"GET /x/v1/snapshot": replies}))
    assert getattr(await api.customers(), name) == LONGEST
    with pytest.raises(errors.BadAnswer, match=f"answer.{name} is longer than 4096 characters"):
        await api.customers()


async def test_every_other_cursor_is_of_bounded_length() -> None:
    server = extended(
        **{
            "GET /x/v1/changes": answer({"changes": [], "next": TOO_LONG, "more": False}),
            "GET /x/v1/customers/Cust_1/invoices": answer({"rows": [], "next": TOO_LONG, "total": 0}),
            "GET /x/v1/customers/Cust_1/activity": answer({"events": [], "next": TOO_LONG, "total": 0}),
        }
    )
    api = client(server)
    with pytest.raises(errors.BadAnswer, match="longer than 4096"):
        await api.changes("s")
    paged: list[parts.Part[Any]] = [parts.INVOICES, parts.ACTIVITY]
    for part in paged:
        with pytest.raises(errors.BadAnswer, match="longer than 4096"):
            await api.read(part, "Cust_1")


@pytest.mark.parametrize("length", [101, 6000])
async def test_an_id_that_is_too_long_is_the_servers_fault(length: int) -> None:
    long = "C" * length
    hits = {"hits": [{"id": long}], "total": 1, "total_pages": 1, "current_page": 1}
    invoice = {**of("Invoice", random.Random(1)), "id": "Inv_1", "customer_id": long}
    payment = {**of("Payment", random.Random(1)), "customer_id": "Cust_1", "invoice_ids": [long]}
    server = extended(
        **{
            "GET /v1/c/customer": answer(hits),
            "GET /x/v1/changes": answer({"changes": [{**CHANGE, "customer_id": long}], "next": "s"}),
            "GET /x/v1/invoices/Inv_1": answer(invoice),
            "GET /x/v1/customers/Cust_1/payments": answer([payment]),
        }
    )
    api = client(server)
    calls: list[Callable[[], Awaitable[Any]]] = [
        lambda: api.lookup(Lookup(text="anna")),
        lambda: api.changes("s"),
        lambda: api.read(parts.INVOICE, "Inv_1"),
        lambda: api.read(parts.PAYMENTS, "Cust_1"),
    ]
    for call in calls:
        with pytest.raises(errors.BadAnswer, match="longer than 100 characters"):
            await call()


async def test_a_basis_that_could_not_be_sent_back_is_not_taken() -> None:
    replies: list[Any] = [answer({**PREVIEW, "basis": "b" * length}) for length in (8192, 8193)]
    api = client(extended(**{"POST /x/v1/previews": replies}))
    assert len((await api.preview(REFUND)).basis) == 8192
    with pytest.raises(errors.BadAnswer, match="basis is longer than 8192 characters"):
        await api.preview(REFUND)


# ── loops ────────────────────────────────────────────────────────────────────────────────────────
async def test_a_cursor_that_loops_ends_the_walk() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        here = request.url.params.get("cursor", "c0")
        following = {"c0": "c1", "c1": "c2", "c2": "c1"}[here]
        return answer({"rows": [{**ROW, "id": here}], "next": following, "total": 3})

    api = client(extended(**{"GET /x/v1/snapshot": page}))
    assert (await api.customers()).next == "c1"
    assert (await api.customers("c1")).next == "c2"
    assert (await api.customers("c1")).next == "c2", "the same page asked again is no loop"
    with pytest.raises(errors.BadAnswer, match="leads back"):
        await api.customers("c2")


async def test_a_repeated_page_is_detected() -> None:
    server = extended(
        **{"GET /x/v1/snapshot": [answer({"rows": [ROW], "next": n, "total": 9}) for n in "ab"]}
    )
    api = client(server)
    await api.customers()
    with pytest.raises(errors.BadAnswer, match="repeats"):
        await api.customers("a")


async def test_an_unchanged_changes_cursor_is_no_loop() -> None:
    change = {"seq": 4, "kind": "invoice", "id": "Inv_1", "customer_id": "C", "op": "delete"}
    page = {"changes": [{**change, "at": "2026-11-22T10:00:00Z"}], "next": "s4", "more": False}
    server = extended(
        **{"GET /x/v1/changes": [answer(page), answer({"changes": [], "next": "s4", "more": False})]}
    )
    api = client(server)
    found = await api.changes("s3")
    assert found.changes[0].deleted and found.changes[0].kind == "invoice" and found.next == "s4"
    assert not (await api.changes("s4")).changes


async def test_a_changes_cursor_loop_is_detected() -> None:
    api = client(extended(**{"GET /x/v1/changes": answer({"changes": [], "next": "s", "more": True})}))
    with pytest.raises(errors.BadAnswer, match="leads back"):
        await api.changes("s")
