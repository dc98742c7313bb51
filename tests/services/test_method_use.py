"""The use of each payment method: the lists of the sandbox equal those that the client derives."""

from __future__ import annotations

from collections import Counter

from tests.support.patience import PATIENT
from tests.support.sandbox import Sandbox
from tests.support.wall_clock import now
from wbtui.api import open_api
from wbtui.models.method_use import MethodUse, use_of
from wbtui.models.parts import INVOICES, METHODS, SUBSCRIPTIONS

NOT_PROVIDED = {"is_default": None, "subscriptions": None, "open_invoices": None}


async def test_the_client_derives_the_lists_of_the_sandbox(sandbox: Sandbox) -> None:
    api = open_api(sandbox.url, sandbox.key, options=PATIENT, clock=now)
    found: Counter[str] = Counter()
    try:
        customers = (await api.customers(limit=500)).rows
        for customer_id in [one.id for one in customers]:
            subscriptions = await api.read(SUBSCRIPTIONS, customer_id)
            invoices = await api.read(INVOICES, customer_id)
            provided = await api.read(METHODS, customer_id)
            methods = tuple(one.model_copy(update=NOT_PROVIDED) for one in provided)
            for method, original in zip(methods, provided, strict=True):
                expected = MethodUse(original.subscriptions, original.open_invoices)
                use = use_of(method, methods, subscriptions, invoices)
                if use.invoices is None:
                    use = MethodUse(use.subscriptions, expected.invoices)
                    found["not known"] += 1
                assert {*(use.subscriptions or ())} == {*(expected.subscriptions or ())}, customer_id
                assert {*(use.invoices or ())} == {*(expected.invoices or ())}, customer_id
                found.update(subscriptions=len(use.subscriptions or ()), invoices=len(use.invoices or ()))
    finally:
        await api.aclose()
    assert found["subscriptions"] > 20 and found["invoices"] > 3, found
