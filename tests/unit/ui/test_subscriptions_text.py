"""Sentences of the subscriptions tab that no screen test reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.support.anna import SUBSCRIPTION, eur
from wbtui.models.plan import Feature, Strategy
from wbtui.models.subscription import NextCharge, Subscription, SubscriptionStatus
from wbtui.models.subscription_history import HistoryStep
from wbtui.ui.format import ends_or_renews
from wbtui.ui.text import subscriptions as text

TODAY = date(2026, 11, 22)


def test_a_price_by_the_seat_is_that_of_one_seat() -> None:
    free, seats = eur(0), (SUBSCRIPTION.features[0],)
    dearer = (seats[0].model_copy(update={"unit_price": eur(600)}),)
    by_seat = SUBSCRIPTION.model_copy(update={"price_signed": free, "price_today": free, "features": seats})

    def prices(of: Subscription, offered: Sequence[Feature] | None) -> list[str]:
        rows = dict(text.detail_rows(of, TODAY, offered=offered))
        return [rows["Contract price"], rows["Current list price"]]

    assert prices(by_seat, seats) == ["€5.00 per seat per month", "€5.00 per seat (unchanged)"]
    assert prices(by_seat, dearer)[1] == "€6.00 per seat (€5.00 per seat in the contract)"
    assert prices(by_seat, None)[1] == "–"
    assert prices(SUBSCRIPTION, None) == ["€49.00 per month", "€49.00 (unchanged)"]
    without_units = by_seat.model_copy(update={"features": ()})
    assert prices(without_units, ()) == ["€0.00 per month", "€0.00 (unchanged)"]


def test_when_invoices_are_made_is_said_in_words() -> None:
    said = {"immediate": "immediately", "per_cycle": "per cycle", "every month": "every month", None: ""}
    for trigger, words in said.items():
        rows = dict(text.detail_rows(SUBSCRIPTION.model_copy(update={"invoice_trigger": trigger}), TODAY))
        assert rows["Invoiced"] == words


def test_undo_is_named_where_the_billing_system_offers_it() -> None:
    canceling = SUBSCRIPTION.model_copy(update={"cancel_at": date(2026, 12, 15)})
    assert dict(text.detail_rows(canceling, TODAY))["Ends"] == "▲ 15 Dec · Undo cancel keeps it"
    assert dict(text.detail_rows(canceling, TODAY, can_undo=False))["Ends"] == "▲ 15 Dec"


def test_on_its_last_day_a_trial_ends_in_every_place() -> None:
    charge = NextCharge(date=TODAY, total=eur(4900))
    last_day = SUBSCRIPTION.model_copy(update={"trial_end": TODAY, "next_charge": charge})
    assert "Trial ends" in dict(text.detail_rows(last_day, TODAY))
    assert text.notice(last_day, (), TODAY) == "○ trial until 22 Nov"
    assert ends_or_renews(last_day, TODAY) == ("trial ends", "22 Nov")


def test_after_the_first_charge_a_trial_is_over_in_every_place() -> None:
    charge = NextCharge(date=date(2026, 12, 22), total=eur(4900))
    charged = SUBSCRIPTION.model_copy(update={"trial_end": TODAY, "next_charge": charge})
    assert "Trial ended" in dict(text.detail_rows(charged, TODAY))
    assert text.notice(charged, (), TODAY) == ""
    assert ends_or_renews(charged, TODAY) == ("renews", "22 Dec")


def test_a_subscription_that_has_not_started_says_when_it_will() -> None:
    later = SUBSCRIPTION.model_copy(
        update={
            "status": SubscriptionStatus.SCHEDULED,
            "start": date(2026, 12, 19),
            "trial_end": date(2027, 1, 2),
        }
    )
    assert text.notice(later, (), TODAY) == "○ starts 19 Dec"
    pending = later.model_copy(
        update={"status": SubscriptionStatus.PENDING, "start": None, "trial_end": None}
    )
    assert text.notice(pending, (), TODAY) == ""


def test_a_step_that_keeps_the_plan_names_the_units_or_the_price() -> None:
    more = SUBSCRIPTION.model_copy(update={"units": {"seats": "12"}})
    dearer = SUBSCRIPTION.model_copy(update={"amount": eur(5900)})
    lines = [
        text.history_line(HistoryStep(TODAY, SUBSCRIPTION, to), TODAY) for to in (more, dearer, "Cont_9")
    ]
    assert lines == [
        "Pro · monthly · 10 seats → Pro · monthly · 12 seats",
        "Pro · monthly · €49.00 → Pro · monthly · €59.00",
        "Pro · monthly → Cont_9",
    ]


def test_the_notice_of_an_ended_subscription_says_when_and_why() -> None:
    ended = SUBSCRIPTION.model_copy(
        update={
            "status": SubscriptionStatus.CANCELED,
            "end": date(2026, 9, 9),
            "ended_reason": "too_expensive",
        }
    )
    assert text.notice(ended, (ended,), TODAY) == "ended 9 Sep: too expensive"
    moved = ended.model_copy(update={"status": SubscriptionStatus.MOVED, "ended_reason": "moved"})
    assert text.notice(moved, (moved,), TODAY) == "ended 9 Sep"


def test_a_feature_that_only_one_side_has_says_so() -> None:
    seats, calls = SUBSCRIPTION.features
    rows = list(text.features((seats,), (calls,)))
    assert rows == [
        ("Seats", text.feature(seats), "no longer in the plan"),
        ("API calls", "not in this contract", text.feature(calls)),
    ]
    assert [row[2] for row in text.features((seats,), None)] == [""]


def test_a_feature_without_units_is_included_not_unlimited() -> None:
    sign_on = Feature(slug="sso", name="Single sign-on", strategy=Strategy.FLAT)
    assert text.feature(sign_on) == "included"
    assert text.feature(sign_on.model_copy(update={"included": "3"})) == "3 included · no limit"
    assert text.feature(sign_on.model_copy(update={"strategy": Strategy.PER_UNIT})) == "no limit"
