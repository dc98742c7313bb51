"""/x/v1: discovery, snapshot, changes, the catalogue, a customer part by part, work queues and the clock."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from wbtui.sandbox.actions.basis import digest, file_mark
from wbtui.sandbox.actions.bodies import Body
from wbtui.sandbox.actions.runner import KINDS
from wbtui.sandbox.engine import clock, views
from wbtui.sandbox.engine.clocktext import instant as instant_text
from wbtui.sandbox.problems import Problem, dumps, invalid_fields
from wbtui.sandbox.routes import actions, keyset
from wbtui.sandbox.routes.http import Call, get, read_call, respond, route
from wbtui.sandbox.routes.strict import Query, instant, validated
from wbtui.sandbox.routes.wingback_shapes import MERCHANT_ID, MERCHANT_NAME
from wbtui.sandbox.store import Tx

READS = (
    "snapshot changes plans discounts contracts payments refunds credits credit_notes wallets usage activity"
    " methods invoice invoices"
).split()
_INVOICE_STATES = ("pending_validation", "ready_for_payment", "paid", "voided", "written_off")
_REFUND_STATUSES = ("pending", "requires_action", "succeeded", "failed", "canceled")
_PAGED = ("cursor", "limit")
_CUSTOMER = "/x/v1/customers/{id}"


class Clock(Body):
    """The instant to move the clock to."""

    to: str


def _discover(tx: Tx, call: Call) -> dict[str, Any]:
    return {
        "version": "1",
        "environment": "demo",
        "merchant": {"id": MERCHANT_ID, "name": MERCHANT_NAME},
        "server_time": clock.now(tx),
        "today": clock.today(tx),
        "default_currency": "eur",
        "capabilities": [
            *(f"read.{name}" for name in READS),
            *(f"action.{name}" for name in KINDS),
            "sandbox.clock",
        ],
    }


# ── pages ──
def _position(query: Query, mark: str, *types: type) -> list[Any] | None:
    """The position of the page, None for the first. Raises Problem (invalid)."""
    text = query.cursor("cursor")
    try:
        return None if text is None else keyset.decode(text, mark, *types)
    except ValueError:
        raise invalid_fields({"cursor": "Not a cursor of this list."}) from None


def _limit(query: Query) -> int:
    return query.integer("limit", 200, 1, 500)


def _paged(call: Call, mark: str, read: Callable[..., views.Page]) -> dict[str, Any]:
    after = _position(call.query, mark, int)
    page = read(after=None if after is None else after[0], limit=_limit(call.query))
    return {
        "rows": page.rows,
        "next": None if page.next is None else keyset.encode(mark, page.next),
        "total": page.total,
    }


# ── full sync ──
def _plan_page(tx: Tx, after: int | None, limit: int) -> views.Page:
    plans, start = views.plans(tx), after or 0
    end = start + limit
    return views.Page(plans[start:end], end if end < len(plans) else None, len(plans))


_SNAPSHOTS: dict[str, Callable[..., views.Page]] = {
    "customers": views.snapshot_customers,
    "invoices": partial(views.invoices, order="ASC"),
    "plans": _plan_page,
}


def _snapshot(tx: Tx, call: Call) -> bytes:
    """One page. Stored customer rows are JSON texts and are sent unchanged."""
    kind = call.query.choice("kind", _SNAPSHOTS) or call.query.required("kind")
    answer = _paged(call, f"snapshot {kind}", partial(_SNAPSHOTS[kind], tx))
    rows = answer.pop("rows")
    text = f"[{','.join(rows)}]" if kind == "customers" else dumps(rows).decode()
    if call.query.cursor("cursor") is None:
        answer["changes_cursor"] = _changes_cursor(tx, views.latest_change(tx))
    return f'{{"rows":{text},{dumps(answer).decode()[1:]}'.encode()


def _changes_cursor(tx: Tx, seq: int) -> str:
    return keyset.encode(f"changes {file_mark(tx)}", seq)


def _changes(tx: Tx, call: Call) -> dict[str, Any]:
    """Raises Problem: invalid, or cursor_expired for a cursor of another file or before the first change."""
    text = call.query.cursor("since") or call.query.required("since")
    try:
        mark, [since] = keyset.parse(text, int)
    except ValueError:
        mark = ""
    if not mark.startswith("changes "):
        raise invalid_fields({"since": "Not a cursor of this list."})
    first = tx.number("SELECT seq FROM changes ORDER BY seq LIMIT 1")
    foreign = mark != f"changes {file_mark(tx)}"
    if foreign or since > views.latest_change(tx) or (first and since < first - 1):
        raise Problem("cursor_expired", "This cursor is expired or unknown; read the snapshot again.")
    found, last, more = views.changes(tx, since, _limit(call.query))
    return {"changes": found, "next": _changes_cursor(tx, last), "more": more}


# ── one customer ──
def _part(name: str) -> Route:
    return get(f"{_CUSTOMER}/{name}", lambda tx, call: views.part(tx, call.id, name))


def _usage(tx: Tx, call: Call) -> list[Any]:
    query = call.query
    return views.usage(tx, call.id, query.text("feature"), query.day("from"), query.day("to"))


def _activity(tx: Tx, call: Call) -> dict[str, Any]:
    filters = {"kind": call.query.text("kind"), "text": call.query.text("q")}
    mark = f"activity {call.id} {digest(filters)}"  # a text may be longer than a cursor
    after = _position(call.query, mark, str, int)
    limit = _limit(call.query)
    events, position, total = views.activity(tx, call.id, after=after, limit=limit, **filters)
    following = None if position is None else keyset.encode(mark, *position)
    return {"events": events, "next": following, "total": total}


# ── queues ──
def _invoices(tx: Tx, call: Call) -> dict[str, Any]:
    """Invoices of a customer, or of all."""
    filters: dict[str, Any] = {
        "customer_id": call.path.get("id"),
        "state": call.query.choice("state", _INVOICE_STATES),
        "overdue": call.query.flag("overdue"),
    }
    return _paged(call, f"invoices {filters}", partial(views.invoices, tx, **filters))


def _refunds(tx: Tx, call: Call) -> dict[str, Any]:
    status = call.query.choice("status", _REFUND_STATUSES)
    return _paged(call, f"refunds {status}", partial(views.refunds, tx, status=status))


async def _clock(request: Request) -> Response:
    """Move the clock forward and bill what falls due, a few customers at a time between other writes."""
    call = await read_call(request, (), body=True)
    to = instant(validated(Clock, call.body).to, "to")

    def move(tx: Tx) -> None:
        if not clock.may_move(clock.now_moment(tx), to):
            raise invalid_fields({"to": f"Later than {clock.now(tx)}, at most ten years."})
        clock.set_forward(tx, instant_text(to))

    await call.state.writing(move)
    while await call.state.writing(lambda tx: clock.bill_until(tx, instant_text(to), 25)):
        pass
    return respond({"now": await call.state.reading(clock.now)})


ROUTES = [
    get("/x/v1", _discover),
    get("/x/v1/snapshot", _snapshot, "kind", *_PAGED),
    get("/x/v1/changes", _changes, "since", "limit"),
    get("/x/v1/plans", lambda tx, call: views.plans(tx)),
    get("/x/v1/discounts", lambda tx, call: views.discounts(tx)),
    get(f"{_CUSTOMER}/row", lambda tx, call: views.customer_row(tx, call.id)),
    *(_part(name) for name in views.PARTS),
    get(f"{_CUSTOMER}/usage", _usage, "feature", "from", "to"),
    get(f"{_CUSTOMER}/activity", _activity, "kind", "q", *_PAGED),
    get(f"{_CUSTOMER}/invoices", _invoices, *_PAGED),
    get("/x/v1/invoices/{id}", lambda tx, call: views.invoice(tx, call.id)),
    get("/x/v1/invoices", _invoices, "state", "overdue", *_PAGED),
    get("/x/v1/refunds", _refunds, "status", *_PAGED),
    *actions.ROUTES,
    route("/x/v1/clock", _clock, "POST"),
]
