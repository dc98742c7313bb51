"""/v1/c/contract: subscribe, read, estimate and perform an upgrade."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from wbtui.sandbox.engine import changes, clock, repository, subscriptions
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.catalogue import PriceSet
from wbtui.sandbox.engine.records import Contract, Invoice
from wbtui.sandbox.engine.wire import amount
from wbtui.sandbox.problems import invalid_fields, not_found
from wbtui.sandbox.routes import wingback_shapes as shapes
from wbtui.sandbox.routes.http import Call, get, post
from wbtui.sandbox.routes.strict import instant, validated
from wbtui.sandbox.routes.wingback_customers import API
from wbtui.sandbox.routes.wingback_invoices import preferences
from wbtui.sandbox.routes.wingback_models import ContractCreate, UpgradeConfiguration, UpgradeRequest
from wbtui.sandbox.store import SandboxError, Tx


def _get(tx: Tx, call: Call) -> dict[str, Any]:
    account = repository.load(tx, repository.owner_of(tx, "contracts", call.id))
    return shapes.contract_details(account, account.contract(call.id), clock.today(tx))


# ── create ──
def _create(tx: Tx, call: Call) -> Response:
    """Subscribe; the answer has no body."""
    body = validated(ContractCreate, call.body)
    defaults: dict[str, Any] = {"automatic_payment": True, "invoice_trigger": "immediate"}
    terms = defaults | preferences(tx) | body.given()
    with clock.changing(tx, body.customer) as (account, at):
        if account.customer.status == "inactive":
            raise invalid_fields({"customer": "The customer is inactive."})
        catalogue = account.engine.catalogue
        prices = catalogue.offered(
            body.plan, pricing_id=body.pricing_id, currency=body.currency.lower(), cycle=body.cycle
        )
        _terms(account, body.discount_id, prices.currency)
        start = None if body.activation is None else instant(body.activation, "activation").date()
        contract = subscriptions.create_contract(
            account,
            at,
            prices,
            actor=API,
            units=_units(prices, {}, body.unit_count_configuration),
            start=None if start is None else start.isoformat(),
            trial_days=body.free_trial_days or catalogue.plans[body.plan].trial_days,
            discount_id=body.discount_id,
            pending=body.is_pending,
            automatic_payment=terms["automatic_payment"],
        )
        trigger = terms["invoice_trigger"]
        contract.invoice_trigger = trigger if isinstance(trigger, str) else json.dumps(trigger)
    return Response()


def _terms(account: Account, discount_id: str | None, currency: str) -> changes.DiscountTerms | None:
    """Terms of a new discount. Raises Problem (not_found), Refused (currency_mismatch)."""
    if discount_id is None:
        return None
    if discount_id not in account.engine.catalogue.discounts:
        raise not_found("discount", discount_id)
    return changes.discount_terms(account, discount_id, currency)


def _units(prices: PriceSet, current: dict[str, str], wanted: dict[str, str]) -> dict[str, str]:
    """Units per feature bought in advance. Raises Problem (invalid) on an unknown feature or number."""
    try:
        return changes.new_units(prices, current, wanted)
    except SandboxError as error:
        raise invalid_fields({"unit_count_configuration": str(error)}) from None


# ── change ──
def _target(
    account: Account, contract: Contract, wanted: UpgradeConfiguration
) -> tuple[PriceSet, dict[str, str]]:
    """Return the target of a change: today's prices for new_plan, the recorded ones for a unit change.

    Raises Problem.
    """
    present = account.price_set(contract)
    if contract.status != "active":
        raise invalid_fields({"contract": f"The contract is {contract.status}."})
    if wanted.upgrade_strategy == "change_unit_count":
        if not wanted.unit_count_configuration:
            raise invalid_fields({"unit_count_configuration": "Required."})
        return present, _units(present, contract.units, wanted.unit_count_configuration)
    if wanted.plan_id is None:
        raise invalid_fields({"plan_id": "Required."})
    prices = account.engine.catalogue.offered(
        wanted.plan_id,
        pricing_id=wanted.pricing_id,
        currency=(wanted.currency or present.currency).lower(),
        cycle=wanted.cycle or present.cycle,
    )
    if prices.currency != present.currency:
        raise invalid_fields({"currency": "The currency of a contract cannot change."})
    return prices, _units(prices, contract.units, wanted.unit_count_configuration)


def _is_downgrade(account: Account, contract: Contract, prices: PriceSet, units: dict[str, str]) -> bool:
    """Whether a month costs less after the change, without usage."""
    before, after = changes.monthly_amounts(account, contract, prices, units, None)
    return after.minor < before.minor


def _upgrade(tx: Tx, call: Call) -> str:
    """The new contract's id as a bare JSON string; the old one's for a change in the next cycle."""
    body = validated(UpgradeRequest, call.body)
    wanted = body.upgrade_configuration
    with clock.changing(tx, repository.owner_of(tx, "contracts", call.id)) as (account, at):
        contract = account.contract(call.id)
        prices, units = _target(account, contract, wanted)
        terms = _terms(account, wanted.discount_id, prices.currency)
        if wanted.activation is not None and wanted.activation.type == "next_cycle":
            changes.schedule_change(account, contract, at, prices, units, actor=API, terms=terms)
            return contract.id
        if _is_downgrade(account, contract, prices, units) and not body.downgrade_allowed:
            raise invalid_fields({"downgrade_allowed": "This is a downgrade."})
        return changes.change_now(account, contract, at, prices, units, actor=API, terms=terms).successor.id


def _estimate(tx: Tx, call: Call) -> dict[str, Any]:
    """Perform the upgrade on the account in memory, without saving it."""
    wanted = validated(UpgradeRequest, call.body).upgrade_configuration
    account, at = clock.billed(tx, repository.owner_of(tx, "contracts", call.id))
    contract = account.contract(call.id)
    prices, units = _target(account, contract, wanted)
    downgrade = _is_downgrade(account, contract, prices, units)
    unpaid = [
        shapes.with_items(invoice)
        for invoice in account.invoices
        if invoice.contract_id == contract.id and invoice.open
    ]
    terms = _terms(account, wanted.discount_id, prices.currency)
    new, invoice, _lines = changes.change_now(account, contract, at, prices, units, actor=API, terms=terms)
    return {
        "is_downgrade": downgrade,
        "new_contract_period": shapes.billing_information(new)["current_period"] or {},
        "price_on_new_contract": [] if invoice is None else [_not_yet(shapes.with_items(invoice))],
        "remains_to_pay_current_contract": unpaid,
        "pro_rate_new_contract": amount(_share(invoice, "proration"), prices.currency),
        "pro_rate_old_contract": amount(-_share(invoice, "credit"), prices.currency),
    }


def _share(invoice: Invoice | None, kind: str) -> int:
    return 0 if invoice is None else sum(line["gross"] for line in invoice.lines if line["kind"] == kind)


def _not_yet(estimated: dict[str, Any]) -> dict[str, Any]:
    """Remove ids and number of an invoice that does not exist."""
    for part in (estimated["invoice"], *estimated["invoice_items"]):
        for name in ("id", "invoice_id", "invoice_number"):
            part.pop(name, None)
    return estimated


ROUTES = [
    post("/v1/c/contract", _create),
    get("/v1/c/contract/{id}", _get),
    post("/v1/c/contract/{id}/upgrade", _upgrade),
    post("/v1/c/contract/{id}/upgrade_estimate", _estimate, writes=False),
]
