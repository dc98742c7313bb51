"""API key that does not reveal its value by accident."""

from __future__ import annotations

import hmac
import re
from typing import NoReturn, final

from wbtui.errors import BadInput

_VALID_KEY = re.compile(r"[\x21-\x7e]{1,4096}", re.ASCII)


@final
class Secret:
    """API key whose value is hidden from `repr`, `str`, format strings and pickle.

    `reveal` returns the value; call it only to send or to store the key.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str | Secret) -> None:
        """Strip surrounding whitespace. Raises BadInput, without quoting the value, for an invalid key."""
        stripped = (value.reveal() if isinstance(value, Secret) else value).strip()
        if not _VALID_KEY.fullmatch(stripped):
            raise BadInput(
                "Enter a valid API key.", hint="Copy the key from the settings of the billing system."
            )
        self.__value = stripped

    def reveal(self) -> str:
        return self.__value

    @property
    def masked(self) -> str:
        """Masked form: bullets, and the last four characters of a long key."""
        return "••••" + (self.__value[-4:] if len(self.__value) >= 16 else "")

    def hide(self, text: str) -> str:
        """Replace the key in a text that the server may have echoed."""
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
        raise TypeError("An API key cannot be pickled.")
