"""Sales tax by the customer's country, inclusive and exclusive."""

from __future__ import annotations

from wbtui.models.money import div_half_even

_RATES = {
    "DE": ("0.19", "VAT 19 %"),
    "AT": ("0.20", "VAT 20 %"),
    "FR": ("0.20", "TVA 20 %"),
    "ES": ("0.21", "IVA 21 %"),
    "IT": ("0.22", "IVA 22 %"),
    "NL": ("0.21", "BTW 21 %"),
    "PL": ("0.23", "VAT 23 %"),
    "SE": ("0.25", "Moms 25 %"),
    "GB": ("0.20", "VAT 20 %"),
    "CH": ("0.081", "MWST 8.1 %"),
    "JP": ("0.10", "消費税 10 %"),
}


Tax = tuple[str, str | None]
"""A rate as a decimal fraction and its name; ("", None) where no tax is collected."""


def rate_of(country: str | None) -> Tax:
    """The tax of a country."""
    return _RATES.get(country or "", ("", None))


def ratio(rate: str) -> tuple[int, int]:
    """ "0.19" as (19, 100); "" as (0, 1)."""
    if not rate:
        return 0, 1
    decimals = rate.partition(".")[2]
    return int(rate.replace(".", "")), 10 ** len(decimals)


def exclusive(net: int, rate: str) -> int:
    """Tax added to `net`, half-even."""
    numerator, denominator = ratio(rate)
    return div_half_even(net * numerator, denominator)


def inclusive(gross: int, rate: str) -> int:
    """Tax included in `gross`: the rest after the half-even net amount."""
    numerator, denominator = ratio(rate)
    return gross - div_half_even(gross * denominator, denominator + numerator)
