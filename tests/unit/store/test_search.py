"""What a search finds by each plan; no text breaks it; pages equal a plain sort."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.customers import customer, customers
from tests.support.examples import examples
from tests.unit.store.conftest import NOW, all_pages
from wbtui.models.customer import BillingStatus, Customer, CustomerStatus, Email
from wbtui.models.folding import fold_chunk, squash
from wbtui.models.money import Money
from wbtui.models.query.filters import SORTS
from wbtui.models.query.parser import parse
from wbtui.models.query.terms import Query, Sort
from wbtui.models.subscription import SubscriptionStatus
from wbtui.store import result_pages, scan, writing
from wbtui.store.cache_columns import columns_of
from wbtui.store.cache_file import open_file
from wbtui.store.database import Connection, Database, Options
from wbtui.store.query_plan import DEFAULT_LIMITS, ScanLimits, ScanPlan, ScanStats
from wbtui.store.scan import ResultCursor
from wbtui.store.search import compile_query, order_of
from wbtui.store.search_terms import LAST, current_subscriptions
from wbtui.store.sql_query import CompiledQuery
from wbtui.ui.format import plan_phrase

HOSTILE = [
    "[/foo] Ltd",
    "ACME [UK] plc",
    "=pfree =bfrozen",
    "NEAR AND OR NOT",
    "O'Brien",
    "x" * 300,
    "",
    "山田太郎",
]
PEOPLE: list[Customer] = [
    *customers(400),
    *(customer(1000 + k).model_copy(update={"name": name}) for k, name in enumerate(HOSTILE)),
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = Path(tmp_path_factory.mktemp("search")) / "cache.db"
    opened, _ = open_file(path, Options(readers=1), NOW)
    opened.write_now(lambda tool: writing.set_currency(tool, "eur", NOW))
    opened.write_now(lambda tool: writing.put_customers(tool, PEOPLE, NOW))
    yield opened
    opened.close_now()


def _ids(connection: Connection, numbers: list[int]) -> list[str]:
    sql = "SELECT id FROM customers WHERE n = ?"
    return [connection.execute(sql, (n,)).fetchone()[0] for n in numbers]


def find(database: Database, query: Query, limits: ScanLimits = DEFAULT_LIMITS) -> list[str]:
    """Return all ids in order."""

    def work(connection: Connection) -> list[str]:
        cursor = ResultCursor(compile_query(query), "0", limits=limits)
        return _ids(connection, all_pages(connection, cursor))

    return database.read_now(work)


# ── the same search in plain Python ──
def _texts(row: Customer) -> list[str]:
    """All texts that typed words match."""
    texts = [row.name or "", row.reference or "", row.vat_id or "", row.notes or ""]
    texts += (
        [e.address for e in row.emails]
        + [s.plan for s in current_subscriptions(row)]
        + list(row.metadata.values())
    )
    texts += [m.last_digits for m in row.methods or ()] + [i.number for i in row.latest_invoices or ()]
    if row.address is not None:
        names = {"DE": "Germany", "AT": "Austria", "CH": "Switzerland", "NO": "Norway", "ES": "Spain"}
        code = row.address.country
        texts += [row.address.city, row.address.zip, code, names.get(code, "Japan")]
    return texts


def _amounts(row: Customer) -> list[Money]:
    found = [i.total for i in row.latest_invoices or ()]
    found += [i.open for i in row.latest_invoices or () if i.open is not None]
    return found + ([row.latest_payment.money] if row.latest_payment is not None else [])


def _begins(row: Customer, typed: str) -> bool:
    if (amount := re.fullmatch(r"(€?)(\d+)[.,](\d\d)|€(\d+)", typed)) is not None:
        wanted = Decimal(f"{amount[2]}.{amount[3]}" if amount[2] else amount[4])
        of = [m for m in _amounts(row) if m.currency == "eur" or not typed.startswith("€")]
        if any(bool(m) and Decimal(m.amount) == wanted for m in of):
            return True
        literal = " ".join(fold_chunk(typed))
        texts = [" ".join(w for piece in text.split() for w in fold_chunk(piece)) for text in _texts(row)]
        return any(f" {literal} " in f" {text} " for text in texts)
    parts = fold_chunk(typed)
    fields = _texts(row)
    pieces = [fold_chunk(piece) for field in fields for piece in field.split()]
    words = [word for piece in pieces for word in (*piece, "".join(piece)[:64])]
    # O'Brien is one word too.
    words += [
        word for field in fields for piece in field.replace("'", "").split() for word in fold_chunk(piece)
    ]
    ids = [squash(i) for i in (row.id, *(s.id for s in row.subscriptions))]
    ids += [squash(i.id) for i in row.latest_invoices or ()]
    ids += [squash(row.latest_payment.id)] if row.latest_payment is not None else []
    joined = "".join(parts)[:64]
    *firsts, last = parts or ("",)
    apart = any(w.startswith(last) for w in (*words, *ids)) and all(
        any(w == part if len(part) > 3 else w.startswith(part) for w in (*words, *ids)) for part in firsts
    )
    ends = len(joined) >= 4 and any(i[-8:].endswith(joined[-8:]) for i in ids)
    return any(w.startswith(joined) for w in (*words, *ids)) or apart or ends


def _holds(row: Customer, query: Query) -> bool:
    facts = {
        "plan": {squash(s.plan) for s in current_subscriptions(row)},
        "is": {row.billing_status.value},
        "status": {row.status.value},
    }
    for wanted in query.filters:
        values = {squash(v) if wanted.name == "plan" else v for v in wanted.values}
        if bool(values & facts[wanted.name]) == wanted.negated:
            return False
    return all(_begins(row, word) for word in query.words)


_PAYMENT = PEOPLE[4].latest_payment
assert _PAYMENT is not None
TEXTS = [
    "", "a", "m", "an", "anna", "anna schmidt", "schmidt anna", "muller", "Müller", "MUELLER", "o'brien",
    "obrien", "o brien", "annalena", "anna-lena", "plan:pro", "plan:pro,business", "-plan:free",
    "plan:scale-plus", 'plan:"scale plus" anna', "is:past_due", "is:past_due,frozen", "status:frozen",
    "-status:active -is:active", "is:active -plan:free,pro m", "lum-7", "LUM-77", "lumen", "example", "山田",
    "=pfree", "near", "acme uk", "zzzz",
    "49.00", "49,00", "€49", "€49.00 anna", "berlin", "10119", "germany", "switz m", "cfo", "INV-000007-1",
    "inv-000007", "prefers e-mail", "4242", "de", PEOPLE[0].vat_id or "DE",
    (PEOPLE[9].methods or ())[0].last_digits,
    (PEOPLE[4].latest_invoices or ())[1].id[-7:], _PAYMENT.id[:9], PEOPLE[6].subscriptions[0].id,
    PEOPLE[3].id, PEOPLE[3].id[:9], PEOPLE[3].id[-6:], PEOPLE[5].emails[0].address, "x" * 80,
]  # fmt: skip


@cache
def _expected(text: str) -> frozenset[str]:
    query = parse(text)
    return frozenset(row.id for row in PEOPLE if _holds(row, query))


@pytest.mark.parametrize("text", TEXTS)
def test_a_search_finds_what_plain_python_finds(database: Database, limits: ScanLimits, text: str) -> None:
    assert set(find(database, parse(text), limits)) == _expected(text)


def test_the_texts_above_find_somebody() -> None:
    found = {text: len(_expected(text)) for text in TEXTS}
    assert {text for text, hits in found.items() if not hits} <= {"=pfree", "zzzz", "10119", "4242"}
    assert found["49.00"] == found["49,00"] >= found["€49"] > found["€49.00 anna"] > 0
    assert found["muller"] == found["Müller"] == found["MUELLER"] > 0
    assert found["o'brien"] == found["obrien"] > 0
    assert found[PEOPLE[3].id[-6:]] == 1


def test_a_phrase_needs_its_words_side_by_side(database: Database, limits: ScanLimits) -> None:
    row = next(r for r in PEOPLE if len((r.name or "").split()) == 2 and (r.name or "").isascii())
    first, last = (row.name or "").split()
    assert row.id in find(database, parse(f'"{first} {last}"'), limits)
    assert row.id in find(database, parse(f'"{first} {last[:3]}'), limits)
    assert row.id not in find(database, parse(f'"{last} {first}"'), limits)


def test_a_name_cannot_imitate_a_tag() -> None:
    imitating = next(row for row in PEOPLE if row.name == "=pfree =bfrozen")
    honest = imitating.model_copy(update={"subscriptions": (), "billing_status": BillingStatus.NONE})
    assert honest.status is not CustomerStatus.UNKNOWN
    assert " =pfree " not in columns_of(honest, None).text


def _try(connection: Connection, text: str) -> None:
    """No error whatever was typed, and the same rows by every plan."""
    # By name: a short result of words without an order is ranked, which a scan does not do.
    compiled = compile_query(replace(parse(text, now=NOW), sort=Sort("name")))
    cursor = ResultCursor(compiled, "0")
    rows = result_pages.numbers(connection, cursor, 0, 5)
    total = result_pages.total(connection, cursor)
    for plan in ScanPlan:
        other = _cursor(connection, compiled, plan)
        assert rows == result_pages.numbers(connection, other, 0, 5), (text, plan)
    assert len(rows) == min(5, total), text


def _cursor(connection: Connection, compiled: CompiledQuery, plan: ScanPlan) -> ResultCursor:
    """A cursor that reads its first page by `plan`, where the query has candidates."""
    source, _ = scan.smallest_source(connection, compiled, DEFAULT_LIMITS)
    known = ScanStats(failed=ScanPlan.SHORT_SCAN, matched=1, has_candidates=source is not None)
    stats = {
        ScanPlan.SHORT_SCAN: ScanStats(),
        ScanPlan.CANDIDATE_SCAN: known,
        ScanPlan.SORT_CANDIDATES: replace(known, failed=ScanPlan.CANDIDATE_SCAN, candidates=0),
        ScanPlan.FULL_SCAN: replace(known, has_candidates=False),
    }[plan]
    cursor = ResultCursor(compiled, "0", is_prepared=True, stats=dict.fromkeys((False, True), stats))
    cursor.candidates = source if stats.has_candidates else None
    return cursor


_SIGNS = "anAN:\"'*^()-+{}[]\\;%_=|\x00 plisus,ü山🎉\u202e\ud800"
_COMPARING = ["owes>1", "-owes>1", "owes:eur>=0,5", "mrr<9", "since>2024", "renews<7d", "changed<1y",
    "refunds=0",
    "subscriptions>1", "card:expired", "invoice:overdue,paid", "owes>", "owes:eur>x", "since:20251", "a>b",
    "payment:failed_today", "-mrr:usd>2", "trial<7d"]  # fmt: skip
_WORDS = [
    *TEXTS,
    *_COMPARING,
    "NEAR(",
    "a*",
    "^b",
    "-",
    '"',
    "plan:",
    "' OR 1=1 --",
    "{",
    "text:a",
    "a AND",
    "is:",
    "NOT",
]


@settings(max_examples=examples(100))
@given(
    text=st.text(max_size=40) | st.text(_SIGNS, max_size=40) | st.lists(st.sampled_from(_WORDS)).map(" ".join)
)
def test_no_text_breaks_a_search(database: Database, text: str) -> None:
    database.read_now(lambda connection: _try(connection, text))


@pytest.mark.date_free
def test_thousands_of_random_texts_break_nothing(database: Database) -> None:
    chance = random.Random(20261122)

    def work(connection: Connection) -> None:
        for _ in range(2_000):
            if chance.random() < 0.3:
                text = " ".join(chance.choices(_WORDS, k=chance.randrange(6)))
            elif chance.random() < 0.5:
                text = "".join(chance.choices(_SIGNS, k=chance.randrange(40)))
            else:
                text = "".join(chr(chance.randrange(0x11000)) for _ in range(chance.randrange(20)))
            _try(connection, text)

    database.read_now(work)


def test_the_order_by_plan_follows_the_plan_that_lists_show() -> None:
    """A subscription without a day on which it starts is not shown; `plan:` finds it all the same."""
    anna = next(row for row in PEOPLE if row.running)
    pending, later = (
        anna.running[0].model_copy(update={"id": plan, "plan": plan, "status": status, "start": start})
        for plan, status, start in (
            ("Pro", SubscriptionStatus.PENDING, None),
            ("Team", SubscriptionStatus.SCHEDULED, date(2031, 1, 1)),
        )
    )
    for subscriptions, plan in (((pending,), ""), ((pending, later), "team")):
        row = anna.model_copy(update={"subscriptions": subscriptions})
        columns = columns_of(row, None)
        assert (columns.plan_sort_asc, columns.plan_sort_desc) == (plan or LAST, plan)
        assert plan_phrase(row)[0].casefold().startswith(plan or "–")


def test_ten_thousand_characters_are_fine(database: Database) -> None:
    for text in ("a " * 5_000, '"' * 10_000, "a" * 10_000, "-" * 10_000, "plan:" * 2_000, "a,b" * 3_333):
        find(database, parse(text))


# ── pages ──
COLUMNS = {row.id: columns_of(row, "eur") for row in PEOPLE}


def _key(row: Customer, sort: Sort | None) -> tuple[Any, ...]:
    columns = COLUMNS[row.id]
    values = tuple(getattr(columns, name) for name in order_of(sort).columns)
    # Rows without an amount or a day are last in both orders.
    return tuple(
        2**63 if value == "" and name != "plan_sort_desc" else value
        for value, name in zip(values, order_of(sort).columns, strict=True)
    )


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("field", SORTS)
def test_every_order_is_a_plain_sort(
    database: Database, limits: ScanLimits, field: str, descending: bool
) -> None:
    sort = Sort(field, descending)
    by_id = {row.id: row for row in PEOPLE}
    for text in ("", "a", "is:active", "-plan:free"):
        query = Query(parse(text).words, parse(text).filters, sort)
        keys = [_key(by_id[i], sort) for i in find(database, query, limits)]
        assert keys == sorted(keys, reverse=order_of(sort).descending)


@settings(max_examples=examples(30))
@given(
    seed=st.integers(0, 2**32),
    text=st.sampled_from(
        [
            "",
            "a",
            "is:active",
            "-plan:free",
            "sort:-owes",
            "sort:status a",
            "sort:-since",
            "owes>1",
            "since>2024",
        ]
    ),
    mode=st.sampled_from([None, *ScanPlan]),
    counted=st.booleans(),
)
def test_pages_in_any_order_equal_slices(
    database: Database, seed: int, text: str, mode: ScanPlan | None, counted: bool
) -> None:
    compiled = compile_query(parse(text, now=NOW))
    chance = random.Random(seed)

    def work(connection: Connection) -> None:
        def cursor_of() -> ResultCursor:
            return ResultCursor(compiled, "0") if mode is None else _cursor(connection, compiled, mode)

        whole = result_pages.numbers(connection, cursor_of(), 0, 10_000)
        assert len(set(whole)) == len(whole)
        cursor = cursor_of()
        if counted:
            assert result_pages.total(connection, cursor) == len(whole)
        for _ in range(12):
            start, size = chance.randrange(len(whole) + 20), chance.randrange(60)
            assert result_pages.numbers(connection, cursor, start, size) == whole[start : start + size]
            n = chance.choice(whole)
            assert result_pages.position(connection, cursor, n) == whole.index(n)

    database.read_now(work)


def test_anchors_stay_bounded(database: Database) -> None:
    cursor = ResultCursor(compile_query(parse("")), "0", limits=ScanLimits(anchors=16))

    def work(connection: Connection) -> None:
        whole = result_pages.numbers(connection, ResultCursor(cursor.compiled, "0"), 0, 10_000)
        for start in range(0, len(whole), 3):
            assert result_pages.numbers(connection, cursor, start, 3) == whole[start : start + 3]
            assert len(cursor.positions) <= 16
            assert sorted(cursor.keys) == cursor.positions

    database.read_now(work)


def test_a_scan_uses_the_index_of_the_order(database: Database) -> None:
    """SQLite neither sorts the whole result nor scans the whole table."""
    for field in SORTS:
        for descending in (False, True):
            cursor = ResultCursor(compile_query(Query(sort=Sort(field, descending))), "0")
            order = cursor.compiled.order

            def work(connection: Connection, cursor: ResultCursor = cursor) -> list[str]:
                seen: list[str] = []
                connection.set_trace_callback(seen.append)
                first = result_pages.numbers(connection, cursor, 0, 10)
                result_pages.numbers(connection, cursor, 30, 10)
                connection.set_trace_callback(None)
                assert first
                return [
                    str(row[3]) for sql in seen for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")
                ]

            plan = database.read_now(work)
            assert plan
            assert all(order.index in step for step in plan), plan
            assert not any("TEMP B-TREE" in step for step in plan), plan


def test_equal_names_and_e_mails_do_not_confuse_positions(tmp_path: Path) -> None:
    twins = [
        customer(k).model_copy(
            update={"name": "Same Name", "emails": (Email(label="main", address="same@x.example"),)}
        )
        for k in range(50)
    ]
    opened, _ = open_file(tmp_path / "cache.db", Options(), NOW)
    opened.write_now(lambda tool: writing.put_customers(tool, twins, NOW))
    cursor = ResultCursor(compile_query(parse("")), "0")

    def work(connection: Connection) -> list[int]:
        return [n for start in range(0, 50, 7) for n in result_pages.numbers(connection, cursor, start, 7)]

    assert len(set(opened.read_now(work))) == 50
    opened.close_now()
