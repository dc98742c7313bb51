"""Drawn texts in the list and its preview, the work queue, the insights and the journal."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import count
from pathlib import Path

from hypothesis import example, given, settings

from tests.screens.driver import Driver, driver
from tests.screens.gallery import CONTROL, MARKUP
from tests.screens.test_hostile_fields import HOSTILE, check, filled
from tests.support.anna import ANNA
from tests.support.examples import examples
from tests.support.money_intents import intent, outcome
from tests.support.opened import opened
from tests.support.wall_clock import now
from wbtui.models.activity import Ref
from wbtui.models.preview import Status
from wbtui.models.saved import SavedSearch
from wbtui.services.open import Services
from wbtui.store.blob_codec import storable
from wbtui.ui.screens.insights import InsightsScreen

SIZES = ((80, 24), (160, 40))
"""All columns but one, and all with the preview; the screens after the list have the last one."""


def test_no_text_of_lists_drives_the_terminal(tmp_path: Path) -> None:
    """One app for all examples, in an event loop that goes on from one to the next."""
    stack, numbers = AsyncExitStack(), count()
    with asyncio.Runner() as runner:
        offline = opened("http://localhost:9", "key", tmp_path, offline=True)
        services = runner.run(stack.enter_async_context(offline))
        d = runner.run(stack.enter_async_context(driver(services, size=SIZES[0])))

        @settings(max_examples=examples(3))
        @given(HOSTILE)
        @example("".join(CONTROL))
        @example("".join(MARKUP))
        def look(text: str) -> None:
            runner.run(_look_at_all(d, services, storable(text), f"key-{next(numbers)}"))

        try:
            look()
        finally:
            runner.run(stack.aclose())


async def _look_at_all(d: Driver, services: Services, text: str, key: str) -> None:
    await _store(services, text, key)
    d.app.search("")
    for size in SIZES:
        await d.resize(*size)
        await _look(d, "CustomersScreen", "Zoe Harmless", "row 1 of 2")
    await d.press_command("app.work_queue")
    await _look(d, "WorkQueueDialog", "Past due")
    await d.press("escape")
    # The preview of the other customer.
    await d.press("G")
    await _look(d, "CustomersScreen", "Zoe Harmless", "row 2 of 2")
    await d.press_command("customers.insights")
    await _look(d, "InsightsScreen", "Insights: all customers", "Billing status", "Based on 2")
    await d.press("escape")
    await d.app.push_screen(InsightsScreen(text))
    await _look(d, "InsightsScreen", "Insights: ", "Based on 2")
    await d.press("escape")
    d.app.search(text)
    await _look(d, "CustomersScreen", " cached · offline")
    d.app.open_journal()
    await _look(d, "JournalScreen", f"Harmless {key}")
    await d.press("escape")


async def _look(d: Driver, screen: str, *parts: str) -> None:
    await d.expect_screen(screen)
    await d.expect_text(*parts)
    check(d)
    assert all(strip.cell_length == d.app.size.width for strip in d.screen._compositor.render_strips())


async def _store(services: Services, text: str, key: str) -> None:
    """Store the text as data of a customer, as saved search and as an action, each beside a harmless one."""
    hostile = filled(ANNA, text).model_copy(update={"updated_at": now()})
    harmless = ANNA.model_copy(update={"id": "Cust_2", "name": "Zoe Harmless"})
    await services.cache.put_customers([hostile, harmless], now())
    await services.workspace.put_search(SavedSearch("search", text, text), now())
    await services.workspace.pin("Cust_1", text, now())
    journal = services.journal
    for one, words in ((key, text), (f"{key}-2", f"Harmless {key}")):
        confirmed = replace(intent(one), action=filled(intent(one).action, words))
        journal.record_intent_now(
            confirmed, customer_title=words, summary=words, today=now().date(), label=words
        )
        journal.sent_now(one)
        texts = {"customer_sentence": words, "trouble": words, "pending_reason": words}
        done = outcome(Status.DONE, one, objects=(Ref(type="credit", id="c", label=words),), **texts)
        journal.settle_now(one, done)
