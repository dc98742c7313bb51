"""Texts of what the documented API (/v1/c) shows and an action can change, by member."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias, TypeVar

from wbtui.api.wingback.read_back import canonical
from wbtui.models.actions.customer import CustomerChanges
from wbtui.models.customer import Customer
from wbtui.models.subscription import Subscription, SubscriptionBrief
from wbtui.models.units import plain

Texts: TypeAlias = Mapping[str, str | None]
"""Canonical text of members by name or path."""
Brief = TypeVar("Brief", bound=SubscriptionBrief)

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
_DETAILS = {"name", "emails", "reference", "vat_id", "address", "metadata", "notes"}


def read_texts(customer: Customer, subscriptions: Iterable[Subscription] = ()) -> dict[str, str | None]:
    """Return what an action can change, by member.

    `subscriptions` and `plan_ids` list those that have not ended, `units.SLUG` the units of all of them.
    """
    open_ones = not_ended(customer.subscriptions)
    found = contact_texts(customer)
    found |= {"status": customer.status.value, "subscriptions": plan_names(open_ones)}
    found["plan_ids"] = listed(one.plan_id for one in open_ones)
    return found | unit_texts(not_ended(subscriptions))


def contact_texts(source: Customer | CustomerChanges) -> dict[str, str | None]:
    """Return contact data of a customer, or those that change."""
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


def not_ended(subscriptions: Iterable[Brief]) -> list[Brief]:
    """Return the subscriptions that have not ended."""
    return [one for one in subscriptions if not one.status.has_ended]


def plan_names(subscriptions: Iterable[SubscriptionBrief]) -> str | None:
    """Return "Pro · monthly, Starter · yearly"."""
    return listed(f"{one.plan} · {one.cycle.adverb}" for one in subscriptions)


def listed(values: Iterable[str]) -> str | None:
    """Return sorted values as one text; None without any."""
    return ", ".join(sorted(values)) or None


def unit_texts(subscriptions: Iterable[Subscription]) -> dict[str, str | None]:
    """Return the units of all subscriptions together, by feature."""
    counts: dict[str, list[str]] = {}
    for one in subscriptions:
        for slug, count in one.units.items():
            counts.setdefault(slug, []).append(plain(count))
    return {f"units.{slug}": listed(found) for slug, found in counts.items()}
