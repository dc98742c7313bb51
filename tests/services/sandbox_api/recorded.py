"""A client that validates every answer against the API descriptions."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from tests.support.action_cases.base import AGENT
from tests.support.openapi import Checker
from tests.support.patience import PATIENCE
from tests.support.sandbox import Sandbox

WINGBACK = "wingback-openapi.yaml"
PORTAL = "portal-openapi.yaml"
__all__ = ["AGENT", "PORTAL", "WINGBACK", "Recorded", "amount", "refund"]


class Recorded:
    """Validated calls of one sandbox; `wingback` and `portal` record the operations called."""

    def __init__(self, box: Sandbox, *, key: str | None = None) -> None:
        self.box = box
        self.wingback = Checker(WINGBACK, closed=True)
        self.portal = Checker(PORTAL, closed=True)
        self.http = httpx.Client(
            base_url=box.url, headers={"wb-key": key or box.key}, timeout=PATIENCE, verify=False
        )

    def __enter__(self) -> Recorded:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        answer = self.http.request(method, path, **options)
        where = answer.request.url.path
        if where.startswith("/x/"):
            self.portal.check(method, where, answer.status_code, answer.content)
        elif answer.status_code < 400:  # errors of /v1/c are not documented in general
            self.wingback.check(method, where, answer.status_code, answer.content)
        else:
            self.wingback.validate(
                {"type": "object", "required": ["feedback"],
                 "properties": {"feedback": {"$ref": "#/components/schemas/Feedback"}}},
                answer.json(), f"{method} {where} {answer.status_code}",
            )  # fmt: skip
        return answer

    def get(self, path: str, expect: int = 200, **parameters: Any) -> Any:
        answer = self.call("GET", path, params=parameters or None)
        assert answer.status_code == expect, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, expect: int = 200, **headers: str) -> Any:
        options = {} if body is None else {"json": body}
        answer = self.call("POST", path, headers=headers, **options)
        assert answer.status_code == expect, answer.text
        return answer.json() if answer.content else None

    # ── shortcuts ──
    def customers(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.get("/x/v1/snapshot", kind="customers", limit=500)["rows"]
        return rows

    def refundable_payments(
        self, *, kind: str | None = "card", enough: int = 4
    ) -> list[tuple[str, dict[str, Any]]]:
        """(customer id, payment) with at least 5 major units left, the method of `kind` (None: any)."""
        found = []
        for row in self.customers():
            for payment in self.get(f"/x/v1/customers/{row['id']}/payments"):
                method = payment["method"]
                if float(payment["refundable"]["amount"]) >= 5 and method and kind in (None, method["kind"]):
                    found.append((row["id"], payment))
            if len(found) >= enough:
                break
        return found

    def perform(self, action: dict[str, Any], basis: str, key: str | None = None, expect: int = 200) -> Any:
        key = key or str(uuid4())
        body = {"key": key, "action": action, "basis": basis}
        return self.post("/x/v1/actions", body, expect, **{"idempotency-key": key})

    def do(self, action: dict[str, Any], key: str | None = None) -> Any:
        """Preview and perform."""
        return self.perform(action, self.post("/x/v1/previews", action)["basis"], key)


def refund(customer_id: str, payment: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A refund action; by default of the full refundable amount."""
    return {
        "kind": "refund",
        "customer_id": customer_id,
        "context": dict(AGENT),
        "payment_id": payment["id"],
        "invoice_id": payment["invoice_ids"][0],
        "mode": "full",
        **members,
    }


def amount(value: str, like: dict[str, Any]) -> dict[str, Any]:
    """Members of a refund of `value` in the currency of a payment."""
    return {"mode": "amount", "amount": {"amount": value, "currency": like["money"]["currency"]}}
