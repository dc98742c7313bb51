"""The object that an action is about: where it is read, and why the action is unavailable for it."""

from __future__ import annotations

from typing import Any

from wbtui.errors import NotFound
from wbtui.models.actions import About
from wbtui.models.parts import CREDITS, CUSTOMER, INVOICE, METHODS, PAYMENTS, REFUNDS, SUBSCRIPTIONS, Part
from wbtui.services.profile import Profiles

_PARTS: dict[About, Part[Any]] = {
    "customer": CUSTOMER,
    "subscription": SUBSCRIPTIONS,
    "invoice": INVOICE,
    "payment": PAYMENTS,
    "method": METHODS,
    "credit": CREDITS,
    "refund": REFUNDS,
}


async def load_subject(
    profiles: Profiles, about: About, subject_id: str, customer_id: str, *, fresh: bool = False
) -> Any:
    """Return an object of a customer; with `fresh` as the server has it now.

    Raises NotFound, also when the customer's list no longer has it, Offline, NotOffered, ApiErrors.
    """
    part = _PARTS[about]
    owner = subject_id if part is INVOICE else customer_id
    if fresh:
        value = (await profiles.fetch(part, owner)).value
    else:
        value = (await profiles.load(part, owner, customer_id=customer_id)).value
    if part in (CUSTOMER, INVOICE):
        return value
    found = next((one for one in value if one.id == subject_id), None)
    if found is None:
        raise NotFound(f"This {about} no longer exists in the billing system.")
    return found
