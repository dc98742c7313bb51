"""Actions on payment methods: make default, reorder, enable, disable, detach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from wbtui.sandbox.actions.bodies import Action, ObjectId
from wbtui.sandbox.actions.charging import changeable_method, default_warnings, refuse_status, refuse_transfer
from wbtui.sandbox.actions.effect import Effect, Wire, final, undone_by
from wbtui.sandbox.actions.runner import Run, handles
from wbtui.sandbox.actions.text import destination
from wbtui.sandbox.engine.account import ref
from wbtui.sandbox.engine.payments import active_methods, default_method
from wbtui.sandbox.engine.records import Method
from wbtui.sandbox.problems import invalid_fields


def _set_status(run: Run, method_id: str, status: str, what: str, *refused: str, undo: Wire) -> Effect:
    """Set the status of a method, unless it has one that is `refused`. Its place in the order stays."""
    method, before = changeable_method(run, method_id), default_method(run.account)
    refuse_status(run, method, *refused)
    name = destination(method)
    run.refuse_if(method.status == status, "nothing_to_do", f"{name} is already {what.lower()}.")
    method.status = status
    run.log("payment", f"{what}: {name}", ref("method", method.id))
    return Effect(
        objects=[ref("method", method.id, name)],
        reversible=undo,
        warnings=default_warnings(run, before, method if status == "active" else None),
        customer_sentence=f"We have removed {name} from your account." if status == "detached" else None,
    )


def _reorder(run: Run, ordered: Sequence[Method], what: str) -> None:
    """Give these methods, first to be charged first, the places that they have together, and log it."""
    places = sorted(method.position for method in ordered)
    for method, place in zip(ordered, places, strict=True):
        method.position = place
    run.log("payment", what, ref("method", ordered[0].id))


class SetDefaultMethod(Action):
    """Charge a method first."""

    kind: Literal["set_default_method"]
    method_id: ObjectId


@handles(SetDefaultMethod)
def set_default_method(run: Run, body: SetDefaultMethod) -> Effect:
    method, before = changeable_method(run, body.method_id), default_method(run.account)
    refuse_status(run, method, "inactive", "invalid", "detached")
    refuse_transfer(run, method)
    name = destination(method)
    run.refuse_if(method is before, "nothing_to_do", f"{name} is already the default.")
    others = [each for each in active_methods(run.account) if each is not method]
    _reorder(run, [method, *others], f"Default method: {name}")
    return Effect(
        objects=[ref("method", method.id, name)],
        reversible=undone_by("reorder_methods"),
        warnings=default_warnings(run, before),
        customer_sentence=f"From now on we charge {name} first.",
    )


class ReorderMethods(Action):
    """Set the order in which all active methods are charged."""

    kind: Literal["reorder_methods"]
    method_ids: Annotated[list[ObjectId], Field(max_length=100)]


@handles(ReorderMethods)
def reorder_methods(run: Run, body: ReorderMethods) -> Effect:
    run.customer()
    run.refuse_frozen("The payment methods of a frozen customer can't change.")
    active, before = active_methods(run.account), default_method(run.account)
    if sorted(body.method_ids) != sorted(method.id for method in active):
        raise invalid_fields({"method_ids": "Name every active payment method once."})
    ordered = [run.method(method_id) for method_id in body.method_ids]
    run.refuse_if(ordered == active, "nothing_to_do", "The payment methods are already in this order.")
    _reorder(run, ordered, "Payment methods reordered")
    return Effect(
        objects=[ref("method", method.id, destination(method)) for method in ordered],
        reversible=undone_by("reorder_methods"),
        warnings=default_warnings(run, before),
    )


class EnableMethod(Action):
    """Allow a disabled method to be charged again."""

    kind: Literal["enable_method"]
    method_id: ObjectId


@handles(EnableMethod)
def enable_method(run: Run, body: EnableMethod) -> Effect:
    return _set_status(
        run, body.method_id, "active", "Enabled", "invalid", "detached", undo=undone_by("disable_method")
    )


class DisableMethod(Action):
    """Stop charging a method until it is enabled again."""

    kind: Literal["disable_method"]
    method_id: ObjectId


@handles(DisableMethod)
def disable_method(run: Run, body: DisableMethod) -> Effect:
    refused, undo = ("inactive", "invalid", "detached"), undone_by("enable_method")
    return _set_status(run, body.method_id, "inactive", "Disabled", *refused, undo=undo)


class DetachMethod(Action):
    """Remove a method for good."""

    kind: Literal["detach_method"]
    method_id: ObjectId


@handles(DetachMethod)
def detach_method(run: Run, body: DetachMethod) -> Effect:
    undo = final("Only the customer can add it again, through the portal link.")
    return _set_status(run, body.method_id, "detached", "Detached", "detached", undo=undo)
