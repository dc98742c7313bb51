"""The form of a bulk action: filled in once for all marked customers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from textual.widgets import Static

from wbtui.errors import NotCached
from wbtui.models.actions import Action
from wbtui.models.customer import Customer
from wbtui.models.drafts import Draft
from wbtui.models.preview_text import Difference
from wbtui.services.actions.bulk_run import BulkRun
from wbtui.services.actions.bulk_targets import NOT_CACHED, BulkTarget, find_targets
from wbtui.services.actions.subjects import OfflineReader
from wbtui.ui.actions.bulk_sheet import BulkProposal, BulkSheet
from wbtui.ui.actions.catalogue import entry_of
from wbtui.ui.actions.data import FormData, Place
from wbtui.ui.actions.dialog import ActionForm
from wbtui.ui.actions.fields import ChoiceField
from wbtui.ui.actions.form import Form
from wbtui.ui.actions.keeping import DraftKeeper
from wbtui.ui.actions.loading import Loaded
from wbtui.ui.actions.proposal import answer_rows
from wbtui.ui.dialogs.base import open_dialog
from wbtui.ui.dialogs.ticket import remember_ticket
from wbtui.ui.format import NOTHING, plural
from wbtui.ui.host import default_currency, host, unsupported_in
from wbtui.ui.text import bulk as text
from wbtui.ui.text.commands import FORM_ABOUT
from wbtui.ui.work import COMMANDS, apply, start


@dataclass(frozen=True)
class RunField(ChoiceField):
    """A choice about the whole run, which is no member of the actions."""

    def members(self, value: Any, data: FormData) -> dict[str, Any]:
        return {}


ON_ERROR = RunField(
    "on_error", "On error", (("Go on", "go_on"), ("Stop", "stop")), place=Place.EMAIL, default="go_on",
    note=lambda data: text.STOPS if data["on_error"] == "stop" else None,
)  # fmt: skip


def bulk_form(form: Form) -> Form:
    """Return a form for several customers: without what is about one object only."""
    given = entry_of(form.kind).in_bulk
    fields = tuple(replace(field, note=None) for field in form.fields if field.name not in given)
    return replace(
        form,
        fields=(*fields, ON_ERROR),
        needs=(),
        fixed=lambda _data: {name: value for name, value in given.items() if value is not None},
        aside=None,
        estimate=False,
        compare=None,
    )


class BulkDraftKeeper(DraftKeeper):
    """The draft of a form for several customers, with the `targets` found last."""

    targets: tuple[BulkTarget, ...] = ()

    def snapshot(self, subject: Any) -> dict[str, Any]:
        return {
            one.customer.id: {"customer": one.customer.title, "object": text.object_of(one)}
            for one in self.targets
        }

    def changes(self, seen: dict[str, Any], now: dict[str, Any]) -> Sequence[Difference]:
        gone = {"object": text.GONE}
        found = [(was["customer"], was["object"], now.get(one, gone)["object"]) for one, was in seen.items()]
        # What a draft stores about a customer is removed when the customer is deleted; the ID stays.
        ids = self.draft.customer_ids if self.draft is not None else ()
        if deleted := [one for one in ids if one not in now | seen]:
            found.append((plural(len(deleted), "customer"), NOTHING, text.GONE))
        return [Difference(name, before, after) for name, before, after in found if before != after]


class BulkForm(ActionForm):
    """Finds what the action is about for each customer, asks once, and opens the sheet of all items.

    Attributes:
        run: what was started; None when nothing was.
    """

    def __init__(self, form: Form, customers: Sequence[Customer], *, draft: Draft | None = None) -> None:
        super().__init__(bulk_form(form), customers[0], "")
        self._heading = text.heading(self._entry.title, len(customers))
        self._customers = tuple(customers)
        named = {
            "kind": form.kind,
            "customer_id": "",
            "customer_ids": tuple(one.id for one in customers),
            "customer": plural(len(customers), "customer"),
            "subject_id": "",
            "label": "",
        }
        self._keeper: BulkDraftKeeper = BulkDraftKeeper(self, draft, named)
        self.run: BulkRun | None = None

    @property
    def _targets(self) -> tuple[BulkTarget, ...]:
        return self._keeper.targets

    @property
    def ABOUT(self) -> str:
        """What the form is for and how it is filled in, for the help."""
        return text.form_help(self._entry.bulk, FORM_ABOUT)

    async def _loaded(self, *, fresh: bool = False, cached: bool = False) -> FormData:
        if cached:
            raise NotCached("The objects are looked up first.")
        app, model = host(self), self.form.model
        reader = OfflineReader(app.services.profiles, or_summary=True)
        self._keeper.targets = await find_targets(
            reader.fetch, model, self._customers, self._found, offline=True
        )
        if model.about != "customer":
            others = sum(target.others for target in self._targets)
            self.form = replace(self.form, hint=lambda _data: f"{text.which_invoice(others)}.")
        possible = [target for target in self._targets if target.reason is None]
        first = possible[0] if possible else self._targets[0]
        data = FormData(
            customer=first.customer,
            subject=first.subject,
            today=app.today(),
            agent=app.services.connection.agent,
            currency=default_currency(app),
            ticket=await app.services.workspace.last_ticket() or "",
            customers=tuple(target.customer for target in possible),
            unsupported=unsupported_in(app, self.form.kind),
        )
        self._known = Loaded(data, reader.cached_at, ())
        return data

    def _found(self, done: int) -> None:
        """Show how many were looked up: instead of the form, or in its frame."""
        line = text.loading(done, len(self._customers), "Looking up invoices,")
        self.query_one(".form-waiting", Static).update(line)
        if self.data is not None:
            self.frame.border_subtitle = self.subtitle(line.plain)

    def _reasons(self, data: FormData) -> Sequence[str]:
        reasons = Counter(target.reason for target in self._targets)
        return [] if reasons[None] else [f"{plural(n, 'customer')}: {why}" for why, n in reasons.items()]

    def _open_sheet(self, data: FormData, action: Action) -> None:
        start(self, self._find_again, data, action, group=COMMANDS, latest=True)

    async def _find_again(self, data: FormData, action: Action) -> None:
        """Look up again what was found offline; then open the sheet."""
        found = {target.reason for target in self._targets}
        if self._known is not None and (self._known.cached_at is not None or NOT_CACHED in found):
            try:
                await self._loaded(fresh=True)
            finally:
                await apply(self, self._show_link)
        await apply(self, self._show_sheet, data, action)

    def _show_sheet(self, data: FormData, action: Action) -> None:
        proposal = BulkProposal(
            entry=self._entry,
            template=action,
            targets=self._targets,
            stop_on_error=data["on_error"] == "stop",
            facts=answer_rows(self.form, data, action),
        )

        def started(run: BulkRun) -> None:
            self.run = run
            remember_ticket(self, action.context.ticket)
            self.dismiss(None)

        open_dialog(self, BulkSheet(proposal), started)
