"""Plan changes and account credit, computed by hand: money-actions.md §10 and more."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.support.billing import URL, Billing, amounts
from wbtui.sandbox.actions import runner
from wbtui.sandbox.problems import Problem
from wbtui.sandbox.routes.actions import read_action


# ── change_plan ──
@pytest.mark.parametrize(
    ("old", "new", "start", "day", "credit", "debit", "due"),
    [
        ("P10_usd", "P20_usd", "2026-04-01", "2026-04-16", "-5.00", "10.00", "5.00"),  # 15 of 30 days
        ("P20_usd", "P40_usd", "2026-05-01", "2026-05-11", "-13.55", "27.10", "13.55"),  # 21 of 31 days
        ("P41.33_usd", "P100_usd", "2026-05-01", "2026-05-01", "-41.33", "100.00", "58.67"),  # 31 of 31 days
        ("P10_jpy", "P20_jpy", "2026-04-01", "2026-04-16", "-500", "1000", "500"),
    ],
)
def test_an_upgrade_is_prorated_by_days(
    billing: Billing, old: str, new: str, start: str, day: str, credit: str, debit: str, due: str
) -> None:
    customer = billing.subscribe(old, start)
    billing.go_to(day)
    preview = billing.do("change_plan", customer, to=new)
    assert [line["money"]["amount"] for line in preview["lines"]] == [credit, debit]
    assert amounts(preview["due_now"]) == [due] and preview["amount"]["amount"] == due
    invoice = billing.invoices(customer)[0]
    assert (invoice["total"]["amount"], invoice["state"]) == (due, "paid")
    new_contract, old_contract = billing.read("contracts", customer)
    assert (old_contract["status"], old_contract["moved_to"]) == ("moved", new_contract["id"])
    assert preview["next_invoice"] == new_contract["next_charge"]


def test_explanations_name_the_days(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    lines = billing.preview("change_plan", customer, to="P40_usd")["lines"]
    assert [line["explanation"] for line in lines] == ["21 of 31 days of $20.00", "21 of 31 days of $40.00"]


@pytest.mark.parametrize(("day", "shown"), [("2026-05-10", ["2026-05-15"]), ("2026-05-20", [])])
def test_only_the_end_of_a_trial_that_runs_goes_over_to_the_new_subscription(
    billing: Billing, day: str, shown: list[str]
) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", trial_days=14)
    billing.go_to(day)
    changes = billing.do("change_plan", customer, to="P40_usd")["changes"]
    ends = [each["after"] for each in changes if each["path"] == "contract/new/trial_end"]
    assert ends == shown


def test_a_downgrade_credits_the_difference_and_the_next_invoice_uses_it(billing: Billing) -> None:
    customer = billing.subscribe("P40_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    refused = billing.preview("change_plan", customer, to="P20_usd")["refused"]
    assert refused["code"] == "downgrade_not_allowed"
    preview = billing.do("change_plan", customer, to="P20_usd", downgrade_allowed=True)
    assert (preview["due_now"], preview["amount"]["amount"]) == ([], "13.55")
    assert billing.read("wallets", customer)[0]["balance"] == "13.55"
    billing.go_to("2026-06-01")
    invoice = billing.invoices(customer)[0]
    assert amounts([invoice["total"], invoice["credited"], invoice["paid"]]) == ["20.00", "13.55", "6.45"]


def test_proration_on_the_next_invoice(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    preview = billing.do("change_plan", customer, to="P40_usd", proration="next_invoice")
    assert (preview["due_now"], preview["amount"], preview["warnings"]) == ([], None, [])
    assert [line["money"]["amount"] for line in preview["lines"]] == ["-13.55", "27.10"]
    assert preview["next_invoice"]["total"]["amount"] == "53.55"
    assert len(billing.invoices(customer)) == 1
    billing.go_to("2026-06-01")
    invoice = billing.invoices(customer)[0]
    assert amounts([line["total"] for line in invoice["lines"]]) == ["-13.55", "27.10", "40.00"]
    assert invoice["total"]["amount"] == "53.55"
    assert billing.read("contracts", customer)[0]["next_charge"]["total"]["amount"] == "40.00"


def test_no_proration(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    preview = billing.do("change_plan", customer, to="P40_usd", proration="none")
    assert preview["lines"] == preview["due_now"] == []
    billing.go_to("2026-06-01")
    assert billing.invoices(customer)[0]["total"]["amount"] == "40.00"


def test_at_the_end_of_the_period(billing: Billing) -> None:
    customer = billing.subscribe("P40_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    preview = billing.do("change_plan", customer, to="P20_usd", when="period_end")
    assert preview["due_now"] == []
    assert preview["next_invoice"] == {"date": "2026-06-01", "total": {"amount": "20.00", "currency": "usd"}}
    again = billing.preview("change_plan", customer, to="P10_usd")["refused"]
    assert again["code"] == "scheduled_change_exists"
    billing.go_to("2026-06-01")
    assert [c["status"] for c in billing.read("contracts", customer)] == ["active", "moved"]
    assert billing.invoices(customer)[0]["total"]["amount"] == "20.00"


@pytest.mark.parametrize(
    ("proration", "warned"), [("invoice_now", ["downgrade"]), ("next_invoice", ["downgrade", "new_period"])]
)
def test_another_cycle_starts_a_new_period(billing: Billing, proration: str, warned: list[str]) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    preview = billing.do("change_plan", customer, to="P200_usd", downgrade_allowed=True, proration=proration)
    assert [each["code"] for each in preview["warnings"]] == warned
    assert amounts(preview["due_now"]) == ["186.45"]  # 200.00 − 13.55
    assert preview["next_invoice"]["date"] == "2027-05-11"


def test_what_is_left_of_a_longer_cycle_becomes_credit_at_once(billing: Billing) -> None:
    customer = billing.subscribe("P200_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    preview = billing.do(
        "change_plan", customer, to="P20_usd", proration="next_invoice", downgrade_allowed=True
    )
    assert preview["amount"]["amount"] == "174.52"  # 355 of 365 days of 200.00 − 20.00
    assert "new_period" in [each["code"] for each in preview["warnings"]]
    assert preview["customer_sentence"].endswith("; $174.52 has been credited to your account.")
    assert billing.read("wallets", customer)[0]["balance"] == "174.52"


def test_tax_and_account_credit(billing: Billing) -> None:
    customer = billing.subscribe("P10_eur", "2026-04-01", country="DE")
    billing.go_to("2026-04-16")
    billing.do("grant_credit", customer, amount={"amount": "2.00", "currency": "eur"})
    preview = billing.do("change_plan", customer, to="P20_eur")
    assert [line["tax"]["amount"] for line in preview["lines"]] == ["-0.95", "1.90"]
    assert amounts(preview["due_now"]) == ["3.95"]  # 5.00 + 19 % − 2.00 credit
    invoice = billing.invoices(customer)[0]
    assert amounts([invoice["total"], invoice["credited"], invoice["paid"]]) == ["5.95", "2.00", "3.95"]


def test_unused_time_is_credited_at_the_price_that_was_charged(billing: Billing) -> None:
    """The only cycle of the discount is used up by the current period, which both sides belong to."""
    customer = billing.subscribe("P20_usd", "2026-04-01", discount_id="Once_50")
    assert billing.invoices(customer)[0]["total"]["amount"] == "10.00"
    billing.go_to("2026-04-16")
    preview = billing.preview("change_plan", customer, to="P40_usd")
    assert [line["money"]["amount"] for line in preview["lines"]] == ["-5.00", "10.00"]
    assert preview["next_invoice"]["total"]["amount"] == "40.00"


def test_an_absent_discount_stays_and_null_removes_it(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.do("change_plan", customer, to="P40_usd", discount_id="Once_50", proration="none")
    assert billing.read("contracts", customer)[0]["amount"]["amount"] == "20.00"
    kept = billing.preview("change_plan", customer, to="P100_usd")
    removed = billing.preview("change_plan", customer, to="P100_usd", discount_id=None)
    totals = [preview["next_invoice"]["total"]["amount"] for preview in (kept, removed)]
    assert totals == ["50.00", "100.00"]
    body = billing._body("change_plan", customer, {"to": "P100_usd", "discount_id": None})
    with billing.store.write() as tx, pytest.raises(Problem):
        runner.perform(tx, str(uuid4()), "digest", read_action(body), kept["basis"], URL)


@pytest.mark.parametrize(
    ("before", "members", "said", "logged"),
    [
        ("P20_usd", {"to": "P40_usd"}, "from P20 to P40", "Changed from P20 to P40"),
        ("P20_usd", {"to": "P200_usd"}, "from P20 · monthly to P200 · yearly",
         "Changed from P20 · monthly to P200 · yearly"),
        ("P20_usd_before", {"to": "P20_usd"}, "to the current list price", "Price of P20 changed"),
        ("P20_usd", {"to": "P20_usd", "discount_id": "Always_10"}, "to the discount Loyalty (10 %)",
         "Discount of P20 changed"),
        ("Team_usd", {"to": "Team_usd", "units": {"seats": "3"}}, "from 1 to 3 seats",
         "Units of Team changed"),
    ],
)  # fmt: skip
def test_a_change_is_named_by_what_differs(
    billing: Billing, before: str, members: dict[str, Any], said: str, logged: str
) -> None:
    units = {"seats": "1"} if before == "Team_usd" else None
    customer = billing.subscribe(before, "2026-05-01", units=units)
    billing.go_to("2026-05-11")
    later = billing.preview("change_plan", customer, when="period_end", **members)
    assert later["customer_sentence"] == f"Your subscription changes {said} on 1 Jun 2026."
    preview = billing.do("change_plan", customer, downgrade_allowed=True, **members)
    assert preview["customer_sentence"].startswith(f"We have changed your subscription {said}")
    with billing.store.read() as tx:
        assert tx.all("SELECT id FROM events WHERE what = ?", (logged,))


def test_a_change_now_withdraws_a_scheduled_cancellation_and_says_so(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    end = {"when": "period_end", "unused_time": "none", "unbilled_usage": "bill", "open_invoices": "leave"}
    contract = billing.read("contracts", customer)[0]["id"]
    billing.do(
        "cancel_subscription", customer, contract_id=contract, credits="keep", cancel_reason="unused", **end
    )
    preview = billing.do("change_plan", customer, to="P40_usd")
    assert [each["code"] for each in preview["warnings"]] == ["cancellation_withdrawn"]
    assert preview["customer_sentence"].endswith(" Visa ••4242. It no longer ends on 1 Jun 2026.")
    assert billing.read("contracts", customer)[0]["cancel_at"] is None


@pytest.mark.parametrize(
    ("before", "how", "by"),
    [
        ("P20_usd", "by", "change_plan"),
        ("P20_usd_before", "no", "Changing back would be at today's prices."),
        ("Old_usd", "no", "Old is no longer sold."),
    ],
)
def test_a_change_now_is_undone_where_the_former_prices_are_still_offered(
    billing: Billing, before: str, how: str, by: str
) -> None:
    customer = billing.subscribe(before, "2026-05-01")
    billing.go_to("2026-05-11")
    now = billing.preview("change_plan", customer, to="P40_usd")["reversible"]
    assert (now["how"], now["by"]) == (how, by)
    later = billing.preview("change_plan", customer, to="P40_usd", when="period_end")["reversible"]
    assert (later["how"], later["by"]) == ("by", "undo_scheduled_change")


def test_a_scheduled_change_of_the_cycle_names_the_cycle(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    preview = billing.do("change_plan", customer, to="P200_usd", when="period_end")
    assert "P200 · yearly" in [change["after"] for change in preview["changes"]]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"to": "P20_usd"}, "plan_unchanged"),
        ({"to": "P40_eur"}, "currency_mismatch"),
        ({"to": "Old_usd"}, "plan_archived"),
        ({"to": "P40_usd", "discount_id": "Disc_x"}, "discount_unknown"),
        ({"to": "Team_usd", "units": {"seats": "0"}}, "units_out_of_range"),
        ({"to": "Team_usd", "units": {"seats": "51"}}, "units_out_of_range"),
    ],
)
def test_rules_of_a_plan_change(billing: Billing, members: dict[str, Any], code: str) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    assert billing.preview("change_plan", customer, **members)["refused"]["code"] == code


def test_units_at_their_bounds(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    preview = billing.do("change_plan", customer, to="Team_usd", units={"seats": "50"})
    assert amounts(preview["due_now"]) == ["130.00"]  # 50 × 3.00 − 20.00
    fewer = billing.preview("change_plan", customer, to="Team_usd", units={"seats": "1"}, when="period_end")
    assert fewer["next_invoice"]["total"]["amount"] == "3.00"


def test_a_charge_ends_as_previewed_whatever_other_customers_do(billing: Billing) -> None:
    """Half of the charges are declined, by the id of the invoice."""
    other = billing.subscribe("P10_usd", "2026-05-01")
    behaviour = {"rate": 5000, "code": "card_declined"}
    customers = [billing.subscribe("P20_usd", "2026-05-01", behaviour=behaviour) for _ in range(10)]
    states = set()
    for customer in customers:
        preview = billing.preview("change_plan", customer, to="P40_usd")
        billing.do("append_note", other, text="Unrelated")
        with billing.store.write() as tx:
            body = billing._body("change_plan", customer, {"to": "P40_usd"})
            runner.perform(tx, str(uuid4()), "digest", read_action(body), preview["basis"], URL)
        shown = {c["path"]: c["after"] for c in preview["changes"]}["invoice/new/state"]
        assert billing.invoices(customer)[0]["state"] == shown
        assert bool(preview["warnings"]) == (shown == "ready_for_payment")
        states.add(shown)
    assert states == {"paid", "ready_for_payment"}


# ── grant_credit ──
@pytest.mark.parametrize(
    ("granted", "credited", "paid", "left"),
    [
        ("10.00", "10.00", "10.00", "0.00"),
        ("20.00", "20.00", "0.00", "0.00"),
        ("30.00", "20.00", "0.00", "10.00"),
    ],
)
def test_credit_lowers_the_next_invoice(
    billing: Billing, granted: str, credited: str, paid: str, left: str
) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    preview = billing.do("grant_credit", customer, amount={"amount": granted, "currency": "usd"})
    assert (preview["amount"]["amount"], preview["due_now"]) == (granted, [])
    assert f"{paid} remains to pay" in preview["lines"][0]["explanation"]
    assert [(c["path"], c["before"], c["after"]) for c in preview["changes"]] == [
        ("wallet/usd/balance", None, granted)
    ]
    billing.go_to("2026-06-01")
    invoice = billing.invoices(customer)[0]
    assert amounts([invoice["total"], invoice["credited"], invoice["paid"]]) == ["20.00", credited, paid]
    assert billing.read("wallets", customer)[0]["balance"] == left


def test_expired_credit_is_not_used(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    money = {"amount": "5.00", "currency": "usd"}
    preview = billing.do("grant_credit", customer, amount=money, expires="2026-05-31")
    assert [w["code"] for w in preview["warnings"]] == ["expires_unused"]
    assert "$20.00 remains to pay" in preview["lines"][0]["explanation"]
    said = "We have added a credit of $5.00 to your account. It expires on 31 May 2026."
    assert preview["customer_sentence"] == said
    billing.go_to("2026-06-01")
    assert billing.invoices(customer)[0]["credited"]["amount"] == "0.00"
    assert [entry["kind"] for entry in billing.read("credits", customer)] == ["expiry", "grant"]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"amount": {"amount": "0.00", "currency": "usd"}}, "amount_zero"),
        ({"amount": {"amount": "1.00", "currency": "eur"}}, "currency_mismatch"),
        ({"amount": {"amount": "1.00", "currency": "usd"}, "expires": "2026-05-10"}, "date_in_past"),
    ],
)
def test_rules_of_a_credit(billing: Billing, members: dict[str, Any], code: str) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    assert billing.preview("grant_credit", customer, **members)["refused"]["code"] == code


def test_a_second_credit_is_a_lookalike(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    money = {"amount": "5.00", "currency": "usd"}
    assert billing.do("grant_credit", customer, amount=money)["lookalikes"] == []
    (seen,) = billing.preview("grant_credit", customer, amount=money)["lookalikes"]
    assert (seen["what"], seen["by"]) == ("Credit of $5.00 granted", "Priya Nair")


# ── edit_customer ──
def test_an_edit_changes_the_given_members_only(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    preview = billing.do("edit_customer", customer, changes={"reference": "R-1", "vat_id": None})
    assert [(c["path"], c["after"]) for c in preview["changes"]] == [
        (f"customer/{customer}/reference", "R-1")
    ]
    row = billing.read("row", customer)
    assert (row["name"], row["reference"], len(row["emails"])) == ("Ada", "R-1", 1)
    cleared = billing.do("edit_customer", customer, changes={"emails": None, "reference": None})
    assert "E-mail addresses" in {one["label"] for one in cleared["changes"]}, "not who is e-mailed about it"
    moved = {"line_1": "2 Main St", "zip": "1", "city": "X", "country": "US"}
    warned = [
        billing.do("edit_customer", customer, changes=changes)["warnings"]
        for changes in (
            {"address": moved},
            {"address": {**moved, "country": "DE"}},
            {"vat_id": "DE1"},
            {"address": None},
        )
    ]
    assert [[warn["text"] for warn in warnings if warn["code"] != "no_email"] for warnings in warned] == [
        [],
        ["Tax of future invoices follows the new country. Issued invoices keep theirs."],
        ["Issued invoices keep the VAT ID that is on them."],
        ["Future invoices have no tax, as there is no country. Issued invoices keep theirs."],
    ]
    assert [w["code"] for w in cleared["warnings"]] == ["no_email"]
    assert billing.read("row", customer)["emails"] == []
    same = billing.preview("edit_customer", customer, changes={"name": "Ada"})
    assert same["refused"]["code"] == "nothing_to_do"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"notes": "x"}, "Not a member of this call."),
        ({"name": ""}, "String should have at least 1 character"),
        ({"name": "x" * 501}, "At most 500 characters."),
        (
            {"emails": [{"label": "main", "address": "nobody"}]},
            "Enter an e-mail address such as name@example.com.",
        ),
        (
            {"emails": [{"label": "main", "address": "a@b"}, {"label": "main", "address": "c@d"}]},
            "A label is given twice.",
        ),
        ({"emails": [{"label": f"{n}", "address": "a@b"} for n in range(21)]}, "At most 20 entries."),
        (
            {"address": {"line_1": "1", "zip": "1", "city": "X", "country": "Germany"}},
            "Enter a country's two-letter code, such as DE.",
        ),
    ],
    ids=str,
)
def test_an_invalid_edit_names_its_members(billing: Billing, changes: dict[str, Any], said: str) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    with pytest.raises(Problem) as caught:
        billing.preview("edit_customer", customer, changes=changes)
    assert [(path.split(".")[0], text) for path, text in caught.value.fields.items()] == [("changes", said)]


def test_an_edit_conflicts_with_another_edit_but_not_with_billing(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-31")
    billing.go_to("2026-06-30", "05:59:00")
    basis = billing.preview("edit_customer", customer, changes={"name": "Ada L."})["basis"]
    body = billing._body("edit_customer", customer, {"changes": {"name": "Ada L."}})
    billing.go_to("2026-06-30", "06:01:00")  # renewed
    assert len(billing.invoices(customer)) == 2
    with billing.store.write() as tx:
        runner.perform(tx, str(uuid4()), "digest", read_action(body), basis, URL)
    body = billing._body("edit_customer", customer, {"changes": {"name": "Ada B."}})
    basis = billing.preview("edit_customer", customer, changes={"name": "Ada B."})["basis"]
    billing.do("edit_customer", customer, changes={"reference": "R-2"})
    with billing.store.write() as tx, pytest.raises(Problem) as caught:
        runner.perform(tx, str(uuid4()), "digest", read_action(body), basis, URL)
    assert caught.value.code == "basis_changed"
