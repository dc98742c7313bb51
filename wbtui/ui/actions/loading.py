"""Load what a form needs: the object, the customer and the parts; from the cache while they are fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from textual.content import Content

from wbtui.errors import NOT_REACHED, NotOffered
from wbtui.models.customer import Customer
from wbtui.models.parts import CATALOGUE, CUSTOMER, Part
from wbtui.models.preview_text import Difference
from wbtui.services.actions.subjects import OfflineReader, load_subject
from wbtui.ui.actions.data import FormData
from wbtui.ui.actions.form import Form
from wbtui.ui.host import Host, default_currency, unsupported_in
from wbtui.ui.text.actions import offline_note, refreshing


class Loaded(NamedTuple):
    """Data of a form, with its age and what is missing.

    Attributes:
        cached_at: when the oldest of it was fetched that is stale and was not confirmed by the server; else
            None.
        missing: titles of the parts that are not available offline.
        refreshing: whether what is stale is fetched again behind the form, as after a read of the cache only.
        disabled_reason: why the action is not possible any more, found after the form was opened.
        changes: what has changed since the form was opened, where its answers stayed.
    """

    data: FormData
    cached_at: datetime | None
    missing: tuple[str, ...]
    refreshing: bool = False
    disabled_reason: str | None = None
    changes: Sequence[Difference] = ()

    def note(self, reason: str | None, now: datetime, keep: str) -> Content | None:
        """Say why there is no preview, the age of the data, what has changed; None where all is current.

        `keep` is the key that keeps a draft.
        """
        cached_at = None if self.refreshing and reason is None else self.cached_at
        return offline_note(reason, cached_at, self.missing, now, keep, self.changes)

    def age(self, reason: str | None, now: datetime) -> str:
        """Return the age of stale data while it is fetched again; else nothing, where the note says it."""
        if self.cached_at is None or not self.refreshing or reason is not None:
            return ""
        return refreshing(self.cached_at, now)


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
    NotCached (`cached`, and something is not cached).
    """
    services = app.services
    reader = OfflineReader(services.profiles)
    read_part = reader.cached if cached else reader.load
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
    data = FormData(
        customer=known,
        subject=subject or known,
        today=app.today(),
        agent=services.connection.agent,
        currency=default_currency(app),
        ticket=ticket or "",
        unsupported=unsupported_in(app, form.kind),
        parts={part.name: value for part, value in zip(wanted, values, strict=True)},
    )
    return Loaded(data, reader.cached_at, tuple(missing), refreshing=cached and reader.cached_at is not None)
