"""The address of a billing system: what may be one, in its one normal form."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, quote, urlsplit

from wbtui.errors import BadInput

_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?", re.ASCII)
_HINT = "An address looks like https://api.wingback.com, without anything after the host."


def normal_origin(text: str) -> str:
    """`scheme://host[:port]` of a typed address. Raises BadInput, which says what is wrong with it.

    https only; http is allowed to this machine itself. No user name, path, query or fragment: the
    key goes to one origin, and what is shown is what is used.
    """
    typed = text.strip()
    if re.search(r"[^\x21-\x7e]", typed) or "\\" in typed or len(typed) > 500:
        raise BadInput("The address holds characters that no address has.", hint=_HINT)
    try:
        parts = urlsplit(typed)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadInput("This is not an address.", hint=_HINT) from None
    _refuse(parts, host)
    address = _ip(host)
    if parts.scheme == "http" and not _is_loopback(host):
        raise BadInput(
            "http:// is only accepted to this machine itself: the key would travel readable.",
            hint="Use https://.",
        )
    if address is None and not _HOST.fullmatch(host):
        raise BadInput("The host name in the address is not one.", hint=_HINT)
    shown = f"[{host}]" if address is not None and address.version == 6 else host
    default = 443 if parts.scheme == "https" else 80
    return f"{parts.scheme}://{shown}" + (f":{port}" if port not in (None, default) else "")


def _refuse(parts: SplitResult, host: str) -> None:
    if parts.scheme not in ("https", "http") or not host:
        raise BadInput("The address must begin with https:// and name a host.", hint=_HINT)
    if parts.username is not None or parts.password is not None:
        raise BadInput("The address must not hold a user name or password.", hint=_HINT)
    if parts.query or parts.fragment or parts.path not in ("", "/"):
        raise BadInput("The address must end after the host (and port).", hint=_HINT)


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    address = _ip(host)
    return address.is_loopback if address is not None else host.lower().rstrip(".") == "localhost"


def segment(identifier: str) -> str:
    """One path segment that cannot become anything else, whatever the id holds.

    Raises BadInput for what no encoding can keep in its place: nothing, dots only, control characters.
    """
    if not identifier.strip(".") or len(identifier) > 500 or re.search(r"[\x00-\x1f\x7f]", identifier):
        raise BadInput("This is not an id.")
    try:
        return quote(identifier, safe="")
    except UnicodeEncodeError:
        raise BadInput("This is not an id.") from None
