"""Cases of the actions that give money back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.support.action_cases.base import WHY, Body, Case, Read, one_in, refundable_payments
from tests.support.anna import eur, preview
from wbtui.models.actions import Reason
from wbtui.models.preview import Change, PreviewLine


def _refunds(row: dict[str, Any], read: Read) -> Iterator[Body]:
    for this, currency in refundable_payments(row, read):
        lines = read(f"invoices/{this['invoice_id']}")["lines"]
        yield {**this, "mode": "full"}
        yield {**this, "mode": "amount", "amount": one_in(currency)}
        yield {**this, "mode": "percent", "percent": "12.5"}
        positive = [{"line_id": line["id"]} for line in lines if line["total"]["amount"][0] not in "-0"]
        yield from ({**this, "mode": "lines", "lines": [line]} for line in positive[:1])


REFUND = Case(
    kind="refund",
    answers={"mode": "amount", "amount": "22,40", "reason": Reason.COURTESY, "ticket": "ZD-7"},
    live={"mode": "amount", "amount": "1", "reason": Reason.COURTESY, "ticket": "ZD-7"},
    words=("payment_id=Pay_1", "invoice_id=Inv_1", "mode=amount", "amount=22.40", "adjust_invoice=no",
           "notify=no", *WHY),
    preview=preview(
        eur(2240),
        lines=(PreviewLine(label="Refund to Visa ••4242", money=eur(2240), tax=eur(358)),),
        changes=(Change(path="invoice/Inv_1/refundable", label="Still refundable", before="49.00 eur",
                        after="26.60 eur"),),
    ),
    commit="Refund €22.40 to Anna Schmidt",
    summary="Refund €22.40 of INV-0041",
    says=("Amount       €22.40", "INV-0041 · 14 Nov · total €49.00", "incl. €3.58 tax"),
    bodies=_refunds,
)  # fmt: skip


def _credits(row: dict[str, Any], read: Read) -> Iterator[Body]:
    for currency in sorted({c["amount"]["currency"] for c in read(f"customers/{row['id']}/contracts")}):
        for text in ("5", "700") if currency == "jpy" else ("5.00", "700.00"):
            money = {"amount": text, "currency": currency}
            yield {"amount": money}
            yield {"amount": money, "expires": "2027-12-31"}


def _notes(row: dict[str, Any], read: Read) -> Iterator[Body]:
    """Of invoices that are open or were paid by card, and have no credit note yet."""
    for brief in read(f"customers/{row['id']}/invoices")["rows"][:4]:
        invoice = read(f"invoices/{brief['id']}")
        lines = [{"line_id": one["id"]} for one in invoice["lines"] if one["total"]["amount"][0] not in "-0"]
        cards = [one for one in invoice["payments"] if one["method"] and one["refundable"] == one["money"]]
        this = {"invoice_id": invoice["id"], "lines": lines[:1]}
        if lines and not invoice["credit_notes"] and invoice["state"] == "ready_for_payment":
            yield {**this, "to": "invoice"}
        if lines and not invoice["credit_notes"] and invoice["state"] == "paid" and cards:
            yield {**this, "to": "credit"}
            yield {**this, "to": "refund"}


CREDIT_NOTE = Case(
    kind="issue_credit_note",
    answers={"lines": {"Line_1": "12"}, "to": "credit", "reason": Reason.SERVICE_ISSUE, "ticket": "ZD-7"},
    live={"lines": True, "reason": Reason.SERVICE_ISSUE},
    words=("invoice_id=Inv_1", "lines=Line_1:12.00", "to=credit", "reason=service_issue", "ticket=ZD-7",
           "notify=no"),
    preview=preview(eur(1200), lines=(PreviewLine(label="Pro · monthly", money=eur(1200)),)),
    commit="Issue €12.00 credit note to Anna Schmidt",
    summary="Issue €12.00 credit note on INV-0041",
    says=("Amount       €12.00", "Line items   Pro · monthly €12.00", "Effect       Account credit"),
    bodies=_notes,
)  # fmt: skip


def _reversals(row: dict[str, Any], read: Read) -> Iterator[Body]:
    """Of grants that no invoice has used yet."""
    entries = read(f"customers/{row['id']}/credits")
    used = {entry["money"]["currency"] for entry in entries if entry["kind"] not in ("grant", "proration")}
    for entry in entries:
        if entry["kind"] == "grant" and entry["money"]["currency"] not in used:
            yield {"credit_id": entry["id"]}
            yield {"credit_id": entry["id"], "amount": entry["money"]}


REVERSE_CREDIT = Case(
    kind="reverse_credit",
    answers={"amount": "5", "reason": Reason.BILLING_ERROR, "ticket": "ZD-7"},
    live={"reason": Reason.BILLING_ERROR},
    words=("credit_id=Cred_1", "amount=5.00", "reason=billing_error", "ticket=ZD-7", "notify=no"),
    preview=preview(eur(500), lines=(PreviewLine(label="Credit taken back", money=eur(500)),)),
    commit="Reverse €5.00 credit of Anna Schmidt",
    summary="Reverse €5.00 credit",
    says=("Amount       €5.00", "€15.00 · 12 Nov · by Jörg Müller"),
    bodies=_reversals,
)
GRANT_CREDIT = Case(
    kind="grant_credit",
    answers={"amount": "5", "expires": "2027-05-31", "reason": Reason.COURTESY, "ticket": "ZD-7",
             "notify": True},
    live={"amount": "5", "expires": "2027-05-31", "reason": Reason.COURTESY},
    words=("amount=5.00", "expires=2027-05-31", "notify=yes", *WHY),
    preview=preview(eur(500), lines=(PreviewLine(label="Account credit", money=eur(500)),)),
    commit="Add €5.00 credit for Anna Schmidt",
    summary="Add €5.00 credit",
    says=("Amount       €5.00", "Expires      31 May 2027", "Courtesy · ticket ZD-7"),
    bodies=_credits,
)  # fmt: skip


def _cancelable(row: dict[str, Any], read: Read) -> Iterator[Body]:
    """The pending refunds that the bank has not answered: they stay so whatever the clock says."""
    for refund in read(f"customers/{row['id']}/refunds"):
        if refund["cancelable"] and "not answered" in refund["pending_reason"]:
            yield {"refund_id": refund["id"]}


CANCEL_REFUND = Case(
    kind="cancel_refund",
    answers={"reason": Reason.CUSTOMER_REQUEST, "ticket": "ZD-7"},
    live={"reason": Reason.CUSTOMER_REQUEST},
    words=("refund_id=Ref_1", "reason=customer_request", "ticket=ZD-7", "notify=no"),
    preview=preview(eur(2240), lines=(PreviewLine(label="Not paid out", money=eur(2240)),)),
    commit="Cancel the refund of €22.40 to Anna Schmidt",
    summary="Cancel the refund of €22.40",
    says=("Amount       €22.40", "€22.40 · 16 Nov · by Priya Nair", "Not paid out"),
    bodies=_cancelable,
)


def _elsewhere(row: dict[str, Any], read: Read) -> Iterator[Body]:
    for payment in read(f"customers/{row['id']}/payments"):
        if payment["refundable"]["amount"].strip("0."):
            this = {"payment_id": payment["id"], "reference": "SEPA 2026-11-20/77"}
            yield {**this, "amount": payment["refundable"]}
            least = "1" if payment["money"]["currency"] == "jpy" else "0.01"
            yield {**this, "amount": {**payment["refundable"], "amount": least}}


RECORD_EXTERNAL_REFUND = Case(
    kind="record_external_refund",
    answers={"amount": "10", "reference": "SEPA 2026-11-20/77", "reason": Reason.DUPLICATE, "ticket": "ZD-7"},
    live={"amount": "1", "reference": "SEPA 2026-11-20/77", "reason": Reason.DUPLICATE},
    words=("payment_id=Pay_1", "amount=10.00", "reference=SEPA 2026-11-20/77", "reason=duplicate",
           "ticket=ZD-7", "notify=no"),
    preview=preview(eur(1000), lines=(PreviewLine(label="Paid back elsewhere", money=eur(1000)),)),
    commit="Record €10.00 paid back to Anna Schmidt",
    summary="Record €10.00 paid back elsewhere",
    says=("Amount       €10.00", "€49.00 · 14 Nov · Visa ••4242", "Reference    SEPA 2026-11-20/77"),
    bodies=_elsewhere,
)  # fmt: skip
