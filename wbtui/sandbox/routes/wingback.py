"""/v1/c as documented: every call of Wingback's reference, without additions."""

from __future__ import annotations

from wbtui.sandbox.routes import (
    wingback_billing,
    wingback_contracts,
    wingback_customers,
    wingback_invoices,
    wingback_usage,
)

ROUTES = [
    *wingback_customers.ROUTES,
    *wingback_billing.ROUTES,
    *wingback_contracts.ROUTES,
    *wingback_invoices.ROUTES,
    *wingback_usage.ROUTES,
]
