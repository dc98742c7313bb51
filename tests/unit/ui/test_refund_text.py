"""Pure parts of the refund: typed amounts, what a preview says, what moved, pasted text, bodies by path."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtui.errors import MoneyError
from wbtui.models.money import Money
from wbtui.models.preview import Change, Preview, PreviewLine, Reversible
from wbtui.ui.dialogs.proposal import moved, refund_amount, reversible_sentence, shown_value
from wbtui.ui.text.journal import members
from wbtui.ui.widgets.money_input import parse_typed
from wbtui.ui.widgets.text_field import seen

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("22.40", "eur", 2240),
        ("22,40", "eur", 2240),
        ("22,4", "eur", 2240),
        (" €22.40 ", "eur", 2240),
        ("22.40 EUR", "eur", 2240),
        ("eur 22", "eur", 2200),
        ("1,234.50", "eur", 123450),
        ("1.234,50", "eur", 123450),
        ("1,234,567.89", "usd", 123456789),
        ("5", "jpy", 5),
        ("1.500", "bhd", 1500),
        ("CHF 12", "chf", 1200),
    ],
)
def test_amounts_as_people_type_them(text: str, currency: str, minor: int) -> None:
    assert parse_typed(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "eur"),
        ("0", "eur"),
        ("0,00", "eur"),
        ("-5", "eur"),
        ("5.123", "eur"),
        ("1,234", "eur"),
        ("5.5", "jpy"),
        ("$5", "eur"),
        ("5 usd", "eur"),
        ("1e3", "eur"),
        ("٣", "eur"),
        ("12.34.56", "eur"),
        ("1,2345.00", "eur"),
        ("nan", "eur"),
        ("5 0", "eur"),
        ("99999999999999999999", "eur"),
    ],
)
def test_anything_else_is_refused(text: str, currency: str) -> None:
    with pytest.raises(MoneyError):
        parse_typed(text, currency)


@given(st.integers(1, 10**14), st.sampled_from(["eur", "jpy", "bhd", "gbp"]), st.sampled_from(".,"))
def test_what_is_shown_can_be_typed(minor: int, currency: str, decimal: str) -> None:
    money = Money(minor, currency)
    assert parse_typed(money.amount.replace(".", decimal), currency) == money


@given(st.text(max_size=30))
def test_any_text_is_an_exact_amount_or_refused(text: str) -> None:
    try:
        money = parse_typed(text, "eur")
    except MoneyError:
        return
    assert money.minor > 0 and parse_typed(money.amount, "eur") == money


def preview(**changes: object) -> Preview:
    values: dict[str, object] = {
        "basis": "b",
        "computed_at": AT,
        "expires_at": AT,
        "lines": (),
        "due_now": (),
        "next_invoice": None,
        "changes": (),
        "reversible": Reversible(how="no"),
        "documents": (),
        "emails": (),
        "warnings": (),
        "lookalikes": (),
        "refused": None,
        "customer_sentence": None,
    }
    return Preview.model_validate(values | changes)


def change(path: str, before: str | None, after: str | None) -> Change:
    return Change(path=path, label=path.rpartition("/")[2], before=before, after=after)


def test_the_amount_is_what_the_payment_loses() -> None:
    by_change = preview(changes=(change("payment/P1/refunded", "5.00 eur", "27.40 eur"),))
    assert refund_amount(by_change, "P1") == Money(2240, "eur")
    assert refund_amount(by_change, "P2") is None
    lines = (
        PreviewLine(label="a", money=Money(500, "eur")),
        PreviewLine(label="b", money=Money(-250, "eur")),
    )
    assert refund_amount(preview(lines=lines), "P1") == Money(750, "eur")
    mixed = (*lines, PreviewLine(label="c", money=Money(1, "usd")))
    assert refund_amount(preview(lines=mixed), "P1") is None


def test_canonical_values_for_people() -> None:
    assert [
        shown_value(text) for text in ("22.40 eur", "2026-12-01", "ready_for_payment", None, "", "2026-13-99")
    ] == [
        "€22.40",
        "1 Dec 2026",
        "ready for payment",
        "–",
        "–",
        "2026-13-99",
    ]
    assert shown_value("[/foo] Ltd") == "[/foo] Ltd"


def test_what_moved_between_two_previews() -> None:
    old = preview(
        changes=(change("invoice/I/refundable", "49.00 eur", "26.60 eur"), change("x/y/gone", "a", "b"))
    )
    new = preview(
        changes=(change("invoice/I/refundable", "48.00 eur", "25.60 eur"), change("x/y/new", "c", "d"))
    )
    assert [(one.label, one.was, one.now) for one in moved(old, new)] == [
        ("refundable", "€49.00", "€48.00"),
        ("refundable, afterwards", "€26.60", "€25.60"),
        ("new", "–", "c"),
        ("gone", "a", "–"),
    ]
    assert moved(old, old) == ()


def test_whether_it_can_be_undone() -> None:
    assert reversible_sentence(Reversible(how="no")) == "Cannot be undone."
    assert (
        reversible_sentence(Reversible(how="no", by="Needs a new charge."))
        == "Cannot be undone: needs a new charge."
    )
    assert reversible_sentence(Reversible(how="by", by="cancel_refund")) == "Can be undone: cancel refund."
    assert (
        reversible_sentence(Reversible(how="until", until=AT)) == "Can be undone until 22 Nov 2026 10:00 UTC."
    )


@given(st.text())
def test_pasted_text_keeps_nothing_that_cannot_be_seen(text: str) -> None:
    one, several = seen(text, lines=False), seen(text, lines=True)
    assert "\n" not in one
    for char in several:
        assert char == "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def test_a_body_by_path() -> None:
    body = (
        b'{"key":"k","basis":"b","action":{"kind":"refund","amount":{"amount":"5.00","currency":"eur"},'
        b'"context":{"notify":true,"ticket":null},"lines":[{"line_id":"L1"}]}}'
    )
    assert list(members(body)) == [
        ("action.kind", "refund"),
        ("action.amount", "5.00 eur"),
        ("action.context.notify", "true"),
        ("action.lines.1.line_id", "L1"),
    ]
    assert list(members(b"\xff")) == [("bytes", "1")]
    assert list(members(b"[" * 100_000)) == [("bytes", "100000")]
