"""Client of the documented API."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.unit.api.extension import REFUND
from tests.unit.api.mock import MockServer, answer, client, raw
from wbtui import errors
from wbtui.api.port import Lookup
from wbtui.api.wingback.client import _environment
from wbtui.models import parts
from wbtui.models.capability import Environment
from wbtui.models.customer import BillingStatus
from wbtui.models.invoice import InvoiceState
from wbtui.models.money import Money
from wbtui.models.payment import MethodKind

CONTRACT: dict[str, Any] = {
    "id": "Cont_1",
    "status": "active",
    "customer": "Anna",
    "customer_id": "Cust_1",
    "plan": "Pro",
    "plan_id": "PP6964516404716267",
    "amount": 49,
    "currency": "USD",
    "cycle": "fortnight",
    "activation": "2026-03-14T00:00:00Z",
}
CUSTOMER: dict[str, Any] = {
    "id": "Cust_1",
    "status": "active",
    "emails": {"main": "anna@lumen.example", "invoice": None},
    "created": "2024-03-02 10:00:00 UTC",
    "metadata": None,
    "tax_details": {"vat_id": "DE1", "other": [1]},
    "contracts": [CONTRACT],
}
STANDING: dict[str, Any] = {
    "customer": {"status": "active"},
    "contract": {"contract_id": "Cont_1", "status": "active"},
    "payment": {
        "unpaid_invoices_info": [
            {
                "currency": "usd",
                "total_unpaid": "98.00",
                "unpaid_invoices": [
                    {"id": "Inv_1", "amount": "49.00", "due_date": "2026-11-14T00:00:00Z"},
                    {"id": "Inv_2", "amount": "49.00", "due_date": None},
                ],
            },
            {"currency": "eur", "total_unpaid": "0"},
        ],
        "wallet_balances": [{"id": "W_1", "currency": "usd", "balance": "12.50"}],
    },
}
INVOICE: dict[str, Any] = {
    "id": "Inv_1",
    "customer_id": "Cust_1",
    "invoice_number": {"number": "INV-1"},
    "status": "ready_for_payment",
    "currency": "usd",
    "total": "58.31",
    "date": "2026-11-14T08:00:00Z",
    "due_date": None,
}
LINE: dict[str, Any] = {
    "id": "Item_1",
    "name": "Pro",
    "unit_count": 3,
    "unit_price": "0.0035",
    "subtotal": "54.00",
    "discount_amount": "5.00",
    "tax_policy": "tax_excluded",
    "tax_amount": "9.31",
    "total_including_tax": "58.31",
}


def page(*hits: dict[str, Any], forward: str | None = None, total: int = 0) -> dict[str, Any]:
    return {"hits": list(hits), "total": total, "total_pages": 1, "current_page": 1, "forward": forward}


def plain(**routes: Any) -> MockServer:
    server = MockServer({"GET /v1/c/customer": answer(page(CUSTOMER))})
    server.on("GET /v1/c/customer/Cust_1", answer(CUSTOMER))
    server.on("GET /v1/c/entitlement/Cust_1/billing", answer(STANDING))
    for call, reply in routes.items():
        server.on(call, reply)
    return server


async def test_discovery_without_the_extension() -> None:
    date = {"date": "Sun, 22 Nov 2026 23:59:00 GMT"}
    server = plain(**{"GET /v1/c/customer": answer(page(CUSTOMER), headers=date)})
    system = await client(server).discover()
    assert not system.extension and not system.keys_honoured and system.unsupported
    assert system.today.isoformat() == "2026-11-22" and system.default_currency == "usd"
    assert system.environment is Environment.UNKNOWN
    reason = system.disabled_reason("action.refund")
    assert reason is not None and "dashboard" in reason
    assert set(server.requests[-1].url.params) == {"status", "limit"}, "one parameter of its own is demanded"


@pytest.mark.parametrize(
    ("host", "environment"),
    [
        ("api.wingback.com", Environment.LIVE),
        ("api.app.wingback.com", Environment.LIVE),
        ("api.demo.wingback.com", Environment.DEMO),
        ("api.app.test.wingback.com", Environment.TEST),
        ("wingback.com.evil.example", Environment.UNKNOWN),
        ("evilwingback.com", Environment.UNKNOWN),
    ],
)
def test_environments_of_documented_hosts(host: str, environment: Environment) -> None:
    assert _environment(host) is environment


async def test_customers_are_listed_by_status() -> None:
    def search(request: httpx.Request) -> httpx.Response:
        query = request.url.params
        status, offset, limit = query["status"], query.get("offset"), int(query["limit"])
        ids = {"active": ["a1", "a2", "a3"], "inactive": [], "temporary": ["t1"]}[status]
        start = ids.index(offset.removeprefix("after.")) + 1 if offset else 0
        hits = ids[start : start + min(limit, 2)]
        more = f"after.{hits[-1]}" if start + len(hits) < len(ids) and hits else None
        rows = [{**CUSTOMER, "id": name, "status": status} for name in hits]
        return answer(page(*rows, forward=more, total=len(ids)))

    api = client(plain(**{"GET /v1/c/customer": search}))
    cursor: str | None = None
    found: list[str] = []
    while True:
        got = await api.customers(cursor, limit=2)
        found += [row.id for row in got.rows]
        assert got.total == 4 and got.changes_cursor is None
        cursor = got.next
        if cursor is None:
            break
    assert found == ["a1", "a2", "a3", "t1"]
    frozen = [row for row in got.rows if row.billing_status is BillingStatus.FROZEN]
    assert not frozen, "not registered is not frozen"


async def test_a_cursor_of_the_extension_is_expired() -> None:
    for cursor in ("9.0.x", "c2", "x.y.z", "-1.0."):
        with pytest.raises(errors.CursorExpired):
            await client(plain()).customers(cursor)


async def test_missing_fields_of_a_listed_customer_are_none() -> None:
    row = (await client(plain()).customers()).rows[0]
    assert row.billing_status is BillingStatus.UNKNOWN
    assert (row.owed, row.mrr, row.methods, row.latest_invoices, row.disputed) == (None,) * 5
    assert row.email == "anna@lumen.example" and row.vat_id == "DE1" and row.metadata == {}
    assert row.subscriptions[0].amount == Money(4900, "usd")
    assert row.subscriptions[0].cycle.value == "unknown"


@pytest.mark.parametrize(
    ("change", "standing", "expected"),
    [
        ({"status": "inactive"}, STANDING, BillingStatus.FROZEN),
        ({}, STANDING, BillingStatus.PAST_DUE),
        ({}, None, BillingStatus.UNKNOWN),
        ({}, {"payment": {"unpaid_invoices_info": []}}, BillingStatus.ACTIVE),
        ({}, {"payment": {}}, BillingStatus.UNKNOWN),
        (
            {"contracts": [{**CONTRACT, "free_trial_end": "2099-01-01T00:00:00Z"}]},
            {"payment": {"unpaid_invoices_info": []}},
            BillingStatus.TRIALING,
        ),
        (
            {"contracts": [{**CONTRACT, "expiration": "2099-01-01"}]},
            {"payment": {"unpaid_invoices_info": []}},
            BillingStatus.CANCELING,
        ),
        (
            {"contracts": [{**CONTRACT, "amount": "0"}]},
            {"payment": {"unpaid_invoices_info": []}},
            BillingStatus.FREE,
        ),
        (
            {"contracts": [{**CONTRACT, "status": "canceled"}]},
            {"payment": {"unpaid_invoices_info": []}},
            BillingStatus.ENDED,
        ),
        ({"contracts": None}, {"payment": {"unpaid_invoices_info": []}}, BillingStatus.UNKNOWN),
    ],
)
async def test_billing_status(
    change: dict[str, Any], standing: dict[str, Any] | None, expected: BillingStatus
) -> None:
    server = plain(**{"GET /v1/c/customer/Cust_1": answer({**CUSTOMER, **change})})
    server.on(
        "GET /v1/c/entitlement/Cust_1/billing", raw(b"{}", 404) if standing is None else answer(standing)
    )
    found = await client(server).read(parts.CUSTOMER, "Cust_1")
    assert found.billing_status is expected
    if standing is STANDING:
        assert found.owed == (Money(9800, "usd"),)
        assert str(found.overdue_since) == "2026-11-14"


async def test_subscriptions_come_from_their_contracts() -> None:
    details = {
        "contract_summary": {
            **CONTRACT,
            "configuration": {"invoice_trigger": {"periodic": {"cycle_count": 1, "cycle": "month"}}},
        },
        "billing_information": {
            "current_period": {"start": "2026-11-14T00:00:00Z", "end": "2026-12-14T00:00:00Z"},
            "current_period_idx": 9,
        },
        "plan": {
            "name": "Pro",
            "price": "49.00",
            "features": [
                {
                    "slug": "seats",
                    "name": "Seats",
                    "entitlement_details": {"pricing_strategy": "per_unit", "contracted_unit_count": 25},
                }
            ],
        },
        "discount": {"unheard_of": True},
    }
    server = plain(**{"GET /v1/c/contract/Cont_1": answer(details)})
    (found,) = await client(server).read(parts.SUBSCRIPTIONS, "Cust_1")
    assert [str(day) for day in found.period or ()] == ["2026-11-14", "2026-12-13"], "first and last day"
    assert found.units == {"seats": "25"} and found.invoice_trigger == "every month"
    assert found.price_signed == Money(4900, "usd") and found.price_today is None
    foreign = {**details, "contract_summary": {**CONTRACT, "customer_id": "Cust_2"}}
    server.on("GET /v1/c/contract/Cont_1", answer(foreign))
    with pytest.raises(errors.BadAnswer, match="another object"):
        await client(server).read(parts.SUBSCRIPTIONS, "Cust_1")


async def test_an_invoice_has_the_documented_fields() -> None:
    details: dict[str, Any] = {
        "invoice": INVOICE,
        "invoice_lines": [LINE, {"odd": 1}],
        "transactions": [{"x": 1}],
    }
    server = plain(**{"GET /v1/c/invoice/Inv_1": answer(details)})
    found = await client(server).read(parts.INVOICE, "Inv_1")
    (line,) = found.lines
    assert line.unit_price is None, "finer than a cent is no amount of money"
    assert line.total == line.gross - line.discount + line.tax.money + line.rounding  # type: ignore[union-attr]
    assert (found.subtotal, found.tax) == (Money(5400, "usd"), Money(931, "usd"))
    assert (found.open, found.paid, found.refundable, found.payments) == (None, None, None, ())
    short = {**details, "invoice": {**INVOICE, "total": "60.00"}}
    server.on("GET /v1/c/invoice/Inv_1", answer(short))
    assert (await client(server).read(parts.INVOICE, "Inv_1")).subtotal is None, "the lines are not all of it"


async def test_rows_of_invoices_and_one_withdrawn() -> None:
    entries = [
        {"invoice": {**INVOICE, "id": "Inv_2", "status": "paid"}, "detailed_invoice_status": "paid"},
        {"invoice": {**INVOICE, "id": "Inv_3"}, "detailed_invoice_status": "canceled_unpaid_transaction"},
        {"invoice": INVOICE, "detailed_invoice_status": "brand_new_word"},
    ]
    server = plain(**{"GET /v1/c/invoice": answer(page(*entries))})
    rows = {row.id: row for row in await client(server).read(parts.INVOICES, "Cust_1")}
    assert rows["Inv_2"].open == Money(0, "usd") and rows["Inv_2"].paid == Money(5831, "usd")
    assert rows["Inv_3"].state is InvoiceState.UNKNOWN and rows["Inv_3"].open == Money(0, "usd")
    assert rows["Inv_1"].state is InvoiceState.READY_FOR_PAYMENT and rows["Inv_1"].open is None
    foreign = {"invoice": {**INVOICE, "customer_id": "Cust_2"}}
    server.on("GET /v1/c/invoice", answer(page(foreign)))
    with pytest.raises(errors.BadAnswer, match="another customer"):
        await client(server).read(parts.INVOICES, "Cust_1")


async def test_methods_of_every_kind() -> None:
    head = {"status": "active", "provider": "stripe", "created": "2026-01-01T00:00:00Z"}
    methods = [
        {
            **head,
            "id": "P2",
            "method_type": "sepa_debit",
            "preference": 2,
            "details": {"SepaDebit": {"x": 1}},
        },
        {**head, "id": "P3", "method_type": "new_kind", "details": {"NewKind": None}},
        {
            **head,
            "id": "P1",
            "method_type": "card",
            "preference": 1,
            "details": {"Card": {"brand": "visa", "expiration": "11/2026", "last_digits": 4242}},
        },
    ]
    server = plain(**{"GET /v1/c/customer/Cust_1/payment/method": answer(methods)})
    found = await client(server).read(parts.METHODS, "Cust_1")
    assert [one.id for one in found] == ["P1", "P2", "P3"]
    assert (found[0].last_digits, found[0].expires) == ("4242", "2026-11")
    assert found[1].kind is MethodKind.SEPA_DEBIT and found[2].kind is MethodKind.UNKNOWN
    assert {one.is_default for one in found} == {None}


@pytest.mark.parametrize("listed", [True, False])
async def test_usage_is_read_as_an_object_or_an_array(listed: bool) -> None:
    calls = {"pricing_strategy": "usage", "unit_name": "calls", "used_unit_count": 1200.5}
    access = {
        "customer": {"status": "active"},
        "contract": {"contract_id": "Cont_1", "status": "active"},
        "plan": {
            "name": "Pro",
            "slug": "pro",
            "features": [
                {"name": "Calls", "slug": "calls", "entitlement_details": calls},
                {"name": "Support", "slug": "support", "entitlement_details": {"pricing_strategy": "flat"}},
            ],
        },
    }
    server = plain(**{"GET /v1/c/entitlement/Cust_1/access": answer([access] if listed else access)})
    (found,) = await client(server).read(parts.USAGE, "Cust_1")
    assert (found.feature, found.used, found.subscription_id, found.buckets) == (
        "calls",
        "1200.5",
        "Cont_1",
        (),
    )
    assert found.customer_id == "Cust_1", "the contract is one of theirs"
    other = {**access, "contract": {"contract_id": "Cont_2"}}
    server.on("GET /v1/c/entitlement/Cust_1/access", answer([other] if listed else other))
    with pytest.raises(errors.BadAnswer, match="not one of the customer"):
        await client(server).read(parts.USAGE, "Cust_1")
    server.on("GET /v1/c/entitlement/Cust_1/access", answer({**access, "contract": {}}))
    (found,) = await client(server).read(parts.USAGE, "Cust_1")
    assert found.customer_id is None, "not confirmed"


async def test_wallets_and_lookup() -> None:
    api = client(plain())
    (wallet,) = await api.read(parts.WALLETS, "Cust_1")
    assert (wallet.currency, wallet.balance) == ("usd", "12.50")
    assert [row.id for row in (await api.lookup(Lookup(text="LUM-77"))).rows] == ["Cust_1"]
    with pytest.raises(errors.BadInput):
        await api.lookup(Lookup())
    odd = {**CUSTOMER, "id": "Cust_odd", "name": "Odd One", "created": "yesterday"}
    found = await client(plain(**{"GET /v1/c/customer": answer(page(odd, CUSTOMER))})).lookup(
        Lookup(text="x")
    )
    assert [row.id for row in found.rows] == ["Cust_1"]
    assert [(row.id, row.name) for row in found.skipped] == [("Cust_odd", "Odd One")]


async def test_a_wallet_of_another_customer_is_not_believed() -> None:
    def standing(owner: str) -> Any:
        (wallet,) = STANDING["payment"]["wallet_balances"]
        return answer({"payment": {"wallet_balances": [{**wallet, "customer_id": owner}]}})

    path = "GET /v1/c/entitlement/Cust_1/billing"
    api = client(plain(**{path: [standing("Cust_1"), standing("Cust_2")]}))
    (wallet,) = await api.read(parts.WALLETS, "Cust_1")
    assert wallet.id == "W_1"
    with pytest.raises(errors.BadAnswer, match="another customer"):
        await api.read(parts.WALLETS, "Cust_1")


async def test_a_cursor_that_is_too_long_is_the_servers_fault() -> None:
    api = client(plain(**{"GET /v1/c/invoice": answer(page({"invoice": INVOICE}, forward="c" * 4097))}))
    with pytest.raises(errors.BadAnswer, match="longer than 4096"):
        await api.invoices()


@pytest.mark.parametrize("part", [parts.PAYMENTS, parts.REFUNDS, parts.ACTIVITY, parts.CREDITS])
async def test_undocumented_parts_are_not_supported(part: parts.Part[Any]) -> None:
    with pytest.raises(errors.NotOffered):
        await client(plain()).read(part, "Cust_1")


async def test_no_refund_no_changes_no_outcomes() -> None:
    api = client(plain())
    with pytest.raises(errors.NotOffered, match="dashboard"):
        await api.preview(REFUND)
    for call in (api.changes("x"), api.outcome_of("k" * 20), api.abandon("k" * 20)):
        with pytest.raises(errors.NotOffered):
            await call
