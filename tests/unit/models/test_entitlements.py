"""Access to features: which subscription decides, and what is said when something is not known."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.support.anna import PLANS, SSO, SUBSCRIPTION, USAGE, api_calls, seats
from wbtui.models.customer import CustomerStatus
from wbtui.models.entitlements import Access, Entitlement, entitlements
from wbtui.models.money import Money
from wbtui.models.plan import Feature, PlanStatus, Strategy, Tier
from wbtui.models.subscription import Subscription, SubscriptionStatus
from wbtui.models.usage import UsageSeries
from wbtui.ui.text import entitlements as text
from wbtui.ui.text.overview import of_limit
from wbtui.ui.text.usage import limit_cell

TODAY = date(2026, 11, 22)
ACTIVE, FROZEN = CustomerStatus.ACTIVE, CustomerStatus.INACTIVE
CAPPED = Feature(slug="api_calls", name="API calls", unit="call", strategy=Strategy.USAGE, limit="100000")


def subscription(status: SubscriptionStatus = SubscriptionStatus.ACTIVE, **changes: Any) -> Subscription:
    return SUBSCRIPTION.model_copy(update={"status": status, **changes})


def used(units: str, **changes: Any) -> UsageSeries:
    return USAGE[0].model_copy(update={"used": units, **changes})


def of_feature(slug: str, found: tuple[Entitlement, ...]) -> Entitlement:
    [one] = [one for one in found if one.feature.slug == slug]
    return one


def access(
    *subscriptions: Subscription,
    account: CustomerStatus = ACTIVE,
    usage: tuple[UsageSeries, ...] | None = None,
) -> tuple[Access, str]:
    """Access to API calls and its reason."""
    one = of_feature("api_calls", entitlements(account, subscriptions, usage, PLANS, TODAY))
    return one.access, text.why(one, subscriptions, TODAY)


def test_numbers_in_names_are_ordered_by_value() -> None:
    zones = tuple(CAPPED.model_copy(update={"slug": f"z{n}", "name": f"Zone {n}"}) for n in (36, 4, 40))
    found = entitlements(ACTIVE, (subscription(features=zones),), None, None, TODAY)
    assert [one.feature.name for one in found] == ["Zone 4", "Zone 36", "Zone 40"]


def test_a_limit_blocks_only_where_more_has_no_price() -> None:
    capped, period = subscription(features=(CAPPED,)), (date(2026, 11, 14), date(2026, 12, 13))
    assert access(capped, usage=(used("99999"),)) == (
        Access.INCLUDED, "Pro: 99,999 of 100,000 calls used.",
    )  # fmt: skip
    assert access(capped, usage=(used("100000", period=period),)) == (
        Access.LIMIT_REACHED, "100,000 of 100,000 calls used. The next period starts on 14 Dec.",
    )  # fmt: skip
    assert access(subscription(), usage=(used("100001"),)) == (
        Access.INCLUDED, "Pro: 100,001 of 100,000 calls used. Overage is charged.",
    )  # fmt: skip
    assert access(subscription(), usage=(used("100000"),))[1] == "Pro: 100,000 of 100,000 calls used."
    above_included = (used("60000", included="50000"),)
    assert access(subscription(), usage=above_included)[1].endswith("Overage is charged.")
    assert "Overage" not in access(capped, usage=above_included)[1]
    tiers = (Tier(up_to=None, unit_price=Money(5, "eur")),)
    tiered = subscription(features=(CAPPED.model_copy(update={"tiers": tiers}),))
    assert access(tiered, usage=(used("200000"),))[0] is Access.INCLUDED
    assert access(capped, usage=(used("many"),))[0] is Access.INCLUDED, "unreadable: not judged"
    assert access(capped, usage=(used("100000", subscription_id="Cont_9"),))[0] is Access.INCLUDED
    assert access(capped, usage=None) == (Access.INCLUDED, "Pro.")


@pytest.mark.parametrize(
    ("of", "expected", "why"),
    [
        (subscription(SubscriptionStatus.SCHEDULED, start=date(2026, 12, 1)), Access.NOT_STARTED,
         "Pro starts on 1 Dec."),
        (subscription(start=date(2026, 11, 23)), Access.NOT_STARTED, "Pro starts on 23 Nov."),
        (subscription(start=TODAY), Access.INCLUDED, "Pro."),
        (subscription(SubscriptionStatus.PENDING, start=None), Access.NOT_STARTED, "Pro is pending."),
        (subscription(SubscriptionStatus.NOT_READY), Access.NOT_STARTED, "Pro is not ready."),
        (subscription(SubscriptionStatus.CANCELED, end=date(2026, 11, 2)), Access.ENDED,
         "Pro ended on 2 Nov."),
        (subscription(SubscriptionStatus.UNKNOWN), Access.UNKNOWN, "The status of Pro is not known."),
    ],
)  # fmt: skip
def test_the_status_of_a_subscription_decides(of: Subscription, expected: Access, why: str) -> None:
    assert access(of, usage=()) == (expected, why)


def test_a_frozen_account_blocks_what_is_active_and_nothing_else() -> None:
    assert access(subscription(), account=FROZEN) == (Access.FROZEN, "The account is frozen.")
    assert access(subscription(SubscriptionStatus.PENDING), account=FROZEN)[0] is Access.NOT_STARTED
    assert access(subscription(SubscriptionStatus.CANCELED), account=FROZEN)[0] is Access.ENDED


def test_of_several_subscriptions_the_best_decides_and_of_ended_ones_the_last() -> None:
    ended = subscription(SubscriptionStatus.CANCELED, id="Cont_0", plan="Team", end=date(2026, 3, 1))
    later = subscription(SubscriptionStatus.CANCELED, id="Cont_2", plan="Free", end=date(2026, 5, 1))
    starting = subscription(SubscriptionStatus.SCHEDULED, id="Cont_3", start=date(2026, 12, 1))
    capped = subscription(features=(CAPPED,))
    full = (used("100000"),)
    assert access(ended, later) == access(later, ended) == (Access.ENDED, "Free ended on 1 May.")
    assert access(later, starting)[0] is access(starting, later)[0] is Access.NOT_STARTED
    assert access(starting, capped, usage=full)[0] is Access.LIMIT_REACHED
    other = subscription(id="Cont_4", plan="Team", features=(CAPPED,))
    assert access(capped, other, usage=full) == (Access.INCLUDED, "Team.")


def test_what_a_plan_change_took_away_names_both_plans() -> None:
    moved = subscription(
        SubscriptionStatus.MOVED, id="Cont_0", plan="Business", features=(SSO,), end=date(2026, 10, 5),
        moved_to="Cont_1",
    )  # fmt: skip
    now = subscription(moved_from="Cont_0")
    one = of_feature("sso", entitlements(ACTIVE, (now, moved), (), PLANS, TODAY))
    assert (one.access, text.why(one, (now, moved), TODAY)) == (
        Access.ENDED, "Business was changed to Pro on 5 Oct, which does not include it.",
    )  # fmt: skip


def test_features_of_plans_that_are_sold_are_listed_last_with_these_plans() -> None:
    archived = PLANS[2].model_copy(update={"name": "Classic", "status": PlanStatus.ARCHIVED})
    capped, plans = subscription(features=(CAPPED,)), (*PLANS, archived)
    found = entitlements(ACTIVE, (capped,), (used("100000"),), plans, TODAY)
    assert [(one.feature.slug, one.access) for one in found] == [
        ("api_calls", Access.LIMIT_REACHED), ("seats", Access.NOT_IN_PLAN), ("sso", Access.NOT_IN_PLAN),
    ]  # fmt: skip
    assert [one.plans for one in found[1:]] == [("Pro", "Business"), ("Business",)]
    assert text.why(found[1], (), TODAY) == "Included in Pro and Business."
    assert text.sentence(found[2], text.why(found[2], (), TODAY)) == "SSO: not in plan. Included in Business."
    assert len(entitlements(ACTIVE, (capped,), (), None, TODAY)) == 1
    assert entitlements(ACTIVE, (), None, None, TODAY) == ()


def test_ordered_units_are_said() -> None:
    of = subscription(features=(seats("10", "100"), api_calls("100000", 20)), units={"seats": "12"})
    one = of_feature("seats", entitlements(ACTIVE, (of,), (), None, TODAY))
    assert text.why(one, (of,), TODAY) == "Pro: 12 seats."
    alone = of.model_copy(update={"units": {"seats": "1"}})
    one = of_feature("seats", entitlements(ACTIVE, (alone,), (), None, TODAY))
    assert text.why(one, (alone,), TODAY) == "Pro: 1 seat."


def test_a_limit_that_is_not_told_is_not_called_none() -> None:
    """Plain Wingback tells only what is used."""
    assert access(subscription(), usage=(used("7", limit=None),)) == (
        Access.INCLUDED, "Pro: 7 calls used; the limit is not known.",
    )  # fmt: skip
    period = (date(2026, 11, 1), date(2026, 11, 30))
    unlimited = used("7", limit=None, period=period)
    assert access(subscription(), usage=(unlimited,))[1] == "Pro: 7 calls used."
    said = [(limit_cell(one), of_limit(one)) for one in (used("7", limit=None), unlimited, used("7"))]
    assert said == [
        ("unknown", ", limit not known"), ("no limit", ", no limit"), ("100,000", " of 100,000"),
    ]  # fmt: skip
