"""What fields of `wbtui do` mean: currencies, invoice numbers, and the objects that an ID may name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from wbtui.errors import BadInput, WbtuiError
from wbtui.models.actions import ACTIONS, Action
from wbtui.models.actions.base import SUBJECT_MEMBER
from wbtui.models.actions.customer import EditCustomer
from wbtui.models.actions.rules import not_refundable
from wbtui.models.actions.starting import CreateSubscription, RenewSubscription
from wbtui.models.actions.subscription import ChangePlan, ChangeUnits, SetDiscount
from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceRow, Line
from wbtui.models.parts import (
    CATALOGUE,
    CREDITS,
    CUSTOMER,
    DISCOUNTS,
    INVOICE,
    INVOICES,
    METHODS,
    PAYMENTS,
    PLANS,
    REFUNDS,
    SUBSCRIPTIONS,
    Part,
)
from wbtui.models.plan import Discount, Plan, PlanStatus, Pricing
from wbtui.models.plan_diff import first_units, missing_units, price_text
from wbtui.models.text import clean
from wbtui.services.open import Services
from wbtui.ui.actions.data import description_of
from wbtui.ui.format import day, dots, money
from wbtui.ui.text.subscriptions import discount, ordered, set_or_removed

_PARTS: Mapping[str, Part[Any]] = {
    "contract_id": SUBSCRIPTIONS,
    "invoice_id": INVOICES,
    "payment_id": PAYMENTS,
    "refund_id": REFUNDS,
    "credit_id": CREDITS,
    "method_id": METHODS,
    "method_ids": METHODS,
    "lines": INVOICE,
    "plan_id": PLANS,
    "pricing_id": PLANS,
    "discount_id": DISCOUNTS,
}
_LISTED = 10
_Values = Mapping[str, Sequence[str]]
"""What was given for each field; of a part of a line, its ID."""


def currency_of(services: Services, customer: Customer) -> str | None:
    """Return the currency of an amount that is given without one: the customer's, else the merchant's.

    None where subscriptions and debts of the customer are in several: then it has to be said.
    """
    usual = services.system.default_currency if services.system is not None else None
    now = [*(one.amount for one in customer.running), *(customer.owed or ())]
    if len({money.currency for money in now if money}) > 1:
        return None
    return next((money.currency for money in customer.billed), usual)


async def with_invoice_ids(services: Services, customer_id: str, fields: tuple[str, ...]) -> tuple[str, ...]:
    """Return the fields with the ID of an invoice that is given by its number."""
    name = "invoice_id="
    if not any(field.startswith(name) for field in fields):
        return fields
    rows = (await services.profiles.fetch(INVOICES, customer_id)).value
    ids = {f"{name}{row.number}".casefold(): f"{name}{row.id}" for row in rows}
    return tuple(ids.get(field.casefold(), field) for field in fields)


async def with_kept_metadata(services: Services, action: Action) -> Action:
    """Return an edit with the entries of the metadata that it does not name: a call replaces all of them.

    Raises what `Profiles.fetch` raises.
    """
    if not isinstance(action, EditCustomer) or not action.changes.metadata:
        return action
    known = (await services.profiles.fetch(CUSTOMER, action.customer_id)).value.metadata
    changes = action.changes.model_copy(update={"metadata": {**known, **action.changes.metadata}})
    return action.model_copy(update={"changes": changes})


async def explained(
    services: Services, customer: Customer, kind: str, fields: Iterable[str], error: WbtuiError
) -> WbtuiError:
    """Return the error of an action with the objects that its missing or wrong IDs may name.

    It is returned as it is where no ID is missing or wrong, or where the objects cannot be fetched.
    """
    model, given = ACTIONS.get(kind), _given(fields)
    said, hint = ([error.sentence], error.hint) if isinstance(error, BadInput) else ([], "")
    lists = list[str]()
    for name in () if model is None else (one for one in model.model_fields if one in _PARTS):
        assert model is not None
        values = given.get(name, ())
        missing = name not in given and model.model_fields[name].is_required()
        if not values and not missing and f"{name} is required." not in error.sentence:
            continue
        try:
            found = await _objects(services, customer, name, given)
        except WbtuiError:
            continue
        wrong = [value for value in values if value not in {one.id for one in found}]
        if values and not wrong:
            continue
        said += [f"{name}: There is no {_noun(name)} {clean(value, limit=60)!r}." for value in wrong]
        lists.append(_list(services, customer, name, _choosable(name, model, found, given)))
    if not lists:
        return error
    return BadInput(" ".join(said), hint="\n".join(filter(None, [hint, *lists])))


async def require_units(services: Services, action: Action, subject: Any) -> None:
    """Raise BadInput where a plan is ordered without its units, such as seats.

    The billing system takes that for none, so that they are never charged. `subject`: what is changed.
    """
    renews = isinstance(action, RenewSubscription) and action.price == "today"
    source = subject if renews else action
    wanted = tuple(getattr(source, name, None) for name in ("plan_id", "pricing_id"))
    if None in wanted:
        return
    try:
        plans = (await services.profiles.fetch(PLANS, "")).value
    except WbtuiError:
        return  # the preview says what is ordered
    pricings = {(plan.id, pricing.id): (plan, pricing) for plan in plans for pricing in plan.pricings}
    if wanted not in pricings:
        return  # the preview says so
    plan, pricing = pricings[wanted]
    ordered = getattr(subject, "units", {})
    for one in missing_units(pricing, getattr(action, "units", {}), ordered):
        text = f"units.{one.slug} is required: say how many {one.name.lower()} of {plan.name}."
        if renews:
            text = f"Today's price of {plan.name} is per unit ({one.name}), and a renewal can't order units."
            raise BadInput(text, hint="Use create_subscription, or price=as_before.")
        raise BadInput(text, hint=f"For example: units.{one.slug}={first_units(one)}")


async def target_of(services: Services, action: Action, subject: Any) -> str:
    """Return what an action leads to, as the app's journal names it; empty where it names nothing.

    "Business · monthly", "25 seats", "Set the discount".
    """
    match action:
        case SetDiscount():
            return set_or_removed(action.discount_id)
        case ChangeUnits():
            known = {one.slug: one for one in getattr(subject, "features", ())}
            changed = {slug: n for slug, n in action.units.items() if subject.units.get(slug) != n}
            return ", ".join(ordered(known[slug], n) for slug, n in changed.items() if slug in known)
        case ChangePlan() | CreateSubscription():
            with suppress(WbtuiError):
                plans = (await services.profiles.fetch(PLANS, "")).value
                priced = {
                    (plan.id, one.id): dots(plan.name, one.cycle.adverb)
                    for plan in plans
                    for one in plan.pricings
                }
                return priced.get((action.plan_id, action.pricing_id), "")
    return ""


def _given(fields: Iterable[str]) -> _Values:
    given: dict[str, list[str]] = {}
    for field in fields:
        name, _, value = field.partition("=")
        values = given.setdefault(name, [])
        if value:
            values.append(value.partition(":")[0] if name == "lines" else value)
    return given


async def _objects(services: Services, customer: Customer, name: str, given: _Values) -> Sequence[Any]:
    """Return the objects that a field may name. Raises what `Profiles.fetch` raises."""
    part = _PARTS[name]
    owner = "" if part in CATALOGUE else customer.id
    if part is INVOICE:
        owner = next(iter(given.get("invoice_id", ())), "")
    value = (await services.profiles.fetch(part, owner)).value
    if part is INVOICE:
        return tuple(value.lines)
    if name != "pricing_id":
        return tuple(value)
    chosen = [plan for plan in value if plan.id in given.get("plan_id", ())] or list(filter(_is_sold, value))
    return [pricing for plan in chosen for pricing in plan.pricings]


def _choosable(name: str, model: type[Action], found: Sequence[Any], given: _Values) -> Sequence[Any]:
    """Return the objects that allow the action: payments to refund, methods to charge."""
    if name == SUBJECT_MEMBER[model.about]:
        return [one for one in found if model.disabled_reason(one) is None]
    if name == "payment_id":
        invoices = set(given.get("invoice_id", ()))
        paid = [one for one in found if not invoices or not invoices.isdisjoint(one.invoice_ids)]
        return [one for one in paid if not_refundable(one) is None]
    if name == "method_id":
        return [one for one in found if one.can_be_charged]
    return found


def _list(services: Services, customer: Customer, name: str, found: Sequence[Any]) -> str:
    """Return the objects, a line each.

    Of prices those in a currency of the customer's subscriptions, where there are any.
    """
    if name == "pricing_id":
        billed = {one.amount.currency for one in customer.subscriptions}
        found = [one for one in found if one.currency in billed] or found
    found = [one for one in found if not isinstance(one, Plan) or _is_sold(one)]
    if not found:
        return f"{name}: There is none that allows this."
    today = services.today()
    lines = [
        f"  {clean(one.id, limit=100)}  {clean(_label(one, today), limit=80)}" for one in found[:_LISTED]
    ]
    if len(found) > _LISTED:
        lines.append(f"  and {len(found) - _LISTED} more; `wbtui show CUSTOMER --json` lists all")
    return "\n".join([f"{name} is one of:", *lines])


def _label(one: Any, today: date) -> str:
    match one:
        case Plan() | Line():
            return dots(one.name, money(one.total) if isinstance(one, Line) else None)
        case Pricing():
            return dots(one.cycle.adverb, price_text(one))
        case Discount():
            return discount(one)
        case InvoiceRow():
            return dots(one.number, day(one.date, today), money(one.total))
        case _:
            return description_of(one, today)


def _is_sold(plan: Plan) -> bool:
    return plan.status is PlanStatus.ACTIVE


def _noun(name: str) -> str:
    words = {"contract_id": "subscription", "method_ids": "payment method", "method_id": "payment method"}
    return words.get(name, "invoice line" if name == "lines" else name.removesuffix("_id"))
