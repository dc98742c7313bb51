"""The refund from the highlighted invoice to its outcome, on the real sandbox over a real socket."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from textual.widgets import Input

from tests.screens.driver import driver
from tests.screens.refund_scene import SLOW, scene
from tests.support.opened import opened
from tests.support.sandbox import Sandbox
from wbtui.app import Start
from wbtui.models.actions import Context, Reason
from wbtui.models.actions.money import RefundInvoice
from wbtui.models.money import Money
from wbtui.models.parts import INVOICE
from wbtui.models.preview import Status
from wbtui.ui.actions.controls import LineRow, line_left
from wbtui.ui.actions.dialog import ActionForm
from wbtui.ui.actions.estimate import PAUSE
from wbtui.ui.actions.sheet import PreviewSheet
from wbtui.ui.dialogs.commit_button import READING_TIME, CommitButton
from wbtui.ui.widgets.check_field import CheckField
from wbtui.ui.widgets.choice import Choice


def kept_in(folder: Path) -> list[bytes]:
    """The bytes of every file below a folder."""
    return [file.read_bytes() for file in folder.rglob("*.db*")]


async def test_a_refund_goes_through_and_screens_show_the_truth(sandbox: Sandbox, tmp_path: Path) -> None:
    async with scene(sandbox, tmp_path) as s:
        before = await s.refunds()
        sheet = await s.to_sheet("5,00")
        five = Money(500, s.payment.money.currency)
        await s.d.read_preview()
        await s.d.expect_text(
            "Customer", s.customer.id, f"{five} of {s.payment.money} paid", "before", "after",
            "Cannot be undone", "DEMO", f"ctrl+s  Refund {five} to",
        )  # fmt: skip
        assert sheet.preview is not None
        for change in sheet.preview.changes[:2]:
            await s.d.expect_text(change.label[:20])
        await s.d.press_command("sheet.commit")
        await s.d.expect_screen("OutcomeDialog")
        await s.d.expect_text("● Done", "For the customer")
        await s.d.press_command("outcome.copy")
        assert "refunded" in s.d.app.clipboard
        await s.d.press_command("outcome.close")
        await s.d.expect_screen("InvoiceScreen")
        await s.d.expect_row("Refunded", str(five))
        assert await s.refunds() == before + 1
        entries = await s.services.journal.entries(5)
        assert [(e.status, e.money, e.summary.split()[0]) for e in entries] == [(Status.DONE, five, "Refund")]


async def test_enter_never_commits_and_the_focus_is_harmless(sandbox: Sandbox, tmp_path: Path) -> None:
    async with scene(sandbox, tmp_path, timeouts=SLOW) as s:
        before = await s.refunds()
        sheet = await s.to_sheet()
        assert sheet.focused is not None and sheet.focused.id == "dialog-back"
        assert not sheet.query_one("#sheet-commit").focusable
        await s.d.press("enter")
        await s.d.expect_screen("ActionForm")
        for _ in range(12):
            await s.d.press("enter")
        assert isinstance(s.d.screen, ActionForm)
        assert await s.services.journal.entries(5) == ()
        assert await s.refunds() == before


async def test_u_takes_it_back_and_nothing_was_sent(sandbox: Sandbox, tmp_path: Path) -> None:
    async with scene(sandbox, tmp_path, timeouts=SLOW) as s:
        before = await s.refunds()
        await s.to_sheet()
        await s.d.commit()
        await s.d.expect_screen("PendingSendDialog")
        await s.d.expect_match(r"Sending in \d+ s … u cancels")
        await s.d.press("escape", "enter", "ctrl+s", "question_mark", "f1", "ctrl+p")
        assert type(s.d.screen).__name__ == "PendingSendDialog", "the key that cancels works"
        await s.d.press_command("sending.cancel")
        await s.d.expect_screen("PreviewSheet")
        await s.d.expect_text("Refund cancelled. Nothing was sent.")
        assert await s.refunds() == before
        await s.settled(Status.WITHDRAWN)
        assert (await s.services.journal.entries(1))[0].sent_at is None


async def test_quitting_in_the_undo_window_cancels_before_it_asks(sandbox: Sandbox, tmp_path: Path) -> None:
    async with scene(sandbox, tmp_path, timeouts=SLOW) as s:
        before = await s.refunds()
        await s.to_sheet()
        await s.d.commit()
        await s.d.expect_screen("PendingSendDialog")
        await s.d.press("ctrl+q")
        await s.d.expect_text("Refund cancelled. Nothing was sent. Quit?")
        await s.settled(Status.WITHDRAWN)
        await s.d.press("n")
        await s.d.expect_screen("PreviewSheet")
        await s.d.expect_text("Refund cancelled. Nothing was sent.")
        assert await s.refunds() == before


async def test_a_key_pressed_many_times_refunds_once(sandbox: Sandbox, tmp_path: Path) -> None:
    async with scene(sandbox, tmp_path) as s:
        before = await s.refunds()
        await s.to_sheet()
        await s.d.read_preview()
        await s.d.press("ctrl+s", "ctrl+s", "ctrl+s")
        await s.d.expect_screen("OutcomeDialog")
        await s.d.expect_text("● Done")
        assert await s.refunds() == before + 1
        assert len(await s.services.journal.entries(5)) == 1


async def test_a_key_that_comes_before_the_preview_was_read_moves_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with scene(sandbox, tmp_path) as s:
        assert s.services.actions.undo_seconds == 0, "nothing else would stop it"
        before = await s.refunds()
        sheet = await s.to_sheet()
        button = sheet.query_one(CommitButton)
        await s.d.wait_for(lambda: button.guard.shown, "the preview is on the screen")
        for _ in range(20):  # a held key, for far longer than the time to read
            await s.d.time.advance(READING_TIME / 2)
            await s.d.press("ctrl+s")
            await s.d.pilot.click(button)
        await s.d.expect_text("Read the preview first")
        assert s.d.screen is sheet
        await s.d.commit()
        await s.d.expect_text("● Done")
        assert await s.refunds() == before + 1
        assert len(await s.services.journal.entries(5)) == 1


async def test_a_preview_has_to_be_read_again_when_it_comes_back_or_is_new(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with scene(sandbox, tmp_path, timeouts=SLOW) as s:
        sheet = await s.to_sheet()
        await s.d.commit()
        await s.d.press_command("sending.cancel")
        await s.d.expect_text("Refund cancelled. Nothing was sent.", "Read the preview first")
        await s.d.press("ctrl+s")
        await s.d.read_preview()
        await s.d.press_command("sheet.again")
        await s.d.press("ctrl+s")
        await s.d.expect_text("Read the preview first")
        await s.d.read_preview()
        assert s.d.screen is sheet
        assert len(await s.services.journal.entries(5)) == 1


async def test_what_is_wrong_is_said_at_its_field(sandbox: Sandbox, tmp_path: Path) -> None:
    async with scene(sandbox, tmp_path) as s:
        await s.d.press_command("form.go_on")
        await s.d.expect_text("Choose a reason.")
        currency = s.payment.money.currency
        await s.amount("1.2345")
        await s.d.expect_text(f"▲ {currency.upper()} has")
        await s.amount("99999999")
        await s.d.press_command("form.go_on")
        await s.d.expect_text(f"▲ At most {s.payment.refundable}.")
        assert s.d.text().count("▲ At most") == 1
        for typed, said in (("0", "The amount must be above zero."), ("abc", "Enter an amount such as")):
            await s.amount(typed)
            await s.d.press("down")
            await s.d.expect_text(f"▲ {said}")
            await s.d.press("up")
        await s.amount("5,00")
        await s.d.expect_text(f"{Money(500, currency)} of {s.payment.refundable}")
        await s.reason(Reason.OTHER)
        await s.d.press_command("form.go_on")
        await s.d.expect_text('The reason "other" needs a comment.')
        await s.reason(Reason.FRAUD)
        await s.d.expect_text("may block this card and e-mail for good")
        assert await s.services.journal.entries(5) == ()


async def test_moved_data_is_shown_before_and_after_and_decided_anew(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with scene(sandbox, tmp_path) as s:
        await s.to_sheet()
        # A colleague refunds something else of the same payment meanwhile.
        action = RefundInvoice(
            customer_id=s.customer.id,
            context=Context(agent="colleague", reason=Reason.COURTESY),
            payment_id=s.payment.id, invoice_id=s.payment.invoice_ids[0],
            mode="amount", amount=Money(100, s.payment.money.currency),
        )  # fmt: skip
        async with opened(sandbox.url, sandbox.key, tmp_path / "colleague") as other:
            preview = await other.actions.preview(action)
            intent = await other.actions.record_intent(action, preview, customer_title="x", summary="x")
            assert (await other.actions.send(intent).outcome()).status is Status.DONE
        before = await s.refunds()
        await s.d.commit()
        await s.d.expect_text("▲ The data has changed since the preview. Nothing was done.", "→")
        assert isinstance(s.d.screen, PreviewSheet)
        assert await s.refunds() == before
        await s.d.commit()
        await s.d.expect_screen("OutcomeDialog")
        await s.d.expect_text("● Done")
        assert await s.refunds() == before + 1


async def test_a_rule_that_says_no_is_shown_and_cannot_be_confirmed(sandbox: Sandbox, tmp_path: Path) -> None:
    async with scene(sandbox, tmp_path) as s:
        # All of it is given back by a colleague after the form was opened.
        action = RefundInvoice(
            customer_id=s.customer.id,
            context=Context(agent="colleague", reason=Reason.COURTESY),
            payment_id=s.payment.id, invoice_id=s.payment.invoice_ids[0], mode="full",
        )  # fmt: skip
        preview = await s.services.actions.preview(action)
        intent = await s.services.actions.record_intent(action, preview, customer_title="x", summary="x")
        assert (await s.services.actions.send(intent).outcome()).status is Status.DONE
        before = await s.refunds()
        sheet = await s.to_sheet("5.00")
        assert sheet.preview is not None and sheet.preview.refused is not None
        await s.d.expect_text("■ Refused: ", sheet.preview.refused.message[:40])
        assert not sheet.query_one("#sheet-commit").display
        assert "Preview valid until" not in s.d.text()
        await s.d.press_command("sheet.commit")
        await s.d.expect_text("▲ The billing system refuses this.")
        assert await s.refunds() == before


async def test_percent_and_lines_are_computed_by_the_server(sandbox: Sandbox, tmp_path: Path) -> None:
    async with scene(sandbox, tmp_path) as s:
        s.d.screen.query_one("#mode", Choice).select_text("percent")
        s.d.screen.query_one("#percent", Input).value = "25"
        await s.reason()
        quarter = s.payment.money.times(Decimal("0.25"))
        await s.d.time.advance(PAUSE)
        await s.d.expect_match(rf"Amount +{re.escape(str(quarter))}")
        await s.d.press_command("form.go_on")
        await s.d.read_preview()
        await s.d.expect_text(f"ctrl+s  Refund {quarter} to")
        await s.d.press("escape")
        await s.d.expect_screen("ActionForm")
        s.d.screen.query_one("#mode", Choice).select_text("lines")
        await s.d.press_command("form.go_on")
        await s.d.expect_text("Choose at least one line.")
        invoice = (await s.services.profiles.fetch(INVOICE, s.payment.invoice_ids[0])).value
        row = next(iter(s.d.screen.query(LineRow)))
        row.query_one(CheckField).value = True
        await s.d.pilot.pause()
        await s.d.press_command("form.go_on")
        await s.d.read_preview()
        line = next(line for line in invoice.lines if line.id == row.line.id)
        await s.d.expect_text(f"ctrl+s  Refund {line_left(line)} to")


async def test_plain_wingback_says_why_not_and_offers_the_link(
    plain_sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(plain_sandbox.url, plain_sandbox.key, tmp_path) as services:
        await services.sync.run()
        row = (await services.directory.open("").page(0, 1)).rows[0].value
        async with driver(services, start=Start(screen="customer", id=row.id)) as d:
            await d.expect_screen("ProfileScreen")
            await d.wait_for(lambda: getattr(d.screen, "customer", None) is not None, "the customer came")
            await d.expect_text("X cancel ✕")
            await d.press_command("profile.refund")
            await d.expect_toast("Use Wingback's dashboard.")
            assert type(d.screen).__name__ == "ProfileScreen"
            await d.press_command("profile.portal_link")
            await d.read_preview()
            await d.expect_text("Calculated by wbtui at", "Create portal link for")
            await d.press_command("sheet.commit")
            await d.expect_screen("TextDialog")
            await d.expect_text("Shown once and stored nowhere")
            await d.press_command("text.copy")
            link = d.app.clipboard
            assert link.startswith("http")
            await d.press_command("text.close")
            assert not [one for one in kept_in(tmp_path) if link.encode() in one]


async def test_the_same_refund_again_is_not_confirmed_by_habit(sandbox: Sandbox, tmp_path: Path) -> None:
    async with scene(sandbox, tmp_path) as s:
        before = await s.refunds()
        await s.to_sheet()
        await s.d.commit()
        await s.d.expect_screen("OutcomeDialog")
        await s.d.press_command("outcome.close")
        await s.d.press_command("invoice.refund")
        await s.d.expect_screen("ActionForm")
        await s.d.wait_for(lambda: bool(s.d.screen.query("#reason")), "the form came")
        sheet = await s.to_sheet()
        await s.d.commit()
        await s.d.press("ctrl+s")
        await s.d.expect_text("▲ Possible duplicate", "▲ Type the amount, 5.00, to confirm.")
        assert s.d.screen is sheet
        assert await s.refunds() == before + 1
        await s.d.type("5.00")
        await s.d.press("ctrl+s")
        await s.d.expect_screen("OutcomeDialog")
        assert await s.refunds() == before + 2
