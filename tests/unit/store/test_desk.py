"""The desk file keeps pins, recent customers, drafts and the last ticket across restarts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.unit.store.conftest import NOW
from wbtui.store.desk import Kept, open_desk


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
