"""The menu of actions on all marked customers, and the way from it to the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from textual.content import Content
from textual.dom import DOMNode

from wbtui.models.actions import About
from wbtui.models.bulk import Bulk
from wbtui.models.customer import Customer
from wbtui.models.drafts import Draft
from wbtui.services.actions.bulk_run import BulkRun
from wbtui.ui.actions.bulk_dialog import BulkDialog
from wbtui.ui.actions.bulk_form import BulkForm
from wbtui.ui.actions.catalogue import ENTRIES, Entry, title_of
from wbtui.ui.actions.forms import FORMS
from wbtui.ui.actions.menu import ActionMenu
from wbtui.ui.dialogs.ask import ask
from wbtui.ui.dialogs.base import open_dialog
from wbtui.ui.format import plural
from wbtui.ui.host import host
from wbtui.ui.safe import DIM, join
from wbtui.ui.text import bulk as text
from wbtui.ui.work import start


class BulkMenu(ActionMenu):
    """Ends with the kind of the chosen action."""

    ABOUT = text.ABOUT_MENU
    HINT = ""

    def __init__(self, customers: Sequence[Customer], *, unavailable: Callable[[Entry], str | None]) -> None:
        super().__init__(customers[0], {}, scope="customers", unavailable=unavailable)
        self._count = len(customers)
        self._heading = f"Actions · {plural(self._count, 'customer')}"
        offered = (replace(entry, sentence=entry.bulk) for entry in ENTRIES if entry.bulk)
        self.groups, self.found = {"customer": tuple(offered)}, frozenset()

    def head_of(self, about: About) -> Content:
        return join((text.marked(self._count), DIM))

    def reason_of(self, entry: Entry) -> str | None:
        return self._unavailable(entry)

    def keys_of(self, entry: Entry) -> tuple[str, ...]:
        return ()


def open_bulk_menu(node: DOMNode, customers: Sequence[Customer], *, ended: Callable[[], None]) -> None:
    """Open the menu of the actions on marked customers. `ended` is called after one was sent."""
    services = host(node).services
    menu = BulkMenu(customers, unavailable=lambda entry: services.actions.disabled_reason(entry.kind))
    open_dialog(node, menu, lambda kind: open_bulk_form(node, kind, customers, ended=ended))


def open_bulk_form(
    node: DOMNode,
    kind: str,
    customers: Sequence[Customer],
    *,
    draft: Draft | None = None,
    ended: Callable[[], None] = lambda: None,
) -> None:
    """Open the form of an action on several customers. `ended` is called after it was sent."""
    form = BulkForm(FORMS[kind], customers, draft=draft)

    def closed(_end: object) -> None:
        if (run := form.run) is not None:
            show_bulk(node, run, lambda: sent(run))
            if draft is not None:
                start(node.app, _discard_sent, node, run, draft.id, group="discard")

    def sent(run: BulkRun) -> None:
        if not run.cancelled:
            ended()

    node.app.push_screen(form, closed)


async def _discard_sent(node: DOMNode, run: BulkRun, draft_id: str) -> None:
    """Delete the draft of a bulk action, unless it is cancelled in the undo window."""
    await run.wait()
    if not run.cancelled:
        await host(node).services.drafts.discard(draft_id)


def show_bulk(node: DOMNode, bulk: Bulk | BulkRun, closed: Callable[[], None] = lambda: None) -> None:
    """Show progress or result of a bulk action; `closed` is called when it is closed."""
    node.app.push_screen(BulkDialog(bulk), lambda _end: closed())


async def show_current_bulk(node: DOMNode) -> None:
    """Show the bulk action that runs, else the newest unfinished one, else the last one."""
    bulk = await host(node).services.bulks.current()
    if bulk is None:
        host(node).show_toast(text.NO_BULK)
    else:
        show_bulk(node, bulk)


def offer_unfinished(node: DOMNode, bulk: Bulk) -> None:
    """Ask whether to show a bulk action of which items are left."""
    question = text.unfinished(title_of(bulk.kind), bulk)
    show = partial(show_bulk, node, bulk)
    ask(node, "Bulk action not finished", question, show, yes="Show", no="Not now")
