"""The billing status of customers whose billing system does not tell it follows from all their invoices."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.customers import TODAY, customer
from wbtui.models.billing_status import may_have_status, with_earlier_invoices, with_invoices
from wbtui.models.customer import BillingStatus, Customer, CustomerStatus
from wbtui.models.invoice import InvoiceBrief, InvoiceState
from wbtui.models.money import Money
from wbtui.models.subscription import SubscriptionStatus

READY, PAID, UNKNOWN = InvoiceState.READY_FOR_PAYMENT, InvoiceState.PAID, InvoiceState.UNKNOWN
ACTIVE = next(one for one in map(customer, range(100)) if one.billing_status is BillingStatus.ACTIVE)
UNLISTED = {"billing_status": BillingStatus.UNKNOWN, "owed": None, "latest_invoices": None}
BARE = ACTIVE.model_copy(update=UNLISTED)
"""A customer with a paid subscription, from a list that tells neither invoices nor what is owed."""


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def invoice(number: int, state: InvoiceState = PAID, due: date | None = None) -> InvoiceBrief:
    """An invoice of `number` days after the first; an open amount that is known is zero."""
    zero = Money(0, "eur") if state is PAID else None
    return InvoiceBrief(
        id=f"Inv_{number}", number=f"INV-{number:04}", state=state, total=Money(4900, "eur"), open=zero,
        date=date(2026, 1, 1) + timedelta(days=number), due=due,
    )  # fmt: skip


def status(one: Customer, *invoices: InvoiceBrief) -> BillingStatus:
    return with_invoices(one, invoices, TODAY).as_of(TODAY).billing_status


def test_the_first_status_that_applies() -> None:
    frozen = BARE.model_copy(update={"status": CustomerStatus.INACTIVE})
    overdue = invoice(1, READY, day(-1))
    assert status(BARE) is status(BARE, invoice(1)) is BillingStatus.ACTIVE
    assert status(BARE, overdue, *(invoice(number) for number in range(2, 9))) is BillingStatus.PAST_DUE
    for one in (BARE, frozen):
        late = with_invoices(one, [overdue, invoice(2, READY, day(-9))], TODAY).as_of(TODAY)
        assert late.overdue_since == day(-9)
    assert status(frozen, overdue) is BillingStatus.FROZEN
    earlier = with_invoices(BARE, [overdue], TODAY).as_of(day(-1))
    assert earlier.billing_status is BillingStatus.ACTIVE, "the date was set back"
    assert status(BARE, invoice(1, READY, TODAY), invoice(2, READY)) is BillingStatus.ACTIVE


def test_nothing_is_owed_without_an_unpaid_invoice() -> None:
    for known, owed in (
        ([], ()),
        ([invoice(1)], ()),
        ([invoice(1, READY), *(invoice(number) for number in range(2, 9))], None),
        ([invoice(1, UNKNOWN)], None),
        (None, None),
    ):
        assert with_invoices(BARE, known, TODAY).owed == owed


def test_what_somebody_owes_stays_with_the_status_that_came_with_it() -> None:
    owing = BARE.model_copy(update={"owed": (Money(100, "eur"),), "billing_status": BillingStatus.CANCELING})
    known = [invoice(1, READY, day(-1))]
    assert with_invoices(owing, known, TODAY) == owing.model_copy(update={"latest_invoices": tuple(known)})
    assert with_invoices(owing, known, TODAY).as_of(TODAY).billing_status is BillingStatus.PAST_DUE


@pytest.mark.parametrize(
    ("owed", "overdue_since", "kept"),
    [((), None, [0]), ((Money(100, "eur"),), None, [0, 1]), ((Money(100, "eur"),), day(-1), [0, 1, 2])],
)
def test_earlier_invoices_that_contradict_what_is_owed_are_left_out(
    owed: tuple[Money, ...], overdue_since: date | None, kept: list[int]
) -> None:
    earlier = (invoice(1), invoice(2, READY, TODAY), invoice(3, READY, day(-1)))
    fetched = ACTIVE.model_copy(
        update={"owed": owed, "overdue_since": overdue_since, "latest_invoices": None}
    )
    before = BARE.model_copy(update={"latest_invoices": earlier})
    now = with_earlier_invoices(fetched, before, TODAY)
    assert now == fetched.model_copy(update={"latest_invoices": tuple(earlier[one] for one in kept)})
    assert with_earlier_invoices(BARE, before, TODAY) == with_invoices(BARE, earlier, TODAY)


def test_earlier_invoices_that_lack_what_was_owed_tell_nothing() -> None:
    """A new subscription was charged: its invoice is not among those of the last sync."""
    for known, owed, since in (
        ([invoice(1)], (Money(100, "eur"),), None),
        ([invoice(1), invoice(2, READY, TODAY)], (Money(100, "eur"),), day(-1)),
    ):
        opened = {"owed": owed, "overdue_since": since, "latest_invoices": tuple(known)}
        before = ACTIVE.model_copy(update=opened)
        assert with_earlier_invoices(BARE, before, TODAY) == BARE


def test_what_cannot_be_ruled_out_is_unknown() -> None:
    bare = BARE.model_copy(update={"subscriptions": ()})
    unclear = [invoice(1, UNKNOWN), *(invoice(number) for number in range(2, 9))]
    withdrawn = invoice(1, UNKNOWN).model_copy(update={"open": Money(0, "eur")})
    assert with_invoices(BARE, None, TODAY) == BARE
    assert status(BARE, *unclear) is status(bare) is BillingStatus.UNKNOWN
    assert status(BARE, *unclear, invoice(1, READY, day(-1))) is BillingStatus.PAST_DUE
    assert status(BARE, withdrawn) is BillingStatus.ACTIVE
    maybe_frozen = BARE.model_copy(update={"status": CustomerStatus.UNKNOWN})
    assert status(maybe_frozen, invoice(1, READY, day(-1))) is BillingStatus.UNKNOWN
    free = ACTIVE.running[0].model_copy(update={"amount": Money(0, "eur"), "trial_end": None})
    other = free.model_copy(update={"id": "Cont_2", "status": SubscriptionStatus.UNKNOWN})
    unread = BARE.model_copy(update={"subscriptions": (free, other)})
    assert status(unread) is BillingStatus.UNKNOWN
    assert may_have_status(with_invoices(unread, [], TODAY), ["active"])
    assert may_have_status(BARE, ["past_due"])
    assert may_have_status(with_invoices(BARE, unclear, TODAY), ["past_due"])
    without = with_invoices(bare, [invoice(1)], TODAY)
    assert [value for value in BillingStatus if may_have_status(without, [value])] == ["ended", "none"]
    assert not may_have_status(with_invoices(BARE, [], TODAY), ["ended"])


invoices = st.lists(
    st.builds(
        invoice, st.integers(0, 20), st.sampled_from([READY, PAID, UNKNOWN]),
        st.none() | st.integers(-3, 3).map(day),
    ),
    max_size=9, unique_by=lambda one: one.id,
)  # fmt: skip


@given(invoices, st.integers(-1, 2).map(day))
def test_what_is_kept_of_the_invoices_says_the_same(known: list[InvoiceBrief], later: date) -> None:
    one = with_invoices(BARE, known, TODAY)
    kept = one.latest_invoices
    assert kept is not None and set(kept) <= set(known) and min(3, len(known)) <= len(kept) <= 5
    again = with_invoices(BARE, kept, later)
    assert again == with_invoices(BARE, known, later)
    late = [row.due for row in known if row.due is not None and row.overdue(later)]
    assert one.as_of(later).overdue_since == min(late, default=None)
