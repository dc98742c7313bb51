"""What actions on an invoice share: the state it must be in, and that its subscription goes on."""

from __future__ import annotations

from wbtui.sandbox.actions.effect import Wire, warning
from wbtui.sandbox.actions.runner import Run
from wbtui.sandbox.engine import invoices
from wbtui.sandbox.engine.records import Invoice

_NOT_OWED = {
    "pending_validation": ("invoice_not_final", "is not final yet. Validate it first."),
    "paid": ("invoice_paid", "is paid."),
    "voided": ("invoice_void", "is void."),
    "written_off": ("invoice_written_off", "is written off."),
}


def owed_invoice(run: Run, invoice_id: str) -> Invoice:
    """Return a final invoice of which something is open and nothing is being collected.

    Raises Problem (not_found), Refused.
    """
    invoice = run.invoice(invoice_id)
    code, text = _NOT_OWED.get(invoice.state, ("", ""))
    run.refuse_if(code, code, f"{invoice.number} {text}")
    text = f"A payment of {invoice.number} is processing. Wait until it has settled."
    run.refuse_if(invoices.under_way(run.account, invoice), "not_settled", text)
    return invoice


def subscription_goes_on(run: Run, invoice: Invoice, subject: str) -> list[Wire]:
    """Warn that the invoice's subscription runs on; `subject` is what does not end it."""
    contract = next((c for c in run.account.contracts if c.id == invoice.contract_id), None)
    if contract is None or contract.cancel_at is not None or contract.status != "active":
        return []
    return [warning("subscription_goes_on", f"{subject} does not end the subscription.")]
