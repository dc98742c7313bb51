"""Make the proposal that the preview sheet shows: the action in the words of its catalogue row and form."""

from __future__ import annotations

from collections.abc import Callable

from wbtui.models.actions import Action
from wbtui.models.money import Money
from wbtui.ui.actions.catalogue import entry_of, title_of
from wbtui.ui.actions.context_fields import REASONS
from wbtui.ui.actions.data import FormData, description_of
from wbtui.ui.actions.form import Form, Rows, labelled
from wbtui.ui.dialogs.proposal import Proposal

_REASON_WORDS = {value: label for label, value in REASONS}


def propose(
    form: Form,
    data: FormData,
    action: Action,
    *,
    undo_seconds: float,
    type_above: Callable[[str], Money | None],
) -> Proposal:
    """Return the proposal of an action. The undo window and the typed amount are for money only."""
    entry = entry_of(action.kind)
    names = labelled(form, data)
    money = form.model.moves_money
    subject = names["subject"] if form.model.about != "customer" else None
    return Proposal(
        action=action,
        noun=entry.noun,
        title=entry.heading(subject or ""),
        customer=data.customer,
        commit_label=lambda amount: entry.commit_label(amount, **names),
        summary=lambda amount: entry.summary_of(amount, **names),
        facts=(*form.facts(data), *answered(form, data), *_context_rows(action)),
        essentials=lambda amount: tuple(_essentials(form, data, amount)),
        undo_seconds=undo_seconds if money else 0.0,
        label=subject,
        type_above=type_above,
        action_title=title_of,
        takes_problems=form.asks,
    )


def _essentials(form: Form, data: FormData, amount: Money | None) -> Rows:
    rows = [("Amount", str(amount) if amount is not None else "–")] if form.model.moves_money else []
    if form.model.about != "customer":
        rows.append((form.model.about.capitalize(), description_of(data.subject, data.today)))
    return rows


def answered(form: Form, data: FormData) -> Rows:
    """Return the answers that the sheet repeats, by label."""
    return [
        (field.label, data.chosen[field.name])
        for field in sorted(form.fields, key=lambda one: one.place)
        if field.on_sheet and not form.only_changes and field.name in data.chosen
    ]


def _context_rows(action: Action) -> Rows:
    context = action.context
    reason = _REASON_WORDS.get(context.reason, "Unknown") if context.reason is not None else ""
    ticket = f"ticket {context.ticket}" if context.ticket else ""
    rows = [("Reason" if reason else "Ticket", " · ".join(part for part in (reason, ticket) if part))]
    rows.append(("Comment", context.comment or ""))
    rows.append(("Agent", context.agent))
    return [
        (label, value.removeprefix("ticket ") if label == "Ticket" else value)
        for label, value in rows
        if value
    ]
