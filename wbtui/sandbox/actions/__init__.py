"""Actions of agents: one function per kind serves the preview and the perform.

A new kind is a body and, next to it, a function with `@handles(Body)` that takes a Run and the body, changes
the account in memory and returns an Effect. The capabilities list the kinds that are registered here.
"""

from wbtui.sandbox.actions import (  # noqa: F401 - registers their kinds
    collecting,
    crediting,
    customer,
    invoice,
    method,
    money,
    starting,
    subscription,
)
