"""Actions on a subscription: another plan."""

from __future__ import annotations

from wbtui.models.money import Money
from wbtui.sandbox.actions.bodies import ChangePlan
from wbtui.sandbox.actions.effect import Effect, Similar, Wire, line, undone_by, warning
from wbtui.sandbox.actions.runner import Run, handles
from wbtui.sandbox.actions.text import say_date
from wbtui.sandbox.engine import changes, subscriptions
from wbtui.sandbox.engine.account import Account, ref
from wbtui.sandbox.engine.catalogue import PriceSet
from wbtui.sandbox.engine.changes import DiscountTerms
from wbtui.sandbox.engine.invoices import country
from wbtui.sandbox.engine.lines import put_tax
from wbtui.sandbox.engine.payments import DECLINES
from wbtui.sandbox.engine.records import Contract, Invoice, Line
from wbtui.sandbox.engine.rows import priced
from wbtui.sandbox.engine.rules import Refused
from wbtui.sandbox.problems import invalid_fields
from wbtui.sandbox.store import NotFound, SandboxError

_SIMILAR = Similar(("Changed from", "Units of", "Change to"))


@handles(ChangePlan)
def change_plan(run: Run, body: ChangePlan) -> Effect:
    account, contract = run.account, run.contract(body.contract_id)
    changes.refuse_inactive(contract)
    run.refuse_if(
        account.customer.status == "inactive",
        "customer_inactive",
        "The customer is frozen. Activate the customer first.",
    )
    run.refuse_if(
        contract.scheduled, "scheduled_change_exists", "Another change is scheduled. Undo it first."
    )
    prices, units = _target(account, contract, body)
    given = "discount_id" in body.model_fields_set
    terms = changes.discount_terms(account, body.discount_id) if given else None
    same_units = units == {slug: n for slug, n in contract.units.items() if slug in units}
    same_discount = terms is None or terms[0] == contract.discount_id
    run.refuse_if(
        prices.id == contract.price_set_id and same_units and same_discount,
        "plan_unchanged",
        "The subscription already has this plan, price, units and discount.",
    )
    if body.when == "period_end":
        return _at_period_end(run, contract, prices, units, terms)
    before, after = changes.monthly_amounts(account, contract, prices, units, terms)
    cheaper = after.minor < before.minor
    text = f"This is a downgrade: {after} instead of {before} a month."
    run.refuse_if(cheaper and not body.downgrade_allowed, "downgrade_not_allowed", text)
    warnings = [warning("downgrade", text)] if cheaper else []
    if contract.cancel_at is not None:
        lost = f"The cancellation scheduled for {say_date(contract.cancel_at)} will be withdrawn."
        warnings.append(warning("cancellation_withdrawn", lost, confirm=True))
    return _now(run, contract, prices, units, terms, body.proration, warnings)


def _target(account: Account, contract: Contract, body: ChangePlan) -> tuple[PriceSet, dict[str, str]]:
    """Today's prices and the units after the change. Raises Refused, NotFound, Problem (invalid)."""
    wanted = {slug: str(int(count)) for slug, count in body.units.items()}
    field = "pricing_id"
    try:
        prices = account.engine.catalogue.offered(body.plan_id, pricing_id=body.pricing_id)
        field = "units"
        units = changes.new_units(prices, contract.units, wanted)
    except (Refused, NotFound):
        raise
    except SandboxError as error:
        raise invalid_fields({field: str(error)}) from None
    current = account.price_set(contract).currency
    if prices.currency != current:
        raise Refused("currency_mismatch", f"The subscription is in {current.upper()}.")
    return prices, units


def _at_period_end(
    run: Run, contract: Contract, prices: PriceSet, units: dict[str, str], terms: DiscountTerms | None
) -> Effect:
    account, old, new = (
        run.account,
        run.account.plan(contract),
        run.account.engine.catalogue.plans[prices.plan_id],
    )
    run.refuse_if(contract.period_end is None, "contract_not_active", "The subscription has no period end.")
    run.refuse_if(contract.cancel_at, "already_canceled", "The subscription is canceling. Undo that first.")
    changes.schedule_change(account, contract, run.at, prices, units, actor=run.actor, terms=terms, **run.why)
    day = say_date(contract.scheduled["on"]) if contract.scheduled else ""
    charges = subscriptions.recurring_lines(account, changes.scheduled_contract(contract, account), None)
    return Effect(
        lines=_lines(account, charges, prices.currency, f"per {prices.cycle} from {day}"),
        next_invoice=priced(account, contract)[1],
        objects=[ref("contract", contract.id, old.name)],
        reversible=undone_by("undo_scheduled_change"),
        email="confirmation of the change",
        similar=_SIMILAR,
        customer_sentence=f"Your subscription changes from {old.name} to {new.name} on {day}.",
    )


def _now(
    run: Run,
    contract: Contract,
    prices: PriceSet,
    units: dict[str, str],
    terms: DiscountTerms | None,
    proration: str,
    warnings: list[Wire],
) -> Effect:
    account, currency, payments = run.account, prices.currency, len(run.account.payments)
    successor, invoice, lines = changes.change_now(
        account, contract, run.at, prices, units, actor=run.actor, terms=terms, proration=proration, **run.why
    )
    shown = _lines(account, lines if invoice is None else invoice.lines, currency)
    old, new, charge = (
        account.plan(contract).name,
        account.plan(successor).name,
        priced(account, successor)[1],
    )
    objects = [ref("contract", successor.id, new), ref("contract", contract.id, old)]
    due, credited, end = 0, 0, ""
    if invoice is not None:
        due = invoice.total - invoice.credited
        objects.append(ref("invoice", invoice.id, invoice.number))
        objects += [ref("payment", payment.id) for payment in account.payments[payments:]]
        warnings += _payment_warnings(account, invoice)
        end = f"; {Money(due, currency)} is due today" if due else ""
    elif lines and proration != "next_invoice":
        credited = -sum(each["total"] for each in lines)
        end = f"; {Money(credited, currency)} has been credited to your account"
    elif lines and charge is not None:
        end = f"; the difference is part of your next invoice on {say_date(charge['date'])}"
    return Effect(
        lines=shown,
        amount=Money(due or credited, currency) if due or credited else None,
        due_now=[Money(due, currency)] if due else [],
        next_invoice=charge,
        objects=objects,
        reversible=undone_by("change_plan"),
        documents=[] if invoice is None else [f"invoice of {Money(invoice.total, currency)}"],
        emails=[] if invoice is None else [f"{mail['what']} to {mail['to']}" for mail in invoice.mails],
        email="confirmation of the change",
        warnings=warnings,
        similar=_SIMILAR,
        customer_sentence=f"We have changed your subscription from {old} to {new}{end}.",
    )


def _payment_warnings(account: Account, invoice: Invoice) -> list[Wire]:
    """How the charge of an automatic invoice fails."""
    if not invoice.open or not invoice.automatic or invoice.state != "ready_for_payment":
        return []
    last = next((p for p in reversed(account.payments) if p.invoice_id == invoice.id), None)
    if last is None:
        text = "There is no active payment method."
    elif last.decline_code is not None:
        text = f"The charge will be declined: {DECLINES[last.decline_code]}."
    else:
        return []
    return [warning("payment_fails", f"{text} The plan changes and the invoice stays open.", confirm=True)]


# ── lines ──
def _lines(account: Account, lines: list[Line], currency: str, explanation: str | None = None) -> list[Wire]:
    """Lines with tax, whether they are invoiced yet or not."""
    taxed = put_tax([Line(**each) for each in lines], country(account))
    return [
        line(
            each["name"],
            Money(each["total"], currency),
            Money(each["tax"] + each["rounding"], currency),
            explanation or _explained(each, currency),
        )
        for each in taxed
    ]


def _explained(each: Line, currency: str) -> str | None:
    """How a line was computed: 9 of 30 days of €150.00."""
    rule = f", {each['discount_rule']}" if each["discount_rule"] else ""
    if each["days"] is not None:
        tiers, price = each["tiers"], each["unit_price"] or 0
        full = sum(t["subtotal"] for t in tiers) if tiers else price * int(each["quantity"])
        return f"{each['days']} of {each['of_days']} days of {Money(abs(full), currency)}{rule}"
    if each["period"] is None:
        return None
    return f"{say_date(each['period'][0])} to {say_date(each['period'][1])}{rule}"
