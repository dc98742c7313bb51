"""A form as a declaration, and how its answers become an action: nothing here draws anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import ValidationError
from textual.content import Content

from wbtui.models.actions import Action, Reason
from wbtui.models.actions.base import SUBJECT_MEMBER
from wbtui.models.base import message_of
from wbtui.models.drafts import Answer
from wbtui.models.parts import Part
from wbtui.ui.actions.context_fields import CONTEXT, TICKET
from wbtui.ui.actions.data import FormData
from wbtui.ui.actions.fields import ChoiceField, FormField

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Rows: TypeAlias = Sequence[tuple[str, str]]
"""Label and value."""
Compared: TypeAlias = tuple[str, Sequence[Any]]
"""Name of a field and some of its values."""
STAND_IN = Reason.COURTESY
"""The reason an estimate is computed with while none is chosen; it is never sent with `perform`."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """What one action asks and shows.

    Attributes:
        fields: the action's own questions.
        context: the questions about reason, ticket, comment and e-mail; by default all where money moves.
        needs: parts that are loaded first; with CUSTOMER the customer's own row, too.
        fixed: members of the action that are not asked.
        stand_in: members that an estimate is computed with while they are not answered; never sent.
        only_changes: fields start with current values, and only those that changed are sent; the sheet does
            not repeat them, because the preview shows them.
        details: more about why nothing can be done, instead of the action's own reason.
        facts: further rows of the sheet.
        hint: one dim line at the end of the form.
        aside: consequences computed here, such as a comparison of plans; None while there is nothing to show.
        estimate: whether the server's preview is shown as the answers change.
        compare: a field and those of its values whose previews are shown side by side, or a function that
            returns them for the answers so far.
        target: what the action leads to, for the commit key: the name of the new plan.
        undo: by kind of another action, the answers of its form that undo this one.
    """

    model: type[Action]
    fields: tuple[FormField, ...] = ()
    context: tuple[FormField, ...] | None = None
    needs: tuple[Part[Any], ...] = ()
    fixed: Callable[[FormData], Mapping[str, Any]] = lambda _data: {}
    stand_in: Mapping[str, Any] | None = None
    only_changes: bool = False
    details: Callable[[FormData], Sequence[str]] = lambda _data: ()
    facts: Callable[[FormData], Rows] = lambda _data: ()
    hint: Callable[[FormData], str] = lambda _data: ""
    aside: Callable[[FormData, int], Content | None] | None = None
    estimate: bool = False
    compare: Compared | Callable[[FormData], Compared] | None = None
    target: Callable[[FormData], str] = lambda _data: ""
    undo: Callable[[FormData], Mapping[str, Mapping[str, Answer]]] = lambda _data: {}

    @property
    def kind(self) -> str:
        """The action's kind."""
        return str(self.model.model_fields["kind"].default)

    @property
    def context_fields(self) -> tuple[FormField, ...]:
        if self.context is not None:
            return self.context
        return CONTEXT if self.model.moves_money else (TICKET,)

    @property
    def all_fields(self) -> tuple[FormField, ...]:
        """Every field in the fixed order of a form."""
        return tuple(sorted((*self.fields, *self.context_fields), key=lambda one: one.place))


class Problems(Exception):
    """What is wrong, by field name; `""` is what belongs to no field."""

    def __init__(self, by_field: Mapping[str, str]) -> None:
        super().__init__("; ".join(by_field.values()))
        self.by_field = dict(by_field)


def build(
    form: Form, data: FormData, members: Mapping[str, Any], context: Mapping[str, Any], *, draft: bool = False
) -> Action:
    """Return the action of these answers. Raises Problems, every field's at once.

    `members` and `context` are by member name, dots lead into objects; None is left out. `draft` puts a
    stand-in where the reason, ticket or comment is missing: for estimates, never to be sent.
    """
    base = _fixed(form, data) | _nested(form, members)
    given = {"agent": data.agent, **{k: v for k, v in context.items() if v is not None}}
    if draft:
        given = {"agent": data.agent, "reason": STAND_IN}
        base = {**(form.stand_in or {}), **base}
    try:
        return _supported(form, data, _validated(form, base | {"context": given}))
    except ValidationError as error:
        found = _by_field(form, error)
    # A context with problems keeps pydantic from looking at rules over the other members.
    try:
        _validated(form, base | {"context": {"agent": data.agent, "reason": STAND_IN}})
    except ValidationError as error:
        found = _by_field(form, error) | found
    raise Problems(found)


def _supported(form: Form, data: FormData, action: Action) -> Action:
    """Return the action. Raises Problems where the connected system cannot do an answer."""
    wrong = {one.member: one.reason for one in data.unsupported if one.concerns(action)}
    if wrong:
        raise Problems(server_problems(form, wrong))
    return action


def effects(
    form: Form, data: FormData, width: int, make: Callable[..., Action]
) -> tuple[Content | None, list[tuple[str, Action]] | None]:
    """Return the text of the effects, `width` cells wide, and the actions whose previews are shown.

    Each is None where the form has none of it. `make` makes an action of the answers, with `draft` and
    answers to replace by name.
    """
    aside = form.aside(data, width) if form.aside is not None else None
    has_estimate = form.estimate or form.compare is not None
    return aside, _estimated(form, data, make) if has_estimate else None


def _estimated(form: Form, data: FormData, make: Callable[..., Action]) -> list[tuple[str, Action]]:
    """Return the actions of an estimate, with a title each; none while answers are missing."""
    try:
        if form.compare is None:
            return [("", make(draft=True))]
        name, values = form.compare(data) if callable(form.compare) else form.compare
        field = next(one for one in form.fields if one.name == name)
        assert isinstance(field, ChoiceField)
        labels = {value: label for label, value in field.offered(data)}
        return [(labels[value], make(draft=True, **{name: value})) for value in values]
    except Problems:
        return []


def _fixed(form: Form, data: FormData) -> dict[str, Any]:
    fixed = {"customer_id": data.customer.id, **form.fixed(data)}
    member = SUBJECT_MEMBER[form.model.about]
    if member in form.model.model_fields:
        fixed[member] = data.subject.id
    return fixed


def _validated(form: Form, data: Mapping[str, Any]) -> Action:
    # Lax: members of nested models are given as dicts. The values themselves come from typed controls.
    return form.model.model_validate(data, strict=False)


def _nested(form: Form, members: Mapping[str, Any]) -> dict[str, Any]:
    """Members by dotted name as nested objects; an object of which nothing is given is empty."""
    outer = [field.name.partition(".")[0] for field in form.fields if "." in field.name]
    result: dict[str, Any] = {name: {} for name in outer}
    for name, value in members.items():
        *path, last = name.split(".")
        inner = result
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return result


def _by_field(form: Form, error: ValidationError) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in error.errors(include_url=False, include_input=False, include_context=True):
        path = ".".join(str(part) for part in one["loc"])
        field = field_at(form, path)
        found.setdefault(field.name if field is not None else "", _sentence(form, field, path, one))
    return found


def field_at(form: Form, path: str) -> FormField | None:
    """Return the field that answers the member at a path, as pydantic or the server name it."""
    parts = [part for part in path.split(".") if part not in ("action", "context", form.model.__name__)]
    for end in range(len(parts), 0, -1):
        name = ".".join(parts[:end])
        for field in form.all_fields:
            if name == field.name or name in getattr(field, "sets", ()):
                return field
    return None


def problems_of(make: Callable[[], Action]) -> Mapping[str, str]:
    """Return what is wrong with the answers that `make` makes an action of, as in `Problems`."""
    try:
        make()
    except Problems as problems:
        return problems.by_field
    return {}


def server_problems(form: Form, fields: Mapping[str, str]) -> dict[str, str]:
    """Return what the server said about members, by field name; of the rest, under `""`."""
    found: dict[str, str] = {}
    for path, text in fields.items():
        field = field_at(form, path)
        said = text[:1].upper() + text[1:]
        found.setdefault(
            field.name if field is not None else "", said if field is not None else f"{path}: {text}"
        )
    return found


def _sentence(form: Form, field: FormField | None, path: str, error: ErrorDetails) -> str:
    """Say a problem in the words of the form."""
    kind = error["type"]
    last = path.rpartition(".")[2]
    if kind == "missing" and field is not None:
        whole = last == field.name.rpartition(".")[2] or last in getattr(field, "sets", ())
        return field.ask if whole else field.ask_for(last)
    if kind == "missing":
        return f"{path} is missing."
    text = message_of(error)
    return text if text.endswith(".") else f"{text}."
