"""Cases of the actions on an invoice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.support.action_cases.base import WHY, Body, Case, Read, one_in, owed_invoices
from tests.support.anna import OPEN_INVOICE, eur, preview
from wbtui.models.actions import Reason
from wbtui.models.invoice import InvoiceState
from wbtui.models.preview import Change, PreviewLine

_ENDS = (Change(path="invoice/Inv_1/open", label="Open amount of INV-0041", before="49.00 eur",
                after="0.00 eur"),)  # fmt: skip


def _owed(row: dict[str, Any], read: Read) -> Iterator[Body]:
    return ({"invoice_id": invoice["id"]} for invoice in owed_invoices(row, read))


VOID = Case(
    kind="void_invoice",
    subject=OPEN_INVOICE,
    answers={"reason": Reason.BILLING_ERROR, "ticket": "ZD-7"},
    live={"reason": Reason.BILLING_ERROR},
    words=("invoice_id=Inv_1", "reason=billing_error", "ticket=ZD-7", "notify=no"),
    preview=preview(eur(4900), changes=_ENDS),
    confirm="INV-0041",
    commit="Void INV-0041 of Anna Schmidt · €49.00",
    summary="Void INV-0041",
    says=("Amount       €49.00", "INV-0041 · 14 Nov · total €49.00", "Billing error · ticket ZD-7"),
    bodies=_owed,
)
WRITE_OFF = Case(
    kind="write_off_invoice",
    subject=OPEN_INVOICE,
    answers={"reason": Reason.COURTESY, "ticket": "ZD-7"},
    live={"reason": Reason.COURTESY},
    words=("invoice_id=Inv_1", *WHY),
    preview=preview(eur(4900), changes=_ENDS),
    confirm="INV-0041",
    commit="Write off €49.00 of Anna Schmidt",
    summary="Write off €49.00 of INV-0041",
    says=("Amount       €49.00", "INV-0041 · 14 Nov · total €49.00"),
    bodies=_owed,
)


def _payments(row: dict[str, Any], read: Read) -> Iterator[Body]:
    for invoice in owed_invoices(row, read):
        this = {"invoice_id": invoice["id"], "reference": "Bank transfer 4711"}
        yield {**this, "on": "2026-11-20", "amount": invoice["open"]}
        yield {**this, "on": "2026-11-22", "amount": one_in(invoice["open"]["currency"])}


RECORD_PAYMENT = Case(
    kind="record_payment",
    subject=OPEN_INVOICE,
    answers={"amount": "20", "on": "2d", "reference": "Bank transfer 4711",
             "reason": Reason.CUSTOMER_REQUEST, "ticket": "ZD-7"},
    live={"amount": "1", "on": "2026-11-20", "reference": "Bank transfer 4711",
          "reason": Reason.CUSTOMER_REQUEST},
    words=("invoice_id=Inv_1", "amount=20.00", "on=2026-11-20", "reference=Bank transfer 4711",
           "reason=customer_request", "ticket=ZD-7", "notify=no"),
    preview=preview(eur(2000), lines=(PreviewLine(label="Paid on 20 Nov 2026", money=eur(2000)),)),
    commit="Record €20.00 from Anna Schmidt",
    summary="Record €20.00 paid on INV-0041",
    says=("Paid on      20 Nov 2026", "Reference    Bank transfer 4711"),
    bodies=_payments,
)  # fmt: skip


def _retries(row: dict[str, Any], read: Read) -> Iterator[Body]:
    """Charges of another card than the one that was declined."""
    for invoice in owed_invoices(row, read):
        for method in read(f"customers/{row['id']}/methods"):
            if method["kind"] == "card" and method["status"] == "active" and not method["is_default"]:
                yield {"invoice_id": invoice["id"], "method_id": method["id"]}
                yield {"invoice_id": invoice["id"], "method_id": method["id"],
                       "amount": one_in(invoice["open"]["currency"])}  # fmt: skip


RETRY = Case(
    kind="retry_payment",
    subject=OPEN_INVOICE,
    answers={"method_id": "Pm_2", "amount": "20", "reason": Reason.CUSTOMER_REQUEST, "ticket": "ZD-7"},
    live={"reason": Reason.CUSTOMER_REQUEST},
    words=("invoice_id=Inv_1", "method_id=Pm_2", "amount=20.00", "reason=customer_request", "ticket=ZD-7"),
    preview=preview(eur(2000), lines=(PreviewLine(label="Charge SEPA ••3000", money=eur(2000)),)),
    commit="Charge €20.00 to Anna Schmidt",
    summary="Retry payment of €20.00 for INV-0041",
    says=("Amount       €20.00", "Method       SEPA ••3000", "INV-0041 · 14 Nov · total €49.00"),
    bodies=_retries,
)


def _mails(row: dict[str, Any], read: Read) -> Iterator[Body]:
    for invoice in read(f"customers/{row['id']}/invoices")["rows"][:3]:
        if invoice["state"] != "voided":
            yield {"invoice_id": invoice["id"], "what": "invoice", "to": "ap@example.com"}
        if invoice["state"] == "paid":
            yield {"invoice_id": invoice["id"], "what": "receipt", "to": "ap@example.com"}


SEND_EMAIL = Case(
    kind="send_invoice_email",
    answers={"what": "invoice", "to": "ap@lumen.example", "ticket": "ZD-7"},
    live={"what": "invoice", "to": "ap@lumen.example"},
    words=("invoice_id=Inv_1", "what=invoice", "to=ap@lumen.example", "ticket=ZD-7"),
    preview=preview(emails=("invoice INV-0041 to ap@lumen.example",)),
    commit="Send INV-0041 to Anna Schmidt",
    summary="Send INV-0041 by e-mail",
    says=("Document     Invoice", "Send to      ap@lumen.example"),
    bodies=_mails,
)


def _later(row: dict[str, Any], read: Read) -> Iterator[Body]:
    return ({**this, "due": day} for this in _owed(row, read) for day in ("2027-02-28", "2027-03-31"))


EXTEND_DUE_DATE = Case(
    kind="extend_due_date",
    subject=OPEN_INVOICE,
    answers={"due": "2026-12-15", "ticket": "ZD-7"},
    live={"due": "2027-02-28"},
    words=("invoice_id=Inv_1", "due=2026-12-15", "ticket=ZD-7", "notify=no"),
    preview=preview(changes=(Change(path="invoice/Inv_1/due", label="Due date of INV-0041",
                                    before="2026-11-28", after="2026-12-15"),)),
    commit="Extend the due date of INV-0041 for Anna Schmidt",
    summary="Extend the due date of INV-0041",
    says=("Due date     15 Dec 2026", "28 Nov", "INV-0041 · 14 Nov · total €49.00"),
    bodies=_later,
)  # fmt: skip


def _pauses(row: dict[str, Any], read: Read) -> Iterator[Body]:
    return ({**this, "until": day} for this in _owed(row, read) for day in ("2027-01-10", "2027-03-31"))


PAUSE_DUNNING = Case(
    kind="pause_dunning",
    subject=OPEN_INVOICE,
    answers={"until": "2026-12-05", "ticket": "ZD-7"},
    live={"until": "2027-01-10"},
    words=("invoice_id=Inv_1", "until=2026-12-05", "ticket=ZD-7", "notify=no"),
    preview=preview(changes=(Change(path="invoice/Inv_1/dunning_paused_until", label="Dunning pause",
                                    before=None, after="2026-12-05"),)),
    commit="Pause dunning of INV-0041 for Anna Schmidt",
    summary="Pause dunning of INV-0041",
    says=("Resume on    5 Dec 2026", "INV-0041 · 14 Nov · total €49.00"),
    bodies=_pauses,
)  # fmt: skip


def _pending(row: dict[str, Any], read: Read) -> Iterator[Body]:
    for invoice in read(f"customers/{row['id']}/invoices")["rows"]:
        if invoice["state"] == "pending_validation":
            yield {"invoice_id": invoice["id"]}


VALIDATE = Case(
    kind="validate_invoice",
    subject=OPEN_INVOICE.model_copy(update={"state": InvoiceState.PENDING_VALIDATION}),
    answers={"reason": Reason.OTHER, "comment": "Checked with finance", "ticket": "ZD-7"},
    live={"reason": Reason.BILLING_ERROR},
    words=("invoice_id=Inv_1", "reason=other", "comment=Checked with finance", "ticket=ZD-7"),
    preview=preview(eur(4900), lines=(PreviewLine(label="Charge Visa ••4242", money=eur(4900)),)),
    commit="Validate INV-0041 of Anna Schmidt · €49.00",
    summary="Validate INV-0041",
    says=("Amount       €49.00", "Charge Visa ••4242", "Checked with finance"),
    bodies=_pending,
)
