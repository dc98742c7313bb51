"""The clock bills as it moves, seeding is deterministic, and an interrupted filling continues."""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.sandbox import move_clock
from tests.unit.sandbox.conftest import NOW, at_now
from tests.unit.sandbox.test_seeded_views import check_invoice, check_ledger, money
from wbtui.sandbox import seed as seeding
from wbtui.sandbox.engine import billing, clock, refunds, repository, views
from wbtui.sandbox.engine.account import Actor
from wbtui.sandbox.engine.clocktext import instant, moment
from wbtui.sandbox.engine.tables import TABLES
from wbtui.sandbox.filling import filled_store
from wbtui.sandbox.store import NotFound, SandboxError, Store, Tx

AGENT = Actor("agent", "Jörg Müller")


def digest(store: Store) -> str:
    """A digest of every row of every table but meta."""
    found = hashlib.sha256()
    with store.read() as tx:
        for table in [*TABLES, "plans", "price_sets", "discounts", "changes"]:
            for row in tx.all(f"SELECT * FROM {table} ORDER BY rowid"):
                found.update(repr(tuple(row)).encode())
    return found.hexdigest()


def small(path: Path, *, seed: int = 1, customers: int = 60, now: str = NOW) -> Store:
    store = Store(path, wall_clock=lambda: moment(now))
    seeding.seed(store, customers=customers, seed=seed, now=now)
    return store


def test_the_same_seed_makes_the_same_data(tmp_path: Path) -> None:
    stores = [small(tmp_path / "a.db"), small(tmp_path / "b.db"), small(tmp_path / "c.db", seed=2)]
    first, again, other = (digest(store) for store in stores)
    for store in stores:
        store.close()
    assert first == again != other


def test_a_customer_does_not_depend_on_how_many_there_are(tmp_path: Path) -> None:
    few, many = small(tmp_path / "few.db", customers=30), small(tmp_path / "many.db", customers=90)
    with few.read() as one, many.read() as two:
        sql = "SELECT row FROM customers ORDER BY no LIMIT 30"
        assert [r[0] for r in one.all(sql)] == [r[0] for r in two.all(sql)]
    few.close()
    many.close()


def test_an_interrupted_filling_continues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeding, "CHUNK", 20)
    whole = small(tmp_path / "whole.db")
    halted = Store(tmp_path / "halted.db", wall_clock=at_now)

    class Stop(Exception):
        pass

    def stop(done: int, total: int) -> None:
        assert total == 60
        if done >= 40:
            raise Stop

    with pytest.raises(Stop):
        seeding.seed(halted, customers=60, seed=1, now=NOW, progress=stop)
    with halted.read() as tx:
        assert not seeding.is_seeded(tx)
        assert tx.number("SELECT count(*) FROM customers") == 40
    with pytest.raises(SandboxError):
        seeding.seed(halted, customers=60, seed=2, now=NOW)
    seeding.seed(halted, customers=60, seed=1, now="2026-12-24T00:00:00Z")  # the first instant counts
    assert digest(halted) == digest(whole)
    whole.close()
    halted.close()


def test_progress_counts_up_to_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeding, "CHUNK", 25)
    seen: list[tuple[int, int]] = []
    store = Store(tmp_path / "p.db", wall_clock=at_now)
    seeding.seed(
        store, customers=60, seed=1, now=NOW, progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(25, 60), (50, 60), (60, 60)]
    seeding.seed(store, customers=60, seed=1, now=NOW, progress=lambda *_: pytest.fail("filled already"))
    store.close()


# ── the clock ──
def test_without_an_instant_the_clock_is_real_time_plus_its_moves(tmp_path: Path) -> None:
    real = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    store = Store(tmp_path / "x.db", wall_clock=lambda: real)
    with store.write() as tx:
        assert clock.now(tx) == "2026-11-22T10:00:00Z"
        move_clock(tx, "2026-12-01T00:00:00Z")
    real += timedelta(hours=1)
    with store.read() as tx:
        assert clock.now(tx) == "2026-12-01T01:00:00Z"
    with store.write() as tx, pytest.raises(SandboxError):
        move_clock(tx, "2026-11-30T00:00:00Z")
    store.close()


def test_a_frozen_clock_changes_only_when_moved(tmp_path: Path) -> None:
    store = Store(tmp_path / "x.db", wall_clock=lambda: datetime(2031, 1, 1, tzinfo=UTC))
    with store.write() as tx:
        clock.freeze(tx, NOW)
    with store.read() as tx:
        assert (clock.now(tx), clock.today(tx)) == (NOW, "2026-11-22")
        assert instant(clock.now_moment(tx)) == NOW
    with store.write() as tx:
        move_clock(tx, "2026-11-23T00:00:00Z")
        assert clock.now(tx) == "2026-11-23T00:00:00Z"
    with store.write() as tx, pytest.raises(SandboxError):
        clock.freeze(tx, NOW)
    store.close()


@pytest.mark.parametrize(
    ("current", "to", "may"),
    [
        ("2026-11-22T10:00:00Z", "2026-11-22T09:59:59Z", False),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z", False),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:01Z", True),
        ("2026-11-22T10:00:00Z", "2036-11-22T10:00:00Z", True),
        ("2026-11-22T10:00:00Z", "2036-11-22T10:00:01Z", False),
        ("2028-02-29T10:00:00Z", "2038-02-28T23:59:59Z", True),
        ("2028-02-29T10:00:00Z", "2038-03-01T00:00:00Z", False),
        ("8999-01-01T00:00:00Z", "8999-12-31T23:59:59Z", True),
        ("8999-01-01T00:00:00Z", "9000-01-01T00:00:00Z", False),
    ],
)
def test_the_api_moves_the_clock_forward_by_ten_years_at_most(current: str, to: str, may: bool) -> None:
    assert clock.may_move(moment(current), moment(to)) is may


def _filled_at(folder: Path, instant: datetime) -> AbstractContextManager[Store]:
    """A small file frozen at an instant."""
    return filled_store(
        folder / "x.db",
        customers=20,
        seed=1,
        now=instant,
        fresh=True,
        progress=lambda *_: None,
        wall_clock=lambda: instant,
    )


@pytest.mark.parametrize("year", [999, 2004, 9000, 9999])
def test_a_clock_outside_its_years_is_refused(tmp_path: Path, year: int) -> None:
    with pytest.raises(SandboxError, match=f"runs from 2005 to 8999, not in {year}"):
        _filled_at(tmp_path, datetime(year, 12, 31, 23, 59, tzinfo=UTC)).__enter__()


@pytest.mark.parametrize("year", [2005, 8999])
def test_the_first_and_the_last_year_can_be_billed(tmp_path: Path, year: int) -> None:
    with _filled_at(tmp_path, datetime(year, 1, 31, tzinfo=UTC)) as store, store.write() as tx:
        move_clock(tx, f"{year}-12-31T23:59:59Z")
        everything_holds(tx)


def frozen(tmp_path: Path, customers: int = 60) -> Store:
    store = small(tmp_path / "clock.db", customers=customers)
    with store.write() as tx:
        clock.freeze(tx, NOW)
    return store


def everything_holds(tx: Tx) -> None:
    for row in tx.all("SELECT id FROM customers"):
        account = repository.load(tx, row["id"])
        check_ledger(account)
        for invoice in account.invoices[-3:]:
            check_invoice(views.invoice(tx, invoice.id))
        status, text = account.customer.billing_status, account.customer.row
        repository.refresh_row(account, clock.now(tx))
        assert (account.customer.billing_status, account.customer.row) == (status, text)


def test_moving_the_clock_bills_renews_retries_and_logs_changes(tmp_path: Path) -> None:
    store = frozen(tmp_path)
    with store.write() as tx:
        anna = tx.all("SELECT id FROM customers ORDER BY no")[0]["id"]
        before = tx.number("SELECT count(*) FROM invoices")
        start = views.latest_change(tx)
        version = views.customer_row(tx, anna)["version"]
        move_clock(tx, "2026-12-22T10:42:00Z")
    with store.read() as tx:
        assert tx.number("SELECT count(*) FROM invoices") > before + 20
        assert tx.number("SELECT count(*) FROM customers WHERE next_event <= ?", (clock.now(tx),)) == 0
        everything_holds(tx)
        changed, last, more = views.changes(tx, start, 10_000)
        assert not more and last == views.latest_change(tx)
        assert [c["seq"] for c in changed] == sorted(c["seq"] for c in changed)
        assert {c["kind"] for c in changed} == {"customer", "invoice"}
        row = views.customer_row(tx, anna)
        assert row["version"] != version
        # four attempts in all on the old one, then the December invoice on top
        assert money(row["owed"][0]) > money({"amount": "98.00", "currency": "eur"})
        old = next(i for i in views.invoices(tx, customer_id=anna).rows if i["number"] == "INV-0042")
        assert len(views.invoice(tx, old["id"])["attempts"]) == 4
    store.close()


def test_moving_in_small_steps_comes_to_the_same(tmp_path: Path) -> None:
    """Except for save instants, ids and document numbers."""
    at_once, stepwise = frozen(tmp_path / "a"), frozen(tmp_path / "b")
    with at_once.write() as tx:
        move_clock(tx, "2027-01-25T00:00:00Z")
    for day in range(23, 30):
        with stepwise.write() as tx:
            move_clock(tx, f"2026-11-{day}T07:00:00Z")
    with stepwise.write() as tx:
        move_clock(tx, "2026-12-31T23:59:59Z")
        move_clock(tx, "2027-01-25T00:00:00Z")
    context = (
        "SELECT customer_id, date, due, currency, subtotal, discount, tax, total, credited"
        " FROM invoices ORDER BY customer_id, date, total"
    )
    with at_once.read() as one, stepwise.read() as two:
        assert [tuple(r) for r in one.all(context)] == [tuple(r) for r in two.all(context)]
        everything_holds(two)
    at_once.close()
    stepwise.close()


def test_billing_looks_only_at_customers_with_something_due(tmp_path: Path) -> None:
    store = frozen(tmp_path)
    with store.write() as tx:
        assert clock.bill_until(tx, NOW) == 0
        assert clock.bill_until(tx, "2026-12-10T00:00:00Z", limit=3) == 3
        plan = " ".join(
            row["detail"]
            for row in tx.all(
                "EXPLAIN QUERY PLAN SELECT id FROM customers WHERE next_event IS NOT NULL AND next_event <= ?"
                " ORDER BY next_event, no LIMIT ?",
                (NOW, 3),
            )
        )
        assert "customers_next_event" in plan and "SCAN customers" not in plan
    store.close()


# ── reading and saving ──
def test_a_save_without_a_change_writes_nothing(tmp_path: Path) -> None:
    store = frozen(tmp_path)
    before = digest(store)
    with store.write() as tx:
        for row in tx.all("SELECT id FROM customers"):
            account = repository.load(tx, row["id"])
            assert billing.advance(account, NOW) == 0
            assert repository.save(tx, account, NOW) is False
    assert digest(store) == before
    store.close()


def test_a_refund_raises_versions_and_is_logged(tmp_path: Path) -> None:
    store = frozen(tmp_path)
    with store.write() as tx:
        anna = tx.all("SELECT id FROM customers ORDER BY no")[0]["id"]
        account = repository.load(tx, anna)
        payment = next(p for p in reversed(account.payments) if p.status == "succeeded")
        invoice_id = payment.invoice_id
        assert invoice_id is not None
        versions = (account.customer.version, account.invoice(invoice_id).version)
        refund = refunds.create_refund(
            account, NOW, payment, 2240, actor=AGENT, reason="service_issue", ticket="ZD-1189",
            adjust_invoice=True, notify=True,
        )  # fmt: skip
        assert repository.save(tx, account, NOW)
    with store.read() as tx:
        invoice = views.invoice(tx, invoice_id)
        assert (invoice["refunded"]["amount"], invoice["refundable"]["amount"]) == ("22.40", "26.60")
        assert [n["to"] for n in invoice["credit_notes"]] == ["refund"]
        assert invoice["credit_notes"][0]["tax"]["amount"] == "3.58"
        assert invoice["emails"][-1] == {"at": NOW, "to": "ap@lumen.example", "what": "refund"}
        assert (views.customer_row(tx, anna)["version"], invoice["version"]) == (
            f"v{versions[0] + 1}",
            f"v{versions[1] + 1}",
        )
        changed, _, _ = views.changes(tx, 0)
        assert [(c["kind"], c["id"]) for c in changed] == [("invoice", invoice_id), ("customer", anna)]
        event = next(e for e in views.activity(tx, anna)[0] if e["kind"] == "payment")
        assert event["actor"] == {"kind": "agent", "name": "Jörg Müller"}
        assert (event["ticket"], event["reason"]) == ("ZD-1189", "service_issue")
        assert {"type": "refund", "id": refund.id, "label": None} in event["refs"]
    store.close()


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    store = frozen(tmp_path, 20)
    before = digest(store)

    def bill_and_break() -> None:
        with store.write() as tx:
            move_clock(tx, "2027-03-01T00:00:00Z")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bill_and_break()
    assert digest(store) == before
    store.close()


def test_an_unknown_id_is_not_found(seeded: Store) -> None:
    with seeded.read() as tx:
        for read in (views.customer_row, views.invoice, views.usage, views.activity):
            with pytest.raises(NotFound):
                read(tx, "Cust_nobody")
        for name in views.PARTS:
            with pytest.raises(NotFound):
                views.part(tx, "Cust_nobody", name)


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "x.db", wall_clock=at_now)
    with store.write() as tx:
        tx.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(SandboxError, match="--fresh"):
        Store(tmp_path / "x.db", wall_clock=at_now)
