"""/v1/c: balance, entitlements, payment methods and payment sessions."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from wbtui.sandbox.engine import clock, ledger, payments, repository
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.records import Contract, Invoice
from wbtui.sandbox.engine.wire import amount, wallet_id
from wbtui.sandbox.problems import not_found
from wbtui.sandbox.routes import wingback_shapes as shapes
from wbtui.sandbox.routes.http import Call, get, post
from wbtui.sandbox.routes.strict import validated
from wbtui.sandbox.routes.wingback_models import PaymentSessionCreate
from wbtui.sandbox.store import Tx


# ── balance ──
def _balance(tx: Tx, call: Call) -> list[dict[str, Any]]:
    """One balance per currency of an invoice or account credit."""
    account = repository.load(tx, call.id)
    deposits = ledger.balances(account)
    currencies = dict.fromkeys([*(i.currency for i in account.invoices), *deposits])
    return [_balance_in(account, currency, deposits.get(currency, 0)) for currency in currencies]


def _balance_in(account: Account, currency: str, deposit: int) -> dict[str, Any]:
    def owed(state: str) -> str:
        due = sum(i.open for i in account.invoices if i.currency == currency and i.state == state)
        return amount(due, currency)

    paid = sum(i.paid for i in account.invoices if i.currency == currency)
    return {
        "currency": currency,
        "customer_id": account.customer.id,
        "wb_customer_id": shapes.MERCHANT_ID,
        "total_invoices_ready_for_payment": owed("ready_for_payment"),
        "invoices": {
            "pending_validation": {"total": owed("pending_validation")},
            "ready_for_payment": {"total": owed("ready_for_payment")},
            "paid": {"total": amount(paid, currency)},
        },
        "deposits": {"total": amount(deposit, currency)},
    }


# ── entitlements ──
def _current(account: Account) -> list[Contract]:
    """Active contracts, newest first; without any the newest contract."""
    running = [c for c in reversed(account.contracts) if c.status == "active"]
    return running or account.contracts[-1:]


def _contract_head(contract: Contract | None) -> dict[str, Any]:
    return {} if contract is None else {"contract_id": contract.id, "status": contract.status}


def _access(tx: Tx, call: Call) -> Any:
    """One object for one subscription, as documented; an array for several, as observed."""
    account, today = repository.load(tx, call.id), clock.today(tx)
    entitlements = [
        {
            "customer": {"status": account.customer.status},
            "contract": _contract_head(contract),
            "plan": {
                "name": account.plan(contract).name,
                "slug": account.plan(contract).slug,
                "original_plan_id": contract.plan_id,
                "entitlement_details": {"pricing_strategy": account.price_set(contract).strategy},
                "features": [
                    shapes.entitled_feature(account, contract, feature, today)
                    for feature in account.price_set(contract).features
                ],
            },
        }
        for contract in _current(account)
    ]
    return entitlements[0] if len(entitlements) == 1 else entitlements


def _billing(tx: Tx, call: Call) -> dict[str, Any]:
    account = repository.load(tx, call.id)
    before = call.query.text("due_date_before")
    unpaid = [
        invoice
        for invoice in account.invoices
        if invoice.open and (before is None or (invoice.due is not None and invoice.due < before[:10]))
    ]
    dues = [invoice.due for invoice in unpaid if invoice.due is not None]
    method, balances = payments.default_method(account), ledger.balances(account)
    return {
        "contract": _contract_head(next(iter(_current(account)), None)),
        "customer": {"status": account.customer.status},
        "payment": {
            "payment_provider": "self_handled" if method is None else method.provider,
            "next_payment_due": shapes.midnight(min(dues)) if dues else None,
            "wallet_balance": next((amount(minor, currency) for currency, minor in balances.items()), "0"),
            "wallet_balances": [
                {
                    "id": wallet_id(account.customer.id, currency),
                    "customer_id": account.customer.id,
                    "wb_customer_id": shapes.MERCHANT_ID,
                    "currency": currency,
                    "balance": amount(minor, currency),
                }
                for currency, minor in balances.items()
            ],
            "unpaid_invoices_info": [
                _unpaid_in([i for i in unpaid if i.currency == currency], currency)
                for currency in dict.fromkeys(invoice.currency for invoice in unpaid)
            ],
        },
    }


def _unpaid_in(invoices: list[Invoice], currency: str) -> dict[str, Any]:
    return {
        "currency": currency,
        "payment_threshold": "0",
        "total_unpaid": amount(sum(invoice.open for invoice in invoices), currency),
        "unpaid_invoices": [
            {
                "id": invoice.id,
                "amount": amount(invoice.open, currency),
                "due_date": shapes.midnight(invoice.due),
                "status": shapes.invoice_status(invoice),
            }
            for invoice in invoices
        ],
    }


# ── payment methods ──
def _methods(tx: Tx, call: Call) -> list[dict[str, Any]]:
    """Payment methods that are not detached."""
    account = repository.load(tx, call.id)
    attached = [method for method in account.methods if method.status != "detached"]
    return [shapes.method(method) for method in sorted(attached, key=lambda method: method.position)]


def _method(tx: Tx, call: Call) -> dict[str, Any]:
    account, wanted = repository.load(tx, call.id), call.path["method_id"]
    found = account.method(wanted)
    if found is None:
        raise not_found("payment method", wanted, "This customer has")
    return shapes.method(found)


def _session(tx: Tx, call: Call) -> dict[str, Any]:
    """A payment session. The sandbox collects no card, so it stores nothing."""
    body = validated(PaymentSessionCreate, call.body)
    account = repository.load(tx, call.id)
    owner = {"customer_id": account.customer.id, "wb_customer_id": shapes.MERCHANT_ID}
    return {
        "token": f"PaySess_{uuid4()}",
        "status": "created",
        "operation": body.operation,
        "provider": body.provider,
        "address": body.address,
        "detach_previous_on_success": bool(body.detach_previous_on_success),
        **owner,
        "setup_intent": {"address": body.address, **owner},
    }


ROUTES = [
    get("/v1/c/customer/{id}/balance", _balance),
    get("/v1/c/customer/{id}/payment/method", _methods),
    get("/v1/c/customer/{id}/payment/method/{method_id}", _method),
    post("/v1/c/customer/{id}/payment/session", _session, writes=False),
    get("/v1/c/entitlement/{id}/access", _access),
    get("/v1/c/entitlement/{id}/billing", _billing, "due_date_before"),
]
