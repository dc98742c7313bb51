"""Objects in the wire format of the extension: plans, contracts, invoices, payments, methods …"""

from __future__ import annotations

from wbtui.sandbox.engine import credit_notes, ledger, meter, refunds
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.catalogue import Catalogue, Discount, FeatureDef, Plan, PriceSet
from wbtui.sandbox.engine.invoices import OWED_STATES, attempts_of, payments_of, planned_charge
from wbtui.sandbox.engine.payments import DECLINES, default_method
from wbtui.sandbox.engine.periods import next_boundary, plus_days
from wbtui.sandbox.engine.pricing import Quantity, quantity_text, usage_charge
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
from wbtui.sandbox.engine.subscriptions import projected
from wbtui.sandbox.engine.wire import Wire, amount, method_brief, money, payment_brief, wallet_id, wire


# ── the catalogue ──
def feature(of: FeatureDef, currency: str) -> Wire:
    return {
        **wire(of, "slug name unit strategy", counts="included limit overage_per"),
        **wire(of, amounts="unit_price overage_price", currency=currency),
        "tiers": [
            wire(tier, counts="up_to", amounts="unit_price flat_fee", currency=currency) for tier in of.tiers
        ],
    }


def pricing(of: PriceSet) -> Wire:
    return {
        **wire(of, "currency cycle strategy tax_mode", amounts="price"),
        "id": of.pricing_id,
        "features": [feature(each, of.currency) for each in of.features],
    }


def plan(catalogue: Catalogue, of: Plan) -> Wire:
    """A plan with its current pricings; an archived plan has its last ones."""
    own = [price_set for price_set in catalogue.price_sets.values() if price_set.plan_id == of.id]
    latest = {price_set.pricing_id: price_set for price_set in sorted(own, key=lambda each: each.valid_from)}
    return {
        **wire(of, "id slug name description status trial_days"),
        "pricings": [pricing(price_set) for price_set in latest.values()],
        "version": f"v{of.version}",
    }


def discount(of: Discount, cycles: int | None = None) -> Wire:
    """A discount; `cycles` are the remaining ones of a contract."""
    shape = wire(of, "id name cycles", counts="percent", amounts="amount")
    return shape if cycles is None else {**shape, "cycles": cycles}


# ── subscriptions ──
def contract(account: Account, of: Contract) -> Wire:
    price_set = account.price_set(of)
    recurring, charge = priced(account, of)
    today = account.engine.catalogue.current(price_set.pricing_id)
    applied = account.discount(of)
    planned = of.scheduled
    return {
        **contract_brief(account, of, recurring, charge),
        **wire(of, "customer_id units period_index automatic_payment invoice_trigger notice_period_days"),
        **wire(of, "moved_from moved_to ended_reason"),
        "version": f"v{of.version}",
        "pricing_id": price_set.pricing_id,
        "price_signed": money(price_set.price, price_set.currency),
        "price_today": None if today is None else money(today.price, today.currency),
        "features": [feature(each, price_set.currency) for each in price_set.features],
        "discount": None if applied is None else discount(applied, of.discount_left),
        "end": of.ended_on,
        "period": None if of.period_end is None else [of.period_start, of.period_end],
        "scheduled_change": None
        if planned is None
        else {name: planned[name] for name in ("kind", "on", "to_plan", "to_units", "by")},
        "by": of.changed_by,
    }


def used_units(account: Account, of: Contract, metered: FeatureDef, today: str) -> Quantity:
    """Units used in the current period up to today."""
    if of.period_start is None:
        return 0
    first, last = of.usage_from, _usage_until(of, today)
    return sum(meter.daily_units(account, of, metered, first, last)) if first <= last else 0


def _usage_until(of: Contract, today: str) -> str:
    """The last day of the period with usage so far; an ended contract has none on the day it ended."""
    return min(today, of.period_end or today, plus_days(of.ended_on, -1) if of.ended_on else today)


def usage_series(
    account: Account, of: Contract, metered: FeatureDef, today: str, first: str | None, last: str | None
) -> Wire | None:
    """Usage of one feature, one bucket a day from `first` to `last` (by default the period so far).

    `used` and the members after it are of the current period. None for a contract without a period.
    """
    if of.period_start is None or of.period_end is None:
        return None
    currency = account.price_set(of).currency
    begin, end = of.usage_from, _usage_until(of, today)
    shown = max(first or begin, of.start or begin), min(last or end, end)
    used = used_units(account, of, metered, today)
    expected = _capped(metered, projected(used, begin, today, of.period_end))
    charge = usage_charge(metered, used)
    free = metered.overage_price is None and not metered.tiers
    return {
        **wire(metered, "name unit", counts="limit included overage_per"),
        **wire(metered, amounts="overage_price", currency=currency),
        "customer_id": of.customer_id,
        "feature": metered.slug,
        "contract_id": of.id,
        "period": [begin, of.period_end],
        "buckets": _buckets(account, of, metered, *shown),
        "used": quantity_text(used),
        "projected": str(expected) if of.status == "active" else None,
        "overage_so_far": None if free else money(0 if charge is None else charge.amount(), currency),
    }


def _capped(metered: FeatureDef, units: int) -> int:
    hard = metered.strategy == "usage" and metered.overage_price is None and metered.limit is not None
    return min(units, metered.limit or 0) if hard else units


def _buckets(account: Account, of: Contract, metered: FeatureDef, first: str, last: str) -> list[Wire]:
    """The usage of each day; a limit holds in each period."""
    begins = [of.usage_from]
    while begins[-1] > first:
        begins.append(_begin_before(account, of, begins[-1]))
    ends = [last, *(min(last, plus_days(begin, -1)) for begin in begins)]
    buckets = []
    for begin, end in reversed([*zip(begins, ends, strict=False)]):
        for count, units in enumerate(meter.daily_units(account, of, metered, begin, end)):
            buckets.append({"date": plus_days(begin, count), "units": quantity_text(units)})
    return [bucket for bucket in buckets if bucket["date"] >= first]


def _begin_before(account: Account, of: Contract, begin: str) -> str:
    """The first day of the period before the one that begins on a day after the start."""
    start = of.start or begin
    if begin == of.trial_end:
        return start
    anchor = of.anchor_day or int(begin[8:])
    return max(start, next_boundary(begin, account.price_set(of).cycle, anchor, -1))


# ── invoices ──
def line(of: Line, currency: str, refunded: int) -> Wire:
    shape: Wire = {**of, "refunded": refunded}
    rate, mode, name = (shape.pop(member) for member in ("tax_rate", "tax_mode", "tax_name"))
    shape["tiers"] = [_in_currency({**tier}, _TIER_AMOUNTS, currency) for tier in of["tiers"]]
    for tier in shape["tiers"]:
        tier["from"] = tier.pop("start")
    tax = {"rate": rate, "mode": mode, "money": money(of["tax"], currency), "name": name}
    return {**_in_currency(shape, _LINE_AMOUNTS, currency), "tax": tax if rate else None}


_LINE_AMOUNTS = "unit_price gross discount rounding total refunded".split()
_TIER_AMOUNTS = "unit_price flat_fee subtotal".split()


def _in_currency(shape: Wire, names: list[str], currency: str) -> Wire:
    """The shape with the minor units of `names` as money."""
    for name in names:
        if shape[name] is not None:
            shape[name] = money(shape[name], currency)
    return shape


def invoice(account: Account, of: Invoice) -> Wire:
    """An invoice with all that its arithmetic needs."""
    given = refunds.line_refunded(account, of)
    paid_by = payments_of(account, of)
    owed = of.state in OWED_STATES
    return {
        **wire(of, "id number customer_id state date due currency bill_to vat_id"),
        **wire(of, amounts="subtotal discount tax total credited paid refunded open"),
        "version": f"v{of.version}",
        "lines": [line(each, of.currency, given.get(each["id"], 0)) for each in of.lines],
        "refundable": money(refunds.invoice_refundable(account, of), of.currency),
        "payments": [payment(account, each) for each in reversed(paid_by)],
        "attempts": [attempt(account, each) for each in reversed(attempts_of(account, of))],
        "next_retry": planned_charge(of) if owed else None,
        "dunning_paused_until": of.dunning_paused_until if owed else None,
        "refunds": [refund(each) for each in reversed(account.refunds) if each.share(of.id)],
        "credit_notes": [credit_note(note) for note in reversed(credit_notes.notes_of(account, of))],
        "emails": list(of.mails),
    }


# ── payments and refunds ──
def payment(account: Account, of: Payment) -> Wire:
    retry = None
    if of.status in ("failed", "requires_action") and of.invoice_id is not None:
        charged = account.invoice(of.invoice_id)
        retry = planned_charge(charged) if of.attempt == charged.attempts and charged.open else None
    return {
        **_charge(account, of),
        **wire(of, "id customer_id attempt disputed settled external_reference", amounts="refunded"),
        "invoice_ids": of.invoice_ids,
        "refundable": money(refunds.refundable(of), of.currency),
        "next_retry": retry,
    }


def attempt(account: Account, of: Payment) -> Wire:
    return {**_charge(account, of), "payment_id": of.id}


def _charge(account: Account, of: Payment) -> Wire:
    """Return the members that payments and attempts share."""
    method = account.method(of.method_id)
    return {
        **wire(of, "at status decline_code"),
        "method": None if method is None else method_brief(method),
        "money": money(of.amount, of.currency),
        "decline_reason": None if of.decline_code is None else DECLINES[of.decline_code],
    }


def refund(of: Refund) -> Wire:
    return {
        **wire(of, "id customer_id payment_id invoice_id status pending_reason failure_reason reference"),
        **wire(of, "reason comment external cancelable at expected_by"),
        "money": money(of.amount, of.currency),
        "by": of.made_by,
    }


# ── credit ──
def credit(of: Credit) -> Wire:
    return {
        **wire(of, "customer_id id at kind reason comment expires invoice_id", amounts="balance_after"),
        "money": money(of.amount, of.currency),
        "by": of.made_by,
    }


def credit_note(of: CreditNote) -> Wire:
    return {
        **wire(of, "customer_id id number invoice_id reason at", amounts="tax"),
        "money": money(of.amount, of.currency),
        "to": of.target,
        "by": of.made_by,
    }


def wallets(account: Account) -> list[Wire]:
    """The credit balance per currency, then virtual wallets."""
    owner = account.customer.id
    real = [
        {
            "id": wallet_id(owner, currency),
            "name": f"Account credit ({currency.upper()})",
            "currency": currency,
            "balance": amount(minor, currency),
            "virtual": False,
        }
        for currency, minor in ledger.balances(account).items()
    ]
    virtual = [{**wire(each, "id name currency balance"), "virtual": True} for each in account.wallets]
    return [{"customer_id": owner, **wallet} for wallet in real + virtual]


# ── methods and events ──
def methods(account: Account) -> list[Wire]:
    """All methods in the order of use: those that can't be charged after the others, detached ones last."""
    ranks = {"active": 0, "detached": 2}
    ordered = sorted(account.methods, key=lambda m: (ranks.get(m.status, 1), m.position))
    return [_method(account, each, order) for order, each in enumerate(ordered, 1)]


def _method(account: Account, of: Method, order: int) -> Wire:
    is_default = of is default_method(account)
    last = next((p for p in reversed(account.payments) if p.method_id == of.id), None)
    running = [c for c in account.contracts if c.status in ("active", "scheduled", "pending")]
    return {
        **method_brief(of),
        **wire(of, "customer_id id holder provider created"),
        "version": f"v{of.version}",
        "order": order,
        "is_default": is_default,
        "contracts": [c.id for c in running if is_default and c.automatic_payment],
        "open_invoices": [i.id for i in account.invoices if is_default and i.open and i.automatic],
        "last_attempt": None if last is None else payment_brief(last),
    }


def event(of: Event) -> Wire:
    return {
        **wire(of, "id at kind what reason comment ticket refs"),
        "actor": {"kind": of.actor, "name": of.actor_name},
        "money": None if of.amount is None or of.currency is None else money(of.amount, of.currency),
    }
