"""A plain list, its invoices and opened profiles in any order: nothing is stated that was not reported."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.customers import TODAY
from tests.support.examples import examples
from tests.unit.store.conftest import NOW
from tests.unit.store.test_listed_customers import BARE
from wbtui.models.billing_status import billing_status
from wbtui.models.customer import BillingStatus, Customer
from wbtui.models.invoice import InvoiceRow, InvoiceState
from wbtui.models.money import Money
from wbtui.models.page import Page
from wbtui.models.query.parser import parse
from wbtui.store.cache import Cache, open_cache

ONE = next(one for one in BARE if one.running)
STEPS = st.sampled_from(
    ["bill", "bill late", "pay", "list customers", "list invoices", "open", "open invoices"]
)


@dataclass
class Server:
    """One customer of plain Wingback."""

    due: list[date] = field(default_factory=list)
    """Due dates of the unpaid invoices."""
    paid: int = 0

    @property
    def debt(self) -> tuple[bool, bool]:
        """Whether something is owed, and whether it is overdue."""
        return bool(self.due), any(day < TODAY for day in self.due)

    def change(self, step: str) -> None:
        if step == "pay":
            self.paid, self.due = self.paid + len(self.due), []
        else:
            self.due.append(TODAY - timedelta(days=1) if step == "bill late" else TODAY)

    def invoices(self) -> tuple[InvoiceRow, ...]:
        zero, total = Money(0, "eur"), Money(4900, "eur")
        dues = [*(None for _ in range(self.paid)), *self.due]
        return tuple(
            InvoiceRow(
                id=f"Inv_{n}", number=f"INV-{n}", customer_id=ONE.id,
                total=total, date=TODAY, due=due, paid=None,
                state=InvoiceState.PAID if due is None else InvoiceState.READY_FOR_PAYMENT,
                open=zero if due is None else None,
            )
            for n, due in enumerate(dues)
        )  # fmt: skip

    def profile(self) -> Customer:
        owes, late = self.debt
        status = billing_status(ONE.status, ONE.subscriptions, late, TODAY)
        since = min(self.due) if late else None
        owed = (Money(4900 * len(self.due), "eur"),) if owes else ()
        return ONE.model_copy(update={"owed": owed, "overdue_since": since, "billing_status": status})


async def check(cache: Cache, steps: list[str]) -> None:
    server, at, is_listed = Server(), NOW, False
    reported: tuple[bool, bool] | None = None
    """The debt as the server last reported it."""
    opened: tuple[bool, bool] | None = None
    """The debt of a profile that was opened since customers were listed."""
    for step in ("list customers", *steps):
        at += timedelta(minutes=1)
        match step:
            case "list customers":
                await cache.forget_full_sync("invoices")
                await cache.put_sync_page("customers", Page((ONE,), None, 1), at, restart=True)
                opened = None
            case "list invoices":
                rows = server.invoices()
                await cache.put_sync_page("invoices", Page(rows, None, len(rows)), at, restart=True)
                await cache.complete_customers()
                reported, is_listed = server.debt, True
            case "open":
                await cache.put_customers([server.profile()], at)
                reported = opened = server.debt
            case "open invoices":
                await cache.put_invoice_rows(server.invoices(), at)
                reported = server.debt if is_listed else reported
            case _:
                server.change(step)
        row = (await cache.window(parse(""), 0, 1)).rows[0].value
        assert (await cache.count(parse(f"is:{row.billing_status}"))) == 1
        assert (await cache.count(parse("owes=0"))) == int(row.owed == ())
        if row.owed == ():
            assert reported is not None and not reported[0], f"{step}: somebody who owes"
        is_late = row.billing_status is BillingStatus.PAST_DUE
        assert not is_late or any(one is not None and one[1] for one in (reported, opened)), (
            f"{step}: not late"
        )
        if step == "list invoices" and opened is None:
            assert is_late == server.debt[1] and (row.owed == ()) is not server.debt[0]


@given(st.lists(STEPS, max_size=12))
@settings(max_examples=examples(25))
@example(["list invoices", "bill", "open", "list customers"])
def test_nothing_is_stated_that_was_not_reported(steps: list[str]) -> None:
    async def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            cache = await open_cache(Path(folder) / "cache.db", clock=lambda: NOW, today=lambda: TODAY)
            try:
                await cache.follow_date(TODAY)
                await check(cache, steps)
            finally:
                await cache.close()

    asyncio.run(run())
