"""Objects of an account in the wire format of the extension: contracts, invoices, payments, methods …"""

from __future__ import annotations

import json

from wbtui.sandbox.engine import ledger, meter, refunds
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.catalogue import FeatureDef
from wbtui.sandbox.engine.catalogue_shapes import discount, feature
from wbtui.sandbox.engine.invoices import OWED_STATES, payments_of
from wbtui.sandbox.engine.payments import DECLINES, active_methods
from wbtui.sandbox.engine.periods import plus_days
from wbtui.sandbox.engine.pricing import usage_charge
from wbtui.sandbox.engine.records import (
    Contract,
    Credit,
    CreditNote,
    Event,
    Invoice,
    Line,
    Method,
    Payment,
    Refund,
)
from wbtui.sandbox.engine.rows import contract_brief, priced
from wbtui.sandbox.engine.subscriptions import projected, usage_from
from wbtui.sandbox.engine.wire import Wire, count_or_null, method_brief, money, money_or_null, payment_brief


# ── subscriptions ──
def contract(account: Account, of: Contract) -> Wire:
    price_set = account.price_set(of)
    amount, charge = priced(account, of)
    today = account.engine.catalogue.current(price_set.pricing_id)
    applied = account.discount(of)
    planned = of.scheduled
    return {
        **contract_brief(account, of, amount, charge),
        "version": f"v{of.version}",
        "customer_id": of.customer_id,
        "pricing_id": price_set.pricing_id,
        "price_signed": money(price_set.price, price_set.currency),
        "price_today": None if today is None else money(today.price, today.currency),
        "units": of.units,
        "features": [feature(f, price_set.currency) for f in price_set.features],
        "discount": None if applied is None else discount(applied, of.discount_left),
        "end": of.ended_on,
        "period": None if of.period_end is None else [of.period_start, of.period_end],
        "period_index": of.period_index,
        "automatic_payment": bool(of.automatic_payment),
        "invoice_trigger": of.invoice_trigger,
        "notice_period_days": of.notice_period_days,
        "scheduled_change": None
        if planned is None
        else {name: planned[name] for name in ("kind", "on", "to_plan", "to_units", "by")},
        "moved_from": of.moved_from,
        "moved_to": of.moved_to,
        "ended_reason": of.ended_reason,
        "by": of.changed_by,
    }


def used_units(account: Account, of: Contract, metered: FeatureDef, today: str) -> int:
    """Units used in the current period up to today."""
    if of.period_start is None:
        return 0
    last = min(today, of.period_end or today, of.ended_on or today)
    first = usage_from(of)
    return sum(meter.daily_units(account, of, metered, first, last)) if first <= last else 0


def usage_series(
    account: Account, of: Contract, metered: FeatureDef, today: str, first: str | None, last: str | None
) -> Wire | None:
    """Usage of one feature, one bucket a day from `first` to `last` (by default the period so far).

    `used` and the members after it are of the current period. None for a contract without a period.
    """
    if of.period_start is None or of.period_end is None:
        return None
    currency = account.price_set(of).currency
    begin, end = usage_from(of), min(today, of.period_end, of.ended_on or today)
    shown = max(first or begin, of.start or begin), min(last or end, end)
    used = used_units(account, of, metered, today)
    charge = usage_charge(metered, used)
    return {
        "customer_id": of.customer_id,
        "feature": metered.slug,
        "name": metered.name,
        "unit": metered.unit,
        "contract_id": of.id,
        "period": [begin, of.period_end],
        "buckets": _buckets(account, of, metered, *shown),
        "used": str(used),
        "limit": count_or_null(metered.limit),
        "included": count_or_null(metered.included),
        "projected": str(_capped(metered, projected(used, begin, today, of.period_end)))
        if of.status == "active"
        else None,
        "overage_price": money_or_null(metered.overage_price, currency),
        "overage_per": count_or_null(metered.overage_per),
        "overage_so_far": None
        if metered.overage_price is None and not metered.tiers
        else money(0 if charge is None else charge.amount(), currency),
    }


def _capped(metered: FeatureDef, units: int) -> int:
    hard = metered.strategy == "usage" and metered.overage_price is None and metered.limit is not None
    return min(units, metered.limit or 0) if hard else units


def _buckets(account: Account, of: Contract, metered: FeatureDef, first: str, last: str) -> list[Wire]:
    if first > last:
        return []
    units = meter.daily_units(account, of, metered, first, last)
    return [{"date": plus_days(first, day), "units": str(count)} for day, count in enumerate(units)]


# ── invoices ──
def line(of: Line, currency: str, refunded: int) -> Wire:
    price = of["unit_price"]
    return {
        "id": of["id"],
        "name": of["name"],
        "contract_id": of["contract_id"],
        "kind": of["kind"],
        "period": of["period"],
        "days": of["days"],
        "of_days": of["of_days"],
        "quantity": of["quantity"],
        "unit_price": None if price is None else money(price, currency),
        "strategy": of["strategy"],
        "tiers": [
            {
                "from": tier["start"],
                "to": tier["to"],
                "quantity": tier["quantity"],
                "unit_price": money(tier["unit_price"], currency),
                "flat_fee": money_or_null(tier["flat_fee"], currency),
                "subtotal": money(tier["subtotal"], currency),
            }
            for tier in of["tiers"]
        ],
        "gross": money(of["gross"], currency),
        "discount": money(of["discount"], currency),
        "discount_rule": of["discount_rule"],
        "tax": None
        if not of["tax_rate"]
        else {
            "rate": of["tax_rate"],
            "mode": of["tax_mode"],
            "money": money(of["tax"], currency),
            "name": of["tax_name"],
        },
        "rounding": money(of["rounding"], currency),
        "total": money(of["total"], currency),
        "refunded": money(refunded, currency),
    }


def invoice(account: Account, of: Invoice) -> Wire:
    """An invoice with all that its arithmetic needs."""
    currency = of.currency
    given = refunds.line_refunded(account, of)
    paid_by = payments_of(account, of)
    owed = of.state in OWED_STATES
    return {
        "id": of.id,
        "version": f"v{of.version}",
        "number": of.number,
        "customer_id": of.customer_id,
        "state": of.state,
        "date": of.date,
        "due": of.due,
        "currency": currency,
        "lines": [line(each, currency, given.get(each["id"], 0)) for each in of.lines],
        "subtotal": money(of.subtotal, currency),
        "discount": money(of.discount, currency),
        "tax": money(of.tax, currency),
        "total": money(of.total, currency),
        "credited": money(of.credited, currency),
        "paid": money(of.paid, currency),
        "refunded": money(of.refunded, currency),
        "open": money(of.open, currency),
        "refundable": money(refunds.invoice_refundable(account, of), currency),
        "payments": [payment(account, each) for each in reversed(paid_by)],
        "attempts": [attempt(account, each) for each in reversed(paid_by)],
        "next_retry": of.next_retry if owed else None,
        "dunning_paused_until": of.dunning_paused_until if owed else None,
        "refunds": [refund(each) for each in reversed(account.refunds) if each.invoice_id == of.id],
        "credit_notes": [credit_note(n) for n in reversed(account.credit_notes) if n.invoice_id == of.id],
        "emails": list(of.mails),
        "bill_to": json.loads(of.bill_to),
        "vat_id": of.vat_id,
    }


# ── payments and refunds ──
def _method_of(account: Account, method_id: str | None) -> Wire | None:
    for each in account.methods:
        if each.id == method_id:
            return method_brief(each)
    return None


def payment(account: Account, of: Payment) -> Wire:
    retry = None
    if of.status in ("failed", "requires_action") and of.invoice_id is not None:
        charged = account.invoice(of.invoice_id)
        retry = charged.next_retry if of.attempt == charged.attempts and charged.open else None
    return {
        **payment_brief(of),
        "customer_id": of.customer_id,
        "invoice_ids": [] if of.invoice_id is None else [of.invoice_id],
        "method": _method_of(account, of.method_id),
        "attempt": of.attempt,
        "decline_code": of.decline_code,
        "decline_reason": None if of.decline_code is None else DECLINES[of.decline_code],
        "disputed": bool(of.disputed),
        "settled": bool(of.settled),
        "refunded": money(of.refunded, of.currency),
        "refundable": money(refunds.refundable(of), of.currency),
        "external_reference": of.external_reference,
        "next_retry": retry,
    }


def attempt(account: Account, of: Payment) -> Wire:
    return {
        "at": of.at,
        "status": of.status,
        "method": _method_of(account, of.method_id),
        "money": money(of.amount, of.currency),
        "decline_code": of.decline_code,
        "decline_reason": None if of.decline_code is None else DECLINES[of.decline_code],
        "payment_id": of.id,
    }


def refund(of: Refund) -> Wire:
    return {
        "id": of.id,
        "payment_id": of.payment_id,
        "invoice_id": of.invoice_id,
        "money": money(of.amount, of.currency),
        "status": of.status,
        "pending_reason": of.pending_reason,
        "failure_reason": of.failure_reason,
        "reference": of.reference,
        "reason": of.reason,
        "comment": of.comment,
        "external": bool(of.external),
        "cancelable": bool(of.cancelable),
        "at": of.at,
        "by": of.made_by,
        "expected_by": of.expected_by,
        "customer_id": of.customer_id,
    }


# ── credit ──
def credit(of: Credit) -> Wire:
    return {
        "customer_id": of.customer_id,
        "id": of.id,
        "at": of.at,
        "money": money(of.amount, of.currency),
        "balance_after": money(of.balance_after, of.currency),
        "kind": of.kind,
        "reason": of.reason,
        "comment": of.comment,
        "by": of.made_by,
        "expires": of.expires,
        "invoice_id": of.invoice_id,
    }


def credit_note(of: CreditNote) -> Wire:
    return {
        "customer_id": of.customer_id,
        "id": of.id,
        "number": of.number,
        "invoice_id": of.invoice_id,
        "money": money(of.amount, of.currency),
        "tax": money(of.tax, of.currency),
        "to": of.target,
        "reason": of.reason,
        "at": of.at,
        "by": of.made_by,
    }


def wallets(account: Account) -> list[Wire]:
    """The credit balance per currency, then virtual wallets."""
    owner = account.customer.id
    real = [
        {
            "id": f"Wal_{owner[5:]}_{currency}",
            "name": f"Account credit ({currency.upper()})",
            "currency": currency,
            "balance": money(minor, currency)["amount"],
            "virtual": False,
        }
        for currency, minor in ledger.balances(account).items()
    ]
    virtual = [
        {"id": w.id, "name": w.name, "currency": w.currency, "balance": w.balance, "virtual": True}
        for w in account.wallets
    ]
    return [{"customer_id": owner, **wallet} for wallet in real + virtual]


# ── methods and events ──
def methods(account: Account) -> list[Wire]:
    """All methods, detached ones last, each with what would be charged to it."""
    usable = active_methods(account)
    default = usable[0].id if usable else None
    ordered = sorted(account.methods, key=lambda m: (m.status == "detached", m.position))
    return [_method(account, each, each.id == default) for each in ordered]


def _method(account: Account, of: Method, is_default: bool) -> Wire:
    last = next((p for p in reversed(account.payments) if p.method_id == of.id), None)
    running = [c for c in account.contracts if c.status in ("active", "scheduled", "pending")]
    return {
        **method_brief(of),
        "customer_id": of.customer_id,
        "id": of.id,
        "version": f"v{of.version}",
        "holder": of.holder,
        "order": of.position,
        "is_default": is_default,
        "provider": of.provider,
        "created": of.created,
        "contracts": [c.id for c in running if is_default and c.automatic_payment],
        "open_invoices": [i.id for i in account.invoices if is_default and i.open and i.automatic],
        "last_attempt": None if last is None else payment_brief(last),
    }


def event(of: Event) -> Wire:
    return {
        "id": of.id,
        "at": of.at,
        "kind": of.kind,
        "what": of.what,
        "actor": {"kind": of.actor, "name": of.actor_name},
        "money": money_or_null(of.amount, of.currency),
        "reason": of.reason,
        "comment": of.comment,
        "ticket": of.ticket,
        "refs": of.refs,
    }
