"""Mapping of invoices of the extension."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wbtui.api.wingback import mapping_money
from wbtui.api.wingback.wire import Wire, of_customer
from wbtui.models.invoice import (
    Address,
    Attempt,
    Invoice,
    InvoiceBrief,
    InvoiceRow,
    InvoiceState,
    Line,
    LineKind,
    Mail,
    Tax,
    TierSlice,
)
from wbtui.models.payment import PaymentStatus
from wbtui.models.plan import Strategy


def address(wire: Wire | None) -> Address | None:
    """Return the address, None if it is empty."""
    if wire is None:
        return None
    found = Address(
        line_1=wire.text("line_1", ""),
        line_2=wire.maybe_text("line_2") or None,
        zip=wire.text("zip", ""),
        city=wire.text("city", ""),
        state=wire.maybe_text("state") or None,
        country=wire.text("country", ""),
    )
    return found if found.lines() else None


def _brief(wire: Wire) -> dict[str, Any]:
    return {
        "id": wire.identity(),
        "number": wire.text("number", ""),
        "state": wire.word("state", InvoiceState),
        "total": wire.money("total"),
        "open": wire.maybe_money("open"),
        "date": wire.day("date"),
        "due": wire.maybe_day("due"),
    }


def brief(wire: Wire) -> InvoiceBrief:
    return InvoiceBrief(**_brief(wire))


def row(wire: Wire) -> InvoiceRow:
    return InvoiceRow(
        **_brief(wire),
        customer_id=wire.identity("customer_id"),
        version=wire.text("version", ""),
        subscription_id=wire.maybe_identity("contract_id"),
        paid=wire.maybe_money("paid"),
        refunded=wire.maybe_money("refunded"),
    )


def invoice(wire: Wire) -> Invoice:
    owner = wire.identity("customer_id")

    def parts(name: str) -> Iterator[Wire]:
        return of_customer(wire.objects(name), owner)

    return Invoice(
        id=wire.identity(),
        version=wire.text("version", ""),
        number=wire.text("number", ""),
        customer_id=owner,
        state=wire.word("state", InvoiceState),
        date=wire.day("date"),
        due=wire.maybe_day("due"),
        currency=wire.currency(),
        lines=tuple(_line(item) for item in wire.objects("lines")),
        subtotal=wire.maybe_money("subtotal"),
        discount=wire.maybe_money("discount"),
        tax=wire.maybe_money("tax"),
        total=wire.money("total"),
        credited=wire.maybe_money("credited"),
        paid=wire.maybe_money("paid"),
        refunded=wire.maybe_money("refunded"),
        open=wire.maybe_money("open"),
        refundable=wire.maybe_money("refundable"),
        payments=tuple(mapping_money.payment(item) for item in parts("payments")),
        attempts=tuple(_attempt(item) for item in wire.objects("attempts")),
        next_retry=wire.maybe_instant("next_retry"),
        dunning_paused_until=wire.maybe_day("dunning_paused_until"),
        refunds=tuple(mapping_money.refund(item) for item in parts("refunds")),
        credit_notes=tuple(mapping_money.credit_note(item) for item in parts("credit_notes")),
        emails=tuple(_mail(item) for item in wire.objects("emails")),
        bill_to=address(wire.maybe_object("bill_to")),
        vat_id=wire.maybe_text("vat_id"),
    )


def _line(wire: Wire) -> Line:
    tax = wire.maybe_object("tax")
    return Line(
        id=wire.identity(),
        name=wire.text("name", ""),
        subscription_id=wire.maybe_identity("contract_id"),
        kind=wire.word("kind", LineKind),
        period=wire.maybe_span("period"),
        days=wire.maybe_whole("days"),
        of_days=wire.maybe_whole("of_days"),
        quantity=wire.units("quantity"),
        unit_price=wire.maybe_money("unit_price"),
        strategy=wire.word("strategy", Strategy),
        tiers=tuple(_slice(item) for item in wire.objects("tiers")),
        gross=wire.money("gross"),
        discount=wire.money("discount"),
        discount_rule=wire.maybe_text("discount_rule"),
        tax=None if tax is None else _tax(tax),
        rounding=wire.money("rounding"),
        total=wire.money("total"),
        refunded=wire.maybe_money("refunded"),
    )


def _tax(wire: Wire) -> Tax:
    return Tax(
        rate=wire.units("rate"),
        mode=wire.text("mode", "unknown"),
        money=wire.money("money"),
        name=wire.maybe_text("name"),
    )


def _slice(wire: Wire) -> TierSlice:
    return TierSlice(
        start=wire.units("from"),
        end=wire.maybe_units("to"),
        quantity=wire.units("quantity"),
        unit_price=wire.money("unit_price"),
        flat_fee=wire.maybe_money("flat_fee"),
        subtotal=wire.money("subtotal"),
    )


def _attempt(wire: Wire) -> Attempt:
    return Attempt(
        at=wire.instant("at"),
        status=wire.word("status", PaymentStatus),
        method=mapping_money.maybe_method_brief(wire),
        money=wire.money("money"),
        decline_code=wire.maybe_text("decline_code"),
        decline_reason=wire.maybe_text("decline_reason"),
        payment_id=wire.identity("payment_id"),
    )


def _mail(wire: Wire) -> Mail:
    return Mail(at=wire.instant("at"), to=wire.text("to", ""), what=wire.text("what", "unknown"))
