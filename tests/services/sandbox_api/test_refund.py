"""The refund: previews equal the reads after the perform, and every rule refuses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.services.sandbox_api.recorded import AGENT, Recorded, amount, refund
from tests.support.seeded_bodies import value_at


def _read(api: Recorded, customer: str, path: str) -> str | None:
    return value_at(path, customer, lambda get: api.get(f"/x/v1/{get}"))


def _check(api: Recorded, action: dict[str, Any]) -> dict[str, Any]:
    """Preview, read, perform, read: before and after equal the preview. Return the outcome."""
    customer = action["customer_id"]
    preview = api.post("/x/v1/previews", action)
    assert preview["refused"] is None, preview["refused"]
    assert preview["changes"]
    assert [_read(api, customer, c["path"]) for c in preview["changes"]] == [
        c["before"] for c in preview["changes"]
    ]
    outcome: dict[str, Any] = api.perform(action, preview["basis"])
    assert [_read(api, customer, c["path"]) for c in preview["changes"]] == [
        c["after"] for c in preview["changes"]
    ]
    assert api.get(f"/x/v1/customers/{customer}/refunds")[0]["money"] == preview["amount"]
    assert outcome["customer_sentence"] == preview["customer_sentence"]
    return outcome


def test_all_modes_change_what_the_preview_shows(api: Recorded) -> None:
    for index, (customer, payment) in enumerate(api.refundable_payments(kind=None, enough=12)[:12]):
        lines = api.get(f"/x/v1/invoices/{payment['invoice_ids'][0]}")["lines"]
        positive = next(line for line in lines if not line["total"]["amount"].startswith("-"))
        modes: list[dict[str, Any]] = [
            {},
            amount("1.00" if payment["money"]["currency"] != "jpy" else "1", payment),
            {"mode": "percent", "percent": "12.5"},
            {"mode": "lines", "lines": [{"line_id": positive["id"], "amount": None}]},
        ]
        outcome = _check(api, refund(customer, payment, **modes[index % 4]))
        settled = payment["method"]["kind"] == "card"
        assert outcome["status"] in ("done", "pending")
        if outcome["status"] == "pending":
            assert outcome["pending_reason"]
        assert settled or outcome["status"] == "pending"


def test_the_second_refund_is_the_remainder_and_the_third_is_refused(api: Recorded) -> None:
    customer, payment = api.refundable_payments()[0]
    paid = Decimal(payment["refundable"]["amount"])
    part = paid - Decimal("2.55")
    _check(api, refund(customer, payment, **amount(str(part), payment)))
    preview = api.post("/x/v1/previews", refund(customer, payment))
    assert preview["lines"][0]["money"]["amount"] == "2.55"
    api.perform(refund(customer, payment), preview["basis"])
    third = api.do(refund(customer, payment))
    assert (third["status"], third["rule"]["code"]) == ("refused", "already_refunded")


def test_more_than_is_left_is_refused_with_the_limit_and_changes_nothing(api: Recorded) -> None:
    customer, payment = api.refundable_payments()[0]
    left = payment["refundable"]
    more = refund(customer, payment, **amount(str(Decimal(left["amount"]) + Decimal("0.01")), payment))
    preview = api.post("/x/v1/previews", more)
    assert preview["refused"]["code"] == "exceeds_refundable"
    assert preview["refused"]["limit"] == left
    assert preview["lines"] == preview["changes"] == preview["emails"] == []
    assert preview["amount"] is None
    outcome = api.perform(more, preview["basis"])
    assert (outcome["status"], outcome["rule"]["code"]) == ("refused", "exceeds_refundable")
    assert (
        _read(api, customer, f"payment/{payment['id']}/refundable") == f"{left['amount']} {left['currency']}"
    )
    assert api.get(f"/x/v1/customers/{customer}/refunds") == [
        r for r in api.get(f"/x/v1/customers/{customer}/refunds") if r["payment_id"] != payment["id"]
    ]


def _payment_that(api: Recorded, fits: Any) -> tuple[str, dict[str, Any]]:
    for row in api.customers():
        for payment in api.get(f"/x/v1/customers/{row['id']}/payments"):
            if fits(payment):
                return row["id"], payment
    raise AssertionError("the seed holds no such payment")


def _day_of_a_direct_debit(api: Recorded) -> str:
    """The next day on which a bank account is charged."""
    days: list[str] = [
        contract["next_charge"]["date"]
        for row in api.customers()
        for contract in row["contracts"]
        if contract["next_charge"] and contract["status"] == "active" and len(row["methods"]) == 1
        if row["methods"][0]["kind"] == "sepa_debit" and row["methods"][0]["status"] == "active"
    ]
    return min(days)


@pytest.mark.parametrize(
    ("fits", "code"),
    [
        (lambda p: p["status"] == "failed", "not_refundable"),
        (lambda p: p["status"] == "processing", "not_settled"),
        (lambda p: p["disputed"], "disputed"),
    ],
)
def test_uncollected_payments_cannot_be_refunded(api: Recorded, fits: Any, code: str) -> None:
    if code == "not_settled":
        api.post("/x/v1/clock", {"to": f"{_day_of_a_direct_debit(api)}T23:59:00Z"})
    customer, payment = _payment_that(api, fits)
    assert api.post("/x/v1/previews", refund(customer, payment))["refused"]["code"] == code
    assert api.do(refund(customer, payment))["rule"]["code"] == code


def test_wrong_currency_and_zero(api: Recorded) -> None:
    customer, payment = api.refundable_payments()[0]
    other = {"mode": "amount", "amount": {"amount": "5", "currency": "jpy"}}
    assert (
        api.post("/x/v1/previews", refund(customer, payment, **other))["refused"]["code"]
        == "currency_mismatch"
    )
    nothing = refund(customer, payment, **amount("0.00", payment))
    assert api.post("/x/v1/previews", nothing)["refused"]["code"] == "amount_zero"


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"mode": "amount"}, "amount"),
        ({"mode": "full", "percent": "5"}, "percent"),
        ({"mode": "percent", "percent": "100.5"}, "percent"),
        ({"mode": "percent", "percent": "1e1"}, "percent"),
        ({"mode": "lines", "lines": []}, "lines"),
        ({"mode": "lines", "lines": [{"line_id": "Line_nope"}]}, "lines.0.line_id"),
        ({"mode": "lines", "lines": [{"line_id": "a"}, {"line_id": "a"}]}, "lines"),
        ({"mode": "amount", "amount": {"amount": "5.001", "currency": "eur"}}, "amount"),
        ({"mode": "amount", "amount": {"amount": "5", "currency": "eur"}}, "amount"),
        ({"mode": "amount", "amount": {"amount": 5, "currency": "eur"}}, "amount"),
        ({"mode": "amount", "amount": {"amount": "-5.00", "currency": "eur"}}, "amount"),
        ({"mode": "amount", "amount": {"amount": "5.00", "currency": "EUR"}}, "amount"),
        ({"mode": "everything"}, "mode"),
        ({"surprise": 1}, "surprise"),
        ({"context": {**AGENT, "reason": None}}, "context.reason"),
        ({"context": {**AGENT, "reason": "other"}}, "context"),
        ({"context": {**AGENT, "agent": " "}}, "context.agent"),
        ({"context": {**AGENT, "boss": "me"}}, "context.boss"),
        ({"adjust_invoice": "yes"}, "adjust_invoice"),
    ],
)
def test_an_invalid_body_names_its_members(api: Recorded, members: Any, field: str) -> None:
    customer, payment = _payment_that(api, lambda p: p["refundable"]["amount"] > "5")
    answer = api.post("/x/v1/previews", refund(customer, payment, **members), expect=422)
    assert answer["error"]["code"] == "invalid"
    assert field in answer["error"]["fields"]


def test_objects_that_do_not_belong_together_are_not_found(api: Recorded) -> None:
    payments = api.refundable_payments(enough=40)
    one, payment = payments[0]
    other, foreign = next(entry for entry in payments if entry[0] != one)
    wrong = [
        refund("Cust_nobody", payment),
        refund(other, payment),
        {**refund(one, payment), "payment_id": "Pay_x"},
    ]
    for action in wrong:
        assert api.post("/x/v1/previews", action, expect=404)["error"]["code"] == "not_found"
    mixed = refund(one, payment, invoice_id=foreign["invoice_ids"][0])
    api.post("/x/v1/previews", mixed, expect=404)


def test_adjusting_the_invoice_issues_a_credit_note_and_an_email(api: Recorded) -> None:
    customer, payment = api.refundable_payments()[0]
    action = refund(
        customer,
        payment,
        adjust_invoice=True,
        context={**AGENT, "notify": True},
        **amount("3.00", payment),
    )
    preview = api.post("/x/v1/previews", action)
    assert preview["documents"] and preview["emails"]
    outcome = api.perform(action, preview["basis"])
    assert [o["type"] for o in outcome["objects"]] == ["refund", "payment", "invoice", "credit_note"]
    invoice = api.get(f"/x/v1/invoices/{payment['invoice_ids'][0]}")
    assert invoice["credit_notes"][0]["money"]["amount"] == "3.00"
    assert invoice["emails"][-1]["what"] == "refund"
    assert invoice["emails"][-1]["to"] in preview["emails"][0]


def test_warnings_and_lookalikes(api: Recorded) -> None:
    customer, payment = api.refundable_payments()[0]
    action = refund(customer, payment, context={**AGENT, "reason": "fraud"}, **amount("1.11", payment))
    first = api.post("/x/v1/previews", action)
    assert {w["code"]: w["confirm"] for w in first["warnings"]}["fraud"] is True
    assert first["lookalikes"] == []
    api.perform(action, first["basis"])
    second = api.post("/x/v1/previews", action)
    assert [(seen["by"], "1.11" in seen["what"]) for seen in second["lookalikes"]] == [("Jörg Müller", True)]
    newest = api.get(f"/x/v1/customers/{customer}/activity", limit=1)["events"][0]
    assert newest["id"] == second["lookalikes"][0]["event_id"]
    assert (newest["ticket"], newest["reason"]) == ("ZD-1189", "fraud")


def test_two_agents_with_the_same_preview_cannot_both_refund(api: Recorded) -> None:
    customer, payment = api.refundable_payments()[0]
    action = refund(customer, payment, **amount("2.00", payment))
    basis = api.post("/x/v1/previews", action)["basis"]
    api.perform(action, basis)
    answer = api.perform(action, basis, expect=409)
    assert answer["error"]["code"] == "basis_changed"
    assert answer["error"]["preview"]["lookalikes"]
    assert len(api.get(f"/x/v1/invoices/{payment['invoice_ids'][0]}")["refunds"]) == 1


def test_a_new_version_of_an_object_changes_the_basis(api: Recorded) -> None:
    customer, payment = api.refundable_payments(enough=1)[0]
    action = refund(customer, payment, **amount("2.00", payment))
    basis = api.post("/x/v1/previews", action)["basis"]
    assert api.box.store is not None
    with api.box.store.write() as tx:
        tx.execute("UPDATE invoices SET version = version + 1 WHERE id = ?", (payment["invoice_ids"][0],))
    assert api.perform(action, basis, expect=409)["error"]["code"] == "basis_changed"


def test_a_lookalike_on_another_payment_changes_the_basis(api: Recorded) -> None:
    payments = api.refundable_payments(enough=10)
    customer = next(c for c, p in payments if sum(c == other for other, _ in payments) >= 2)
    one, two = [p for c, p in payments if c == customer][:2]
    basis = api.post("/x/v1/previews", refund(customer, two, **amount("2.00", two)))["basis"]
    api.do(refund(customer, one, **amount("2.00", one)))
    answer = api.perform(refund(customer, two, **amount("2.00", two)), basis, expect=409)
    assert answer["error"]["code"] == "basis_changed"


def test_a_basis_lasts_fifteen_minutes_and_fits_its_action_only(api: Recorded) -> None:
    customer, payment = api.refundable_payments()[0]
    action = refund(customer, payment, **amount("2.00", payment))
    preview = api.post("/x/v1/previews", action)
    dearer = refund(customer, payment, **amount("2.01", payment))
    assert api.perform(dearer, preview["basis"], expect=409)["error"]["code"] == "basis_changed"
    assert api.perform(action, preview["basis"] + "x", expect=422)["error"]["fields"] == {
        "basis": "Not from a preview."
    }
    noted = {**action, "context": {**action["context"], "comment": "typed later"}}
    api.post("/x/v1/clock", {"to": "2026-11-22T10:15:00Z"})
    assert api.perform(noted, preview["basis"])["status"] == "done"
    fresh = api.post("/x/v1/previews", action)
    api.post("/x/v1/clock", {"to": "2026-11-22T10:30:01Z"})
    assert api.perform(action, fresh["basis"], expect=409)["error"]["code"] == "basis_changed"


def test_a_pending_refund_settles_with_time(api: Recorded) -> None:
    customer, payment = api.refundable_payments(kind="sepa_debit")[0]
    undone = api.post("/x/v1/previews", refund(customer, payment))["reversible"]
    assert (undone["how"], undone["by"]) == ("by", "cancel_refund")
    outcome = api.do(refund(customer, payment))
    assert outcome["status"] == "pending"
    assert " to your bank account ending in " in outcome["customer_sentence"]
    row = api.get(f"/x/v1/customers/{customer}/row")
    assert row["refunds_pending"] >= 1
    api.post("/x/v1/clock", {"to": "2026-12-04T10:00:00Z"})
    made = next(o["id"] for o in outcome["objects"] if o["type"] == "refund")
    refunds = {r["id"]: r for r in api.get(f"/x/v1/customers/{customer}/refunds")}
    assert refunds[made]["status"] in ("succeeded", "failed", "pending")
    assert api.get(f"/x/v1/actions/{outcome['key']}")["status"] == "pending"  # what was answered then
