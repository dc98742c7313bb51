"""Open an action or the menu of actions from a screen that shows one customer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from textual.screen import Screen

from wbtui.models.customer import Customer
from wbtui.ui.actions.catalogue import Entry, entry_of
from wbtui.ui.actions.data import FormData
from wbtui.ui.actions.dialog import ActionForm
from wbtui.ui.actions.form import build
from wbtui.ui.actions.forms import FORMS
from wbtui.ui.actions.menu import ActionMenu
from wbtui.ui.actions.proposing import propose
from wbtui.ui.command import Command
from wbtui.ui.dialogs.sheet import PreviewSheet, SheetEnd
from wbtui.ui.host import host

Subjects: TypeAlias = dict[str, tuple[str, str]]
"""Kind of object to id and name of the one that is selected."""
Ended: TypeAlias = Callable[[SheetEnd | None], None]


def open_action(
    screen: Screen[Any],
    kind: str,
    customer: Customer,
    subjects: Subjects,
    ended: Ended,
    *,
    missing: Callable[[Entry], None],
) -> None:
    """Open the form of an action, or its sheet where it asks nothing.

    `missing` is called when no object of the kind that the action needs is selected.
    """
    form, entry = FORMS[kind], entry_of(kind)
    environment = str(host(screen).services.connection.environment)
    if entry.about == "customer":
        subject_id, label = customer.id, ""
    elif entry.about in subjects:
        subject_id, label = subjects[entry.about]
    else:
        missing(entry)
        return
    if form.asks:
        dialog = ActionForm(form, customer, subject_id, label, environment=environment)
        screen.app.push_screen(dialog, ended)
        return
    app = host(screen)
    data = FormData(customer, customer, app.today(), app.services.connection.agent)
    proposal = propose(
        form,
        data,
        build(form, data, {}, {}),
        hold=app.services.actions.hold_seconds,
        type_above=app.settings.confirm_limit,
    )

    def closed(end: object) -> None:
        ended(end if isinstance(end, SheetEnd) else None)

    screen.app.push_screen(PreviewSheet(proposal, environment=environment), closed)


def open_menu(
    screen: Screen[Any],
    scope: str,
    customer: Customer,
    subjects: Subjects,
    ended: Ended,
    *,
    unavailable: Callable[[Command], str | None],
) -> None:
    """Open the menu of the actions that a scope offers; the chosen one follows.

    `unavailable` says why a command is not possible on this screen now, the object aside.
    """

    def chosen(kind: str | None) -> None:
        if kind is not None:
            open_action(screen, kind, customer, subjects, ended, missing=lambda _entry: None)

    screen.app.push_screen(ActionMenu(scope, customer, subjects, unavailable), chosen)
