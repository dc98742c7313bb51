"""A sync against a server that refuses cursors, never ends, changes meanwhile or sends unreadable rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.services.test_expiry import Days, move_server
from tests.support.opened import opened, until
from tests.support.patience import PATIENCE
from tests.support.sandbox import CUSTOMERS, Sandbox
from tests.unit.api.extension import ROW
from tests.unit.api.mock import DISCOVERY, KEY, ORIGIN, MockServer, answer, client
from wbtui import errors
from wbtui.api.port import BillingAPI
from wbtui.cli.output import warn_skipped
from wbtui.models.page import Page, SkippedRow
from wbtui.models.parts import INVOICES
from wbtui.services.progress import SyncPhase, SyncProgress
from wbtui.services.sync_run import FEED_REFUSED, RETRIES_PER_RUN, STILL_CHANGING
from wbtui.settings import Settings

REFUSED = "The server refused to continue the list of {}. It is fetched from the start."
SMALL = Settings(agent="jo", sync_rate=1000, page_size=20)
NO_CHANGES = {"changes": [], "next": "feed-1", "more": False}


def rows(count: int) -> list[dict[str, Any]]:
    return [{**ROW, "id": f"Cust_{number}", "name": f"Customer {number}"} for number in range(count)]


def listed(request: httpx.Request, found: list[dict[str, Any]], **members: Any) -> httpx.Response:
    """Return a page of the snapshot: these customers, or no invoices."""
    if request.url.params["kind"] == "invoices":
        return answer({"rows": [], "next": None, "total": 0})
    return answer({"rows": found, "next": None, "total": len(found), "changes_cursor": "feed-0", **members})


def billing(snapshot: Callable[[httpx.Request], httpx.Response], changes: Any = NO_CHANGES) -> MockServer:
    return MockServer(
        {
            "GET /x/v1": answer(DISCOVERY),
            "GET /x/v1/snapshot": snapshot,
            "GET /x/v1/changes": answer(changes),
            "GET /x/v1/plans": answer([]),
        }
    )


def api(server: MockServer) -> Callable[[], BillingAPI]:
    return lambda: client(server)


# ── cursors ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("cursor", ["loop", "c" * 70_000, "invoices"])
@pytest.mark.parametrize("kind", ["customers", "invoices"])
async def test_a_refused_cursor_starts_the_list_anew(
    sandbox: Sandbox, tmp_path: Path, kind: Any, cursor: str
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path, settings=SMALL) as services:
        if cursor == "invoices":
            other = "customers" if kind == "invoices" else "invoices"
            params = {"kind": other, "limit": "20"}
            async with httpx.AsyncClient(headers=sandbox.headers, verify=False, timeout=PATIENCE) as direct:
                cursor = (await direct.get(f"{sandbox.url}/x/v1/snapshot", params=params)).json()["next"]
        await services.sync.run()
        await services.cache.put_sync_page(kind, Page((), cursor), services.now(), restart=True)
        report = await services.sync.run()
        assert (report.customers, report.message) == (CUSTOMERS, REFUSED.format(kind))
        assert report.invoices > CUSTOMERS
        again = await services.sync.run()
        assert (again.full, again.message) == (False, "")


async def test_a_list_that_is_refused_from_the_start_too_is_the_fault_of_the_server(tmp_path: Path) -> None:
    refused = answer({"error": {"code": "invalid", "message": "?", "fields": {"cursor": "unknown"}}}, 422)

    def snapshot(request: httpx.Request) -> httpx.Response:
        return refused if "cursor" in request.url.params else listed(request, rows(3), next="loop")

    async with opened(ORIGIN, KEY, tmp_path, make_api=api(billing(snapshot))) as services:
        with pytest.raises(errors.BadAnswer, match="refuses to continue the list of customers, also from"):
            await services.sync.run()


async def test_the_background_sync_tells_why_it_starts_anew(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path, settings=SMALL) as services:
        await services.sync.run()
        await services.cache.put_sync_page("customers", Page((), "loop"), services.now(), restart=True)
        messages: list[str] = []
        services.sync.refetched.subscribe(messages.append)
        services.sync.start_following()
        await until(services.sync.changed, lambda: services.sync.progress.phase is SyncPhase.FOLLOWING)
        assert messages == [REFUSED.format("customers")]


async def test_cursors_that_lead_back_are_not_followed_again(tmp_path: Path) -> None:
    loops = True

    def snapshot(request: httpx.Request) -> httpx.Response:
        cursor = request.url.params.get("cursor")
        if not loops:
            return listed(request, rows(3))
        number = int(cursor or 0)
        return listed(request, rows(9)[number : number + 3], total=9, next={0: "3", 3: "6", 6: "3"}[number])

    server = billing(snapshot)
    async with opened(ORIGIN, KEY, tmp_path, make_api=api(server)) as services:
        with pytest.raises(errors.BadCursor, match="leads back"):
            await services.sync.run()
        starts = [
            r for r in server.requests if r.url.path == "/x/v1/snapshot" and "cursor" not in r.url.params
        ]
        assert len(starts) == 2, "once more from the start, then not again"
        assert (await services.cache.sync_state()).running("customers") is None
        loops = False
        assert (await services.sync.run()).customers == 3


async def test_a_list_that_never_ends_is_stopped(tmp_path: Path) -> None:
    endless = True

    def snapshot(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("cursor", 0))
        if endless:
            page = [{**ROW, "id": f"Cust_{number}"}]
            return listed(request, page, total=30, next=str(number + 1))
        return listed(request, rows(30))

    server = billing(snapshot)
    async with opened(ORIGIN, KEY, tmp_path, make_api=api(server)) as services:
        with pytest.raises(errors.BadAnswer, match=r"does not end\. The server counts 30\."):
            await services.sync.run()
        assert len(server.requests) < 100
        endless = False
        assert (await services.sync.run()).customers == 30


# ── changes ──────────────────────────────────────────────────────────────────────────────────────
async def test_a_refused_cursor_of_the_feed_causes_a_full_sync(tmp_path: Path) -> None:
    server = billing(lambda request: listed(request, rows(3)))
    server.on("GET /x/v1/changes", [answer({"error": {"code": "invalid", "message": "No."}}, 422)])
    server.routes["GET /x/v1/changes"].append(answer(NO_CHANGES))
    async with opened(ORIGIN, KEY, tmp_path, make_api=api(server)) as services:
        report = await services.sync.run()
        assert (report.customers, report.full, report.message) == (3, True, FEED_REFUSED)


async def test_too_many_changes_during_every_full_sync_end_the_run(tmp_path: Path) -> None:
    change = {"seq": 1, "kind": "customer", "op": "upsert", "at": "2026-11-22T10:00:00Z"}
    changes = [{**change, "id": f"C{n}", "customer_id": f"C{n}"} for n in range(60_000)]
    server = billing(lambda request: listed(request, rows(3)), {**NO_CHANGES, "changes": changes})
    async with opened(ORIGIN, KEY, tmp_path, make_api=api(server)) as services:
        report = await services.sync.run()
        assert (report.customers, report.full, report.message) == (3, True, STILL_CHANGING)
        assert services.sync.is_complete
        server.on("GET /x/v1/changes", answer(NO_CHANGES))
        assert (await services.sync.run()).message == ""


async def test_a_month_that_passes_during_the_sync_is_synced(sandbox: Sandbox, tmp_path: Path) -> None:
    clock = Days()
    async with opened(sandbox.url, sandbox.key, tmp_path, settings=SMALL, clock=clock.clock) as services:
        await services.sync.run()
        clock.move_to(31)
        move_server(sandbox, clock.now)
        moved: list[int] = []

        def move_on(progress: SyncProgress) -> None:
            if progress.rows >= 20 and not moved:
                moved.append(progress.rows)
                move_server(sandbox, clock.now + timedelta(days=31))

        report = await services.sync.run(move_on)
        assert moved, "a full sync ran"
        assert (report.customers, report.message) == (CUSTOMERS, "")
        assert (await services.sync.run()).changed == 0


# ── rows that cannot be read ─────────────────────────────────────────────────────────────────────
BAD_ROWS: list[dict[str, Any]] = [
    {"owed": [{"amount": "0.001", "currency": "eur"}]},
    {"mrr": [{"amount": "1.00", "currency": "euro"}]},
    {"created": "yesterday"},
    {"emails": 3},
]


@pytest.mark.parametrize("wrong", BAD_ROWS, ids=lambda wrong: next(iter(wrong)))
async def test_a_row_that_cannot_be_read_is_skipped_and_named(tmp_path: Path, wrong: dict[str, Any]) -> None:
    found = rows(5)
    found[3].update(wrong)
    server = billing(lambda request: listed(request, found))
    async with opened(ORIGIN, KEY, tmp_path, make_api=api(server)) as services:
        for _ in range(2):
            report = await services.sync.run()
            assert (report.customers, report.message) == (4, "")
            [skipped] = report.skipped
            assert (skipped.id, skipped.name) == ("Cust_3", "Customer 3")
            assert f"rows[3].{next(iter(wrong))}" in skipped.reason
            assert services.sync.skipped == report.skipped
        server.on("GET /x/v1/customers/Cust_3/row", answer(rows(5)[3]))
        report = await services.sync.run()
        assert not report.full, "the list of changes does not name it"
        assert (report.customers, report.skipped, services.sync.skipped) == (5, (), ())


async def test_a_row_that_can_be_read_again_is_fetched_though_many_others_cannot(
    tmp_path: Path,
) -> None:
    found = [{**row, **BAD_ROWS[2]} for row in rows(RETRIES_PER_RUN + 5)]
    mended = f"Cust_{len(found) - 1}"
    found.append({**ROW, "id": "Cust_good"})
    server = billing(lambda request: listed(request, found))
    async with opened(ORIGIN, KEY, tmp_path, make_api=api(server), settings=SMALL) as services:
        await services.sync.run()
        server.on(f"GET /x/v1/customers/{mended}/row", answer({**ROW, "id": mended}))
        for _ in range(50):  # each asks for four of five
            report = await services.sync.run()
            if mended not in [row.id for row in report.skipped]:
                break
        assert (len(report.skipped), report.customers) == (RETRIES_PER_RUN + 4, 2)


def test_the_command_names_what_could_not_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [SkippedRow(f"Cust_{n}", "Anna\x1b[2J", "created is not a timestamp") for n in range(22)]
    warn_skipped("customer", rows[:1])
    assert capsys.readouterr().err.splitlines() == [
        "▲ 1 customer could not be read. Report this to the operator of the billing system:",
        "  Anna␛[2J (Cust_0): created is not a timestamp",
    ]
    warn_skipped("customer", rows)
    assert capsys.readouterr().err.splitlines()[-1] == "  and 2 more"


async def test_a_changed_customer_that_cannot_be_read_is_not_shown_as_it_was(tmp_path: Path) -> None:
    server = billing(lambda request: listed(request, rows(3)))
    async with opened(ORIGIN, KEY, tmp_path, make_api=api(server)) as services:
        await services.sync.run()
        changed = {"seq": 1, "kind": "customer", "id": "Cust_1", "op": "upsert", "at": "2026-11-22T10:00:00Z"}
        server.on("GET /x/v1/changes", answer({**NO_CHANGES, "changes": [changed]}))
        server.on("GET /x/v1/customers/Cust_1/row", answer({**rows(3)[1], **BAD_ROWS[0]}))
        report = await services.sync.run()
        assert report.customers == 2
        assert [(row.id, row.name) for row in report.skipped] == [("Cust_1", "Customer 1")]
        with pytest.raises(errors.NotCached):
            await services.cache.customer("Cust_1")


async def test_an_invoice_that_cannot_be_read_hides_the_list_of_its_customer_only(tmp_path: Path) -> None:
    brief = ROW["latest_invoices"][0]
    paid = {"paid": brief["total"], "refunded": {"amount": "0.00", "currency": "eur"}}
    invoices = [{**brief, **paid, "id": f"Inv_{n}", "customer_id": f"Cust_{n}"} for n in range(3)]
    invoices[1]["total"] = {"amount": "1", "currency": "?"}

    def snapshot(request: httpx.Request) -> httpx.Response:
        found = rows(3) if request.url.params["kind"] == "customers" else invoices
        return answer({"rows": found, "next": None, "total": 3, "changes_cursor": "feed-0"})

    async with opened(ORIGIN, KEY, tmp_path, make_api=api(billing(snapshot))) as services:
        report = await services.sync.run()
        assert (report.customers, report.invoices) == (3, 2)
        assert [(row.id, row.name, row.owner) for row in report.skipped_invoices] == [
            ("Inv_1", brief["number"], "Cust_1")
        ]
        listed = {one: await services.profiles.summary(INVOICES, f"Cust_{one}") for one in range(3)}
        assert {one: stamped is not None for one, stamped in listed.items()} == {0: True, 1: False, 2: True}


async def test_a_page_without_any_readable_row_is_refused(tmp_path: Path) -> None:
    wrong = [{**row, **BAD_ROWS[2]} for row in rows(5)]
    server = billing(lambda request: listed(request, rows(5)))
    async with opened(ORIGIN, KEY, tmp_path, make_api=api(server)) as services:
        await services.sync.run()
        server.on("GET /x/v1/snapshot", lambda request: listed(request, wrong))
        await services.cache.forget_changes()
        with pytest.raises(errors.BadAnswer, match=r"rows\[0\]\.created is not a timestamp"):
            await services.sync.run()
        assert (await services.cache.counts()).customers == 5, "what is cached is kept"
