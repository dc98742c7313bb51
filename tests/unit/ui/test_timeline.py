"""The timeline of an invoice: what happened to it and what comes next."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.support.anna import OPEN_INVOICE
from tests.support.customers import NOW
from wbtui.ui.widgets.invoice_detail import timeline


@pytest.mark.parametrize(("days", "shown"), [(1, True), (0, False), (-1, False)])
def test_a_pause_of_dunning_is_shown_until_its_day(days: int, shown: bool) -> None:
    today = NOW.date() - timedelta(days=3)  # of the server: this machine's clock may be wrong
    until: date = today + timedelta(days=days)
    paused = OPEN_INVOICE.model_copy(update={"dunning_paused_until": until})
    assert ("reminders and retries paused until" in timeline(paused, NOW, today).plain) is shown
