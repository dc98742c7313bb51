"""Files of earlier versions open with their contents; only the cache's contents are given up."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.support.customers import customer
from tests.support.money_intents import intent
from tests.support.old_files import names_in, restore
from tests.unit.store.conftest import NOW
from wbtui.errors import StoreCorrupt, StoreError
from wbtui.models.activity import Ref
from wbtui.models.money import Money
from wbtui.models.preview import Status
from wbtui.models.query.terms import Query
from wbtui.models.saved import Mark, SavedSearch
from wbtui.store import files
from wbtui.store.cache import open_cache
from wbtui.store.database import Options
from wbtui.store.journal import open_journal
from wbtui.store.sqlite import StoreBusy, sqlite3
from wbtui.store.workspace import QuickAccessEntry, Workspace, open_workspace

STATUSES = ("intended", "sent", "unknown", "done", "refused", "pending", "not_sent", "withdrawn")


async def test_a_journal_of_version_1_opens_with_every_entry(folder: Path) -> None:
    restore("journal-v1", folder / "journal.db")
    journal = await open_journal(folder / "journal.db", clock=lambda: NOW, is_alive=lambda _: True)
    entries = {entry.key: entry for entry in await journal.entries()}
    assert {key: entry.status for key, entry in entries.items()} == {f"key-{s}": Status(s) for s in STATUSES}
    for number, status in enumerate(STATUSES):
        entry = entries[f"key-{status}"]
        assert (entry.customer_id, entry.customer) == (f"cus_{number}", "Anna Schmidt")
        assert (entry.summary, entry.money) == (f"Refund €22.40 of INV-000{number}", Money(2240, "eur"))
        assert (entry.agent, entry.ticket, entry.today) == ("Bø", "ZD-1189", date(2026, 11, 22))
        assert entry.subject == Ref(type="invoice", id="inv_1")
        assert entry.created == NOW
        confirmed = journal.confirmed_now(entry.key)
        assert confirmed.body == intent().body
        assert confirmed.action == intent(payment=f"pay_{number}", customer=f"cus_{number}").action
        assert (confirmed.basis, confirmed.changes) == ("basis-1", intent().preview.changes)
        assert confirmed.conflict_key == f"refund:pay_{number}"
    assert [entry.key for entry in await journal.unresolved()] == ["key-unknown"]
    assert entries["key-unknown"].trouble == "The server did not answer within 30 s."
    assert entries["key-done"].customer_sentence == "Anna receives €22.40."
    assert [ref.label for ref in entries["key-done"].objects] == ["€22.40"]
    await journal.close()


async def test_a_cache_of_version_1_is_emptied_and_used_again(folder: Path) -> None:
    restore("cache-v1", folder / "cache.db")
    old = customer(0)
    assert old.id.encode() in (folder / "cache.db").read_bytes(), "the file must hold something to remove"
    cache = await open_cache(folder / "cache.db", clock=lambda: NOW)
    assert (cache.notice, await cache.count(Query())) == (None, 0)
    assert (await cache.sync_state()).full_syncs == {}
    for path in (cache.path, *files.side_files(cache.path)):
        assert not path.exists() or old.id.encode() not in path.read_bytes()
    await cache.put_customers([old], NOW)
    assert (await cache.customer(old.id)).value == old
    await cache.close()
    cache = await open_cache(folder / "cache.db", clock=lambda: NOW)
    assert await cache.count(Query()) == 1, "emptied once, not at every start"
    await cache.close()


async def _check_contents(workspace: Workspace) -> None:
    assert await workspace.pins() == (
        QuickAccessEntry("cus_2", "山田太郎", NOW + timedelta(minutes=1)),
        QuickAccessEntry("cus_1", "Anna Schmidt", NOW),
    )
    assert await workspace.recent() == (QuickAccessEntry("cus_3", "O'Brien & Sons", NOW),)
    drafts = await workspace._database.read(lambda c: c.execute("SELECT name, text FROM drafts").fetchall())
    assert drafts == [("refund:cus_1", '{"amount": "22.40"}')], "not used any more, but kept"
    assert await workspace.searches() == (SavedSearch("saved:1", "Zürich", "city:zürich"),)
    assert await workspace.marks("saved:1") == {
        "cus_1": Mark("cus_1", NOW.date()),
        "cus_2": Mark("cus_2", NOW.date(), NOW.date() + timedelta(days=3)),
    }
    assert await workspace.last_ticket() == "ZD-1189"


async def test_a_desk_file_of_version_2_becomes_the_workspace(folder: Path) -> None:
    restore("desk-v2", folder / "desk.db")
    for _ in range(2):
        workspace = await open_workspace(folder / "workspace.db")
        await _check_contents(workspace)
        await workspace.close()
        assert names_in(folder) == {"workspace.db", "workspace.db.lock"}
        assert (folder / "workspace.db").stat().st_mode & 0o777 == 0o600


async def test_a_workspace_is_never_replaced_by_a_desk_file(folder: Path) -> None:
    workspace = await open_workspace(folder / "workspace.db")
    await workspace.pin("cus_9", "Zoe", NOW)
    await workspace.close()
    restore("desk-v2", folder / "desk.db")
    workspace = await open_workspace(folder / "workspace.db")
    assert await workspace.pins() == (QuickAccessEntry("cus_9", "Zoe", NOW),)
    await workspace.close()
    assert (folder / "desk.db").exists()


async def test_a_desk_file_that_an_earlier_version_has_open_is_left_alone(folder: Path) -> None:
    restore("desk-v2", folder / "desk.db")
    earlier = sqlite3.connect(folder / "desk.db")
    earlier.execute("SELECT count(*) FROM pins").fetchone()
    with pytest.raises(StoreBusy, match=r"earlier version of wbtui has .*desk\.db open"):
        await open_workspace(folder / "workspace.db", options=Options(busy_seconds=0.05))
    assert not (folder / "workspace.db").exists()
    assert earlier.execute("SELECT value FROM words WHERE name = 'last_ticket'").fetchone() == ("ZD-1189",)
    earlier.close()
    workspace = await open_workspace(folder / "workspace.db")
    await _check_contents(workspace)
    await workspace.close()


async def test_a_damaged_or_foreign_desk_file_is_left_alone(folder: Path) -> None:
    files.prepare(folder / "desk.db")
    (folder / "desk.db").write_bytes(b"not a database" * 100)
    with pytest.raises(StoreCorrupt):
        await open_workspace(folder / "workspace.db")
    (folder / "desk.db").unlink()
    restore("journal-v1", folder / "desk.db")
    with pytest.raises(StoreError, match="another program"):
        await open_workspace(folder / "workspace.db")
    assert (folder / "desk.db").exists() and not (folder / "workspace.db").exists()
