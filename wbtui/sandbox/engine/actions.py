"""Actions, once: preview, perform, the outcome of a key, and giving a key up.

Every function works inside the transaction it is given; for `perform` and `abandon` that is the writing one
(`BEGIN IMMEDIATE`), so that an outcome is recorded together with its effect or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wbtui.sandbox.engine import clock
from wbtui.sandbox.engine.actions_basis import VALID_FOR, opened, seal
from wbtui.sandbox.engine.actions_context import ActionContext
from wbtui.sandbox.engine.actions_effect import Done, Effect, Refused, Rule
from wbtui.sandbox.engine.actions_models import Action, AppendNote, CreatePortalLink, Refund, refund_problems
from wbtui.sandbox.engine.actions_notes import plan_note, plan_portal_link
from wbtui.sandbox.engine.actions_refund import refund
from wbtui.sandbox.engine.clocktext import instant
from wbtui.sandbox.problems import Problem
from wbtui.sandbox.store import Tx

ABANDONED = Rule("abandoned", "The key was given up before it ran.")
_NO_BODY = ""
_NO_KIND = "unknown"
"""Fingerprint and kind of a key that was given up before its request came."""


@dataclass(frozen=True)
class Kind:
    """How to read and plan one kind of action."""

    model: type[Any]
    plan: Callable[[ActionContext, Any], Effect]
    problems: Callable[[Any], dict[str, str]] = lambda body: {}


KINDS: Mapping[str, Kind] = {
    "refund": Kind(Refund, refund, refund_problems),
    "append_note": Kind(AppendNote, plan_note),
    "create_portal_link": Kind(CreatePortalLink, plan_portal_link),
}
"""What this sandbox can do; the capabilities list exactly these."""


def preview(tx: Tx, action: Action, portal: str) -> dict[str, Any]:
    """What `action` would do, in wire shape. Raises Problem when it names things that do not exist."""
    now = clock.now_moment(tx)
    return _preview(tx, action, _planned(tx, action, now, portal), now)


def _preview(tx: Tx, action: Action, plan: Effect, now: datetime) -> dict[str, Any]:
    return {
        "basis": seal(tx, action.model_dump(mode="json"), plan, now),
        "computed_at": instant(now),
        "expires_at": instant(now + VALID_FOR),
        **plan.shown(),
    }


def perform(tx: Tx, key: str, digest: str, action: Action, basis: str, portal: str) -> dict[str, Any]:
    """Do it, unless the key has an outcome already: then that one again, `replayed`.

    `digest` is the fingerprint of the request body. Raises Problem: key_reused, basis_changed (with the new
    preview), invalid, not_found; after any of them nothing is recorded.
    """
    known = tx.one("SELECT fingerprint, outcome FROM actions WHERE key = ?", (key,))
    if known is not None:
        if known["fingerprint"] not in (_NO_BODY, digest):
            raise Problem("key_reused", "This key was used with another body.")
        outcome = json.loads(known["outcome"])
        kind = action.kind if outcome["kind"] == _NO_KIND else outcome["kind"]
        return {**outcome, "kind": kind, "replayed": True}
    now = clock.now_moment(tx)
    shown = opened(tx, basis)
    plan = _planned(tx, action, now, portal)
    if not shown.still_holds(action.model_dump(mode="json"), plan, now):
        raise Problem(
            "basis_changed",
            "Something moved since the preview, or it is older than 15 minutes. Nothing was done.",
            preview=_preview(tx, action, plan, now),
        )
    done = _carried_out(tx, plan)
    outcome = _outcome(key, action.kind, now, done, plan.refused)
    _record(tx, outcome, digest, action.customer_id, now)
    return outcome if done.link is None else {**outcome, "link": done.link}


def outcome_of(tx: Tx, key: str) -> dict[str, Any]:
    """The outcome recorded for a key. Raises Problem (not_found), which proves nothing."""
    known = tx.one("SELECT outcome FROM actions WHERE key = ?", (key,))
    if known is None:
        raise Problem("not_found", "No outcome is recorded for this key; its request may still arrive.")
    return _replay(known["outcome"])


def abandon(tx: Tx, key: str) -> dict[str, Any]:
    """Give a key up: the outcome when there is one, else refused/abandoned, which a late arrival finds."""
    known = tx.one("SELECT outcome FROM actions WHERE key = ?", (key,))
    if known is not None:
        return _replay(known["outcome"])
    now = clock.now_moment(tx)
    outcome = _outcome(key, _NO_KIND, now, Done(), ABANDONED)
    _record(tx, outcome, _NO_BODY, None, now)
    return outcome


def _planned(tx: Tx, action: Action, now: datetime, portal: str) -> Effect:
    context = ActionContext(tx, now, portal)
    try:
        return KINDS[action.kind].plan(context, action)
    except Refused as no:
        return Effect(context.versions, refused=no.rule)


def _carried_out(tx: Tx, plan: Effect) -> Done:
    if plan.refused is not None:
        return Done(status="refused")
    if plan.carry_out is None:
        raise RuntimeError("A plan that is not refused must be able to do it.")
    return plan.carry_out(tx)


def _outcome(key: str, kind: str, now: datetime, done: Done, rule: Rule | None) -> dict[str, Any]:
    return {
        "key": key,
        "kind": kind,
        "status": done.status if rule is None else "refused",
        "rule": None if rule is None else rule.wire(),
        "pending_reason": done.pending_reason,
        "objects": done.objects,
        "link": None,
        "customer_sentence": done.customer_sentence,
        "at": instant(now),
        "replayed": False,
    }


def _replay(outcome: str) -> dict[str, Any]:
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
