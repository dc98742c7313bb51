"""What is charged, now or later: lines with tax, the next charge, and the invoice that an action makes."""

from __future__ import annotations

from dataclasses import dataclass, field

from wbtui.models.money import Money
from wbtui.sandbox.actions.effect import Wire, line, warning
from wbtui.sandbox.actions.text import destination
from wbtui.sandbox.engine import ledger
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.clocktext import say_date
from wbtui.sandbox.engine.invoices import payments_of, put_taxes, under_way
from wbtui.sandbox.engine.payments import DECLINES, HARD_DECLINES, default_method
from wbtui.sandbox.engine.pricing import priced_units, quantity
from wbtui.sandbox.engine.records import Contract, Invoice, Line, Payment, Ref
from wbtui.sandbox.engine.rows import charge_total, earliest_charge, priced


def charge_rows(
    account: Account, lines: list[Line], currency: str, explanation: str | None = None
) -> list[Wire]:
    """Return the lines of a preview, with tax, whether they are invoiced yet or not."""
    taxed = put_taxes(account, [Line(**each) for each in lines])
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
    """Return the calculation of a line in words: 9 of 30 days of €150.00."""
    rule = f", {each['discount_rule']}" if each["discount_rule"] else ""
    if each["days"] is not None:
        tiers, price = each["tiers"], each["unit_price"] or 0
        full = sum(t["subtotal"] for t in tiers) if tiers else priced_units(quantity(each["quantity"]), price)
        return f"{each['days']} of {each['of_days']} days of {Money(abs(full), currency)}{rule}"
    if each["period"] is None:
        return None
    return f"{say_date(each['period'][0])} to {say_date(each['period'][1])}{rule}"


def next_charge(account: Account, currency: str) -> Wire | None:
    """Return the earliest next charge in a currency."""
    of_currency = (c for c in account.contracts if account.price_set(c).currency == currency)
    return earliest_charge(account, of_currency)


def then_charged(charge: Wire | None, which: str = "next", *, metered: bool = False) -> str:
    """Return "; the next invoice is €20.00 on 1 Jun 2026", before credit; nothing where none is scheduled.

    `metered`: the invoice also has the usage until then.
    """
    if charge is None:
        return ""
    usage = " plus usage" if metered else ""
    return f"; the {which} invoice is {charge_total(charge)}{usage} on {say_date(charge['date'])}"


def bills_usage(account: Account, contract: Contract) -> bool:
    """Whether usage of a subscription can cost something; a next charge leaves it out."""
    metered = (feature for feature in account.price_set(contract).features if feature.metered)
    return any(feature.overage_price or feature.tiers for feature in metered)


def balance_use(account: Account, currency: str) -> tuple[Wire | None, str]:
    """Return the next charge in a currency, and a text on how it uses the balance of account credit."""
    balance, charge = Money(ledger.balance(account, currency), currency), next_charge(account, currency)
    if charge is None:
        return None, f"The balance becomes {balance}. No invoice in {currency.upper()} is scheduled."
    total = charge_total(charge)
    used = balance.minor - ledger.expiring(account, currency, charge["date"])
    rest = Money(max(0, total.minor - used), currency)
    day = say_date(charge["date"])
    charged = [c for c in account.contracts if priced(account, c)[1] == charge]
    usage = ", without usage" if any(bills_usage(account, c) for c in charged) else ""
    left = f"Of the next invoice ({total} on {day}{usage}), {rest} remains to pay."
    return charge, f"The balance becomes {balance}. {left}"


def billed_currencies(account: Account) -> set[str]:
    """Return the currencies of subscriptions and invoices; without any, those of the catalogue."""
    used = {account.price_set(c).currency for c in account.contracts} | {i.currency for i in account.invoices}
    return used or {prices.currency for prices in account.engine.catalogue.price_sets.values()}


@dataclass(frozen=True)
class Billed:
    """What an invoice that an action issues and charges means; nothing when there is none.

    Attributes:
        due: what the customer has to pay of it, in minor units.
        collected: how that is paid, for the sentence to the customer: "is due on 5 Jun 2026".
        undo: what has to be done with it to undo the action: "refund", or "void" while nothing is paid.
    """

    due: int = 0
    collected: str = ""
    undo: str = ""
    objects: list[Ref] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    warnings: list[Wire] = field(default_factory=list)


def not_collected(charge: str, code: str) -> str:
    """Say why a charge collects nothing, such as "The charge will be declined: insufficient funds."."""
    if code == "authentication_required":
        return f"{charge} waits until the customer confirms it with the bank."
    return f"{charge} will be declined: {DECLINES[code]}."


def billed(account: Account, invoice: Invoice | None, otherwise: str) -> Billed:
    """Return what a new invoice means. `otherwise` says what happens when its charge fails."""
    if invoice is None:
        return Billed()
    payments = payments_of(account, invoice)
    warnings = []
    if invoice.open and invoice.automatic and invoice.state == "ready_for_payment":
        code = payments[-1].decline_code if payments else None
        if account.customer.status == "inactive":
            text = "The invoice is not charged while the customer is frozen."
            warnings.append(warning("not_charged", text))
        elif not payments:
            text = f"There is no payment method that can be charged. {otherwise}"
            warnings.append(warning("payment_fails", text, confirm=True))
        elif code is not None:
            text = f"{not_collected('The charge', code)} {otherwise}"
            warnings.append(warning("payment_fails", text, confirm=True))
    return Billed(
        due=invoice.total - invoice.credited,
        collected=_collected(account, invoice, payments),
        undo="refund" if invoice.paid or under_way(account, invoice) else "void",
        objects=[invoice.ref, *(payment.ref for payment in payments)],
        documents=[f"invoice of {Money(invoice.total, invoice.currency)}"],
        emails=[f"{mail['what']} to {mail['to']}" for mail in invoice.mails],
        warnings=warnings,
    )


_COLLECTED = {"succeeded": "has been charged to", "processing": "is being collected from"}


def _collected(account: Account, invoice: Invoice, payments: list[Payment]) -> str:
    """Say what is charged to which method or why it is not, else when the invoice is due."""
    if payments:
        last = payments[-1]
        method = destination(account.method(last.method_id))
        if last.status in _COLLECTED:
            return f"{_COLLECTED[last.status]} {method}"
        if last.status == "requires_action":
            return f"is charged to {method} once you have confirmed it with your bank"
        advice = "please add another payment method"
        if invoice.next_retry is not None and last.decline_code not in HARD_DECLINES:
            advice = f"we will try again on {say_date(invoice.next_retry[:10])}"
        return f"could not be charged to {method}; {advice}"
    if invoice.state == "pending_validation":
        return "is due once you receive the invoice"
    if invoice.automatic and default_method(account) is None:
        return "is due; please add a payment method"
    return "is due today" if invoice.due in (None, invoice.date) else f"is due on {say_date(invoice.due)}"
