"""Effects of the answers of a form, beside the fields: a text, and the live estimate of the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import zip_longest

from rich.cells import cell_len
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from wbtui.errors import WbtuiError
from wbtui.models.actions import Action
from wbtui.models.money import Money
from wbtui.models.preview import Preview
from wbtui.models.preview_text import DUE_TODAY, NEXT_INVOICE, shown_change
from wbtui.ui.format import NOTHING, day, plural
from wbtui.ui.host import host
from wbtui.ui.rendering.screen import SinglePassScreen
from wbtui.ui.safe import DIM, fit, hanging, join, join_lines, safe, safe_text
from wbtui.ui.text.actions import INCOMPLETE
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.work import apply, start

PAUSE = 0.15
"""Seconds without a change before the server is asked."""
FIRST_CHANGES = 3
"""How many changes are shown of the only possible preview, and of each of two without figures."""
_UNCHANGED = "nothing_to_do"
"""Code of a refusal because nothing would change: no mistake, a form may open with such answers."""
_AMOUNT = "amount"
"""The key of the amount; that of a change is its path."""


class Estimate(Static):
    """One column for each action asked about; never a figure of earlier answers."""

    DEFAULT_CSS = "Estimate { height: auto; }"

    def __init__(self, answered: Callable[[WbtuiError | None], str]) -> None:
        """`answered` is called with an error or None. It returns what is shown in place of the estimate."""
        super().__init__("", markup=False)
        self._answered = answered
        self._asked: list[tuple[str, Action]] | None = None
        self._previews: list[tuple[str, Preview]] = []
        self._failed = False

    def ask(self, actions: Sequence[tuple[str, Action]]) -> None:
        """Show what these would do, by title of their column; nothing while there is none.

        Asking the same again does nothing.
        """
        wanted = list(actions)
        if wanted == self._asked:
            return
        self._asked, self._previews, self._failed = wanted, [], False
        # The fields below stay where they are until the answer is there.
        self.styles.min_height = self.size.height if wanted else None
        self._update(safe("Calculating …" if wanted else INCOMPLETE, DIM))
        start(self, self._fetch, wanted, group="estimate", latest=True)

    def ask_again(self) -> None:
        """Repeat what failed, now that there is a connection."""
        if self._failed and host(self).services.link.reachable:
            wanted, self._asked = self._asked, None
            self.ask(wanted or ())

    async def _fetch(self, wanted: list[tuple[str, Action]]) -> None:
        if not wanted:
            return
        await host(self).clock.sleep(PAUSE)
        actions = host(self).services.actions
        try:
            previews = await asyncio.gather(*(actions.preview(action) for _, action in wanted))
        except WbtuiError as error:
            await apply(self, self._fail, error)
            return
        titles = [title for title, _ in wanted]
        await apply(self, self._show, list(zip(titles, previews, strict=True)))

    def _fail(self, error: WbtuiError) -> None:
        self._failed, self.styles.min_height = True, None
        self._update(safe(self._answered(error), DIM))

    def _show(self, previews: list[tuple[str, Preview]]) -> None:
        self._answered(None)
        self._previews, self.styles.min_height = previews, None
        self.on_resize()

    def _update(self, content: Content) -> None:
        """Show the content; a field below that is in view and has the focus stays in view."""
        assert isinstance(self.screen, SinglePassScreen)
        self.screen.keep_focused_in_view()
        self.update(content)

    def on_resize(self) -> None:
        if self._previews:
            width = max(self.size.width, 30)
            typed = {getattr(action, "amount", None) for _, action in self._asked or ()}
            shown = estimate_text(self._previews, host(self).today(), width, typed)
            self._update(hanging(join_lines(shown, *_problems(self._limit_reasons())), width))

    def _limit_reasons(self) -> list[tuple[str, str | None]]:
        """Return by title of the column why its amount is above the agent's limit."""
        permissions = host(self).services.actions.permissions
        asked = zip(self._asked or (), self._previews, strict=True)
        return [(title, permissions.limit_reason(action, one)) for (title, action), (_, one) in asked]


def estimate_rows(preview: Preview, today: date) -> Iterator[tuple[str, str, str]]:
    """Yield the figures that tell choices apart: amount, due today, account credit, next invoice.

    Each is a key, a label that several may have, and the text.
    """
    if preview.refused is not None:
        return
    if preview.amount is not None and preview.due != (preview.amount,):
        yield _AMOUNT, "Amount", str(preview.amount)
    if preview.due:
        yield "due", DUE_TODAY, " + ".join(map(str, preview.due))
    for change in preview.different:
        if change.path.startswith("wallet/"):
            yield change.path, change.label, " → ".join(shown_change(change))
    if preview.next_invoice is not None:
        said = f"{preview.next_invoice.total} on {day(preview.next_invoice.date, today)}"
        yield "next_invoice", NEXT_INVOICE, said


def estimate_text(
    previews: Sequence[tuple[str, Preview]], today: date, width: int, typed: Collection[Money | None] = ()
) -> Content:
    """Return the previews as columns, without those that are refused; refusals and warnings below.

    What does not apply to every preview begins with the title of its own. An amount that was `typed` is not
    said again, except alone.
    """
    shown = [(title, preview) for title, preview in previews if preview.refused is None]
    rows = [list(estimate_rows(preview, today)) for _, preview in shown]
    columns = [{key: said for key, _, said in row} for row in rows]
    labels = {change.path: change.label for _, preview in shown for change in preview.different}
    labels |= {key: label for row in rows for key, label, _ in row}
    nothing = NOTHING
    if len(shown) == 1:
        for change in shown[0][1].different[:FIRST_CHANGES]:
            columns[0][change.path] = " → ".join(shown_change(change))
    for column, (_, preview) in zip(columns, shown, strict=True):
        if preview.amount in typed and len(column) > 1:
            column.pop(_AMOUNT, None)
    keys = list(dict.fromkeys(key for column in columns for key in column))
    if len(shown) == 2 and not keys:
        columns = [{one.path: shown_change(one)[1] for one in preview.different} for _, preview in shown]
        nothing = "unchanged"
        firsts = dict.fromkeys(key for column in columns for key in [*column][:FIRST_CHANGES])
        keys = list(_without_cleared_parts(firsts, columns))
    left = min(max([11, *(cell_len(safe_text(labels[key])) + 2 for key in keys)]), width * 2 // 5)
    room = max((width - left + 2) // max(len(shown), 1) - 2, 8)  # no space after the last column
    lines: list[object] = []
    if keys and any(title for title, _ in shown):
        lines += [
            join(" " * left, *((text, DIM) for text in _cells(parts, room)))
            for parts in zip_longest(*(_title_lines(title, room) for title, _ in shown), fillvalue="")
        ]
    for key in keys:
        label, cells = labels[key], [safe_text(column.get(key, nothing)) for column in columns]
        has_room = max(map(cell_len, cells)) <= room
        beside = has_room and cell_len(safe_text(label)) < left
        if not beside:
            lines.append(join((label, DIM)))
        if has_room:
            name = fit(label, left) if beside else " " * left
            lines.append(join((name, DIM), *((text, "bold") for text in _cells(cells, room))))
            continue
        # Values too long for their columns stand below.
        for (title, _), cell in zip(shown, cells, strict=True):
            lines.append(join((f"  {title}: " if title else "  ", DIM), (cell, "bold")))
    if len(shown) == 1 and (more := sum(one.path not in columns[0] for one in shown[0][1].different)):
        lines.append((f"{plural(more, 'more change')} in the preview", DIM))
    refusals = [(title, _refusal(one, unchanged=False)) for title, one in previews]
    unchanged = [(title, [_refusal(one, unchanged=True)]) for title, one in previews]
    warnings = [(title, [warn.text for warn in one.warnings]) for title, one in previews]
    lines += [join((f"{head}{text}", DIM)) for head, text in _shared(unchanged)]
    lines += _problems(refusals)
    lines += [join((f"▲ {head}", "$warning"), text) for head, text in _shared(warnings)]
    return join_lines(*lines) if lines else safe("No change.", DIM)


def _refusal(preview: Preview, *, unchanged: bool) -> str | None:
    """Return why the action is refused: because it would change nothing, or for any other reason."""
    refused = preview.refused
    return refused.message if refused and (refused.code == _UNCHANGED) is unchanged else None


def _without_cleared_parts(keys: Iterable[str], columns: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Yield the paths; of several members of one part that every column clears, only the first."""
    cleared = set[str]()
    for key in keys:
        part, dot, _ = key.rpartition(".")
        if dot and all(column.get(key) == NOTHING for column in columns):
            if part in cleared:
                continue
            cleared.add(part)
        yield key


def _title_lines(title: str, room: int) -> list[str]:
    """Return the lines of a title: two, such as "At renewal," and "18 Dec", where it is too long for one."""
    head, comma, rest = title.partition(", ")
    return [f"{head},", rest] if comma and cell_len(title) > room else [title]


def _cells(texts: Sequence[str], room: int) -> list[str]:
    """Return the cells of a row, with space between them."""
    return [*(fit(text, room) + "  " for text in texts[:-1]), fit(texts[-1], room)]


def _problems(said: Sequence[tuple[str, str | None]]) -> list[Content]:
    """Return a line for each problem, with the titles of the columns that have it where not all do."""
    shared = _shared([(title, [text]) for title, text in said])
    return [join((f"■ {head}", "$error"), text) for head, text in shared]


def _shared(said: Sequence[tuple[str, Sequence[str | None]]]) -> Iterator[tuple[str, str]]:
    """Yield each text once, with the titles of those that say it where not all do."""
    for text in dict.fromkeys(text for _, texts in said for text in texts if text is not None):
        titles = [title for title, texts in said if text in texts]
        yield (f"{', '.join(titles)}: " if len(titles) < len(said) else ""), text


class FormEffects(Vertical):
    """Below the fields or beside them; hidden while there is nothing to show."""

    DEFAULT_CSS = """
    FormEffects { height: auto; padding: 1 0 1 1; display: none; }
    FormEffects > .form-aside { display: none; padding-bottom: 1; }
    """

    def __init__(self, answered: Callable[[WbtuiError | None], str]) -> None:
        super().__init__(SteadyStatic(classes="form-aside"), Estimate(answered))

    def show(self, aside: Content | None, asked: Sequence[tuple[str, Action]] | None) -> None:
        """Show a text and the estimate of the actions, each unless it is None."""
        self.query_one(".form-aside", SteadyStatic).show(aside)
        self.display = aside is not None or asked is not None
        if asked is not None:
            self.query_one(Estimate).ask(asked)
