"""How long a test waits before it calls something hung: one number, far above what a busy machine takes."""

from wbtui.api.options import HttpOptions

PATIENCE = 180.0
"""Seconds. Nothing that works takes so long; what meets this bound waits for something that never comes."""

PATIENT = HttpOptions(
    connect=PATIENCE, read=PATIENCE, write=PATIENCE, pool=PATIENCE, deadline=PATIENCE, write_deadline=PATIENCE
)
"""A client of the same mind."""
