"""`wbtui show`: the profile of one customer, or an invoice with its lines, as text or JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from wbtui.cli.context import CliContext, out, out_json, pass_cli, say, say_left_out, table
from wbtui.cli.opening import opened
from wbtui.cli.output import stamped_json

if TYPE_CHECKING:
    from datetime import date

    from wbtui.cli.showing_invoice import ShownInvoice
    from wbtui.models.customer import Customer
    from wbtui.models.entitlements import Entitlement
    from wbtui.models.page import Stamped
    from wbtui.services.open import Services

_LONGEST_REASON = 200
_FEATURES = ("Feature", "Access", "Reason")
_LISTED = (
    "subscriptions", "invoices", "payments", "refunds", "credits", "credit_notes", "wallets", "methods"
)  # fmt: skip


@click.command(short_help="Show one customer or invoice.")
@click.argument("wanted", metavar="CUSTOMER|INVOICE")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Output JSON: all that is listed, with all its fields; of a customer also plans and discounts.",
)
@pass_cli
def show(cli: CliContext, wanted: str, as_json: bool) -> None:
    """Show a customer (ID, reference, e-mail or name) or an invoice with its lines (ID or number).

    Falls back to cached data if the billing system cannot be reached.
    """
    from wbtui.cli.showing_invoice import ShownInvoice, invoice_blocks, invoice_json

    shown = asyncio.run(_read(cli, wanted, with_discounts=as_json))
    if not isinstance(shown, ShownInvoice):
        _show_profile(shown, as_json)
    elif as_json:
        out_json(invoice_json(shown))
    else:
        _show_blocks(invoice_blocks(shown))


def _show_profile(profile: Profile, as_json: bool) -> None:
    from wbtui.services.ownership import is_owner_confirmed
    from wbtui.ui.text import entitlements as text

    if as_json:
        parts = profile.listed()
        catalogue = {name: profile.parts.get(name) for name in ("plans", "discounts")}
        out_json(
            {
                "customer": stamped_json(profile.customer),
                "not_confirmed": [name for name, part in parts.items() if not is_owner_confirmed(part.value)],
                "summaries": [name for name, part in parts.items() if part.source == "snapshot"],
                **{name: [row.model_dump(mode="json") for row in part.value] for name, part in parts.items()},
                **{
                    name: part and [one.model_dump(mode="json") for one in part.value]
                    for name, part in catalogue.items()
                },
                "features": profile.features and [_as_json(one, reason) for one, reason in profile.features],
            }
        )
        return
    _show_blocks(_blocks(profile))
    if profile.features:
        out(f"\n{text.TITLE}")
        rows = [(one.feature.name, text.STATES[one.access].text, why) for one, why in profile.features]
        table([_FEATURES, *rows], limit=_LONGEST_REASON)


def _show_blocks(blocks: Sequence[tuple[str, Sequence[tuple[str, ...]]]]) -> None:
    left_out: list[str] = []
    for number, (heading, lines) in enumerate(blocks):
        out(("" if number == 0 else "\n") + heading)
        left_out += table(
            lines, optional=[title for title in lines[0][-1:] if title == "ID"] if lines else []
        )
    say_left_out(left_out)


def _as_json(one: Entitlement, reason: str) -> dict[str, str]:
    return {"feature": one.feature.slug, "name": one.feature.name, "access": one.access, "reason": reason}


@dataclass(frozen=True)
class Profile:
    """Profile of a customer: `parts` by name, and each feature with the reason for its access.

    `features` is None where what is known does not tell who may use them.
    """

    customer: Stamped[Customer]
    parts: dict[str, Stamped[Any]]
    today: date
    features: Sequence[tuple[Entitlement, str]] | None = None

    def listed(self) -> dict[str, Stamped[tuple[Any, ...]]]:
        """Return the parts that are lists of the customer's objects."""
        return {name: self.parts[name] for name in _LISTED if name in self.parts}


async def _read(cli: CliContext, typed: str, *, with_discounts: bool) -> Profile | ShownInvoice:
    from wbtui.cli.showing_invoice import read_invoice
    from wbtui.services.resolve import resolve

    async with opened(cli) as services:
        found = await resolve(services, typed)
        if found.kind == "invoice":
            return await read_invoice(services, found.id)
        return await read_profile(services, found.id, with_discounts=with_discounts)


async def read_profile(services: Services, customer_id: str, *, with_discounts: bool = False) -> Profile:
    """Return the profile of a customer, its parts loaded at once. Says what is missing and how old it is."""
    from asyncio import gather

    from wbtui.cli.showing_rows import failures, load
    from wbtui.models.parts import CUSTOMER, CUSTOMER_PARTS, DISCOUNTS, PLANS, USAGE
    from wbtui.ui.format import ago

    owned = (CUSTOMER, *(part for part in CUSTOMER_PARTS if part.name in _LISTED), USAGE)
    catalogue = (PLANS, DISCOUNTS) if with_discounts else (PLANS,)
    loads = [load(services, part, customer_id) for part in owned]
    loaded = await gather(*loads, *(load(services, part, "") for part in catalogue))
    for sentence in failures(loaded):
        say(sentence)
    parts = {one.part.name: one.stamped for one in loaded if one.stamped is not None}
    say(f"As of {ago(max(one.age(services.now()) for one in parts.values()))}.")
    return _with_features(Profile(parts.pop(CUSTOMER.name), parts, services.today()))


def _with_features(profile: Profile) -> Profile:
    """Add the features with their access, and report on stderr which data for it is missing."""
    from wbtui.models.entitlements import entitlements
    from wbtui.ui.text import entitlements as text

    subscriptions = profile.parts.get("subscriptions")
    usage, plans = (getattr(profile.parts.get(name), "value", None) for name in ("usage", "plans"))
    if subscriptions is None:
        return profile
    is_summary = subscriptions.source == "snapshot"
    for note in text.not_judged(usage, plans, is_summary=is_summary):
        say(note)
    if is_summary:
        return profile
    customer, signed = profile.customer.value, subscriptions.value
    found = entitlements(customer.status, signed, usage, plans, profile.today)
    return replace(profile, features=[(one, text.why(one, signed, profile.today)) for one in found])


def _account(customer: Customer) -> Iterator[tuple[str, str]]:
    """Yield what the account's own status adds to the billing status, such as "not registered"."""
    from wbtui.models.customer import CustomerStatus
    from wbtui.ui import states

    if customer.status not in (CustomerStatus.ACTIVE, CustomerStatus.INACTIVE):  # inactive: frozen
        yield "Account", states.CUSTOMER[customer.status].text


def _blocks(profile: Profile) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Return the profile as headings with table rows."""
    from wbtui.cli.showing_rows import listed
    from wbtui.models.parts import CUSTOMER_PARTS
    from wbtui.models.payment import disputed_invoices
    from wbtui.models.text import clean
    from wbtui.services.ownership import is_owner_confirmed
    from wbtui.ui import format as f
    from wbtui.ui import states
    from wbtui.ui.text.panels import OWNER_NOT_CONFIRMED

    customer, parts = profile.customer.value, profile.listed()
    contact: list[tuple[str, ...]] = [
        ("ID", customer.id),
        *([("Company", customer.company)] if customer.company else []),
        ("Reference", customer.reference or f.NOTHING),
        *((f"E-mail ({mail.label})" if mail.label else "E-mail", mail.address) for mail in customer.emails),
        ("Status", states.BILLING[customer.billing_status].text),
        *_account(customer),
        ("Owes", f.amounts(customer.owed)),
        ("Address", customer.address.one_line if customer.address else f.NOTHING),
        ("VAT ID", customer.vat_id or f.NOTHING),
        ("Notes", customer.notes or f.NOTHING),
    ]
    blocks: list[tuple[str, list[tuple[str, ...]]]] = [(clean(customer.title), contact)]
    disputed = disputed_invoices(parts["payments"].value if "payments" in parts else ())
    numbers = {one.id: one.number for one in parts["invoices"].value} if "invoices" in parts else {}
    titles = {part.name: part.title for part in CUSTOMER_PARTS}
    for name, part in parts.items():
        rows = listed(name, part.value, profile.today, disputed, customer.status, numbers) or [("none",)]
        note = "" if is_owner_confirmed(part.value) else f" · {OWNER_NOT_CONFIRMED}"
        blocks.append((titles[name] + note, rows))
    return blocks
