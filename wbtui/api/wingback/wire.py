"""Typed access to the JSON of a response.

Lenient about form: null is absent, a number may be text, unknown fields are ignored. Strict about meaning: an
inexact amount or a missing ID raises Unreadable with the path of the field.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from wbtui.api.answer import Unreadable
from wbtui.errors import MoneyError
from wbtui.models.base import LONGEST_ID, OpenEnum
from wbtui.models.money import Money, normal_currency
from wbtui.models.units import NUMBER

T = TypeVar("T")
W = TypeVar("W", bound=OpenEnum)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_EXPIRIES = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})(-\d{1,2})?", re.ASCII),
    re.compile(r"(?P<month>\d{1,2})\s*[/-]\s*(?P<year>\d{4})", re.ASCII),
    re.compile(r"(?P<month>\d{1,2})\s*/\s*(?P<short>\d{2})", re.ASCII),
)
_LONGEST_TEXT = 1_000_000
_LONGEST_WORD = 40
_LENGTH_OF_DAY = 10


class Wire:
    """JSON object of a response. `place` is its path, for error messages."""

    __slots__ = ("_above", "_name", "data")

    def __init__(self, data: object, name: str = "answer", above: Wire | None = None) -> None:
        """`name` is its path, relative to that of `above`."""
        # The path is built on demand only: a page has ten thousand objects.
        self._name, self._above = name, above
        if not isinstance(data, dict):
            raise Unreadable(f"{self.place} is not an object")
        self.data: dict[str, Any] = data

    @property
    def place(self) -> str:
        return self._name if self._above is None else f"{self._above.place}.{self._name}"

    def bad(self, name: str, what: str) -> Unreadable:
        return Unreadable(f"{self.place}.{name} {what}")

    def has(self, name: str) -> bool:
        return self.data.get(name) is not None

    def _given(self, name: str, found: T | None, default: T | None = None) -> T:
        """Return the value or its default. Raises Unreadable if both are missing."""
        if found is None:
            found = default
        if found is None:
            raise self.bad(name, "is missing")
        return found

    # ── text ──
    def maybe_text(self, name: str) -> str | None:
        value = self.data.get(name)
        if value is None or (type(value) is str and len(value) <= _LONGEST_TEXT):
            return value
        return self._as_text(name, value)

    def text(self, name: str, default: str | None = None) -> str:
        """Return the text or `default`. Raises Unreadable if both are missing."""
        value = self.data.get(name)
        if type(value) is str and len(value) <= _LONGEST_TEXT:
            return value
        return self._given(name, self.maybe_text(name), default)

    def identity(self, name: str = "id", *, longest: int = LONGEST_ID) -> str:
        """Return an opaque text that is sent back later, such as an ID: not empty, of a bounded length."""
        found = self.maybe_identity(name, longest=longest)
        if found is None:
            raise self.bad(name, "is empty" if self.has(name) else "is missing")
        return found

    def maybe_identity(self, name: str, *, longest: int = LONGEST_ID) -> str | None:
        """Return such a text, or None if it is absent or empty."""
        found = self.maybe_text(name) or None
        if found is not None and len(found) > longest:
            # A later request with it would be refused as if the agent had typed something wrong.
            raise self.bad(name, f"is longer than {longest} characters")
        return found

    def identities(self, name: str) -> tuple[str, ...]:
        """Return a list of IDs."""
        found = self.texts(name)
        if any(len(item) > LONGEST_ID for item in found):
            raise self.bad(name, f"holds an id longer than {LONGEST_ID} characters")
        return found

    def _as_text(self, name: str, value: object) -> str:
        if isinstance(value, str):
            if len(value) > _LONGEST_TEXT:
                raise self.bad(name, "is too long")
            return value
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            return _plain(value, self.bad(name, "is not text"))
        raise self.bad(name, "is not text")

    def word(self, name: str, kind: type[W]) -> W:
        """Return an enum member, `unknown` for unknown values."""
        value = self.data.get(name)
        if type(value) is not str or len(value) > _LONGEST_WORD:
            return kind.read(value if isinstance(value, str) else None)
        found: W = _word_of(kind, value)
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(self._as_text(name, item) for item in self._items(name) if item is not None)

    def text_map(self, name: str) -> dict[str, str]:
        """Return a map of texts, without nulls; nested values become JSON text."""
        value = self.data.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.bad(name, "is not an object")
        return {key: _as_json_text(item) for key, item in value.items() if item is not None}

    # ── numbers ──
    def units(self, name: str, default: str | None = None) -> str:
        return self._given(name, self.maybe_units(name), default)

    def maybe_units(self, name: str) -> str | None:
        """Return an exact decimal number as text."""
        value = self.data.get(name)
        if value is None or value == "":
            return None
        text = self._as_text(name, value)
        if not NUMBER.fullmatch(text):
            raise self.bad(name, "is not a number")
        return text

    def maybe_whole(self, name: str) -> int | None:
        text = self.maybe_units(name)
        if text is None:
            return None
        whole, _, rest = text.partition(".")
        if rest.strip("0") or len(whole) > 18:
            raise self.bad(name, "is not a whole number")
        return int(whole)

    def whole(self, name: str, default: int | None = None) -> int:
        return self._given(name, self.maybe_whole(name), default)

    def maybe_flag(self, name: str) -> bool | None:
        value = self.data.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise self.bad(name, "is neither true nor false")

    def flag(self, name: str, default: bool | None = None) -> bool:
        return self._given(name, self.maybe_flag(name), default)

    # ── money ──
    def money(self, name: str) -> Money:
        return self._given(name, self.maybe_money(name))

    def maybe_money(self, name: str) -> Money | None:
        """Return the Money of {"amount", "currency"}; the amount may be a number."""
        value = self.data.get(name)
        if type(value) is dict:
            found = _exact(value.get("amount"), value.get("currency"))
            if found is not None:
                return found
        return None if value is None else money_of(self.object(name))

    def moneys(self, name: str) -> tuple[Money, ...]:
        return tuple(money_of(item) for item in self.objects(name))

    def currency(self, name: str = "currency") -> str:
        try:
            return normal_currency(self.text(name))
        except MoneyError:
            raise self.bad(name, "is not a currency") from None

    def amount(self, name: str, currency: str) -> Money:
        """Return the Money of a decimal in major units of `currency`."""
        return self._given(name, self.maybe_amount(name, currency))

    def maybe_amount(self, name: str, currency: str) -> Money | None:
        text = self.maybe_units(name)
        if text is None:
            return None
        try:
            return Money.parse(text, currency)
        except MoneyError:
            raise self.bad(name, "is not an amount of its currency") from None

    # ── time ──
    def maybe_day(self, name: str) -> date | None:
        """Return a date; of a timestamp its date in UTC."""
        value = self.data.get(name)
        if type(value) is str and len(value) == _LENGTH_OF_DAY and (day := _day_of(value)) is not None:
            return day
        text = self.maybe_text(name)
        if not text:
            return None
        if _DAY.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                raise self.bad(name, "is not a date") from None
        return self._instant(name, text).date()

    def day(self, name: str) -> date:
        return self._given(name, self.maybe_day(name))

    def maybe_instant(self, name: str) -> datetime | None:
        text = self.maybe_text(name)
        return self._instant(name, text) if text else None

    def instant(self, name: str) -> datetime:
        return self._given(name, self.maybe_instant(name))

    def _instant(self, name: str, text: str) -> datetime:
        # A leap second becomes the second before it. Some timestamps end in " UTC".
        plain = text.strip().removesuffix(" UTC")
        if ":60" in plain:
            plain = re.sub(r":60(?=[.Z+-]|$)", ":59", plain)
        try:
            found = datetime.fromisoformat(plain)
            if found.tzinfo is UTC:
                return found
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.bad(name, "is not a timestamp") from None

    def maybe_month(self, name: str) -> str | None:
        """Return a card expiry (2026-11, 11/2026, 11/26) as YYYY-MM, None for anything else."""
        text = (self.maybe_text(name) or "").strip()
        for form in _EXPIRIES:
            if found := form.fullmatch(text):
                parts = found.groupdict()
                year, month = parts.get("year") or f"20{parts.get('short')}", int(parts["month"])
                return f"{year}-{month:02d}" if 1 <= month <= 12 else None
        return None

    def maybe_span(self, name: str) -> tuple[date, date] | None:
        """Return the first and last day of an array of two dates."""
        items = self._items(name)
        if len(items) < 2 or None in items[:2]:
            return None
        pair = Wire({"0": items[0], "1": items[1]}, name, self)
        return pair.day("0"), pair.day("1")

    # ── parts ──
    def _items(self, name: str) -> list[Any]:
        value = self.data.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.bad(name, "is not a list")
        return value

    def objects(self, name: str) -> Iterator[Wire]:
        """Yield the objects of a list, skipping nulls."""
        for index, item in enumerate(self._items(name)):
            if item is not None:
                yield Wire(item, f"{name}[{index}]", self)

    def page(self, name: str) -> Iterator[Wire]:
        """Yield the objects of the list that an answer is about: one without it is no empty list."""
        if name not in self.data:
            raise self.bad(name, "is missing")
        return self.objects(name)

    def object(self, name: str) -> Wire:
        if self.data.get(name) is None:
            raise self.bad(name, "is missing")
        return Wire(self.data[name], name, self)

    def part(self, name: str) -> Wire:
        """Return an object; an empty one if it is absent."""
        return self.maybe_object(name) or Wire({}, name, self)

    def maybe_object(self, name: str) -> Wire | None:
        return None if self.data.get(name) is None else self.object(name)


def money_of(wire: Wire) -> Money:
    found = _exact(wire.data.get("amount"), wire.data.get("currency"))
    return found if found is not None else wire.amount("amount", wire.currency())


def _exact(amount: object, currency: object) -> Money | None:
    """Fast path for decimal text with a currency code; None if the full validation is needed."""
    if type(amount) is str and type(currency) is str and len(amount) < 40:
        try:
            return _parsed(amount, currency)
        except MoneyError:
            return None
    return None


# Amounts, enum values and dates repeat often; the results are immutable.
_parsed = lru_cache(maxsize=4096)(Money.parse)


@lru_cache(maxsize=1024)
def _word_of(kind: type[W], value: str) -> W:
    return kind.read(value)


@lru_cache(maxsize=4096)
def _day_of(text: str) -> date | None:
    """Fast path for ISO dates; None if the full validation is needed."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def items_of(value: object) -> Iterator[Wire]:
    """Yield the objects of a response that is an array; a single object counts as an array of one."""
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        raise Unreadable("answer is not a list")
    for index, item in enumerate(value):
        if item is not None:
            yield Wire(item, f"answer[{index}]")


def of_customer(items: Iterable[Wire], customer_id: str) -> list[Wire]:
    """Return the objects. Raises Unreadable at one that belongs to another customer.

    One that does not name its customer is accepted: older servers do not send it.
    """
    found = list(items)
    for item in found:
        if item.has("customer_id") and item.text("customer_id") != customer_id:
            raise item.bad("customer_id", "names another customer than the one asked for")
    return found


def same_object(found: str, requested: str) -> None:
    """Raise Unreadable unless the response is about the object that was requested."""
    if found != requested:
        raise Unreadable("it is about another object than requested")


def fingerprint(value: object) -> str:
    """Return a hash of the JSON, as version of objects without one."""
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(value: int | Decimal, bad: Unreadable) -> str:
    """Format a number as decimal text without exponent."""
    if isinstance(value, int):
        if abs(value) >= 10**40:
            raise bad
        return str(value)
    if not value.is_finite() or abs(value.adjusted()) > 40 or len(value.as_tuple().digits) > 80:
        raise bad
    return format(value, "f")


def _as_json_text(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, default=str, ensure_ascii=False)[:_LONGEST_TEXT]
