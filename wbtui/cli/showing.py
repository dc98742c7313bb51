"""`wbtui show`: the profile of one customer as text or JSON."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from wbtui.cli.context import CliContext, out, out_json, pass_cli, run, say, table
from wbtui.cli.opening import opened
from wbtui.cli.output import stamped_json
from wbtui.errors import WbtuiError

if TYPE_CHECKING:
    from datetime import date

    from wbtui.models.customer import Customer
    from wbtui.models.entitlements import Entitlement
    from wbtui.models.invoice import InvoiceRow
    from wbtui.models.page import Stamped
    from wbtui.models.payment import CreditNote
    from wbtui.models.subscription import Subscription
    from wbtui.services.open import Services

_SHOWN = {"cache": "cached data", "snapshot": "the summary from the last sync"}
_LONGEST_REASON = 200
_LISTED = (
    "subscriptions", "invoices", "payments", "refunds", "credits", "credit_notes", "wallets", "methods"
)  # fmt: skip


@click.command(short_help="Show one customer.")
@click.argument("customer")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Output JSON: all that is listed, with all its fields, and the plans.",
)
@pass_cli
def show(cli: CliContext, customer: str, as_json: bool) -> None:
    """Show the profile of a customer, given by ID, reference, e-mail or name.

    Falls back to cached data if the billing system cannot be reached.
    """
    from wbtui.services.ownership import is_owner_confirmed
    from wbtui.ui.text import entitlements as text

    profile = run(_read(cli, customer))
    if as_json:
        parts, plans = profile.listed(), profile.parts.get("plans")
        out_json(
            {
                "customer": stamped_json(profile.customer),
                "not_confirmed": [name for name, part in parts.items() if not is_owner_confirmed(part.value)],
                "summaries": [name for name, part in parts.items() if part.source == "snapshot"],
                **{name: [row.model_dump(mode="json") for row in part.value] for name, part in parts.items()},
                "plans": plans and [plan.model_dump(mode="json") for plan in plans.value],
                "features": profile.features and [_as_json(one, reason) for one, reason in profile.features],
            }
        )
        return
    for number, (heading, lines) in enumerate(_blocks(profile)):
        out(("" if number == 0 else "\n") + heading)
        table(lines)
    if profile.features:
        out(f"\n{text.TITLE}")
        rows = ((one.feature.name, text.STATES[one.access].text, why) for one, why in profile.features)
        table(rows, limit=_LONGEST_REASON)


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


async def _read(cli: CliContext, typed: str) -> Profile:
    from wbtui.services.resolve import resolve_customer

    async with opened(cli) as services:
        return await read_profile(services, (await resolve_customer(services, typed)).id)


async def read_profile(services: Services, customer_id: str) -> Profile:
    """Return the profile of a customer, its parts loaded at once. Says what is missing and the ages."""
    from asyncio import gather

    from wbtui.models.parts import CUSTOMER, CUSTOMER_PARTS, PLANS, USAGE
    from wbtui.ui.format import ago

    owned = (CUSTOMER, *(part for part in CUSTOMER_PARTS if part.name in _LISTED), USAGE)
    loads = [_load(services, part, customer_id) for part in owned]
    loaded = await gather(*loads, _load(services, PLANS, ""))
    for _, failure in loaded:
        if failure:
            say(failure)
    names = [part.name for part in (*owned, PLANS)]
    parts = {name: one for name, (one, _) in zip(names, loaded, strict=True) if one is not None}
    ages = sorted({ago(one.age(services.now())) for one in parts.values()})
    say(f"As of {', '.join(ages)}.")
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


async def _load(services: Services, part: Any, owner: str) -> tuple[Stamped[Any] | None, str]:
    """Return a part from the server, else from the cache, and why it is not from the server.

    Raises the error of the customer, where nothing of them is cached.
    """
    try:
        return await services.profiles.load(part, owner, force=True), ""
    except WbtuiError as error:
        cached: Stamped[Any] | None = await services.profiles.cached(part, owner)
        cached = cached or await services.profiles.summary(part, owner)
        shown = "" if cached is None else f" Showing {_SHOWN[cached.source]}."
        named = "" if error.sentence.startswith(f"{part.title}: ") else f"{part.title}: "
        if cached is None and part.name == "customer":
            raise
        return cached, f"{named}{error.sentence}{shown}"


def _blocks(profile: Profile) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Return the profile as headings with table rows."""
    from wbtui.models.payment import disputed_invoices
    from wbtui.models.text import clean
    from wbtui.services.ownership import is_owner_confirmed
    from wbtui.ui import format as f
    from wbtui.ui.text.panels import OWNER_NOT_CONFIRMED

    customer, parts = profile.customer.value, profile.listed()
    contact: list[tuple[str, ...]] = [
        ("ID", customer.id),
        ("reference", customer.reference or f.NOTHING),
        *((f"e-mail {mail.label}", mail.address) for mail in customer.emails),
        ("status", f.BILLING[customer.billing_status].text),
        ("owes", f.amounts(customer.owed)),
        ("address", customer.address.one_line if customer.address else f.NOTHING),
        ("VAT ID", customer.vat_id or f.NOTHING),
        ("notes", customer.notes or f.NOTHING),
    ]
    blocks: list[tuple[str, list[tuple[str, ...]]]] = [(clean(customer.title), contact)]
    disputed = disputed_invoices(parts["payments"].value if "payments" in parts else ())
    cells = _cells(profile.today, disputed)
    for name, part in parts.items():
        rows = [cells[name](row) for row in part.value] or [("none",)]
        note = "" if is_owner_confirmed(part.value) else f" · {OWNER_NOT_CONFIRMED}"
        blocks.append((f.spaced(name).capitalize() + note, rows))
    return blocks


def _cells(today: date, disputed: Collection[str]) -> Mapping[str, Callable[[Any], tuple[str, ...]]]:
    """Return by name of the part how one of its objects is listed. `disputed`: IDs of invoices."""
    from wbtui.ui import format as f
    from wbtui.ui.text import billing

    def dated(one: Any, state: str, details: str) -> tuple[str, ...]:
        return f.full_day(one.at.date()), f.money(one.money), state, details, one.id

    def invoice(one: InvoiceRow) -> tuple[str, ...]:
        state = f.invoice_state(one, today, refunded=one.refunded, disputed=one.id in disputed)
        return one.number, f.full_day(one.date), f.money(one.total), f.money(one.open), state.text, one.id

    def subscription(one: Subscription) -> tuple[str, ...]:
        state = f.SUBSCRIPTION[one.status].text
        return one.plan, f.cycle(one.cycle), f.money(one.amount), state, one.id

    def credit_note(one: CreditNote) -> tuple[str, ...]:
        return one.number, f.full_day(one.at.date()), f.money(one.money), f.spaced(one.reason), one.id

    return {
        "subscriptions": subscription,
        "invoices": invoice,
        "payments": lambda one: dated(one, f.PAYMENT[one.status].text, billing.payment_details(one, today)),
        "refunds": lambda one: dated(one, f.REFUND[one.status].text, billing.refund_details(one, today)),
        "credits": lambda one: dated(one, f.spaced(one.kind), billing.credit_details(one, today)),
        "credit_notes": credit_note,
        "wallets": lambda one: (one.name, f.units(one.balance), one.currency.upper(), one.id),
        "methods": lambda one: (f.method(one, today), f.METHOD[one.status].text, one.id),
    }
