"""What the sandbox says is charged to each payment method equals what the client works out from the rest."""

from __future__ import annotations

from collections import Counter

from tests.support.patience import PATIENT
from tests.support.sandbox import Sandbox
from tests.support.wall_clock import now
from wbtui.api import open_api
from wbtui.models.method_use import MethodUse, use_of
from wbtui.models.parts import INVOICES, METHODS, SUBSCRIPTIONS

SEEN = {"is_default": None, "subscriptions": None, "open_invoices": None}


async def test_the_client_works_out_what_the_sandbox_says(sandbox: Sandbox) -> None:
    api = open_api(sandbox.url, sandbox.key, options=PATIENT, clock=now)
    found: Counter[str] = Counter()
    try:
        customers = (await api.customers(limit=500)).rows
        for customer_id in [one.id for one in customers]:
            subscriptions = await api.read(SUBSCRIPTIONS, customer_id)
            invoices = await api.read(INVOICES, customer_id)
            told = await api.read(METHODS, customer_id)
            methods = tuple(one.model_copy(update=SEEN) for one in told)
            for method, says in zip(methods, told, strict=True):
                expected = MethodUse(says.subscriptions, says.open_invoices)
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
