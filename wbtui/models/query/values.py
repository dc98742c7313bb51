"""Parser of the operands of filters: amounts, dates, durations and counts become integer ranges."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, timedelta

from wbtui.models.instants import micros, midnight
from wbtui.models.money import CURRENCIES, SYMBOLS, digits_of
from wbtui.models.query.filters import FilterSpec, ValueKind
from wbtui.models.query.terms import Span

AMOUNT_DECIMALS = 3
"""Amounts are compared in thousandths of the major unit: no currency has more decimals."""
MAX_THOUSANDTHS = 2**62

CURRENCY_OF = {symbol: currency for currency, symbol in SYMBOLS.items()}
_AMOUNT = re.compile(
    r"([€$£¥]|[a-z]{3})?\s*([0-9][0-9.,'\u2019\u00a0]{0,30})\s*([€$£¥]|[a-z]{3})?", re.ASCII | re.IGNORECASE
)
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?", re.ASCII)
_DURATION = re.compile(r"([0-9]{1,5})\s*(m|min|h|d|w|y)", re.ASCII | re.IGNORECASE)
_NAMED_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_SECONDS = {"m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}


class InvalidValue(ValueError):
    """Invalid operand. The message says what is expected."""


def thousandths(minor: int, digits: int) -> int:
    """Convert minor units of a currency with `digits` decimals to thousandths of its major unit, bounded."""
    fine: int = minor * 10 ** max(AMOUNT_DECIMALS - digits, 0)
    return max(-MAX_THOUSANDTHS + 1, min(fine, MAX_THOUSANDTHS - 1))


def read_amount(text: str, currency: str | None = None) -> tuple[int, str | None, bool] | None:
    """Parse a typed amount: €49, 49,00, 1.234,56 or 1,234.56 eur. Returns None if it is not an amount.

    1,234 and 1.234 are thousands, but decimals in a currency with three; `currency` is that of an amount
    without one. Returns thousandths, the currency in the text, and whether it is certain to be an amount; a
    plain number is not.
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None or (match[1] and match[3]):
        return None
    sign = (match[1] or match[3] or "").lower()
    known = CURRENCY_OF.get(sign, sign) or currency
    digits = re.sub("['\u2019\u00a0]", "", match[2])
    separators = [char for char in digits if char in ".,"]
    decimals = ""
    if separators:
        last = separators[-1]
        whole, _, decimals = digits.rpartition(last)
        has_three = known is not None and digits_of(known) == AMOUNT_DECIMALS
        is_group = len(decimals) == AMOUNT_DECIMALS and _grouped(digits) and whole != "0"
        if (
            (is_group and (len(separators) > 1 or not has_three))
            or len(decimals) > AMOUNT_DECIMALS
            or last in whole
        ):
            whole, decimals = digits, ""
        if not _grouped(whole):
            return None
    else:
        whole = digits
    plain = whole.replace(".", "").replace(",", "")
    if not plain or len(plain) > 16 or (separators and digits[-1] in ".,"):
        return None
    value = int(plain) * 1000 + int(decimals.ljust(AMOUNT_DECIMALS, "0") or 0)
    # "1AAA" looks like an amount in a currency, but may be a name.
    certain = sign in CURRENCY_OF or (len(decimals) == 2 and not sign)
    return value, known if sign else None, certain


def _grouped(whole: str) -> bool:
    """Return whether digit groups, if any, have three digits and one kind of separator."""
    signs = {char for char in whole if char in ".,"}
    if not signs:
        return True
    first, *rest = re.split("[.,]", whole)
    return len(signs) == 1 and 1 <= len(first) <= 3 and all(len(group) == 3 for group in rest)


def compare_span(operator: str, low: int, high: int) -> Span:
    """Return the range that compares so with a value that covers `low` to `high`."""
    if operator == "<":
        return Span(None, low - 1)
    if operator == "<=":
        return Span(None, high)
    if operator == ">":
        return Span(high + 1, None)
    if operator == ">=":
        return Span(low, None)
    return Span(low, high)


def read_span(
    spec: FilterSpec,
    operator: str,
    operand: str,
    today: date | None,
    now: datetime | None,
    currency: str | None = None,
) -> tuple[Span, str | None]:
    """Return the range, and the currency typed with an amount, else `currency`. Raises InvalidValue."""
    operand = operand.replace('"', "").strip()
    if spec.value_kind is ValueKind.AMOUNT:
        amount = read_amount(operand, currency)
        if amount is None:
            raise InvalidValue(f"{spec.name} needs an amount, for example {spec.example}")
        currency = currency or amount[1]
        if currency is not None and currency not in CURRENCIES:
            raise InvalidValue(f"{currency[:20]} is not a currency. For example: {spec.example}")
        return compare_span(operator, amount[0], amount[0]), currency
    if spec.value_kind is ValueKind.COUNT:
        if not (operand.isascii() and operand.isdigit() and len(operand) <= 9):
            raise InvalidValue(f"{spec.name} needs a number, for example {spec.example}")
        return compare_span(operator, int(operand), int(operand)), None
    if spec.value_kind is ValueKind.AGE:
        return _age(spec, operator, operand, now), None
    if spec.value_kind is ValueKind.AHEAD and (duration := _duration(operand)) is not None:
        return _ahead(spec, operator, duration, today), None
    days = _days(operand, today)
    if days is None:
        is_ahead = spec.value_kind is ValueKind.AHEAD
        needs = "a number of days or a date" if is_ahead else "a day, a month or a year"
        raise InvalidValue(f"{spec.name} needs {needs}, for example {spec.example}")
    span = compare_span(operator, *days)
    return (_from_today(span, today) if spec.value_kind is ValueKind.AHEAD else span), None


def _from_today(span: Span, today: date | None) -> Span:
    """Return the range without days in the past, unless it ends in the past."""
    if span.low is not None or span.high is None or today is None or span.high < today.toordinal():
        return span
    return Span(today.toordinal(), span.high)


def _days(text: str, today: date | None) -> tuple[int, int] | None:
    """Return the first and last day of a year, a month or a day as ordinals."""
    if text.lower() in _NAMED_DAYS and today is not None:
        day = today.toordinal() + _NAMED_DAYS[text.lower()]
        return day, day
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    try:
        if not match[2]:
            return date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        if not match[3]:
            last = calendar.monthrange(year, month)[1]
            return date(year, month, 1).toordinal(), date(year, month, last).toordinal()
        exact = date(year, month, day).toordinal()
    except ValueError:
        return None
    return exact, exact


def _duration(text: str) -> timedelta | None:
    match = _DURATION.fullmatch(text)
    return None if match is None else timedelta(seconds=int(match[1]) * _SECONDS[match[2].lower()])


def is_duration(text: str) -> bool:
    """Return whether the text is a duration, as in changed<1h."""
    return _duration(text.strip()) is not None


def _ahead(spec: FilterSpec, operator: str, duration: timedelta, today: date | None) -> Span:
    """Return the range of days from today; dates in the past do not match "<"."""
    if today is None:
        raise InvalidValue(f"{spec.name} needs the date of the server, which is not known yet.")
    if duration % timedelta(days=1):
        raise InvalidValue(f"{spec.name} needs whole days, for example {spec.example}")
    then = today.toordinal() + duration.days
    # People use <7d for "within seven days", including the seventh.
    return _from_today(compare_span("<=" if operator == "<" else operator, then, then), today)


def _age(spec: FilterSpec, operator: str, operand: str, now: datetime | None) -> Span:
    """Return the range of timestamps in microseconds for an age or a date."""
    duration = _duration(operand)
    if duration is None:
        days = _days(operand, None if now is None else now.astimezone(UTC).date())
        if days is None:
            raise InvalidValue(f"{spec.name} needs a date or an age such as 7d, for example {spec.example}")
        return compare_span(operator, midnight(days[0]), midnight(days[1] + 1) - 1)
    if now is None:
        raise InvalidValue(f"{spec.name} needs the time of the server, which is not known yet.")
    then = micros(now) - duration // timedelta(microseconds=1)
    if operator in ("<", "<=", "="):
        return Span(then, None)
    return Span(None, then)
