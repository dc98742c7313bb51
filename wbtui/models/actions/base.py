"""What every action shares: who acts and why, the object it is about, and how it is written on the wire."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, from_json

from wbtui.models.activity import Ref
from wbtui.models.base import Model
from wbtui.models.customer import Customer, CustomerStatus

Id: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]
About: TypeAlias = Literal["customer", "subscription", "invoice", "payment", "method", "credit", "refund"]
"""The kind of object that an action is started on."""

SUBJECT_MEMBER: dict[About, str] = {
    "customer": "customer_id",
    "subscription": "contract_id",
    "invoice": "invoice_id",
    "payment": "payment_id",
    "method": "method_id",
    "credit": "credit_id",
    "refund": "refund_id",
}
"""The member of an action that holds the id of its object."""


def noun_of(about: About) -> str:
    """Return what people call a kind of object."""
    return {"method": "payment method"}.get(about, about)


class Reason(StrEnum):
    """Why an action is done. `other` needs a comment."""

    COURTESY = "courtesy"
    BILLING_ERROR = "billing_error"
    DUPLICATE = "duplicate"
    SERVICE_ISSUE = "service_issue"
    CANCELLATION = "cancellation"
    FRAUD = "fraud"
    PRICE_CHANGE = "price_change"
    CUSTOMER_REQUEST = "customer_request"
    OTHER = "other"


class Context(Model):
    """Who acts and why. `agent` is a claim, not a proof; `notify` e-mails the customer."""

    agent: str = Field(min_length=1, max_length=100)
    ticket: str | None = Field(default=None, max_length=100)
    reason: Reason | None = None
    comment: str | None = Field(default=None, max_length=5000, validate_default=True)
    notify: bool = False

    @field_validator("comment")
    @classmethod
    def _other_needs_a_comment(cls, comment: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("reason") is Reason.OTHER and not (comment or "").strip():
            raise PydanticCustomError("comment_needed", 'The reason "other" needs a comment.')
        return comment


class Action(Model):
    """One thing an agent can do to a customer.

    A subclass gives `kind` a value, and says which object it is about and whether money moves: then a reason
    is required, the amount is shown on the commit key, and an unknown outcome blocks a second try.

    Attributes:
        about: the kind of object the action is started on.
        moves_money: whether money is charged, paid out, credited or written off.
        may_be_free: whether it can be confirmed without an amount, because nothing may be due now.
        needs_active_account: whether it cannot be done while the customer is frozen.
        adds: whether the same again would do it twice, such as start a second subscription.
        asks: whether its form asks anything; else it is previewed at once, and cannot be prepared offline.
        conflicts_on: members that identify what must not be acted on twice at once; by default the object.
    """

    about: ClassVar[About] = "customer"
    moves_money: ClassVar[bool] = False
    may_be_free: ClassVar[bool] = False
    needs_active_account: ClassVar[bool] = False
    adds: ClassVar[bool] = False
    asks: ClassVar[bool] = True
    conflicts_on: ClassVar[tuple[str, ...]] = ("customer_id",)

    kind: str
    customer_id: Id
    context: Context

    def __init_subclass__(
        cls,
        *,
        about: About = "customer",
        moves_money: bool = False,
        may_be_free: bool = False,
        needs_active_account: bool = False,
        adds: bool = False,
        asks: bool = True,
        conflicts_on: tuple[str, ...] = (),
    ) -> None:
        super().__init_subclass__()
        cls.about, cls.moves_money, cls.adds, cls.asks = about, moves_money, adds, asks
        cls.conflicts_on = conflicts_on or (SUBJECT_MEMBER[about],)
        cls.may_be_free = may_be_free or not moves_money
        cls.needs_active_account = needs_active_account

    @classmethod
    def __pydantic_init_subclass__(cls, **_options: Any) -> None:
        ACTIONS[cls.model_fields["kind"].default] = cls

    def model_post_init(self, _context: Any) -> None:
        # `wire` writes only what was given; the kind always counts as given.
        self.model_fields_set.add("kind")

    @field_validator("context")
    @classmethod
    def _money_needs_a_reason(cls, context: Context) -> Context:
        if cls.moves_money and context.reason is None:
            raise problem("reason", "Choose a reason.")
        return context

    @staticmethod
    def disabled_reason(subject: Any) -> str | None:
        """Return why the state of this object does not allow the action, in one sentence; None when it does.

        `subject` is a model of the kind that `about` names.
        """
        return None

    @classmethod
    def disabled_reason_for(cls, customer: Customer, subject: Any) -> str | None:
        """Return why the action cannot be done on this object of the customer; None when it can.

        Menu, palette, key bar, form and command line all ask this one.
        """
        if (reason := cls.disabled_reason(subject)) is not None:
            return reason
        frozen = cls.needs_active_account and customer.status is CustomerStatus.INACTIVE
        return "The account is frozen. Activate it first." if frozen else None

    @staticmethod
    def confirm_text(subject: Any) -> str | None:
        """Return what is always typed to confirm, such as an invoice's number; None for the usual rules."""
        return None

    @property
    def capability(self) -> str:
        """The capability that the billing system must have: `action.<kind>`."""
        return f"action.{self.kind}"

    def subject(self, label: str | None = None) -> Ref:
        """Return a reference to the object the action is about; to the customer where it names none."""
        found: str | None = getattr(self, SUBJECT_MEMBER[self.about])
        if found is None:
            return Ref(type="customer", id=self.customer_id)
        return Ref(type=self.about, id=found, label=label)

    @property
    def conflict_key(self) -> str:
        """Kind, customer and the first member of `conflicts_on`: equal for two actions of one purpose."""
        parts = dict.fromkeys([self.customer_id, str(getattr(self, self.conflicts_on[0]))])
        return " ".join([self.kind, *parts])

    def conflicts(self, other: Action) -> bool:
        """Whether the two must not be in flight together: same kind and customer, and an object in common."""
        if type(self) is not type(other) or self.customer_id != other.customer_id:
            return False
        ours = [getattr(self, name) for name in self.conflicts_on]
        theirs = [getattr(other, name) for name in self.conflicts_on]
        return any(one is not None and one == two for one, two in zip(ours, theirs, strict=True))

    def check_choice(self, choice: str, *names: str) -> None:
        """Check members that belong to one value of a choice, which has their name: `amount` to mode amount.

        Raises ValidationError at the member that is missing, or given with another value.
        """
        chosen = getattr(self, choice)
        for name in names:
            given = getattr(self, name) not in (None, ())
            if given and name != chosen:
                raise problem(name, f"Leave this out with {choice} {chosen}.")
            if not given and name == chosen:
                raise problem(name, "Needed.", kind="missing")

    def wire(self) -> dict[str, Any]:
        """Return the action as JSON data: only what was given, so that null can mean "remove"."""
        return self.model_dump(mode="json", exclude_unset=True)

    def same_as(self, other: Action) -> bool:
        """Whether the two do the same for the same customer, whatever their context."""
        one, two = ({**each.wire(), "context": None} for each in (self, other))
        return one == two


ACTIONS: dict[str, type[Action]] = {}
"""Every action by its kind; a subclass of Action adds itself."""


def read_action(data: str | bytes) -> Action:
    """Parse an action from JSON. Raises ValueError, also for a kind that this version does not know."""
    value = from_json(data)
    kind = str(value.get("kind")) if isinstance(value, dict) else ""
    if kind not in ACTIONS:
        raise ValueError(f"There is no action {kind!r}.")
    return ACTIONS[kind].model_validate_json(data)


def problem(member: str, message: str, *, kind: str = "rule") -> ValidationError:
    """Return a validation error at a member of the value being checked, for a rule over several members."""
    error = PydanticCustomError(kind, "{message}", {"message": message})
    return ValidationError.from_exception_data(
        "action", [InitErrorDetails(type=error, loc=(member,), input=None)]
    )
