"""Masked texts: canaries in many spellings do not come through, and ordinary sentences stay."""

from __future__ import annotations

import pytest

from wbtui.models.mask import mask


@pytest.mark.parametrize(
    "text",
    [
        "Refund of €22.40 succeeded",
        "Invoice INV-0042 sent via e-mail 3 times, 2 days to close",
        "Paid on 2026-11-14 10:30",
        "Paid on 14.11.2026",
        "Visa ••4242 declined: insufficient funds",
        "Plan changed from Starter to Pro, 5 seats, monitoring 3 projects",
    ],
)
def test_ordinary_sentences_stay(text: str) -> None:
    assert mask(text) == text


def test_numbers_that_are_kept_stay_whole_only() -> None:
    said = mask("INV-2026-000042 and INV-2026-0000421", keep=["INV-2026-000042"])
    assert said == "INV-2026-000042 and INV-[number]"


def test_names_of_agents_are_masked_whole_and_in_part() -> None:
    said = mask("Priya Nair called, then PRIYA wrote to Priyanka", known={"Priya Nair": "[support]"})
    assert said == "[support] called, then [support] wrote to Priyanka"
