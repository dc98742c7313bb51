"""/v1/c/customer: search, read, create and change, address, freeze and activate, portal link."""

from __future__ import annotations

from typing import Any

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.responses import Response

from wbtui.sandbox.engine import clock, customers, repository, subscriptions
from wbtui.sandbox.engine.account import Account, Actor
from wbtui.sandbox.problems import Problem, invalid_fields
from wbtui.sandbox.routes import keyset
from wbtui.sandbox.routes import wingback_shapes as shapes
from wbtui.sandbox.routes.http import Call, get, post, respond
from wbtui.sandbox.routes.strict import Query, validated
from wbtui.sandbox.routes.wingback_models import Address, CustomerSelector, CustomerUpsert, Notes
from wbtui.sandbox.store import Tx

API = Actor("api")
_SEARCHES = "id email customer_reference plan status listed search contract_plan_name payment_status".split()
_CUSTOMER_STATUSES = ("active", "inactive", "temporary")
_HAS_EMAIL = (
    "EXISTS (SELECT 1 FROM json_each(customers.emails) e"
    " WHERE lower(json_extract(e.value, '$.address')) = lower(?))"
)
_HAS_CONTRACT = "EXISTS (SELECT 1 FROM contracts c WHERE c.customer_id = customers.id AND {})"
_RUNNING = "c.status IN ('active', 'scheduled', 'pending', 'not_ready')"
_CONDITIONS = {
    "id": "id = ?",
    "customer_reference": "reference = ?",
    "plan": _HAS_CONTRACT.format(f"c.plan_id = ? AND {_RUNNING}"),
    "contract_plan_name": _HAS_CONTRACT.format(
        f"c.plan_id IN (SELECT p.id FROM plans p WHERE lower(p.name) = lower(?)) AND {_RUNNING}"
    ),
    "payment_status": "EXISTS (SELECT 1 FROM invoices i WHERE i.customer_id = customers.id AND i.state = ?)",
    "search": "instr(search_text, ?) > 0",
    "email": _HAS_EMAIL,
    "status": _HAS_CONTRACT.format("c.status = ?"),
}
"""`status` is documented without saying whose: the customer's where the word fits, else a contract's.
`listed` is accepted and ignored."""


def _conditions(query: Query) -> tuple[str, tuple[Any, ...]]:
    """The WHERE condition and its values. Raises Problem (invalid) without a search parameter."""
    given = {name: value for name in _SEARCHES if (value := query.text(name))}
    if not given:
        raise invalid_fields({"search": f"At least one of {', '.join(_SEARCHES)} is required."})
    query.choice("payment_status", ("pending_validation", "ready_for_payment", "paid"))
    where, values = ["1"], []
    for name, value in given.items():
        if name == "email":  # quick, and leaves few customers whose e-mails are read
            where.append(_CONDITIONS["search"])
            values.append(value.casefold())
        if name == "status" and value in _CUSTOMER_STATUSES:
            where.append("status = ?")
            values.append(value)
        elif name in _CONDITIONS:
            where.append(_CONDITIONS[name])
            values.append(value.casefold() if name == "search" else value)
    return " AND ".join(where), tuple(values)


def _search(tx: Tx, call: Call) -> dict[str, Any]:
    where, values = _conditions(call.query)
    rows, envelope = keyset.page(tx, call.query, keyset.Listing("customers", "no, id", where, values))
    return envelope | {"hits": [shapes.customer(repository.load(tx, row["id"])) for row in rows]}


def _get(tx: Tx, call: Call) -> dict[str, Any]:
    return shapes.customer(repository.load(tx, call.id))


def _upsert(tx: Tx, call: Call) -> str:
    """Create or change a customer; absent members stay. Answers the id as a bare JSON string."""
    body = validated(CustomerUpsert, call.body)
    changes = body.model_dump(exclude_unset=True, exclude={"id"})
    if body.id is not None:
        with clock.changing(tx, body.id) as (account, at):
            _change(account, at, changes)
        return body.id
    at = clock.now(tx)
    account = repository.new_customer(tx, at)
    account.log(at, "contact", "Customer created", API)
    _change(account, at, changes)
    repository.save(tx, account, at)
    return account.customer.id


def _change(account: Account, at: str, changes: dict[str, Any]) -> None:
    """Set the given members; null clears."""
    if "tax_details" in changes:
        changes["vat_id"] = (changes.pop("tax_details") or {}).get("vat_id")
    if "emails" in changes:
        pairs = (changes["emails"] or {}).items()
        changes["emails"] = [{"label": label, "address": address} for label, address in pairs]
    if "customer_reference" in changes:
        changes["reference"] = changes.pop("customer_reference")
    if "metadata" in changes:
        changes["metadata"] = changes["metadata"] or {}
    customers.edit(account, at, changes, actor=API)


def _address(tx: Tx, call: Call) -> Any:
    address = repository.load(tx, call.id).customer.address
    if address is None:
        raise Problem("not_found", "This customer has no address.")
    return address


def _set_address(tx: Tx, call: Call) -> Any:
    address = validated(Address, call.body).model_dump()
    with clock.changing(tx, call.id) as (account, at):
        _change(account, at, {"address": address})
    return address


def _activate(tx: Tx, call: Call) -> Response:
    with clock.changing(tx, call.id) as (account, at):
        subscriptions.activate(account, at, actor=API)
    return Response()


def _inactivate(tx: Tx, call: Call) -> Response:
    note = None if call.json is None else validated(Notes, call.json).notes
    with clock.changing(tx, call.id) as (account, at):
        subscriptions.freeze(account, at, actor=API, comment=note)
    return Response()


def _authenticate(tx: Tx, call: Call) -> Response:
    """The link as a bare JSON string, 201. Every given member must match the same customer."""
    body = validated(CustomerSelector, call.body)
    given = {"id = ?": body.id, "reference = ?": body.reference, _HAS_EMAIL: body.email}
    where = {condition: value for condition, value in given.items() if value is not None}
    if not where:
        raise invalid_fields({"id": "At least one of id, email, reference is required."})
    row = tx.one(
        f"SELECT id FROM customers WHERE {' AND '.join(where)} ORDER BY no LIMIT 1", list(where.values())
    )
    if row is None:
        raise Problem("not_found", "There is no such customer.")
    with clock.changing(tx, row["id"]) as (account, at):
        customers.log_portal_link(account, at, API)
    return respond(customers.portal_link(call.state.url), 201)


class _CustomerId(StringConvertor):
    """A part of a path that is an id, not the name of the call `authenticate`."""

    regex = "(?!authenticate$)[^/]+"


register_url_convertor("customer_id", _CustomerId())

ROUTES = [
    get("/v1/c/customer", _search, *_SEARCHES, *keyset.PARAMETERS),
    post("/v1/c/customer", _upsert),
    post("/v1/c/customer/authenticate", _authenticate),
    get("/v1/c/customer/{id:customer_id}", _get),
    get("/v1/c/customer/{id}/address", _address),
    post("/v1/c/customer/{id}/address", _set_address),
    post("/v1/c/customer/{id}/activate", _activate, body=False),
    post("/v1/c/customer/{id}/inactivate", _inactivate),
]
