"""The invoice before another one, from the cache when offline."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from tests.support.anna import INVOICE, row_of
from tests.support.customers import NOW
from tests.support.fake_services import FakeProfiles
from wbtui.errors import Offline, TimedOut
from wbtui.models.page import Source, Stamped
from wbtui.models.parts import INVOICE as INVOICE_PART
from wbtui.models.parts import INVOICES, SUBSCRIPTIONS, Part
from wbtui.services.previous_invoice import previous_invoice

NEXT = INVOICE.model_copy(update={"id": "Inv_2", "number": "INV-0042"})


@pytest.fixture
def offline() -> FakeProfiles:
    """The lists of the customer are cached and stale, and the server cannot be reached."""
    profiles = FakeProfiles()
    hold(profiles, INVOICES, INVOICE.customer_id, (row_of(NEXT), row_of(INVOICE)))
    hold(profiles, SUBSCRIPTIONS, INVOICE.customer_id, ())
    profiles.answers[INVOICE_PART.name, INVOICE.id] = Offline("No connection.")
    return profiles


def hold(profiles: FakeProfiles, part: Part[Any], owner: str, value: Any) -> None:
    profiles.parts[part.name, owner] = Stamped(value, NOW - timedelta(days=1), Source.CACHE)
    profiles.answers[part.name, owner] = Offline("No connection.")


async def test_what_is_cached_is_enough(offline: FakeProfiles) -> None:
    hold(offline, INVOICE_PART, INVOICE.id, INVOICE)
    assert await previous_invoice(cast(Any, offline), NEXT) == INVOICE
    assert await previous_invoice(cast(Any, offline), INVOICE) is None


async def test_the_cache_is_also_enough_while_the_server_does_not_answer(offline: FakeProfiles) -> None:
    hold(offline, INVOICE_PART, INVOICE.id, INVOICE)
    offline.answers = dict.fromkeys(offline.answers, TimedOut("No answer."))
    assert await previous_invoice(cast(Any, offline), NEXT) == INVOICE


async def test_an_invoice_that_is_not_cached_is_not_available_offline(offline: FakeProfiles) -> None:
    with pytest.raises(Offline):
        await previous_invoice(cast(Any, offline), NEXT)
