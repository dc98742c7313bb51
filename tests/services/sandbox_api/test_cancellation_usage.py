"""Usage when a subscription ends: billed on a last invoice or dropped, computed by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.billing import amounts
from tests.support.cancelling import Cancelling, codes, lines, metered
from wbtui.sandbox.engine import views
from wbtui.sandbox.store import Store


@pytest.fixture
def billing(empty_store: Store) -> Cancelling:
    return Cancelling(empty_store)


def test_usage_is_billed_on_a_last_invoice(billing: Cancelling) -> None:
    customer = metered(billing)
    preview = billing.cancel(customer)
    assert (amounts(preview["due_now"]), preview["amount"]["amount"]) == (["5.00"], "5.00")  # 250 × 0.02
    said = "For your final invoice, $5.00 has been charged to Visa ••4242."
    assert preview["customer_sentence"].endswith(f" has ended. {said}")
    invoice = billing.invoices(customer)[0]
    assert (invoice["total"]["amount"], invoice["state"]) == ("5.00", "paid")


def test_a_last_invoice_that_waits_for_validation_is_not_said_to_be_due(billing: Cancelling) -> None:
    customer = metered(billing)
    billing.validate_invoices(customer)
    preview = billing.cancel(customer)
    said = "For your final invoice, $5.00 is due once you receive the invoice."
    assert preview["customer_sentence"].endswith(f" has ended. {said}")
    assert billing.invoices(customer)[0]["state"] == "pending_validation"


def test_usage_of_the_first_day_without_service_is_not_billed(billing: Cancelling) -> None:
    customer = metered(billing)
    billing.use(customer, "2026-05-11", 1000)  # today
    later = billing.asked(customer, when="period_end")["warnings"]
    assert [one["text"] for one in later] == ["Usage is invoiced on 1 Jun 2026: $25.00 so far, before tax."]
    dropped = billing.asked(customer, unbilled_usage="drop")["warnings"]
    assert dropped[0]["text"] == "Usage is not billed: $5.00 so far, before tax."
    assert amounts(billing.cancel(customer)["due_now"]) == ["5.00"]


def test_parts_of_a_unit_are_billed(billing: Cancelling) -> None:
    customer = metered(billing)
    billing.use(customer, "2026-05-06", Decimal("50.25"))
    with billing.store.read() as tx:
        [series] = views.usage(tx, customer)
    assert (series["used"], series["overage_so_far"]["amount"]) == ("400.25", "6.00")
    assert amounts(billing.cancel(customer)["due_now"]) == ["6.00"]  # 300.25 × 0.02 = 6.005, half-even


def test_usage_that_is_dropped_is_warned_about(billing: Cancelling) -> None:
    customer = metered(billing)
    preview = billing.cancel(customer, unbilled_usage="drop")
    assert (preview["due_now"], preview["amount"]) == ([], None)
    assert preview["warnings"][0]["text"] == "Usage is not billed: $5.00 so far, before tax."
    assert len(billing.invoices(customer)) == 1


def test_usage_lowers_the_credit_for_unused_time(billing: Cancelling) -> None:
    customer = metered(billing)
    preview = billing.cancel(customer, unused_time="prorated_credit")
    assert (preview["amount"]["amount"], preview["due_now"]) == ("1.77", [])  # 6.77 − 5.00
    assert billing.read("wallets", customer)[0]["balance"] == "1.77"


def test_usage_is_charged_beside_a_refund(billing: Cancelling) -> None:
    customer = metered(billing)
    preview = billing.cancel(customer, unused_time="prorated_refund")
    assert (preview["amount"]["amount"], amounts(preview["due_now"])) == ("6.77", ["5.00"])
    assert lines(preview) == [
        ("Unused: Meter · monthly", "-6.77"),
        ("Calls above 100", "5.00"),
        ("Refund to Visa ••4242", "6.77"),
    ]


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"when": "period_end"},
         ["Usage is invoiced on 1 Jun 2026: $5.00 so far, before tax."]),
        ({"when": "date", "date": "2026-05-20"},
         ["Usage is invoiced on 20 May 2026: $5.00 so far, before tax."]),
        ({"when": "date", "date": "2026-06-20"},
         ["The billing period from 1 Jun 2026 is charged in full, although it ends early."]),
    ],
)  # fmt: skip
def test_the_last_invoice_for_usage_is_announced(
    billing: Cancelling, when: dict[str, str], said: list[str]
) -> None:
    """What is used until the end of the period is invoiced with the renewal where there is one."""
    warnings = billing.asked(metered(billing), **when)["warnings"]
    assert [warning["text"] for warning in warnings] == said


def test_a_plan_without_metered_features_has_no_usage_to_drop(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    for when in ({"when": "now"}, {"when": "period_end"}, {"when": "date", "date": "2026-06-20"}):
        assert "usage_dropped" not in codes(billing.asked(customer, unbilled_usage="drop", **when))


def test_usage_before_the_last_period_is_billed_whatever_was_chosen(billing: Cancelling) -> None:
    customer = metered(billing)
    preview = billing.cancel(customer, when="date", date="2026-06-20", unbilled_usage="drop")
    text = "Only usage of the last billing period is not billed. Earlier usage is invoiced as usual."
    assert [one["text"] for one in preview["warnings"] if one["code"] == "usage_dropped"] == [text]
    billing.go_to("2026-06-02")
    kinds = [line["kind"] for line in billing.invoices(customer)[0]["lines"]]
    assert kinds == ["usage", "recurring"]


def test_usage_until_the_end_is_dropped_when_that_was_chosen(billing: Cancelling) -> None:
    customer = metered(billing)
    billing.cancel(customer, when="period_end", unbilled_usage="drop")
    billing.go_to("2026-06-02")
    assert len(billing.invoices(customer)) == 1
