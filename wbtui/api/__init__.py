"""The door to a billing system. Importing it costs nothing: the transport is loaded when one is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wbtui.api.address import normal_origin
from wbtui.api.options import HttpOptions
from wbtui.clock import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from wbtui.api.port import BillingAPI
    from wbtui.models.secret import Secret

__all__ = ["HttpOptions", "normal_origin", "open_api"]


def open_api(
    base_url: str,
    key: str | Secret,
    *,
    options: HttpOptions | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> BillingAPI:
    """A client for one event loop; nothing is sent yet.

    Raises BadInput for an address that is not https (http only to this machine) or holds more than scheme,
    host and port, and for a key that cannot be one.
    """
    from wbtui.api.wingback.client import WingbackClient

    return WingbackClient(base_url, key, options=options, clock=clock)
