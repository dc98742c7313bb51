"""Sentences of the billing tab."""

from __future__ import annotations

import re

from tests.support.anna import eur
from wbtui.models.balances import Balance
from wbtui.models.money import Money
from wbtui.ui.text.billing import balance_lines


def test_what_is_credit_and_wallet_is_shown_once() -> None:
    def columns(credit: Money | None, wallet: Money | None) -> list[str]:
        [heading, _] = balance_lines([Balance("eur", eur(0), eur(0), credit, wallet, eur(0))], 0)
        return re.findall("Credit|Wallet", heading.plain)

    assert columns(eur(500), eur(500)) == ["Credit"], "one amount, named by both parts of the API"
    assert columns(eur(500), None) == columns(None, None) == ["Credit"]
    assert columns(None, eur(500)) == ["Wallet"], "no ledger of credits is offered"
    assert columns(eur(500), eur(700)) == ["Credit", "Wallet"]
