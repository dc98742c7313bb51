"""Request bodies of /v1/c: unknown members are ignored, numbers are accepted as decimal strings."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from wbtui.sandbox.actions.bodies import EMAIL, UNITS, matching

Cycle = Literal["once", "hour", "day", "week", "month", "quarter", "year", "constant"]
Provider = Literal["authorize", "self_handled", "stripe"]
Closing = Literal["automatic", "manual", "15 minutes", "1 hour", "1 day"]
DuePolicy = Literal["start_of_period", "end_of_period"]

_UNITS_LIMIT = Decimal(10) ** 26


def _number(value: Any) -> Any:
    """A JSON number as decimal text; the documented bulk example sends numbers."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _decimal(value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError("Not a decimal number.") from None
    if not number.is_finite() or abs(number) > _UNITS_LIMIT:
        raise ValueError("Not a decimal number up to 10^26.")
    return value


DecimalText = Annotated[str, BeforeValidator(_number), AfterValidator(_decimal), Field(max_length=60)]
UnitCount = Annotated[
    str, BeforeValidator(_number), matching(UNITS, "A number of units with at most 6 decimals.")
]
Email = Annotated[str, Field(max_length=320), matching(EMAIL, "Not an e-mail address.")]
Text = Annotated[str, Field(max_length=5000)]


class Open(BaseModel):
    """Base: unknown members are ignored."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    def given(self) -> dict[str, Any]:
        """The members that were sent and are not null."""
        sent = self.model_dump(exclude_unset=True)
        return {name: value for name, value in sent.items() if value is not None}


class Address(Open):
    line_1: Text
    line_2: Text | None = None
    zip: Text
    city: Text
    state: Annotated[Text | None, AfterValidator(lambda value: value or None)] = None
    country: Annotated[str, Field(pattern="^[A-Za-z]{2}$")]


class TaxDetails(Open):
    vat_id: Text | None = None


class CustomerUpsert(Open):
    """All members are optional; without `id` a customer is created, with it one is changed."""

    id: str | None = None
    name: Text | None = None
    emails: dict[str, Email] | None = None
    customer_reference: Text | None = None
    notes: Text | None = None
    address: Address | None = None
    tax_details: TaxDetails | None = None
    metadata: dict[str, str] | None = None


class CustomerSelector(Open):
    id: str | None = None
    email: str | None = None
    reference: str | None = None


class Notes(Open):
    notes: Text | None = None


class Period(Open):
    cycle_count: int | None = None
    cycle: Text | None = None
    cycle_start_offset: int | None = None


class PeriodicTrigger(Open):
    periodic: Period


InvoiceTrigger = Annotated[str, Field(pattern="^[a-z_]{1,60}$")] | PeriodicTrigger


class ContractCreate(Open):
    customer: str
    plan: str
    currency: str
    cycle: Cycle
    activation: str | None = None
    is_pending: bool = False
    automatic_payment: bool | None = None
    discount_id: str | None = None
    pricing_id: str | None = None
    free_trial_days: Annotated[int | None, Field(gt=0, le=3650)] = None
    invoice_trigger: InvoiceTrigger | None = None
    unit_count_configuration: dict[str, UnitCount] = Field(default_factory=dict)
    feature_configuration: dict[str, Any] | None = None


class Activation(Open):
    type: str


class UpgradeConfiguration(Open):
    upgrade_strategy: Literal["new_plan", "change_unit_count"]
    plan_id: str | None = None
    pricing_id: str | None = None
    currency: str | None = None
    cycle: Cycle | None = None
    discount_id: str | None = None
    unit_count_configuration: dict[str, UnitCount] = Field(default_factory=dict)
    unit_configuration: dict[str, Any] | None = None
    activation: Activation | None = None


class UpgradeRequest(Open):
    upgrade_configuration: UpgradeConfiguration
    downgrade_allowed: bool = False


class UsageEvent(Open):
    customer_id: str
    feature_slug: str
    units: DecimalText
    is_absolute: bool | None = None
    timestamp: str | None = None
    metadata: dict[str, str] | None = None


class PaymentSessionCreate(Open):
    operation: Literal["add_method"]
    address: bool
    provider: Provider = "stripe"
    detach_previous_on_success: bool | None = None
    plan_id: str | None = None
    pricing_id: str | None = None


class CreateInvoices(Open):
    contract_id: str | None = None
    customer_id: str | None = None
    invoice_items: list[str] | None = None


class InvoicingPreferences(Open):
    automatic_payment: bool | None = None
    due_date_policy: DuePolicy | None = None
    flat_fee_due_date_policy: DuePolicy | None = None
    invoice_trigger: InvoiceTrigger | None = None
    usage_period_closing_policy: Closing | None = None
