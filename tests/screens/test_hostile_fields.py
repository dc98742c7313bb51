"""Drawn texts in every field of a customer's data: on every tab, on an invoice, in the menu and in forms."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.screens.driver import Driver, driver
from tests.screens.gallery import CONTROL, MARKUP
from tests.support.action_form import begin, menu, services_with_anna
from tests.support.customers import NOW
from tests.support.events import page
from wbtui.errors import WbtuiError
from wbtui.models.base import Model
from wbtui.models.page import Source, Stamped
from wbtui.ui.widgets.data_panel import DataPanel

HOSTILE = st.text(min_size=1, max_size=60) | st.sampled_from([*CONTROL, *MARKUP])
TABS = "123456"
FORM_KINDS = ("refund", "change_plan", "edit_customer")


def filled(value: Any, text: str) -> Any:
    """Return a value of the models with `text` in every field whose content the billing system chooses."""
    if isinstance(value, tuple):
        return tuple(filled(one, text) for one in value)
    if not isinstance(value, Model):
        return value
    changes: dict[str, Any] = {}
    for name, field in type(value).model_fields.items():
        before = getattr(value, name)
        if field.annotation in (str, str | None) and not field.metadata:
            changes[name] = text
        elif isinstance(before, dict) and all(isinstance(one, str) for one in before.values()):
            changes[name] = dict.fromkeys(before, text) if name == "metadata" else before
        else:
            changes[name] = filled(before, text)
    return value.model_copy(update=changes)


def check(d: Driver) -> None:
    """Nothing on the screen drives the terminal, and nothing can be clicked that a text made."""
    for strip in d.screen._compositor.render_strips():
        for segment in strip:
            assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in segment.text), segment
            assert segment.style is None or "@click" not in segment.style.meta
            assert segment.style is None or segment.style.link is None


@settings(max_examples=1)
@given(HOSTILE)
@example("".join(CONTROL))
@example("".join(MARKUP))
def test_no_field_of_a_customer_drives_the_terminal(text: str) -> None:
    asyncio.run(_look(text))


async def _look(text: str) -> None:
    services, _ = services_with_anna()
    answers = services.profiles.answers
    answers["activity", "Cust_1"] = Stamped(page(range(6), None, 6), NOW, Source.SERVER)
    for key, stamped in answers.items():
        assert not isinstance(stamped, WbtuiError)
        answers[key] = replace(stamped, value=filled(stamped.value, text))
    async with driver(services, size=(140, 50)) as d:
        d.app.open_customer("Cust_1")
        await d.expect_screen("ProfileScreen")
        for tab in TABS:
            await d.press(tab)
            await d.wait_for(lambda: _is_complete(d, answers), f"tab {tab}")
            check(d)
        d.app.open_invoice("Inv_1")
        await d.expect_screen("InvoiceScreen")
        await d.wait_for(lambda: _is_complete(d, answers), "the invoice")
        check(d)
        menu(d)
        await d.expect_screen("ActionMenu")
        check(d)
        await d.press("escape")
        for kind in FORM_KINDS:
            await begin(d, kind)
            check(d)
            await d.press_command("form.back")
            await d.expect_screen("InvoiceScreen")


def _is_complete(d: Driver, answers: Mapping[tuple[str, str], object]) -> bool:
    """Whether every panel shows its part, as far as there is one."""
    panels = list(d.screen.query(DataPanel))
    return bool(panels) and all(one.stamped or (one.part.name, one.owner) not in answers for one in panels)
