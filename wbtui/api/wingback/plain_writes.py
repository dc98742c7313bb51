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
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from wbtui import errors
from wbtui.api.wingback.read_back import canonical
from wbtui.models.actions import Action
from wbtui.models.actions.customer import (
    ActivateCustomer,
    AppendNote,
    CreatePortalLink,
    CustomerChanges,
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
Texts: TypeAlias = Mapping[str, str | None]
"""Canonical text of members by name or path."""

LABELS = {
    "name": "Name",
    "emails": "E-mail addresses",
    "reference": "Reference",
    "vat_id": "VAT ID",
    "address.line_1": "Address",
    "address.line_2": "Address, line 2",
    "address.zip": "Postal code",
    "address.city": "City",
    "address.state": "State",
    "address.country": "Country",
    "metadata": "Metadata",
    "notes": "Notes",
    "status": "Customer status",
    "subscriptions": "Subscriptions",
    "plan_ids": "Plans (ID)",
}
"""How a preview names a member. Units are named by their feature."""
TERMS = "terms."
"""Prefix of values that a call needs besides the action, and that cannot be read afterwards."""
_DETAILS = {"name", "emails", "reference", "vat_id", "address", "metadata", "notes"}


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
    estimated: Callable[[A], bool] = lambda _action: False
    answer: Literal["nothing", "link", "contract"] = "nothing"


# ── what can be read ─────────────────────────────────────────────────────────────────────────────
def read_texts(customer: Customer, subscriptions: Iterable[Subscription] = ()) -> dict[str, str | None]:
    """Return what an action can change, by member.

    `subscriptions` and `plan_ids` list those that have not ended, `units.SLUG` the units of all of them.
    """
    open_ones = _open(customer.subscriptions)
    found = _details(customer)
    found |= {"status": customer.status.value, "subscriptions": _names(open_ones)}
    found["plan_ids"] = _listed(one.plan_id for one in open_ones)
    return found | _units(_open(subscriptions))


def _details(source: Customer | CustomerChanges) -> dict[str, str | None]:
    """Return the contact data, or those of them that change."""
    data = source.model_dump(mode="json", include=_DETAILS)
    # Wingback keeps e-mails and metadata as maps: their order means nothing.
    if data.get("emails"):
        data["emails"] = sorted(data["emails"], key=lambda email: email["label"])
    if data.get("metadata"):
        data["metadata"] = dict(sorted(data["metadata"].items()))
    if "address" in data:
        address = data.pop("address") or {}
        names = [name.partition(".")[2] for name in LABELS if name.startswith("address.")]
        data |= {f"address.{name}": address.get(name) or None for name in names}
    return {name: canonical(value) or None for name, value in data.items()}


Brief = TypeVar("Brief", bound=SubscriptionBrief)


def _open(subscriptions: Iterable[Brief]) -> list[Brief]:
    return [one for one in subscriptions if not one.status.has_ended]


def _names(subscriptions: Iterable[SubscriptionBrief]) -> str | None:
    return _listed(f"{one.plan} · {one.cycle.adverb}" for one in subscriptions)


def _listed(values: Iterable[str]) -> str | None:
    return ", ".join(sorted(values)) or None


def _units(subscriptions: Iterable[Subscription]) -> dict[str, str | None]:
    counts: dict[str, list[str]] = {}
    for one in subscriptions:
        for slug, count in one.units.items():
            counts.setdefault(slug, []).append(plain(count))
    return {f"units.{slug}": _listed(found) for slug, found in counts.items()}


# ── effects ──────────────────────────────────────────────────────────────────────────────────────
def _with_status(status: str) -> Callable[[Any, Found], Texts]:
    return lambda _action, _found: {"status": status}


def _edited(action: EditCustomer, found: Found) -> Texts:
    """Return all contact data: it is not documented whether what is left out of a change stays."""
    return _details(found.customer) | _details(action.changes)


def _noted(action: AppendNote, found: Found) -> Texts:
    entry = f"{found.at:%Y-%m-%d} {action.context.agent}: {action.text.strip()}"
    notes = f"{found.customer.notes}\n{entry}" if found.customer.notes else entry
    return _details(found.customer) | {"notes": notes}


def _plan_changed(action: ChangePlan, found: Found) -> Texts:
    if action.when != "now":
        return {}
    others = [one for one in _open(found.customer.subscriptions) if one.id != action.contract_id]
    units = _units_changed(action, found)
    if found.target is None:
        return {"plan_ids": _listed([*(one.plan_id for one in others), action.plan_id]), **units}
    return {"subscriptions": _names([*others, found.target]), **units}


def _units_changed(action: ChangePlan | ChangeUnits, found: Found) -> Texts:
    if action.when != "now":
        return {}
    return _units_with(action.units, [one for one in found.subscriptions if one.id != action.contract_id])


def _units_with(wanted: Mapping[str, str], others: Iterable[Subscription]) -> Texts:
    """Return the units of other subscriptions together with those of one more."""
    beside = _open(others)
    return {
        f"units.{slug}": _listed([count, *(plain(one.units[slug]) for one in beside if slug in one.units)])
        for slug, count in wanted.items()
    }


def _subscribed(action: CreateSubscription, found: Found) -> Texts:
    if found.target is None:
        text = "wbtui found no customer with this price, so it doesn't know its currency and cycle."
        raise errors.Rejected(text, fields={"pricing_id": text})
    return {
        "subscriptions": _names([*_open(found.customer.subscriptions), found.target]),
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


def _upgrade_body(action: ChangePlan | ChangeUnits, _after: Texts) -> dict[str, Any]:
    wanted: dict[str, Any] = {"unit_count_configuration": dict(action.units)}
    if isinstance(action, ChangePlan):
        wanted |= {"upgrade_strategy": "new_plan", "plan_id": action.plan_id, "pricing_id": action.pricing_id}
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
_FIRST = (
    "Wingback doesn't tell in advance what is charged now, today's list price, or whether the plan is still "
    "sold."
)
_NEXT = "Wingback doesn't tell in advance the next invoice, or whether the payment succeeds."
_SCHEDULED = (
    "Wingback doesn't tell in advance {unknown}, and doesn't show a scheduled change: "
    "wbtui can't check it afterwards, or see one that was scheduled before."
)


def _change_caution(action: ChangePlan | ChangeUnits) -> str:
    if action.when == "now":
        return _NEXT
    costs = "what it costs at renewal"
    unknown = f"{costs}, or whether the plan is still sold" if isinstance(action, ChangePlan) else costs
    return _SCHEDULED.format(unknown=unknown)


def _undone_by(by: str) -> Callable[[Any], Reversible]:
    return lambda _action: Reversible(how="by", by=by)


def _change_undone(action: ChangePlan | ChangeUnits) -> Reversible:
    if action.when == "now":
        return Reversible(how="by", by=action.kind)
    return Reversible(how="no", by="Plain Wingback can't undo a scheduled change.")


def _upgrade(effects: Callable[[Any, Found], Texts]) -> Write[Any]:
    return Write(
        path="/v1/c/contract/{contract_id}/upgrade",
        body=_upgrade_body,
        effects=effects,
        caution=_change_caution,
        reversible=_change_undone,
        estimated=lambda action: action.when == "now",
        answer="contract",
    )


_WRITES: dict[type[Action], Write[Any]] = {
    EditCustomer: Write(
        path="/v1/c/customer",
        body=_customer_body,
        effects=_edited,
        unsupported=_not_in_edit,
        caution=lambda _action: _KEPT,
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
        caution=lambda _action: _FIRST,
        unpriced=True,
        reversible=lambda _action: Reversible(how="no", by="Plain Wingback can't cancel a subscription."),
    ),
    ChangePlan: _upgrade(_plan_changed),
    ChangeUnits: _upgrade(_units_changed),
}
WRITES: dict[str, Write[Any]] = {
    str(model.model_fields["kind"].default): write for model, write in _WRITES.items()
}
"""Every action of the documented API, by kind."""
