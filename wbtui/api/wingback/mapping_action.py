"""Mapping of actions, previews and outcomes to and from the JSON of the extension."""

from __future__ import annotations

import json
from typing import Any

from wbtui.api.answer import Unreadable
from wbtui.api.wingback.mapping_customer import next_charge
from wbtui.api.wingback.mapping_event import ref
from wbtui.api.wingback.wire import LONGEST_BASIS, Wire
from wbtui.models.actions import Action
from wbtui.models.preview import (
    Change,
    Lookalike,
    Outcome,
    Preview,
    PreviewLine,
    Reversible,
    Rule,
    Status,
    Warn,
)

_ANSWERED = {"done": Status.DONE, "refused": Status.REFUSED, "pending": Status.PENDING}


def action_json(action: Action) -> dict[str, Any]:
    """Return the JSON form of an action: only what was given, since the extension rejects other members."""
    return action.wire()


def to_bytes(value: object) -> bytes:
    """Serialize to canonical JSON in UTF-8; lone surrogates become U+FFFD."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def perform_body(action: Action, basis: str, key: str) -> bytes:
    """Return the body of `POST /x/v1/actions`."""
    return to_bytes({"key": key, "action": action_json(action), "basis": basis})


def preview(wire: Wire) -> Preview:
    """Parse a preview. Raises Unreadable without its basis or times."""
    refused = wire.maybe_object("refused")
    return Preview(
        basis=wire.identity("basis", longest=LONGEST_BASIS),
        computed_at=wire.instant("computed_at"),
        expires_at=wire.instant("expires_at"),
        lines=tuple(_line(item) for item in wire.objects("lines")),
        amount=wire.maybe_money("amount"),
        due_now=wire.moneys("due_now"),
        next_invoice=next_charge(wire.maybe_object("next_invoice")),
        changes=tuple(_change(item) for item in wire.objects("changes")),
        reversible=_reversible(wire.maybe_object("reversible")),
        documents=wire.texts("documents"),
        emails=wire.texts("emails"),
        warnings=tuple(_warn(item) for item in wire.objects("warnings")),
        lookalikes=tuple(_lookalike(item) for item in wire.objects("lookalikes")),
        refused=None if refused is None else rule(refused),
        customer_sentence=wire.maybe_text("customer_sentence"),
    )


def rule(wire: Wire) -> Rule:
    return Rule(
        code=wire.text("code", "unknown"), message=wire.text("message", ""), limit=wire.maybe_money("limit")
    )


def _line(wire: Wire) -> PreviewLine:
    return PreviewLine(
        label=wire.text("label", ""),
        money=wire.money("money"),
        tax=wire.maybe_money("tax"),
        explanation=wire.maybe_text("explanation"),
    )


def _change(wire: Wire) -> Change:
    return Change(
        path=wire.text("path", ""),
        label=wire.text("label", ""),
        before=wire.maybe_text("before"),
        after=wire.maybe_text("after"),
    )


def _reversible(wire: Wire | None) -> Reversible:
    if wire is None:
        return Reversible(how="no")
    return Reversible(how=wire.text("how", "no"), until=wire.maybe_instant("until"), by=wire.maybe_text("by"))


def _warn(wire: Wire) -> Warn:
    # A warning without this field needs confirmation.
    return Warn(code=wire.text("code", ""), text=wire.text("text", ""), confirm=wire.flag("confirm", True))


def _lookalike(wire: Wire) -> Lookalike:
    return Lookalike(
        event_id=wire.text("event_id", ""),
        at=wire.instant("at"),
        what=wire.text("what", ""),
        by=wire.maybe_text("by"),
    )


def outcome(wire: Wire, key: str, kind: str | None = None) -> Outcome:
    """Parse an outcome. Raises Unreadable if it is for another key or kind."""
    if wire.text("key") != key:
        raise Unreadable("it is the outcome of another action")
    told = wire.text("kind")
    if kind is not None and told != kind:
        raise Unreadable("it is the outcome of another kind of action")
    status = _ANSWERED.get(wire.text("status"))
    if status is None:
        raise Unreadable("its status is not done, refused or pending")
    refused = wire.maybe_object("rule")
    if status is Status.REFUSED and refused is None:
        raise Unreadable("it is refused without a rule")
    return Outcome(
        key=key,
        kind=told,
        status=status,
        rule=None if refused is None else rule(refused),
        pending_reason=wire.maybe_text("pending_reason"),
        objects=tuple(ref(item) for item in wire.objects("objects")),
        link=link(wire.maybe_text("link")),
        customer_sentence=wire.maybe_text("customer_sentence"),
        at=wire.instant("at"),
        replayed=wire.flag("replayed", False),
    )


def link(text: str | None) -> str | None:
    """Validate a link. Raises Unreadable unless it is a plain http(s) URL."""
    if text is None:
        return None
    if (
        not text.startswith(("https://", "http://"))
        or len(text) > 4000
        or not text.isprintable()
        or " " in text
    ):
        raise Unreadable("its link is not a URL")
    return text
