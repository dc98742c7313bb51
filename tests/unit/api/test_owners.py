"""Parts of another customer are refused."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.unit.api.extension import ROW, extended
from tests.unit.api.mock import answer, client
from tests.unit.api.specimens import of
from wbtui import errors
from wbtui.models import parts


async def test_a_row_of_another_customer_is_rejected() -> None:
    server = extended(**{"GET /x/v1/customers/Cust_2/row": answer(ROW)})
    with pytest.raises(errors.BadAnswer, match="another object"):
        await client(server).read(parts.CUSTOMER, "Cust_2")


OWNED: list[tuple[parts.Part[Any], str, str]] = [
    (parts.PAYMENTS, "payments", "Payment"),
    (parts.METHODS, "methods", "Method"),
    (parts.USAGE, "usage", "UsageSeries"),
    (parts.CREDITS, "credits", "CreditEntry"),
    (parts.CREDIT_NOTES, "credit_notes", "CreditNote"),
    (parts.WALLETS, "wallets", "Wallet"),
]
ALWAYS_OWNED: list[tuple[parts.Part[Any], str, str]] = [
    (parts.REFUNDS, "refunds", "Refund-Output"),
    (parts.SUBSCRIPTIONS, "contracts", "Contract"),
]
"""Parts whose rows have named their customer in every version."""


def parametrize(owned: list[tuple[parts.Part[Any], str, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("part", "path", "shape"), owned, ids=lambda value: str(value))


@parametrize([*OWNED, *ALWAYS_OWNED])
async def test_a_part_of_another_customer_is_not_believed(
    part: parts.Part[Any], path: str, shape: str
) -> None:
    ours, foreign = ({**of(shape, random.Random(1)), "customer_id": owner} for owner in ("Cust_1", "Cust_2"))
    server = extended(**{f"GET /x/v1/customers/Cust_1/{path}": [answer([ours]), answer([ours, foreign])]})
    api = client(server)
    assert len(await api.read(part, "Cust_1")) == 1
    with pytest.raises(errors.BadAnswer, match=r"answer\[1\]\.customer_id names another customer"):
        await api.read(part, "Cust_1")


async def test_a_list_with_an_invoice_of_another_customer_is_not_believed() -> None:
    ours, foreign = (
        {**of("InvoiceRow", random.Random(seed)), "id": f"Inv_{seed}", "customer_id": owner}
        for seed, owner in ((1, "Cust_1"), (2, "Cust_2"))
    )
    pages: list[Any] = [answer({"rows": rows, "next": None}) for rows in ([ours], [ours, foreign])]
    api = client(extended(**{"GET /x/v1/customers/Cust_1/invoices": pages}))
    assert [row.id for row in await api.read(parts.INVOICES, "Cust_1")] == ["Inv_1"]
    with pytest.raises(errors.BadAnswer, match=r"rows\[1\]\.customer_id names another customer"):
        await api.read(parts.INVOICES, "Cust_1")


@parametrize(OWNED)
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
