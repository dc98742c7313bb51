"""The basis of a preview: signed text that lets perform detect any change since the preview.

Opaque to the client: `b1.<payload>.<signature>`. The payload has the instant, the versions of the objects the
action used, and digests of the action and of the preview; the signature is an HMAC with a secret of the file.
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

from wbtui.sandbox.problems import Problem
from wbtui.sandbox.store import Store, Tx

VALID_FOR = timedelta(minutes=15)
"""How long a preview can be performed, by the sandbox's clock."""

_SECRET = "basis_secret"
_IGNORED = ("agent", "ticket", "comment")
"""Members of the context that may differ between preview and perform."""


def ensure_secret(store: Store) -> None:
    """Create the signing secret of the file, once."""
    with store.read() as tx:
        known = tx.meta(_SECRET)
    if not known:
        with store.write() as tx:
            if not tx.meta(_SECRET):
                tx.set_meta(_SECRET, secrets.token_hex(32))


def file_mark(tx: Tx) -> str:
    """An identifier of this file, so that a cursor of another file is refused."""
    return hashlib.sha256(tx.meta(_SECRET).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Shown:
    """What a basis covers: an action and its preview.

    Attributes:
        action: digest of the action's body, without context members that may differ.
        preview: digest of the members of the preview, without look-alikes.
        versions: `type/id` → version of the objects that the action used.
        lookalikes: event ids.
    """

    action: str
    preview: str
    versions: dict[str, str]
    lookalikes: frozenset[str]


def shown(action: Mapping[str, Any], preview: Mapping[str, Any], versions: Mapping[str, str]) -> Shown:
    """Return the digests and versions that a basis covers."""
    context = {name: value for name, value in action["context"].items() if name not in _IGNORED}
    return Shown(
        digest({**action, "context": context}),
        digest({name: value for name, value in preview.items() if name != "lookalikes"}),
        dict(versions),
        frozenset(event["event_id"] for event in preview["lookalikes"]),
    )


def sign(tx: Tx, covered: Shown, now: datetime) -> str:
    """The basis of a preview made at `now`."""
    payload = {
        "at": now.isoformat(),
        "action": covered.action,
        "preview": covered.preview,
        "versions": covered.versions,
        "lookalikes": sorted(covered.lookalikes),
    }
    text = base64.urlsafe_b64encode(_canonical(payload)).rstrip(b"=").decode()
    return f"b1.{text}.{_mac(tx, text)}"


def holds(tx: Tx, basis: str, current: Shown, now: datetime) -> bool:
    """Whether performing now does what was previewed: same action, objects and figures, in time.

    A new look-alike counts as a change (two agents, one refund each), an expired one does not. Raises Problem
    (invalid) for a text that is not a basis of this file.
    """
    at, before = _verified(tx, basis)
    return (
        at <= now <= at + VALID_FOR
        and before.action == current.action
        and before.versions == current.versions
        and before.preview == current.preview
        and current.lookalikes <= before.lookalikes
    )


def _verified(tx: Tx, basis: str) -> tuple[datetime, Shown]:
    head, _, rest = basis.partition(".")
    text, _, mac = rest.partition(".")
    if head == "b1" and hmac.compare_digest(mac.encode(), _mac(tx, text).encode()):
        try:
            payload = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            lookalikes = frozenset(payload["lookalikes"])
            covered = Shown(payload["action"], payload["preview"], payload["versions"], lookalikes)
            return datetime.fromisoformat(payload["at"]), covered
        except (binascii.Error, ValueError, KeyError):
            pass
    raise Problem("invalid", "The basis is not one of this server.", fields={"basis": "Not from a preview."})


def _mac(tx: Tx, text: str) -> str:
    return hmac.new(tx.meta(_SECRET).encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


def digest(value: Any) -> str:
    """The SHA-256 of a value's canonical JSON; identifies a request body too."""
    return hashlib.sha256(_canonical(value)).hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
