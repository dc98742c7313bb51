"""Actions of the documented API (/v1/c), one declaration each: the call, its body and its effects.

Effects are values of the customer by path, `customer/ID/member`, in the form of `read_texts`. The API names
neither the request that created a contract nor the contract that replaced another one, so effects on
subscriptions are stated for all subscriptions of a customer together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from wbtui import errors
from wbtui.api.wingback.plain_texts import Texts, contact_texts, listed, not_ended, plan_names
from wbtui.models.actions import Action
from wbtui.models.actions.customer import (
    ActivateCustomer,
    AppendNote,
    CreatePortalLink,
    EditCustomer,
    FreezeCustomer,
)
from wbtui.models.actions.starting import CreateSubscription
from wbtui.models.actions.subscription import ChangePlan, ChangeUnits
from wbtui.models.capability import Unsupported
from wbtui.models.customer import Customer
from wbtui.models.preview import Reversible
from wbtui.models.subscription import Subscription, SubscriptionBrief
from wbtui.models.units import plain

A = TypeVar("A", bound=Action)
TERMS = "terms."
"""Prefix of values that a call needs besides the action, and that cannot be read afterwards."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was read for a preview.

    Attributes:
        subscription: the one that is changed.
        subscriptions: all of the customer, where their units matter.
        target: a subscription of any customer to the plan and price asked for; None where none is found.
    """

    customer: Customer
    at: datetime
    subscription: Subscription | None = None
    subscriptions: tuple[Subscription, ...] = ()
    target: SubscriptionBrief | None = None


@dataclass(frozen=True, kw_only=True)
class Write(Generic[A]):
    """How the documented API does one kind of action.

    Attributes:
        path: path of the POST request; names of members of the action in braces.
        body: its JSON, from the action and the previewed texts by member; None without a body.
        effects: texts by member after the action, from what was read before.
        unsupported: what the call cannot express besides `UNSUPPORTED`, by member: a sentence, None where
            nothing is.
        caution: what the sheet warns of, such as what Wingback does not tell in advance.
        unpriced: whether it does not tell what is charged: then it takes one more confirmation.
        reversible: whether and how the action can be undone.
        nothing_to_do: why an action that changes nothing is refused; None for any other.
        repeats: what is said of one that replaces something by the same, for one more confirmation.
        estimated: whether `upgrade_estimate` tells what the action costs.
        answer: what is read from the response.
    """

    path: str
    body: Callable[[A, Texts], Any] = lambda _action, _after: None
    effects: Callable[[A, Found], Texts] = lambda _action, _found: {}
    unsupported: Callable[[A], Mapping[str, str | None]] = lambda _action: {}
    caution: Callable[[A], str | None] = lambda _action: None
    unpriced: bool = False
    reversible: Callable[[A], Reversible]
    nothing_to_do: Callable[[A, Found], str | None] = lambda _action, _found: None
    repeats: Callable[[A, Found], str | None] = lambda _action, _found: None
    estimated: Callable[[A], bool] = lambda _action: False
    answer: Literal["nothing", "link", "contract"] = "nothing"


# ── effects ──────────────────────────────────────────────────────────────────────────────────────
def _with_status(status: str) -> Callable[[Any, Found], Texts]:
    return lambda _action, _found: {"status": status}


def _edited(action: EditCustomer, found: Found) -> Texts:
    """Return all contact data: it is not documented whether what is left out of a change stays."""
    return contact_texts(found.customer) | contact_texts(action.changes)


def _noted(action: AppendNote, found: Found) -> Texts:
    entry = f"{found.at:%Y-%m-%d} {action.context.agent}: {action.text.strip()}"
    notes = f"{found.customer.notes}\n{entry}" if found.customer.notes else entry
    return contact_texts(found.customer) | {"notes": notes}


def _plan_changed(action: ChangePlan, found: Found) -> Texts:
    target = found.target
    cycle = {} if target is None else {f"{TERMS}cycle": target.cycle.value}
    if action.when != "now":
        return cycle
    others = [one for one in not_ended(found.customer.subscriptions) if one.id != action.contract_id]
    units = _units_changed(action, found)
    if target is None:
        return {"plan_ids": listed([*(one.plan_id for one in others), action.plan_id]), **units}
    return {"subscriptions": plan_names([*others, target]), **units, **cycle}


def _units_changed(action: ChangePlan | ChangeUnits, found: Found) -> Texts:
    if action.when != "now":
        return {}
    return _units_with(action.units, [one for one in found.subscriptions if one.id != action.contract_id])


def _units_with(wanted: Mapping[str, str], others: Iterable[Subscription]) -> Texts:
    """Return the units of other subscriptions together with those of one more."""
    beside = not_ended(others)
    return {
        f"units.{slug}": listed([count, *(plain(one.units[slug]) for one in beside if slug in one.units)])
        for slug, count in wanted.items()
    }


def _subscribed(action: CreateSubscription, found: Found) -> Texts:
    if found.target is None:
        text = "wbtui found no customer with this price, so it doesn't know its currency and cycle."
        raise errors.Rejected(text, fields={"pricing_id": text})
    return {
        "subscriptions": plan_names([*not_ended(found.customer.subscriptions), found.target]),
        f"{TERMS}currency": found.target.amount.currency,
        f"{TERMS}cycle": found.target.cycle.value,
        **_units_with(action.units, found.subscriptions),
    }


# ── bodies ───────────────────────────────────────────────────────────────────────────────────────
def _customer_body(action: EditCustomer, _after: Texts) -> dict[str, Any]:
    """Return the members that change, by the names of the documented API."""
    given = action.changes.model_dump(mode="json")
    if "emails" in given:
        given["emails"] = {email["label"]: email["address"] for email in given["emails"] or ()}
    if "vat_id" in given:
        given["tax_details"] = {"vat_id": given.pop("vat_id")}
    if "reference" in given:
        given["customer_reference"] = given.pop("reference")
    if "metadata" in given:
        given["metadata"] = given["metadata"] or {}
    return {"id": action.customer_id, **given}


def _upgrade_body(action: ChangePlan | ChangeUnits, after: Texts) -> dict[str, Any]:
    wanted: dict[str, Any] = {"unit_count_configuration": dict(action.units)}
    if isinstance(action, ChangePlan):
        wanted |= {"upgrade_strategy": "new_plan", "plan_id": action.plan_id, "pricing_id": action.pricing_id}
        if (cycle := after.get(f"{TERMS}cycle")) is not None:
            wanted["cycle"] = cycle  # without it, the present one may be meant
        if action.discount_id is not None:
            wanted["discount_id"] = action.discount_id
    else:
        wanted["upgrade_strategy"] = "change_unit_count"
    if action.when == "period_end":
        wanted["activation"] = {"type": "next_cycle"}
    return {"upgrade_configuration": wanted, "downgrade_allowed": action.downgrade_allowed}


def _contract_body(action: CreateSubscription, after: Texts) -> dict[str, Any]:
    body: dict[str, Any] = {
        "customer": action.customer_id,
        "plan": action.plan_id,
        "pricing_id": action.pricing_id,
        "currency": after[f"{TERMS}currency"],
        "cycle": after[f"{TERMS}cycle"],
        "unit_count_configuration": dict(action.units),
        "is_pending": action.pending,
        "automatic_payment": action.automatic_payment,
        "free_trial_days": action.trial_days,
        "discount_id": action.discount_id,
        "activation": None if action.start is None else f"{action.start}T00:00:00Z",
    }
    return {name: value for name, value in body.items() if value is not None}


# ── what a call cannot express ───────────────────────────────────────────────────────────────────
UNSUPPORTED = (
    Unsupported(member="context.notify", values=(True,), reason="Plain Wingback can't e-mail the customer."),
    Unsupported(
        kinds=("change_plan", "change_units"),
        member="proration",
        values=("next_invoice", "none"),
        reason="Plain Wingback always invoices a change at once.",
    ),
    Unsupported(
        kinds=("change_plan",),
        member="discount_id",
        values=(None,),
        reason="Plain Wingback can't remove a discount.",
    ),
    Unsupported(
        kinds=("create_subscription",),
        member="trial_days",
        values=(0,),
        reason="Plain Wingback can't leave out a plan's own trial.",
    ),
    Unsupported(
        kinds=("edit_customer",),
        member="changes.address",
        values=(None,),
        reason="Plain Wingback can't remove an address.",
    ),
)
"""Answers that no call can express, whatever the other answers are."""


def _not_in_edit(action: EditCustomer) -> dict[str, str | None]:
    changes = action.changes
    labels = Counter(email.label for email in changes.emails or ())
    twice = any(count > 1 for count in labels.values())
    return {"changes.emails": "Plain Wingback keeps one address per label." if twice else None}


def _not_with_activation(action: ActivateCustomer) -> dict[str, str | None]:
    return {"note": "Plain Wingback keeps no note about an activation." if action.note else None}


# ── what is not known in advance, and undoing ────────────────────────────────────────────────────
_KEPT = "Wingback doesn't document whether other details are kept. wbtui compares them afterwards."
_RESUMED = "Wingback doesn't tell in advance what is charged once the account is active."
_NEXT = "Wingback doesn't tell in advance the next invoice, or whether the payment succeeds."
_SCHEDULED = (
    "Wingback doesn't tell in advance {unknown}, and doesn't show a scheduled change: "
    "wbtui can't check it afterwards, or see one that was scheduled before."
)
_SAME_PLAN = (
    "The subscription already has this plan, price and units. It would be replaced, at today's list price."
)
_SAME_UNITS = "The subscription already has these units."
_SAME_VALUES = "The customer already has these values."


def _change_caution(action: ChangePlan | ChangeUnits) -> str:
    if action.when == "now":
        return _NEXT
    costs = "what it costs at renewal"
    unknown = f"{costs}, or whether the plan is still sold" if isinstance(action, ChangePlan) else costs
    return _SCHEDULED.format(unknown=unknown)


def _has_units(action: ChangePlan | ChangeUnits, found: Found) -> bool:
    now = found.subscription.units if found.subscription is not None else {}
    return all(slug in now and plain(now[slug]) == plain(count) for slug, count in action.units.items())


def _has_values(action: EditCustomer, found: Found) -> bool:
    return contact_texts(action.changes).items() <= contact_texts(found.customer).items()


def _has_plan(action: ChangePlan, found: Found) -> bool:
    now = found.subscription
    same = now is not None and (now.plan_id, now.pricing_id) == (action.plan_id, action.pricing_id)
    return same and action.discount_id is None and _has_units(action, found)


def _undone_by(by: str) -> Callable[[Any], Reversible]:
    return lambda _action: Reversible(how="by", by=by)


def _change_undone(action: ChangePlan | ChangeUnits) -> Reversible:
    if action.when == "now":
        return Reversible(how="by", by=action.kind)
    return Reversible(how="no", by="Plain Wingback can't undo a scheduled change.")


def _upgrade(**members: Any) -> Write[Any]:
    return Write(
        path="/v1/c/contract/{contract_id}/upgrade",
        body=_upgrade_body,
        caution=_change_caution,
        reversible=_change_undone,
        estimated=lambda action: action.when == "now",
        answer="contract",
        **members,
    )


def _start_caution(action: CreateSubscription) -> str:
    when = "then" if action.pending else "now" if action.start is None else "when it starts"
    told = f"what is charged {when}, today's list price, or whether the plan is still sold."
    text = f"Wingback doesn't tell in advance {told}"
    return f"It is activated in Wingback's dashboard, not here. {text}" if action.pending else text


_WRITES: dict[type[Action], Write[Any]] = {
    EditCustomer: Write(
        path="/v1/c/customer",
        body=_customer_body,
        effects=_edited,
        unsupported=_not_in_edit,
        caution=lambda _action: _KEPT,
        nothing_to_do=lambda action, found: _SAME_VALUES if _has_values(action, found) else None,
        reversible=_undone_by("edit_customer"),
    ),
    AppendNote: Write(
        path="/v1/c/customer",
        body=lambda action, after: {"id": action.customer_id, "notes": after["notes"]},
        effects=_noted,
        caution=lambda _action: _KEPT,
        reversible=_undone_by("Edit the notes in Wingback."),
    ),
    FreezeCustomer: Write(
        path="/v1/c/customer/{customer_id}/inactivate",
        body=lambda action, _after: {"notes": action.note} if action.note else {},
        effects=_with_status("inactive"),
        reversible=_undone_by("activate_customer"),
    ),
    ActivateCustomer: Write(
        path="/v1/c/customer/{customer_id}/activate",
        effects=_with_status("active"),
        unsupported=_not_with_activation,
        caution=lambda _action: _RESUMED,
        unpriced=True,
        reversible=_undone_by("freeze_customer"),
    ),
    CreatePortalLink: Write(
        path="/v1/c/customer/authenticate",
        body=lambda action, _after: {"id": action.customer_id},
        caution=lambda _action: "Anyone with the link can act as the customer until it expires.",
        reversible=lambda _action: Reversible(
            how="no", by="A link cannot be revoked. It expires automatically."
        ),
        answer="link",
    ),
    CreateSubscription: Write(
        path="/v1/c/contract",
        body=_contract_body,
        effects=_subscribed,
        caution=_start_caution,
        unpriced=True,
        reversible=lambda _action: Reversible(how="no", by="Plain Wingback can't cancel a subscription."),
    ),
    ChangePlan: _upgrade(
        effects=_plan_changed, repeats=lambda action, found: _SAME_PLAN if _has_plan(action, found) else None
    ),
    ChangeUnits: _upgrade(
        effects=_units_changed,
        nothing_to_do=lambda action, found: _SAME_UNITS if _has_units(action, found) else None,
    ),
}
WRITES: dict[str, Write[Any]] = {
    str(model.model_fields["kind"].default): write for model, write in _WRITES.items()
}
"""Every action of the documented API, by kind."""
