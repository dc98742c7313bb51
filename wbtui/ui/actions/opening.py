"""Open an action, or the menu of actions, on a customer, and show what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias

from textual.dom import DOMNode
from textual.screen import Screen

from wbtui.errors import NotFound
from wbtui.models.customer import Customer
from wbtui.models.drafts import Answer, Draft
from wbtui.models.parts import CUSTOMER
from wbtui.models.preview import Status
from wbtui.ui.actions.catalogue import TAB_OF, Entry, entry_of, title_of
from wbtui.ui.actions.data import FormData
from wbtui.ui.actions.dialog import ActionForm
from wbtui.ui.actions.drafts import DraftsDialog
from wbtui.ui.actions.follow_ups import FollowUp
from wbtui.ui.actions.form import build
from wbtui.ui.actions.forms import FORMS
from wbtui.ui.actions.menu import ActionMenu, Subjects
from wbtui.ui.actions.outcome import OutcomeDialog
from wbtui.ui.actions.proposal import proposal_of
from wbtui.ui.actions.sheet import PreviewSheet, SheetEnd
from wbtui.ui.dialogs.base import open_dialog
from wbtui.ui.dialogs.text_dialog import TextDialog
from wbtui.ui.format import plan
from wbtui.ui.host import Host, host
from wbtui.ui.text import profile as text
from wbtui.ui.text.drafts import OF_OTHER_VERSION, VANISHED
from wbtui.ui.work import COMMANDS, apply, start

Ended: TypeAlias = Callable[[SheetEnd | None], None]


def open_action(
    screen: Screen[Any],
    kind: str,
    customer: Customer,
    subjects: Subjects,
    *,
    missing: Callable[[Entry], None] = lambda _entry: None,
    ended: Ended | None = None,
    answers: Mapping[str, Answer] | None = None,
) -> None:
    """Open the form of an action, or its sheet where it asks nothing; then its outcome, or call `ended`.

    `missing` is called when no object of the kind that the action needs is selected. The form begins with
    `answers`.
    """
    form, entry, then = FORMS[kind], entry_of(kind), ended or _show_outcome(screen)
    if entry.about == "customer":
        subject_id, label = customer.id, ""
    elif entry.about in subjects:
        subject_id, label = subjects[entry.about]
    else:
        missing(entry)
        return
    if form.model.asks:
        screen.app.push_screen(ActionForm(form, customer, subject_id, label, answers=answers), then)
        return
    app = host(screen)
    data = FormData(customer, customer, app.today(), app.services.connection.agent)

    def closed(end: object) -> None:
        then(end if isinstance(end, SheetEnd) else None)

    proposal = proposal_of(form, data, build(form, data, {}, {}))
    screen.app.push_screen(PreviewSheet(proposal), closed)


def open_drafts(screen: Screen[Any]) -> None:
    """List the drafts and open the chosen one again."""
    chosen = partial(start, screen, _open_draft, screen, group=COMMANDS)
    open_dialog(screen, DraftsDialog(), chosen)


async def _open_draft(screen: Screen[Any], draft: Draft) -> None:
    app = host(screen)
    if draft.kind not in FORMS:
        app.show_toast(OF_OTHER_VERSION, title=title_of(draft.kind), tone="warning")
        return
    if draft.customer_ids:
        await _open_bulk_draft(screen, draft)
        return
    customer = await load_customer(app, draft.customer_id)
    form = ActionForm(FORMS[draft.kind], customer, draft.subject_id, draft.label, draft=draft)
    await apply(screen, screen.app.push_screen, form, _show_outcome(screen))


async def _open_bulk_draft(screen: Screen[Any], draft: Draft) -> None:
    """Open the form for those of the customers who still exist."""
    from wbtui.ui.actions.bulk_menu import open_bulk_form

    customers: list[Customer] = []
    for customer_id in draft.customer_ids:
        with suppress(NotFound):
            customers.append(await load_customer(host(screen), customer_id))
    if not customers:
        raise NotFound("None of these customers exists any more.", hint=host(screen).keymap.fill(VANISHED))
    await apply(screen, partial(open_bulk_form, screen, draft.kind, customers, draft=draft))


async def load_customer(app: Host, customer_id: str) -> Customer:
    """Return a customer from the cache, else from the server. Raises NotFound, Offline, other ApiErrors."""
    profiles = app.services.profiles
    cached = await profiles.cached(CUSTOMER, customer_id)
    return (cached or await profiles.fetch(CUSTOMER, customer_id)).value


def open_menu_of_row(screen: Screen[Any], customer: Customer, *, scope: str) -> None:
    """Open the menu of actions on a customer of a list."""
    actions = host(screen).services.actions
    open_menu(
        screen,
        customer,
        _running_subject(customer),
        scope=scope,
        unavailable=lambda entry: actions.disabled_reason(entry.kind),
    )


def open_action_of_row(
    screen: Screen[Any], kind: str, customer: Customer, *, open_tab: Callable[[str], None]
) -> None:
    """Open an action on a customer of a list, or a tab of their profile to select what it is about."""

    def select(entry: Entry) -> None:
        open_tab(TAB_OF[entry.about])
        ask_to_select(screen, "profile", entry)

    open_action(
        screen,
        kind,
        customer,
        _running_subject(customer),
        missing=select,
    )


def _running_subject(customer: Customer) -> Subjects:
    """Return the customer's only active subscription, which counts as selected where none is listed."""
    running = customer.running
    return {"subscription": (running[0].id, plan(running[0]))} if len(running) == 1 else {}


def ask_to_select(node: DOMNode, scope: str, entry: Entry) -> None:
    """Show which object an action of a scope needs, and its key."""
    key = host(node).keymap.shown(f"{scope}.{entry.verb}")
    then = f", then press {key}" if key else " first"
    host(node).show_toast(f"Select {entry.an_object}{then}.", title=entry.title)


def select_in_profile(node: DOMNode, customer: Customer, entry: Entry) -> None:
    """Open the profile where the object that an action needs can be selected."""
    host(node).open_customer(customer.id, tab=TAB_OF[entry.about])
    ask_to_select(node, "profile", entry)


def open_menu(
    screen: Screen[Any],
    customer: Customer,
    subjects: Subjects,
    *,
    scope: str,
    unavailable: Callable[[Entry], str | None],
) -> None:
    """Open the menu of the actions that a scope offers; the chosen one follows.

    `unavailable` says why an action is not possible now, the object aside.
    """
    menu = ActionMenu(customer, subjects, scope=scope, unavailable=unavailable)
    open_dialog(screen, menu, lambda kind: open_action(screen, kind, customer, subjects))


def _show_outcome(screen: Screen[Any]) -> Ended:
    """Show the outcome until it is closed; a portal link appears once, in its own dialog."""

    def show(end: SheetEnd | None) -> None:
        if end is None:
            return
        customer = end.proposal.customer
        if (link := end.outcome.link) and end.outcome.status is Status.DONE:
            title, said = text.portal_link_title(customer.title), text.portal_link(link)
            screen.app.push_screen(TextDialog(title, said, what="link", copied=link))
            return

        def follow(chosen: FollowUp) -> None:
            open_action(screen, chosen.kind, customer, chosen.subjects, answers=chosen.answers)

        open_dialog(screen, OutcomeDialog(end), follow)

    return show
