"""Files of earlier versions open with their contents; only the cache's contents are given up."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.support.customers import customer
from tests.support.money_intents import intent
from tests.support.old_files import restore
from tests.unit.store.conftest import NOW
from wbtui.models.money import Money
from wbtui.models.preview import Status
from wbtui.models.query import Query
from wbtui.store import files
from wbtui.store.cache import open_cache
from wbtui.store.journal import open_journal

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
        assert (entry.invoice_id, entry.payment_id) == ("inv_1", f"pay_{number}")
        assert entry.created == NOW
        confirmed = journal.confirmed_now(entry.key)
        assert confirmed.body == intent().body
        assert confirmed.action == intent(payment=f"pay_{number}", customer=f"cus_{number}").action
        assert (confirmed.basis, confirmed.observed) == ("basis-1", intent().preview.changes)
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
    assert (await cache.sync_state()).walks == {}
    for path in (cache.path, *files.side_files(cache.path)):
        assert not path.exists() or old.id.encode() not in path.read_bytes()
    await cache.put_customers([old], NOW)
    assert (await cache.customer(old.id)).value == old
    await cache.close()
    cache = await open_cache(folder / "cache.db", clock=lambda: NOW)
    assert await cache.count(Query()) == 1, "emptied once, not at every start"
    await cache.close()
