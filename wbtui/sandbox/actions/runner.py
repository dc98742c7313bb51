"""Run actions, once: preview, perform, the outcome of a key, and abandon.

A preview runs the action on the account in memory and discards it; a perform runs it again in its writing
transaction, compares it with the preview's basis, and saves the account together with the outcome.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar, get_args

from wbtui.models.money import Money
from wbtui.sandbox.actions import basis as bases
from wbtui.sandbox.actions import watch
from wbtui.sandbox.actions.bodies import Action, Context
from wbtui.sandbox.actions.effect import Effect, Similar, Wire, rule, warning
from wbtui.sandbox.engine import billing, clock, invoices, repository
from wbtui.sandbox.engine.account import Account, Actor, Why, ref, row_of
from wbtui.sandbox.engine.clocktext import instant
from wbtui.sandbox.engine.records import Contract, Credit, Customer, Invoice, Method, Payment, Ref, Refund
from wbtui.sandbox.problems import Problem, invalid_fields, not_found
from wbtui.sandbox.store import Refused, Tx

LOOKALIKE_WINDOW = timedelta(hours=24)
ABANDONED = Refused("abandoned", "The request was abandoned before it ran.")
_NO_BODY = ""
_NO_KIND = "unknown"
"""Fingerprint and kind of a key that was abandoned before its request came."""
_OWN = ("name", "emails", "reference", "status", "address", "vat_id", "notes", "metadata")
"""Fields of a customer that a concurrent edit changes, in contrast to billing."""

_NOUNS = {"contract": "subscription", "method": "payment method"}

_B = TypeVar("_B", bound=Action)
_R = TypeVar("_R", Contract, Credit, Invoice, Payment, Method, Refund)


@dataclass(frozen=True)
class Kind:
    model: type[Action]
    function: Callable[[Run, Any], Effect]


KINDS: dict[str, Kind] = {}
"""The supported actions by kind; the capabilities list exactly these."""


def handles(
    model: type[_B],
) -> Callable[[Callable[[Run, _B], Effect]], Callable[[Run, _B], Effect]]:
    """Register the function of an action."""

    def register(function: Callable[[Run, _B], Effect]) -> Callable[[Run, _B], Effect]:
        (kind,) = get_args(model.model_fields["kind"].annotation)
        KINDS[kind] = Kind(model, function)
        return function

    return register


@dataclass
class Run:
    """One run of an action: the account in memory, billed up to now, and the versions that were used."""

    account: Account
    context: Context
    at: str
    url: str
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def today(self) -> str:
        return self.at[:10]

    @property
    def actor(self) -> Actor:
        return Actor("agent", self.context.agent)

    @property
    def logged(self) -> dict[str, Any]:
        """Actor, reason, comment and ticket, as the engine's functions log them."""
        return {"actor": self.actor, **self._why}

    @property
    def _why(self) -> Why:
        context = self.context
        return {"reason": context.reason, "comment": context.comment, "ticket": context.ticket}

    def log(self, kind: str, what: str, *refs: Ref) -> None:
        """Log what the agent did and why."""
        self.account.log(self.at, kind, what, self.actor, *refs, **self._why)

    # ── objects; looking one up makes its version part of the basis ──
    def customer(self) -> Customer:
        customer = self.account.customer
        own = {name: getattr(customer, name) for name in _OWN}
        self.versions[f"customer/{customer.id}"] = bases.digest(own)[:16]
        return customer

    def contract(self, id: str) -> Contract:
        """Return a subscription by ID. Raises Problem (not_found)."""
        return self._used(self.account.contracts, "contract", id)

    def invoice(self, id: str) -> Invoice:
        """Return an invoice by ID. Raises Problem (not_found)."""
        return self._used(self.account.invoices, "invoice", id)

    def payment(self, id: str) -> Payment:
        """Return a payment by ID. Raises Problem (not_found)."""
        return self._used(self.account.payments, "payment", id)

    def method(self, id: str) -> Method:
        """Return a payment method by ID. Raises Problem (not_found)."""
        return self._used(self.account.methods, "method", id)

    def credit(self, id: str) -> Credit:
        """Return a credit by ID. Raises Problem (not_found)."""
        return self._used(self.account.credits, "credit", id)

    def refund(self, id: str) -> Refund:
        """Return a refund by ID. Raises Problem (not_found)."""
        return self._used(self.account.refunds, "refund", id)

    def _used(self, records: list[_R], type: str, id: str) -> _R:
        record = next((each for each in records if each.id == id), None)
        if record is None:
            raise not_found(_NOUNS.get(type, type), id, "This customer has")
        row = row_of(f"{type}s", record)
        if not isinstance(record, Payment | Credit | Refund):
            # The version once billing up to now is saved: one more where billing changed a stored record.
            changed = self.account.loaded.get(id, row) != row
            self.versions[f"{type}/{id}"] = str(record.version + changed)
        else:
            self.versions[f"{type}/{id}"] = bases.digest(row)[:16]
        return record

    @property
    def customer_ref(self) -> Ref:
        """A reference to the customer."""
        return ref("customer", self.account.customer.id, self.account.customer.name)

    # ── rules ──
    def refuse_if(self, condition: object, code: str, message: str, limit: Money | None = None) -> None:
        """Raise Refused when the condition holds."""
        if condition:
            raise Refused(code, message, limit)

    def refuse_past(self, day: str | None, message: str) -> None:
        """Raise Refused when a day is before today."""
        self.refuse_if(day is not None and day < self.today, "date_in_past", message)

    def check_within_a_year(self, member: str, day: str) -> None:
        """Raise Problem (invalid) at a member whose day is more than 365 days ahead."""
        if (date.fromisoformat(day) - date.fromisoformat(self.today)).days > 365:
            raise invalid_fields({member: "At most 365 days from today."})

    def refuse_frozen(self, message: str = "The customer is frozen. Activate the customer first.") -> None:
        """Raise Refused when the customer is frozen."""
        self.refuse_if(self.account.customer.status == "inactive", "customer_inactive", message)

    def minor_in(self, money: Money, currency: str, what: str) -> int:
        """Return minor units of a currency. Raise Refused for another one than that of `what`."""
        text = f"The {what} is in {currency.upper()}, not {money.currency.upper()}."
        self.refuse_if(money.currency != currency, "currency_mismatch", text)
        return money.minor


@dataclass(frozen=True)
class _Result:
    run: Run
    effect: Effect
    shown: Wire
    refused: Refused | None = None


def preview(tx: Tx, action: Action, url: str) -> Wire:
    """Return the preview of `action` in wire format. Raises Problem when it names unknown objects."""
    now = clock.now_moment(tx)
    return _preview(tx, action, _run(tx, action, now, url), now)


def _preview(tx: Tx, action: Action, result: _Result, now: datetime) -> Wire:
    return {
        "basis": bases.sign(tx, _covered(action, result), now),
        "computed_at": instant(now),
        "expires_at": instant(now + bases.VALID_FOR),
        **result.shown,
    }


def _covered(action: Action, result: _Result) -> Wire:
    body = action.model_dump(mode="json", exclude_unset=True)
    return bases.shown(body, result.shown, result.run.versions)


def perform(tx: Tx, key: str, digest: str, action: Action, basis: str, url: str) -> Wire:
    """Do it, unless the key has an outcome already, which is then answered as `replayed`.

    `digest` identifies the request body. Raises Problem: key_reused, basis_changed (with the new
    preview), invalid, not_found; then nothing is recorded.
    """
    known = tx.one("SELECT fingerprint, outcome FROM actions WHERE key = ?", (key,))
    if known is not None:
        if known["fingerprint"] not in (_NO_BODY, digest):
            raise Problem("key_reused", "This key was used with another body.")
        outcome = json.loads(known["outcome"])
        kind = action.kind if outcome["kind"] == _NO_KIND else outcome["kind"]
        return {**outcome, "kind": kind, "replayed": True}
    now = clock.now_moment(tx)
    result = _run(tx, action, now, url)
    if not bases.holds(tx, basis, _covered(action, result), now):
        raise Problem(
            "basis_changed",
            "Something changed since the preview, or it is older than 15 minutes. Nothing was done.",
            preview=_preview(tx, action, result, now),
        )
    if result.refused is None:
        repository.save(tx, result.run.account, result.run.at)
    outcome = _outcome(key, action.kind, now, result.effect, result.refused)
    _record(tx, outcome, digest, action.customer_id, now)
    link = result.effect.link
    return outcome if link is None else {**outcome, "link": link()}


def outcome_of(tx: Tx, key: str) -> Wire:
    """The outcome recorded for a key. Raises Problem (not_found), which proves nothing."""
    known = tx.one("SELECT outcome FROM actions WHERE key = ?", (key,))
    if known is None:
        raise Problem("not_found", "No outcome is recorded for this key; its request may still arrive.")
    return _replay(known["outcome"])


def abandon(tx: Tx, key: str) -> Wire:
    """The outcome of a key; without one record refused/abandoned, so that a late arrival is refused."""
    known = tx.one("SELECT outcome FROM actions WHERE key = ?", (key,))
    if known is not None:
        return _replay(known["outcome"])
    now = clock.now_moment(tx)
    outcome = _outcome(key, _NO_KIND, now, Effect(), ABANDONED)
    _record(tx, outcome, _NO_BODY, None, now)
    return outcome


# ── running ──
def _run(tx: Tx, action: Action, now: datetime, url: str) -> _Result:
    at = instant(now)
    account = repository.load(tx, action.customer_id)
    billing.advance(account, at)
    account.engine.bits = repository.own_bits(tx, account)  # the same whether billing was saved or not
    run = Run(account, action.context, at, url)
    before = watch.reads(account, run.today)
    try:
        effect = KINDS[action.kind].function(run, action)
    except Refused as refusal:
        return _Result(run, Effect(), {**_shown(Effect()), "refused": rule(refusal)}, refusal)
    found = {
        "warnings": _common_warnings(run, effect),
        "emails": _emails(run, effect),
        "changes": watch.changes(before, watch.reads(account, run.today), by_line=effect.by_line),
        "lookalikes": [] if effect.similar is None else _lookalikes(tx, run, effect.similar, now),
    }
    return _Result(run, effect, _shown(effect) | found)


def _shown(effect: Effect) -> Wire:
    """The members of a preview, without basis and instants, as far as the function of the action decides."""
    return {
        "lines": effect.lines,
        "amount": None if effect.amount is None else effect.amount.wire(),
        "due_now": [money.wire() for money in effect.due_now],
        "next_invoice": effect.next_invoice,
        "changes": [],
        "reversible": effect.reversible,
        "documents": effect.documents,
        "emails": effect.emails,
        "warnings": effect.warnings,
        "lookalikes": [],
        "refused": None,
        "customer_sentence": effect.customer_sentence,
    }


def _common_warnings(run: Run, effect: Effect) -> list[Wire]:
    found = list(effect.warnings)
    if effect.amount is not None and run.account.customer.status == "inactive":
        found.append(warning("customer_inactive", "The account is frozen. This action is still possible."))
    if run.context.notify and effect.email and invoices.invoice_email(run.account) is None:
        found.append(warning("no_email", "The customer has no e-mail address. No e-mail will be sent."))
    return found


def _emails(run: Run, effect: Effect) -> list[str]:
    """All e-mails of the action; the requested one goes on the timeline."""
    address = invoices.invoice_email(run.account)
    if not run.context.notify or effect.email is None or address is None:
        return effect.emails
    text = f"{effect.email} to {address}"
    run.account.log(run.at, "contact", f"E-mailed: {text}", run.actor, ticket=run.context.ticket)
    return [*effect.emails, text]


def _lookalikes(tx: Tx, run: Run, similar: Similar, now: datetime) -> list[Wire]:
    """Similar events of this customer in the last 24 hours, newest first."""
    minor, currency = (
        (None, None) if similar.amount is None else (similar.amount.minor, similar.amount.currency)
    )
    found = tx.all(
        "SELECT id, at, what, actor_name, comment FROM events WHERE customer_id = ? AND at >= ?"
        " AND amount IS ? AND currency IS ? ORDER BY at DESC, no DESC",
        (run.account.customer.id, instant(now - LOOKALIKE_WINDOW), minor, currency),
    )
    return [
        {"event_id": row["id"], "at": row["at"], "what": row["what"], "by": row["actor_name"]}
        for row in found
        if row["what"].startswith(similar.whats) and similar.comment in (None, row["comment"])
    ]


# ── outcomes ──
def _outcome(key: str, kind: str, now: datetime, effect: Effect, refusal: Refused | None) -> Wire:
    return {
        "key": key,
        "kind": kind,
        "status": effect.status if refusal is None else "refused",
        "rule": None if refusal is None else rule(refusal),
        "pending_reason": effect.pending_reason,
        "objects": effect.objects,
        "link": None,
        "customer_sentence": effect.customer_sentence,
        "at": instant(now),
        "replayed": False,
    }


def _replay(outcome: str) -> Wire:
    return {**json.loads(outcome), "replayed": True}


def _record(tx: Tx, outcome: Mapping[str, Any], digest: str, customer_id: str | None, now: datetime) -> None:
    tx.execute(
        "INSERT INTO actions (key, fingerprint, kind, customer_id, status, outcome, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            outcome["key"],
            digest,
            outcome["kind"],
            customer_id,
            outcome["status"],
            json.dumps(outcome, ensure_ascii=False),
            instant(now),
        ),
    )
