"""The one form dialog: draws the fields of a declaration, makes the action, goes on to the preview sheet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from wbtui.errors import NotFound, Rejected, WbtuiError
from wbtui.models.actions import Action
from wbtui.models.customer import Customer
from wbtui.models.drafts import Answer, Draft
from wbtui.ui.actions.beside import FormColumns, right_width
from wbtui.ui.actions.catalogue import entry_of
from wbtui.ui.actions.conflicts import conflicts_of, data_of_answers, is_outdated
from wbtui.ui.actions.data import FormData, Place, name_of
from wbtui.ui.actions.estimate import Estimate, FormEffects
from wbtui.ui.actions.form import Form, Problems, effects, problems_of, server_problems
from wbtui.ui.actions.form_answers import read_answers, remember_start, restore_answers, undoing_answers
from wbtui.ui.actions.form_row import FormRow, action_of, dim_line, read_rows, show_problems, show_rejected
from wbtui.ui.actions.keeping import DraftKeeper
from wbtui.ui.actions.loading import Loaded, load_form
from wbtui.ui.actions.proposal import proposal_of
from wbtui.ui.actions.sheet import PreviewSheet, SheetEnd
from wbtui.ui.command import Command
from wbtui.ui.dialogs.base import CommandButton
from wbtui.ui.dialogs.conflicts import resolve_conflicts
from wbtui.ui.dialogs.form import FormDialog
from wbtui.ui.dialogs.ticket import remember_ticket
from wbtui.ui.host import host
from wbtui.ui.report import read_report
from wbtui.ui.safe import join_lines, safe
from wbtui.ui.text import drafts
from wbtui.ui.text.actions import form_help, limit_line, unavailable
from wbtui.ui.widgets.check_field import CheckField
from wbtui.ui.widgets.choice import Choice
from wbtui.ui.widgets.money_input import MoneyInput
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.work import COMMANDS, apply, start

WIDE = 126
"""Columns of the terminal from which consequences stand beside the fields."""


class ActionForm(FormDialog[SheetEnd]):
    """Ends with the outcome, or None when nothing was sent. Begins with a draft, or with `answers`."""

    FOOT: ClassVar[tuple[str, ...]] = ("go_on", "keep", "delete", "", "back")
    GROWS = True
    NAMES_ENVIRONMENT = True
    DEFAULT_CSS = """
    ActionForm .form-waiting { padding: 1 0; }
    ActionForm .form-part { height: auto; }
    ActionForm .form-problem { color: $error; display: none; }
    ActionForm #form-delete { display: none; }
    ActionForm .form-draft, ActionForm .form-offline { padding: 0 0 1 1; }
    ActionForm .form-hint, ActionForm .form-limit { padding-left: 1; }
    ActionForm.-beside > .dialog { width: 80%; min-width: 136; }
    ActionForm.-beside .form-part.-rest { margin-top: 1; }
    ActionForm.-beside FormEffects { padding: 0 0 0 3; }
    """

    def __init__(
        self,
        form: Form,
        customer: Customer,
        subject_id: str,
        label: str = "",
        *,
        draft: Draft | None = None,
        answers: Mapping[str, Answer] | None = None,
    ) -> None:
        entry = entry_of(form.kind)
        super().__init__(f"{entry.heading(label)} · {customer.title}")
        self.form = form
        self.data: FormData | None = None
        """What is known; None while it is loaded."""
        self.is_loading = True
        """Whether the fields are still to come. The driver waits a moment for them before the next key."""
        self._known: Loaded | None = None
        self._seen: FormData | None = None
        """What was known when the answers were given: of a draft, when it was kept."""
        self._rows: list[FormRow] = []
        self._read_last: list[object] | None = None
        self._entry = entry
        self._customer = customer
        self._subject_id = subject_id
        named = {"kind": form.kind, "customer_id": customer.id, "customer": customer.title}
        self._keeper = DraftKeeper(self, draft, {**named, "subject_id": subject_id, "label": label}, answers)

    @property
    def ABOUT(self) -> str:
        """What the form is for and how it is filled in, for the help."""
        labels = [row.field.label for row in self._rows if row.is_asked]
        return form_help(self._entry.sentence, labels, super().ABOUT)

    # ── loading ──
    def compose_body(self) -> ComposeResult:
        yield dim_line("Loading …", "form-waiting")
        with FormColumns():
            yield Vertical(classes="form-part -first")
            yield FormEffects(lambda error: show_rejected(self.form, self._rows, error))
            yield Vertical(classes="form-part -rest")
        yield SteadyStatic(classes="form-problem")

    def compose_fixed(self) -> ComposeResult:
        yield SteadyStatic(classes="form-offline")

    def opened(self) -> None:
        self._focus_first()
        start(self, self._open, group="form", latest=True)

    async def _open(self) -> None:
        """Fill in a new form from the cache, even if stale, so that it is drawn with its fields at once."""
        if not self._keeper.opens_filled:
            with self.app.batch_update(), suppress(WbtuiError):
                data = await self._loaded(cached=True)
                if not self._reasons(data):
                    await apply(self, self._show_form, data)
                    await apply(self, self._form_shown, data)
        if self.data is None or self._known is None:
            await apply(self, self._show_link)
            await self._load()
        elif self._known.cached_at is not None:
            await self._refresh(self._known)

    async def _load(self) -> None:
        try:
            # A draft is compared with the object as the server has it now.
            data = await self._loaded(fresh=self._keeper.opens_filled)
        except WbtuiError as error:
            said = join_lines(read_report(error).panel(), ("Nothing was sent.", "bold"))
            await apply(self, self._show_instead, said)
            return
        if reasons := self._reasons(data):
            head = f"■ {self._entry.title} unavailable"
            await apply(self, self._show_instead, join_lines((head, "bold"), "", *reasons))
            return
        await apply(self, self._show_form, data)
        if self._keeper.opens_filled:
            await self._restore(data)
        await apply(self, self._form_shown, data)

    def _form_shown(self, data: FormData) -> None:
        self._seen = data_of_answers(self._keeper.draft, data)
        self._show_link()
        self._focus_first()
        self.is_loading = False

    async def _show_form(self, data: FormData) -> None:
        with self.app.batch_update():
            await self._mount_fields(data)
            self.query_one(".form-waiting").display = False
            self.data = data
            if self.form.model.about == "subscription":  # an outcome names its plan without the cycle
                self.retitle(f"{self._entry.heading(name_of(data.subject))} · {data.customer.title}")
            self._changed()
        remember_start(self._rows)

    async def _refresh(self, stale: Loaded) -> None:
        """Fetch stale data again, behind the form that shows it."""
        reasons: Sequence[str] = ()
        try:
            reasons = self._reasons(await self._loaded())
        except NotFound as error:
            reasons = [error.sentence]
        except WbtuiError:  # the form says how old its data is, and the preview uses current data
            await apply(self, self._refreshed, stale._replace(refreshing=False))
            return
        reason = unavailable(self._entry.title, reasons) if reasons else None
        known = stale._replace(cached_at=None, disabled_reason=reason) if reason else self._known
        await apply(self, self._refreshed, known)

    async def _refreshed(self, known: Loaded) -> None:
        """Show what is known now. Once something was answered, the fields stay and changes are listed."""
        before, self._known = self.data, known
        if before is not None and not known.data.has_same_objects(before):
            if self.unsent() is None:
                await self._renew(known.data, {})
            else:
                seen, now = map(self._keeper.snapshot, (before.subject, known.data.subject))
                self._known = known._replace(changes=self._keeper.changes(seen, now))
                self.data, self._read_last = known.data, None
                self._changed()
        self._show_link()

    def on_link_changed(self) -> None:
        self._show_link()
        self.query_one(Estimate).ask_again()

    def _show_link(self) -> None:
        """Say whether the preview is available, the age of cached data, and what has changed."""
        known, reason, now = self._known, self._disabled_reason(), host(self).now()
        note = known.note(reason, now, host(self).keymap.fill("{form.keep}")) if known is not None else None
        self.frame.border_subtitle = self.subtitle(known.age(reason, now) if known is not None else "")
        self.query_one(".form-offline", SteadyStatic).show(note)
        self.query_one("#form-go-on", CommandButton).set_label(f"{self.go_on_label}{' ✕' if reason else ''}")

    def _reasons(self, data: FormData) -> Sequence[str]:
        """Return the reasons why the action is not possible; empty when it is."""
        reason = self.form.model.disabled_reason_for(data.customer, data.subject)
        return () if reason is None else self.form.details(data) or (reason,)

    async def _restore(self, data: FormData) -> None:
        """Fill in the answers, and of a draft say what has changed since."""
        self._keeper.fill(self._rows)
        self._changed()
        await self.wait_for_refresh()
        lost = self._keeper.fill(self._rows)  # answers may ask for more, such as the units of another plan
        self._changed()
        for row in self._rows:
            row.kept = row.field.raw(row.control)
        await self._keeper.show_notice(self.query_one(".form-part.-first"), data.subject, lost)

    def _show_instead(self, text: Content) -> None:
        """Show why there is no form."""
        self.is_loading = False
        is_draft = self._keeper.draft is not None
        self.query_one(".form-waiting", Static).update(self._keeper.with_note(text))
        for button in self.query("#form-go-on, #form-keep, #form-delete"):
            button.display = is_draft and button.id == "form-delete"

    async def _loaded(self, *, fresh: bool = False, cached: bool = False) -> FormData:
        about = self._customer, self._subject_id
        self._known = await load_form(host(self), self.form, *about, fresh=fresh, cached=cached)
        return self._known.data

    async def _mount_fields(self, data: FormData) -> None:
        self._rows = rows = [FormRow(field, field.control(data)) for field in self.form.all_fields]
        self._read_last = None
        first = [row for row in rows if row.field.place < Place.CONSEQUENCES]
        top = self.query_one(".form-part.-first")
        if limits := host(self).services.actions.permissions.limits.of(self.form.kind):
            await top.mount(dim_line(limit_line(self._entry.noun, limits, len(data.customers)), "form-limit"))
        await top.mount_all(first)
        rest = self.query_one(".form-part.-rest")
        await rest.mount_all(rows[len(first) :])
        if hint := self.form.hint(data):
            await rest.mount(dim_line(hint, "form-hint"))

    def _focus_first(self) -> None:
        """Focus the first field; while there is none, the button that leaves the form."""
        fields = (node for node in self.query(".form-part *") if node.focusable)
        next(fields, self.query_one("#dialog-back")).focus()

    # ── answers ──
    @on(Choice.Changed)
    @on(CheckField.Changed)
    @on(MoneyInput.Changed)
    @on(Input.Changed)
    @on(TextArea.Changed)
    def _changed(self) -> None:
        """Read the answers; show and hide fields, consequences and problems by them."""
        data = self.data
        if data is None:
            return
        rows, given = self._rows, [row.field.raw(row.control) for row in self._rows]
        if given == self._read_last:
            return  # a new field tells its first value, too
        self._read_last = given
        read_rows(rows, data)
        self._renew_problems()
        self._show_effects(data)

    def _action(self, *, draft: bool = False, **instead: Any) -> Action:
        """Return the action of the answers. Raises Problems. `instead` replaces answers by field name."""
        assert self.data is not None
        return action_of(self.form, self.data, self._rows, draft=draft, **instead)

    def on_descendant_blur(self) -> None:
        if self.data is not None and self.app.app_focus:
            self._renew_problems()

    def _renew_problems(self) -> None:
        """Say what is wrong in fields that were left, and clear what is right now."""
        entered = [row for row in self._rows if row.can_be_wrong]
        general = self.query_one(".form-problem")
        if entered or general.display:
            problems = problems_of(self._action)
            for row in entered:
                row.renew_problem(problems)
            general.display = general.display and "" in problems

    def _show_problems(self, problems: dict[str, str]) -> None:
        """Say every problem at its field, or below all, and go to the first."""
        general = safe(f"▲ {problems['']}") if "" in problems else None
        self.query_one(".form-problem", SteadyStatic).show(general)
        show_problems(self._rows, problems)

    # ── consequences ──
    def _show_effects(self, data: FormData) -> None:
        self.query_one(FormEffects).show(*effects(self.form, data, self._effects_width(), self._action))

    def _effects_width(self) -> int:
        if self.has_class("-beside"):
            return right_width(self.body_width(80, 136)) - 3
        return self.body_width() - 1

    def on_resize(self, event: events.Resize) -> None:
        """Put the effects beside the fields where there is room; called when the form opens, too."""
        has_effects = self.form.aside is not None or self.form.compare is not None
        self.set_class(has_effects and event.size.width >= WIDE, "-beside")
        if self.data is not None:
            self._show_effects(self.data)

    # ── going on ──
    def disabled_reason(self, command: Command) -> str | None:
        is_preview = command.verb == "go_on" and self.data is not None
        return self._disabled_reason() if is_preview else super().disabled_reason(command)

    def draft_reason(self, command: Command) -> str | None:
        if command.verb == "delete" and self._keeper.draft is None:
            return drafts.NO_DRAFT
        return super().draft_reason(command)

    def _disabled_reason(self) -> str | None:
        """Return why there is no preview."""
        reason = self._known.disabled_reason if self._known is not None else None
        return reason or host(self).services.actions.send_reason(self.form.kind)

    def go_on(self) -> None:
        if self.data is None:
            return
        try:
            action = self._action()
        except Problems as problems:
            self._show_problems(problems.by_field)
            return
        self._open_sheet(self.data, action)

    def _open_sheet(self, data: FormData, action: Action) -> None:
        check = self._outdated if self.form.only_changes else None
        undo_answers = undoing_answers(self.form, data, self._rows)
        proposal = proposal_of(self.form, data, action, outdated=check, undo_answers=undo_answers)
        self.app.push_screen(PreviewSheet(proposal), self._sheet_closed)

    async def _outdated(self) -> FormData | None:
        """Return what is known now, where the answers would replace something that has changed since."""
        now = await self._loaded(fresh=True)
        return now if is_outdated(self._rows, self._seen or now, now) else None

    def _resolve_conflicts(self, now: FormData) -> None:
        """Let the agent choose where both changed something; then begin again with what is known now."""
        conflicts = conflicts_of(self._rows, self._seen or now, now)
        then = partial(self.call_later, self._begin_again, now)
        resolve_conflicts(self, self._customer.title, conflicts, then)

    async def _begin_again(self, now: FormData, theirs: Collection[str]) -> None:
        """Put the answers, but for fields that keep `theirs`, into a form of what is known now, and go on."""
        await self._renew(now, read_answers(row for row in self._rows if row.field.name not in theirs))
        self.go_on()

    async def _renew(self, now: FormData, answers: Mapping[str, Answer]) -> None:
        """Make the fields again, of what is known now, and put the answers back."""
        self.data, self._seen = None, now
        await self.query(".form-part > *").remove()
        await self._show_form(now)
        restore_answers(self._rows, answers, {})
        self._changed()
        self._focus_first()

    def keep_draft(self) -> None:
        """Keep the form as a draft and close it."""
        if self.data is None:
            host(self).show_toast(drafts.NOT_LOADED)
            return
        start(self, self._keep, self.data, group=COMMANDS, latest=True)

    async def _keep(self, data: FormData) -> None:
        await self._keeper.keep(self._rows, (self._seen or data).subject, self._heading)
        self.dismiss(None)

    def delete_draft(self) -> None:
        self._keeper.ask_delete(self._heading, self.dismiss)

    def _sheet_closed(self, end: SheetEnd | Rejected | FormData | None) -> None:
        if isinstance(end, FormData):
            self._resolve_conflicts(end)
        elif isinstance(end, Rejected):
            self._show_problems(server_problems(self.form, end.fields))
            for row in self._rows:
                row.keep_problem()
        elif end is not None:
            remember_ticket(self, end.proposal.action.context.ticket)
            self._keeper.ended(end.outcome.status)
            self.dismiss(end)

    # ── leaving ──
    def unsent(self) -> str | None:
        # Controls that are being mounted cannot be read yet; nothing was typed then.
        if self.data is None or all(row.field.raw(row.control) == row.kept for row in self._rows):
            return None
        return f"this {self._entry.noun}" if self._keeper.draft is None else drafts.UNKEPT
