"""The questions about the end of a subscription, each answer with its money."""

from __future__ import annotations

from dataclasses import replace

from wbtui.models.actions import Reason
from wbtui.models.balances import wallet_balances
from wbtui.models.dates import days_after
from wbtui.models.drafts import Answer
from wbtui.models.invoice import InvoiceState
from wbtui.models.money import Money
from wbtui.models.parts import INVOICES, PAYMENTS, SUBSCRIPTIONS, USAGE, WALLETS
from wbtui.models.payment import processing_invoices
from wbtui.models.subscription import Subscription
from wbtui.models.subscription_history import lineage_of
from wbtui.models.usage import before_day
from wbtui.ui.actions.context_fields import COMMENT, NOTIFY, REASON, TICKET
from wbtui.ui.actions.data import FormData, Place
from wbtui.ui.actions.fields import ChoiceField, DateField, Options
from wbtui.ui.actions.form import Compared
from wbtui.ui.actions.form_answers import choice_answer, text_answer
from wbtui.ui.format import day, plural

_UNUSED: Options = (
    ("Nothing", "none"),
    ("Credit", "prorated_credit"),
    ("Refund", "prorated_refund"),
    ("Full refund", "full_refund"),
)
_WHY: Options = (
    ("Too expensive", "too_expensive"),
    ("Unused", "unused"),
    ("Missing features", "missing_features"),
    ("Low quality", "low_quality"),
    ("Too complex", "too_complex"),
    ("Customer service", "customer_service"),
    ("Switched", "switched_service"),
    ("Non-payment", "non_payment"),
    ("Other", "other"),
)


def _when(data: FormData) -> Options:
    subscription: Subscription = data.subject
    if subscription.status.has_not_started:
        return (("Now", "now"),)
    end, period = "At period end", subscription.period
    # The last period of a frozen customer may be over.
    if period is not None and period[1] >= data.today and not subscription.notice_period_days:
        end += f", {day(days_after(period[1], 1), data.today)}"
    return (("Now", "now"), (end, "period_end"), ("On a date", "date"))


def _earliest(data: FormData) -> str | None:
    """The notice period and the earliest end, and the scheduled change that is affected."""
    subscription: Subscription = data.subject
    said = []
    if subscription.status.has_not_started:
        return "Not started yet. Nothing has been charged for it."
    if notice := subscription.notice_period_days:
        first = day(days_after(data.today, notice), data.today)
        said.append(f"▲ Notice period {plural(notice, 'day')}: the earliest end is {first}.")
    if (change := subscription.scheduled_change) is not None:
        plan = change.to_plan or subscription.plan
        what = f"{'of' if plan == subscription.plan else 'to'} {plan}"
        said.append(f"▲ The change {what} on {day(change.on, data.today)} will not happen.")
    return "\n".join(said) or None


def _total(several: list[Money], data: FormData) -> Money | None:
    """The sum of amounts in the subscription's currency; None when it is zero."""
    currency = data.subject.amount.currency
    minor = sum(money.minor for money in several if money.currency == currency)
    return Money(minor, currency) if minor else None


def _usage(data: FormData) -> Money | None:
    """Return the cost of usage so far, without today: an end now has no service today."""
    own = [one for one in data.part(USAGE) or () if one.subscription_id == data.subject.id]
    if data["when"] == "now":
        features = {one.slug: one for one in data.subject.features}
        own = [used for one in own if (used := before_day(one, data.today, features.get(one.feature)))]
    return _total([one.overage_so_far for one in own if one.overage_so_far is not None], data)


def _unpaid(data: FormData, *states: InvoiceState) -> Money | None:
    """Return the open amount, of invoices in these states, of the subscription and of those it replaced.

    Without processing payments: a charge or write-off would settle them twice.
    """
    payments = data.part(PAYMENTS) or ()
    paying = processing_invoices(payments)
    every = data.part(SUBSCRIPTIONS)
    ids = lineage_of(data.subject.id, every or ())
    own = [one for one in data.part(INVOICES) or () if one.subscription_id in ids and one.id not in paying]
    wanted = [one for one in own if one.is_unpaid and (not states or one.state in states)]
    return _total([one.open for one in wanted if one.open is not None], data)


def _credit(data: FormData) -> Money | None:
    """The credit in the subscription's currency; None where it is zero or not known exactly."""
    wallets = data.part(WALLETS)
    return None if wallets is None else wallet_balances(wallets).get(data.subject.amount.currency) or None


def _usage_note(data: FormData) -> str | None:
    amount = _usage(data)
    if amount is None:
        return None
    return f"{amount} so far, {'without today' if data['when'] == 'now' else 'including today'}."


def _unpaid_options(data: FormData) -> Options:
    """An invoice that is still to be validated is not charged."""
    amount, due = _unpaid(data), _unpaid(data, InvoiceState.READY_FOR_PAYMENT)
    charge = [(f"Charge {due} now", "collect")] if due is not None else []
    return [(f"Leave {amount}", "leave"), *charge, ("Write off", "write_off")]


def _credit_options(data: FormData) -> Options:
    amount = _credit(data)
    return ((f"Keep {amount}", "keep"), (f"Refund {amount}", "refund"))


def compared(data: FormData) -> Compared:
    """Both timings at first; what becomes of unused time when there may be some."""
    if data.subject.status.has_not_started:
        return "when", ("now",)
    if data["when"] == "period_end":
        return "when", ("now", "period_end")
    return "unused_time", [value for _, value in _UNUSED]


def former_end(subscription: Subscription) -> dict[str, Answer]:
    """Return the answers that schedule the end of a subscription again."""
    end, period = subscription.cancel_at, subscription.period
    if end is None or (period is not None and end == days_after(period[1], 1)):
        return {WHEN.name: choice_answer("period_end")}
    return {WHEN.name: choice_answer("date"), DATE.name: text_answer(str(end))}


WHEN = ChoiceField(
    "when", "End", _when, note=_earliest,
    default=lambda data: "now" if data.subject.status.has_not_started else "period_end",
)  # fmt: skip
DATE = DateField(
    "date", "End date", show=("when", "date"), hint="first day without service", ask="Enter the end date."
)
UNUSED = ChoiceField(
    "unused_time", "Unused", _UNUSED, default="none",
    show=lambda data: data["when"] != "period_end" and not data.subject.status.has_not_started,
)  # fmt: skip
USAGE_BILLING = ChoiceField(
    "unbilled_usage", "Usage", (("Bill it", "bill"), ("Don't bill it", "drop")), default="bill",
    note=_usage_note, show=lambda data: not data.subject.status.has_not_started,
)  # fmt: skip
UNPAID = ChoiceField(
    "open_invoices", "Unpaid", _unpaid_options, default="leave", show=lambda data: _unpaid(data) is not None
)
CREDITS = ChoiceField(
    "credits", "Credit", _credit_options, default="keep", show=lambda data: _credit(data) is not None
)
CANCEL_REASON = ChoiceField("cancel_reason", "Why", _WHY, place=Place.REASON, ask="Choose why they leave.")

CANCEL_FIELDS = (WHEN, DATE, UNUSED, USAGE_BILLING, UNPAID, CREDITS, CANCEL_REASON)
CANCEL_CONTEXT = (replace(REASON, default=Reason.CANCELLATION), TICKET, COMMENT, NOTIFY)
