"""Formatting of dates, ages, amounts and states."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.support.anna import BRIEF, INVOICE, OPEN_INVOICE, PAYMENT
from tests.support.billing_parts import invoice, refund
from tests.support.customers import customer
from tests.support.events import event
from wbtui.models.activity import Ref
from wbtui.models.attention import ProfileData, needs_attention
from wbtui.models.customer import BillingStatus, CustomerStatus
from wbtui.models.invoice import Attempt, InvoiceBrief, InvoiceState
from wbtui.models.money import Money
from wbtui.models.payment import MethodBrief, MethodKind, MethodStatus, PaymentStatus, RefundStatus
from wbtui.models.preview import Change, Lookalike, Status
from wbtui.models.preview_text import shown_change
from wbtui.models.subscription import SubscriptionStatus
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.actions.data import name_of
from wbtui.ui.text.activity import event_line
from wbtui.ui.text.billing import paid, payment_details
from wbtui.ui.text.billing_details import invoice_rows, payment_rows
from wbtui.ui.text.invoice import timeline
from wbtui.ui.widgets.invoice_panel import attempt_columns

TODAY = date(2026, 11, 22)


def test_a_date_shows_its_year_only_if_it_is_not_the_current_one() -> None:
    assert fmt.day(date(2026, 11, 21), TODAY) == "21 Nov"
    assert fmt.day(date(2027, 12, 1), TODAY) == "1 Dec 2027"
    assert fmt.day(None, TODAY) == "–"
    assert fmt.full_day(date(2026, 12, 1)) == "1 Dec 2026"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=3, seconds=59), "3 min ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(hours=25), "1 day ago"),
        (timedelta(days=2, hours=1), "2 days ago"),
    ],
)
def test_an_age_includes_the_days_of_the_time_span(span: timedelta, text: str) -> None:
    assert fmt.ago(span) == text


def test_an_event_has_the_same_day_in_overview_and_activity(zone: Callable[[str], None]) -> None:
    for name in ("UTC0", "NPT-5:45", "PST8"):
        zone(name)
        late = event(1, at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
        shown = fmt.instant(late.at, datetime(2026, 11, 22, 12, tzinfo=UTC))
        assert shown.startswith(f"{fmt.day(event_line(late)[0], TODAY)} ")


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Function that sets the local time zone. POSIX names such as `NPT-5:45` need no time zone database."""

    def put(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield put
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("where", "at", "before"),
    [
        ("UTC0", "10:42:07", "19 Nov 10:42"),
        ("NPT-5:45", "16:27:07", "19 Nov 16:27"),
        ("LINT-14", "00:42:07", "20 Nov 00:42"),
        pytest.param("UTC+99", "10:42:07", "19 Nov 10:42", id="no zone"),
    ],
)
def test_an_instant_of_another_day_shows_its_date(
    zone: Callable[[str], None], where: str, at: str, before: str
) -> None:
    zone(where)
    now = datetime(2026, 11, 22, 10, 42, 7, tzinfo=UTC)
    assert fmt.instant(now, now) == at
    assert fmt.instant(now - timedelta(days=3), now) == before


def test_the_day_of_an_instant_is_that_of_the_agent(zone: Callable[[str], None]) -> None:
    paid, today = datetime(2026, 11, 21, 20, tzinfo=UTC), date(2026, 11, 22)
    zone("NZDT-13")
    assert (fmt.day(paid, today), fmt.full_day(paid)) == ("22 Nov", "22 Nov 2026")
    assert fmt.day(paid.date(), today) == "21 Nov", "a date has no zone"
    pending = refund(1, RefundStatus.PENDING, at=paid)
    [note] = needs_attention(ProfileData(customer(1), refunds=(pending,)), today)
    assert note.detail == "since 22 Nov", "as in the list of refunds"


@pytest.mark.parametrize(("where", "shown"), [("PST8", "24 Nov"), ("LINT-14", "25 Nov")])
def test_the_next_retry_has_the_same_day_in_overview_and_payments(
    zone: Callable[[str], None], where: str, shown: str
) -> None:
    zone(where)
    today, retry = date(2026, 11, 22), datetime(2026, 11, 25, 6, tzinfo=UTC)
    declined = PAYMENT.model_copy(update={"status": PaymentStatus.FAILED, "next_retry": retry})
    unpaid = invoice(1, InvoiceState.READY_FOR_PAYMENT)
    paying = declined.model_copy(update={"invoice_ids": (unpaid.id,)})
    [note] = needs_attention(ProfileData(customer(1), invoices=(unpaid,), payments=(paying,)), today)
    assert note.detail is not None and note.detail.endswith(f"next retry {shown}")
    assert payment_details(paying, today).endswith(f"next retry {shown}")


@pytest.mark.parametrize("where", ["PST8", "LINT-14"])
def test_of_a_payment_recorded_by_hand_only_the_day_is_shown(zone: Callable[[str], None], where: str) -> None:
    """The agent gave a day; the time of the API is none that anybody knows."""
    zone(where)
    at, now = datetime(2026, 11, 19, 6, tzinfo=UTC), datetime(2026, 11, 22, 12, tzinfo=UTC)
    today = now.date()
    by_hand = PAYMENT.model_copy(update={"method": None, "external_reference": "Cash", "at": at})
    attempt = Attempt(
        at=at, status=PaymentStatus.SUCCEEDED, method=None, money=by_hand.money, decline_code=None,
        decline_reason=None, payment_id=by_hand.id,
    )  # fmt: skip
    whole = INVOICE.model_copy(update={"payments": (by_hand,), "attempts": (attempt,)})
    assert ("19 Nov", f"Paid {by_hand.money}") in timeline(whole, now)
    both = by_hand.model_copy(update={"invoice_ids": ("Inv_1", "Inv_2")})
    for_two = whole.model_copy(update={"payments": (both,)})
    assert ("19 Nov", f"Paid {by_hand.money} for 2 invoices") in timeline(for_two, now)
    unattempted = whole.model_copy(update={"attempts": ()})
    assert ("19 Nov", f"Paid {by_hand.money}") in timeline(unattempted, now)
    for entry in (by_hand, attempt):
        rows = dict(payment_rows(entry, by_hand, "", now, today))
        number = "–" if entry is by_hand else ""
        assert (rows["Date"], rows["Attempt"]) == ("19 Nov 2026", number)
    assert paid(by_hand, today) == "19 Nov"
    assert name_of(by_hand).endswith(" of 19 Nov 2026")
    row = invoice(1).model_copy(update={"id": by_hand.invoice_ids[0]})
    about = invoice_rows(
        row, states.OVERDUE, today, subscription="", payments=(by_hand,), refunds=(), credits=(), notes=()
    )
    assert dict(about)["Payments"].startswith("19 Nov  ")


@pytest.mark.parametrize("where", ["PST8", "NPT-5:45"])
def test_an_instant_at_an_end_of_the_calendar_is_shown(zone: Callable[[str], None], where: str) -> None:
    zone(where)
    now = datetime(2026, 11, 22, 10, 42, 7, tzinfo=UTC)
    years = [
        int(fmt.instant(end.replace(tzinfo=UTC), now).split()[2]) for end in (datetime.min, datetime.max)
    ]
    assert years == [1, 9999]


def test_amounts_in_two_currencies_are_listed_not_added() -> None:
    assert fmt.amounts([Money(4900, "eur"), Money(1200, "usd")]) == "€49.00 + $12.00"
    assert fmt.amounts([Money(0, "eur")]) == "–"
    assert fmt.amounts(None) == "unknown"


def test_amounts_are_aligned_on_their_decimal_signs() -> None:
    column = [fmt.aligned(text).rjust(12) for text in ("€49.00", "¥1,200", "€1,249.50")]
    assert column == ["      €49.00", "   ¥1,200   ", "   €1,249.50"]
    # The last integer digit of each is in the same cell.
    assert {len(text.rstrip().partition(".")[0]) for text in column} == {9}


def test_a_possible_duplicate_of_the_day_before_says_its_day() -> None:
    refund = Lookalike(at=datetime(2026, 11, 21, 10, 42, 7).astimezone(), what="Refund of €22.40", by="Priya")
    hours = (1, 23)
    same, next_day = (fmt.lookalike(refund, refund.at + timedelta(hours=passed)) for passed in hours)
    assert same == "10:42:07 Refund of €22.40 by Priya"
    assert next_day == "21 Nov 10:42 Refund of €22.40 by Priya"


def test_units_are_grouped_and_keep_significant_decimals() -> None:
    assert fmt.units("92310") == "92,310"
    assert fmt.units("-1234.500") == "-1,234.5"
    assert fmt.units("10.000") == "10"
    assert fmt.units(None) == "–"


def test_an_expiring_card_has_a_warning_sign() -> None:
    card = MethodBrief(
        kind=MethodKind.CARD, brand="Visa", last_digits="4242", expires="2026-11", status=MethodStatus.ACTIVE
    )
    assert fmt.method(card, TODAY) == "Visa ••4242 ▲ 11/26"
    assert fmt.method(card, date(2026, 10, 1)) == "Visa ••4242 11/26"


def test_a_disputed_or_wholly_refunded_invoice_is_not_plainly_paid() -> None:
    total = Money(4900, "eur")
    paid = InvoiceBrief(
        id="i",
        number="INV-1",
        state=InvoiceState.PAID,
        total=total,
        open=Money(0, "eur"),
        date=TODAY,
        due=None,
    )
    assert states.invoice_state(paid, TODAY, refunded=Money(100, "eur")).text == "● paid"
    assert states.invoice_state(paid, TODAY, refunded=total).text == "○ refunded"
    assert states.invoice_state(paid, TODAY, refunded=total, disputed=True).text == "▲ disputed"
    late = OPEN_INVOICE.model_copy(update={"due": date(2026, 11, 1)})
    assert states.invoice_state(late, TODAY).text == "▲ overdue"
    pending = late.model_copy(update={"state": InvoiceState.PENDING_VALIDATION})
    assert states.invoice_state(pending, TODAY).text == "○ in validation"


def test_an_attempt_is_disputed_with_its_payment_once_it_collected() -> None:
    disputed = PAYMENT.model_copy(update={"disputed": True})
    made = Attempt(
        at=disputed.at, status=PaymentStatus.SUCCEEDED, method=None, money=disputed.money, decline_code=None,
        decline_reason=None, payment_id=disputed.id,
    )  # fmt: skip
    failed = made.model_copy(update={"status": PaymentStatus.FAILED})
    invoice = INVOICE.model_copy(update={"payments": (disputed,), "attempts": (made, failed)})
    shown = {column.title: column for column in attempt_columns(invoice, disputed.at)}
    for entry, state in ((made, "▲ disputed"), (failed, "▲ failed")):
        assert shown["State"].cell(entry).text == state
        rows = dict(payment_rows(entry, disputed, "", disputed.at, TODAY))
        assert rows["State"] == state, "as beside the table"
    assert shown["Details"].cell(made).text == "can't be refunded"


def test_a_subscription_that_starts_later_is_the_plan_of_a_customer_without_an_active_one() -> None:
    one = customer(0)
    brief = one.subscriptions[0]
    later = brief.model_copy(
        update={"status": SubscriptionStatus.SCHEDULED, "start": date(2026, 12, 1), "plan": "Pro"}
    )
    waiting = one.model_copy(update={"subscriptions": (later,)})
    assert fmt.plan_phrase(waiting) == (f"Pro · {later.cycle.adverb} from 1 Dec 2026", 0)
    active = brief.model_copy(update={"status": SubscriptionStatus.ACTIVE, "plan": "Team"})
    both = one.model_copy(update={"subscriptions": (later, active)})
    assert fmt.plan_phrase(both) == (f"Team · {active.cycle.adverb}", 0)


@pytest.mark.parametrize(
    ("trial_end", "cancel_at", "shown"),
    [
        (None, None, ("renews", "1 Dec")),
        (date(2026, 12, 1), None, ("trial ends", "1 Dec")),
        (date(2026, 11, 1), None, ("renews", "1 Dec")),
        (date(2026, 12, 1), date(2026, 11, 30), ("ends", "30 Nov")),
    ],
)
def test_what_a_subscription_does_next(
    trial_end: date | None, cancel_at: date | None, shown: tuple[str, str]
) -> None:
    one = BRIEF.model_copy(update={"trial_end": trial_end, "cancel_at": cancel_at})
    assert fmt.ends_or_renews(one, date(2026, 11, 22)) == shown


def test_every_state_has_a_sign_a_word_and_a_style() -> None:
    every = [
        *map(states.BILLING.__getitem__, BillingStatus),
        *map(states.CUSTOMER.__getitem__, CustomerStatus),
        *map(states.SUBSCRIPTION.__getitem__, SubscriptionStatus),
        *map(states.INVOICE.__getitem__, InvoiceState),
        *map(states.PAYMENT.__getitem__, PaymentStatus),
        *map(states.REFUND.__getitem__, RefundStatus),
        *map(states.METHOD.__getitem__, MethodStatus),
        *map(states.OUTCOME.__getitem__, Status),
    ]
    for state in every:
        assert state.sign in "●▲■○?"
        assert state.word
        assert state.style


def test_states_of_one_kind_differ_without_colour() -> None:
    for kind in (
        map(states.BILLING.__getitem__, BillingStatus),
        map(states.SUBSCRIPTION.__getitem__, SubscriptionStatus),
        map(states.OUTCOME.__getitem__, Status),
        map(states.PAYMENT.__getitem__, PaymentStatus),
    ):
        texts = [state.text for state in kind]
        assert len(set(texts)) == len(texts)


def test_remaining_time_is_rounded_to_one_unit() -> None:
    assert [fmt.seconds_left(one) for one in (0.2, 9, 200, 7200)] == ["1 s", "9 s", "3 min", "2 h"]


def test_a_share_is_rounded_down_and_some_use_is_never_none() -> None:
    shares = [fmt.percent(Decimal(one)) for one in ("0", "0.0001", "0.01", "0.9999", "1", "9.231")]
    assert shares == ["0 %", "< 1 %", "1 %", "99 %", "100 %", "923 %"]


def test_a_reference_has_the_id_unless_its_number_finds_it() -> None:
    assert fmt.reference(Ref(type="invoice", id="Inv_1", label="INV-0041")) == "invoice INV-0041"
    assert fmt.reference(Ref(type="contract", id="Cont_1", label="Pro")) == "subscription Pro (Cont_1)"
    assert fmt.reference(Ref(type="payment", id="Pay_1")) == "payment Pay_1"


def test_words_of_the_api_are_read_as_words() -> None:
    assert (fmt.spaced("do_not_honor"), fmt.spaced("non_payment")) == ("do not honor", "non-payment")


@pytest.mark.parametrize(
    ("path", "states"),
    [
        ("customer/Cust_1/status", states.CUSTOMER),
        ("customer/Cust_1/billing_status", states.BILLING),
        ("contract/Cont_1/status", states.SUBSCRIPTION),
        ("invoice/Inv_1/state", states.INVOICE),
        ("method/Pm_1/status", states.METHOD),
    ],
)
def test_a_preview_calls_a_status_as_the_screens_do(path: str, states: dict[str, states.State]) -> None:
    for status, state in states.items():
        assert shown_change(Change(path=path, before=status, after=None)) == (state.word, "–")
