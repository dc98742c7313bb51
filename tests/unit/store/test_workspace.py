"""The workspace keeps pins, recents, saved searches, marks and the last ticket across restarts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.unit.store.conftest import NOW
from wbtui.models.saved import Mark, SavedSearch
from wbtui.store.database import open_database
from wbtui.store.workspace import WORKSPACE, QuickAccessEntry, Workspace, open_workspace


async def test_everything_survives_a_restart(folder: Path) -> None:
    workspace = await open_workspace(folder / "workspace.db")
    await workspace.pin("cus_1", "Anna", NOW)
    await workspace.pin("cus_1", "Anna Schmidt", NOW)
    await workspace.record_visit("cus_2", "Bob \ud800", NOW)
    await workspace.set_last_ticket("ZD-1189")
    await workspace.close()
    workspace = await open_workspace(folder / "workspace.db")
    assert await workspace.pins() == (QuickAccessEntry("cus_1", "Anna Schmidt", NOW),)
    assert [kept.customer_id for kept in await workspace.recent()] == ["cus_2"]
    assert await workspace.last_ticket() == "ZD-1189"
    await workspace.unpin("cus_1")
    await workspace.unpin("nobody")
    assert await workspace.pins() == ()
    await workspace.close()


async def test_only_the_last_fifty_visits_are_kept(folder: Path) -> None:
    workspace = await open_workspace(folder / "workspace.db")
    for number in range(60):
        await workspace.record_visit(f"cus_{number}", "x", NOW + timedelta(seconds=number))
    await workspace.record_visit("cus_20", "again", NOW + timedelta(hours=1))
    recent = await workspace.recent(100)
    assert len(recent) == 50
    assert [kept.customer_id for kept in recent[:2]] == ["cus_20", "cus_59"]
    await workspace.forget_customer("cus_20")
    assert (await workspace.recent(1))[0].customer_id == "cus_59"
    await workspace.close()


async def test_saved_searches_and_marks_survive_a_restart(folder: Path) -> None:
    workspace = await open_workspace(folder / "workspace.db")
    mine = SavedSearch("saved:1", "Zürich \ud800", "city:zürich")
    await workspace.put_search(mine, NOW)
    await workspace.put_search(SavedSearch("saved:2", "anna", "anna"), NOW)
    done, later = Mark("cus_1", NOW.date()), Mark("cus_2", NOW.date(), NOW.date() + timedelta(days=3))
    await workspace.put_mark("saved:1", done, NOW)
    await workspace.put_mark("saved:1", later, NOW)
    await workspace.put_mark("saved:2", done, NOW)
    await workspace.close()
    workspace = await open_workspace(folder / "workspace.db")
    assert [one.name for one in await workspace.searches()] == ["anna", "Zürich \ufffd"]
    assert await workspace.marks("saved:1") == {"cus_1": done, "cus_2": later}
    await workspace.put_search(replace(mine, name="Bern"), NOW)
    assert [one.name for one in await workspace.searches()] == ["anna", "Bern"]
    await workspace.drop_marks("saved:1", ["cus_1", "nobody"])
    await workspace.drop_marks("saved:1", [])
    assert await workspace.marks("saved:1") == {"cus_2": later}
    await workspace.drop_search("saved:1")
    assert (await workspace.marks("saved:1"), await workspace.marks("saved:2")) == ({}, {"cus_1": done})
    await workspace.forget_customer("cus_1")
    assert await workspace.marks("saved:2") == {}
    await workspace.close()


async def test_a_deleted_customer_leaves_nothing_in_drafts(folder: Path) -> None:
    workspace = await open_workspace(folder / "workspace.db")
    seen = {"customer": "Anna", "object": 'INV-1 "x"'}
    of_two = {"customer_id": "", "customer_ids": ["cus_1", "cus_2"], "seen": {"cus_1": seen, "cus_2": seen}}
    drafts = {"one": {"customer_id": "cus_1", "customer_ids": [], "seen": seen}, "two": of_two}
    for name, draft in drafts.items():
        await workspace.put_draft(name, json.dumps(draft), NOW)
    await workspace.put_draft("unreadable", "{", NOW)
    await workspace.forget_customer("cus_1")
    kept = {name: text for name, text, _ in await workspace.drafts()}
    assert kept.keys() == {"two", "unreadable"}
    assert json.loads(kept["two"]) == of_two | {"seen": {"cus_2": seen}}
    await workspace.close()


async def test_a_file_of_schema_version_1_is_upgraded(folder: Path) -> None:
    before = replace(WORKSPACE, migrations=WORKSPACE.migrations[:1])
    old = Workspace(open_database(folder / "workspace.db", before, None))
    await old.pin("cus_1", "Anna", NOW)
    await old.close()
    workspace = await open_workspace(folder / "workspace.db")
    await workspace.put_mark("q", Mark("cus_1", NOW.date()), NOW)
    assert [kept.title for kept in await workspace.pins()] == ["Anna"]
    assert list(await workspace.marks("q")) == ["cus_1"]
    await workspace.close()
