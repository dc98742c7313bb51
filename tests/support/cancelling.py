"""Cancellations of customers whose bills are computed by hand."""

from __future__ import annotations

from typing import Any

from tests.support.billing import Billing
from wbtui.sandbox.engine import clock, meter, payments, repository
from wbtui.sandbox.engine.catalogue import Catalogue, FeatureDef, Plan, PriceSet, store_catalogue
from wbtui.sandbox.engine.pricing import Quantity

KEEP = {
    "when": "now", "unused_time": "none", "unbilled_usage": "bill", "open_invoices": "leave",
    "credits": "keep", "cancel_reason": "unused",
}  # fmt: skip
DECLINED = {"from": "2026-05-01", "until": "2026-05-10", "code": "do_not_honor"}
"""The charges of 1 and 8 May are declined, those after 10 May succeed."""


class Cancelling(Billing):
    """Cancellations of a customer's newest subscription."""

    def members(self, kind: str, customer: str, members: dict[str, Any]) -> dict[str, Any]:
        contract = self.read("contracts", customer)[0]["id"]
        return {"contract_id": contract, **(KEEP if kind == "cancel_subscription" else {}), **members}

    def cancel(self, customer: str, **members: Any) -> dict[str, Any]:
        """Cancel, and return the preview."""
        return self.do("cancel_subscription", customer, **members)

    def asked(self, customer: str, **members: Any) -> dict[str, Any]:
        """The preview of a cancellation."""
        return self.preview("cancel_subscription", customer, **members)

    def _body(self, kind: str, customer: str, members: dict[str, Any]) -> dict[str, Any]:
        if kind in ("cancel_subscription", "undo_cancel"):
            members = self.members(kind, customer, members)
        return super()._body(kind, customer, members)

    def validate_invoices(self, customer: str) -> None:
        """Let the invoices from now on wait for validation."""
        with self.store.write() as tx, clock.changing(tx, customer) as (account, _):
            account.contracts[-1].validate_invoices = True

    def dispute(self, customer: str) -> None:
        """Open a dispute of the newest payment."""
        with self.store.write() as tx:
            account = repository.load(tx, customer)
            payments.open_dispute(account, account.payments[-1], clock.now(tx))
            repository.save(tx, account, clock.now(tx))

    def use(self, customer: str, day: str, units: Quantity) -> None:
        """Report usage of a day."""
        with self.store.write() as tx:
            account = repository.load(tx, customer)
            meter.add_usage(account, account.contracts[-1], "calls", day, units)
            repository.save(tx, account, f"{day}T12:00:00Z")


def codes(preview: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in preview["warnings"]]


def lines(preview: dict[str, Any]) -> list[tuple[str, str]]:
    return [(line["label"], line["money"]["amount"]) for line in preview["lines"]]


def metered(billing: Cancelling) -> str:
    """A plan of 10.00 with 100 calls, then 0.02 each; 350 calls are used on 5 May."""
    calls = FeatureDef("calls", "Calls", "call", "usage", 100, None, overage_price=2)
    plan = Plan("Meter", "meter", "Meter", None, "active", None)
    prices = PriceSet("Meter_usd", "Meter", "Meter_usd", "usd", "month", "usage", 1000, "exclusive",
                      (calls,), "2000-01-01", True)  # fmt: skip
    with billing.store.write() as tx:
        store_catalogue(tx, Catalogue({plan.id: plan}, {prices.id: prices}, {}))
    customer = billing.subscribe("Meter_usd", "2026-05-01")
    billing.go_to("2026-05-05")
    billing.use(customer, "2026-05-05", 350)
    billing.go_to("2026-05-11")
    return customer
