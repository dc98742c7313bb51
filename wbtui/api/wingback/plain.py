"""Client of the documented API (/v1/c). Raises NotOffered for everything it does not support."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import date, datetime
from typing import Any, TypeVar

from wbtui import errors
from wbtui.api import faults
from wbtui.api.address import segment
from wbtui.api.answer import Answer
from wbtui.api.http import Http
from wbtui.api.port import ChangePage, Lookup
from wbtui.api.wingback import mapping_plain, mapping_plain_invoice
from wbtui.api.wingback.paging import (
    CursorLoopGuard,
    all_pages,
    check_cursor,
    following,
    gather_limited,
    hits_of,
    read_rows,
    search_params,
)
from wbtui.api.wingback.plain_writes import WRITES
from wbtui.api.wingback.wire import Wire, items_of, of_customer, same_object
from wbtui.models import parts
from wbtui.models.customer import Customer
from wbtui.models.invoice import Invoice, InvoiceRow
from wbtui.models.page import Page
from wbtui.models.payment import PaymentMethod, Wallet
from wbtui.models.plan import Plan
from wbtui.models.subscription import Subscription, SubscriptionBrief
from wbtui.models.usage import UsageSeries

T = TypeVar("T")

_STATUSES = ("active", "inactive", "temporary")
_LARGEST_PAGE = 100
_PLAN_PAGES = 5
"""Pages of customers that are searched for plans."""


class Plain:
    """Requests of `WingbackClient` to a server without the portal extension."""

    def __init__(self, http: Http, clock: Callable[[], datetime]) -> None:
        self._http = http
        self._clock = clock
        self._loop_guards = {kind: CursorLoopGuard() for kind in ("customers", "invoices")}
        self.readers: dict[parts.Part[Any], Callable[[str], Awaitable[Any]]] = {
            parts.CUSTOMER: self.customer,
            parts.SUBSCRIPTIONS: self.subscriptions,
            parts.INVOICES: self._invoices_of,
            parts.INVOICE: self._invoice,
            parts.METHODS: self._methods,
            parts.USAGE: self._usage,
            parts.WALLETS: self._wallets,
            parts.PLANS: self._plans,
        }

    @property
    def capabilities(self) -> frozenset[str]:
        """The capabilities of the documented API: reads and actions."""
        reads = (part.capability for part in self.readers)
        return frozenset([*reads, *(f"action.{kind}" for kind in WRITES)])

    # ── lists ──
    async def customers(self, cursor: str | None, limit: int) -> Page[Customer]:
        """Return one page of customers, by status, because the search requires a parameter.

        The cursor consists of status, total and Wingback's cursor for that status.
        """
        check_cursor(cursor)
        if cursor is None:
            status, total, offset = 0, await self._count(), ""
        else:
            status, total, offset = _parse(cursor)
        params = _page_params(limit, offset, status=_STATUSES[status])
        answer, body = await self._http.get("/v1/c/customer", params)
        with faults.reading(answer):
            hits = list(hits_of(body))
            rows, skipped = await read_rows(hits, mapping_plain.customer, self._http.pause)
            onward = following(body)
            if onward is not None:
                here: str | None = f"{status}.{total}.{onward}"
            else:
                here = f"{status + 1}.{total}." if status + 1 < len(_STATUSES) else None
            self._loop_guards["customers"].note(cursor, here, [str(hit.data.get("id")) for hit in hits])
            return Page(rows, here, total, skipped=skipped)

    async def _count(self) -> int:
        """Return the number of customers over all statuses."""
        total = 0
        for status in _STATUSES:
            answer, body = await self._http.get("/v1/c/customer", _page_params(1, None, status=status))
            with faults.reading(answer):
                total += Wire(body).maybe_whole("total") or 0
        return total

    async def invoices(self, cursor: str | None, limit: int) -> Page[InvoiceRow]:
        check_cursor(cursor)
        return await self._invoice_page(cursor, limit, self._loop_guards["invoices"])

    async def _invoice_page(
        self, cursor: str | None, limit: int, loop_guard: CursorLoopGuard, **filters: str
    ) -> Page[InvoiceRow]:
        answer, body = await self._http.get("/v1/c/invoice", _page_params(limit, cursor, **filters))
        with faults.reading(answer):
            hits = list(hits_of(body))
            rows, skipped = await read_rows(hits, mapping_plain_invoice.row, self._http.pause)
            onward = following(body)
            loop_guard.note(cursor, onward, [str(hit.data) for hit in hits])
            return Page(rows, onward, Wire(body).maybe_whole("total"), skipped=skipped)

    async def changes(self, since: str) -> ChangePage:
        raise errors.NotOffered("Plain Wingback has no change feed.", hint="Run a full sync.")

    async def lookup(self, wanted: Lookup, limit: int) -> Page[Customer]:
        answer, body = await self._http.get("/v1/c/customer", search_params(wanted, limit))
        with faults.reading(answer):
            hits = list(hits_of(body))[:limit]
            rows, skipped = await read_rows(hits, mapping_plain.customer, self._http.pause)
            return Page(rows, None, skipped=skipped)

    # ── parts ──
    async def customer(self, owner: str) -> Customer:
        """Return a customer with the amount owed from the billing entitlement."""
        (answer, wire), standing = await asyncio.gather(self._customer(owner), self._standing(owner))
        with faults.reading(answer):
            today = (answer.server_time() or self._clock()).date()
            return mapping_plain.customer(wire, standing, today)

    async def bare_customer(self, owner: str) -> Customer:
        """Return a customer without the amount owed, by one request."""
        answer, wire = await self._customer(owner)
        with faults.reading(answer):
            return mapping_plain.customer(wire)

    async def _customer(self, owner: str) -> tuple[Answer, Wire]:
        answer, body = await self._http.get(f"/v1/c/customer/{segment(owner)}")
        with faults.reading(answer):
            wire = Wire(body)
            same_object(wire.identity(), owner)
            return answer, wire

    async def _standing(self, owner: str) -> Wire | None:
        """Return the billing entitlement, None for a customer without a contract."""
        try:
            answer, body = await self._http.get(f"/v1/c/entitlement/{segment(owner)}/billing")
        except errors.NotFound:
            return None
        with faults.reading(answer):
            return Wire(body)

    async def subscriptions(self, owner: str) -> tuple[Subscription, ...]:
        answer, wire = await self._customer(owner)
        with faults.reading(answer):
            ids = [contract.identity() for contract in wire.objects("contracts")]
        found = await gather_limited(ids, lambda identifier: self.subscription(identifier, owner))
        return tuple(sorted(found, key=lambda one: one.start or date.max, reverse=True))

    async def subscription(self, identifier: str, owner: str | None = None) -> Subscription:
        """Return a subscription; raises BadAnswer if it belongs to another customer than `owner`."""
        answer, body = await self._http.get(f"/v1/c/contract/{segment(identifier)}")
        with faults.reading(answer):
            found = mapping_plain.subscription(Wire(body))
            same_object(found.id, identifier)
            same_object(found.customer_id, owner or found.customer_id)
            return found

    async def _invoices_of(self, owner: str) -> tuple[InvoiceRow, ...]:
        loop_guard = CursorLoopGuard()
        found = await all_pages(
            lambda cursor: self._invoice_page(cursor, _LARGEST_PAGE, loop_guard, customer=owner)
        )
        if any(row.customer_id != owner for row in found):
            raise errors.BadAnswer("The list of invoices contains one of another customer.")
        return tuple(sorted(found, key=lambda row: row.date, reverse=True))

    async def _invoice(self, owner: str) -> Invoice:
        answer, body = await self._http.get(f"/v1/c/invoice/{segment(owner)}")
        with faults.reading(answer):
            found = mapping_plain_invoice.invoice(Wire(body))
            same_object(found.id, owner)
            return found

    async def _methods(self, owner: str) -> tuple[PaymentMethod, ...]:
        answer, body = await self._http.get(f"/v1/c/customer/{segment(owner)}/payment/method")
        with faults.reading(answer):
            found = [mapping_plain.method(item) for item in of_customer(items_of(body), owner)]
            return tuple(sorted(found, key=lambda one: (one.order is None, one.order or 0)))

    async def _usage(self, owner: str) -> tuple[UsageSeries, ...]:
        return await self._entitled(owner, "access", mapping_plain.usage)

    async def _wallets(self, owner: str) -> tuple[Wallet, ...]:
        return await self._entitled(
            owner, "billing", lambda item, whose: mapping_plain.wallets(item, owner, whose)
        )

    async def _entitled(
        self, owner: str, kind: str, read: Callable[[Wire, str | None], Iterable[T]]
    ) -> tuple[T, ...]:
        """Return what an entitlement holds: an object or, as a public client expects, an array.

        It names a contract and not the customer. `read` is passed the customer if the contract is theirs,
        None if none is named. Raises BadAnswer for a contract that the customer does not have.
        """
        try:
            (answer, body), (_, customer) = await asyncio.gather(
                self._http.get(f"/v1/c/entitlement/{segment(owner)}/{kind}"), self._customer(owner)
            )
        except errors.NotFound:
            return ()
        with faults.reading(answer):
            own = {contract.identity() for contract in customer.objects("contracts")}
            found: list[T] = []
            for item in of_customer(items_of(body), owner):
                identifier = item.part("contract").maybe_identity("contract_id")
                if identifier is not None and identifier not in own:
                    raise item.bad("contract", "is not one of the customer asked for")
                found += read(item, owner if identifier is not None else item.maybe_identity("customer_id"))
            return tuple(found)

    async def _plans(self, _owner: str) -> tuple[Plan, ...]:
        """Return the plans that customers have: Wingback lists none.

        Those of the first pages of active customers, with the price of the newest subscription to each.
        """
        newest: dict[tuple[str, str], tuple[date, str]] = {}
        async for answer, contracts in self._contract_pages(status=_STATUSES[0]):
            with faults.reading(answer):
                for contract in contracts:
                    named = contract.text("plan_id", ""), contract.text("pricing_id", "")
                    start = contract.maybe_day("activation") or date.min
                    if all(named) and contract.data.get("status") == "active":
                        newest[named] = max(newest.get(named, (start, "")), (start, contract.identity()))
        found = await gather_limited([identifier for _, identifier in newest.values()], self.subscription)
        return mapping_plain.plans(found)

    async def any_subscription(self, plan_id: str, pricing_id: str) -> SubscriptionBrief | None:
        """Return a subscription of any customer to a plan and price, None if the first pages have none."""
        async for answer, contracts in self._contract_pages(plan=plan_id):
            with faults.reading(answer):
                for contract in contracts:
                    named = contract.text("plan_id", ""), contract.text("pricing_id", "")
                    if named == (plan_id, pricing_id):
                        return mapping_plain.subscription_brief(contract)
        return None

    async def _contract_pages(self, **filters: str) -> AsyncIterator[tuple[Answer, list[Wire]]]:
        """Yield the contracts of the customers of each of the first pages."""
        cursor: str | None = None
        for _ in range(_PLAN_PAGES):
            params = _page_params(_LARGEST_PAGE, cursor, **filters)
            answer, body = await self._http.get("/v1/c/customer", params)
            with faults.reading(answer):
                contracts = [contract for hit in hits_of(body) for contract in hit.objects("contracts")]
                cursor = following(body)
            yield answer, contracts
            if cursor is None:
                return


def _page_params(limit: int, offset: str | None, **filters: str) -> dict[str, str]:
    """Return the parameters of the page that begins at `offset`, by default the first one."""
    params = {**filters, "limit": str(min(max(limit, 1), _LARGEST_PAGE))}
    return params | {"offset": offset, "direction": "forward"} if offset else params


def _parse(cursor: str) -> tuple[int, int, str]:
    try:
        status, total, offset = cursor.split(".", 2)
        place = int(status), int(total), offset
        if 0 <= place[0] < len(_STATUSES):
            return place
    except ValueError:
        pass
    raise errors.CursorExpired("The cursor is not one of plain Wingback.")
