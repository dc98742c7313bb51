"""Money: an exact amount of one currency in integer minor units, never a float."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, total_ordering
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from wbtui.errors import MoneyError

# Minor-unit digits of ISO 4217 that differ from 2.
_DIGITS = dict.fromkeys("bif clp djf gnf isk jpy kmf krw pyg rwf ugx uyi vnd vuv xaf xof xpf".split(), 0) | (
    dict.fromkeys("bhd iqd jod kwd lyd omr tnd".split(), 3)
)
CURRENCIES = frozenset(
    (
        "aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd btn bwp byn bzd "
        "cad cdf chf clp cny cop crc cup cve czk djf dkk dop dzd egp ern etb eur fjd fkp gbp gel ghs gip gmd "
        "gnf gtq gyd hkd hnl htg huf idr ils inr iqd irr isk jmd jod jpy kes kgs khr kmf kpw krw kwd kyd kzt "
        "lak lbp lkr lrd lsl lyd mad mdl mga mkd mmk mnt mop mru mur mvr mwk mxn myr mzn nad ngn nio nok npr "
        "nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sdg sek sgd shp sle sos srd ssp "
        "stn svc syp szl thb tjs tmt tnd top try ttd twd tzs uah ugx usd uyi uyu uzs ves vnd vuv wst xaf xcd "
        "xcg xof xpf yer zar zmw zwg"
    ).split()
)
"""The currencies of ISO 4217, in lower case."""
SYMBOLS = {"eur": "€", "usd": "$", "gbp": "£", "jpy": "¥"}
_PLAIN = re.compile(r"(-?)([0-9]{1,19})(?:\.([0-9]+))?", re.ASCII)
_GROUPED = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+)\.([0-9]+)|([0-9]{1,3}(?:\.[0-9]{3})+),([0-9]+)", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:\.[0-9]{3})+", re.ASCII)
_LONGEST = 19
"""Digits before the decimal sign that `Money.parse` reads."""
_TYPED = re.compile(r"([0-9]+)(?:[.,]([0-9]*))?", re.ASCII)
_CURRENCY = re.compile(r"[a-z]{3}", re.ASCII)
_MAX_MINOR = 2**63 - 1
_WIRE_SCHEMA = core_schema.dict_schema(core_schema.str_schema(), core_schema.str_schema())


def digits_of(currency: str) -> int:
    """Return the number of decimals of a currency (lower-case ISO 4217 code)."""
    return _DIGITS.get(currency, 2)


@lru_cache(maxsize=256)
def normal_currency(code: str) -> str:
    """Return the currency code in lower case. Raises MoneyError if it is not three ASCII letters."""
    lowered = code.strip().lower() if len(code) < 16 else ""
    if not _CURRENCY.fullmatch(lowered):
        raise MoneyError(f"{code[:20]!r} is not a currency code.")
    return lowered


@total_ordering
@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`minor` minor units of `currency` (lower-case ISO 4217): Money(2240, "eur") is €22.40."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise MoneyError("The amount must be a whole number of minor units.")
        if abs(self.minor) > _MAX_MINOR:
            raise MoneyError("The amount is too large.")

    # ── construction ──
    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Parse a decimal string in major units ("22.40").

        Raises MoneyError if it is none, or has non-zero decimals beyond those of the currency.
        """
        currency = normal_currency(currency)
        match = _PLAIN.fullmatch(text)
        if match is None:
            raise MoneyError(f"{text[:40]!r} is not an amount.")
        sign, whole, decimals = match[1], match[2], match[3] or ""
        digits = digits_of(currency)
        if len(decimals) > digits:
            if decimals[digits:].strip("0"):
                raise MoneyError(f"{text[:40]!r} has too many decimals: {currency.upper()} has {digits}.")
            decimals = decimals[:digits]
        minor = int(whole + decimals.ljust(digits, "0"))
        return cls(-minor if sign else minor, currency)

    # ── formatting ──
    @property
    def amount(self) -> str:
        """Decimal string in major units with all decimals of the currency: "22.40"."""
        return _json_form(self.minor, self.currency)["amount"]

    def wire(self) -> dict[str, str]:
        """Return the JSON form: {"amount": "22.40", "currency": "eur"}."""
        return _json_form(self.minor, self.currency).copy()

    def __str__(self) -> str:
        """Return the display form: "€1,234.50", "CHF 12.00", "-€5.00"."""
        return _display_form(self.minor, self.currency)

    @property
    def signed(self) -> str:
        """Display form of a difference: "+ €5.00", "− €5.00"; zero has no sign."""
        return f"− {-self}" if self.minor < 0 else f"+ {self}" if self.minor else str(self)

    # ── arithmetic ──
    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise MoneyError(
                f"{self.currency.upper()} and {other.currency.upper()} amounts cannot be combined."
            )

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def times(self, factor: Decimal | int) -> Money:
        """Multiply exactly, then round half-even to the minor unit."""
        return Money(round(Decimal(self.minor) * factor), self.currency)

    # ── pydantic: accepts a Money, {"amount","currency"}; serialises as the latter ──
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(
                cls.wire, return_schema=_WIRE_SCHEMA
            ),
        )

    @classmethod
    def _validate(cls, value: Any) -> Money:
        if isinstance(value, Money):
            return value
        if isinstance(value, dict) and value.keys() == {"amount", "currency"}:
            amount, currency = value["amount"], value["currency"]
            if isinstance(amount, str) and isinstance(currency, str):
                return cls.parse(amount, currency)
        raise MoneyError("The amount must be a decimal string with a currency.")


@lru_cache(maxsize=4096)
def _json_form(minor: int, currency: str) -> dict[str, str]:
    digits = digits_of(currency)
    sign = "-" if minor < 0 else ""
    text = str(abs(minor)).rjust(digits + 1, "0")
    amount = f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else sign + text
    return {"amount": amount, "currency": currency}


@lru_cache(maxsize=4096)
def _display_form(minor: int, currency: str) -> str:
    digits = digits_of(currency)
    whole, _, decimals = _json_form(abs(minor), currency)["amount"].partition(".")
    grouped = f"{int(whole):,}" + (f".{decimals}" if digits else "")
    symbol = SYMBOLS.get(currency, currency.upper() + " ")
    return f"{'-' if minor < 0 else ''}{symbol}{grouped}"


def div_half_even(numerator: int, denominator: int) -> int:
    """Divide integers, rounding half-even, exact at any size. `denominator` must be positive."""
    return round(Fraction(numerator, denominator))


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Return the sum; zero of `currency` if empty. Raises MoneyError for another currency."""
    return sum(amounts, Money.zero(currency))


def reaches(one: Money, other: Money) -> bool:
    """Return whether an amount is as high as another; one of another currency is not."""
    return one.currency == other.currency and one >= other


def add_known(one: Money | None, other: Money | None) -> Money | None:
    """Return the sum; None where an amount is not known, the currencies differ or the sum is too large."""
    try:
        return None if one is None or other is None else one + other
    except MoneyError:
        return None


def per_currency(amounts: Iterable[Money]) -> dict[str, Money]:
    """Return the sums by currency, in order of first appearance."""
    sums: dict[str, Money] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, Money.zero(amount.currency)) + amount
    return sums


def split_by_weight(amount: Money, weights: list[int]) -> Iterator[Money]:
    """Yield shares by weight that add up to `amount`; the last takes the rounding remainder.

    No share has the other sign, or is larger than its weight where the amount is not larger than all weights:
    then others take what is beyond.
    """
    size, sign = abs(amount.minor), -1 if amount.minor < 0 else 1
    whole = after = sum(weights)
    left = size
    for weight in weights:
        after -= weight
        share = div_half_even(size * weight, whole)
        if size <= whole:
            share = max(min(share, weight), left - after)
        share = min(share, left) if after else left
        left -= share
        yield Money(sign * share, amount.currency)


def parse_typed(text: str, currency: str) -> Money:
    """Parse what a person types: `22.40`, `22,40`, `€22.40`, `22.40 EUR`, `1,234.50`, `1.234,50`, `¥32,600`.

    Raises MoneyError on anything else, on more decimals than the currency has, on a wrong currency and
    on an amount that is not above zero. A lone separator is the decimal sign, never a grouping, except in a
    currency without decimals.
    """
    bare = text.strip().casefold().replace("\u00a0", " ")
    for name in (SYMBOLS.get(currency, ""), currency):
        if name:
            bare = bare.removeprefix(name).removesuffix(name).strip()
    if grouped := _GROUPED.fullmatch(bare):
        whole, decimals = grouped[1] or grouped[3], grouped[2] or grouped[4]
        whole = whole.replace(",", "").replace(".", "")
    elif digits_of(currency) == 0 and _WHOLE.fullmatch(bare):
        whole, decimals = bare.replace(",", "").replace(".", ""), ""
    elif ungrouped := _TYPED.fullmatch(bare):
        whole, decimals = ungrouped[1], ungrouped[2] or ""
    else:
        raise MoneyError("Enter an amount such as " + Money(2240, currency).amount + ".")
    if len(decimals) > digits_of(currency):
        digits = digits_of(currency)
        has = "no decimals" if digits == 0 else f"{digits} decimals"
        raise MoneyError(f"{currency.upper()} has {has}.")
    if len(whole) > _LONGEST:
        raise MoneyError("The amount is too large.")
    money = Money.parse(f"{whole}.{decimals}" if decimals else whole, currency)
    if not money:
        raise MoneyError("The amount must be above zero.")
    return money
