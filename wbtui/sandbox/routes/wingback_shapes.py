"""Objects in the wire format of /v1/c: decimal strings, capitalised unions, Wingback's words."""

from __future__ import annotations

import json
from typing import Any

from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.catalogue import FeatureDef
from wbtui.sandbox.engine.periods import plus_days
from wbtui.sandbox.engine.pricing import quantity_text
from wbtui.sandbox.engine.records import Contract, Customer, Invoice, Line, Method
from wbtui.sandbox.engine.shapes import used_units
from wbtui.sandbox.engine.subscriptions import contract_amount
from wbtui.sandbox.engine.wire import amount, wire

MERCHANT_ID = "WbCust_6d1f4a0e-6d5b-4c59-9f6b-0d8a5c1e7b42"
MERCHANT_NAME = "Acme Sandbox"


def midnight(day: str | None) -> str | None:
    """A billing date as the instant of its start."""
    return None if day is None else f"{day}T00:00:00Z"


def present(**members: Any) -> dict[str, Any]:
    """Members that are not None: absent and null mean the same here."""
    return {name: value for name, value in members.items() if value is not None}


# ── customers and contracts ──
def customer(account: Account) -> dict[str, Any]:
    """A customer with all its contracts, oldest first."""
    person = account.customer
    return {
        **wire(person, "id status name notes created metadata"),
        "emails": emails(person),
        "customer_reference": person.reference,
        **present(address=person.address),
        "tax_details": present(vat_id=person.vat_id),
        "contracts": [contract_summary(account, contract) for contract in account.contracts],
    }


def emails(person: Customer) -> dict[str, str]:
    """Label to address."""
    return {email["label"]: email["address"] for email in person.emails}


def contract_summary(account: Account, contract: Contract) -> dict[str, Any]:
    prices, plan = account.price_set(contract), account.plan(contract)
    recurring = amount(contract_amount(account, contract), prices.currency)
    charges = {"cycle_start_charges": recurring, "extra_cycle_end_charges": "0", "minimum_usage": "0"}
    return {
        **wire(contract, "id status customer_id plan_id created"),
        **wire(prices, "pricing_id strategy currency cycle"),
        "customer": account.customer.name or "",
        "plan": plan.name,
        "plan_internal_name": plan.slug,
        "plan_external_name": plan.name,
        "amount": recurring,
        "cycle_start_offset": 0,
        "free_cycles": 0,
        "activation": midnight(contract.start),
        "expiration": midnight(contract.ended_on or contract.cancel_at),
        "free_trial_end": midnight(contract.trial_ends),
        "next_cycle_start": _next_cycle(contract),
        "billing_information": billing_information(contract),
        "configuration": {
            "automatic_payment": contract.automatic_payment,
            "due_date_policy": "start_of_period",
            "invoice_trigger": _trigger(contract.invoice_trigger),
            "usage_period_closing_policy": "automatic",
        },
        "cost_estimates": {"recurring_price": charges},
    }


def _next_cycle(contract: Contract) -> str | None:
    running = contract.status == "active" and contract.period_end is not None and contract.cancel_at is None
    return midnight(plus_days(contract.period_end, 1)) if running and contract.period_end else None


def _trigger(text: str) -> Any:
    """A word, or the object of a periodic trigger, which is stored as JSON text."""
    return json.loads(text) if text.startswith("{") else text


def billing_information(contract: Contract) -> dict[str, Any]:
    if contract.period_start is None:
        return {"current_period": None, "current_period_idx": None}
    end = None if contract.period_end is None else f"{contract.period_end}T23:59:59Z"
    return {
        "current_period": {"start": midnight(contract.period_start), "end": end},
        "current_period_idx": contract.period_index,
    }


def contract_details(account: Account, contract: Contract, today: str) -> dict[str, Any]:
    prices, plan, discount = account.price_set(contract), account.plan(contract), account.discount(contract)
    return {
        "contract_summary": contract_summary(account, contract),
        "billing_information": billing_information(contract),
        "plan": {
            **wire(plan, "slug name description"),
            **wire(prices, "id strategy"),
            "original_plan_id": plan.id,
            "internal_name": plan.slug,
            "external_name": plan.name,
            "price": amount(prices.price, prices.currency),
            "free_trial_days": plan.trial_days,
            "features": [entitled_feature(account, contract, feature, today) for feature in prices.features],
        },
        "discount": None
        if discount is None
        else present(
            **wire(discount, "id name"),
            percentage=None if discount.percent is None else str(discount.percent),
            amount=None if discount.amount is None else amount(discount.amount, prices.currency),
            cycles=contract.discount_left,
        ),
    }


# ── entitlements ──
def entitled_feature(account: Account, contract: Contract, feature: FeatureDef, today: str) -> dict[str, Any]:
    """A feature with its current counts."""
    details: dict[str, Any] = {"pricing_strategy": feature.strategy}
    currency = account.price_set(contract).currency
    if feature.strategy != "flat":
        details["unit_name"] = feature.unit or feature.name
        details["used_unit_count"] = (
            quantity_text(used_units(account, contract, feature, today)) if feature.metered else None
        )
    if feature.strategy in ("per_unit", "unit_tiered"):
        details["contracted_unit_count"] = contract.units.get(feature.slug, str(feature.included or 0))
    if feature.strategy == "per_unit":
        limits = wire(feature, counts="included limit")
        details |= {"minimum_units": limits["included"], "maximum_units": limits["limit"]}
    if feature.strategy == "usage":
        details["over_usage_charge_strategy"] = "extra_usage_overcharge"
    if feature.tiers:
        details["tiers"] = [
            {
                **wire(tier, counts="up_to"),
                "unit_price": amount(tier.unit_price, currency),
                "flat_fee": None if tier.flat_fee is None else amount(tier.flat_fee, currency),
            }
            for tier in feature.tiers
        ]
    return {
        "name": feature.name,
        "slug": feature.slug,
        "original_feature_id": f"Feat_{feature.slug}",
        "entitlement_details": details,
    }


# ── invoices ──
def invoice_status(invoice: Invoice) -> str:
    """One of the three words of /v1/c; only the detailed status shows a voided or written-off invoice."""
    return "ready_for_payment" if invoice.state in ("voided", "written_off") else invoice.state


def detailed_status(invoice: Invoice, customer_status: str, last_payment: str | None, today: str) -> str:
    """The detailed status: five documented words, and three assumed ones for the truncated list."""
    if invoice.state in ("voided", "written_off"):
        return "canceled_unpaid_transaction"
    if invoice.state in ("pending_validation", "paid"):
        return invoice.state
    if customer_status != "active":
        return "customer_not_active"
    if last_payment == "processing":
        return "payment_in_progress"
    if last_payment == "failed":
        return "payment_failed"
    if invoice.due is not None and invoice.due > today:
        return "not_yet_due"
    return "ready_for_payment"


def invoice_head(invoice: Invoice) -> dict[str, Any]:
    return {
        **wire(invoice, "id customer_id currency"),
        "invoice_number": {"number": invoice.number},
        "status": invoice_status(invoice),
        "total": amount(invoice.total, invoice.currency),
        "date": invoice.issued_at,
        "due_date": midnight(invoice.due),
        "external_reference": None,
        "deposit_transaction_status": "not_processed",
    }


def invoice_item(invoice: Invoice, line: Line) -> dict[str, Any]:
    currency = invoice.currency
    price = line["gross"] if line["unit_price"] is None else line["unit_price"]
    return {
        "id": line["id"],
        "invoice_id": invoice.id,
        "name": line["name"],
        "description": None,
        "status": "pending_validation" if invoice.state == "pending_validation" else "validated",
        "scheduling_policy": "immediate",
        "currency": currency,
        "unit_count": line["quantity"],
        "unit_price": amount(price, currency),
        "subtotal": amount(line["gross"], currency),
        "discount_amount": amount(line["discount"], currency),
        "discount_description": line["discount_rule"],
        "tax_policy": "tax_included" if line["tax_mode"] == "inclusive" else "tax_excluded",
        "tax_code": line["tax_rate"] or None,
        "tax_amount": amount(line["tax"], currency),
        "total_excluding_tax": amount(line["total"] - line["tax"], currency),
        "total_including_tax": amount(line["total"], currency),
        "due_date": midnight(invoice.due),
    }


def with_items(invoice: Invoice) -> dict[str, Any]:
    return {
        "invoice": invoice_head(invoice),
        "invoice_items": [invoice_item(invoice, line) for line in invoice.lines],
    }


def cost_summary(invoice: Invoice) -> dict[str, str]:
    sums = wire(invoice, "subtotal discount tax total")
    sums["total_excluding_tax"] = invoice.total - invoice.tax
    return {name: amount(minor, invoice.currency) for name, minor in sums.items()}


# ── payment methods ──
def method(entry: Method) -> dict[str, Any]:
    """A payment method with its details under a capitalised key for its kind."""
    kinds = {"card": "Card", "sepa_debit": "SepaDebit", "vban_bank_transfer_eu": "VbanBankTransferEu"}
    details: dict[str, Any] = {"last_digits": entry.last_digits}
    if entry.kind == "card":
        year, _, month = (entry.expires or "").partition("-")
        details |= {"brand": entry.brand, "expiration": f"{month}/{year}"}
    return {
        **wire(entry, "id provider status created"),
        "method_type": entry.kind,
        "holder_name": entry.holder,
        "preference": entry.position,
        "details": {kinds[entry.kind]: details},
    }
