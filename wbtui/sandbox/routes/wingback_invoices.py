"""/v1/c/invoice and /v1/c/preferences: list, read and create invoices, merchant-wide defaults."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from wbtui.sandbox.engine import clock, payments, repository
from wbtui.sandbox.engine.account import Account, record_of
from wbtui.sandbox.engine.invoices import payments_of
from wbtui.sandbox.engine.records import Invoice
from wbtui.sandbox.engine.tables import COLUMNS
from wbtui.sandbox.engine.wire import amount
from wbtui.sandbox.routes import keyset
from wbtui.sandbox.routes import wingback_shapes as shapes
from wbtui.sandbox.routes.http import Call, get, post, respond
from wbtui.sandbox.routes.strict import validated
from wbtui.sandbox.routes.wingback_models import CreateInvoices, InvoicingPreferences
from wbtui.sandbox.store import Tx

_PREFERENCES = "invoicing_preferences"
_COLUMNS = "no, " + ", ".join(COLUMNS["invoices"])


def _list(tx: Tx, call: Call) -> dict[str, Any]:
    """Invoices, oldest first in forward direction; `date_after` is inclusive, `date_before` exclusive."""
    filters = {
        "customer_id = ?": call.query.text("customer"),
        "date < ?": call.query.day("date_before"),
        "date >= ?": call.query.day("date_after"),
    }
    where = {condition: value for condition, value in filters.items() if value is not None}
    listing = keyset.Listing("invoices", _COLUMNS, " AND ".join(where) or "1", tuple(where.values()))
    rows, envelope = keyset.page(tx, call.query, listing)
    today = clock.today(tx)
    return envelope | {"hits": [_entry(tx, record_of("invoices", tuple(row)[1:]), today) for row in rows]}


def _entry(tx: Tx, invoice: Invoice, today: str) -> dict[str, Any]:
    latest = tx.one(
        "SELECT p.status, m.provider FROM payments p LEFT JOIN methods m ON m.id = p.method_id"
        " WHERE p.customer_id = ? AND (p.invoice_id = ? OR instr(p.shares, ?)) ORDER BY p.no DESC LIMIT 1",
        (invoice.customer_id, invoice.id, invoice.id),
    )
    owner = tx.one("SELECT status FROM customers WHERE id = ?", (invoice.customer_id,))
    status = None if latest is None else latest["status"]
    return {
        "invoice": shapes.invoice_head(invoice),
        "detailed_invoice_status": shapes.detailed_status(
            invoice, "" if owner is None else owner["status"], status, today
        ),
        "payment_execution_provider": (latest["provider"] if latest is not None else None) or "self_handled",
        **shapes.present(payment_execution_status="pending" if status == "processing" else None),
    }


def _get(tx: Tx, call: Call) -> dict[str, Any]:
    account = repository.load(tx, repository.owner_of(tx, "invoices", call.id))
    invoice, person = account.invoice(call.id), account.customer
    return {
        "invoice": shapes.invoice_head(invoice),
        "invoice_lines": [shapes.invoice_item(invoice, line) for line in invoice.lines],
        "cost_summary": shapes.cost_summary(invoice),
        "customer": {
            "id": person.id,
            "name": person.name,
            "emails": shapes.emails(person),
            "address": invoice.bill_to,
            "tax_details": shapes.present(vat_id=invoice.vat_id),
        },
        "transactions": _transactions(account, invoice),
        "payment_details": _payment_details(account, invoice),
        "invoice_branding": {},
        "wb_customer": {"id": shapes.MERCHANT_ID, "name": shapes.MERCHANT_NAME},
    }


def _transactions(account: Account, invoice: Invoice) -> list[dict[str, Any]]:
    """Payments and refunds of the invoice, oldest first."""
    made = [
        (p.at, {"id": p.id, "type": "payment", "status": p.status}, p.share(invoice.id), p.currency)
        for p in payments_of(account, invoice)
    ] + [
        (r.at, {"id": r.id, "type": "refund", "status": r.status}, r.share(invoice.id), r.currency)
        for r in account.refunds
        if r.share(invoice.id)
    ]
    return [
        {**head, "amount": amount(minor, currency), "currency": currency, "created": at}
        for at, head, minor, currency in sorted(made, key=lambda entry: entry[0])
    ]


def _payment_details(account: Account, invoice: Invoice) -> dict[str, Any]:
    """The method that paid it or would: Card, SepaDebit, or SelfServe (manual payment)."""
    paid = payments_of(account, invoice)
    used = account.method(paid[-1].method_id) if paid else payments.default_method(account)
    details: dict[str, Any] = {"SelfServe": {}} if used is None else shapes.method(used)["details"]
    return details


def _create(tx: Tx, call: Call) -> Response:
    """Bill up to the clock and answer the ids of new invoices. Items wait only for due billing."""
    body = validated(CreateInvoices, call.body)
    customer_id = body.customer_id
    if body.contract_id is not None:
        customer_id = repository.owner_of(tx, "contracts", body.contract_id)
    last = tx.number("SELECT max(no) FROM invoices")
    if customer_id is not None:
        with clock.changing(tx, customer_id):
            pass
    else:
        while clock.bill_until(tx, clock.now(tx)):
            pass
    made = [row["id"] for row in tx.all("SELECT id FROM invoices WHERE no > ? ORDER BY no", (last,))]
    return respond(made, 201) if made else Response()


def preferences(tx: Tx) -> dict[str, Any]:
    """The merchant-wide defaults; members that were never set are absent."""
    known: dict[str, Any] = json.loads(tx.meta(_PREFERENCES, "{}"))
    return known


def _prefer(tx: Tx, call: Call) -> Response:
    """Absent and null members stay unchanged."""
    body = validated(InvoicingPreferences, call.body)
    tx.set_meta(_PREFERENCES, json.dumps(preferences(tx) | body.given()))
    return Response()


ROUTES = [
    get("/v1/c/invoice", _list, "customer", "date_before", "date_after", *keyset.PARAMETERS),
    post("/v1/c/invoice", _create),
    get("/v1/c/invoice/{id}", _get),
    post("/v1/c/preferences/invoicing", _prefer),
]
