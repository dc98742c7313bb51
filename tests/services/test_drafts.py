"""Drafts in the workspace file: private, by connection, expiring like other customer data."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.anna import INVOICE, LINE, PAYMENT, REFUND, eur
from tests.support.wall_clock import now
from wbtui.models.drafts import Draft, changes_since
from wbtui.models.invoice import InvoiceState
from wbtui.models.payment import RefundStatus
from wbtui.models.preview_text import Difference
from wbtui.services.actions.drafts import Drafts
from wbtui.store.workspace import open_workspace


def draft(name: str, at: datetime, customer: str = "Cust_1") -> Draft:
    return Draft(
        id=name, kind="append_note", customer_id=customer, customer="Anna", subject_id=customer, label="",
        saved_at=at, answers={"text": {"Widget": "A secret remark."}}, seen={"name": "Anna"},
    )  # fmt: skip


async def test_drafts_survive_a_restart_and_expire(tmp_path: Path) -> None:
    path, start = tmp_path / "s" / "workspace.db", now()
    clock = [start]
    counts: list[int] = []
    workspace = await open_workspace(path)
    drafts = Drafts(workspace, now=lambda: clock[0], make_id=lambda: "x", retention=timedelta(days=30))
    drafts.changed.subscribe(counts.append)
    await drafts.keep(draft("one", start))
    await drafts.keep(draft("two", start + timedelta(days=2)))
    await drafts.keep(draft("two", start + timedelta(days=3)))
    assert path.stat().st_mode & 0o777 == 0o600
    await workspace.close()
    workspace = await open_workspace(path)
    drafts = Drafts(workspace, now=lambda: clock[0], make_id=lambda: "x", retention=timedelta(days=30))
    drafts.changed.subscribe(counts.append)
    assert [one.id for one in await drafts.all()] == ["two", "one"]
    clock[0] = start + timedelta(days=31)
    assert await drafts.all() == (draft("two", start + timedelta(days=3)),)
    assert [row[0] for row in await workspace.drafts()] == ["two"]
    await drafts.discard("two")
    assert counts == [1, 2, 2, 1, 0]
    await workspace.close()
    assert b"A secret remark" not in path.read_bytes()


async def test_a_deleted_customer_takes_their_drafts_along_and_one_that_cannot_be_read_is_deleted(
    tmp_path: Path,
) -> None:
    workspace = await open_workspace(tmp_path / "s" / "workspace.db")
    drafts = Drafts(workspace, now=now, make_id=lambda: "x", retention=timedelta(days=30))
    await drafts.keep(draft("one", now()))
    await drafts.keep(draft("other", now(), customer="Cust_2"))
    await workspace.put_draft("broken", "{", now())
    await workspace.forget_customer("Cust_1")
    assert [one.id for one in await drafts.all()] == ["other"]
    assert len(await workspace.drafts()) == 1
    await workspace.close()


def test_changes_name_amounts_days_and_what_came_or_went() -> None:
    seen = {"id": "a", "version": "1", "open": {"amount": "49.00", "currency": "eur"}, "due": "2026-12-01",
            "disputed": False, "lines": [{"name": "Pro"}], "note": None}  # fmt: skip
    later = {"id": "b", "version": "2", "open": {"amount": "0.00", "currency": "eur"}, "due": "2026-12-02",
             "disputed": True, "lines": [{"name": "Pro"}, {"name": "Seats"}], "note": None}  # fmt: skip
    assert changes_since(seen, seen) == ()
    assert changes_since(seen, later) == (
        Difference("Open", "€49.00", "€0.00"),
        Difference("Due", "1 Dec 2026", "2 Dec 2026"),
        Difference("Disputed", "no", "yes"),
        Difference("Line 2", "–", "Seats"),
    )


def test_another_refund_of_an_invoice_is_a_few_changes() -> None:
    line = LINE.model_copy(update={"refunded": eur(1000)})
    other, of_other = (LINE.model_copy(update={"id": "Line_2", "refunded": eur(minor)}) for minor in (0, 300))
    payment = PAYMENT.model_copy(update={"refunded": eur(1000), "refundable": eur(3900)})
    first = REFUND.model_copy(update={"id": "Ref_0", "money": eur(200), "status": RefundStatus.SUCCEEDED})
    before = INVOICE.model_copy(update={"refunds": (first,), "lines": (LINE, other)})
    second = REFUND.model_copy(update={"money": eur(1000)})
    after = INVOICE.model_copy(
        update={"refunded": eur(1000), "refundable": eur(3900), "payments": (payment,),
                "lines": (line, of_other), "refunds": (second, first), "version": "v2"}
    )  # fmt: skip
    assert changes_since(before.model_dump(mode="json"), after.model_dump(mode="json")) == (
        Difference("Refunded", "€0.00", "€10.00"),
        Difference("Refundable", "€49.00", "€39.00"),
        Difference("Refund 1", "–", "€10.00 · pending"),
        Difference("Line 2 refunded", "€0.00", "€3.00"),
    )
    paid = before.model_copy(update={"state": InvoiceState.READY_FOR_PAYMENT, "refunds": ()})
    assert changes_since(paid.model_dump(mode="json"), before.model_dump(mode="json")) == (
        Difference("State", "open", "paid"),
        Difference("Refund 1", "–", "€2.00 · succeeded"),
    )


def test_changes_have_the_labels_of_the_screens() -> None:
    def customer(day: int) -> dict[str, Any]:
        return {
            "updated_at": f"2026-11-2{day}T10:00:00Z",
            "vat_id": f"DE{day}",
            "address": {"line_1": f"Torstr. {day}"},
            "emails": [{"address": f"{day}@lumen.example"}],
            "mrr": [{"amount": f"{day}.00", "currency": "eur"}],
            "period": ("2026-11-01", f"2026-11-2{day}"),
            "by": f"Agent {day}",
        }

    labels = [one.label for one in changes_since(customer(1), customer(2))]
    assert labels == [
        "VAT ID", "Last change by", "Address street", "E-mail 1 address", "MRR 1", "Period end",
    ]  # fmt: skip
    other_version = {**customer(2), "mrr": "none", "emails": {}, "vat_id": []}
    assert len(changes_since(customer(1), other_version)) == 6


def test_subscriptions_and_invoices_are_named_as_on_the_screens() -> None:
    pro = {"id": "Cont_1", "plan": "Pro", "cycle": "month", "status": "active"}
    team = {"id": "Cont_2", "plan": "Team", "cycle": "year", "status": "active"}
    invoice = {
        "id": "Inv_1",
        "number": "INV-7",
        "state": "ready_for_payment",
        "total": {"amount": "5.00", "currency": "eur"},
    }
    seen = {"subscriptions": [pro], "latest_invoices": []}
    later = {"subscriptions": [team, {**pro, "status": "moved"}], "latest_invoices": [invoice]}
    assert changes_since(seen, later) == (
        Difference("Team · yearly", "–", "active"),
        Difference("INV-7", "–", "€5.00 · open"),
        Difference("Pro · monthly status", "active", "replaced"),
    )


def test_what_was_scheduled_meanwhile_is_one_change_with_the_label_of_the_preview() -> None:
    """A scheduled change of units took six of the five lines, a discount three: "Scheduled change kind"."""
    seen = {
        "cancel_at": None,
        "next_charge": {"date": "2026-12-14", "total": {"amount": "49.00", "currency": "eur"}},
        "scheduled_change": None,
        "discount": None,
    }
    later = {
        "cancel_at": "2026-12-14",
        "next_charge": None,
        "scheduled_change": {"kind": "change_units", "on": "2026-12-14", "to_plan": "Pro", "by": "jo"},
        "discount": {"name": "Launch offer", "percent": "25", "cycles": 6},
    }
    assert changes_since(seen, later) == (
        Difference("Cancellation", "–", "14 Dec 2026"),
        Difference("Next charge", "€49.00", "–"),
        Difference("Scheduled change", "–", "change units · Pro · 14 Dec 2026"),
        Difference("Discount", "–", "Launch offer"),
    )


def test_payment_methods_are_named_as_on_the_screens() -> None:
    visa = {"kind": "card", "brand": "visa", "last_digits": "4242", "expires": "2026-11", "status": "active"}
    sepa = {"kind": "sepa_debit", "brand": None, "last_digits": "3000", "expires": None, "status": "active"}
    seen = {"methods": [visa, sepa, visa]}
    assert changes_since(seen, {"methods": [sepa, visa, visa]}) == (), "the order is no change of a method"
    later = {"methods": [sepa, {**visa, "status": "inactive"}, visa, {**sepa, "last_digits": "1111"}]}
    assert changes_since(seen, later) == (
        Difference("SEPA ••1111", "–", "active"),
        Difference("Visa ••4242 status", "active", "inactive"),
    )
