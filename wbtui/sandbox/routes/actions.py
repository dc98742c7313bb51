"""Previews and actions over HTTP: strict bodies, one request per key at a time, outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from wbtui.sandbox.actions import runner as actions
from wbtui.sandbox.actions.basis import digest as digest_of
from wbtui.sandbox.actions.bodies import Action, Perform
from wbtui.sandbox.problems import Problem, invalid_fields, malformed
from wbtui.sandbox.routes.http import Call, get, post, read_call, respond, route
from wbtui.sandbox.routes.strict import validated
from wbtui.sandbox.store import Tx


def read_action(value: Mapping[str, Any], prefix: str = "") -> Action:
    """Parse the action of a body. Raises Problem: invalid, or not_found for an unsupported kind."""
    name = value.get("kind")
    if not isinstance(name, str):
        raise invalid_fields({f"{prefix}kind": "Required."})
    kind = actions.KINDS.get(name)
    if kind is None:
        raise Problem("not_found", f"The action {name[:60]!r} is not in the capabilities of this server.")
    action: Action = validated(kind.model, value, prefix)
    if wrong := action.problems():
        raise invalid_fields({prefix + path: text for path, text in wrong.items()})
    return action


def _preview(tx: Tx, call: Call) -> dict[str, Any]:
    return actions.preview(tx, read_action(call.body), call.state.url)


async def _perform(request: Request) -> Response:
    """Take the key before the first await, so that a concurrent request with it is refused at once."""
    call = await read_call(request, (), body=True)
    given = request.headers.getlist("idempotency-key")
    body = validated(Perform, call.body)
    if len(given) != 1:
        raise malformed("The header Idempotency-Key is required, once.")
    if given[0] != body.key:
        raise invalid_fields({"key": "Differs from the header Idempotency-Key."})
    action = read_action(body.action, "action.")
    digest = digest_of(call.body)
    state = call.state
    if body.key in state.running:
        raise Problem("in_progress", "A request with this key is running.")
    state.running.add(body.key)
    try:

        def work(tx: Tx) -> dict[str, Any]:
            return actions.perform(tx, body.key, digest, action, body.basis, state.url)

        return respond(await state.writing(work))
    finally:
        state.running.discard(body.key)


def _key(call: Call) -> str:
    key = call.path["key"]
    if not 16 <= len(key) <= 255:
        raise invalid_fields({"key": "A key has 16 to 255 characters."})
    return key


ROUTES = [
    post("/x/v1/previews", _preview, writes=False),
    route("/x/v1/actions", _perform, "POST"),
    get("/x/v1/actions/{key}", lambda tx, call: actions.outcome_of(tx, _key(call))),
    post("/x/v1/actions/{key}/abandon", lambda tx, call: actions.abandon(tx, _key(call)), body=False),
]
