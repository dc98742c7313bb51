"""Actions on payment methods: what is charged afterwards, what they warn about, and what refuses them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.billing import Billing
from wbtui.sandbox.engine import repository
from wbtui.sandbox.engine.records import Method
from wbtui.sandbox.problems import Problem

DECLINED = {"from": "2000-01-01", "code": "insufficient_funds"}


@pytest.fixture
def customer(billing: Billing) -> str:
    """A customer with $20.00 a month since 1 May, cards 4242 (default) and 1111 (expires 2026-05)."""
    customer_id = billing.subscribe("P20_usd", "2026-05-01")
    _add(billing, customer_id, "1111", expires="2026-05")
    billing.go_to("2026-05-11")
    return customer_id


def _add(billing: Billing, customer_id: str, digits: str, **more: Any) -> None:
    with billing.store.write() as tx:
        account = repository.load(tx, customer_id)
        account.methods.append(
            Method(
                f"Pm_{digits}", customer_id, "card", "visa", digits, more.get("expires"),
                more.get("status", "active"), None, len(account.methods) + 1, "stripe",
                "2026-05-01T06:00:00Z", more.get("behaviour", {}),
            )
        )  # fmt: skip
        repository.save(tx, account, "2026-05-01T06:00:00Z")


def _first(billing: Billing, customer: str) -> str:
    """The id of card 4242."""
    return str(billing.read("methods", customer)[0]["id"])


def _charged(billing: Billing, customer: str) -> str:
    """Digits of the method of the newest payment."""
    return str(billing.read("payments", customer)[0]["method"]["last_digits"])


def _state(billing: Billing, customer: str) -> list[tuple[str, str, bool]]:
    return [(m["last_digits"], m["status"], m["is_default"]) for m in billing.read("methods", customer)]


def _warned(preview: dict[str, Any]) -> dict[str, str]:
    return {one["code"]: one["text"] for one in preview["warnings"]}


def test_the_order_counts_the_methods_that_can_be_charged(billing: Billing, customer: str) -> None:
    _add(billing, customer, "2222", status="detached")
    _add(billing, customer, "3333", status="inactive")
    _add(billing, customer, "4444")
    shown = {m["last_digits"]: m["order"] for m in billing.read("methods", customer)}
    assert shown == {"4242": 1, "1111": 2, "4444": 3, "3333": 4, "2222": 5}
    changes = billing.preview("set_default_method", customer, method_id="Pm_4444")["changes"]
    assert [(c["path"], c["before"], c["after"]) for c in changes if "/order" in c["path"]] == [
        ("method/Pm_4444/order", "3", "1"),
        (f"method/{_first(billing, customer)}/order", "1", "2"),
        ("method/Pm_1111/order", "2", "3"),
    ]


def test_the_new_default_is_charged_next_and_the_old_one_can_come_back(
    billing: Billing, customer: str
) -> None:
    old = _first(billing, customer)
    preview = billing.do("set_default_method", customer, method_id="Pm_1111")
    assert _state(billing, customer) == [("1111", "active", True), ("4242", "active", False)]
    assert [(c["path"], c["before"], c["after"]) for c in preview["changes"]] == [
        ("method/Pm_1111/order", "2", "1"),
        ("method/Pm_1111/is_default", "false", "true"),
        (f"method/{old}/order", "1", "2"),
        (f"method/{old}/is_default", "true", "false"),
    ]
    text = "Visa ••1111 expires before the next charge (05/26)."
    assert _warned(preview) == {"card_expires": text}
    assert preview["customer_sentence"] == "From now on we charge Visa ••1111 first."
    # The same action would be about the method that is the default already.
    billing.do(preview["reversible"]["by"], customer, method_ids=[old, "Pm_1111"])
    billing.go_to("2026-06-01")
    assert _charged(billing, customer) == "4242"


def test_an_order_decides_who_is_charged(billing: Billing, customer: str) -> None:
    _add(billing, customer, "5100")
    old = _first(billing, customer)
    billing.do("reorder_methods", customer, method_ids=["Pm_5100", old, "Pm_1111"])
    assert [one[0] for one in _state(billing, customer)] == ["5100", "4242", "1111"]
    billing.go_to("2026-06-01")
    assert _charged(billing, customer) == "5100"


@pytest.mark.parametrize("ids", [["Pm_1111"], ["Pm_1111", "Pm_1111"], ["Pm_1111", "Pm_x"], []])
def test_an_order_names_every_active_method_once(billing: Billing, customer: str, ids: list[str]) -> None:
    with pytest.raises(Problem) as caught:
        billing.preview("reorder_methods", customer, method_ids=ids)
    assert list(caught.value.fields) == ["method_ids"]


def test_a_disabled_default_hands_over_and_comes_back_in_its_place(billing: Billing, customer: str) -> None:
    old = _first(billing, customer)
    preview = billing.do("disable_method", customer, method_id=old)
    assert _warned(preview)["new_default"] == "Visa ••1111 becomes the default."
    assert _state(billing, customer) == [("1111", "active", True), ("4242", "inactive", False)]
    assert preview["reversible"]["by"] == "enable_method"
    again = billing.do("enable_method", customer, method_id=old)
    assert (_warned(again), again["reversible"]["by"]) == ({}, "disable_method")
    assert _state(billing, customer)[0] == ("4242", "active", True)


@pytest.mark.parametrize("kind", ["detach_method", "disable_method"])
def test_the_last_active_method_asks_for_one_more_confirmation(
    billing: Billing, customer: str, kind: str
) -> None:
    billing.do(kind, customer, method_id="Pm_1111")
    preview = billing.do(kind, customer, method_id=_first(billing, customer))
    [warning] = preview["warnings"]
    assert (warning["code"], warning["confirm"]) == ("last_method", True)
    assert "The charge of $20.00 on 1 Jun 2026 will not be collected." in warning["text"]
    billing.go_to("2026-06-01")
    invoice = billing.invoices(customer)[0]
    assert (invoice["open"]["amount"], invoice["payments"]) == ("20.00", [])


def test_the_last_active_method_names_the_next_charge_of_every_subscription(billing: Billing) -> None:
    """Only the one that came first was named."""
    customer = billing.subscribe("P20_usd", "2026-05-01")
    for day in ("2026-05-04", "2026-05-03"):
        billing.do("create_subscription", customer, plan_id="P20_usd", pricing_id="P20_usd", start=day)
    [warning] = billing.preview("detach_method", customer, method_id=_first(billing, customer))["warnings"]
    charges = "$20.00 on 3 May 2026, $20.00 on 4 May 2026 and $20.00 on 1 Jun 2026"
    assert f"The charges of {charges} will not be collected." in warning["text"]


def test_a_method_that_cannot_be_charged_has_no_place(billing: Billing, customer: str) -> None:
    """Its number in the list of all methods changes with the others; nothing is charged by it."""
    _add(billing, customer, "3333", status="invalid")
    old = _first(billing, customer)
    preview = billing.do("disable_method", customer, method_id=old)
    assert [c["path"] for c in preview["changes"] if "/order" in c["path"]] == ["method/Pm_1111/order"]
    again = billing.do("enable_method", customer, method_id=old)
    assert {c["path"]: c["after"] for c in again["changes"] if "/order" in c["path"]} == {
        f"method/{old}/order": "1",
        "method/Pm_1111/order": "2",
    }


def test_without_automatic_payment_the_last_method_may_go(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", automatic_payment=False)
    assert billing.preview("detach_method", customer, method_id=_first(billing, customer))["warnings"] == []


def test_an_open_invoice_is_charged_at_its_retry_with_the_new_default(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", behaviour=DECLINED)
    _add(billing, customer, "5100")
    billing.go_to("2026-05-03")
    preview = billing.do("set_default_method", customer, method_id="Pm_5100")
    number = billing.invoices(customer)[0]["number"]
    assert _warned(preview)["open_invoice"] == (
        f"{number} ($20.00) is not charged now: the retry on 8 May 2026 uses Visa ••5100."
    )
    billing.go_to("2026-05-08")
    assert (billing.invoices(customer)[0]["state"], _charged(billing, customer)) == ("paid", "5100")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("set_default_method", "inactive", "method_invalid"),
        ("set_default_method", "detached", "method_detached"),
        ("enable_method", "active", "nothing_to_do"),
        ("enable_method", "invalid", "method_invalid"),
        ("disable_method", "inactive", "method_invalid"),
        ("disable_method", "detached", "method_detached"),
        ("detach_method", "detached", "method_detached"),
    ],
)
def test_rules_of_methods(billing: Billing, customer: str, kind: str, status: str, code: str) -> None:
    _add(billing, customer, "9999", status=status)
    assert billing.preview(kind, customer, method_id="Pm_9999")["refused"]["code"] == code


def test_what_is_so_already_is_refused(billing: Billing, customer: str) -> None:
    old = _first(billing, customer)
    default = billing.preview("set_default_method", customer, method_id=old)["refused"]
    order = billing.preview("reorder_methods", customer, method_ids=[old, "Pm_1111"])["refused"]
    assert (default["code"], order["code"]) == ("nothing_to_do", "nothing_to_do")
