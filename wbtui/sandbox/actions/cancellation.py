"""Cancel a subscription now, at the period's end or on a date, and undo a scheduled cancellation."""

from __future__ import annotations

from typing import Literal

from wbtui.sandbox.actions.bodies import Action, ObjectId
from wbtui.sandbox.actions.effect import Effect, undone_by, warning
from wbtui.sandbox.actions.ending import Ending, cancelable, check_unused, end_of, settle
from wbtui.sandbox.actions.ending_effects import ends_later, ends_now
from wbtui.sandbox.actions.runner import Run, handles
from wbtui.sandbox.actions.text import say_date
from wbtui.sandbox.engine import subscriptions
from wbtui.sandbox.engine.account import ref
from wbtui.sandbox.engine.rows import priced


class CancelSubscription(Ending):
    """End a subscription: when, and what happens to unused time, usage, unpaid invoices and credit."""

    kind: Literal["cancel_subscription"]

    def problems(self) -> dict[str, str]:
        return super().problems() | self.with_choice("when", "date")


class UndoCancel(Action):
    """Withdraw a scheduled cancellation."""

    kind: Literal["undo_cancel"]
    contract_id: ObjectId


@handles(CancelSubscription)
def cancel_subscription(run: Run, body: CancelSubscription) -> Effect:
    contract = cancelable(run, body.contract_id)
    end = end_of(run, contract, body)
    settled = settle(run, contract, body.open_invoices)
    settled.warnings.extend(check_unused(run, contract, body, end))
    if body.when == "now":
        return ends_now(run, contract, body, settled)
    return ends_later(run, contract, body, end, settled)


@handles(UndoCancel)
def undo_cancel(run: Run, body: UndoCancel) -> Effect:
    account, contract = run.account, run.contract(body.contract_id)
    text = "No cancellation of this subscription is scheduled."
    run.refuse_if(contract.status != "active" or contract.cancel_at is None, "not_canceling", text)
    subscriptions.undo_cancel(account, contract, run.at, **run.logged)
    plan, charge = account.plan(contract).name, priced(account, contract)[1]
    warnings = []
    if contract.scheduled is not None:
        text = (
            f"The change to {contract.scheduled['to_plan']} on {say_date(contract.scheduled['on'])} stands."
        )
        warnings.append(warning("scheduled_change", text))
    then = "" if charge is None else f" The next charge is on {say_date(charge['date'])}."
    return Effect(
        next_invoice=charge,
        objects=[ref("contract", contract.id, plan)],
        reversible=undone_by("cancel_subscription"),
        email="confirmation that the subscription continues",
        warnings=warnings,
        customer_sentence=f"Your subscription to {plan} continues as before.{then}",
    )
