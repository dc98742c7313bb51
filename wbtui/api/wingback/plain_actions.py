"""Actions with the documented API (/v1/c): previewed from what is read, checked again just before sending.

The API has no previews, no versions and no idempotency keys. A basis is a hash of the preview and the objects
it was made from; a lost answer is looked up by reading the customer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from wbtui import errors
from wbtui.api import faults
from wbtui.api.address import segment
from wbtui.api.answer import Answer, Unreadable
from wbtui.api.http import Http
from wbtui.api.wingback import mapping_action, mapping_plain_invoice
from wbtui.api.wingback.plain import Plain
from wbtui.api.wingback.plain_texts import LABELS, Texts, read_texts
from wbtui.api.wingback.plain_writes import TERMS, UNSUPPORTED, WRITES, Found, Write
from wbtui.api.wingback.wire import Wire, fingerprint
from wbtui.models.actions import Action
from wbtui.models.activity import Ref
from wbtui.models.money import Money, total
from wbtui.models.preview import Change, Intent, Outcome, Preview, PreviewLine, Rule, Status, Warn

T = TypeVar("T")

BASIS = "wingback-plain."
"""Prefix of a basis made here."""

_PREVIEW_HOLDS = timedelta(minutes=15)
_FIELDS = {"unit_count_configuration": "units"}
"""Members of our actions by the names of the documented API, where they differ."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an upgrade costs now. `open_invoices` are those of the present contract, with their totals."""

    is_downgrade: bool
    lines: tuple[PreviewLine, ...]
    due: tuple[Money, ...]
    open_invoices: tuple[str, ...]


class PlainActions:
    """Previews and performs actions."""

    def __init__(self, http: Http, clock: Callable[[], datetime], reads: Plain) -> None:
        self._http = http
        self._clock = clock
        self._reads = reads

    # ── preview ──
    async def preview(self, action: Action) -> Preview:
        write = WRITES[action.kind]
        _check_supported(action, write)
        found = await self._found(action)
        reason = type(action).disabled_reason_for(found.customer, found.subscription or found.customer)
        if reason is not None:
            return self._with_basis(found, refused=Rule(code="not_possible", message=reason))
        effects = write.effects(action, found)
        changes = tuple(_changes(effects, found))
        if (reason := write.nothing_to_do(action, found)) is not None:
            return self._with_basis(found, refused=Rule(code="nothing_to_do", message=reason))
        estimate = await self._estimate(action, write, effects) if write.estimated(action) else None
        if estimate is not None and estimate.is_downgrade and not getattr(action, "downgrade_allowed", True):
            text = "This is a downgrade within the billing period. Allow it, or change at renewal."
            return self._with_basis(found, refused=Rule(code="downgrade_not_allowed", message=text))
        due = estimate.due if estimate is not None else ()
        return self._with_basis(
            found,
            lines=estimate.lines if estimate is not None else (),
            due_now=due,
            amount=due[0] if len(due) == 1 else None,
            amount_unknown=write.unpriced,
            changes=changes,
            reversible=write.reversible(action),
            warnings=tuple(_warnings(action, write, found, estimate)),
        )

    async def _found(self, action: Action) -> Found:
        """Read the customer and, where the action names them, subscriptions and the plan it leads to."""
        owner, at, reads = action.customer_id, self._clock(), self._reads
        contract_id, units, plan_id, pricing_id = (
            getattr(action, name, None) for name in ("contract_id", "units", "plan_id", "pricing_id")
        )
        customer, subscription, subscriptions, target = await asyncio.gather(
            reads.bare_customer(owner),
            reads.subscription(contract_id, owner) if contract_id else _already(None),
            reads.subscriptions(owner) if units else _already(()),
            reads.any_subscription(plan_id, pricing_id) if plan_id and pricing_id else _already(None),
        )
        return Found(customer, at, subscription, subscriptions, target)

    async def _estimate(self, action: Action, write: Write[Any], after: Texts) -> Estimate:
        """Ask for the price of an upgrade; retried like a read because it changes nothing."""
        body = mapping_action.to_bytes(write.body(action, after))
        answer = await self._http.read("POST", f"{_url(action, write)}_estimate", body=body)
        try:
            content = faults.body_of(answer)
        except errors.Rejected as error:
            raise _with_our_names(error) from None
        with faults.reading(answer):
            return _read_estimate(Wire(content))

    def _with_basis(self, found: Found, **members: Any) -> Preview:
        """Return the preview with a hash of it and of the objects it was made from."""
        now = self._clock()
        until = now + _PREVIEW_HOLDS
        preview = Preview(basis=BASIS, computed_at=now, expires_at=until, emails=None, **members)
        read = [one for one in (found.customer, found.subscription, *found.subscriptions) if one is not None]
        parts: list[Any] = [one.model_dump(mode="json", exclude={"version"}) for one in read]
        parts.append(preview.model_dump(mode="json", exclude={"basis", "computed_at", "expires_at"}))
        return preview.model_copy(update={"basis": BASIS + fingerprint(parts)})

    # ── perform ──
    @staticmethod
    def build_intent(action: Action, preview: Preview) -> bytes:
        """Return the body of the request, empty for a call without one."""
        after = {_member(change.path, action.customer_id): change.after for change in preview.changes}
        body = WRITES[action.kind].body(action, after)
        return b"" if body is None else mapping_action.to_bytes(body)

    async def perform(self, intent: Intent, on_sending: Callable[[], None] | None) -> Outcome:
        """Compute the preview again, and send if nothing has changed. It may still change in between."""
        action = intent.action
        with _nothing_sent():
            fresh = await self.preview(action)
            if fresh.basis != intent.preview.basis:
                raise errors.BasisChanged("The data has changed since the preview.", preview=fresh)
        write = WRITES[action.kind]
        answer = await self._http.send_once(_url(action, write), intent.body, on_sending=on_sending)
        if not 200 <= answer.status < 300:
            raise _with_our_names(faults.status_error(answer, write=True))
        with faults.reading(answer):
            return self._done(intent, write, answer)

    def _done(self, intent: Intent, write: Write[Any], answer: Answer) -> Outcome:
        link, objects = None, []
        if write.answer != "nothing":
            value = answer.json()
            if not isinstance(value, str) or not value:
                raise Unreadable("it is not a link" if write.answer == "link" else "it is not an ID")
            if write.answer == "link":
                link = mapping_action.link(value)
            else:
                objects.append(Ref(type="contract", id=value))
        return Outcome(
            key=intent.key,
            kind=intent.action.kind,
            status=Status.DONE,
            objects=tuple(objects),
            link=link,
            at=self._clock(),
        )

    # ── afterwards ──
    async def outcome_of(self, key: str) -> Outcome:
        raise errors.NotOffered("Plain Wingback does not record outcomes.")

    async def abandon(self, key: str) -> Outcome:
        raise errors.NotOffered("Plain Wingback cannot abandon an action.")

    async def values_at(self, customer_id: str, paths: Sequence[str]) -> Mapping[str, str | None]:
        named = {path: _member(path, customer_id) for path in paths}
        members = {path: name for path, name in named.items() if not name.startswith(TERMS)}
        if not members:
            return {}
        units = any(name.startswith("units.") for name in members.values())
        customer, subscriptions = await asyncio.gather(
            self._reads.bare_customer(customer_id),
            self._reads.subscriptions(customer_id) if units else _already(()),
        )
        texts = read_texts(customer, subscriptions)
        return {path: texts.get(name) for path, name in members.items()}


async def _already(value: T) -> T:
    return value


def _with_our_names(error: errors.ApiError) -> errors.ApiError:
    """Return the error with the members that Wingback rejects by the names of our actions."""
    if not isinstance(error, errors.Rejected) or not error.fields:
        return error
    fields = {_FIELDS.get(name, name): text for name, text in error.fields.items()}
    sentence = " ".join(fields.values())
    return errors.Rejected(sentence, fields=fields, code=error.code, request_id=error.request_id)


@contextmanager
def _nothing_sent() -> Iterator[None]:
    """Mark errors before a write as not sent."""
    try:
        yield
    except errors.ApiError as error:
        error.sent = False
        raise


def _url(action: Action, write: Write[Any]) -> str:
    ids = {name: segment(value) for name, value in action if f"{{{name}}}" in write.path}
    return write.path.format_map(ids)


def _path_of(member: str, customer_id: str) -> str:
    return f"customer/{customer_id}/{member}"


def _member(path: str, customer_id: str) -> str:
    return path.removeprefix(_path_of("", customer_id))


def _check_supported(action: Action, write: Write[Any]) -> None:
    """Raise Rejected with what the documented API cannot express, by member."""
    wrong = {one.member: one.reason for one in UNSUPPORTED if one.concerns(action)}
    fields = wrong | {name: text for name, text in write.unsupported(action).items() if text is not None}
    if fields:
        raise errors.Rejected(next(iter(fields.values())), fields=fields)


def _changes(effects: Texts, found: Found) -> Iterator[Change]:
    before = read_texts(found.customer, found.subscriptions)
    for name, after in effects.items():
        label = LABELS.get(name) or f"Units ({name.partition('.')[2]})"
        path = _path_of(name, found.customer.id)
        # A term is shown by the form; as unchanged it travels with the preview to the request.
        was = after if name.startswith(TERMS) else before.get(name)
        yield Change(path=path, label=label, before=was, after=after)


def _warnings(action: Action, write: Write[Any], found: Found, estimate: Estimate | None) -> Iterator[Warn]:
    if (text := write.repeats(action, found)) is not None:
        yield Warn(code="plan_unchanged", text=text, confirm=True)
    if estimate is not None and estimate.is_downgrade:
        yield Warn(code="downgrade", text="This is a downgrade.", confirm=False)
    if estimate is not None and estimate.open_invoices:
        still_open = ", ".join(estimate.open_invoices)
        yield Warn(
            code="open_invoices", text=f"Still to be paid for this subscription: {still_open}.", confirm=False
        )
    if estimate is not None and not estimate.lines:
        text = "Wingback names no invoice for this change, and doesn't tell whether unused time is credited."
        yield Warn(code="no_invoice", text=text, confirm=False)
    if (text := write.caution(action)) is not None:
        yield Warn(code="caution", text=text, confirm=write.unpriced)


def _read_estimate(wire: Wire) -> Estimate:
    """Read `UpgradeEstimate`: the expected invoices of the new contract, and the open ones of the present."""
    lines: list[PreviewLine] = []
    sums: dict[str, list[Money]] = {}
    for details in wire.objects("price_on_new_contract"):
        invoice = details.object("invoice")
        currency = invoice.currency()
        sums.setdefault(currency, []).append(invoice.amount("total", currency))
        for line in mapping_plain_invoice.lines(details, currency, "invoice_items"):
            tax = line.tax.money if line.tax is not None else None
            lines.append(PreviewLine(label=line.name, money=line.total, tax=tax))
    return Estimate(
        is_downgrade=wire.flag("is_downgrade"),
        lines=tuple(lines),
        due=tuple(due for currency, found in sums.items() if (due := total(found, currency))),
        open_invoices=tuple(_open_invoices(wire)),
    )


def _open_invoices(wire: Wire) -> Iterator[str]:
    """Yield "INV-0042 €49.00"."""
    for details in wire.objects("remains_to_pay_current_contract"):
        invoice = details.object("invoice")
        amount = invoice.amount("total", invoice.currency())
        yield f"{mapping_plain_invoice.number(invoice)} {amount}".strip()
