"""Garbage is collected in a pause of the input, not during it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from textual._styles_cache import StylesCache
from textual.color import Color

from tests.support.virtual_time import VirtualTime
from wbtui.ui.idle_collector import _MOST_MORE, PAUSE, READING_PAUSE, SHORT_PAUSE, IdleCollector


class Node:
    """Garbage that only a collection finds, because it refers to itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Nothing is left to collect; automatic collection is on again afterwards."""
    gc.collect()
    yield
    gc.enable()


async def test_garbage_is_collected_once_the_input_pauses() -> None:
    time = VirtualTime()
    collector = IdleCollector(time.clock)
    old = Node()
    gc.collect()
    garbage = weakref.ref(old)
    del old
    collector.note_use()
    await time.advance(PAUSE - 1)
    collector.note_use()
    await time.advance(PAUSE - 1)
    assert garbage() is not None, "there was input in between"
    await time.advance(1)
    assert garbage() is None


async def test_young_garbage_is_collected_in_a_short_pause_and_not_before() -> None:
    time = VirtualTime()
    collector = IdleCollector(time.clock)
    garbage = weakref.ref(Node())
    for _ in range(3):
        collector.note_use()
        await time.advance(SHORT_PAUSE / 2)
        assert not gc.isenabled()
    assert garbage() is not None
    await time.advance(SHORT_PAUSE / 2)
    assert gc.isenabled() and garbage() is None


async def test_much_old_garbage_is_collected_while_the_agent_reads() -> None:
    time = VirtualTime()
    collector = IdleCollector(time.clock)
    collector.note_use()
    await time.advance(PAUSE)
    few, many = [Node()], [Node() for _ in range(_MOST_MORE + 10_000)]
    gc.collect()
    garbage = weakref.ref(few.pop())
    collector.note_use()
    await time.advance(READING_PAUSE - SHORT_PAUSE)
    assert garbage() is not None, "the next key could come at once"
    await time.advance(SHORT_PAUSE)
    assert garbage() is None
    few.append(Node())
    gc.collect(1)
    garbage = weakref.ref(few.pop())
    collector.note_use()
    await time.advance(READING_PAUSE)
    assert garbage() is not None, "little has come since"
    del many


async def test_no_object_is_referred_to_that_another_thread_is_making(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gc, "get_objects", lambda generation=None: pytest.fail("a tuple may be unfinished"))
    time = VirtualTime()
    IdleCollector(time.clock).note_use()
    await time.advance(PAUSE)


async def test_what_removed_widgets_drew_is_freed_in_a_short_pause() -> None:
    time = VirtualTime()
    drawn = StylesCache()
    drawn.get_inner_outer(Color(0, 0, 0), Color(1, 1, 1))
    freed = weakref.ref(drawn)
    del drawn
    IdleCollector(time.clock).note_use()
    assert freed() is not None
    await time.advance(SHORT_PAUSE)
    assert freed() is None


async def test_many_new_objects_are_not_kept_until_a_pause() -> None:
    collector = IdleCollector(VirtualTime().clock)
    collector.note_use()
    nodes = [Node() for _ in range(120_000)]
    assert not gc.isenabled()
    collector.note_use()
    assert gc.isenabled()
    nodes.clear()
