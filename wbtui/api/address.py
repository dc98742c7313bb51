"""Validation of base URLs and path segments."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, quote, urlsplit

from wbtui.errors import BadInput

_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?", re.ASCII)
_HINT = "Enter a URL such as https://api.wingback.com, without a path."


def normal_origin(text: str) -> str:
    """Normalize a base URL to `scheme://host[:port]`. Raises BadInput if it is invalid.

    The scheme must be https, or http for loopback. User name, path, query and fragment are not allowed,
    because the API key is sent to one origin, and the URL on the screen must be the one in use.
    """
    typed = text.strip()
    if re.search(r"[^\x21-\x7e]", typed) or "\\" in typed or len(typed) > 500:
        raise BadInput("The URL contains invalid characters.", hint=_HINT)
    try:
        parts = urlsplit(typed)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadInput("This is not a URL.", hint=_HINT) from None
    _refuse(parts, host)
    address = _ip(host)
    is_loopback = address.is_loopback if address is not None else host.lower().rstrip(".") == "localhost"
    if parts.scheme == "http" and not is_loopback:
        raise BadInput(
            "http:// would send the API key unencrypted. It is allowed for this computer only.",
            hint="Use https://.",
        )
    if address is None and not _HOST.fullmatch(host):
        raise BadInput("The host name in the URL is invalid.", hint=_HINT)
    shown = f"[{host}]" if address is not None and address.version == 6 else host
    default = 443 if parts.scheme == "https" else 80
    return f"{parts.scheme}://{shown}" + (f":{port}" if port not in (None, default) else "")


def _refuse(parts: SplitResult, host: str) -> None:
    if parts.scheme not in ("https", "http") or not host:
        raise BadInput("The URL must start with https:// and contain a host name.", hint=_HINT)
    if parts.username is not None or parts.password is not None:
        raise BadInput("The URL must not contain a user name or password.", hint=_HINT)
    if parts.query or parts.fragment or parts.path not in ("", "/"):
        raise BadInput("The URL must not contain a path, query or fragment.", hint=_HINT)


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def segment(identifier: str) -> str:
    """Encode an ID as one path segment.

    Raises BadInput for IDs that are unsafe even when encoded: empty, only dots, with control characters.
    """
    if not identifier.strip(".") or len(identifier) > 500 or re.search(r"[\x00-\x1f\x7f]", identifier):
        raise BadInput("Invalid ID.")
    try:
        return quote(identifier, safe="")
    except UnicodeEncodeError:
        raise BadInput("Invalid ID.") from None
