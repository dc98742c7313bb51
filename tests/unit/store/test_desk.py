"""The desk file keeps pins, recents, saved searches, marks, drafts and the last ticket across restarts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.unit.store.conftest import NOW
from wbtui.models.saved import Mark, SavedSearch
from wbtui.store.database import open_database
from wbtui.store.desk import DESK, Desk, Kept, open_desk


async def test_everything_survives_a_restart(folder: Path) -> None:
    desk = await open_desk(folder / "desk.db")
    await desk.pin("cus_1", "Anna", NOW)
    await desk.pin("cus_1", "Anna Schmidt", NOW)
    await desk.visited("cus_2", "Bob \ud800", NOW)
    await desk.put_draft("refund:cus_1", '{"amount": "22.40"}', NOW)
    await desk.set_last_ticket("ZD-1189")
    await desk.close()
    desk = await open_desk(folder / "desk.db")
    assert await desk.pins() == (Kept("cus_1", "Anna Schmidt", NOW),)
    assert [kept.customer_id for kept in await desk.recent()] == ["cus_2"]
    draft = await desk.draft("refund:cus_1")
    assert draft is not None
    assert draft.text == '{"amount": "22.40"}'
    assert await desk.last_ticket() == "ZD-1189"
    await desk.drop_draft("refund:cus_1")
    await desk.unpin("cus_1")
    await desk.unpin("nobody")
    assert (await desk.pins(), await desk.drafts(), await desk.draft("refund:cus_1")) == ((), (), None)
    assert await desk.word("nothing") is None
    await desk.close()


async def test_only_the_last_fifty_visits_are_kept(folder: Path) -> None:
    desk = await open_desk(folder / "desk.db")
    for number in range(60):
        await desk.visited(f"cus_{number}", "x", NOW + timedelta(seconds=number))
    await desk.visited("cus_20", "again", NOW + timedelta(hours=1))
    recent = await desk.recent(100)
    assert len(recent) == 50
    assert [kept.customer_id for kept in recent[:2]] == ["cus_20", "cus_59"]
    await desk.forget_customer("cus_20")
    assert (await desk.recent(1))[0].customer_id == "cus_59"
    await desk.close()


async def test_saved_searches_and_marks_survive_a_restart(folder: Path) -> None:
    desk = await open_desk(folder / "desk.db")
    mine = SavedSearch("saved:1", "Zürich \ud800", "city:zürich")
    await desk.put_search(mine, NOW)
    await desk.put_search(SavedSearch("saved:2", "anna", "anna"), NOW)
    done, later = Mark("cus_1", NOW.date()), Mark("cus_2", NOW.date(), NOW.date() + timedelta(days=3))
    await desk.put_mark("saved:1", done, NOW)
    await desk.put_mark("saved:1", later, NOW)
    await desk.put_mark("saved:2", done, NOW)
    await desk.close()
    desk = await open_desk(folder / "desk.db")
    assert [one.name for one in await desk.searches()] == ["anna", "Zürich \ufffd"]
    assert await desk.marks("saved:1") == {"cus_1": done, "cus_2": later}
    await desk.put_search(replace(mine, name="Bern"), NOW)
    assert [one.name for one in await desk.searches()] == ["anna", "Bern"]
    await desk.drop_mark("saved:1", "cus_1")
    await desk.drop_mark("saved:1", "nobody")
    assert await desk.marks("saved:1") == {"cus_2": later}
    await desk.drop_search("saved:1")
    assert (await desk.marks("saved:1"), await desk.marks("saved:2")) == ({}, {"cus_1": done})
    await desk.forget_customer("cus_1")
    assert await desk.marks("saved:2") == {}
    await desk.close()


async def test_a_desk_file_from_before_there_were_queues_is_brought_up_to_date(folder: Path) -> None:
    before = replace(DESK, migrations=DESK.migrations[:1])
    old = Desk(open_database(folder / "desk.db", before, None))
    await old.pin("cus_1", "Anna", NOW)
    await old.close()
    desk = await open_desk(folder / "desk.db")
    await desk.put_mark("q", Mark("cus_1", NOW.date()), NOW)
    assert [kept.title for kept in await desk.pins()] == ["Anna"]
    assert list(await desk.marks("q")) == ["cus_1"]
    await desk.close()
