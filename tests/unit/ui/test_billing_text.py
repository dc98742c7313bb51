"""Sentences of the billing tab."""

from __future__ import annotations

import re
from datetime import date

from tests.support.anna import CREDIT, eur
from tests.support.customers import NOW, TODAY
from wbtui.models.balances import Balance
from wbtui.models.money import Money
from wbtui.ui.text.billing import balance_lines, credit_details
from wbtui.ui.text.billing_details import credit_rows


def test_what_is_credit_and_wallet_is_shown_once() -> None:
    def columns(credit: Money | None, wallet: Money | None) -> list[str]:
        [heading, _] = balance_lines([Balance("eur", eur(0), eur(0), credit, wallet, eur(0))], 0)
        return re.findall("Credit|Wallet", heading.plain)

    assert columns(eur(500), eur(500)) == ["Credit"], "one amount, named by both parts of the API"
    assert columns(eur(500), None) == columns(None, None) == ["Credit"]
    assert columns(None, eur(500)) == ["Wallet"], "no ledger of credits is offered"
    assert columns(eur(500), eur(700)) == ["Credit", "Wallet"]


def test_where_one_currency_has_another_wallet_the_others_show_their_amount_once() -> None:
    usd = Money(700, "usd")
    found = [
        Balance("eur", eur(0), eur(0), eur(500), eur(500), eur(0)),
        Balance("usd", Money.zero("usd"), Money.zero("usd"), Money.zero("usd"), usd, Money.zero("usd")),
    ]
    [_, first, second] = [line.plain.split() for line in balance_lines(found, 0)]
    assert first == ["EUR", "€0.00", "€0.00", "€5.00", "same", "€0.00"]
    assert second == ["USD", "$0.00", "$0.00", "$0.00", "$7.00", "$0.00"]
    [first, second] = [line.plain.split() for line in balance_lines(found, 20)]
    assert "Wallet" not in first and "€5.00" in first
    assert second[second.index("Wallet") + 1] == "$7.00"


def test_the_expiry_of_a_credit_is_said_in_its_tense() -> None:
    # On 22 November, "expires 29 May" would be next year's: a day of this year has no year.
    for last, word in ((date(2026, 5, 29), "expired 29 May"), (TODAY, "expires 22 Nov")):
        entry = CREDIT.model_copy(update={"expires": last})
        assert credit_details(entry, TODAY) == f"courtesy · {word}"
        label = word.split()[0].capitalize()
        assert (label, word.split(" ", 1)[1]) in list(credit_rows(entry, None, "–", NOW, TODAY))
