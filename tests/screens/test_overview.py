"""The overview: what needs attention, with the actions that resolve it, and its layout at every size."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.screens.driver import Driver, driver
from tests.support.action_form import form_of, services_with_anna
from tests.support.anna import (
    ANNA,
    INVOICE,
    METHODS,
    PAYMENT,
    REFUND,
    SUBSCRIPTION,
    eur,
    row_of,
    with_another_subscription,
)
from tests.support.customers import NOW, TODAY
from tests.support.fake_services import FakeServices
from tests.support.opened import opened
from tests.support.sandbox import Sandbox
from wbtui.app import Start
from wbtui.models.invoice import InvoiceBrief, InvoiceRow, InvoiceState
from wbtui.models.page import Source, Stamped
from wbtui.models.payment import PaymentStatus
from wbtui.models.usage import UsageSeries
from wbtui.services.link import LinkKind
from wbtui.ui.actions.dialog import ActionForm

HOSTILE = "[/foo] [@click=app.quit] \x1b[31m\u202e" + "long " * 60


def anna(**parts: Any) -> FakeServices:
    """Services with Anna, an overdue invoice, a pending refund and a trial that ends soon."""
    services, _ = services_with_anna()
    services.directory.rows[0] = Stamped(ANNA, NOW, Source.CACHE)
    overdue = InvoiceRow(
        id="Inv_2", number="INV-0042", state=InvoiceState.READY_FOR_PAYMENT, total=eur(4900), open=eur(4900),
        date=date(2026, 11, 14), due=TODAY - timedelta(days=8), customer_id="Cust_1", paid=eur(0),
        refunded=eur(0),
    )  # fmt: skip
    failed = PAYMENT.model_copy(
        update={
            "id": "Pay_2",
            "status": PaymentStatus.FAILED,
            "invoice_ids": ("Inv_2",),
            "decline_code": "insufficient_funds",
        }
    )
    trial = SUBSCRIPTION.model_copy(update={"trial_end": TODAY + timedelta(days=3), "period_index": 0})
    values = {
        "invoices": (overdue,),
        "payments": (failed, PAYMENT),
        "refunds": (REFUND.model_copy(update={"cancelable": False}),),
        "subscriptions": (trial,),
        "usage": (),
        "credits": (),
        **parts,
    }
    for name, value in values.items():
        services.profiles.serve(name, "Cust_1", value)
    return services


async def overview(d: Driver, *parts: str) -> None:
    """Wait for the overview with these lines."""
    await d.expect_text("─ Needs attention ", *parts)
    await d.expect_focus("#attention-table")


async def test_enter_goes_to_the_thing_and_keys_open_what_resolves_it() -> None:
    async with driver(anna(), size=(120, 30), start=Start(screen="customer", id="Cust_1")) as d:
        await overview(d, "A Retry payment", "enter open")
        await d.expect_row("▌ ▲", "INV-0042  €49.00  due 8 days ago", "declined once: insufficient funds")
        await d.expect_row("○  Refund of €22.40 is pending", "! Cancel refund ✕")
        await d.expect_row("○  Trial of Pro ends in 3 days", "! Extend trial")
        await d.press_command("profile.retry")
        await d.expect_text("Retry payment INV-0042 · Anna Schmidt")
        await d.press("escape")
        await d.press("j")
        # An action without a key of its own has that of the selected line, which says why it is not possible.
        await d.press_command("overview.fix")
        await d.expect_toast("Too late: the bank is paying it out.")
        await d.press_command("table.open")
        await d.expect_focus("#refunds-table")
        await d.press_command("profile.tab_1")
        await d.press("j")
        await d.press_command("overview.fix")
        await d.expect_screen("ActionForm")
        assert isinstance(d.screen, ActionForm)
        await d.wait_for(lambda: form_of(d).data is not None, "the form came")
        assert d.screen.form.model.about == "subscription" and form_of(d).data.subject.id == "Cont_1"  # type: ignore[union-attr]
        await d.press("escape")
        await d.press_command("table.open")
        await d.expect_text("▌ Pro", "Trial ends")
        await d.expect_gone("enter open")
        await d.press_command("profile.tab_1")
        await d.press("g")
        await d.press_command("table.open")
        await d.expect_screen("InvoiceScreen")


async def test_what_resolves_a_line_is_not_denied_before_everything_is_loaded() -> None:
    services = anna()
    (overdue,) = services.profiles.answers["invoices", "Cust_1"].value  # type: ignore[union-attr]
    brief = InvoiceBrief(**{name: getattr(overdue, name) for name in InvoiceBrief.model_fields})
    known = ANNA.model_copy(update={"latest_invoices": (brief,)})
    services.profiles.parts["customer", "Cust_1"] = Stamped(known, NOW, Source.CACHE)
    services.profiles.gate = asyncio.Event()
    async with driver(services, size=(120, 30), start=Start(screen="customer", id="Cust_1")) as d:
        await overview(d, "▌ ▲  INV-0042  €49.00  due 8 days ago")
        await d.press_command("overview.fix")
        await d.expect_toast("What this needs is not loaded yet.")
        services.profiles.gate.set()
        await overview(d, "A Retry payment")
        await d.press_command("overview.fix")
        await d.expect_text("Retry payment INV-0042 · Anna Schmidt")


async def test_offline_keys_and_menu_say_that_only_a_draft_can_be_kept() -> None:
    services = anna()
    invoice = INVOICE.model_copy(update={"id": "Inv_2", "state": InvoiceState.READY_FOR_PAYMENT})
    services.profiles.parts["invoice", "Inv_2"] = Stamped(invoice, NOW, Source.CACHE)
    async with driver(services, size=(120, 30), start=Start(screen="customer", id="Cust_1")) as d:
        await overview(d, "A Retry payment")
        services.link.set(LinkKind.OFFLINE, "No network.")
        await d.expect_text("A Retry payment ○", "A retry ○", "P plan ○", "! fix  ")
        await d.press_command("profile.actions")
        await d.expect_match(r"A Retry payment +○ Keep a draft \(ctrl\+d\)\. It can't be sent now\.")
        await d.expect_match(r"U Undo cancel +✕ No cancellation is scheduled")
        await d.press("enter")
        await d.expect_screen("ActionForm")
        await d.press("escape")
        services.link.set(LinkKind.ONLINE)
        await d.expect_gone("A Retry payment ○", "A retry ○", "P plan ○")


async def test_offline_an_action_on_an_invoice_that_is_not_cached_is_unavailable_everywhere() -> None:
    services = anna()
    async with driver(services, size=(120, 30), start=Start(screen="customer", id="Cust_1")) as d:
        await overview(d, "A Retry payment")
        services.link.set(LinkKind.OFFLINE, "No network.")
        services.profiles.reachable = lambda: False
        await d.expect_text("A Retry payment ✕", "A retry ✕", "P plan ○")
        await d.press_command("overview.fix")
        await d.expect_toast("The invoice is not available offline.")
        await d.press_command("profile.actions")
        await d.expect_match(r"A Retry payment +✕ The invoice is not available offline\.")
        await d.press("escape")
        services.profiles.reachable = lambda: True
        services.link.set(LinkKind.ONLINE)
        await d.expect_gone("A Retry payment ✕", "A retry ✕")


async def test_enter_selects_the_row_although_other_tables_load_first() -> None:
    payments = [PAYMENT.model_copy(update={"id": f"Pay_{n}", "disputed": n == 7}) for n in range(9)]
    services = anna(payments=tuple(payments), refunds=(), invoices=())
    async with driver(services, start=Start(screen="customer", id="Cust_1")) as d:
        await overview(d, "▲  Payment of €49.00 is disputed")
        await d.press_command("table.open")
        await d.expect_focus("#payments-table")
        await d.expect_row("▌", "▲ disputed")


async def test_the_cursor_stays_on_the_first_line_until_the_details_of_all_parts_are_loaded() -> None:
    services = anna(invoices=(), payments=(), refunds=(), methods=METHODS)
    ending = SUBSCRIPTION.model_copy(update={"cancel_at": TODAY + timedelta(days=5)})
    services.profiles.serve("subscriptions", "Cust_1", (ending,))
    known = {**services.profiles.answers, ("customer", "Cust_1"): with_another_subscription(plan="Business")}
    for (name, owner), value in known.items():
        found = value.value if isinstance(value, Stamped) else value
        services.profiles.parts[name, owner] = Stamped(found, NOW, Source.CACHE)
    summary = Stamped((SUBSCRIPTION,), NOW - timedelta(hours=1), Source.SNAPSHOT)
    services.profiles.parts["subscriptions", "Cust_1"] = summary
    services.profiles.gate = asyncio.Event()
    async with driver(services, start=Start(screen="customer", id="Cust_1")) as d:
        await overview(d, "▌ ○  2 active subscriptions")
        services.profiles.gate.set()
        await overview(d, "▌ ▲  Pro ends in 5 days")
        await d.expect_row("  ○  2 active subscriptions")


async def test_a_direct_key_acts_on_what_the_selected_line_is_about() -> None:
    ending = SUBSCRIPTION.model_copy(update={"cancel_at": TODAY + timedelta(days=5)})
    services = anna(payments=(PAYMENT.model_copy(update={"disputed": True}),), subscriptions=(ending,))
    (overdue,) = services.profiles.answers["invoices", "Cust_1"].value  # type: ignore[union-attr]
    services.profiles.serve("invoices", "Cust_1", (overdue, row_of(INVOICE)))
    services.profiles.serve("customer", "Cust_1", with_another_subscription(plan="Business"))
    async with driver(services, start=Start(screen="customer", id="Cust_1")) as d:
        await overview(d, "▌ ▲  INV-0042", "▲  Payment of €49.00 is disputed", "▲  Pro ends in 5 days")
        await d.expect_row("R refund ✕  A retry  ")
        await d.press("j")
        await d.expect_row("A retry ✕  ")
        await d.press_command("profile.retry")
        await d.expect_toast("The invoice is paid.")
        # Of two active subscriptions, the one of the line.
        await d.press("j")
        await d.press_command("profile.plan")
        await d.expect_text("Change plan · Pro · monthly")
        await d.press("escape")
        # Another line names the key; no line names the other key.
        await d.press_command("profile.retry")
        await d.expect_toast("Select an invoice, then press A.")
        await d.expect_focus("#attention-table")
        await d.press_command("profile.refund")
        await d.expect_toast("Select an invoice, then press R.")
        await d.expect_focus("#invoices-table")


async def test_without_notes_nothing_can_be_fixed() -> None:
    fine = anna(invoices=(), payments=(), refunds=(), subscriptions=(SUBSCRIPTION,))
    async with driver(fine, start=Start(screen="customer", id="Cust_1")) as d:
        await d.expect_text("● nothing")
        await d.press_command("overview.fix")
        await d.expect_toast("Nothing needs attention.")
        await d.expect_gone("! fix")


async def test_hostile_texts_are_plain_text_at_every_size() -> None:
    failed = PAYMENT.model_copy(
        update={"status": PaymentStatus.FAILED, "invoice_ids": ("Inv_2",), "decline_reason": HOSTILE}
    )
    ending = SUBSCRIPTION.model_copy(update={"plan": HOSTILE, "cancel_at": TODAY + timedelta(days=5)})
    usage = UsageSeries(
        name=HOSTILE, unit=None, subscription_id="Cont_1", used="95", limit="100", included=None
    )
    services = anna(payments=(failed,), subscriptions=(ending,), usage=(usage,))
    async with driver(services, size=(80, 24), start=Start(screen="customer", id="Cust_1")) as d:
        for size in ((80, 24), (100, 30), (140, 40), (200, 50)):
            await d.resize(*size)
            await overview(d, "declined once: [/foo] [@click=app.quit]", "U Undo cancel")
            assert "\x1b" not in d.text() and "\u202e" not in d.text()
            assert all(len(line) <= size[0] for line in d.lines())


async def test_the_overview_uses_the_room_of_the_terminal(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        anna_id = (await services.directory.open("anna@lumen.example").page(0, 1)).rows[0].value.id
        async with driver(services, size=(80, 24), start=Start(screen="customer", id=anna_id)) as d:
            await overview(d)
            # What a line has no room for stands below the lines.
            await d.expect_row("declined twice: insufficient funds")
            await d.expect_row("─ Contact ", "─ Recent activity ")
            await d.resize(100, 30)
            await d.expect_row("─ Contact ", "─ Recent activity ")
            await d.expect_gone("─ Usage ", "─ Latest invoices ")
            await d.wait_for(lambda: "€49.00" in d.lines()[26], "events fill the screen")
            await d.resize(140, 40)
            await d.expect_row("─ Contact ", "─ Usage ", "─ Recent activity ")
            await d.expect_row("API calls", " of 100,000")
            await d.expect_match(r"█+░*│ +▲ 9\d %")
            await d.wait_for(lambda: "● INV-" in d.lines()[35] and "INV-" in d.lines()[35][90:], "no gap")
            await d.resize(200, 50)
            await d.expect_text("Payment failed (insufficient funds): INV-0042")
            await d.wait_for(lambda: "INV-" in d.lines()[45][125:], "events fill the screen")
            await d.resize(100, 50)
            await d.expect_text("─ Usage ", "─ Latest invoices ")
            await d.resize(80, 24)
            await d.expect_row("Pro · monthly", "owes €49.00", "Visa ••4242 ▲ 11/26")


async def test_events_known_from_the_list_are_wrapped_below_themselves(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        anna_id = (await services.directory.open("anna@lumen.example").page(0, 1)).rows[0].value.id
    start = Start(screen="customer", id=anna_id)
    async with (
        opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services,
        driver(services, size=(80, 24), start=start) as d,
    ):

        def wrapped() -> bool:
            lines = d.lines()
            at = next((at for at, line in enumerate(lines) if line.endswith("€49.00  Invoice")), None)
            if at is None:
                return False
            column = lines[at].index("Invoice")
            return lines[at + 1][41:column].isspace() and lines[at + 1][column:].startswith("INV-0042")

        await d.wait_for(wrapped, "the number stands below the word before it")
