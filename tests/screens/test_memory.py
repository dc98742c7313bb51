"""What a closed dialog took is free again: the program stays open all day."""

from __future__ import annotations

import gc
import weakref

from tests.screens.driver import driver
from tests.support.action_form import begin, form_of, services_with_anna
from wbtui.ui.widgets.text_field import TextField


async def test_a_closed_form_is_freed_with_its_fields() -> None:
    async with driver(services_with_anna()[0]) as d:
        await begin(d, "refund")
        form, field = weakref.ref(form_of(d)), weakref.ref(d.app.screen.query(TextField).first())
        await d.press("escape")
        await d.expect_screen("CustomersScreen")

        def freed() -> bool:
            gc.collect()
            return form() is None and field() is None

        await d.wait_for(freed, "the form and its fields to be freed")


async def test_a_text_field_follows_the_theme_while_it_is_shown() -> None:
    async with driver(services_with_anna()[0]) as d:
        await begin(d, "refund")
        field = d.app.screen.query_one(TextField)
        before = field._theme
        d.app.theme = "wbtui-light" if d.app.theme != "wbtui-light" else "wbtui-dark"
        await d.wait_for(lambda: field._theme is not before, "the colours of the other theme")
