"""Bodies of actions, and outcomes, in the JSON of the extension."""

from __future__ import annotations

import json

from wbtui.api.answer import Unreadable
from wbtui.api.wingback.records import read
from wbtui.api.wingback.wire import Wire
from wbtui.models.activity import Ref
from wbtui.models.preview import Outcome, Rule, Status
from wbtui.models.text import encodable

_ANSWERED = {"done": Status.DONE, "refused": Status.REFUSED, "pending": Status.PENDING}


def to_bytes(value: object) -> bytes:
    """Serialize to canonical JSON in UTF-8; lone surrogates become U+FFFD."""
    return encodable(json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)).encode()


def outcome(wire: Wire, key: str, kind: str | None = None) -> Outcome:
    """Parse an outcome. Raises Unreadable if it is for another key or kind."""
    if wire.text("key") != key:
        raise Unreadable("it is the outcome of another action")
    found_kind = wire.text("kind")
    if kind is not None and found_kind != kind:
        raise Unreadable("it is the outcome of another kind of action")
    status = _ANSWERED.get(wire.text("status"))
    if status is None:
        raise Unreadable("its status is not done, refused or pending")
    rule = wire.maybe_object("rule")
    if status is Status.REFUSED and rule is None:
        raise Unreadable("it is refused without a rule")
    return Outcome(
        key=key,
        kind=found_kind,
        status=status,
        rule=None if rule is None else read(Rule, rule),
        pending_reason=wire.maybe_text("pending_reason"),
        objects=tuple(read(Ref, item) for item in wire.objects("objects")),
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
