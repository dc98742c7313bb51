"""`wbtui find` on a synced cache: total, limit, and queries that are not understood."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from tests.support.command_line import wbtui
from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.sandbox import CUSTOMERS, Sandbox
from wbtui.models.money import Money, total


@pytest.fixture
def home(sandbox: Sandbox, tmp_path: Path) -> Path:
    """A home with a connection to the sandbox and a synced cache."""
    arguments = ("--name", "acme", "--url", sandbox.url, "--environment", "demo", "--key-stdin")
    assert wbtui(tmp_path, "connect", *arguments, stdin=sandbox.key).returncode == 0
    assert wbtui(tmp_path, "sync").returncode == 0
    return tmp_path


def test_json_has_the_total_and_a_limit_of_0_means_all(home: Path) -> None:
    some = json.loads(wbtui(home, "find", "a", "--limit", "2", "--json").stdout)
    assert len(some["customers"]) == 2
    everybody = json.loads(wbtui(home, "find", "a", "--limit", "0", "--json").stdout)
    assert some["total"] == everybody["total"] == len(everybody["customers"]) > 2
    assert everybody["customers"][:2] == some["customers"]


def test_text_says_how_many_there_are(home: Path) -> None:
    done = wbtui(home, "find", "since>2000-01-01", "--limit", "3")
    titles, *rows, last = done.stdout.splitlines()
    assert titles.split() == ["Name", "E-mail", "Plan", "Status", "Owes", "ID"]
    assert len(rows) == 3
    assert last == f"3 of {CUSTOMERS} customers"
    assert done.stderr.splitlines() == ["As of just now.", "Use --limit 0 for all of them."]
    done = wbtui(home, "find", "anma")
    assert '≈ Nothing matches "anma". Searched for "anna" instead.' in done.stderr.splitlines()
    done = wbtui(home, "find", "sort:-owes", "--limit", "1")
    assert "Order: by amount owed in EUR." in done.stderr.splitlines()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("is:past_duee", "Did you mean past_due?"),
        ("is:bogus", "has no value bogus"),
        ("plna:pro", "Did you mean plan:?"),
        ("plan:nonsense", "There is no plan nonsense."),
        ("sort:owe", "Did you mean owes?"),
        ('"open', "Missing closing"),
    ],
)
def test_a_query_that_is_not_understood_is_an_error_and_finds_nobody(
    home: Path, query: str, said: str
) -> None:
    done = wbtui(home, "find", query, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_filter_that_excludes_is_no_option(home: Path) -> None:
    def total_of(*words: str) -> int:
        found = wbtui(home, "find", "--json", *words)
        assert found.returncode == 0, found.stderr
        return int(json.loads(found.stdout)["total"])

    free = total_of("a", "plan:free")
    # A command's -h is help, but -has: is a filter.
    assert total_of("-plan:free", "--limit", "1", "a") == total_of("a") - free > 0
    assert total_of("a", "-has:dispute", "--", "-plan:free") <= total_of("a") - free
    shown = wbtui(home, "insights", "-plan:free", "--json").stdout
    assert shown == wbtui(home, "insights", "--json", "--", "-plan:free").stdout != ""
    assert "No such option '-x'" in wbtui(home, "find", "a", "-x").stderr


def test_no_match_is_5_with_a_total_of_0(home: Path) -> None:
    done = wbtui(home, "find", "nobody-by-this-name", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (5, {"total": 0, "customers": []})


def test_filters_on_data_that_plain_wingback_does_not_provide_do_not_find_nobody(
    plain_sandbox: Sandbox, tmp_path: Path
) -> None:
    connect = ("connect", "--name", "acme", "--environment", "demo", "--url", plain_sandbox.url)
    assert wbtui(tmp_path, *connect, "--key-stdin", stdin=plain_sandbox.key).returncode == 0
    assert wbtui(tmp_path, "sync").returncode == 0
    for query, filters in (("owes>0", "owes"), ("has:dispute owes>0 country:de", "has:, owes")):
        done = wbtui(tmp_path, "find", query)
        assert (done.returncode, done.stdout) == (6, "")
        assert f"list of customers does not include the data for {filters}." in done.stderr
        assert ("`wbtui sync --details`" in done.stderr) == (filters == "owes"), "where profiles tell it"
    assert "does not include the data for is:." in wbtui(tmp_path, "find", "is:ended").stderr
    nobody = wbtui(tmp_path, "find", "is:none")
    assert nobody.returncode == 6 and "\nis:unknown finds the customers whose" in nobody.stderr
    past_due = wbtui(tmp_path, "find", "is:past_due")
    assert (past_due.returncode, "does not include" in past_due.stderr) == (0, False)
    changed = wbtui(tmp_path, "find", "changed>1d")
    assert "does not include the data for changed. Others may match." in changed.stderr
    assert wbtui(tmp_path, "find", "has:notes country:fj").returncode == 5
    figures = json.loads(wbtui(tmp_path, "insights", "--json").stdout)
    assert figures["mrr"] is figures["owed"] is figures["cards"] is None and figures["country"]
    assert "Owed by currency\n  unknown for these customers" in wbtui(tmp_path, "insights").stdout
    table = wbtui(tmp_path, "insights", "--csv")
    assert "owed,unknown,,,," in table.stdout.splitlines()
    assert "▲ Owed by currency: unknown for these customers" in table.stderr.splitlines()
    figures = json.loads(wbtui(tmp_path, "insights", "renews<7d", "--json").stdout)
    assert figures["billing_status"] is figures["country"] is None, "nobody is found, which says nothing"
    done = wbtui(tmp_path, "show", "anna@lumen.example")
    assert (
        "Payments, refunds, credits, credit notes: Not available from plain Wingback."
        in done.stderr.splitlines()
    )
    shown = done.stdout
    assert re.search(r"^Owes +€49.00$", shown, re.MULTILINE)  # only the customer comes with what is owed
    opened = wbtui(tmp_path, "find", "owes>0")
    assert opened.stdout.endswith("1 of 1 customer\n") and "Others may match." in opened.stderr
    assert re.search(r"^INV-0042 .* unknown +▲ overdue", shown, re.MULTILINE)


def test_a_hit_that_cannot_be_read_is_named(plain_sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(plain_sandbox.url) as proxy:
        connect = ("connect", "--name", "acme", "--environment", "demo", "--url", proxy.url)
        assert (
            wbtui(tmp_path, *connect, "--key-stdin", "--agent", "jo", stdin=plain_sandbox.key).returncode == 0
        )
        proxy.arm(
            Fault.CHANGE,
            "GET",
            "/v1/c/customer",
            times=None,
            change=lambda text: re.sub(rb'("created":")\d{4}', rb"\1year", text),
        )
        found = wbtui(tmp_path, "find", "anna@lumen.example", "--json")
        assert json.loads(found.stdout)["total"] == 0
        assert "▲ 1 customer could not be read." in found.stderr and "Anna Schmidt" in found.stderr
        shown = wbtui(tmp_path, "show", "anna@lumen.example")
        assert shown.returncode not in (0, 5)
        assert "Anna Schmidt was found but can't be read." in shown.stderr


def test_a_profile_lists_which_features_may_be_used_and_why_not(home: Path) -> None:
    shown = json.loads(wbtui(home, "show", "anna@lumen.example", "--json").stdout)
    (pro,) = (one for one in shown["subscriptions"] if one["status"] == "active")
    used = {one["feature"] for one in shown["features"] if one["access"] in ("included", "limit_reached")}
    assert used == {one["slug"] for one in pro["features"]}
    other = next(one for one in shown["features"] if one["access"] == "not_in_plan")
    assert other["reason"].startswith("Included in ")
    calls = next(one for one in shown["features"] if one["name"] == "API calls")
    assert re.fullmatch(r"Pro: 9\d,\d{3} of 100,000 calls used\.", calls["reason"])
    lines = wbtui(home, "show", "anna@lumen.example").stdout.splitlines()
    assert re.split(r"  +", lines[lines.index("Invoices") + 1]) == [
        "Number", "Date", "Total", "Open", "State", "ID",
    ]  # fmt: skip
    for number in ("INV-0042", "INV-0041"):  # an invoice is called the same alone as in the list
        (state,) = (re.split(r"  +", line)[4] for line in lines if line.startswith(number))
        assert f"State        {state[2:]}" in wbtui(home, "show", number).stdout
    titles, *listed = (re.split(r"  +", line) for line in lines[lines.index("Feature access") + 1 :])
    assert titles == ["Feature", "Access", "Reason"]
    words = {"included": "● included", "not_in_plan": "○ not in plan"}
    assert listed == [[one["name"], words[one["access"]], one["reason"]] for one in shown["features"]]


def test_a_profile_says_that_the_customer_is_not_registered(home: Path) -> None:
    found = json.loads(wbtui(home, "find", "status:temporary", "--json").stdout)["customers"]
    assert re.search(r"\nAccount +○ not registered\n", wbtui(home, "show", found[0]["id"]).stdout)
    assert "\nAccount" not in wbtui(home, "show", "anna@lumen.example").stdout


def test_a_profile_lists_refunds_and_credit_with_their_ids_and_why_a_payment_failed(home: Path) -> None:
    found = json.loads(wbtui(home, "find", "refunds>0", "--json").stdout)["customers"]
    shown = json.loads(wbtui(home, "show", found[0]["id"], "--json").stdout)
    pending = next(one for one in shown["refunds"] if one["status"] == "pending")
    assert {"credits", "credit_notes", "wallets"} <= shown.keys()
    assert shown["subscriptions"][0]["plan_id"] in [plan["id"] for plan in shown["plans"]]
    lines = wbtui(home, "show", found[0]["id"]).stdout.splitlines()
    (line,) = (line for line in lines if pending["id"] in line)
    assert "○ pending" in line and pending["pending_reason"] in line
    assert lines.index("Refunds") < lines.index(line) < lines.index("Credits")
    anna = wbtui(home, "show", "anna@lumen.example").stdout
    assert "for INV-0042 · insufficient funds · next retry " in anna


def test_csv_has_a_column_for_each_currency_and_is_saved_only_as_a_new_file(
    home: Path, tmp_path: Path
) -> None:
    shown = wbtui(home, "find", "since>2000-01-01", "--limit", "0", "--csv")
    known = json.loads(wbtui(home, "find", "since>2000-01-01", "--limit", "0", "--json").stdout)["customers"]
    assert shown.returncode == 0, shown.stderr
    table = list(csv.DictReader(io.StringIO(shown.stdout)))
    assert [row["id"] for row in table] == [one["id"] for one in known]
    assert any(len(one["owed"]) == 1 for one in known)
    for row, one in zip(table, known, strict=True):
        for name, amounts in (("owes", one["owed"]), ("mrr", one["mrr"])):
            there = {c["currency"]: c["amount"] for c in amounts}
            cells = {key[-3:]: value for key, value in row.items() if key.startswith(f"{name}_")}
            assert {c: there.get(c, Money.zero(c).amount) for c in cells} == cells
            assert there.keys() <= cells.keys()
    file = tmp_path / "found.csv"
    assert wbtui(home, "find", "a", "--csv", "--output", str(file)).returncode == 0
    assert file.stat().st_mode & 0o777 == 0o600 and file.read_text().startswith("id,name,email,plan,")
    printed = wbtui(home, "find", "anna", "--csv", "--columns", "notes,id", "--output", "-")
    some = printed.stdout.splitlines()
    assert some[0] == "notes,id" and "Cust_" in some[1]
    assert "1 of 1 customer" in printed.stderr.splitlines()
    cut = wbtui(home, "find", "since>2000-01-01", "--limit", "3", "--csv")
    assert f"3 of {CUSTOMERS} customers" in cut.stderr.splitlines(), "only some are in the CSV"
    unknown = wbtui(home, "find", "anna", "--csv", "--columns", "id,color")
    assert unknown.returncode != 0 and "Unknown column: color" in unknown.stderr
    assert "vat_id" in unknown.stderr and not unknown.stdout
    assert wbtui(home, "find", "anna", "--columns", "id").returncode == 2
    for no_file in ("", str(tmp_path)):
        refused = wbtui(home, "find", "a", "--csv", "--output", no_file)
        assert refused.returncode == 2 and "Invalid value for '--output'" in refused.stderr
    file.write_text("mine")
    again = wbtui(home, "find", "a", "--csv", "--output", str(file))
    assert again.returncode == 7 and "already exists" in again.stderr and file.read_text() == "mine"
    assert wbtui(home, "journal", "--csv").stdout.startswith("recorded,outcome,action,customer,")
    assert wbtui(home, "find", "a", "--csv", "--json").returncode == 2


def test_insights_say_the_same_as_text_json_and_csv_and_work_offline(home: Path) -> None:
    done = wbtui(home, "insights", "--json", "--offline")
    assert f"Based on {CUSTOMERS} cached customers" in done.stderr
    charts = json.loads(done.stdout)
    assert sum(bar["customers"] for bar in charts["billing_status"]) == CUSTOMERS
    assert {bar["key"]: bar["customers"] for bar in charts["lost"]}["unknown"] > 0
    known = json.loads(wbtui(home, "find", "owes>0", "--limit", "0", "--json").stdout)["customers"]
    for bar in charts["owed"]:
        amount = bar["amount"]
        owed = [Money.parse(m["amount"], m["currency"]) for one in known for m in one["owed"]]
        assert Money.parse(amount["amount"], bar["key"]) == total(
            (m for m in owed if m.currency == bar["key"]), bar["key"]
        )
    for bar in charts["mrr_by_plan"]:
        assert json.loads(wbtui(home, "find", bar["search"], "--json").stdout)["total"] == bar["customers"]
    table = list(csv.DictReader(io.StringIO(wbtui(home, "insights", "--csv").stdout)))
    statuses = [(row["key"], int(row["customers"])) for row in table if row["chart"] == "billing_status"]
    assert statuses == [(bar["key"], bar["customers"]) for bar in charts["billing_status"]]
    text = wbtui(home, "insights").stdout
    assert "Billing status\n" in text and "MRR by plan\n" in text and "▲ past due" in text
    for wrong in ("is:past_duee", "plan:nonsense"):
        assert wbtui(home, "insights", wrong).returncode == 2
    assert wbtui(home, "insights", "is:past_due", "--json").returncode == 0
