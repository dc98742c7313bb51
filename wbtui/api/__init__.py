"""Access to a billing system. The HTTP client is imported when a connection is opened."""

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
    """Return a client for use on one event loop. Does not send anything.

    Raises BadInput for an invalid key, and for a URL that is not https (http on loopback only) or has more
    than scheme, host and port.
    """
    from wbtui.api.wingback.client import WingbackClient

    return WingbackClient(base_url, key, options=options, clock=clock)
