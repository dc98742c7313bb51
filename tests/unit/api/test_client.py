"""Client of the portal extension: requests, responses and rejected responses."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.unit.api.mock import DISCOVERY, KEY, MockServer, answer, client, raw, trouble
from tests.unit.api.specimens import example, of
from wbtui import errors
from wbtui.api.port import Lookup
from wbtui.models import parts
from wbtui.models.actions import Context, CreatePortalLink, Reason, RefundInvoice
from wbtui.models.capability import Environment
from wbtui.models.customer import BillingStatus
from wbtui.models.money import Money
from wbtui.models.preview import Status

ROW: dict[str, Any] = example("/x/v1/customers/{id}/row")
CUSTOMER_ID: str = ROW["id"]
PREVIEW: dict[str, Any] = example("/x/v1/previews", "post")
OUTCOMES: dict[str, Any] = example("/x/v1/actions", "post")
K = OUTCOMES["done"]["key"]
REFUND = RefundInvoice(
    customer_id=CUSTOMER_ID,
    context=Context(agent="Jörg Müller", reason=Reason.SERVICE_ISSUE, notify=True),
    payment_id="Pay_1",
    invoice_id="Inv_1",
    mode="amount",
    amount=Money(2240, "eur"),
)


def extended(**routes: Any) -> MockServer:
    server = MockServer({"GET /x/v1": answer(DISCOVERY)})
    for call, reply in routes.items():
        server.on(call, reply)
    return server


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


async def test_a_row_of_another_customer_is_rejected() -> None:
    server = extended(**{"GET /x/v1/customers/Cust_2/row": answer(ROW)})
    with pytest.raises(errors.BadAnswer, match="another object"):
        await client(server).read(parts.CUSTOMER, "Cust_2")


async def test_a_list_with_a_refund_of_another_customer_is_rejected() -> None:
    refund = {
        "id": "Ref_1",
        "payment_id": "Pay_1",
        "money": {"amount": "1.00", "currency": "eur"},
        "status": "succeeded",
        "reason": "other",
        "at": "2026-11-22T10:00:00Z",
        "customer_id": "Cust_other",
    }
    server = extended(**{f"GET /x/v1/customers/{CUSTOMER_ID}/refunds": answer([refund])})
    with pytest.raises(errors.BadAnswer, match="another customer"):
        await client(server).read(parts.REFUNDS, CUSTOMER_ID)


OWNED: list[tuple[parts.Part[Any], str, str]] = [
    (parts.PAYMENTS, "payments", "Payment"),
    (parts.METHODS, "methods", "Method"),
    (parts.USAGE, "usage", "UsageSeries"),
    (parts.CREDITS, "credits", "CreditEntry"),
    (parts.CREDIT_NOTES, "credit_notes", "CreditNote"),
    (parts.WALLETS, "wallets", "Wallet"),
]
_owned = pytest.mark.parametrize(("part", "path", "shape"), OWNED, ids=lambda value: str(value))


@_owned
async def test_a_part_of_another_customer_is_not_believed(
    part: parts.Part[Any], path: str, shape: str
) -> None:
    ours, foreign = ({**of(shape, random.Random(1)), "customer_id": owner} for owner in ("Cust_1", "Cust_2"))
    server = extended(**{f"GET /x/v1/customers/Cust_1/{path}": [answer([ours]), answer([ours, foreign])]})
    api = client(server)
    assert len(await api.read(part, "Cust_1")) == 1
    with pytest.raises(errors.BadAnswer, match=r"answer\[1\]\.customer_id names another customer"):
        await api.read(part, "Cust_1")


@_owned
async def test_an_older_server_does_not_say_whose_a_part_is(
    part: parts.Part[Any], path: str, shape: str
) -> None:
    silent = {name: value for name, value in of(shape, random.Random(1)).items() if name != "customer_id"}
    rows = [silent, {**silent, "customer_id": None}]
    server = extended(**{f"GET /x/v1/customers/Cust_1/{path}": answer(rows)})
    assert len(await client(server).read(part, "Cust_1")) == 2


@pytest.mark.parametrize(
    ("name", "shape"), [("payments", "Payment"), ("refunds", "Refund-Output"), ("credit_notes", "CreditNote")]
)
async def test_an_invoice_with_a_part_of_another_customer_is_not_believed(name: str, shape: str) -> None:
    invoice = {**of("Invoice", random.Random(1)), "id": "Inv_1", "customer_id": "Cust_1"}
    ours, foreign = ({**of(shape, random.Random(1)), "customer_id": owner} for owner in ("Cust_1", "Cust_2"))
    pages: list[Any] = [answer({**invoice, name: [ours]}), answer({**invoice, name: [ours, foreign]})]
    api = client(extended(**{"GET /x/v1/invoices/Inv_1": pages}))
    assert (await api.read(parts.INVOICE, "Inv_1")).id == "Inv_1"
    with pytest.raises(errors.BadAnswer, match=rf"{name}\[1\]\.customer_id names another customer"):
        await api.read(parts.INVOICE, "Inv_1")


# ── lengths ──────────────────────────────────────────────────────────────────────────────────────
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


async def test_an_old_cursor_is_expired() -> None:
    api = client(extended(**{"GET /x/v1/changes": trouble("cursor_expired", 410)}))
    with pytest.raises(errors.CursorExpired):
        await api.changes("s")


async def test_search_hits_become_rows_without_deleted_customers() -> None:
    hits = {
        "hits": [{"id": CUSTOMER_ID}, {"id": "Cust_gone"}],
        "total": 2,
        "total_pages": 1,
        "current_page": 1,
    }
    server = extended(
        **{
            "GET /v1/c/customer": answer(hits),
            f"GET /x/v1/customers/{CUSTOMER_ID}/row": answer(ROW),
            "GET /x/v1/customers/Cust_gone/row": trouble("not_found", 404),
        }
    )
    found = await client(server).lookup(Lookup(text="anna", plan="Pro"))
    assert [row.id for row in found] == [CUSTOMER_ID]
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


# ── actions ──────────────────────────────────────────────────────────────────────────────────────
async def test_preview_and_perform_send_the_same_action_and_the_basis() -> None:
    done = answer(OUTCOMES["done"])
    server = extended(**{"POST /x/v1/previews": answer(PREVIEW), "POST /x/v1/actions": done})
    api = client(server)
    preview = await api.preview(REFUND)
    assert preview.changes[0].before == "0.00 eur" and preview.lines[0].money == Money(2240, "eur")
    intent = api.build_intent(REFUND, preview, K)
    assert api.build_intent(REFUND, preview, K).body == intent.body, "the same bytes for the same intent"
    told: list[int] = []
    outcome = await api.perform(intent, on_sending=lambda: told.append(len(server.requests)))
    assert outcome.status is Status.DONE and outcome.objects[0].type == "refund"
    assert told == [2], "told once, before the request was there"
    request = server.requests[-1]
    assert request.content == intent.body and request.headers["idempotency-key"] == K
    sent = json.loads(intent.body)
    assert sent["basis"] == PREVIEW["basis"] and sent["key"] == K
    assert sent["action"] == json.loads(server.requests[1].content)
    assert sent["action"]["context"]["agent"] == "Jörg Müller"
    assert sent["action"]["amount"] == {"amount": "22.40", "currency": "eur"}
    assert "percent" not in sent["action"], "requests are closed and nothing is sent that was not given"


async def test_the_amount_of_a_preview_may_be_absent_or_null() -> None:
    silent = {name: value for name, value in PREVIEW.items() if name != "amount"}
    money = {"amount": "22.40", "currency": "eur"}
    replies: list[Any] = [answer(told) for told in (silent, {**silent, "amount": None})]
    replies.append(answer({**silent, "amount": money}))
    api = client(extended(**{"POST /x/v1/previews": replies}))
    assert [(await api.preview(REFUND)).amount for _ in replies] == [None, None, Money(2240, "eur")]


async def _perform(reply: Any) -> Any:
    server = extended(**{"POST /x/v1/previews": answer(PREVIEW), "POST /x/v1/actions": reply})
    api = client(server)
    return await api.perform(api.build_intent(REFUND, await api.preview(REFUND), K))


async def test_a_refusal_is_an_outcome() -> None:
    outcome = await _perform(answer(OUTCOMES["refused"]))
    assert outcome.status is Status.REFUSED
    assert outcome.rule.code == "exceeds_refundable" and outcome.rule.limit == Money(2660, "eur")


@pytest.mark.parametrize(
    "change",
    [
        {"key": "another-key-0000000"},
        {"kind": "grant_credit"},
        {"status": "maybe"},
        {"status": None},
        {"status": "refused", "rule": None},
        {"at": None},
        {"link": "javascript:alert(1)"},
        {"link": "https://x.example/\u001b[2J"},
    ],
)
async def test_an_outcome_of_another_action_is_rejected(change: dict[str, Any]) -> None:
    with pytest.raises(errors.BadAnswer) as caught:
        await _perform(answer({**OUTCOMES["done"], **change}))
    assert caught.value.sent


async def test_a_changed_basis_brings_the_new_preview() -> None:
    fresh = {**copy.deepcopy(PREVIEW), "basis": "b2"}
    with pytest.raises(errors.BasisChanged) as caught:
        await _perform(trouble("basis_changed", 409, preview=fresh))
    assert caught.value.preview.basis == "b2"  # type: ignore[attr-defined]
    with pytest.raises(errors.BasisChanged) as caught:
        await _perform(trouble("basis_changed", 409, preview={"basis": 3}))
    assert caught.value.preview is None, "unreadable preview, but nothing was done all the same"


async def test_in_progress_and_key_reused_differ() -> None:
    with pytest.raises(errors.InProgress):
        await _perform(trouble("in_progress", 409))
    with pytest.raises(errors.Rejected) as caught:
        await _perform(trouble("key_reused", 422))
    assert caught.value.code == "key_reused"
    with pytest.raises(errors.Rejected) as caught:
        await _perform(trouble("invalid", 422, fields={"action.amount": "is too large"}))
    assert caught.value.fields == {"action.amount": "is too large"}


async def test_an_error_of_the_journal_prevents_sending() -> None:
    server = extended(
        **{"POST /x/v1/previews": answer(PREVIEW), "POST /x/v1/actions": answer(OUTCOMES["done"])}
    )
    api = client(server)
    intent = api.build_intent(REFUND, await api.preview(REFUND), K)

    def full() -> None:
        raise errors.StoreFull("No space left.")

    with pytest.raises(errors.StoreFull):
        await api.perform(intent, on_sending=full)

    def broken() -> None:
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        await api.perform(intent, on_sending=broken)
    assert not any(call.startswith("POST /x/v1/actions") for call in server.calls)


async def test_outcome_of_and_abandon() -> None:
    abandoned = {**OUTCOMES["refused"], "rule": {"code": "abandoned", "message": "Given up."}}
    server = extended(
        **{
            f"GET /x/v1/actions/{K}": [
                answer({**OUTCOMES["done"], "replayed": True}),
                trouble("not_found", 404),
            ],
            f"POST /x/v1/actions/{K}/abandon": answer(abandoned),
        }
    )
    api = client(server)
    assert (await api.outcome_of(K)).replayed
    with pytest.raises(errors.NotFound):
        await api.outcome_of(K)
    outcome = await api.abandon(K)
    assert outcome.status is Status.REFUSED and outcome.rule is not None and outcome.rule.code == "abandoned"


async def test_a_web_page_instead_of_an_outcome_is_not_a_not_found() -> None:
    server = extended(**{f"GET /x/v1/actions/{K}": raw(b"<html>404</html>", 404)})
    with pytest.raises(errors.BadAnswer):
        await client(server).outcome_of(K)


async def test_the_portal_link_is_returned() -> None:
    link = {**OUTCOMES["done"], "kind": "create_portal_link", "link": "https://portal.example/t/abc"}
    server = extended(**{"POST /x/v1/previews": answer(PREVIEW), "POST /x/v1/actions": answer(link)})
    api = client(server)
    action = CreatePortalLink(customer_id=CUSTOMER_ID, context=Context(agent="x"))
    outcome = await api.perform(api.build_intent(action, await api.preview(action), K))
    assert outcome.link == "https://portal.example/t/abc"
