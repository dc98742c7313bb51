"""The basis of a preview: what it was computed from and what it showed, sealed so that perform can trust it.

Text for the client, opaque: `b1.<payload>.<seal>`. The payload holds the versions of all that the plan used,
the instant, and digests of action and of what was shown; the seal is an HMAC under a secret of the file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from wbtui.sandbox.engine.actions_effect import Effect
from wbtui.sandbox.problems import Problem
from wbtui.sandbox.store import Store, Tx

VALID_FOR = timedelta(minutes=15)
"""How long a preview may be committed, by the sandbox's clock."""

_SECRET = "basis_secret"
_UNSEEN = ("agent", "ticket", "comment")
"""Members of the context that change nothing a preview shows."""


def ensure_secret(store: Store) -> None:
    """Give the file its sealing secret, once."""
    with store.read() as tx:
        known = tx.meta(_SECRET)
    if not known:
        with store.write() as tx:
            if not tx.meta(_SECRET):
                tx.set_meta(_SECRET, secrets.token_hex(32))


def file_mark(tx: Tx) -> str:
    """Tells this file from another, so that a cursor of one is not taken for a cursor of the other."""
    return hashlib.sha256(tx.meta(_SECRET).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Basis:
    """An opened basis."""

    at: datetime
    action: str
    shown: str
    versions: dict[str, str]
    lookalikes: frozenset[str]

    def still_holds(self, action: Mapping[str, Any], plan: Effect, now: datetime) -> bool:
        """Whether committing now does what was shown: same action, same objects, same figures, in time.

        A look-alike that was not there when it was shown counts as a move (two agents, one refund each);
        one that has grown older than a day does not.
        """
        return (
            self.at <= now <= self.at + VALID_FOR
            and self.action == _action_digest(action)
            and self.versions == plan.versions
            and self.shown == _shown_digest(plan)
            and {seen["event_id"] for seen in plan.lookalikes} <= self.lookalikes
        )


def seal(tx: Tx, action: Mapping[str, Any], plan: Effect, now: datetime) -> str:
    """The basis of `plan`, made at `now` for `action`."""
    payload = {
        "at": now.isoformat(),
        "action": _action_digest(action),
        "shown": _shown_digest(plan),
        "versions": plan.versions,
        "lookalikes": sorted(seen["event_id"] for seen in plan.lookalikes),
    }
    text = base64.urlsafe_b64encode(_canonical(payload)).rstrip(b"=").decode()
    return f"b1.{text}.{_mac(tx, text)}"


def opened(tx: Tx, basis: str) -> Basis:
    """The basis as it was sealed. Raises Problem (invalid) on any other text."""
    head, _, rest = basis.partition(".")
    text, _, mac = rest.partition(".")
    if head == "b1" and hmac.compare_digest(mac.encode(), _mac(tx, text).encode()):
        try:
            payload = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            return Basis(
                datetime.fromisoformat(payload["at"]),
                payload["action"],
                payload["shown"],
                payload["versions"],
                frozenset(payload["lookalikes"]),
            )
        except (binascii.Error, ValueError, KeyError):
            pass
    raise Problem("invalid", "The basis is not one of this server.", fields={"basis": "Not from a preview."})


def _mac(tx: Tx, text: str) -> str:
    return hmac.new(tx.meta(_SECRET).encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


def _action_digest(action: Mapping[str, Any]) -> str:
    context = {name: value for name, value in action["context"].items() if name not in _UNSEEN}
    return _digest({**action, "context": context})


def _shown_digest(plan: Effect) -> str:
    return _digest({name: value for name, value in plan.shown().items() if name != "lookalikes"})


def fingerprint(body: Mapping[str, Any]) -> str:
    """What tells one request body from another: the digest of its canonical JSON."""
    return _digest(body)


def _digest(value: Any) -> str:
    return hashlib.sha256(_canonical(value)).hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
