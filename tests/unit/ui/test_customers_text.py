"""An empty list says why it is empty and what helps."""

from __future__ import annotations

from tests.support.customers import NOW, customer
from wbtui.models.money import Money
from wbtui.models.query.parser import parse
from wbtui.services.link import LinkKind, LinkState
from wbtui.services.progress import SyncPhase, SyncProgress
from wbtui.ui.commands import make_keymap
from wbtui.ui.search_state import SearchState
from wbtui.ui.text.customers import Sources, empty_list
from wbtui.ui.text.search import order_words

KEYMAP = make_keymap({"customers.clear": "f6"})


def sources(kind: LinkKind, progress: SyncProgress) -> Sources:
    link = LinkState(kind, "The network is down.", NOW, kind is LinkKind.ONLINE)
    return Sources(link, progress, complete=False, synced_before=False)


def test_a_sync_that_failed_says_what_helps() -> None:
    failed = SyncProgress(SyncPhase.FAILED, message="This key may not read.", hint="Ask the key's owner.")
    assert empty_list(SearchState(), sources(LinkKind.ONLINE, failed), KEYMAP).plain.splitlines() == [
        "▲ The customers could not be downloaded", "This key may not read.", "Ask the key's owner.",
    ]  # fmt: skip


def test_with_nothing_cached_no_other_words_are_advised() -> None:
    offline = sources(LinkKind.OFFLINE, SyncProgress(SyncPhase.WAITING))
    found = empty_list(SearchState(text="anna", query=parse("anna")), offline, KEYMAP).plain
    assert "Offline: no customers are cached yet." in found and "fewer words" not in found
    found = empty_list(SearchState(text="anna", query=parse("anna"), cached=3), offline, KEYMAP).plain
    assert "only cached customers were searched. Try fewer words" in " ".join(found.split())
    assert "Press F6 in the list to clear the search." in found


def test_an_order_by_amounts_that_are_not_listed_is_none() -> None:
    """Plain Wingback tells no MRR: the list would be by name."""
    one = customer(1).model_copy(update={"mrr": (), "owed": None})
    assert [order_words(name, "eur", one) for name in ("mrr", "owes", "name")] == [
        "by MRR in EUR", "amount owed unknown", "",
    ]  # fmt: skip
    for owed, words in (((), "amount owed unknown"), ((Money(1, "eur"),), "by amount owed in EUR")):
        assert order_words("owes", "eur", one.model_copy(update={"mrr": None, "owed": owed})) == words
