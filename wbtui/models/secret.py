"""An API key as the house carries it: its value comes out only where it is asked for by name (promise 5)."""

from __future__ import annotations

import hmac
import re
from typing import NoReturn, final

from wbtui.errors import BadInput

_FIT = re.compile(r"[\x21-\x7e]{1,4096}", re.ASCII)


@final
class Secret:
    """A key that does not show itself: not in `repr`, `str`, format strings or pickles.

    `reveal` gives the value; only the auth header and the keeper of keys have a reason to call it.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str | Secret) -> None:
        """Blanks around the value go. Raises BadInput, which never quotes it, when it cannot be a header."""
        stripped = (value.reveal() if isinstance(value, Secret) else value).strip()
        if not _FIT.fullmatch(stripped):
            raise BadInput(
                "The key is empty or holds characters that no key has (only visible ASCII is possible).",
                hint="Copy it again from the settings page of the billing system.",
            )
        self.__value = stripped

    def reveal(self) -> str:
        return self.__value

    @property
    def masked(self) -> str:
        """Bullets and, of a long key, the last four characters: enough to tell two keys apart."""
        return "••••" + (self.__value[-4:] if len(self.__value) >= 16 else "")

    def hide(self, text: str) -> str:
        """`text` without the key, should a server have echoed it."""
        return text.replace(self.__value, "[key]")

    def hide_bytes(self, data: bytes) -> bytes:
        return data.replace(self.__value.encode(), b"[key]")

    def __repr__(self) -> str:
        return "Secret(••••)"

    def __str__(self) -> str:
        return "••••"

    def __format__(self, spec: str) -> str:
        return "••••"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self.__value, other.__value)

    def __hash__(self) -> int:
        return hash(self.__value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("A key is not pickled.")
