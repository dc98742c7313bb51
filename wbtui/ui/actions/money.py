"""Forms of the actions that give money back, or keep it: refunds and account credit."""

from __future__ import annotations

from collections.abc import Mapping

from wbtui.models.actions.money import (
    CancelRefund,
    GrantCredit,
    IssueCreditNote,
    RecordExternalRefund,
    RefundInvoice,
    ReverseCredit,
)
from wbtui.models.drafts import Answer
from wbtui.ui.actions.data import FormData, Place, billed_currencies, usual_currency
from wbtui.ui.actions.fields import (
    ChoiceField,
    DateField,
    FlagField,
    MoneyField,
    Options,
    PercentField,
    TextField,
    first_of,
)
from wbtui.ui.actions.form import Form
from wbtui.ui.actions.form_answers import text_answer
from wbtui.ui.actions.object_fields import LinesField
from wbtui.ui.actions.payment_fields import PAYMENT, open_lines, other_payments, paid, refundable


def _modes(data: FormData) -> Options:
    modes = [("Full remaining amount", "full"), ("Amount", "amount"), ("Percent", "percent")]
    return [*modes, ("By line item", "lines")] if open_lines(data) else modes


REFUND = Form(
    model=RefundInvoice,
    fields=(
        PAYMENT,
        ChoiceField("mode", "Refund", _modes, default="full", on_sheet=False),
        MoneyField("amount", "Amount", show=("mode", "amount"), limit=refundable, on_sheet=False),
        PercentField("percent", "Percent", show=("mode", "percent"), of=paid, on_sheet=False),
        LinesField("lines", "Line items", show=("mode", "lines"), lines=open_lines,
                   ask="Choose at least one line."),
        FlagField("adjust_invoice", "Also issue a credit note", place=Place.EMAIL),
    ),
    details=other_payments,
    estimate=True,
)  # fmt: skip


CANCEL_REFUND = Form(
    model=CancelRefund,
    hint=lambda _data: "Nothing is paid out. The amount can be refunded again.",
    estimate=True,
)

RECORD_EXTERNAL_REFUND = Form(
    model=RecordExternalRefund,
    fields=(
        MoneyField("amount", "Amount", currencies=lambda data: (data.subject.money.currency,), on_sheet=False,
                   limit=lambda data: data.subject.refundable),
        TextField("reference", "Reference", limit=500, placeholder="for example SEPA 2026-11-20/77",
                  ask="Enter a reference."),
    ),
    hint=lambda _data: "Only for money that you paid back elsewhere. To send money back, use Refund.",
    estimate=True,
)  # fmt: skip


GRANT_CREDIT = Form(
    model=GrantCredit,
    fields=(
        MoneyField("amount", "Amount", currencies=billed_currencies, usual=usual_currency, on_sheet=False),
        DateField("expires", "Expires", hint="optional; else it never expires"),
    ),
    estimate=True,
)


def _expiry(data: FormData) -> Mapping[str, Mapping[str, Answer]]:
    """The expiry of the credit, for one that replaces it; it comes after today."""
    expires = data.subject.expires
    later = expires is not None and expires > data.today
    return {GRANT_CREDIT.kind: {"expires": text_answer(str(expires))}} if later else {}


REVERSE_CREDIT = Form(
    model=ReverseCredit,
    fields=(
        MoneyField("amount", "Amount", currencies=lambda data: (data.subject.money.currency,), on_sheet=False,
                   limit=lambda data: data.subject.money, note=lambda _data: "Empty: full remaining amount"),
    ),
    estimate=True,
    undo=_expiry,
)  # fmt: skip


def _goes_to(data: FormData) -> Options:
    """An open invoice owes less; what was paid becomes credit or a refund."""
    found = [("Lower the invoice", "invoice")] if data.subject.open else []
    return [*found, ("Account credit", "credit"), ("Refund", "refund")] if data.subject.paid else found


CREDIT_NOTE = Form(
    model=IssueCreditNote,
    fields=(
        LinesField("lines", "Line items", lines=open_lines, ask="Choose at least one line."),
        ChoiceField("to", "Effect", _goes_to, default=first_of(_goes_to)),
    ),
    estimate=True,
)
