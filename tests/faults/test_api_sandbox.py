"""The clients of both APIs against the sandbox over a socket, also with broken connections."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

import pytest

from tests.support.fast_forward import put_forward
from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.patience import PATIENCE, PATIENT
from tests.support.sandbox import Sandbox
from wbtui import errors
from wbtui.api import open_api
from wbtui.api.port import BillingAPI, Lookup
from wbtui.api.wingback.client import WingbackClient
from wbtui.models import parts
from wbtui.models.actions import Context, Reason
from wbtui.models.actions.customer import AppendNote, CreatePortalLink
from wbtui.models.actions.money import RefundInvoice
from wbtui.models.customer import BillingStatus, Customer
from wbtui.models.invoice import Invoice, InvoiceRow
from wbtui.models.money import Money
from wbtui.models.page import Page
from wbtui.models.payment import Payment
from wbtui.models.preview import Intent, Status

T = TypeVar("T")
CONTEXT = Context(agent="Jörg Müller", ticket="ZD-1", reason=Reason.COURTESY, comment="Ünïcode 漢字 🙂")


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[BillingAPI]:
    client = open_api(sandbox.url, sandbox.key, options=PATIENT)
    yield client
    await client.aclose()


@pytest.fixture
async def plain_api(plain_sandbox: Sandbox, clock: Callable[[], datetime]) -> AsyncIterator[BillingAPI]:
    client = open_api(plain_sandbox.url, plain_sandbox.key, options=PATIENT, clock=clock)
    yield client
    await client.aclose()


async def all_pages(page: Callable[[str | None], Coroutine[Any, Any, Page[T]]]) -> list[T]:
    rows: list[T] = []
    cursor: str | None = None
    while True:
        got = await page(cursor)
        rows += got.rows
        cursor = got.next
        if cursor is None:
            assert got.total == len(rows)
            return rows


async def everything(api: BillingAPI) -> tuple[list[Customer], list[InvoiceRow]]:
    return (
        await all_pages(lambda cursor: api.customers(cursor, limit=17)),
        await all_pages(lambda cursor: api.invoices(cursor, limit=50)),
    )


async def test_every_part_of_every_customer_is_read(api: BillingAPI) -> None:
    system = await api.discover()
    others: tuple[parts.Part[Any], ...] = (parts.CUSTOMER, parts.INVOICE, *parts.CATALOGUE)
    assert all(system.can(part.capability) for part in (*others, *parts.CUSTOMER_PARTS))
    customers, invoices = await everything(api)
    assert len({row.id for row in customers}) == len(customers) > 50
    for customer in customers[::5]:
        assert await api.read(parts.CUSTOMER, customer.id) == customer
        for part in parts.CUSTOMER_PARTS:
            value = await api.read(part, customer.id)
            assert part.load(part.dump(value)) == value
    for row in invoices[::9]:
        whole = await api.read(parts.INVOICE, row.id)
        assert (whole.total, whole.open, whole.customer_id) == (row.total, row.open, row.customer_id)
    plans = await api.read(parts.PLANS, "")
    assert len(plans) > 1
    assert {one.cycles for one in await api.read(parts.DISCOUNTS, "")} >= {None, 1, 3}


async def test_both_apis_return_the_same_data(sandbox_db: Any) -> None:
    from tests.support.sandbox import running

    with running(sandbox_db) as box:
        client = open_api(box.url, box.key, options=PATIENT)
        rich_customers, rich_invoices = await everything(client)
        await client.aclose()
    with running(sandbox_db, plain=True) as box:
        client = open_api(box.url, box.key, options=PATIENT)
        system = await client.discover()
        assert not system.extension
        customers, invoices = await everything(client)
        some = [await client.read(parts.CUSTOMER, row.id) for row in customers[:20]]
        subscriptions = {row.id: await client.read(parts.SUBSCRIPTIONS, row.id) for row in customers[:20]}
        await client.aclose()
    rich = {row.id: row for row in rich_customers}
    assert rich.keys() == {row.id for row in customers}
    for row in customers:
        other = rich[row.id]
        assert (row.name, row.emails, row.reference, row.status) == (
            *(other.name, other.emails, other.reference, other.status),
        )
        assert {(s.id, s.status, s.amount) for s in row.subscriptions} >= {
            (s.id, s.status, s.amount) for s in other.subscriptions
        }
    for row in some:
        other = rich[row.id]
        assert row.owed is not None and other.owed is not None
        assert {m.currency: m for m in row.owed} == {m.currency: m for m in other.owed}
        assert row.overdue_since == other.overdue_since
        assert row.billing_status in (other.billing_status, BillingStatus.UNKNOWN)
        assert {s.id for s in subscriptions[row.id]} >= {s.id for s in other.subscriptions}
    totals = {row.id: (row.total, row.customer_id, row.date) for row in rich_invoices}
    assert totals == {row.id: (row.total, row.customer_id, row.date) for row in invoices}


async def test_customers_are_found_by_email_and_name(api: BillingAPI, plain_api: BillingAPI) -> None:
    for client in (api, plain_api):
        customer = next(row for row in (await client.customers()).rows if row.email)
        for wanted in (
            Lookup(email=customer.email),
            Lookup(text=customer.name),
        ):
            assert customer.id in [row.id for row in (await client.lookup(wanted)).rows]


async def test_a_wrong_api_key_is_reported(sandbox: Sandbox, plain_sandbox: Sandbox) -> None:
    for box in (sandbox, plain_sandbox):
        client = open_api(box.url, "api_key_wrong", options=PATIENT)
        with pytest.raises(errors.Unauthorized, match="rejected this API key"):
            await client.discover()
        await client.aclose()


@pytest.mark.parametrize("identifier", ["Cust_none", "a/b", "%2e%2e", "x?y#z", "row", "ü漢"])
async def test_an_unknown_id_is_not_found(api: BillingAPI, plain_api: BillingAPI, identifier: str) -> None:
    for client in (api, plain_api):
        with pytest.raises(errors.NotFound):
            await client.read(parts.CUSTOMER, identifier)
        with pytest.raises(errors.NotFound):
            await client.read(parts.INVOICE, identifier)


# ── actions ──────────────────────────────────────────────────────────────────────────────────────
async def refundable(api: BillingAPI) -> tuple[Invoice, Payment]:
    """Return an invoice with a payment with at least 5 refundable major units."""
    for row in (await api.invoices(limit=500)).rows:
        if not row.paid or row.total.currency != "eur":
            continue
        invoice = await api.read(parts.INVOICE, row.id)
        for payment in invoice.payments:
            if payment.refundable.minor >= 500:
                return invoice, payment
    raise AssertionError("the seed has no refundable invoice")


async def refund_intent(api: BillingAPI, key: str = "key-0000000000000001") -> tuple[Intent, Invoice]:
    invoice, payment = await refundable(api)
    action = RefundInvoice(
        customer_id=invoice.customer_id,
        context=CONTEXT,
        payment_id=payment.id,
        invoice_id=invoice.id,
        mode="amount",
        amount=Money(500, payment.money.currency),
    )
    preview = await api.preview(action)
    assert preview.refused is None and preview.changes and preview.lines
    return api.build_intent(action, preview, key), invoice


async def refunded(api: BillingAPI, invoice: Invoice) -> int:
    now = await api.read(parts.INVOICE, invoice.id)
    assert now.refunded is not None and invoice.refunded is not None
    return (now.refunded - invoice.refunded).minor


async def test_a_repeated_refund_is_replayed_and_runs_once(api: BillingAPI) -> None:
    intent, invoice = await refund_intent(api)
    announced: list[bool] = []
    outcome = await api.perform(intent, on_sending=lambda: announced.append(True))
    assert outcome.status in (Status.DONE, Status.PENDING) and announced == [True]
    assert (await api.perform(intent)).replayed
    assert (await api.outcome_of(intent.key)).objects == outcome.objects
    assert (await api.abandon(intent.key)).status is outcome.status, "an executed action is not abandoned"
    assert await refunded(api, invoice) == 500


async def test_a_changed_basis_is_refused_with_a_new_preview(api: BillingAPI) -> None:
    first, invoice = await refund_intent(api)
    second, _ = await refund_intent(api, "key-0000000000000002")
    await api.perform(first)
    with pytest.raises(errors.BasisChanged) as caught:
        await api.perform(second)
    assert getattr(caught.value.preview, "basis", None) not in (None, second.preview.basis)
    assert await refunded(api, invoice) == 500


async def test_an_abandoned_key_never_runs(api: BillingAPI) -> None:
    intent, invoice = await refund_intent(api)
    with pytest.raises(errors.NotFound):
        await api.outcome_of(intent.key)
    abandoned = await api.abandon(intent.key)
    assert abandoned.rule is not None and abandoned.rule.code == "abandoned"
    late = await api.perform(intent)
    assert late.status is Status.REFUSED and late.rule is not None and late.rule.code == "abandoned"
    assert await refunded(api, invoice) == 0


async def test_notes_are_appended_and_portal_links_created(api: BillingAPI, plain_api: BillingAPI) -> None:
    customer = (await api.customers()).rows[0]
    note = AppendNote(customer_id=customer.id, context=CONTEXT, text="Ruft nach 16:00 zurück ☎\n[/]")
    done = await api.perform(api.build_intent(note, await api.preview(note), "key-0000000000000003"))
    assert done.status is Status.DONE
    assert "Ruft nach 16:00" in ((await api.read(parts.CUSTOMER, customer.id)).notes or "")
    seen = await api.changes((await api.customers()).changes_cursor or "")
    assert not seen.more
    for client in (api, plain_api):
        link = CreatePortalLink(customer_id=customer.id, context=CONTEXT)
        outcome = await client.perform(
            client.build_intent(link, await client.preview(link), "key-0000000000000004")
        )
        assert outcome.link is not None and outcome.link.startswith("http")


async def test_changes_include_the_refund(api: BillingAPI) -> None:
    cursor = (await api.customers(limit=1)).changes_cursor
    assert cursor is not None
    intent, invoice = await refund_intent(api)
    await api.perform(intent)
    page = await api.changes(cursor)
    assert (invoice.customer_id, False) in {(one.customer_id, one.deleted) for one in page.changes}
    with pytest.raises((errors.CursorExpired, errors.Rejected)):
        await api.changes("no-such-cursor")


# ── broken connections ─────────────────────────────────────────────────────────────────────────────
LOST = (Fault.CUT_BEFORE_ANSWER, Fault.CLOSE_BEFORE_ANSWER, Fault.CUT_MID_ANSWER, Fault.ERROR_500, Fault.HTML)
NEVER_ARRIVED = (Fault.RESET_ON_ACCEPT, Fault.CUT_BEFORE_SEND)


@pytest.mark.parametrize("fault", [*LOST, *NEVER_ARRIVED], ids=lambda fault: fault.name)
async def test_a_refund_is_found_after_its_response_is_lost(sandbox: Sandbox, fault: Fault) -> None:
    with FaultProxy(sandbox.url) as proxy:
        api = open_api(proxy.url, sandbox.key, options=PATIENT)
        intent, invoice = await refund_intent(api)
        await api.aclose()
        armed = proxy.arm(fault, "POST", "/x/v1/actions")
        announced: list[bool] = []
        with pytest.raises(errors.ApiError) as caught:
            await api.perform(intent, on_sending=lambda: announced.append(True))
        # A reset may arrive while the client is still connecting; only then was nothing sent.
        assert armed.fired == 1 and caught.value.sent is bool(announced)
        assert announced or fault is Fault.RESET_ON_ACCEPT
        if fault in LOST:
            assert (await api.outcome_of(intent.key)).status in (Status.DONE, Status.PENDING)
            assert (await api.perform(intent)).replayed, "the identical request does not run again"
        else:
            with pytest.raises(errors.NotFound):
                await api.outcome_of(intent.key)
            assert (await api.perform(intent)).status in (Status.DONE, Status.PENDING)
        assert await refunded(api, invoice) == 500
        await api.aclose()


async def test_a_late_request_does_not_run_after_abandoning(sandbox: Sandbox) -> None:
    with FaultProxy(sandbox.url) as proxy:
        api = open_api(proxy.url, sandbox.key, options=PATIENT)
        intent, invoice = await refund_intent(api)
        armed = proxy.arm(Fault.HOLD, "POST", "/x/v1/actions")
        with pytest.raises(errors.ApiError) as caught:
            await api.perform(intent)
        assert caught.value.sent and armed.fired == 1
        await api.abandon(intent.key)
        (answer,) = proxy.deliver(armed)
        assert answer.status == 200 and b"abandoned" in answer.body
        assert await refunded(api, invoice) == 0
        await api.aclose()


async def test_a_refused_connection_counts_as_not_sent(sandbox: Sandbox) -> None:
    with FaultProxy(sandbox.url) as proxy:
        api = open_api(proxy.url, sandbox.key, options=PATIENT)
        intent, invoice = await refund_intent(api)
        await api.aclose()
        proxy.arm(Fault.REFUSE)
        with pytest.raises(errors.Unreachable) as caught:
            await api.perform(intent, on_sending=lambda: pytest.fail("announced although nothing was sent"))
        assert not caught.value.sent
        proxy.disarm()
        assert await refunded(api, invoice) == 0
        await api.aclose()


@pytest.mark.parametrize("fault", [Fault.STALL, Fault.DRIP], ids=lambda fault: fault.name)
async def test_the_deadline_ends_a_stalled_refund(sandbox: Sandbox, fault: Fault) -> None:
    with FaultProxy(sandbox.url) as proxy:
        direct = open_api(sandbox.url, sandbox.key, options=PATIENT)
        intent, invoice = await refund_intent(direct)
        armed = proxy.arm(fault, "POST", "/x/v1/actions")
        hasty = WingbackClient(proxy.url, sandbox.key, options=PATIENT, rng=random.Random(1))
        performing = asyncio.ensure_future(hasty.perform(intent))
        assert await asyncio.to_thread(armed.hit.wait, PATIENCE), "the server has run it"
        put_forward(asyncio.get_running_loop())
        with pytest.raises(errors.TimedOut) as caught:
            await performing
        assert caught.value.sent
        assert await refunded(direct, invoice) == 500
        await direct.aclose()
        await hasty.aclose()
