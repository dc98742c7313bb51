"""Previews in words: values, what differs from an earlier preview, whether it can be undone, all rows."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from wbtui.errors import BadInput, Rejected
from wbtui.models.actions import Context, Reason
from wbtui.models.actions.starting import ActivateSubscription
from wbtui.models.money import Money
from wbtui.models.preview import Change, Lookalike, Preview, PreviewLine, Reversible, Rule, Warn
from wbtui.models.preview_text import (
    Difference,
    check_dates,
    differences,
    far_dates,
    other_differences,
    preview_rows,
    reversible_sentence,
    shown_change,
    shown_value,
)
from wbtui.ui.actions.controls import read_date

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)


def preview(*changes: Change) -> Preview:
    return Preview(basis="b", computed_at=AT, expires_at=AT, changes=changes)


def change(path: str, before: str | None, after: str | None) -> Change:
    return Change(path=path, label=path.rpartition("/")[2], before=before, after=after)


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
    assert [shown_value("true"), shown_value("false")] == ["yes", "no"]
    assert [shown_value(text) for text in ("12.505 eur", "30 day")] == ["12.505 eur", "30 day"]
    assert [shown_value("past_due"), shown_value("non_payment")] == ["past due", "non-payment"]
    assert shown_value("2026-12-02T06:00:00Z") == "2 Dec 2026 06:00 UTC"
    assert shown_value("2026-13-99T06:00:00Z") == "2026-13-99T06:00:00Z"
    assert shown_value("[/foo] Ltd") == "[/foo] Ltd"


@pytest.mark.parametrize("written", ["acme_corp", "true", "2026-12-01", "22.40 eur"])
def test_what_people_have_written_is_shown_as_it_is(written: str) -> None:
    for member in ("reference", "name", "address.line_1", "notes", "plan_ids"):
        assert shown_change(change(f"customer/Cust_1/{member}", None, written)) == ("–", written)
    assert shown_change(change("contract/Cont_1/discount.name", written, "")) == (written, "–")
    ended = change("customer/Cust_1/billing_status", "past_due", "none")
    assert shown_change(ended) == ("past due", "no plan")


def test_the_balance_of_a_wallet_is_shown_with_its_currency() -> None:
    assert shown_change(change("wallet/eur/balance", None, "5.00")) == ("–", "€5.00")
    assert shown_change(change("wallet/sparks/balance", "5", "7")) == ("5 sparks", "7 sparks")
    assert shown_change(change("wallet", "5.00", "7.00")) == ("5.00", "7.00")


def test_what_differs_between_two_previews() -> None:
    old = preview(change("invoice/I/refundable", "49.00 eur", "26.60 eur"), change("x/y/gone", "a", "b"))
    new = preview(change("invoice/I/refundable", "48.00 eur", "25.60 eur"), change("x/y/new", "c", "d"))
    assert [(one.label, one.was, one.now) for one in differences(old, new)] == [
        ("refundable", "€49.00", "€48.00"),
        ("refundable, afterwards", "€26.60", "€25.60"),
        ("new", "–", "c"),
        ("gone", "a", "–"),
    ]
    assert differences(old, old) == ()
    refused = new.model_copy(update={"changes": (), "refused": Rule(code="x", message="Not any more.")})
    assert differences(old, refused) == (Difference("Allowed", "yes", "no: Not any more."),)


def test_amounts_and_lines_that_differ_are_named_also_where_the_data_are_the_same() -> None:
    same = preview(change("contract/C/plan", "Pro", "Business"))

    def priced(amount: int, *lines: tuple[str, int]) -> Preview:
        shown = tuple(PreviewLine(label=label, money=Money(minor, "eur")) for label, minor in lines)
        due = Money(amount, "eur")
        return same.model_copy(update={"amount": due, "due_now": (due,), "lines": shown})

    old = priced(4500, ("Business", 4900), ("Unused Pro", -300), ("Unused Pro", -100))
    new = priced(4900, ("Business", 4900), ("Setup", 100))
    assert [(one.label, one.was, one.now) for one in differences(old, new)] == [
        ("Amount", "€45.00", "€49.00"),
        ("Unused Pro", "-€3.00 + -€1.00", "–"),
        ("Setup", "–", "€1.00"),
    ]


def test_a_later_preview_of_the_same_effect_differs_in_basis_and_instants_only() -> None:
    double = Lookalike(at=AT, what="Refund of €5.00", by="jo")
    before = preview(change("invoice/1/open", "5.00 eur", "0.00 eur")).model_copy(
        update={"lookalikes": (double,), "amount": Money(500, "eur")}
    )
    later = before.model_copy(update={"basis": "c", "computed_at": AT.replace(hour=11), "lookalikes": ()})
    assert later.same_effect(before), "a look-alike has expired"
    assert not before.same_effect(later), "a new look-alike"
    for update in (
        {"amount": Money(501, "eur")},
        {"warnings": (Warn(text="New."),)},
        {"refused": Rule()},
        {"changes": (change("invoice/1/open", "6.00 eur", "0.00 eur"),)},
        {"emails": ("to somebody",)},
    ):
        assert not before.model_copy(update=update).same_effect(before), update


def test_where_all_figures_are_the_same_what_else_differs_is_named() -> None:
    line = PreviewLine(label="Pro", money=Money(500, "eur"), explanation="21 of 31 days")
    old = preview().model_copy(
        update={"lines": (line,), "warnings": (Warn(text="Old."),), "documents": ("CN",)}
    )
    new = old.model_copy(
        update={
            "lines": (line.model_copy(update={"explanation": "20 of 30 days"}),),
            "warnings": (Warn(text="New."),),
            "lookalikes": (Lookalike(at=AT, what="Refund made", by="jo"),),
        }
    )
    assert differences(old, new) == ()
    assert [(one.label, one.was, one.now) for one in other_differences(old, new)] == [
        ("Warning", "Old.", "–"),
        ("Pro", "21 of 31 days", "–"),
        ("Warning", "–", "New."),
        ("Possible duplicate", "–", "Refund made by jo at 10:00 UTC"),
        ("Pro", "–", "20 of 30 days"),
    ]
    assert list(other_differences(old, old)) == []


def test_whether_it_can_be_undone() -> None:
    assert reversible_sentence(Reversible(how="no"), str) == "Cannot be undone."
    assert (
        reversible_sentence(Reversible(how="no", by="Needs a new charge."), str)
        == "Cannot be undone. Needs a new charge."
    )
    undone_by = Reversible(how="by", by="cancel_refund")
    assert reversible_sentence(undone_by, lambda kind: f"Stop {kind[7:]}") == "Can be undone: Stop refund."
    by_hand = Reversible(how="by", by="ask the bank")
    assert reversible_sentence(by_hand, str) == "Can be undone: Ask the bank."
    assert (
        reversible_sentence(Reversible(how="until", until=AT), str)
        == "Can be undone until 22 Nov 2026 10:00 UTC."
    )


def test_rows_say_everything_the_preview_says() -> None:
    full = preview(change("invoice/I/refundable", "49.00 eur", "26.60 eur")).model_copy(
        update={
            "amount": Money(2240, "eur"),
            "warnings": (Warn(code="w", text="Watch out.", confirm=True),),
            "lookalikes": (Lookalike(at=AT, what="Refund made", by="jo"),),
            "lines": (
                PreviewLine(label="Refund to Visa", money=Money(2240, "eur")),
                PreviewLine(
                    label="Pro",
                    money=Money(1785, "eur"),
                    tax=Money(285, "eur"),
                    explanation="9 of 30 days of €50.00",
                ),
            ),
        }
    )
    assert list(preview_rows(full, str)) == [
        ("Amount", "€22.40"),
        ("Warning", "Watch out."),
        ("Possible duplicate", "Refund made by jo at 10:00 UTC"),
        ("Refund to Visa", "€22.40"),
        ("Pro", "€17.85 (9 of 30 days of €50.00 · incl. €2.85 tax)"),
        ("refundable", "€49.00 → €26.60"),
        ("E-mail", "No e-mail will be sent"),
        ("Undo", "Cannot be undone."),
    ]


def test_a_refused_preview_says_the_rule_and_nothing_else() -> None:
    rule = Rule(
        code="exceeds_refundable", message="Only €26.60 can still be refunded.", limit=Money(2660, "eur")
    )
    refused = preview().model_copy(update={"refused": rule})
    assert list(preview_rows(refused, str)) == [
        ("Refused", "Only €26.60 can still be refunded."),
        ("Allowed", "€26.60"),
    ]


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (None, []),
        (date(2027, 11, 22), []),
        (date(2027, 11, 24), ["24 Nov 2027 is more than a year ahead. Check the date."]),
        (date(2035, 12, 1), ["1 Dec 2035 is 9 years ahead. Check the date."]),
        (date(2025, 11, 20), ["20 Nov 2025 is more than a year ago. Check the date."]),
        (date(2020, 1, 1), ["1 Jan 2020 is 6 years ago. Check the date."]),
    ],
)
def test_a_date_far_away_is_warned_about(start: date | None, said: list[str]) -> None:
    why = Context(agent="jo", reason=Reason.COURTESY)
    action = ActivateSubscription(customer_id="Cust_1", contract_id="Cont_1", start=start, context=why)
    assert [one.text for one in far_dates(action, AT.date())] == said
    check_dates(action, AT.date())


def test_a_date_too_far_ahead_is_rejected_like_in_a_form() -> None:
    day, today = date(2099, 12, 1), AT.date()
    with pytest.raises(BadInput) as typed:
        read_date("2099-12-01", today)
    why = Context(agent="jo", reason=Reason.COURTESY)
    action = ActivateSubscription(customer_id="Cust_1", contract_id="Cont_1", start=day, context=why)
    with pytest.raises(Rejected) as caught:
        check_dates(action, today)
    assert caught.value.fields == {"start": typed.value.sentence}
    assert str(caught.value) == "start: Enter a date within 10 years."
