"""Rules and warnings of actions on payment methods."""

from __future__ import annotations

from wbtui.models.money import Money
from wbtui.sandbox.actions.effect import Wire, warning
from wbtui.sandbox.actions.runner import Run
from wbtui.sandbox.actions.text import destination
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.clocktext import say_date
from wbtui.sandbox.engine.invoices import planned_charge
from wbtui.sandbox.engine.payments import TRANSFER, default_method
from wbtui.sandbox.engine.records import Invoice, Method
from wbtui.sandbox.engine.rows import charge_total, next_charges

_STATUS = {
    "inactive": ("method_invalid", "is disabled."),
    "invalid": ("method_invalid", "can't be charged. The customer has to add it again."),
    "detached": ("method_detached", "is detached for good. The customer can add it again."),
}


def changeable_method(run: Run, method_id: str) -> Method:
    """Return the method of an action. Raises Refused for a frozen customer, Problem (not_found)."""
    method = run.method(method_id)
    run.refuse_frozen("The payment methods of a frozen customer can't change.")
    return method


def refuse_status(run: Run, method: Method, *statuses: str) -> None:
    """Raise Refused when the method has one of these statuses."""
    if method.status in statuses:
        code, text = _STATUS[method.status]
        run.refuse_if(True, code, f"{destination(method)} {text}")


def refuse_transfer(run: Run, method: Method) -> None:
    """Raise Refused when the method is a bank transfer."""
    text = "A bank transfer is sent by the customer; it can't be charged."
    run.refuse_if(method.kind == TRANSFER, "method_invalid", text)


def default_warnings(run: Run, before: Method | None, enabled: Method | None = None) -> list[Wire]:
    """Return warnings about the method that is charged now, where it is another than `before`.

    `enabled`: a method that may be charged again; its expiry counts, too.
    """
    account, now = run.account, default_method(run.account)
    charges = next_charges(account, (each for each in account.contracts if each.automatic_payment))
    charge = charges[0] if charges else None
    if now is None:
        return [_nothing_left(account, charges)] if before is not None and _automatic(account) else []
    changed = now is not before
    usable = enabled or (now if changed else None)
    found = [_expiry(usable, charge, run.today)] if usable is not None else []
    if changed and before is not None and before.status != "active":
        found.append(warning("new_default", f"{destination(now)} becomes the default."))
    if changed:
        found += [_waiting(invoice, now) for invoice in open_automatic(account)]
    return [one for one in found if one is not None]


def _automatic(account: Account) -> bool:
    """Whether something is charged without the customer doing anything."""
    running = [c for c in account.contracts if c.status in ("active", "scheduled", "pending", "not_ready")]
    return any(contract.automatic_payment for contract in running) or bool(open_automatic(account))


def open_automatic(account: Account) -> list[Invoice]:
    """Return the open invoices that are charged automatically."""
    return [each for each in account.invoices if each.open and each.automatic]


def _nothing_left(account: Account, charges: list[Wire]) -> Wire:
    """Warn that the last active method is removed while payment is automatic."""
    text = "This is the last active payment method, but payment is automatic."
    if said := [f"{charge_total(charge)} on {say_date(charge['date'])}" for charge in charges]:
        listed = " and ".join(filter(None, (", ".join(said[:-1]), said[-1])))
        text += f" The charge{'s' if len(said) > 1 else ''} of {listed} will not be collected."
    if numbers := [invoice.number for invoice in open_automatic(account)]:
        text += f" Open invoices stay unpaid: {', '.join(numbers)}."
    return warning("last_method", text, confirm=True)


def _expiry(method: Method, charge: Wire | None, today: str) -> Wire | None:
    """Warn of a card that has expired, or expires before the next charge."""
    until = today if charge is None else str(charge["date"])
    if method.expires is None or method.expires >= until[:7]:
        return None
    when = "has expired" if method.expires < today[:7] else "expires before the next charge"
    year, _, month = method.expires.partition("-")
    return warning("card_expires", f"{destination(method)} {when} ({month}/{year[2:]}).")


def _waiting(invoice: Invoice, method: Method) -> Wire:
    """An open invoice is not charged at once only because the default changed."""
    amount = Money(invoice.open, invoice.currency)
    planned = planned_charge(invoice)
    if planned is None:
        then = "no retry is planned"
    else:
        then = f"the retry on {say_date(planned[:10])} uses {destination(method)}"
    return warning("open_invoice", f"{invoice.number} ({amount}) is not charged now: {then}.")
