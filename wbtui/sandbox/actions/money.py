"""Actions that give money: refunds and account credit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from wbtui.models.money import Money, div_half_even
from wbtui.sandbox.actions.bodies import GrantCredit, Refund
from wbtui.sandbox.actions.effect import Effect, Similar, Wire, final, line, undone_by, warning
from wbtui.sandbox.actions.runner import Run, handles
from wbtui.sandbox.actions.text import destination, say_date
from wbtui.sandbox.engine import credit_notes, ledger, refunds
from wbtui.sandbox.engine.account import Account, ref
from wbtui.sandbox.engine.records import Contract, Invoice, Method, Payment
from wbtui.sandbox.engine.records import Refund as RefundRecord
from wbtui.sandbox.engine.refunds import refundable
from wbtui.sandbox.engine.rows import priced
from wbtui.sandbox.engine.rules import Refused
from wbtui.sandbox.problems import invalid_fields


@dataclass
class _Case:
    """The objects of a refund."""

    account: Account
    payment: Payment
    invoice: Invoice | None
    method: Method | None
    contract: Contract | None

    def money(self, minor: int) -> Money:
        return Money(minor, self.payment.currency)


@handles(Refund)
def refund(run: Run, body: Refund) -> Effect:
    case = _case(run, body)
    _check_collected(run, case)
    lines = _wanted_lines(run, case, body)
    amount = sum(lines.values()) if lines is not None else _wanted_amount(case, body)
    _check_amount(run, case, amount, body.adjust_invoice)
    made = refunds.create_refund(
        run.account,
        run.at,
        case.payment,
        amount,
        actor=run.actor,
        reason=run.context.reason or "",
        comment=run.context.comment,
        ticket=run.context.ticket,
        lines=lines,
        adjust_invoice=body.adjust_invoice,
        notify=run.context.notify,
    )
    money, invoice = case.money(amount), case.invoice
    objects = [ref("refund", made.id), ref("payment", case.payment.id)]
    documents = []
    if invoice is not None:
        objects.append(ref("invoice", invoice.id, invoice.number))
        if body.adjust_invoice:
            note = run.account.credit_notes[-1]
            objects.append(ref("credit_note", note.id, note.number))
            documents.append(f"credit note of {money} on {invoice.number}")
    return Effect(
        lines=_lines(case, made, by_line=lines is not None),
        amount=money,
        next_invoice=None if case.contract is None else priced(run.account, case.contract)[1],
        objects=objects,
        reversible=final("Reversing it means charging the customer again."),
        documents=documents,
        email=None if invoice is None else "receipt of the refund",
        warnings=_warnings(run, case),
        similar=Similar(("Refund made", "Refund started"), money),
        customer_sentence=_sentence(case, made),
        status="done" if made.status == "succeeded" else "pending",
        pending_reason=made.pending_reason,
        by_line=lines is not None,
    )


# ── objects ──
def _case(run: Run, body: Refund) -> _Case:
    account, payment = run.account, run.payment(body.payment_id)
    if body.invoice_id is not None:
        run.invoice(body.invoice_id)
        if payment.invoice_id != body.invoice_id:
            raise invalid_fields({"invoice_id": "This payment is not of this invoice."})
    invoice = None if payment.invoice_id is None else run.invoice(payment.invoice_id)
    method = next((m for m in account.methods if m.id == payment.method_id), None)
    contract = next((c for c in account.contracts if invoice and c.id == invoice.contract_id), None)
    return _Case(account, payment, invoice, method, contract)


def _check_collected(run: Run, case: _Case) -> None:
    payment = case.payment
    processing = payment.status == "processing" or (payment.status == "succeeded" and not payment.settled)
    run.refuse_if(
        processing, "not_settled", "The payment is still processing. Refund it once it has settled."
    )
    run.refuse_if(payment.status != "succeeded", "not_refundable", "This payment collected nothing.")
    run.refuse_if(payment.disputed, "disputed", "The payment can't be refunded until its dispute closes.")
    run.refuse_if(
        payment.method_id is None,
        "not_refundable",
        "This was paid elsewhere. There is no payment method to refund to.",
    )
    run.refuse_if(
        not refundable(payment),
        "already_refunded",
        "This payment is already fully refunded.",
        case.money(0),
    )


# ── amount ──
def _wanted_amount(case: _Case, body: Refund) -> int:
    if body.mode == "full":
        return refundable(case.payment)
    if body.mode == "percent":
        return case.money(case.payment.amount).times(Decimal(body.percent or "0") / 100).minor
    return _minor(case, body.amount)


def _minor(case: _Case, money: Money | None) -> int:
    if money is None:
        return 0
    if money.currency != case.payment.currency:
        paid = case.payment.currency.upper()
        raise Refused("currency_mismatch", f"The payment was in {paid}, not {money.currency.upper()}.")
    return money.minor


def _wanted_lines(run: Run, case: _Case, body: Refund) -> dict[str, int] | None:
    """Line id → minor units in mode lines, else None. A line without an amount takes what is left of it."""
    if body.mode != "lines":
        return None
    if case.invoice is None:
        raise invalid_fields({"lines": "This payment has no invoice."})
    left, budget = refunds.line_remaining(case.account, case.invoice), refundable(case.payment)
    lines: dict[str, int] = {}
    for index, wanted in enumerate(body.lines):
        if wanted.line_id not in left:
            raise invalid_fields({f"lines.{index}.line_id": "Not a line of this invoice."})
        rest = left[wanted.line_id]
        if wanted.amount is None:
            part = min(rest, budget)
            run.refuse_if(part <= 0, "already_refunded", "Nothing is left of this line.")
        else:
            part = _minor(case, wanted.amount)
            run.refuse_if(part <= 0, "amount_zero", "The amount of a line is zero.")
        limit = case.money(rest)
        run.refuse_if(part > rest, "exceeds_refundable", f"Only {limit} is left of this line.", limit)
        lines[wanted.line_id] = part
        budget -= part
    return lines


def _check_amount(run: Run, case: _Case, amount: int, adjust_invoice: bool) -> None:
    run.refuse_if(amount <= 0, "amount_zero", "The amount is zero.")
    left = case.money(refundable(case.payment))
    run.refuse_if(amount > left.minor, "exceeds_refundable", f"Only {left} can still be refunded.", left)
    if not adjust_invoice:
        return
    if case.invoice is None:
        raise invalid_fields({"adjust_invoice": "This payment has no invoice."})
    room = case.money(credit_notes.room(case.account, case.invoice))
    run.refuse_if(
        amount > room.minor,
        "exceeds_invoice_total",
        f"Credit notes can lower {case.invoice.number} by at most {room}.",
        room,
    )


# ── texts ──
def _lines(case: _Case, made: RefundRecord, *, by_line: bool) -> list[Wire]:
    invoice = case.invoice
    if by_line and invoice is not None:
        return [
            line(
                each["name"],
                case.money(part),
                case.money(credit_notes.tax_part(invoice, {each["id"]: part})),
                f"{case.money(part)} of {case.money(each['total'])} charged",
            )
            for each in invoice.lines
            if (part := made.lines.get(each["id"]))
        ]
    paid, earlier = case.money(case.payment.amount), case.money(case.payment.refunded - made.amount)
    before = f"{earlier} refunded before" if earlier.minor else "nothing refunded yet"
    tax = None
    if invoice is not None:
        tax = case.money(div_half_even(made.amount * invoice.tax, invoice.total) if invoice.total > 0 else 0)
    money = case.money(made.amount)
    return [line(f"Refund to {destination(case.method)}", money, tax, f"{money} of {paid} paid; {before}")]


def _sentence(case: _Case, made: RefundRecord) -> str:
    where, card = destination(case.method), case.method is not None and case.method.kind == "card"
    if case.method is not None:
        where = f"{where.partition(' ••')[0]} ending in {case.method.last_digits}"
    when = "5 to 10 business days" if card else "5 business days"
    start = "We have refunded" if made.status == "succeeded" else "We have started a refund of"
    return f"{start} {case.money(made.amount)} to your {where}; it usually arrives within {when}."


def _warnings(run: Run, case: _Case) -> list[Wire]:
    found = []
    contract, method = case.contract, case.method
    running = contract is not None and contract.status in ("active", "scheduled", "pending")
    if contract is not None and running and contract.cancel_at is None:
        found.append(warning("subscription_goes_on", "A refund does not end the subscription."))
    if run.context.reason == "fraud":
        text = "A refund for fraud does not block the card or the account. Do that as well."
        found.append(warning("fraud", text, confirm=True))
    if method is not None and method.status in ("detached", "invalid"):
        text = f"{destination(method)} is {method.status}. The refund may fail."
        found.append(warning("method_gone", text))
    elif method is not None and method.expires and method.expires < run.today[:7]:
        text = "The card has expired. Banks usually pass the refund on to the new card."
        found.append(warning("card_expired", text))
    return found


# ── account credit ──
@handles(GrantCredit)
def grant_credit(run: Run, body: GrantCredit) -> Effect:
    account, money, expires = run.account, body.amount, body.expires
    run.customer()
    run.refuse_if(not money.minor, "amount_zero", "The amount is zero.")
    run.refuse_if(run.is_past(expires), "date_in_past", "The credit would already have expired.")
    billed = _billed_currencies(account)
    run.refuse_if(
        money.currency not in billed,
        "currency_mismatch",
        f"This customer is billed in {', '.join(sorted(billed)).upper()}, not {money.currency.upper()}.",
    )
    entry = ledger.grant_credit(
        account,
        run.at,
        money.minor,
        money.currency,
        kind="grant",
        actor=run.actor,
        expires=expires,
        **run.why,
    )
    charge = _next_charge(account, money.currency)
    until = "" if expires is None else f" It expires on {say_date(expires)}."
    return Effect(
        lines=[line("Account credit", money, explanation=_use(account, money.currency, charge))],
        amount=money,
        next_invoice=charge,
        objects=[ref("credit", entry.id)],
        reversible=undone_by("reverse_credit"),
        email="notice of the credit",
        warnings=_credit_warnings(account, money.currency, charge, expires),
        similar=Similar((f"Credit of {money} granted",), money),
        customer_sentence=f"We have added a credit of {money} to your account;"
        f" your next invoices use it first.{until}",
    )


def _billed_currencies(account: Account) -> set[str]:
    """Currencies of the customer's subscriptions and invoices; without any, those of the catalogue."""
    used = {account.price_set(c).currency for c in account.contracts} | {i.currency for i in account.invoices}
    return used or {prices.currency for prices in account.engine.catalogue.price_sets.values()}


def _next_charge(account: Account, currency: str) -> Wire | None:
    """The earliest next charge in a currency."""
    of_currency = [c for c in account.contracts if account.price_set(c).currency == currency]
    charges = [charge for contract in of_currency if (charge := priced(account, contract)[1])]
    return min(charges, key=lambda charge: str(charge["date"]), default=None)


def _use(account: Account, currency: str, charge: Wire | None) -> str:
    """How the balance is used by the next invoice."""
    balance = Money(ledger.balance(account, currency), currency)
    if charge is None:
        return f"The balance becomes {balance}. No invoice in {currency.upper()} is scheduled."
    total = Money.parse(charge["total"]["amount"], currency)
    rest = Money(max(0, total.minor - balance.minor), currency)
    day = say_date(charge["date"])
    return f"The balance becomes {balance}. Of the next invoice ({total} on {day}), {rest} remains to pay."


def _credit_warnings(account: Account, currency: str, charge: Wire | None, expires: str | None) -> list[Wire]:
    found = []
    numbers = [i.number for i in account.invoices if i.open and i.currency == currency]
    if numbers:
        text = f"Credit lowers future invoices only. Still open: {', '.join(numbers)}."
        found.append(warning("open_invoices", text))
    if expires is not None and (charge is None or expires < charge["date"]):
        found.append(warning("expires_unused", "The credit expires before the next invoice."))
    return found
