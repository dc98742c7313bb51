"""Load what a form needs: the object, the customer and the parts; offline from the cache."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any, NamedTuple

from wbtui.errors import NotOffered
from wbtui.models.customer import Customer
from wbtui.models.parts import CATALOGUE, CUSTOMER, Part
from wbtui.services.actions.subjects import NOT_REACHED, OfflineReader, load_subject
from wbtui.ui.actions.data import FormData
from wbtui.ui.actions.form import Form
from wbtui.ui.host import Host


class Loaded(NamedTuple):
    """Data of a form, with its age and what is missing.

    Attributes:
        cached_at: when the oldest of it was fetched, where the server could not be reached; else None.
        missing: titles of the parts that are not available offline.
    """

    data: FormData
    cached_at: datetime | None
    missing: tuple[str, ...]


async def load_form(
    app: Host,
    form: Form,
    customer: Customer,
    subject_id: str,
    *,
    fresh: bool = False,
    cached: bool = False,
) -> Loaded:
    """Return what a form needs; with `fresh`, the customer and the object as the server has them now.

    With `cached`, the server is not asked. Raises NotFound, Offline (the object is not cached), ApiErrors,
    NotCached (`cached`, and something is not cached or stale).
    """
    services = app.services
    reader = OfflineReader(services.profiles, customer.id)
    read_part = reader.fresh if cached else reader.load
    read = reader.fetch if fresh else read_part
    missing: list[str] = []

    async def load_customer() -> Customer:
        if CUSTOMER in form.needs or not services.link.reachable:
            return (await read(CUSTOMER, customer.id)).value
        return customer

    async def load_object() -> Any:
        if (about := form.model.about) == "customer":
            return None
        return await load_subject(read, about, subject_id, customer.id)

    async def load(part: Part[Any]) -> Any:
        try:
            return (await read_part(part, "" if part in CATALOGUE else customer.id)).value
        except NotOffered:
            return None
        except NOT_REACHED:
            missing.append(part.title)
            return None

    wanted = [part for part in form.needs if part is not CUSTOMER]
    ticket, known, subject, *values = await asyncio.gather(
        services.workspace.last_ticket(), load_customer(), load_object(), *map(load, wanted)
    )
    system = services.system
    data = FormData(
        customer=known,
        subject=subject or known,
        today=app.today(),
        agent=services.connection.agent,
        currency=system.default_currency if system is not None else "eur",
        ticket=ticket or "",
        parts={part.name: value for part, value in zip(wanted, values, strict=True)},
    )
    return Loaded(data, reader.cached_at, tuple(missing))
