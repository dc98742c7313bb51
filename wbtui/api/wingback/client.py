"""Wingback client. Uses the portal extension if the server offers it, else the documented API."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from wbtui import errors
from wbtui.api import faults
from wbtui.api.address import normal_origin
from wbtui.api.http import Http
from wbtui.api.options import HttpOptions
from wbtui.api.port import ChangePage, Lookup
from wbtui.api.wingback import mapping_action, records
from wbtui.api.wingback.extension import Extension
from wbtui.api.wingback.paging import hits_of
from wbtui.api.wingback.plain import Plain
from wbtui.api.wingback.plain_actions import BASIS, PlainActions
from wbtui.api.wingback.plain_writes import UNSUPPORTED
from wbtui.api.wingback.wire import Wire
from wbtui.clock import utc_now
from wbtui.models.actions import Action
from wbtui.models.capability import Environment, System
from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceRow
from wbtui.models.page import Page
from wbtui.models.parts import CATALOGUE, Part
from wbtui.models.preview import Intent, Outcome, Preview
from wbtui.models.secret import Secret

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

_ENVIRONMENTS = {".demo.": Environment.DEMO, ".test.": Environment.TEST}


class WingbackClient:
    """Implementation of `BillingAPI` for Wingback."""

    def __init__(
        self,
        base_url: str,
        key: str | Secret,
        *,
        options: HttpOptions | None = None,
        clock: Callable[[], datetime] = utc_now,
        rng: random.Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Raises BadInput for an invalid URL or key. `sleep` and `transport` are for tests."""
        self._http = Http(
            normal_origin(base_url),
            Secret(key),
            options or HttpOptions(),
            rng=rng or random.Random(),
            sleep=sleep,
            transport=transport,
        )
        self._clock = clock
        self._extension = Extension(self._http)
        self._plain = Plain(self._http, clock)
        self._plain_actions = PlainActions(self._http, clock, self._plain)
        self._system: System | None = None

    # ── discovery ──
    async def discover(self) -> System:
        """Return the system. Not cached, so that it also serves as a connection check."""
        answer = await self._http.read("GET", "/x/v1")
        if answer.status == 404:
            self._system = await self._discover_plain()
            return self._system
        body = faults.body_of(answer)
        with faults.reading(answer):
            self._system = records.system(Wire(body))
        return self._system

    async def _discover_plain(self) -> System:
        answer = await self._http.read("GET", "/v1/c/customer", params={"status": "active", "limit": "20"})
        if answer.status in (404, 405):
            raise errors.BadAnswer(
                f"{urlsplit(self._http.origin).netloc} is not a Wingback server.",
                hint="Check the URL of the connection. The API key was not checked.",
                request_id=answer.request_id,
            )
        body = faults.body_of(answer)
        now = answer.server_time() or self._clock()
        with faults.reading(answer):
            currency = _usual_currency(body)
        host = urlsplit(self._http.origin).hostname or ""
        return System(
            environment=_environment(host),
            merchant_id="",
            merchant=host,
            server_time=now,
            today=now.date(),
            default_currency=currency,
            capabilities=self._plain.capabilities,
            extension=False,
            keys_honoured=False,
            unsupported=UNSUPPORTED,
        )

    async def _known(self) -> System:
        return self._system or await self.discover()

    async def _dialect(self) -> Extension | Plain:
        return self._extension if (await self._known()).extension else self._plain

    async def _actions(self) -> Extension | PlainActions:
        return self._extension if (await self._known()).extension else self._plain_actions

    # ── reads ──
    async def customers(self, cursor: str | None = None, *, limit: int = 200) -> Page[Customer]:
        return await (await self._dialect()).customers(cursor, limit)

    async def invoices(self, cursor: str | None = None, *, limit: int = 200) -> Page[InvoiceRow]:
        return await (await self._dialect()).invoices(cursor, limit)

    async def changes(self, since: str) -> ChangePage:
        return await (await self._dialect()).changes(since)

    async def lookup(self, wanted: Lookup, *, limit: int = 20) -> Page[Customer]:
        return await (await self._dialect()).lookup(wanted, limit)

    async def read(self, part: Part[T], owner: str) -> T:
        system = await self._known()
        if not system.can(part.capability):
            raise errors.NotOffered(
                f"{part.title}: {system.disabled_reason(part.capability) or 'not supported.'}", hint=""
            )
        if part not in CATALOGUE and not owner:
            raise errors.BadInput("Invalid ID.")
        found: T = await (await self._dialect()).readers[part](owner)
        return found

    # ── actions ──
    async def preview(self, action: Action) -> Preview:
        system = await self._known()
        disabled_reason = system.disabled_reason(action.capability)
        if disabled_reason is not None:
            raise errors.NotOffered(disabled_reason)
        return await (await self._actions()).preview(action)

    def build_intent(self, action: Action, preview: Preview, key: str) -> Intent:
        if preview.basis.startswith(BASIS):
            body = PlainActions.build_intent(action, preview)
        else:
            body = mapping_action.to_bytes({"key": key, "action": action.wire(), "basis": preview.basis})
        return Intent(key=key, action=action, preview=preview, body=body)

    async def perform(self, intent: Intent, *, on_sending: Callable[[], None] | None = None) -> Outcome:
        # The basis shows which API made the preview: no request is needed before the action.
        by_hash = intent.preview.basis.startswith(BASIS)
        dialect = self._plain_actions if by_hash else self._extension
        return await dialect.perform(intent, on_sending)

    async def outcome_of(self, key: str) -> Outcome:
        return await (await self._actions()).outcome_of(key)

    async def abandon(self, key: str) -> Outcome:
        return await (await self._actions()).abandon(key)

    async def values_at(self, customer_id: str, paths: Sequence[str]) -> Mapping[str, str | None]:
        return await (await self._actions()).values_at(customer_id, paths)

    async def aclose(self) -> None:
        await self._http.aclose()


def _environment(host: str) -> Environment:
    """Return the environment of a documented Wingback host, else UNKNOWN."""
    if not host.endswith(".wingback.com"):
        return Environment.UNKNOWN
    return next((word for part, word in _ENVIRONMENTS.items() if part in f".{host}"), Environment.LIVE)


def _usual_currency(body: Any) -> str:
    """Return the most frequent currency of the contracts, because plain Wingback has no default currency."""
    seen = Counter(
        contract.currency()
        for hit in hits_of(body)
        for contract in hit.objects("contracts")
        if contract.has("currency")
    )
    return seen.most_common(1)[0][0] if seen else "usd"
