"""/v1/c as documented: every call known from a reference page, in whole or in part. Nothing of ours."""

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
