"""The snapshot row of a customer: billing status, owed amounts, MRR, latest documents."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

from wbtui.models.money import Money
from wbtui.sandbox.engine.account import Account, dumps
from wbtui.sandbox.engine.cancellation import scheduled_credit
from wbtui.sandbox.engine.changes import scheduled_contract
from wbtui.sandbox.engine.invoices import put_taxes
from wbtui.sandbox.engine.lines import net
from wbtui.sandbox.engine.periods import per_month, plus_days
from wbtui.sandbox.engine.records import Contract, Customer, Line
from wbtui.sandbox.engine.subscriptions import recurring_lines
from wbtui.sandbox.engine.wire import Wire, invoice_brief, method_brief, money, payment_brief, wire


def in_trial(contract: Contract) -> bool:
    """Whether a subscription is active and before its first paid period."""
    return contract.status == "active" and contract.trial_end is not None and contract.period_index == 0


def priced(account: Account, contract: Contract) -> tuple[int, Wire | None]:
    """(recurring amount of a cycle in minor units, next charge without usage: date and total).

    That of a subscription that ends is what waits for its last invoice.
    """
    lines = recurring_lines(account, contract, None)
    amount = net(lines)
    day = _next_charge_day(contract)
    if day is None or account.customer.status != "active":
        return amount, None
    if ends := day == contract.cancel_at:
        lines = scheduled_credit(account, contract)
    elif contract.scheduled is not None:
        lines = recurring_lines(account, scheduled_contract(contract, account), None)
    lines = [Line(**line) for line in contract.carried_lines] + lines  # taxed here, so copies
    put_taxes(account, lines)
    total = max(0, sum(line["total"] for line in lines))  # a negative sum becomes credit
    if not lines or (ends and not total):
        return amount, None
    return amount, {"date": day, "total": money(total, account.price_set(contract).currency)}


def next_charges(account: Account, contracts: Iterable[Contract]) -> list[Wire]:
    """The next charge of each that has one, the first to come first."""
    charges = (priced(account, contract)[1] for contract in contracts)
    return sorted(filter(None, charges), key=itemgetter("date"))


def earliest_charge(account: Account, contracts: Iterable[Contract]) -> Wire | None:
    """The next charge that comes first; None where none is scheduled."""
    return next(iter(next_charges(account, contracts)), None)


def charge_total(charge: Wire) -> Money:
    """The total of a next charge."""
    return Money.parse(charge["total"]["amount"], charge["total"]["currency"])


def _next_charge_day(contract: Contract) -> str | None:
    if contract.status == "scheduled":
        return contract.trial_end or contract.start
    if contract.status != "active" or contract.period_end is None:
        return None
    day = plus_days(contract.period_end, 1)
    if contract.cancel_at is not None and contract.cancel_at <= day:
        return contract.cancel_at if contract.carried_lines else None
    return day


def billing_status(account: Account, amounts: dict[str, int], today: str) -> str:
    """The first billing status that applies, in this order; `amounts`: recurring amounts by contract id."""
    if account.customer.status == "inactive":
        return "frozen"
    if overdue_since(account, today) is not None:
        return "past_due"
    active = [contract for contract in account.contracts if contract.status == "active"]
    if any(in_trial(contract) for contract in active):
        return "trialing"
    if any(contract.cancel_at is not None for contract in active):
        return "canceling"
    if any(amounts[contract.id] > 0 for contract in active):
        return "active"
    if active:
        return "free"
    if any(contract.status in ("canceled", "moved") for contract in account.contracts):
        return "ended"
    return "none"


def overdue_since(account: Account, today: str) -> str | None:
    """The earliest due date before today of an owed invoice; None without one."""
    dues = (invoice.due for invoice in account.invoices if invoice.open and invoice.due is not None)
    return min((due for due in dues if due < today), default=None)


def owed(account: Account) -> dict[str, int]:
    """The owed amount per currency; currencies without one are absent."""
    sums: dict[str, int] = {}
    for invoice in account.invoices:
        if invoice.open:
            sums[invoice.currency] = sums.get(invoice.currency, 0) + invoice.open
    return sums


def mrr(account: Account, amounts: dict[str, int]) -> dict[str, int]:
    """Recurring charges a month after discount, before tax, per currency; trial, free and frozen count 0."""
    sums: dict[str, int] = {}
    if account.customer.status == "inactive":
        return sums
    for contract in account.contracts:
        if contract.status == "active" and not in_trial(contract) and amounts[contract.id] > 0:
            price_set = account.price_set(contract)
            month = per_month(_before_tax(account, contract), price_set.cycle)
            sums[price_set.currency] = sums.get(price_set.currency, 0) + month
    return {currency: minor for currency, minor in sums.items() if minor}


def _before_tax(account: Account, contract: Contract) -> int:
    """The recurring amount of a cycle without tax."""
    lines = recurring_lines(account, contract, None)
    put_taxes(account, lines)
    return sum(line["total"] - line["tax"] - line["rounding"] for line in lines)


def contract_brief(account: Account, contract: Contract, amount: int, next_charge: Wire | None) -> Wire:
    price_set = account.price_set(contract)
    return {
        **wire(contract, "id status plan_id start cancel_at"),
        "trial_end": contract.trial_ends,
        "plan": account.plan(contract).name,
        "cycle": price_set.cycle,
        "amount": money(amount, price_set.currency),
        "next_charge": next_charge,
    }


def customer_row(account: Account, today: str) -> tuple[str, str]:
    """(billing status, the CustomerRow as JSON text), newest contracts and invoices first."""
    customer = account.customer
    amounts: dict[str, int] = {}
    briefs = []
    for contract in reversed(account.contracts):
        amounts[contract.id], charge = priced(account, contract)
        briefs.append(contract_brief(account, contract, amounts[contract.id], charge))
    status = billing_status(account, amounts, today)
    latest = account.payments[-1] if account.payments else None
    row: Wire = {
        **wire(customer, "id updated_at created name emails reference status address vat_id notes metadata"),
        "version": f"v{customer.version}",
        "contracts": briefs,
        "billing_status": status,
        "owed": [money(minor, currency) for currency, minor in owed(account).items()],
        "overdue_since": overdue_since(account, today),
        "mrr": [money(minor, currency) for currency, minor in mrr(account, amounts).items()],
        "methods": [method_brief(m) for m in account.methods if m.status != "detached"],
        "latest_invoices": [invoice_brief(invoice) for invoice in account.invoices[:-4:-1]],
        "latest_payment": None if latest is None else payment_brief(latest),
        "disputed": any(payment.disputed for payment in account.payments),
        "refunds_pending": sum(r.status in ("pending", "requires_action") for r in account.refunds),
        "usage_alert": any(
            c.status == "active" and c.usage_alert_on is not None and c.usage_alert_on <= today
            for c in account.contracts
        ),
    }
    return status, dumps(row)


def search_text(customer: Customer) -> str:
    """The text that searches look into, case-folded, one value a line."""
    addresses = [email["address"] for email in customer.emails]
    company = customer.metadata.get("company")
    values = [customer.name, *addresses, customer.reference, customer.id, company]
    return "\n".join(value.casefold() for value in values if value)
