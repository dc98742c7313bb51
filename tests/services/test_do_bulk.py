"""`wbtui do KIND --query` with the sandbox: customers, confirmation by the total, outcomes, exit codes."""

from __future__ import annotations

import errno
import json
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.services.test_bulk import failing
from tests.services.test_do import ANNA, Shell
from tests.support.command_line import ROOT, wbtui
from tests.support.patience import PATIENCE
from tests.support.sandbox import Sandbox
from tests.support.terminal import clean_environment
from wbtui.cli import do_bulk

CREDIT = ("amount=2.00 eur", "reason=courtesy")


def do(shell: Shell, *words: str, stdin: str = "") -> tuple[int, dict[str, Any], str]:
    """Return exit code, parsed output of --json, and stderr."""
    done = wbtui(shell.home, "do", *words, "--json", stdin=stdin)
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr


def test_a_query_is_confirmed_by_the_total_and_done_once_to_each(sandbox: Sandbox, tmp_path: Path) -> None:
    shell = Shell(tmp_path, sandbox)
    assert wbtui(tmp_path, "sync").returncode == 0
    query = ("grant_credit", "--query", "plan:pro", *CREDIT)
    code, shown, stderr = do(shell, *query)
    items = shown["items"]
    assert (code, shown["done"], len(items) > 1) == (2, False, True)
    assert all("billed in" in one["details"] for one in shown["left_out"]) and shown["left_out"]
    titles = wbtui(tmp_path, "do", *query).stdout.splitlines()[0]
    assert re.split("  +", titles) == ["Customer", "Amount", "Details"], "no invoices"
    total = f"{2 * len(items)}.00"
    assert f"Add credit: {len(items)} items, €{total}. Nothing was sent. Pass --confirm {total}." in stderr
    assert do(shell, *query, "--confirm", "2.00")[0] == 2
    settings = shell.home / "wbtui" / "config" / "settings.toml"
    written = settings.read_text()
    settings.write_text(f"{written}\n[limits.grant_credit]\neur = 2.00\n")
    code, shown, stderr = do(shell, *query, "--confirm", total)
    reason = f"€{total} in total is above your limit of €2.00."
    assert (code, shown["done"], shown["disabled_reason"]) == (8, False, reason)
    assert f"{reason} Nothing was sent." in stderr
    settings.write_text(written)
    assert shell.journal() == []
    code, shown, _ = do(shell, *query, "--confirm", total)
    assert (code, shown["done"], {item["status"] for item in shown["items"]}) == (0, True, {"done"})
    entries = shell.journal()
    assert sorted(entry["bulk_number"] for entry in entries) == list(range(1, len(items) + 1))
    assert len({entry["bulk_id"] for entry in entries}) == 1
    # The same command again is noticed.
    _, shown, _ = do(shell, *query)
    duplicate = "Possible duplicate: Credit of €2.00 granted by "
    assert all(
        any(warning.startswith(duplicate) and warning.endswith(" UTC.") for warning in item["warnings"])
        for item in shown["items"]
    )
    assert duplicate in wbtui(tmp_path, "do", *query).stdout
    code, _, stderr = do(shell, *query, "--confirm", total)
    assert (code, len(shell.journal())) == (2, len(entries))
    assert "The same was done to" in stderr and "--again" in stderr


def test_a_name_of_letters_that_look_alike_is_shown_with_its_id(sandbox: Sandbox, tmp_path: Path) -> None:
    Shell(tmp_path, sandbox)
    names = ("hostile14@hostile.example", ANNA)
    done = wbtui(tmp_path, "do", "grant_credit", "--query", "-", *CREDIT, stdin="\n".join(names))
    assert "\u0440\u0430ypal (Cust_" in done.stdout and "Anna Schmidt  " in done.stdout, done.stderr


def test_an_output_that_cannot_be_written_leaves_the_exit_code_of_the_outcome(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(tmp_path, sandbox)

    def closed(_value: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(do_bulk, "out_json", closed)
    credit = ("grant_credit", "--query", ANNA, *CREDIT)
    code, _, stderr = do(shell, *credit)
    assert (code, shell.journal()) == (2, [])
    assert stderr.endswith("Broken pipe.\nNothing was sent.\n")
    code, _, stderr = do(shell, *credit, "--confirm", "2.00")
    assert (code, [entry["status"] for entry in shell.journal()]) == (0, ["done"])
    assert stderr.endswith("Broken pipe.\n`wbtui journal` has what was sent, with its outcome.\n")
    code, _, stderr = do(shell, *credit[:3], "amount=2.00 usd", "reason=courtesy")
    assert (code, stderr.endswith("Broken pipe.\nNothing was sent.\n")) == (8, True)


def test_an_amount_without_a_currency_is_in_that_of_each_customer(sandbox: Sandbox, tmp_path: Path) -> None:
    shell = Shell(tmp_path, sandbox)
    rows = shell.get("/x/v1/snapshot?kind=customers&limit=500")["rows"]
    paying = {row["mrr"][0]["currency"]: row["id"] for row in rows if len(row["mrr"]) == 1}
    assert len(paying) > 1
    words = ("grant_credit", "--query", "-", "amount=2", "reason=courtesy")
    code, shown, stderr = do(shell, *words, stdin="\n".join(paying.values()))
    found = {one["customer_id"]: one["amount"]["currency"] for one in shown["items"]}
    assert (code, found) == (2, {customer: currency for currency, customer in paying.items()}), stderr
    assert f"Pass --confirm {len(paying)}." in stderr


def test_customers_whose_currency_has_no_cents_are_left_out(sandbox: Sandbox, tmp_path: Path) -> None:
    shell = Shell(tmp_path, sandbox)
    assert wbtui(tmp_path, "sync").returncode == 0
    query = ("grant_credit", "--query", "plan:pro", "amount=2.50", "reason=courtesy")
    _, shown, _ = do(shell, *query)
    assert {item["amount"]["amount"] for item in shown["items"]} == {"2.50"}
    cents, several = "JPY has no decimals.", "Say the currency of the amount."
    assert {one["details"] for one in shown["left_out"]} == {cents, several}
    yen = "\n".join(one["customer_id"] for one in shown["left_out"] if one["details"] == cents)
    code, _, stderr = do(shell, "grant_credit", "--query", "-", "amount=2.50", "reason=courtesy", stdin=yen)
    assert (code, "JPY has no decimals" in stderr) == (2, True), "fits none"
    code, _, stderr = do(shell, "grant_credit", "--query", "-", *CREDIT, stdin=yen)
    assert (code, stderr) == (8, "All customers are left out. Nothing was sent.\n")


def test_customers_come_from_standard_input_and_each_oldest_open_invoice_is_meant(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    shell = Shell(tmp_path, sandbox)
    rows = shell.get("/x/v1/snapshot?kind=customers&limit=500")["rows"]
    owing = [row["id"] for row in rows if row["owed"]][:3]
    free = next(row["id"] for row in rows if not row["owed"])
    words = ("send_invoice_email", "--query", "-")
    stdin = "\r\n".join(["\ufeffid", *owing, free, owing[0], ""])  # as `find --csv --columns id` writes it
    code, shown, stderr = do(shell, *words, stdin=stdin)
    named = [item["customer_id"] for item in shown["items"]]
    assert (code, named) == (2, [one for one in owing if one in named]), stderr
    assert len(shown["left_out"]) == 4 - len(named)
    assert "No open invoice." in [one["details"] for one in shown["left_out"]]
    assert "Pass --confirm" in stderr
    twice = "\n".join([owing[0], *(f"Customer {number}" for number in range(200)), owing[0]])
    code, _, stderr = do(shell, *words, stdin=twice)
    assert code == 2 and "201 customers are named. At most 200" in stderr and "Name fewer." in stderr
    code, shown, stderr = do(shell, *words, "--confirm", str(len(named)), stdin=stdin)
    assert (code, {item["status"] for item in shown["items"]}) == (0, {"done"}), stderr
    assert {one["status"] for one in shown["left_out"]} == {"left_out"}, "they are part of the result"
    for item in shown["items"]:
        invoices = shell.get(f"/x/v1/customers/{item['customer_id']}/invoices")["rows"]
        owed = [row for row in invoices if row["state"] == "ready_for_payment"]
        assert item["object"] == min(owed, key=lambda row: (row["date"], row["number"]))["number"]


def test_a_killed_bulk_action_is_resumed_with_what_is_left(sandbox_db: Path, tmp_path: Path) -> None:
    reached, killed = threading.Event(), threading.Event()

    def at(number: int) -> None:
        if number == 2:
            reached.set()
            assert killed.wait(PATIENCE)

    with failing(sandbox_db, at=at) as box:
        shell = Shell(tmp_path, box)
        rows = shell.get("/x/v1/snapshot?kind=customers&limit=500")["rows"]
        owing = [row["id"] for row in rows if row["owed"]]
        query = ("send_invoice_email", "--query", "-")
        _, shown, _ = do(shell, *query, stdin="\n".join(owing))
        names = [item["customer_id"] for item in shown["items"]][:4]
        left = len(names) - 2
        assert left > 0
        program = [sys.executable, "-m", "wbtui", "do", *query, "--confirm", str(len(names))]
        process = subprocess.Popen(
            program, cwd=ROOT, stdin=subprocess.PIPE, env=clean_environment(tmp_path), text=True
        )
        try:
            assert process.stdin is not None
            process.stdin.write("\n".join(names))
            process.stdin.close()
            assert reached.wait(PATIENCE)
            _, _, stderr = resume(shell)
            assert "Another wbtui has the bulk action: " in stderr
        finally:
            process.kill()
            process.wait(PATIENCE)
        killed.set()
        assert box.state is not None
        box.state.writer.submit(bool).result(PATIENCE)  # the second was committed
        code, _, stderr = do(shell, *query, stdin="\n".join(names))
        assert code == 2 and f"{left} item" in stderr and "wbtui resume" in stderr
        code, shown, stderr = resume(shell)
        assert (code, [item["customer_id"] for item in shown["items"]]) == (2, names[2:])
        assert f"Nothing was sent. Pass --confirm {left}." in stderr
        code, shown, _ = resume(shell, "--confirm", str(left))
        assert (code, shown["done"], {item["status"] for item in shown["items"]}) == (0, True, {"done"})
        assert len(shell.journal()) == len(names), "no item got a second key"
        code, _, stderr = resume(shell, "--discard")
        assert code == 2 and "There is no unfinished bulk action." in stderr
        code, _, stderr = resume(shell, "--discard", "--confirm", "1")
        assert code == 2 and "Choose --confirm or --discard." in stderr


def test_a_bulk_action_that_stops_says_why_and_how_it_goes_on(sandbox_db: Path, tmp_path: Path) -> None:
    with failing(sandbox_db, 1) as box:
        shell = Shell(tmp_path, box)
        rows = shell.get("/x/v1/snapshot?kind=customers&limit=500")["rows"]
        stdin = "\n".join(row["id"] for row in rows if row["owed"])
        query = ("send_invoice_email", "--query", "-")
        _, shown, _ = do(shell, *query, stdin=stdin)
        count = len(shown["items"])
        assert count > 2
        # In a process of its own: the sandbox writes its failure to the standard error of this one.
        done = subprocess.run(
            [sys.executable, "-m", "wbtui", "do", *query, "--stop-on-error", "--confirm", str(count)],
            cwd=ROOT, input=stdin, env=clean_environment(tmp_path), text=True, capture_output=True,
            timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr.count(": not tried\n")) == (9, count - 1), done.stderr
        left = f"Stopped after an error. {count - 1} items left. `wbtui resume` sends what is left.\n"
        assert done.stderr.endswith(left)


def resume(shell: Shell, *words: str) -> tuple[int, dict[str, Any], str]:
    """Run `wbtui resume`; return what `do` returns."""
    done = wbtui(shell.home, "resume", *words, "--json")
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr


def test_what_is_not_for_many_is_said_before_anything_is_asked(sandbox: Sandbox, tmp_path: Path) -> None:
    shell = Shell(tmp_path, sandbox)
    code, _, stderr = do(shell, "refund", "--query", "anna", "mode=full")
    assert (
        code == 2
        and "'refund' can't be done for several customers at once." in stderr
        and "retry_payment" in stderr
    )
    code, _, stderr = do(shell, "send_invoice_email", "--query", "anna", "to=eve@evil.example")
    assert code == 2 and "'to' can't be set for several customers at once." in stderr
    code, _, stderr = do(shell, "grant_credit", "--query", "nobody-has-this-name", *CREDIT)
    assert code == 5 and "No customers match." in stderr, "as `wbtui find` ends"
    code, shown, stderr = do(shell, "grant_credit", "--query", "anma", *CREDIT)
    assert (code, shown) == (5, {}) and "No customers match." in stderr, "a typo is not corrected for money"
    code, _, stderr = do(shell, "send_invoice_email", "--query", "anna", "invoice_id=INV-0042")
    assert code == 2 and "'invoice_id' can't be set for several customers at once." in stderr
    code, _, stderr = do(shell, "grant_credit")
    assert code == 2 and "Fields: amount, expires, " in stderr
    code, _, stderr = do(shell, "grant_credit", "amount.amount=5", "reason=courtesy")
    assert code == 2 and stderr.startswith(
        "Invalid input: Name a customer, or pass --query.\nFields: amount,"
    )
    code, _, stderr = do(shell, "refunds", "amount=5")
    assert code == 2 and "There is no action 'refunds'." in stderr, "before any customer is looked for"
    code, _, stderr = do(shell, "grant_credit", "--query", " ", *CREDIT)
    assert code == 2 and "The query is empty: all customers would match." in stderr


def test_plain_wingback_is_offered_no_kind_that_it_lacks(plain_sandbox: Sandbox, tmp_path: Path) -> None:
    shell = Shell(tmp_path, plain_sandbox)
    code, _, stderr = do(shell, "append_note", "--query", "anna", "text=Hello")
    assert code == 2 and stderr.endswith("at once.\nThis billing system has no action that can.\n"), stderr
    code, _, stderr = do(shell, "grant_credit", "--query", ANNA, *CREDIT)
    assert code == 6 and "Not on plain Wingback." in stderr
