"""Freezing and activating an account: what is billed, computed by hand."""

from __future__ import annotations

from tests.support.billing import URL, Billing, amounts
from tests.support.cancelling import DECLINED
from wbtui.sandbox.actions import runner
from wbtui.sandbox.engine import repository, subscriptions
from wbtui.sandbox.routes.actions import read_action


def test_a_frozen_account_is_not_billed_and_resumes_in_the_current_period(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    frozen = billing.do("freeze_customer", customer, note="Asked by the owner")
    after = {c["path"]: c["after"] for c in frozen["changes"]}
    assert after[f"customer/{customer}/billing_status"] == "frozen"
    assert frozen["reversible"]["by"] == "activate_customer"
    assert [w["text"] for w in frozen["warnings"]] == ["Paused, without a credit for unused time: P20."]
    with billing.store.read() as tx:
        [event] = tx.all("SELECT comment FROM events WHERE what = 'Account frozen'")
    assert event["comment"] == "Asked by the owner"
    billing.go_to("2026-07-20")
    assert len(billing.invoices(customer)) == 1
    active = billing.do("activate_customer", customer)
    assert (active["due_now"], active["amount"], active["reversible"]["by"]) == ([], None, "freeze_customer")
    [contract] = billing.read("contracts", customer)
    assert contract["next_charge"] == {"date": "2026-08-01", "total": {"amount": "20.00", "currency": "usd"}}
    change = billing.preview("change_plan", customer, to="P10_usd", downgrade_allowed=True)
    assert [(line["label"], line["money"]["amount"]) for line in change["lines"]] == [
        ("P10 · monthly", "3.87")
    ]
    assert [one["code"] for one in change["warnings"]] == ["downgrade", "nothing_credited"]
    billing.go_to("2026-08-01")
    assert [i["date"] for i in billing.invoices(customer)] == ["2026-08-01", "2026-05-01"]


def test_a_missed_retry_is_made_a_day_after_the_activation(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", behaviour=DECLINED)
    billing.go_to("2026-05-03")
    number = billing.invoices(customer)[0]["number"]
    frozen = billing.do("freeze_customer", customer)
    assert f"Not charged while the account is frozen: {number}." in [w["text"] for w in frozen["warnings"]]
    billing.go_to("2026-05-20")
    with billing.store.write() as tx:
        account = repository.load(tx, customer)
        account.methods[0].status = "inactive"
        tx.execute("SAVEPOINT edit")
        repository.save(tx, account, "2026-05-20T12:00:00Z")
        without = runner.preview(tx, read_action(billing._body("activate_customer", customer, {})), URL)
        tx.execute("ROLLBACK TO edit")
    assert [w["code"] for w in without["warnings"]] == ["subscriptions_resumed"], "nothing can be charged"
    active = billing.do("activate_customer", customer)
    assert f"{number} is charged on 21 May 2026." in [w["text"] for w in active["warnings"]]
    assert billing.invoices(customer)[0]["open"]["amount"] == "20.00"
    billing.go_to("2026-05-21")
    assert amounts([billing.invoices(customer)[0][name] for name in ("open", "paid")]) == ["0.00", "20.00"]


def test_a_subscription_whose_start_has_passed_begins_and_is_charged(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    with billing.store.write() as tx:
        account = repository.load(tx, customer)
        prices = account.engine.catalogue.price_sets["P40_usd"]
        subscriptions.create_contract(account, "2026-05-01T06:00:00Z", prices, start="2026-05-15")
        repository.save(tx, account, "2026-05-01T06:00:00Z")
    billing.go_to("2026-05-11")
    billing.do("freeze_customer", customer)
    billing.go_to("2026-05-20")
    assert len(billing.invoices(customer)) == 1
    active = billing.do("activate_customer", customer)
    assert (amounts(active["due_now"]), active["amount"]["amount"]) == (["40.00"], "40.00")
    assert active["reversible"]["by"] == "Freeze the account and refund the new invoice."
    assert [(line["label"], line["money"]["amount"]) for line in active["lines"]] == [
        ("P40 · monthly", "40.00")
    ]
    invoice = billing.invoices(customer)[0]
    assert (invoice["total"]["amount"], invoice["state"]) == ("40.00", "paid")


def test_an_invoice_unpaid_for_too_long_ends_its_subscription_at_once(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", behaviour=DECLINED)
    billing.go_to("2026-05-03")
    billing.do("freeze_customer", customer)
    billing.go_to("2026-09-01")
    active = billing.do("activate_customer", customer)
    ends = active["warnings"][0]
    assert (ends["text"], ends["confirm"]) == ("Ends at once: P20.", True)
    assert billing.read("contracts", customer)[0]["status"] == "canceled"


def test_subscriptions_to_one_plan_are_told_apart(billing: Billing) -> None:
    """By their currency or, where that is the same, by their start."""
    customer = billing.subscribe("P20_usd", "2026-05-01")
    labels = [c["label"] for c in billing.preview("freeze_customer", customer)["changes"]]
    assert labels[:2] == ["Next charge of P20", "Next charge total of P20"]
    billing.do("create_subscription", customer, to="P20_usd", start="2026-05-03")
    labels = [c["label"] for c in billing.preview("freeze_customer", customer)["changes"]]
    assert labels[:4] == [
        f"{what} of P20 (start {day} May 2026)"
        for day in (1, 3)
        for what in ("Next charge", "Next charge total")
    ]
    billing.do("create_subscription", customer, to="P20_eur", start="2026-05-04")
    labels = [c["label"] for c in billing.preview("freeze_customer", customer)["changes"]]
    assert "Next charge of P20 (EUR)" in labels
    again = billing.preview("create_subscription", customer, to="P20_usd")["changes"]
    assert "Status of new P20" in {c["label"] for c in again}


def test_rules_of_freezing(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    assert billing.preview("activate_customer", customer)["refused"]["code"] == "customer_active"
    billing.do("freeze_customer", customer)
    assert billing.preview("freeze_customer", customer)["refused"]["code"] == "customer_inactive"
