"""Every read of every seeded customer has the documented shape, and its figures are consistent."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from tests.unit.sandbox.conftest import NOW, at_now
from wbtui.models.money import Money, per_currency, total
from wbtui.sandbox.engine import clock, repository, views
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.clocktext import moment
from wbtui.sandbox.seed import seed
from wbtui.sandbox.seed_fixed import FIXED, HOSTILE
from wbtui.sandbox.seed_histories import _DEBIT_DECLINES
from wbtui.sandbox.store import Store, Tx

pytestmark = pytest.mark.date_free

Conforms = Callable[[str, Any], None]


def money(wire: dict[str, str]) -> Money:
    return Money.parse(wire["amount"], wire["currency"])


def customer_ids(tx: Tx) -> list[str]:
    return [row["id"] for row in tx.all("SELECT id FROM customers ORDER BY no")]


def test_every_read_has_the_shape_of_the_api(seeded: Store, conforms: Conforms) -> None:
    with seeded.read() as tx:
        for plan in views.plans(tx):
            conforms("Plan", plan)
        for discount in views.discounts(tx):
            conforms("Discount", discount)
        for customer_id in customer_ids(tx):
            conforms("CustomerRow", views.customer_row(tx, customer_id))
            for name, part in (
                ("Contract", "contracts"),
                ("Payment", "payments"),
                ("Refund-Output", "refunds"),
                ("CreditEntry", "credits"),
                ("CreditNote", "credit_notes"),
                ("Wallet", "wallets"),
                ("Method", "methods"),
            ):
                for item in views.part(tx, customer_id, part):
                    conforms(name, item)
            for series in views.usage(tx, customer_id):
                conforms("UsageSeries", series)
            events, _, count = views.activity(tx, customer_id, limit=500)
            assert len(events) == min(500, count)
            for event in events[:20]:
                conforms("Event", event)


def test_an_ended_subscription_has_no_usage_on_the_day_it_ended(seeded: Store) -> None:
    with seeded.read() as tx:
        last_days = []
        for customer_id in customer_ids(tx):
            ends = {one["id"]: one["end"] for one in views.part(tx, customer_id, "contracts") if one["end"]}
            for series in views.usage(tx, customer_id, first="2020-01-01"):
                if series["contract_id"] in ends and series["buckets"]:
                    last_days.append((series["buckets"][-1]["date"], ends[series["contract_id"]]))
        assert last_days and all(day < end for day, end in last_days)


def test_every_invoice_has_the_shape_of_the_api(seeded: Store, conforms: Conforms) -> None:
    with seeded.read() as tx:
        page = views.invoices(tx, limit=100_000, order="ASC")
        assert page.next is None and len(page.rows) == page.total > 500
        for row in page.rows:
            conforms("InvoiceRow", row)
        for row in page.rows[::5]:
            conforms("Invoice", views.invoice(tx, row["id"]))


def check_invoice(invoice: dict[str, Any]) -> None:
    """The formula of every line, the sums of the head, and open, refundable and refunded amounts."""
    for line in invoice["lines"]:
        discount, rounding = money(line["discount"]), money(line["rounding"])
        if line["tiers"]:
            exact = sum(money(tier["subtotal"]).minor for tier in line["tiers"])
            for tier in line["tiers"]:
                fee = 0 if tier["flat_fee"] is None else money(tier["flat_fee"]).minor
                assert (
                    money(tier["unit_price"]).times(int(tier["quantity"])).minor + fee
                    == money(tier["subtotal"]).minor
                )
            gross = Money(exact, invoice["currency"])
            assert sum(int(tier["quantity"]) for tier in line["tiers"]) == int(line["quantity"])
        else:
            assert line["unit_price"] is not None
            gross = None
        days = (1, 1) if line["days"] is None else (line["days"], line["of_days"])
        assert line["gross"] == gross_of(line, gross, days)
        tax = Money.zero(invoice["currency"])
        if line["tax"] is not None and line["tax"]["mode"] == "exclusive":
            tax = money(line["tax"]["money"])
        assert money(line["gross"]) - discount + tax + rounding == money(line["total"])
        assert money(line["refunded"]).minor >= 0
    currency = invoice["currency"]
    assert total((money(line["total"]) for line in invoice["lines"]), currency) == money(invoice["total"])
    assert total((money(line["gross"]) for line in invoice["lines"]), currency) == money(invoice["subtotal"])
    paid = total((money(p["money"]) for p in invoice["payments"] if p["status"] == "succeeded"), currency)
    assert paid == money(invoice["paid"])
    refunded = total(
        (money(r["money"]) for r in invoice["refunds"] if r["status"] not in ("failed", "canceled")), currency
    )
    assert refunded == money(invoice["refunded"]) <= paid
    assert total((money(line["refunded"]) for line in invoice["lines"]), currency) == refunded
    noted = total((money(n["money"]) for n in invoice["credit_notes"] if n["to"] == "invoice"), currency)
    left = money(invoice["total"]) - money(invoice["credited"]) - noted - paid
    owed = invoice["state"] in ("ready_for_payment", "pending_validation")
    assert money(invoice["open"]) == (left if owed else Money.zero(currency))
    if invoice["state"] == "paid":
        assert left.minor == 0


def gross_of(line: dict[str, Any], exact: Money | None, days: tuple[int, int]) -> dict[str, str]:
    """round(quantity × unit_price, or the slices, × days/of_days), computed with fractions."""
    if exact is None:
        price = money(line["unit_price"])
        value = Fraction(line["quantity"]) * price.minor
        currency = price.currency
    else:
        value, currency = Fraction(exact.minor), exact.currency
    return Money(round(value * days[0] / days[1]), currency).wire()


def test_every_invoice_adds_up(seeded: Store) -> None:
    kinds: Counter[str] = Counter()
    with seeded.read() as tx:
        for customer_id in customer_ids(tx):
            for row in views.invoices(tx, customer_id=customer_id, limit=500).rows:
                invoice = views.invoice(tx, row["id"])
                check_invoice(invoice)
                kinds.update(line["kind"] for line in invoice["lines"])
                kinds.update(f"tax {line['tax']['mode']}" for line in invoice["lines"] if line["tax"])
                kinds.update("rounded" for line in invoice["lines"] if money(line["rounding"]))
                kinds.update("discounted" for line in invoice["lines"] if money(line["discount"]))
                kinds.update("tiered" for line in invoice["lines"] if line["tiers"])
                kinds.update("credited" for _ in [0] if money(invoice["credited"]))
    wanted = "recurring usage proration credit tiered discounted credited".split()
    assert {*wanted, "tax exclusive", "tax inclusive"} <= kinds.keys()


def check_ledger(account: Account) -> None:
    """Entries add up to balances, grants are never overdrawn, and applied credit is on the invoices."""
    sums: dict[str, int] = {}
    for entry in account.credits:
        sums[entry.currency] = sums.get(entry.currency, 0) + entry.amount
        assert entry.balance_after == sums[entry.currency] >= 0
        assert 0 <= entry.remaining <= max(0, entry.amount)
    for currency, balance in sums.items():
        assert sum(e.remaining for e in account.credits if e.currency == currency) == balance
    for invoice in account.invoices:
        used = -sum(
            e.amount
            for e in account.credits
            if e.invoice_id == invoice.id and (e.kind == "applied" or (e.kind == "reversal" and e.amount > 0))
        )
        assert used == invoice.credited


def test_balances_follow_from_their_entries(seeded: Store) -> None:
    with seeded.read() as tx:
        for customer_id in customer_ids(tx):
            account = repository.load(tx, customer_id)
            check_ledger(account)
            for payment in account.payments:
                done = [r for r in account.refunds if r.payment_id == payment.id]
                given = sum(r.amount for r in done if r.status not in ("failed", "canceled"))
                assert payment.refunded == given <= payment.amount
                assert not given or payment.status == "succeeded"


@pytest.mark.parametrize("days", [0, 1, 4, 40])
def test_rows_agree_with_the_parts(seeded: Store, days: int) -> None:
    """Also days after they were written, before billing has reached them."""
    later = moment(NOW) + timedelta(days=days)
    with closing(Store(seeded.path, wall_clock=lambda: later)) as store, store.read() as tx:
        today = clock.today(tx)
        page = [json.loads(text) for text in views.snapshot_customers(tx, limit=500).rows]
        for customer_id, listed in zip(customer_ids(tx), page, strict=True):
            row = views.customer_row(tx, customer_id)
            assert row == listed
            invoices = views.invoices(tx, customer_id=customer_id, limit=500).rows
            owed = [i for i in invoices if i["state"] in ("ready_for_payment", "pending_validation")]
            sums = per_currency(money(i["open"]) for i in reversed(owed) if money(i["open"]))
            assert row["owed"] == [amount.wire() for amount in sums.values()]
            late = [i["due"] for i in owed if money(i["open"]) and i["due"] < today]
            assert row["overdue_since"] == (min(late) if late else None)
            frozen = row["status"] == "inactive"
            assert (row["billing_status"] == "past_due") == (bool(late) and not frozen)
            alerts = [
                c.usage_alert_on for c in repository.load(tx, customer_id).contracts if c.status == "active"
            ]
            assert row["usage_alert"] == any(day is not None and day <= today for day in alerts)
            assert [i["id"] for i in row["latest_invoices"]] == [i["id"] for i in invoices[:3]]
            contracts = views.part(tx, customer_id, "contracts")
            assert [c["id"] for c in row["contracts"]] == [c["id"] for c in contracts]
            assert [c["next_charge"] for c in row["contracts"]] == [c["next_charge"] for c in contracts]
            refunds = views.part(tx, customer_id, "refunds")
            assert row["refunds_pending"] == sum(r["status"] == "pending" for r in refunds)
            payments = views.part(tx, customer_id, "payments")
            assert (row["latest_payment"] or {}).get("id") == (payments[0]["id"] if payments else None)
            assert row["disputed"] == any(p["disputed"] for p in payments)


def test_moved_subscriptions_point_at_each_other(seeded: Store) -> None:
    moved = 0
    with seeded.read() as tx:
        for customer_id in customer_ids(tx):
            by_id = {c["id"]: c for c in views.part(tx, customer_id, "contracts")}
            for contract in by_id.values():
                assert (contract["status"] == "moved") == (contract["moved_to"] is not None)
                if contract["moved_to"] is not None:
                    follower = by_id[contract["moved_to"]]
                    assert follower["moved_from"] == contract["id"]
                    assert follower["start"] == contract["end"]
                    moved += 1
    assert moved > 10


def test_direct_debits_are_not_declined_like_cards(seeded: Store) -> None:
    declined: set[str | None] = set()
    with seeded.read() as tx:
        for account in (repository.load(tx, customer_id) for customer_id in customer_ids(tx)):
            debits = {method.id for method in account.methods if method.kind == "sepa_debit"}
            declined |= {payment.decline_code for payment in account.payments if payment.method_id in debits}
    assert {None, "account_closed"} < declined <= {None, "insufficient_funds", *_DEBIT_DECLINES.values()}


def test_the_sandbox_has_every_kind_of_customer(seeded: Store) -> None:
    with seeded.read() as tx:
        rows = [views.customer_row(tx, customer_id) for customer_id in customer_ids(tx)]
    statuses = {row["billing_status"] for row in rows}
    assert statuses >= {"past_due", "trialing", "canceling", "active", "free", "ended", "none", "frozen"}
    assert {c["status"] for row in rows for c in row["contracts"]} >= {
        "active", "pending", "scheduled", "canceled", "moved", "not_ready",
    }  # fmt: skip
    assert {m["currency"] for row in rows for m in row["mrr"]} == {"eur", "usd", "gbp", "jpy"}
    assert {m["kind"] for row in rows for m in row["methods"]} == {
        "card", "sepa_debit", "vban_bank_transfer_eu",
    }  # fmt: skip
    assert any(row["usage_alert"] for row in rows) and any(row["refunds_pending"] for row in rows)
    assert len({(row["address"] or {}).get("country") for row in rows}) > 12


@pytest.mark.parametrize("customers", [3, 20])
def test_anna_and_the_hostile_customers_always_exist(customers: int, tmp_path: Any) -> None:
    store = Store(tmp_path / "small.db", wall_clock=at_now)
    seed(store, customers=customers, seed=7, now=NOW)
    with store.read() as tx:
        ids = customer_ids(tx)
        assert len(ids) == max(customers, FIXED)
        anna = views.customer_row(tx, ids[0])
        assert (anna["name"], anna["reference"], anna["billing_status"]) == (
            "Anna Schmidt",
            "LUM-77",
            "past_due",
        )
        assert anna["methods"] == [
            {"kind": "card", "brand": "visa", "last_digits": "4242", "expires": "2026-11", "status": "active"}
        ]
        unpaid, paid, *_ = views.invoices(tx, customer_id=ids[0]).rows
        assert (unpaid["number"], paid["number"]) == ("INV-0042", "INV-0041")
        assert unpaid["open"] == {"amount": "49.00", "currency": "eur"}
        failed = views.invoice(tx, unpaid["id"])["attempts"]
        assert [attempt["decline_code"] for attempt in failed] == ["insufficient_funds"] * 2
        assert views.invoice(tx, paid["id"])["refundable"] == {"amount": "49.00", "currency": "eur"}
        # 49.00 holds 7.82 of tax: recurring revenue is counted before it.
        assert anna["contracts"][0]["amount"] == {"amount": "49.00", "currency": "eur"}
        assert anna["mrr"] == [{"amount": "41.18", "currency": "eur"}]
        assert views.usage(tx, ids[0], "api_calls")[0]["used"] == "92310"
        names = [views.customer_row(tx, customer_id)["name"] for customer_id in ids[1:FIXED]]
        assert names == [name for name, _ in HOSTILE]
        assert any(len(name) == 300 for name in names) and "раypal" in names
        for customer_id in ids[1:FIXED]:
            invoices = views.invoices(tx, customer_id=customer_id).rows
            assert any(money(views.invoice(tx, i["id"])["refundable"]) for i in invoices)
    store.close()


@pytest.mark.parametrize("now", ["2026-04-08T23:59:59Z", "2027-03-08T00:00:00Z", "2028-02-29T05:00:00Z"])
def test_anna_is_past_due_on_any_day(now: str, tmp_path: Any) -> None:
    store = Store(tmp_path / "day.db", wall_clock=lambda: moment(now))
    seed(store, customers=1, seed=3, now=now)
    with store.read() as tx:
        anna = customer_ids(tx)[0]
        row = views.customer_row(tx, anna)
        assert (row["billing_status"], row["owed"][0]["amount"], row["usage_alert"]) == (
            "past_due",
            "49.00",
            True,
        )
        invoices = views.invoices(tx, customer_id=anna).rows
        assert [i["number"] for i in invoices] == [f"INV-{number:04d}" for number in range(42, 9, -1)]
        assert {i["total"]["amount"] for i in invoices} == {"49.00"}
        assert len(views.invoice(tx, invoices[0]["id"])["attempts"]) == 2
    store.close()


def test_the_file_is_private_and_the_row_is_json(seeded: Store) -> None:
    for path in (seeded.path, seeded.path.with_name(seeded.path.name + "-wal")):
        assert path.stat().st_mode & 0o777 == 0o600
    with seeded.read() as tx:
        for text in views.snapshot_customers(tx, limit=500).rows:
            assert json.loads(text)["version"] == "v1"
            assert len(text) < 12_000
