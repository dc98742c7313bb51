"""Mapping of payments, refunds, payment methods, credits and wallets of the extension."""

from __future__ import annotations

import re

from wbtui.api.wingback.wire import Wire
from wbtui.models.payment import (
    CreditEntry,
    CreditNote,
    MethodBrief,
    MethodKind,
    MethodStatus,
    Payment,
    PaymentBrief,
    PaymentMethod,
    PaymentStatus,
    Refund,
    RefundStatus,
    Wallet,
)

_EXPIRIES = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})(-\d{1,2})?", re.ASCII),
    re.compile(r"(?P<month>\d{1,2})\s*[/-]\s*(?P<year>\d{4})", re.ASCII),
    re.compile(r"(?P<month>\d{1,2})\s*/\s*(?P<short>\d{2})", re.ASCII),
)


def expiry(text: str | None) -> str | None:
    """Normalize a card expiry (2026-11, 11/2026, 11/26) to YYYY-MM; None for anything else."""
    for form in _EXPIRIES:
        found = form.fullmatch((text or "").strip())
        if found:
            parts = found.groupdict()
            year, month = parts.get("year") or "20" + str(parts.get("short")), int(parts["month"])
            return f"{year}-{month:02d}" if 1 <= month <= 12 else None
    return None


def method_brief(wire: Wire) -> MethodBrief:
    return MethodBrief(
        kind=wire.word("kind", MethodKind),
        brand=wire.maybe_text("brand"),
        last_digits=wire.text("last_digits", ""),
        expires=expiry(wire.maybe_text("expires")),
        status=wire.word("status", MethodStatus),
    )


def maybe_method_brief(wire: Wire, name: str = "method") -> MethodBrief | None:
    found = wire.maybe_object(name)
    return None if found is None else method_brief(found)


def method(wire: Wire) -> PaymentMethod:
    attempt = wire.maybe_object("last_attempt")
    return PaymentMethod(
        **dict(method_brief(wire)),
        id=wire.identity(),
        version=wire.text("version", ""),
        holder=wire.maybe_text("holder"),
        order=wire.maybe_whole("order"),
        is_default=wire.maybe_flag("is_default"),
        provider=wire.text("provider", ""),
        created=wire.instant("created"),
        subscriptions=wire.identities("contracts") if wire.has("contracts") else None,
        open_invoices=wire.identities("open_invoices") if wire.has("open_invoices") else None,
        last_attempt=None if attempt is None else payment_brief(attempt),
    )


def payment_brief(wire: Wire) -> PaymentBrief:
    return PaymentBrief(
        id=wire.identity(),
        status=wire.word("status", PaymentStatus),
        money=wire.money("money"),
        at=wire.instant("at"),
    )


def payment(wire: Wire) -> Payment:
    return Payment(
        **dict(payment_brief(wire)),
        invoice_ids=wire.identities("invoice_ids"),
        method=maybe_method_brief(wire),
        attempt=wire.whole("attempt", 1),
        decline_code=wire.maybe_text("decline_code"),
        decline_reason=wire.maybe_text("decline_reason"),
        disputed=wire.flag("disputed"),
        settled=wire.flag("settled"),
        refunded=wire.money("refunded"),
        refundable=wire.money("refundable"),
        external_reference=wire.maybe_text("external_reference"),
        next_retry=wire.maybe_instant("next_retry"),
    )


def refund(wire: Wire) -> Refund:
    return Refund(
        id=wire.identity(),
        payment_id=wire.identity("payment_id"),
        invoice_id=wire.maybe_identity("invoice_id"),
        money=wire.money("money"),
        status=wire.word("status", RefundStatus),
        pending_reason=wire.maybe_text("pending_reason"),
        failure_reason=wire.maybe_text("failure_reason"),
        reference=wire.maybe_text("reference"),
        reason=wire.text("reason", "unknown"),
        comment=wire.maybe_text("comment"),
        external=wire.flag("external", False),
        cancelable=wire.flag("cancelable", False),
        at=wire.instant("at"),
        by=wire.maybe_text("by"),
        expected_by=wire.maybe_day("expected_by"),
        customer_id=wire.identity("customer_id"),
    )


def credit(wire: Wire) -> CreditEntry:
    return CreditEntry(
        id=wire.identity(),
        at=wire.instant("at"),
        money=wire.money("money"),
        balance_after=wire.money("balance_after"),
        kind=wire.text("kind", "unknown"),
        reason=wire.maybe_text("reason"),
        comment=wire.maybe_text("comment"),
        by=wire.maybe_text("by"),
        expires=wire.maybe_day("expires"),
        invoice_id=wire.maybe_identity("invoice_id"),
    )


def credit_note(wire: Wire) -> CreditNote:
    return CreditNote(
        id=wire.identity(),
        number=wire.text("number", ""),
        invoice_id=wire.identity("invoice_id"),
        money=wire.money("money"),
        tax=wire.money("tax"),
        to=wire.text("to", "unknown"),
        reason=wire.text("reason", "unknown"),
        at=wire.instant("at"),
        by=wire.maybe_text("by"),
    )


def wallet(wire: Wire) -> Wallet:
    return Wallet(
        id=wire.identity(),
        name=wire.text("name", ""),
        currency=wire.text("currency"),
        balance=wire.units("balance"),
        virtual=wire.flag("virtual", False),
    )
