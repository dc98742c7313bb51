"""Make the preview sheet of an action, in the words of its catalogue row and form."""

from __future__ import annotations

from collections.abc import Mapping

from wbtui.models.actions import Action, Context
from wbtui.models.drafts import Answer
from wbtui.models.preview import Preview
from wbtui.models.preview_text import DUE_TODAY, NOT_KNOWN
from wbtui.ui.actions.catalogue import entry_of, full_title_of
from wbtui.ui.actions.context_fields import REASONS
from wbtui.ui.actions.data import FormData, description_of, name_of
from wbtui.ui.actions.form import Form, Rows
from wbtui.ui.dialogs.proposal import OutdatedCheck, Proposal
from wbtui.ui.dialogs.sheet import PreviewSheet
from wbtui.ui.format import count, dots
from wbtui.ui.host import Host

_COMMENT = 300
"""Characters of a comment on the sheet."""
_REASON_WORDS = {value: label for label, value in REASONS}


def preview_sheet(
    app: Host,
    form: Form,
    data: FormData,
    action: Action,
    *,
    outdated: OutdatedCheck | None = None,
    undo_answers: Mapping[str, Mapping[str, Answer]] | None = None,
) -> PreviewSheet:
    """Return the sheet of an action. The undo window and the typed amount are for money only."""
    entry, services = entry_of(action.kind), app.services
    names = {
        "customer": data.customer.title,
        "subject": name_of(data.subject),
        "target": form.target(data),
    }
    label = names["subject"] if form.model.about != "customer" else None
    proposal = Proposal(
        action=action,
        noun=entry.noun,
        title=entry.heading(label or ""),
        customer=data.customer,
        commit_label=lambda amount: entry.commit_label(amount, **names),
        summary=lambda amount: entry.summary_of(amount, **names),
        facts=(*form.facts(data), *answer_rows(form, data, action)),
        essentials=lambda preview: tuple(_essentials(form, data, preview)),
        undo_seconds=services.actions.undo_seconds if form.model.moves_money else 0.0,
        label=label,
        type_above=app.settings.confirm_above.get,
        confirm_text=action.confirm_text(data.subject),
        action_title=full_title_of,
        takes_problems=form.model.asks,
        outdated=outdated,
        undo_answers=undo_answers or {},
    )
    return PreviewSheet(proposal)


def _essentials(form: Form, data: FormData, preview: Preview | None) -> Rows:
    rows = [("Amount", _amount(preview))] if form.model.moves_money else []
    if preview is not None and preview.due_besides:
        rows.append((DUE_TODAY, " + ".join(map(str, preview.due_besides))))
    if form.model.about != "customer":
        rows.append((form.model.about.capitalize(), description_of(data.subject, data.today)))
    return rows


def _amount(preview: Preview | None) -> str:
    if preview is not None and preview.amount_unknown:
        return NOT_KNOWN
    return str(preview.amount) if preview is not None and preview.amount is not None else "–"


def answer_rows(form: Form, data: FormData, action: Action) -> Rows:
    """Return the answers that the sheet repeats, by label: those of the form, then of the context."""
    answers = [
        (field.sheet_label, data.chosen[field.name])
        for field in sorted(form.fields, key=lambda one: one.place)
        if field.on_sheet and not form.only_changes and field.name in data.chosen
    ]
    return [*answers, *_context_rows(action.context)]


def _context_rows(context: Context) -> Rows:
    reason = _REASON_WORDS.get(context.reason, "Unknown") if context.reason is not None else ""
    ticket = context.ticket or ""
    why = ("Reason", dots(reason, ticket and f"ticket {ticket}")) if reason else ("Ticket", ticket)
    rows = (why, ("Comment", _beginning(context.comment or "")), ("Agent", context.agent))
    return [(label, value) for label, value in rows if value]


def _beginning(comment: str) -> str:
    """Return a comment; of a long one only the beginning, as the effects of the action stand below it."""
    if len(comment) <= _COMMENT:
        return comment
    return f"{comment[:_COMMENT].rstrip()}… ({count(len(comment))} characters)"
