"""The timeout after which tests consider something hung, far above what a busy machine needs."""

from wbtui.api.options import HttpOptions

PATIENCE = 180.0
"""Seconds. A wait that reaches this limit will never end."""

PATIENT = HttpOptions(
    connect=PATIENCE, read=PATIENCE, write=PATIENCE, pool=PATIENCE, deadline=PATIENCE, write_deadline=PATIENCE
)
"""Options of an HTTP client with this timeout for every phase of a request."""
