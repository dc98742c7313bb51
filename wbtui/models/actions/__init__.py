"""Actions are data: everything an agent can do, each a model of its own that registers itself."""

from __future__ import annotations

from wbtui.models.actions import customer, invoice, method, money, starting, subscription  # noqa: F401
from wbtui.models.actions.base import ACTIONS, About, Action, Context, Reason, read_action

__all__ = ["ACTIONS", "About", "Action", "Context", "Reason", "read_action"]
