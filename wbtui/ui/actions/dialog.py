"""The one form dialog: draws the fields of a declaration, makes the action, goes on to the preview sheet."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from wbtui.errors import NotOffered, Rejected, WbtuiError
from wbtui.models.actions import Action
from wbtui.models.customer import Customer
from wbtui.models.drafts import Draft
from wbtui.models.parts import CATALOGUE, CUSTOMER, Part
from wbtui.models.preview import Status
from wbtui.services.actions.subjects import load_subject
from wbtui.ui.actions.catalogue import entry_of
from wbtui.ui.actions.data import FormData, Place
from wbtui.ui.actions.estimate import Estimate
from wbtui.ui.actions.fields import ChoiceField
from wbtui.ui.actions.form import Form, Problems, build, server_problems
from wbtui.ui.actions.form_row import FormRow
from wbtui.ui.actions.keeping import DraftKeeper
from wbtui.ui.actions.proposing import preview_sheet
from wbtui.ui.dialogs.form import FormDialog
from wbtui.ui.dialogs.sheet import SheetEnd
from wbtui.ui.host import host
from wbtui.ui.report import report
from wbtui.ui.safe import join_lines, safe
from wbtui.ui.text import drafts
from wbtui.ui.text.actions import form_help, limit_line
from wbtui.ui.widgets.check_field import CheckField
from wbtui.ui.widgets.choice import Choice
from wbtui.ui.widgets.money_input import MoneyInput
from wbtui.ui.work import start

_NOT_DONE = (Status.REFUSED, Status.NOT_SENT, Status.WITHDRAWN)
"""Outcomes after which a draft is kept."""
WIDE = 126
"""Columns of the terminal from which consequences stand beside the fields."""


class ActionForm(FormDialog[SheetEnd]):
    """Ends with the outcome, or None when nothing was sent."""

    FOOT: ClassVar[tuple[str, ...]] = ("go_on", "keep", "", "back")
    DEFAULT_CSS = """
    ActionForm .form-waiting { padding: 1 0; }
    ActionForm .form-columns, ActionForm .form-part, ActionForm .form-effects { height: auto; }
    ActionForm .form-effects { padding: 1 0 1 1; display: none; }
    ActionForm .form-aside { display: none; padding-bottom: 1; }
    ActionForm .form-problem { color: $error; display: none; }
    ActionForm .form-draft { padding: 0 0 1 1; }
    ActionForm .form-hint, ActionForm .form-limit { padding-left: 1; }
    ActionForm.-beside > .dialog { width: 136; }
    ActionForm.-beside .form-columns { layout: grid; grid-size: 2; grid-columns: 1fr 70; grid-rows: auto; }
    ActionForm.-beside .form-part.-rest { margin-top: 1; }
    ActionForm.-beside .form-effects { row-span: 2; padding: 0 0 0 3; }
    """

    def __init__(
        self,
        form: Form,
        customer: Customer,
        subject_id: str,
        label: str = "",
        *,
        draft: Draft | None = None,
        environment: str,
    ) -> None:
        entry = entry_of(form.kind)
        super().__init__(f"{entry.heading(label)} · {customer.title}", environment=environment)
        self.form = form
        self.data: FormData | None = None
        """What is known; None while it is loaded."""
        self._entry = entry
        self._customer = customer
        self._subject_id = subject_id
        named = {"kind": form.kind, "customer_id": customer.id, "customer": customer.title}
        self._keeper = DraftKeeper(self, draft, {**named, "subject_id": subject_id, "label": label})

    @property
    def ABOUT(self) -> str:
        """What the form is for and how it is filled in, for the help."""
        labels = [row.field.label for row in self._rows if row.asked]
        return form_help(self._entry.title, self._entry.sentence, labels, super().ABOUT)

    # ── loading ──
    def compose_body(self) -> ComposeResult:
        yield Static(safe("Loading …", "$text-muted"), classes="form-waiting")
        with Container(classes="form-columns"):
            yield Vertical(classes="form-part -first")
            with Vertical(classes="form-effects"):
                yield Static("", classes="form-aside", markup=False)
                yield Estimate()
            yield Vertical(classes="form-part -rest")
        yield Static("", classes="form-problem", markup=False)

    def opened(self) -> None:
        self.query_one("#dialog-back").focus()
        start(self, self._load, group="form", latest=True)

    async def _load(self) -> None:
        try:
            data = await self._loaded()
        except WbtuiError as error:
            kept = [] if self._keeper.draft is None else [drafts.VANISHED]
            self._show_instead(join_lines(report(error).panel(), ("Nothing was sent.", "bold"), *kept))
            return
        if not self.is_attached:
            return  # it was closed meanwhile
        if reasons := self._reasons(data):
            head = f"■ {self._entry.title} unavailable"
            self._show_instead(join_lines((head, "bold"), "", *reasons))
            return
        with self.app.batch_update():
            await self._mount_fields(data)
            self.query_one(".form-waiting").display = False
            self.data = data
            self._changed()
        for row in self._rows:
            row.start = row.kept = row.field.raw(row.control)
        if self._keeper.draft is not None:
            await self._restore(data)
        self._focus_first()

    def _reasons(self, data: FormData) -> Sequence[str]:
        """Why the action is not possible; nothing when it is."""
        reason = self.form.model.disabled_reason(data.subject)
        return () if reason is None else self.form.details(data) or (reason,)

    async def _restore(self, data: FormData) -> None:
        """Fill in the draft, and say what has changed since."""
        lost = self._keeper.fill(self._rows)
        self._changed()
        await self._drawn()
        self._keeper.fill(self._rows)  # answers may ask for more, such as the units of another plan
        self._changed()
        for row in self._rows:
            row.kept = row.field.raw(row.control)
        said = Static(self._keeper.said(data.subject, lost), classes="form-draft", markup=False)
        await self.query_one(".form-part.-first").mount(said, before=0)

    async def _drawn(self) -> None:
        drawn = asyncio.Event()
        self.call_after_refresh(drawn.set)
        await drawn.wait()

    def _show_instead(self, text: Content) -> None:
        """Show why there is no form."""
        self.query_one(".form-waiting", Static).update(text)
        self.query_one("#form-go-on").display = False

    async def _loaded(self) -> FormData:
        """Read what the form needs at once: fresh values from the cache, the others from the server.

        A draft is compared with the object as the server has it now.
        """
        app, form = host(self), self.form
        subject, ticket, *values = await asyncio.gather(
            self._subject(), app.services.workspace.last_ticket(), *map(self._part, form.needs)
        )
        parts = {part.name: value for part, value in zip(form.needs, values, strict=True)}
        customer = parts.get(CUSTOMER.name) or self._customer
        system = app.services.system
        return FormData(
            customer=customer,
            subject=subject or customer,
            today=app.today(),
            agent=app.services.connection.agent,
            currency=system.default_currency if system is not None else "eur",
            ticket=ticket or "",
            parts=parts,
        )

    async def _subject(self) -> Any:
        """The object that the action is about, None where that is the customer."""
        if (about := self.form.model.about) == "customer":
            return None
        profiles, fresh = host(self).services.profiles, self._keeper.draft is not None
        return await load_subject(profiles, about, self._subject_id, self._customer.id, fresh=fresh)

    async def _part(self, part: Part[Any]) -> Any:
        owner = "" if part in CATALOGUE else self._customer.id
        fresh = part is CUSTOMER and self._keeper.draft is not None
        try:
            return (await host(self).services.profiles.load(part, owner, force=fresh)).value
        except NotOffered:
            return None

    async def _mount_fields(self, data: FormData) -> None:
        rows = [FormRow(field, field.control(data)) for field in self.form.all_fields]
        first = [row for row in rows if row.field.place < Place.CONSEQUENCES]
        part = self.query_one(".form-part.-first")
        if limits := host(self).services.actions.permissions.limits.of(self.form.kind):
            said = limit_line(self._entry.noun, limits)
            await part.mount(Static(safe(said, "$text-muted"), classes="form-limit", markup=False))
        await part.mount_all(first)
        rest = self.query_one(".form-part.-rest")
        await rest.mount_all(rows[len(first) :])
        if hint := self.form.hint(data):
            await rest.mount(Static(safe(hint, "$text-muted"), classes="form-hint", markup=False))

    def _focus_first(self) -> None:
        for node in self.query(".form-part *"):
            if node.focusable:
                node.focus()
                return

    # ── answers ──
    @property
    def _rows(self) -> list[FormRow]:
        return list(self.query(FormRow))

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
        rows = self._rows
        # A field may be shown because of one before it, so the answers are read in order.
        data.answers, data.chosen = {}, {}
        for row in rows:
            row.asked = row.field.asked(data)
            if row.asked:
                row.field.refresh(row.control, data)
                self._read(row, data)
        for row in rows:
            row.show_note(row.field.says(row.control, data))
        self._clear_what_is_right()
        self._show_effects(data)

    @staticmethod
    def _read(row: FormRow, data: FormData) -> None:
        value = row.field.value(row.control)
        if value is not None:
            data.answers[row.field.name] = value
            if (said := row.field.chosen(row.control)) is not None:
                data.chosen[row.field.name] = said

    def _action(self, *, draft: bool = False, **instead: Any) -> Action:
        """Return the action of the answers. Raises Problems. `instead` replaces answers by field name."""
        assert self.data is not None
        members: dict[str, Any] = {}
        context: dict[str, Any] = {}
        typed: dict[str, str] = {}
        for row in self._rows:
            field = row.field
            if not row.asked:
                continue
            if (problem := field.problem(row.control)) is not None:
                typed[field.name] = problem
            value = instead.get(field.name, field.value(row.control))
            if field in self.form.context_fields:
                context[field.name] = value
            elif not self.form.only_changes:
                answered = field.members(value, self.data)
                members |= {name: one for name, one in answered.items() if one is not None}
            elif field.raw(row.control) != row.start:
                members |= field.members(value, self.data)
        try:
            action = build(self.form, self.data, members, context, draft=draft)
        except Problems as problems:
            raise Problems(problems.by_field | typed) from None
        if typed:
            raise Problems(typed)
        return action

    def _problems(self) -> dict[str, str]:
        try:
            self._action()
        except Problems as problems:
            return problems.by_field
        return {}

    def _clear_what_is_right(self) -> None:
        wrong = [row for row in self._rows if row.problem is not None]
        general = self.query_one(".form-problem", Static)
        if wrong or general.display:
            problems = self._problems()
            for row in wrong:
                if row.rejected != (row.field.raw(row.control),):
                    row.rejected = None
                    row.say(problems.get(row.field.name))
            if "" not in problems:
                general.display = False

    def _show_problems(self, problems: dict[str, str]) -> None:
        """Say every problem at its field, and go to the first."""
        first: FormRow | None = None
        for row in self._rows:
            row.say(problems.get(row.field.name))
            first = row if first is None and row.problem is not None else first
        general = self.query_one(".form-problem", Static)
        general.update(safe(f"▲ {problems.get('', '')}"))
        general.display = "" in problems
        if first is not None:
            control = next((w for w in first.query("*") if w.focusable and w.display), None)
            if control is not None:
                control.focus()

    # ── consequences ──
    def _show_effects(self, data: FormData) -> None:
        aside = self.query_one(".form-aside", Static)
        effects = self.query_one(".form-effects")
        text = self.form.aside(data, self._effects_width()) if self.form.aside is not None else None
        aside.update(text or "")
        aside.display = text is not None
        estimate = self.form.estimate or self.form.compare is not None
        effects.display = text is not None or estimate
        if estimate:
            self.query_one(Estimate).ask(self._drafts(data))

    def _drafts(self, data: FormData) -> list[tuple[str, Action]]:
        """The actions whose previews are shown, with the title of each; none while answers are missing."""
        try:
            if self.form.compare is None:
                return [("", self._action(draft=True))]
            compare = self.form.compare
            name, values = compare(data) if callable(compare) else compare
            field = next(one for one in self.form.fields if one.name == name)
            assert isinstance(field, ChoiceField)
            labels = {value: label for label, value in field.offered(data)}
            return [(labels[value], self._action(draft=True, **{name: value})) for value in values]
        except Problems:
            return []

    def _effects_width(self) -> int:
        return 67 if self.has_class("-beside") else max(min(self.app.size.width, 94) - 6, 20)

    def on_resize(self, event: events.Resize) -> None:
        """Put the effects beside the fields where there is room; called when the form opens, too."""
        has_effects = self.form.aside is not None or self.form.compare is not None
        self.set_class(has_effects and event.size.width >= WIDE, "-beside")
        if self.data is not None:
            self._show_effects(self.data)

    # ── going on ──
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
        self.app.push_screen(preview_sheet(host(self), self.form, data, action), self._sheet_closed)

    def keep_draft(self) -> None:
        """Keep the form as a draft and close it."""
        if self.data is None:
            host(self).tell(drafts.NOT_LOADED)
            return
        start(self, self._keep, self.data, group="draft", latest=True)

    async def _keep(self, data: FormData) -> None:
        if await self._keeper.keep(self._rows, data.subject, self._heading):
            self.dismiss(None)

    def _sheet_closed(self, end: SheetEnd | Rejected | None) -> None:
        if isinstance(end, Rejected):
            self._show_problems(server_problems(self.form, end.fields))
            for row in self._rows:
                row.rejected = (row.field.raw(row.control),) if row.problem is not None else None
        elif end is not None:
            self.remember_ticket(end.proposal.action)
            if self._keeper.draft is not None and end.outcome.status not in _NOT_DONE:
                start(self.app, self._keeper.discard, group="discard")
            self.dismiss(end)

    def remember_ticket(self, action: Action) -> None:
        """Suggest the ticket of an action in the next form."""
        if ticket := action.context.ticket:
            start(self.app, self._remember, ticket, group="ticket")

    async def _remember(self, ticket: str) -> None:
        try:
            await host(self).use_ticket(ticket)
        except WbtuiError:
            pass  # a convenience: the next form starts with an empty field

    # ── leaving ──
    def unsent(self) -> str | None:
        # Controls that are being mounted cannot be read yet; nothing was typed then.
        if self.data is None or all(row.field.raw(row.control) == row.kept for row in self._rows):
            return None
        return f"this {self._entry.noun}"
