"""Filters and ranking of cached customers, compared with plain Python; typos are corrected."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.support.customers import TODAY, customer, customers
from tests.unit.store.conftest import NOW, all_pages
from wbtui.models.customer import BillingStatus, Customer, Email
from wbtui.models.invoice import InvoiceState
from wbtui.models.money import Money
from wbtui.models.mrr import new_and_lost
from wbtui.models.payment import PaymentStatus
from wbtui.models.query.parser import parse
from wbtui.models.subscription import SubscriptionStatus
from wbtui.store import result_pages, writing
from wbtui.store.cache import Cache, open_cache
from wbtui.store.cache_columns import columns_of
from wbtui.store.cache_file import open_file
from wbtui.store.database import Connection, Database, Options
from wbtui.store.highlights import why
from wbtui.store.query_plan import DEFAULT_LIMITS, ScanLimits
from wbtui.store.scan import ResultCursor
from wbtui.store.search import compile_query

DAY = timedelta(days=1)


def _odd(number: int, row: Customer) -> Customer:
    """A customer with values that synthetic customers lack."""
    payment = row.latest_payment
    assert payment is not None
    failed = payment.model_copy(update={"status": PaymentStatus.FAILED, "at": NOW - (number % 3) * DAY})
    subscriptions = tuple(
        s.model_copy(
            update={
                # The first of several may have had its trial long ago.
                "trial_end": TODAY + (number % 9 - (300 if place == 0 and number % 4 == 0 else 0)) * DAY,
                "cancel_at": TODAY + (number % 11) * DAY,
            }
        )
        for place, s in enumerate(row.subscriptions)
    )
    state = InvoiceState.READY_FOR_PAYMENT if number % 2 else InvoiceState.VOIDED
    invoices = tuple(
        i.model_copy(update={"state": state, "open": i.total, "due": TODAY + (number % 5 - 2) * DAY})
        for i in row.latest_invoices or ()
    )
    return row.model_copy(
        update={
            "latest_payment": failed,
            "subscriptions": subscriptions,
            "latest_invoices": invoices,
            "refunds_pending": number % 3,
            "owed": (Money(number * 100, "eur"), Money(number * 50, "jpy")) if number % 4 else None,
            "updated_at": NOW - timedelta(minutes=number),
            "disputed": number % 7 == 0,
        }
    )


PEOPLE = [*customers(150), *(_odd(n, customer(n)) for n in range(200, 300))]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened, _ = open_file(Path(tmp_path_factory.mktemp("filters")) / "cache.db", Options(readers=1), NOW)
    opened.write_now(lambda tool: writing.set_currency(tool, "eur", NOW))
    opened.write_now(lambda tool: writing.put_customers(tool, PEOPLE, NOW))
    yield opened
    opened.close_now()


def _major(money: Money) -> float:
    return float(money.amount)


def _active(row: Customer) -> list[SubscriptionStatus]:
    return [s.status for s in row.subscriptions if s.status is SubscriptionStatus.ACTIVE]


def _ends(row: Customer) -> list[date]:
    return [s.cancel_at for s in row.subscriptions if s.cancel_at and s.status is SubscriptionStatus.ACTIVE]


def _trial(row: Customer) -> list[date]:
    """The ends of trials that no charge has followed yet."""
    return [
        s.trial_end
        for s in row.subscriptions
        if s.trial_end
        and s.status is SubscriptionStatus.ACTIVE
        and not (s.trial_end == row.updated_at.date() and s.next_charge and s.next_charge.date > s.trial_end)
    ]


def _renews(row: Customer) -> list[date]:
    return [s.next_charge.date for s in row.subscriptions if s.next_charge and s.status == "active"]


def _failed_on(row: Customer) -> date | None:
    payment = row.latest_payment
    return payment.at.date() if payment is not None and payment.status is PaymentStatus.FAILED else None


def _overdue(row: Customer) -> bool:
    late = row.overdue_since is not None and row.overdue_since < TODAY
    return late or any(i.overdue(TODAY) for i in row.latest_invoices or ())


def _due(row: Customer) -> list[date]:
    unpaid = ("ready_for_payment", "pending_validation")
    due = [i.due for i in row.latest_invoices or () if i.due and i.state in unpaid and i.open]
    return due + [row.overdue_since] if row.overdue_since else due


def _expiries(row: Customer) -> list[date]:
    """The last days of the active cards."""
    months = [m.expires for m in row.methods or () if m.expires and m.status == "active"]
    dated = [(int(month[:4]), int(month[5:7])) for month in months]
    return [date(year, month, monthrange(year, month)[1]) for year, month in dated]


def _eur(row: Customer) -> float:
    return sum(_major(m) for m in row.owed or () if m.currency == "eur")


def _owed(row: Customer) -> list[Money]:
    """What a customer owes; zero for one who owes nothing."""
    return [money for money in row.owed or () if money] or [Money(0, "eur")]


MEANING: dict[str, Callable[[Customer], bool]] = {
    "owes>100": lambda r: any(_major(m) > 100 for m in r.owed or ()),
    "owes>250,50": lambda r: any(_major(m) > 250.5 for m in r.owed or ()),
    "owes:jpy>1000": lambda r: any(_major(m) > 1000 for m in r.owed or () if m.currency == "jpy"),
    "owes:eur>230": lambda r: _eur(r) > 230,
    "owes:eur<230": lambda r: r.owed is not None and _eur(r) < 230,
    "owes<230": lambda r: r.owed is not None and any(_major(m) < 230 for m in _owed(r)),
    "owes=230": lambda r: any(_major(m) == 230 for m in r.owed or ()),
    "-owes<230": lambda r: r.owed is None or not any(_major(m) < 230 for m in _owed(r)),
    "owes<=0": lambda r: r.owed is not None and not any(r.owed),
    "owes=0": lambda r: r.owed is not None and not any(r.owed),
    "-owes>100": lambda r: not any(_major(m) > 100 for m in r.owed or ()),
    "mrr:jpy>0": lambda r: any(_major(m) > 0 for m in r.mrr or () if m.currency == "jpy"),
    "owes:jpy>0 owes:eur>0": lambda r: {"jpy", "eur"} <= {m.currency for m in r.owed or () if m},
    "mrr>=199": lambda r: any(_major(m) >= 199 for m in r.mrr or ()),
    "since:2025": lambda r: r.created.year == 2025,
    "since<300d": lambda r: r.created >= NOW - 300 * DAY,
    "since>2025-06-01": lambda r: r.created.date() > date(2025, 6, 1),
    "due<2026-11-22": lambda r: bool(_due(r)) and min(_due(r)) < TODAY,
    "lost:2026-10": lambda r: "2026-10" in new_and_lost(r)[1],
    "lost:unknown": lambda r: "unknown" in new_and_lost(r)[1],
    "new:2026-10,2026-09": lambda r: bool({"2026-10", "2026-09"} & new_and_lost(r)[0]),
    "renews<7d": lambda r: bool(_renews(r)) and TODAY <= min(_renews(r)) <= TODAY + 7 * DAY,
    "ends<7d": lambda r: bool(_ends(r)) and TODAY <= min(_ends(r)) <= TODAY + 7 * DAY,
    "trial<7d": lambda r: any(TODAY <= day <= TODAY + 7 * DAY for day in _trial(r)),
    "trial<2026-12": lambda r: any(TODAY <= day <= date(2026, 11, 30) for day in _trial(r)),
    "changed<4h": lambda r: r.updated_at >= NOW - timedelta(hours=4),
    "subscriptions>1": lambda r: len(_active(r)) > 1,
    "subscriptions=0": lambda r: not _active(r),
    "refunds>1": lambda r: (r.refunds_pending or 0) > 1,
    "sub:canceled": lambda r: any(s.status == "canceled" for s in r.subscriptions),
    "invoice:voided": lambda r: any(i.state == "voided" for i in r.latest_invoices or ()),
    "invoice:overdue": _overdue,
    "invoice:overdue,voided": lambda r: _overdue(r) or r.latest_invoices[0].state == "voided",  # type: ignore[index]
    "payment:failed": lambda r: _failed_on(r) is not None,
    "payment:failed_today": lambda r: _failed_on(r) == TODAY,
    "card:expired": lambda r: any(m.expired(TODAY) for m in r.methods or ()),
    "card:expiring": lambda r: any(m.expiring(TODAY) for m in r.methods or ()),
    "expires<30d": lambda r: any(TODAY <= d <= TODAY + 30 * DAY for d in _expiries(r)),
    "expires<400d": lambda r: any(TODAY <= d <= TODAY + 400 * DAY for d in _expiries(r)),
    "-expires<90d": lambda r: not any(TODAY <= d <= TODAY + 90 * DAY for d in _expiries(r)),
    "expires>1000d": lambda r: any(d > TODAY + 1000 * DAY for d in _expiries(r)),
    "expires>2027-03 expires<2029-11": lambda r: (
        any(d > date(2027, 3, 31) for d in _expiries(r))
        and any(TODAY <= d < date(2029, 11, 1) for d in _expiries(r))
    ),
    "expires<today": lambda r: any(d < TODAY for d in _expiries(r)),
    "past due": lambda r: r.billing_status == "past_due",
    "no plan": lambda r: r.billing_status == "none",
    "trialing country:de": lambda r: (
        r.billing_status == "trialing" and r.address is not None and r.address.country == "DE"
    ),
    "disputed": lambda r: bool(r.disputed),
    "trial": lambda r: r.billing_status == "trialing",
    "cancelled": lambda r: r.billing_status in ("canceling", "ended"),
    "germany": lambda r: r.address is not None and r.address.country == "DE",
    "country:de,at": lambda r: r.address is not None and r.address.country in ("DE", "AT"),
    "-country:Germany": lambda r: r.address is None or r.address.country != "DE",
    "has:notes": lambda r: bool(r.notes),
    "has:dispute": lambda r: bool(r.disputed),
    "has:usage_alert,vat": lambda r: bool(r.usage_alert or r.vat_id),
    "owes>100 is:active -plan:free": lambda r: (
        any(_major(m) > 100 for m in r.owed or ())
        and r.billing_status == "active"
        and all(s.plan != "Free" or s.status == "canceled" for s in r.subscriptions)
    ),
}


def _find(database: Database, text: str, limits: ScanLimits = DEFAULT_LIMITS) -> list[str]:
    query = parse(text, now=NOW)
    assert query.problems == ()
    cursor = ResultCursor(compile_query(query), "0", limits=limits)

    def work(connection: Connection) -> list[str]:
        found = all_pages(connection, cursor)
        assert result_pages.total(connection, cursor) == len(found)
        sql = "SELECT id FROM customers WHERE n = ?"
        return [connection.execute(sql, (n,)).fetchone()[0] for n in found]

    return database.read_now(work)


@pytest.mark.parametrize("text", MEANING)
def test_a_filter_finds_what_plain_python_finds(database: Database, limits: ScanLimits, text: str) -> None:
    wanted = {row.id for row in PEOPLE if MEANING[text](row)}
    assert set(_find(database, text, limits)) == wanted
    assert 0 < len(wanted) < len(PEOPLE)


def test_the_end_of_a_trial_is_that_of_the_subscription_still_in_it() -> None:
    """Plain Wingback tells no time of the last change: starts do."""
    old, new = (customer(1).subscriptions[0].model_copy(update={"status": SubscriptionStatus.ACTIVE}),) * 2
    old = old.model_copy(update={"start": TODAY - 300 * DAY, "trial_end": TODAY - 286 * DAY})
    new = new.model_copy(update={"start": TODAY - 3 * DAY, "trial_end": TODAY + 11 * DAY})
    created = NOW - 300 * DAY
    row = customer(1).model_copy(
        update={"subscriptions": (old, new), "created": created, "updated_at": created}
    )
    assert columns_of(row, None).trial == (TODAY + 11 * DAY).toordinal()


# ── ranking ──
@pytest.fixture
async def named(folder: Path, limits: ScanLimits) -> AsyncIterator[Cache]:
    cache = await open_cache(folder / "cache.db", clock=lambda: NOW, limits=limits)
    names = ["Umbra Foods", "[/foo] Ltd", "Zoo Foo", "Aaron Foodie", "Bert", "Foo"]
    rows = [customer(k).model_copy(update={"name": name, "metadata": {}}) for k, name in enumerate(names)]
    rows[4] = rows[4].model_copy(update={"emails": (Email(label="main", address="foo@bert.example"),)})
    await cache.put_customers(rows, NOW)
    yield cache
    await cache.close()


async def _names(cache: Cache, text: str) -> list[str | None]:
    return [row.value.name for row in (await cache.window(parse(text, now=NOW), 0, 20)).rows]


async def test_the_best_match_comes_first_in_results_of_any_size(named: Cache) -> None:
    assert await _names(named, "foo") == [
        "Foo", "Zoo Foo", "[/foo] Ltd", "Aaron Foodie", "Umbra Foods", "Bert",
    ]  # fmt: skip
    assert (await _names(named, "foo@bert.example"))[0] == "Bert"
    assert (await _names(named, customer(2).id))[0] == "Zoo Foo"
    by_name = await _names(named, "foo sort:name")
    assert by_name == ["Aaron Foodie", "Bert", "Foo", "Umbra Foods", "Zoo Foo", "[/foo] Ltd"]


# ── typos ──
@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("xylophonax", None), ("xylphonax", "xylophonax"), ("xylophonaxx", "xylophonax"),
        ("yxlophonax", "xylophonax"), ("xylofhonax", "xylophonax"), ("cylophonax", "xylophonax"),
        ("Wischnewskj", "wischnewski"), ("иваноа", "иванов"),
        ("ив\u0061нов", "иванов"),
    ],
)  # fmt: skip
async def test_one_typo_is_corrected_and_reported(cache: Cache, typed: str, used: str | None) -> None:
    wanted = customer(1).model_copy(update={"name": "Xylophonax Wischnewski Иванов"})
    await cache.put_customers([wanted, *customers(30, seed=7)], NOW)
    query = parse(typed)
    window = await cache.window(query, 0, 5)
    assert wanted.id in [row.value.id for row in window.rows]
    assert [one for _, one in window.corrected] == ([used] if used else [])
    matches = why(query, wanted)
    assert any(match.field == "name" and match.near == bool(used) and match.spans for match in matches)
    assert await cache.count(query) == len(window.rows)
    assert await cache.position_of(query, wanted.id) is not None
    assert await cache.members(query, [wanted.id, customer(2).id, "nobody"]) == {wanted.id}


async def test_all_customers_with_the_corrected_word_are_listed(folder: Path, limits: ScanLimits) -> None:
    cache = await open_cache(folder / "cache.db", clock=lambda: NOW, limits=limits)
    names = [f"Zorblen {number}" for number in range(60)] + [f"Zorbley {number}" for number in range(60)]
    rows = [customer(n).model_copy(update={"name": name}) for n, name in enumerate(names)]
    await cache.put_customers(rows, NOW)
    try:
        for text, used in (("zorbeln", "zorblen"), ("zobrlen", "zorblen"), ("zorbely", "zorbley")):
            query = parse(text)
            first = await cache.window(query, 0, 3)
            assert first.corrected == ((text, used),)
            assert await cache.count(query) == 60
            found = {row.value.name for row in (await cache.window(query, 0, 100)).rows}
            assert found == {name for name in names if used in name.casefold()}
            members = await cache.members(query, [row.id for row in rows])
            assert members == {row.id for row in rows if used in (row.name or "").casefold()}
    finally:
        await cache.close()


async def test_a_typo_beside_a_correct_word_and_a_filter(cache: Cache) -> None:
    wanted = customer(1).model_copy(update={"name": "Anna Zorgal"})
    await cache.put_customers([wanted, customer(2).model_copy(update={"name": "Bert Zorgal"})], NOW)
    status = wanted.billing_status.value
    window = await cache.window(parse(f"zorgla anna is:{status}"), 0, 5)
    assert [row.value.id for row in window.rows] == [wanted.id]
    assert window.corrected == (("zorgla", "zorgal"),)


async def test_words_that_somebody_has_are_not_corrected_where_a_filter_leaves_nobody(cache: Cache) -> None:
    names = ("Zorgal One", "Zorgel Two")
    rows = [customer(n).model_copy(update={"name": name}) for n, name in enumerate(names, start=1)]
    statuses = (BillingStatus.ACTIVE, BillingStatus.FROZEN)
    rows = [one.model_copy(update={"billing_status": s}) for one, s in zip(rows, statuses, strict=True)]
    await cache.put_customers(rows, NOW)
    for text, found in (("zorgal is:frozen", []), ("zorgla is:frozen", []), ("zorgal", [rows[0].id]),
                        ("zorgle is:frozen", [rows[1].id])):  # fmt: skip
        window = await cache.window(parse(text), 0, 5)
        assert [row.value.id for row in window.rows] == found, text


@pytest.mark.parametrize("vat_id", ["DE123456789", "DE 123 456 789", "DE123.456.789"])
@pytest.mark.parametrize("typed", ["DE 123 456 789", "de123 456", "DE-123.456.789", "de123456789", "3456789"])
async def test_a_vat_id_is_found_however_it_is_grouped(cache: Cache, vat_id: str, typed: str) -> None:
    row = customer(7).model_copy(update={"vat_id": vat_id})
    await cache.put_customers([row, customer(8)], NOW)
    assert [one.value.id for one in (await cache.window(parse(typed), 0, 5)).rows] == [row.id]
    assert "VAT id" in {match.field for match in why(parse(typed), row)}


async def test_a_country_is_found_by_its_other_names(cache: Cache) -> None:
    row = customer(7)
    assert row.address is not None
    dutch = row.model_copy(update={"address": row.address.model_copy(update={"country": "NL"})})
    await cache.put_customers([dutch, customer(8)], NOW)
    for typed in ("holland", "Nederland", "Netherlands", "nl"):
        assert [one.value.id for one in (await cache.window(parse(typed), 0, 5)).rows] == [row.id]
    assert [(match.field, match.text) for match in why(parse("holland"), dutch)] == [
        ("country", "Netherlands")
    ]


async def test_numbers_are_never_corrected(cache: Cache) -> None:
    await cache.put_customers([customer(7)], NOW)
    assert (await cache.window(parse("INV-000007-1"), 0, 5)).rows
    for typed in ("INV-000008-1", "zzzzzzzz", "x", "qq"):
        window = await cache.window(parse(typed), 0, 5)
        assert (window.rows, window.corrected) == ((), ())


# ── highlights ──
def test_highlights_name_the_fields() -> None:
    row = customer(7).model_copy(update={"notes": "Prefers fax", "vat_id": "DE811907980"})
    invoice = (row.latest_invoices or ())[0]
    invoice = invoice.model_copy(update={"total": Money(4900, "eur"), "open": Money(4900, "eur")})
    row = row.model_copy(update={"latest_invoices": (invoice,)})
    assert row.address is not None

    def seen(text: str) -> set[tuple[str, str]]:
        return {(m.field, m.text[a:b]) for m in why(parse(text), row) for a, b in m.spans}

    assert ("invoice", "INV-000007-0") in seen("inv-000007-0")
    assert (f"invoice {invoice.number}", "€49.00") in seen("49,00")
    assert (f"invoice {invoice.number}", "€49.00") in seen("€49")
    assert seen("49.00 EUR") == seen("€49.00")
    assert ("note", "fax") in seen("fax")
    assert ("VAT id", "DE8119") in seen("de8119")
    assert ("city", row.address.city) in seen(row.address.city)
    assert ("card", (row.methods or ())[0].last_digits) in seen((row.methods or ())[0].last_digits)
    assert ("card", "visa") in seen("visa")
    late = row.model_copy(update={"billing_status": BillingStatus.PAST_DUE})
    assert [(m.field, m.text) for m in why(parse("past due"), late)] == [("status", "past due")]
    new = row.model_copy(update={"billing_status": BillingStatus.NONE})
    assert [(m.field, m.text) for m in why(parse("No plan"), new)] == [("status", "no plan")]
    # Of a number typed as one, fields that have only its first part did not match.
    named = row.model_copy(update={"name": "Inva Krüger"})
    assert "name" not in {m.field for m in why(parse("inv-000007-0"), named)}
    assert ("invoice id", invoice.id[-6:]) in seen(invoice.id[-6:])


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Top 10 Records", "top 10"),
        ("Top Gear 10", "10 top"),
        ("All 4 Pets", "all 4 pets"),
        ("No Plan B", "no plan b"),
    ],
)
async def test_a_name_that_reads_like_an_amount_or_a_status_is_found(
    cache: Cache, name: str, typed: str
) -> None:
    await cache.put_customers([customer(1).model_copy(update={"name": name}), customer(2)], NOW)
    assert [row.value.name for row in (await cache.window(parse(typed), 0, 5)).rows] == [name]
