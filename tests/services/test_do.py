"""`wbtui do` with the sandbox: preview, confirmation, outcome, exit codes, journal."""

from __future__ import annotations

import errno
import importlib
import json
import sys
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.command_line import started, wbtui
from tests.support.patience import PATIENCE
from tests.support.sandbox import Sandbox
from wbtui.models.parts import CUSTOMER, Part
from wbtui.services.profile import Profiles

ANNA = "anna@lumen.example"


class Shell:
    """The command line, connected to a sandbox."""

    def __init__(self, home: Path, sandbox: Sandbox) -> None:
        self.home, self.sandbox = home, sandbox
        connect = ("connect", "--name", "acme", "--environment", "demo", "--url", sandbox.url)
        done = wbtui(home, *connect, "--key-stdin", "--agent", "jo", stdin=sandbox.key)
        assert done.returncode == 0, done.stderr

    def do(self, *arguments: str) -> tuple[int, dict[str, Any], str]:
        """Return exit code, parsed output of --json, and stderr."""
        done = wbtui(self.home, "do", *arguments, "--json")
        return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr

    def get(self, path: str) -> Any:
        url = self.sandbox.url + path
        answer = httpx.get(url, headers=self.sandbox.headers, verify=False, timeout=PATIENCE)
        return answer.raise_for_status().json()

    def paid_invoice(self) -> tuple[str, str, str]:
        """Return customer, payment and invoice of Anna's newest refundable payment."""
        [anna] = self.get(f"/v1/c/customer?email={ANNA}")["hits"]
        for payment in self.get(f"/x/v1/customers/{anna['id']}/payments"):
            left = Decimal(payment["refundable"]["amount"])
            if payment["invoice_ids"] and left >= 5 and not payment["disputed"]:
                return anna["id"], payment["id"], payment["invoice_ids"][0]
        raise AssertionError("Anna has no payment that can be refunded")

    def refunds(self, customer: str) -> int:
        return len(self.get(f"/x/v1/customers/{customer}/refunds"))

    def journal(self) -> list[dict[str, Any]]:
        return json.loads(wbtui(self.home, "journal", "--json").stdout)  # type: ignore[no-any-return]


@pytest.fixture
def shell(sandbox: Sandbox, tmp_path: Path) -> Shell:
    return Shell(tmp_path, sandbox)


def refund(payment: str, invoice: str, *more: str) -> tuple[str, ...]:
    fields = (
        f"payment_id={payment}",
        f"invoice_id={invoice}",
        "mode=amount",
        "amount=5.00",
        "reason=courtesy",
    )
    return ("refund", ANNA, *fields, *more)


def test_without_confirm_the_preview_is_shown_and_nothing_is_sent(shell: Shell) -> None:
    customer, payment, invoice = shell.paid_invoice()
    before = shell.refunds(customer)
    code, shown, stderr = shell.do(*refund(payment, invoice))
    assert (code, shown["outcome"]) == (2, None)
    assert shown["preview"]["amount"] == {"amount": "5.00", "currency": "eur"}
    assert "Pass --confirm 5.00 to do it." in stderr
    assert shell.refunds(customer) == before
    assert shell.journal() == []


def test_the_amount_confirms_and_the_outcome_is_in_the_journal(shell: Shell) -> None:
    customer, payment, invoice = shell.paid_invoice()
    before = shell.refunds(customer)
    code, shown, stderr = shell.do(*refund(payment, invoice, "--confirm", "5.00"))
    assert (code, shown["outcome"]["status"]) == (0, "done"), stderr
    assert shell.refunds(customer) == before + 1
    [entry] = shell.journal()
    assert (entry["status"], entry["agent"], entry["kind"]) == ("done", "jo", "refund")
    number = shell.get(f"/x/v1/invoices/{invoice}")["number"]
    assert entry["subject"] == {"type": "invoice", "id": invoice, "label": number}
    assert entry["summary"] == f"Refund €5.00 of {number}", "the same words as in the app"
    listed = started(shell.home, "journal", TZ="UTC+99")
    assert listed.returncode == 0 and f"{entry['created'][:10]} " in listed.stdout, "no such zone: UTC"


def test_the_journal_names_what_was_changed_to(shell: Shell) -> None:
    [anna] = shell.get(f"/v1/c/customer?email={ANNA}")["hits"]
    [running] = [
        one for one in shell.get(f"/x/v1/customers/{anna['id']}/contracts") if one["status"] == "active"
    ]
    this = f"contract_id={running['id']}"
    change = ("change_units", ANNA, this, "units.seats=1", "when=period_end", "reason=courtesy")
    assert shell.do(*change, "--confirm", "yes")[0] == 0
    off = ("set_discount", ANNA, this, "discount_id=Disc_loyal_10", "reason=courtesy")
    assert shell.do(*off, "--confirm", "yes")[0] == 0
    new = ("plan_id=Plan_starter", "pricing_id=Price_starter_month_eur", "units.seats=2", "trial_days=9")
    assert shell.do("create_subscription", ANNA, *new, "reason=courtesy", "--confirm", "yes")[0] == 0
    assert [entry["summary"] for entry in shell.journal()] == [
        "Add Starter · monthly",
        "Set the discount on Pro · monthly",
        "Change Pro · monthly to 1 seat",
    ], "the same words as in the app"


def test_a_lost_journal_is_named_by_doctor_and_journal(shell: Shell) -> None:
    note = ("append_note", ANNA, "text=Called about the invoice.", "--confirm", "yes")
    assert shell.do(*note)[0] == 0
    assert "has lost" not in wbtui(shell.home, "doctor").stdout
    for file in shell.home.rglob("journal.db*"):
        file.unlink()
    lost = "an action of yours: Add note, Anna Schmidt. wbtui can no longer tell its outcome."
    done = wbtui(shell.home, "doctor")
    assert done.returncode == 1
    assert lost in " ".join(done.stdout.split())
    assert lost in wbtui(shell.home, "journal").stderr
    assert shell.do("append_note", ANNA, "text=Again")[2].count(lost) == 1


def test_an_output_that_cannot_be_written_sends_nothing(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever confirms has to see what; afterwards, the exit code is that of the outcome."""
    note = ("append_note", ANNA, "text=Called about the invoice.", "--confirm", "yes")
    command = importlib.import_module("wbtui.cli.do")  # the package has a command of this name

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(command, "table", full)
    done = wbtui(shell.home, "do", *note)
    assert (done.returncode, shell.journal()) == (1, [])
    assert done.stderr.endswith("No space left on device.\nNothing was sent.\n")
    monkeypatch.setattr(command, "out_json", full)
    code, _, stderr = shell.do(*note)
    assert (code, [entry["status"] for entry in shell.journal()]) == (0, ["done"])
    assert stderr.endswith("The outcome is: done. `wbtui journal` has it.\n")


def test_the_outcome_is_printed_before_the_customer_is_fetched_again(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch, printed = Profiles.fetch, list[str]()

    async def noting(self: Profiles, part: Part[Any], owner: str) -> Any:
        # The service itself fetches in another thread.
        if part is CUSTOMER and threading.current_thread() is threading.main_thread():
            printed.append(sys.stdout.buffer.getvalue().decode())  # type: ignore[union-attr]
        return await fetch(self, part, owner)

    monkeypatch.setattr(Profiles, "fetch", noting)
    assert shell.do("append_note", ANNA, "text=Called about the invoice.", "--confirm", "yes")[0] == 0
    assert json.loads(printed[-1])["outcome"]["status"] == "done"


def test_what_was_done_before_is_done_again_only_when_told_so(shell: Shell) -> None:
    customer, payment, invoice = shell.paid_invoice()
    before = shell.refunds(customer)
    assert shell.do(*refund(payment, invoice, "--confirm", "5.00"))[0] == 0
    code, shown, stderr = shell.do(*refund(payment, invoice, "--confirm", "5.00"))
    assert (code, shown) == (2, {})
    assert "The same was done at" in stderr and "Pass --again" in stderr
    assert shell.refunds(customer) == before + 1
    assert shell.do(*refund(payment, invoice, "--confirm", "5.00", "--again"))[0] == 0
    assert shell.refunds(customer) == before + 2


@pytest.mark.parametrize("confirm", ["5.01", "yes", "5", ""])
def test_another_amount_is_rejected_and_nothing_is_sent(shell: Shell, confirm: str) -> None:
    customer, payment, invoice = shell.paid_invoice()
    before = shell.refunds(customer)
    code, _, stderr = shell.do(*refund(payment, invoice, "--confirm", confirm))
    assert code == 2
    assert "5.00 is expected" in stderr
    assert shell.refunds(customer) == before


def test_an_object_that_does_not_allow_it_is_said_before_any_preview(shell: Shell) -> None:
    _, payment, invoice = shell.paid_invoice()
    full = ("refund", ANNA, f"payment_id={payment}", f"invoice_id={invoice}", "mode=full", "reason=courtesy")
    code, shown, _ = shell.do(*full)
    assert code == 2
    everything = shown["preview"]["amount"]["amount"]
    assert shell.do(*full, "--confirm", everything)[0] == 0
    code, shown, stderr = shell.do(*full, "--confirm", everything)
    assert (code, shown["preview"], shown["disabled_reason"]) == (8, None, "Already refunded in full.")
    assert "Refund unavailable: Already refunded in full. Nothing was sent." in stderr


@pytest.mark.parametrize("kind", ["void_invoice", "write_off_invoice"])
def test_an_invoice_ends_only_by_its_number(shell: Shell, kind: str) -> None:
    customer, _, _ = shell.paid_invoice()
    rows = shell.get(f"/x/v1/customers/{customer}/invoices")["rows"]
    [invoice] = [row for row in rows if row["state"] == "ready_for_payment"]
    end = (kind, ANNA, f"invoice_id={invoice['id']}", "reason=billing_error")
    code, _, stderr = shell.do(*end, "--confirm", invoice["open"]["amount"])
    assert (code, f"{invoice['number']} is expected" in stderr) == (2, True)
    code, shown, _ = shell.do(*end, "--confirm", invoice["number"])
    assert (code, shown["outcome"]["status"]) == (0, "done")
    assert shell.get(f"/x/v1/invoices/{invoice['id']}")["open"]["amount"] == "0.00"


def test_what_an_action_changed_is_found_and_shown_at_once(shell: Shell) -> None:
    assert wbtui(shell.home, "sync").returncode == 0
    before = json.loads(wbtui(shell.home, "show", ANNA, "--json").stdout)
    [owed] = [row for row in before["invoices"] if row["state"] == "ready_for_payment"]
    end = ("void_invoice", ANNA, f"invoice_id={owed['id']}", "reason=billing_error")
    assert shell.do(*end, "--confirm", owed["number"])[0] == 0
    after = json.loads(wbtui(shell.home, "show", ANNA, "--json").stdout)
    assert next(row["state"] for row in after["invoices"] if row["id"] == owed["id"]) == "voided"
    [found] = json.loads(wbtui(shell.home, "find", ANNA, "--json").stdout)["customers"]
    assert (found["owed"], found["billing_status"]) == ([], "active")


def test_what_the_billing_system_refuses_exits_with_8(shell: Shell) -> None:
    _, payment, invoice = shell.paid_invoice()
    much = ("refund", ANNA, f"payment_id={payment}", f"invoice_id={invoice}", "mode=amount", "amount=99999")
    code, shown, stderr = shell.do(*much, "reason=courtesy", "--confirm", "99999.00")
    refused = shown["preview"]["refused"]
    assert (code, refused["code"]) == (8, "exceeds_refundable")
    assert stderr == f"Refused: {refused['message']} Nothing was sent.\n"


def test_an_amount_without_a_currency_is_in_the_currency_of_the_customer(shell: Shell) -> None:
    found = json.loads(wbtui(shell.home, "find", "plan:starter country:us", "--json").stdout)["customers"]
    code, shown, _ = shell.do("grant_credit", found[0]["id"], "amount=5.00", "reason=courtesy")
    assert (code, shown["preview"]["amount"]) == (2, {"amount": "5.00", "currency": "usd"})


def test_an_unknown_field_is_reported_by_name(shell: Shell) -> None:
    _, payment, invoice = shell.paid_invoice()
    code, _, stderr = shell.do(*refund(payment, invoice, "colour=red"))
    assert code == 2
    assert "colour is not a field of this action." in stderr
    assert "Fields: payment_id" in stderr


def test_only_payments_that_can_be_refunded_are_listed(shell: Shell) -> None:
    customer, payment, invoice = shell.paid_invoice()
    code, _, stderr = shell.do("refund", customer, f"invoice_id={invoice}", "mode=full", "reason=courtesy")
    listed = stderr.partition("payment_id is one of:\n")[2].splitlines()
    assert (code, len(listed)) == (2, 1) and payment in listed[0]


def test_what_the_server_rejects_is_said_at_its_field(shell: Shell) -> None:
    [anna] = shell.get(f"/v1/c/customer?email={ANNA}")["hits"]
    open_one = next(
        each["number"]
        for each in shell.get(f"/x/v1/customers/{anna['id']}/invoices")["rows"]
        if each["state"] == "ready_for_payment"
    )
    code, _, stderr = shell.do("send_invoice_email", ANNA, f"invoice_id={open_one}", "what=receipt")
    assert code == 2
    assert stderr.startswith(f"Invalid input: what: {open_one} is not paid, so it has no receipt.\n")


def test_an_entry_of_the_metadata_leaves_the_others(shell: Shell) -> None:
    [anna] = shell.get(f"/v1/c/customer?email={ANNA}")["hits"]
    before = shell.get(f"/x/v1/customers/{anna['id']}/row")["metadata"]
    edit = ("edit_customer", ANNA, "changes.metadata.segment=vip")
    assert before and shell.do(*edit, "--confirm", "yes")[0] == 0
    assert shell.get(f"/x/v1/customers/{anna['id']}/row")["metadata"] == {**before, "segment": "vip"}
    assert shell.do(*edit)[1]["preview"]["refused"]["code"] == "nothing_to_do"


def test_an_action_without_money_is_confirmed_by_yes(shell: Shell) -> None:
    note = ("append_note", ANNA, "text=Called about the invoice.")
    assert shell.do(*note)[0] == 2
    code, shown, _ = shell.do(*note, "--confirm", "yes")
    assert (code, shown["outcome"]["status"]) == (0, "done")


def test_without_json_the_output_is_text_and_sentences_are_whole(shell: Shell) -> None:
    done = wbtui(
        shell.home, "do", "grant_credit", ANNA, "amount=5.00", "reason=courtesy", "--confirm", "5.00"
    )
    assert done.returncode == 0
    assert "Anna Schmidt (Cust_" in done.stdout and "…" not in done.stdout
    assert "Outcome" in done.stdout and "done" in done.stdout
    assert done.stdout.count("your next invoices use it first.") == 2, "in the preview and in the outcome"


def test_an_invoice_may_be_given_by_its_number(shell: Shell) -> None:
    customer, _, _ = shell.paid_invoice()
    latest = shell.get(f"/x/v1/customers/{customer}/invoices")["rows"][0]
    by_id, by_number = (
        shell.do("extend_due_date", ANNA, f"invoice_id={name}", "due=2027-01-31")[1]["preview"]["changes"]
        for name in (latest["id"], latest["number"].lower())
    )
    assert by_id == by_number != []


def test_payments_and_methods_that_are_listed_can_be_used(shell: Shell) -> None:
    customer, payment, invoice = shell.paid_invoice()
    unpaid = shell.get(f"/x/v1/customers/{customer}/invoices")["rows"][0]
    failed = [one["id"] for one in shell.get(f"/x/v1/customers/{customer}/payments") if not one["settled"]]
    _, _, stderr = shell.do("refund", ANNA, "mode=full", "reason=courtesy")
    assert failed and payment in stderr and not [one for one in failed if one in stderr]
    _, _, stderr = shell.do("refund", ANNA, f"invoice_id={invoice}", "mode=full", "reason=courtesy")
    assert [line.split()[0] for line in stderr.splitlines() if line.startswith("  Pay_")] == [payment]
    retry = ("retry_payment", ANNA, f"invoice_id={unpaid['id']}", "method_id=none", "reason=courtesy")
    assert "method_id is one of:\n  Pm_" in shell.do(*retry)[2]


@pytest.mark.parametrize("given", [(), ("contract_id=",)])
def test_a_missing_or_empty_id_lists_those_that_are_possible(shell: Shell, given: tuple[str, ...]) -> None:
    cancel = ("cancel_subscription", ANNA, "when=now", "cancel_reason=unused", "reason=cancellation")
    code, _, stderr = shell.do(*cancel, *given)
    assert (code, "contract_id is one of:\n  Cont_" in stderr) == (2, True)


def test_ids_that_no_list_of_the_customer_has_are_shown(shell: Shell) -> None:
    """Invoice lines and discounts; and a wrong one is wrong input, whoever finds out."""
    customer, _, invoice = shell.paid_invoice()
    number = shell.get(f"/x/v1/invoices/{invoice}")["number"]
    shown = json.loads(wbtui(shell.home, "show", invoice, "--json").stdout)
    [line, *_] = shown["invoice"]["lines"]
    assert shown["invoice"]["number"] == number
    profile = json.loads(wbtui(shell.home, "show", customer, "--json").stdout)
    text = wbtui(shell.home, "show", number.lower()).stdout
    assert f"Invoice {number}\n" in text and line["id"] in text and "Still refundable" in text
    note = ("issue_credit_note", ANNA, f"invoice_id={number}", "to=credit", "reason=courtesy")
    code, _, stderr = shell.do(*note, "lines=Line_9:1.00")
    assert (code, f"lines is one of:\n  {line['id']}" in stderr) == (2, True)
    assert shell.do(*note, f"lines={line['id']}:1.00")[1]["preview"]["amount"]["amount"] == "1.00"
    [contract] = [one["id"] for one in profile["subscriptions"] if one["status"] == "active"]
    discounts = [one["id"] for one in profile["discounts"]]
    units = ("change_units", ANNA, f"contract_id={contract}", "units.foo=5", "when=now", "reason=courtesy")
    assert shell.do(*units)[0] == 2, "only the server knows the features of a plan"
    set_discount = ("set_discount", ANNA, f"contract_id={contract}", "reason=courtesy")
    code, _, stderr = shell.do(*set_discount, "discount_id=Disc_9")
    assert code == 2 and all(one in stderr for one in discounts)
    assert shell.do(*set_discount, f"discount_id={discounts[0]}")[1]["preview"]["refused"] is None


def test_a_plan_is_not_ordered_without_its_units_and_a_start_far_ahead_has_a_warning(shell: Shell) -> None:
    team = ("create_subscription", ANNA, "plan_id=Plan_team", "pricing_id=Price_team_month_eur",
            "reason=courtesy")  # fmt: skip
    code, shown, stderr = shell.do(*team, "start=2099-01-01")
    assert (code, shown) == (2, {}) and "units.seats is required: say how many seats of Team." in stderr
    preview = shell.do(*team, "units.seats=1", "start=2030-01-01")[1]["preview"]
    assert [one["text"][:20] for one in preview["warnings"]] == ["1 Jan 2030 is 3 year"]
    code, shown, stderr = shell.do(*team, "units.seats=1", "start=2099-01-01")
    assert (code, shown) == (2, {}) and "start: Enter a date within 10 years." in stderr


def test_above_the_limit_and_read_only_nothing_is_sent(shell: Shell) -> None:
    customer, payment, invoice = shell.paid_invoice()
    before = shell.refunds(customer)
    settings = shell.home / "wbtui" / "config" / "settings.toml"
    written = settings.read_text()
    settings.write_text(f'{written}\n[limits]\nask = "the lead"\n[limits.refund]\neur = 4.99\n')
    reason = "€5.00 is above your limit of €4.99. Ask the lead to do it."
    code, shown, stderr = shell.do(*refund(payment, invoice, "--confirm", "5.00"))
    assert (code, shown["outcome"], shown["disabled_reason"]) == (8, None, reason)
    assert shown["preview"]["amount"]["amount"] == "5.00"
    assert f"Refund unavailable: {reason} Nothing was sent." in stderr
    code, shown, stderr = shell.do(*refund(payment, invoice, "--confirm", "5.00", "--read-only"))
    assert (code, shown["preview"]) == (8, None)
    assert "Read-only mode" in stderr
    assert shell.refunds(customer) == before and shell.journal() == []


# ── plain Wingback ──
def test_on_plain_wingback_the_documented_actions_are_done(plain_sandbox: Sandbox, tmp_path: Path) -> None:
    shell = Shell(tmp_path, plain_sandbox)
    [anna] = shell.get(f"/v1/c/customer?email={ANNA}")["hits"]
    contract = next(one for one in anna["contracts"] if one["status"] == "active")
    now = shell.get(f"/v1/c/contract/{contract['id']}")["plan"]["features"]
    seats = next(one for one in now if one["entitlement_details"].get("contracted_unit_count"))
    wanted = str(int(seats["entitlement_details"]["contracted_unit_count"]) + 3)
    units = (f"contract_id={contract['id']}", f"units.{seats['slug']}={wanted}", "when=now")
    more = ("change_units", ANNA, *units, "reason=customer_request")
    code, shown, _ = shell.do(*more)
    assert code == 2
    due = shown["preview"]["amount"]["amount"]
    code, shown, stderr = shell.do(*more, "--confirm", due)
    assert (code, shown["outcome"]["status"], shown["outcome"]["trouble"]) == (0, "done", None), stderr
    code, shown, stderr = shell.do("freeze_customer", ANNA, "note=Asked for it", "--confirm", "yes")
    assert (code, shown["outcome"]["status"]) == (0, "done"), stderr
    assert shell.get(f"/v1/c/customer/{anna['id']}")["status"] == "inactive"
    assert [entry["status"] for entry in shell.journal()] == ["done", "done"]


def test_on_plain_wingback_the_journal_tells_what_would_be_done_twice(
    plain_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Plain Wingback neither finds duplicates nor cancels a subscription."""
    shell = Shell(tmp_path, plain_sandbox)
    note = ("append_note", ANNA, "text=Called back.", "--confirm", "yes")
    code, shown, stderr = shell.do(*note)
    assert (code, shown["preview"]["lookalikes"]) == (0, []), stderr
    code, _, stderr = shell.do(*note, "ticket=ZD-1")
    assert code == 2 and "The same was done at" in stderr and "Pass --again" in stderr
    code, shown, stderr = shell.do(*note, "--again")
    assert code == 0 and len(shown["preview"]["lookalikes"]) == 1, stderr
    code, _, stderr = shell.do("append_note", ANNA, "text=Another.", "--confirm", "yes")
    assert code == 0, stderr


@pytest.mark.parametrize("when", ["now", "period_end"])
def test_on_plain_wingback_a_change_of_plan_may_change_the_cycle(
    plain_sandbox: Sandbox, tmp_path: Path, when: str
) -> None:
    shell = Shell(tmp_path, plain_sandbox)
    running = {
        customer["id"]: [one for one in customer["contracts"] if one["status"] == "active"]
        for customer in shell.get("/v1/c/customer?status=active&limit=100")["hits"]
    }
    single = [(of, found[0]) for of, found in running.items() if len(found) == 1]
    [(customer, own), *_] = [one for one in single if one[1]["cycle"] == "month"]
    yearly = [one for of, one in single if of != customer and one["cycle"] == "year"]
    target = next(one for one in yearly if one["currency"] == own["currency"])
    units = [
        f"units.{feature['slug']}={count}"
        for feature in shell.get(f"/v1/c/contract/{target['id']}")["plan"]["features"]
        if (count := feature["entitlement_details"].get("contracted_unit_count"))
    ]
    plan = (f"plan_id={target['plan_id']}", f"pricing_id={target['pricing_id']}", *units)
    asked = ("change_plan", customer, f"contract_id={own['id']}", *plan, f"when={when}", "reason=courtesy",
             "downgrade_allowed=yes")  # fmt: skip
    code, shown, stderr = shell.do(*asked)
    assert code == 2 and shown["preview"]["refused"] is None, stderr
    amount = shown["preview"]["amount"]
    code, shown, stderr = shell.do(*asked, "--confirm", amount["amount"] if amount else "yes")
    assert (code, shown["outcome"]["status"], shown["outcome"]["trouble"]) == (0, "done", None), stderr
    contracts = shell.get(f"/v1/c/customer/{customer}")["contracts"]
    now = [one["cycle"] for one in contracts if one["status"] == "active"]
    assert now == (["year"] if when == "now" else ["month"])


def test_on_plain_wingback_a_change_at_renewal_says_what_changes(
    plain_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Wingback tells nothing in advance, and the preview has no other line that names it."""
    shell = Shell(tmp_path, plain_sandbox)
    [anna] = shell.get(f"/v1/c/customer?email={ANNA}")["hits"]
    contract = next(one["id"] for one in anna["contracts"] if one["status"] == "active")
    units = ("change_units", ANNA, f"contract_id={contract}", "when=period_end", "reason=courtesy")
    done = wbtui(tmp_path, "do", *units, "units.seats=5")
    assert "Action    Change Pro · monthly to 5 seats at renewal\n" in done.stdout, done.stderr
    done = wbtui(tmp_path, "do", *units, "units.seats=999", "--confirm", "yes")
    assert done.returncode == 8, done.stderr
    assert "Reason      Seats: at most 100, not 999. Nothing was done. Correct the input.\n" in done.stdout
    assert "unit_count_configuration" not in done.stdout and "Note" not in done.stdout


def test_on_plain_wingback_other_actions_say_what_is_left(plain_sandbox: Sandbox, tmp_path: Path) -> None:
    shell = Shell(tmp_path, plain_sandbox)
    code, _, stderr = shell.do("grant_credit", ANNA, "amount=5.00", "reason=courtesy", "--confirm", "5.00")
    assert code != 0 and shell.journal() == []
    assert "Not on plain Wingback. Use Wingback's dashboard.\nThe README lists" in stderr
    code, _, stderr = shell.do("cancel_subscription", ANNA, "contract_id=Cont_9", "when=now")
    assert code == 6 and "Send a portal link instead." in stderr, "before any ID is looked for"
