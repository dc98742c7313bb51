"""What the form of a retry says of the attempts before it and of the methods to charge."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from tests.support.anna import ANNA, METHODS, OPEN_INVOICE
from tests.support.customers import TODAY
from wbtui.models.invoice import Attempt
from wbtui.models.parts import METHODS as METHODS_PART
from wbtui.models.payment import MethodBrief, MethodKind, MethodStatus, PaymentStatus
from wbtui.ui.actions.data import FormData
from wbtui.ui.actions.payment_fields import METHOD
from wbtui.ui.format import day

CARD = MethodBrief(kind=MethodKind.CARD, brand="visa", last_digits="4242", status=MethodStatus.ACTIVE)
NOW = datetime.combine(TODAY, time(6), UTC)
FAILED = Attempt(
    at=NOW, status=PaymentStatus.FAILED, method=CARD, money=OPEN_INVOICE.total,
    decline_code="insufficient_funds", decline_reason="insufficient funds", payment_id="Pay_9",
)  # fmt: skip


def data(attempts: int, next_retry: datetime | None) -> FormData:
    changed = {"attempts": (FAILED,) * attempts, "next_retry": next_retry}
    invoice = OPEN_INVOICE.model_copy(update=changed)
    return FormData(ANNA, invoice, TODAY, "tess", parts={METHODS_PART.name: METHODS})


def test_it_names_the_attempts_so_far_and_the_next_retry() -> None:
    assert METHOD.note is not None and METHOD.note(data(0, None)) is None
    last, planned = f"Last attempt {day(NOW, TODAY)} · Visa ••4242 · insufficient funds", NOW + timedelta(7)
    assert METHOD.note(data(2, planned)) == f"{last}\n2 attempts so far · next retry {day(planned, TODAY)}"
    assert METHOD.note(data(1, None)) == f"{last}\n1 attempt so far · no retry planned"


def test_it_names_the_expiry_of_each_card() -> None:
    months = [one.expires for one in METHODS if one.can_be_charged and one.expires]
    labels = [label for label, _ in METHOD.offered(data(1, None))]
    assert months
    assert all(any(label.endswith(f"{one[5:]}/{one[2:4]}") for label in labels) for one in months)
