"""The API key as a value that does not show itself."""

from __future__ import annotations

import re

from wbtui.errors import BadInput

_FIT = re.compile(r"[\x21-\x7e]{1,4096}", re.ASCII)


class Secret:
    """A key. `repr`, `str` and `format` are masked; `reveal` is for the header alone."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        """Raises BadInput, which never quotes the value, when it cannot be a header."""
        stripped = value.strip()
        if not _FIT.fullmatch(stripped):
            raise BadInput(
                "The key is empty or holds characters that no key has (only visible ASCII is possible).",
                hint="Copy it again from the settings page of the billing system.",
            )
        self.__value = stripped

    def reveal(self) -> str:
        return self.__value

    def hide(self, text: str) -> str:
        """`text` without the key, should a server have echoed it."""
        return text.replace(self.__value, "[key]")

    def hide_bytes(self, data: bytes) -> bytes:
        return data.replace(self.__value.encode(), b"[key]")

    def __repr__(self) -> str:
        return "Secret(****)"

    def __str__(self) -> str:
        return "****"

    def __format__(self, spec: str) -> str:
        return "****"

    def __reduce__(self) -> str:
        raise TypeError("A key is not pickled.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.__value

    def __hash__(self) -> int:
        return hash(self.__value)
