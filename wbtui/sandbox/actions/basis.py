"""The basis of a preview: signed text that lets perform detect any change since the preview.

Opaque to the client: `b1.<payload>.<signature>`. The payload has the instant, the versions of the objects the
action used, and digests of the action and of the preview; the signature is an HMAC with a secret of the file.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
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


def shown(
    action: Mapping[str, Any], preview: Mapping[str, Any], versions: Mapping[str, str]
) -> dict[str, Any]:
    """Return what a basis covers of an action and its preview.

    Digests of the action, without members of the context that may differ, and of the preview without its
    look-alikes, whose event ids stand beside; `type/id` → version of the objects that the action used.
    """
    context = {name: value for name, value in action["context"].items() if name not in _IGNORED}
    return {
        "action": digest({**action, "context": context}),
        "preview": digest({name: value for name, value in preview.items() if name != "lookalikes"}),
        "versions": dict(versions),
        "lookalikes": sorted(event["event_id"] for event in preview["lookalikes"]),
    }


def sign(tx: Tx, covered: Mapping[str, Any], now: datetime) -> str:
    """The basis of a preview made at `now`."""
    payload = _canonical({**covered, "at": now.isoformat()})
    text = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
    return f"b1.{text}.{_mac(tx, text)}"


def holds(tx: Tx, basis: str, current: Mapping[str, Any], now: datetime) -> bool:
    """Whether performing now does what was previewed: same action, objects and figures, in time.

    A new look-alike counts as a change (two agents, one refund each), an expired one does not. Raises Problem
    (invalid) for a text that is not a basis of this file.
    """
    head, _, rest = basis.partition(".")
    text, _, mac = rest.partition(".")
    if head != "b1" or not hmac.compare_digest(mac.encode(), _mac(tx, text).encode()):
        message = "The basis is not one of this server."
        raise Problem("invalid", message, fields={"basis": "Not from a preview."})
    before = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    at = datetime.fromisoformat(before["at"])
    return (
        at <= now <= at + VALID_FOR
        and all(before[name] == current[name] for name in ("action", "versions", "preview"))
        and set(current["lookalikes"]) <= set(before["lookalikes"])
    )


def _mac(tx: Tx, text: str) -> str:
    return hmac.new(tx.meta(_SECRET).encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


def digest(value: Any) -> str:
    """The SHA-256 of a value's canonical JSON; identifies a request body too."""
    return hashlib.sha256(_canonical(value)).hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
