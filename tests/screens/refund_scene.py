"""Opens the refund form of an invoice in the app, with the sandbox as its server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from textual.widgets import Input

from tests.screens.driver import Driver, driver
from tests.support.opened import QUICK, opened, refundable, refunds_of, until
from tests.support.patience import PATIENCE
from tests.support.sandbox import Sandbox
from wbtui.app import Start
from wbtui.models.actions import Reason
from wbtui.models.customer import Customer
from wbtui.models.payment import Payment
from wbtui.models.preview import Status
from wbtui.services.actions.money_client import ActionTimeouts
from wbtui.services.open import Services
from wbtui.settings import Settings
from wbtui.ui.actions.sheet import PreviewSheet
from wbtui.ui.widgets.choice import Choice

SLOW = replace(QUICK, undo=10 * PATIENCE)
"""An undo window that does not end during a test."""


@dataclass
class Scene:
    """The app with the refund form of a refundable payment open."""

    d: Driver
    services: Services
    customer: Customer
    payment: Payment

    async def refunds(self) -> int:
        return len(await refunds_of(self.services, self.customer.id))

    async def settled(self, status: Status) -> None:
        """Wait until the newest journal entry, written in the money thread, has this status."""
        key = (await self.services.journal.entries(1))[0].key
        journal = self.services.journal
        await until(self.services.actions.outcome_changed, lambda: journal.entry_now(key).status is status)

    async def amount(self, text: str) -> None:
        """An amount is chosen and typed."""
        self.d.screen.query_one("#mode", Choice).select_text("amount")
        self.d.screen.query_one("#amount Input", Input).value = text
        await self.d.pilot.pause()

    async def reason(self, reason: Reason = Reason.SERVICE_ISSUE) -> None:
        self.d.screen.query_one("#reason", Choice).select_text(reason)
        await self.d.pilot.pause()

    async def to_sheet(self, text: str = "5.00") -> PreviewSheet:
        """Fill in the form and open the preview sheet."""
        await self.amount(text)
        await self.reason()
        await self.d.press_command("form.go_on")
        await self.d.expect_screen("PreviewSheet")
        sheet = self.d.screen
        assert isinstance(sheet, PreviewSheet)
        await self.d.wait_for(lambda: sheet.preview is not None, "the preview came")
        return sheet


@asynccontextmanager
async def scene(
    box: Sandbox,
    folder: Path,
    *,
    timeouts: ActionTimeouts = QUICK,
    size: tuple[int, int] = (100, 30),
    url: str = "",
    settings: Settings | None = None,
) -> AsyncIterator[Scene]:
    async with opened(url or box.url, box.key, folder, timeouts=timeouts) as services:
        customer, payment = await refundable(services)
        start = Start(screen="invoice", id=payment.invoice_ids[0])
        async with driver(services, size=size, start=start, settings=settings) as d:
            await d.expect_screen("InvoiceScreen")
            await d.wait_for(lambda: getattr(d.screen, "customer", None) is not None, "the customer came")
            await d.press_command("invoice.refund")
            await d.expect_screen("ActionForm")
            await d.wait_for(lambda: bool(d.screen.query("#reason")), "the form came")
            yield Scene(d, services, customer, payment)
