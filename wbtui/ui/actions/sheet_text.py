"""The text of a preview sheet: exactly the server's lines and changes, before and after in columns."""

from __future__ import annotations

from datetime import date, datetime

from rich.cells import cell_len
from textual.content import Content

from wbtui.models.actions.customer import AppendNote
from wbtui.models.instants import local
from wbtui.models.preview import Lookalike, Preview, Rule
from wbtui.models.preview_text import (
    DUE_TODAY,
    NEXT_INVOICE,
    differences,
    no_emails,
    other_differences,
    reversible_sentence,
    shown_change,
)
from wbtui.ui.actions.catalogue import full_title_of
from wbtui.ui.actions.proposal import Proposal
from wbtui.ui.dialogs.base import LABEL_WIDTH, facts
from wbtui.ui.format import day, lookalike
from wbtui.ui.safe import DIM, PROBLEM, WARNING, fit, join, join_lines, labelled, safe, safe_text
from wbtui.ui.text import actions as text


def body_of(proposal: Proposal, preview: Preview, today: date, *, width: int, by_server: bool) -> Content:
    """Everything that scrolls, `width` cells wide.

    `by_server`: whether the billing system itself computed it (plain Wingback offers no preview).
    """
    blocks = [facts(proposal.facts, width)] if proposal.facts else []
    if preview.refused is not None:
        return Content("\n\n").join([*blocks, _refused(preview.refused)])
    found = (
        _lines(preview, width),
        _changes(preview, width),
        _money_due(preview, today),
        _papers(preview, width),
        _sentence(preview),
        safe(_computed(proposal, preview, by_server), DIM),
    )
    return Content("\n\n").join([*blocks, *(block for block in found if block is not None)])


def cautions_of(
    proposal: Proposal, preview: Preview, limit_reason: str | None, now: datetime
) -> Content | None:
    """Return the lines to read before confirming: warnings, possible duplicates, whether it can be undone.

    `limit_reason`: why it is above the agent's limit and cannot be confirmed; it comes first.
    """
    if preview.refused is not None:
        return None
    limit = join(PROBLEM, (limit_reason, "bold")) if limit_reason is not None else None
    undo = safe(reversible_sentence(preview.reversible, full_title_of))
    found = (limit, _warnings(preview), _lookalikes(preview.lookalikes, proposal.entry.noun, now), undo)
    return join_lines(*(one for one in found if one is not None))


def _refused(rule: Rule) -> Content:
    lines = [join(("■ Refused: ", "bold $error"), (rule.message, "bold"))]
    if rule.limit is not None:
        lines.append(join("The most that is allowed is ", (rule.limit, "bold")))
    return join_lines(*lines)


def _computed(proposal: Proposal, preview: Preview, by_server: bool) -> str:
    if not by_server:
        # A note begins with the agent's name.
        name = "" if isinstance(proposal.action, AppendNote) else "name, "
        return (
            f"Calculated by wbtui at {local(preview.computed_at):%H:%M:%S}: plain Wingback has no previews. "
            "The data is read again just before sending; a change after that is not noticed. Wingback does "
            f"not record your {name}reason, ticket and comment: they stay in wbtui's journal."
        )
    return f"Preview valid until {local(preview.expires_at):%H:%M}."


def _lines(preview: Preview, width: int) -> Content | None:
    if not preview.lines:
        return None
    amounts = [str(line.money) for line in preview.lines]
    right = max(cell_len(text) for text in amounts)
    labels = max(cell_len(safe_text(line.label)) for line in preview.lines)
    left = max(min(labels, width - right - 2), 10)
    rows: list[object] = []
    for line, amount in zip(preview.lines, amounts, strict=True):
        rows.append(join(fit(line.label, left), "  ", (amount.rjust(right), "bold")))
        if line.details:
            rows.append(labelled("", (line.details, DIM), 2, width))
    return join_lines(*rows)


def _changes(preview: Preview, width: int) -> Content | None:
    if not preview.different:
        return None
    cells = [(safe_text(change.label), *map(safe_text, shown_change(change))) for change in preview.different]
    value = min(max([6, *(cell_len(text) for row in cells for text in row[1:])]), max(width // 3, 8))
    label = max(min(max(cell_len(row[0]) for row in cells) + 2, width - 2 * value - 4), 8)
    rows: list[object] = [
        join(
            (fit("", label), ""),
            (fit("before", value, right=True), DIM),
            "  ",
            (fit("after", value, right=True), DIM),
        )
    ]
    for name, before, after in cells:
        rows.append(
            join(
                fit(name, label),
                fit(before, value, right=True),
                "  ",
                (fit(after, value, right=True), "bold"),
            )
        )
        # A value too long for its column stands whole below it.
        if max(cell_len(before), cell_len(after)) > value:
            rows.append(labelled("  before", (before, DIM), 10, width))
            rows.append(labelled("  after", after, 10, width))
    return join_lines(*rows)


def _warnings(preview: Preview) -> Content | None:
    if not preview.warnings:
        return None
    return join_lines(*(join(WARNING, warn.text) for warn in preview.warnings))


def _lookalikes(lookalikes: tuple[Lookalike, ...], noun: str, now: datetime) -> Content | None:
    if not lookalikes:
        return None
    rows: list[object] = [(f"▲ Possible duplicate: a similar {noun} in the last 24 hours", "$warning")]
    return join_lines(*rows, *(f"  {lookalike(one, now)}" for one in lookalikes))


def _money_due(preview: Preview, today: date) -> Content | None:
    rows: list[object] = []
    if preview.due and not preview.due_besides:
        rows.append(join((f"{DUE_TODAY}    ", DIM), " + ".join(map(str, preview.due))))
    if preview.next_invoice is not None:
        charge = preview.next_invoice
        rows.append(join((f"{NEXT_INVOICE} ", DIM), f"{charge.total} on {day(charge.date, today)}"))
    return join_lines(*rows) if rows else None


def _papers(preview: Preview, width: int) -> Content:
    rows: list[object] = []
    if preview.documents:
        rows.append(labelled("Documents", ", ".join(preview.documents), LABEL_WIDTH, width))
    mails = ", ".join(preview.emails or ())
    rows.append(labelled("E-mail", mails or (no_emails(preview), DIM), LABEL_WIDTH, width))
    return join_lines(*rows)


def _sentence(preview: Preview) -> Content | None:
    """Return the sentence for the customer, the same as in the outcome."""
    if not preview.customer_sentence:
        return None
    return join_lines(("For the customer, once it is done", DIM), preview.customer_sentence)


def changed_notice(old: Preview, new: Preview) -> Content:
    """Say that nothing was done because the data has changed, and what of it; one line each."""
    found = differences(old, new) or other_differences(old, new)
    rows = [join("  ", (one.label, DIM), "  ", one.was, " → ", (one.now, "bold")) for one in found]
    has_expired = not rows and old.expires_at <= new.computed_at
    head = (f"▲ {text.PREVIEW_EXPIRED if has_expired else text.DATA_CHANGED}", "$warning")
    then = text.NEW_PREVIEW if rows else text.SAME_PREVIEW
    return join_lines(head, *rows, *(() if new.refused is not None else (then,)), "")
