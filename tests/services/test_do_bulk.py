"""`wbtui do KIND --query` with the sandbox: customers, confirmation by the total, outcomes, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.services.test_do import Shell
from tests.support.command_line import wbtui
from tests.support.sandbox import Sandbox

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
    assert all("billed in" in reason for _, reason in shown["left_out"]) and shown["left_out"]
    total = f"{2 * len(items)}.00"
    assert f"{len(items)} items, €{total}. Nothing was sent. Pass --confirm {total}." in stderr
    assert do(shell, *query, "--confirm", "2.00")[0] == 2
    assert shell.journal() == []
    code, shown, _ = do(shell, *query, "--confirm", total)
    assert (code, shown["done"], {item["status"] for item in shown["items"]}) == (0, True, {"done"})
    entries = shell.journal()
    assert sorted(entry["bulk_number"] for entry in entries) == list(range(1, len(items) + 1))
    assert len({entry["bulk_id"] for entry in entries}) == 1
    # The same command again is noticed.
    code, _, stderr = do(shell, *query, "--confirm", total)
    assert (code, len(shell.journal())) == (2, len(entries))
    assert "The same was done to" in stderr and "--again" in stderr


def test_customers_come_from_standard_input_and_each_oldest_open_invoice_is_meant(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    shell = Shell(tmp_path, sandbox)
    rows = shell.get("/x/v1/snapshot?kind=customers&limit=500")["rows"]
    owing = [row["id"] for row in rows if row["owed"]][:3]
    free = next(row["id"] for row in rows if not row["owed"])
    words = ("send_invoice_email", "--query", "-")
    stdin = "\n".join([*owing, free, owing[0], ""])
    code, shown, stderr = do(shell, *words, stdin=stdin)
    named = [item["customer_id"] for item in shown["items"]]
    assert (code, named) == (2, [one for one in owing if one in named]), stderr
    assert len(shown["left_out"]) == 4 - len(named)
    assert "No open invoice." in [reason for _, reason in shown["left_out"]]
    assert "Pass --confirm" in stderr
    code, shown, stderr = do(shell, *words, "--confirm", str(len(named)), stdin=stdin)
    assert (code, {item["status"] for item in shown["items"]}) == (0, {"done"}), stderr
    for item in shown["items"]:
        invoices = shell.get(f"/x/v1/customers/{item['customer_id']}/invoices")["rows"]
        owed = [row for row in invoices if row["state"] == "ready_for_payment"]
        assert item["object"] == min(owed, key=lambda row: (row["date"], row["number"]))["number"]


def test_what_is_not_for_many_is_said_before_anything_is_asked(sandbox: Sandbox, tmp_path: Path) -> None:
    shell = Shell(tmp_path, sandbox)
    code, _, stderr = do(shell, "refund", "--query", "anna", "mode=full")
    assert (
        code == 2
        and "'refund' can't be done for several customers at once." in stderr
        and "retry_payment" in stderr
    )
    code, _, stderr = do(shell, "send_invoice_email", "--query", "anna", "to=eve@evil.example")
    assert code == 2 and "to can't be set for several customers at once." in stderr
    code, _, stderr = do(shell, "grant_credit", "--query", "nobody-has-this-name", *CREDIT)
    assert code == 2 and "No customers match." in stderr
    assert do(shell, "grant_credit")[0] == 2
