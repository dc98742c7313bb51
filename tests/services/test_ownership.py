"""Parts of older servers, whose rows do not name their customer, are compared with the cache."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import wbtui
from tests.support.customers import NOW, customer, invoices_of
from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.sandbox import Sandbox
from tests.support.wrong_answers import members
from tests.unit.api.specimens import of
from wbtui import errors
from wbtui.api.wingback import records
from wbtui.api.wingback.wire import Wire
from wbtui.models import parts
from wbtui.models.activity import EventPage
from wbtui.models.payment import CreditEntry, CreditNote, Payment, PaymentMethod
from wbtui.models.usage import UsageSeries
from wbtui.services.ownership import check_owner, is_owner_confirmed
from wbtui.store.cache import Cache, open_cache

OURS, OTHER = next(
    (one, other)
    for one, other in ((customer(n), customer(n + 1)) for n in range(50))
    if one.latest_invoices and other.latest_invoices and one.subscriptions and other.subscriptions
)


@pytest.fixture
async def cache(tmp_path: Path) -> AsyncIterator[Cache]:
    opened = await open_cache(tmp_path / "c" / "cache.db", clock=lambda: NOW)
    await opened.put_customers([OURS, OTHER], NOW)
    await opened.put_invoice_rows([row for one in (OURS, OTHER) for row in invoices_of(one)], NOW)
    yield opened
    await opened.close()


def invoice_id(owner: Any) -> str:
    return str(owner.latest_invoices[0].id)


def value(shape: str, owner: Any) -> Any:
    """Return a part that refers to an invoice or subscription of `owner` and does not name its customer."""
    data = {**of(shape, random.Random(3)), "customer_id": None}
    subscription = owner.subscriptions[0].id
    match shape:
        case "Payment":
            return (records.read(Payment, Wire({**data, "invoice_ids": [invoice_id(owner)]})),)
        case "CreditEntry":
            return (records.read(CreditEntry, Wire({**data, "invoice_id": invoice_id(owner)})),)
        case "CreditNote":
            return (records.read(CreditNote, Wire({**data, "invoice_id": invoice_id(owner)})),)
        case "UsageSeries":
            return (records.read(UsageSeries, Wire({**data, "contract_id": subscription})),)
        case "Method":
            return (records.read(PaymentMethod, Wire({**data, "contracts": [subscription]})),)
    event = {**of("Event", random.Random(3)), "refs": [{"type": "invoice", "id": invoice_id(owner)}]}
    return records.read(EventPage, Wire({"events": [event], "next": None, "total": 1}))


@pytest.mark.parametrize(
    ("part", "shape"),
    [
        (parts.PAYMENTS, "Payment"),
        (parts.CREDITS, "CreditEntry"),
        (parts.CREDIT_NOTES, "CreditNote"),
        (parts.USAGE, "UsageSeries"),
        (parts.METHODS, "Method"),
        (parts.ACTIVITY, "EventPage"),
    ],
    ids=lambda value: str(value),
)
async def test_rows_that_refer_to_another_customer_are_refused(
    cache: Cache, part: parts.Part[Any], shape: str
) -> None:
    await check_owner(cache, part, OURS.id, value(shape, OURS))
    with pytest.raises(errors.BadAnswer, match="belongs to another customer"):
        await check_owner(cache, part, OURS.id, value(shape, OTHER))


async def test_unknown_references_prove_nothing_and_are_marked(cache: Cache) -> None:
    nameless = (records.read(Payment, Wire(of("Payment", random.Random(5)) | {"customer_id": None})),)
    await check_owner(cache, parts.PAYMENTS, OURS.id, nameless)
    assert not is_owner_confirmed(nameless)
    assert is_owner_confirmed((nameless[0].model_copy(update={"customer_id": OURS.id}),))
    assert is_owner_confirmed(OURS) and is_owner_confirmed(())


def test_the_command_marks_parts_that_name_no_customer(sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(sandbox.url) as proxy:
        connect = ("connect", "--name", "acme", "--environment", "demo", "--url", proxy.url, "--key-stdin")
        assert wbtui(tmp_path, *connect, "--agent", "jo", stdin=sandbox.key).returncode == 0
        anna = json.loads(wbtui(tmp_path, "find", "anna@lumen.example", "--json").stdout)["customers"][0][
            "id"
        ]
        path = f"/x/v1/customers/{anna}/payments"
        proxy.arm(Fault.CHANGE, "GET", path, times=None, change=members(customer_id=None))
        shown = wbtui(tmp_path, "show", "anna@lumen.example").stdout
        assert "Payments · customer not confirmed by the server\n" in shown
        assert "Payment methods\n" in shown and "Invoices\n" in shown
        data = json.loads(wbtui(tmp_path, "show", "anna@lumen.example", "--json").stdout)
        assert data["not_confirmed"] == ["payments"]
