"""The table of the journal, its rows as models, and the allowed changes of status."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import TypeAdapter

from wbtui.errors import StoreError
from wbtui.models.activity import Ref
from wbtui.models.instants import instant_of
from wbtui.models.money import Money
from wbtui.models.preview import Change, Intent, JournalEntry, Rule, Status
from wbtui.store.blob_codec import storable
from wbtui.store.database_kind import Kind, migration


class WrongState(StoreError):
    """The status of a journal entry does not allow the change; nothing was changed."""

    title = "The journal says otherwise"
    hint = "Open the journal: another wbtui may have dealt with it."


REFS: TypeAdapter[tuple[Ref, ...]] = TypeAdapter(tuple[Ref, ...])
CHANGES: TypeAdapter[tuple[Change, ...]] = TypeAdapter(tuple[Change, ...])

ALLOWED: dict[Status, frozenset[Status]] = {
    Status.INTENDED: frozenset(Status) - {Status.INTENDED},
    # Bytes may have been sent: it can no longer be withdrawn.
    Status.SENT: frozenset(Status) - {Status.INTENDED, Status.WITHDRAWN, Status.SENT},
    # SENT: the same bytes are sent again. UNKNOWN: for another reason.
    Status.UNKNOWN: frozenset(Status) - {Status.INTENDED, Status.WITHDRAWN},
    Status.PENDING: frozenset({Status.DONE, Status.REFUSED}),
}
"""Allowed next statuses. A settled entry stays settled; `pending` becomes done or refused."""

COLUMNS = (
    "key, kind, customer_id, customer, summary, minor, currency, agent, ticket, reason, subject_type, "
    "subject_id, subject_label, status, created, sent_at, settled_at, today, rule, trouble, "
    "customer_sentence, objects, attempts, bulk_id, bulk_number"
)

_TABLES = (
    """CREATE TABLE entries (
        n INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        customer_id TEXT NOT NULL,
        customer TEXT NOT NULL,
        summary TEXT NOT NULL,
        minor INTEGER,
        currency TEXT,
        agent TEXT NOT NULL,
        ticket TEXT,
        reason TEXT,
        invoice_id TEXT,
        payment_id TEXT,
        status TEXT NOT NULL,
        created INTEGER NOT NULL,
        sent_at INTEGER,
        settled_at INTEGER,
        today TEXT,
        rule TEXT,
        trouble TEXT,
        customer_sentence TEXT,
        objects TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        purpose TEXT,
        owner TEXT NOT NULL,
        action TEXT NOT NULL,
        basis TEXT NOT NULL,
        observed TEXT NOT NULL,
        body BLOB NOT NULL
    )""",
    "CREATE INDEX entries_by_customer ON entries (customer_id)",
    "CREATE INDEX entries_open ON entries (status) WHERE status IN ('intended', 'sent', 'unknown')",
    # The database itself refuses to delete entries and to change what was confirmed.
    """CREATE TRIGGER entries_stay BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, 'a journal entry is never removed'); END""",
    """CREATE TRIGGER entries_as_confirmed
        BEFORE UPDATE OF key, kind, customer_id, action, body, basis, created ON entries
        BEGIN SELECT RAISE(ABORT, 'a journal entry keeps what was confirmed'); END""",
    """CREATE TRIGGER entries_settled BEFORE UPDATE OF status ON entries
        WHEN old.status IN ('done', 'refused', 'not_sent', 'withdrawn') AND new.status <> old.status
        BEGIN SELECT RAISE(ABORT, 'a settled journal entry stays settled'); END""",
)


# A subject in place of the columns for an invoice and a payment.
_SUBJECTS = (
    "ALTER TABLE entries RENAME COLUMN purpose TO conflict_key",
    "ALTER TABLE entries ADD COLUMN subject_type TEXT",
    "ALTER TABLE entries ADD COLUMN subject_id TEXT",
    "ALTER TABLE entries ADD COLUMN subject_label TEXT",
    """UPDATE entries SET subject_type = CASE WHEN invoice_id IS NULL THEN 'payment' ELSE 'invoice' END,
        subject_id = coalesce(invoice_id, payment_id) WHERE coalesce(invoice_id, payment_id) IS NOT NULL""",
    "ALTER TABLE entries DROP COLUMN invoice_id",
    "ALTER TABLE entries DROP COLUMN payment_id",
)

_BULKS = (
    """CREATE TABLE bulks (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        stop_on_error INTEGER NOT NULL,
        created INTEGER NOT NULL,
        ended INTEGER,
        owner TEXT NOT NULL
    ) WITHOUT ROWID""",
    # `skipped` is the status of an item that has no entry.
    """CREATE TABLE bulk_items (
        bulk_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        customer TEXT NOT NULL,
        summary TEXT NOT NULL,
        label TEXT,
        action TEXT NOT NULL,
        preview TEXT NOT NULL,
        skipped TEXT,
        trouble TEXT,
        PRIMARY KEY (bulk_id, number)
    ) WITHOUT ROWID""",
    "ALTER TABLE entries ADD COLUMN bulk_id TEXT",
    "ALTER TABLE entries ADD COLUMN bulk_number INTEGER",
    # The database itself refuses to send an item again that may have had an effect.
    """CREATE UNIQUE INDEX entries_bulk ON entries (bulk_id, bulk_number)
        WHERE bulk_id IS NOT NULL AND status NOT IN ('withdrawn', 'not_sent')""",
)


# JSON: id, name and reason of each customer.
_LEFT_OUT = ("ALTER TABLE bulks ADD COLUMN left_out TEXT NOT NULL DEFAULT '[]'",)


JOURNAL = Kind(
    "journal",
    0x7762744A,
    (migration(*_TABLES), migration(*_SUBJECTS), migration(*_BULKS), migration(*_LEFT_OUT)),
    "FULL",
)


def row_of(intent: Intent, label: str | None) -> dict[str, Any]:
    """Return the columns of a confirmed action, as `intended`; `label` names what it is about."""
    action, context, money = intent.action, intent.action.context, intent.preview.amount
    subject = action.subject(label)
    return {
        "key": intent.key,
        "kind": action.kind,
        "customer_id": storable(action.customer_id),
        "minor": None if money is None else money.minor,
        "currency": None if money is None else money.currency,
        "agent": storable(context.agent),
        "ticket": storable(context.ticket),
        "reason": None if context.reason is None else context.reason.value,
        "subject_type": subject.type,
        "subject_id": storable(subject.id),
        "subject_label": storable(subject.label),
        "status": Status.INTENDED.value,
        "objects": "[]",
        "attempts": 0,
        "action": action.model_dump_json(exclude_unset=True),
        "basis": storable(intent.preview.basis),
        "observed": CHANGES.dump_json(intent.preview.changes).decode(),
        "body": intent.body,
    }


def entry_of(row: Any) -> JournalEntry:
    """Return a row of COLUMNS as the model."""
    values = dict(zip((name.strip() for name in COLUMNS.split(",")), row, strict=True))
    minor, currency = values.pop("minor"), values.pop("currency")
    sent_at, settled_at, today = values.pop("sent_at"), values.pop("settled_at"), values.pop("today")
    rule = values.pop("rule")
    of_type, of_id, label = (values.pop(f"subject_{name}") for name in ("type", "id", "label"))
    return JournalEntry(
        **{
            **values,
            "subject": None if of_id is None else Ref(type=of_type, id=of_id, label=label),
            "money": None if minor is None else Money(minor, currency),
            "status": Status(values["status"]),
            "created": instant_of(values["created"]),
            "sent_at": None if sent_at is None else instant_of(sent_at),
            "settled_at": None if settled_at is None else instant_of(settled_at),
            "today": None if today is None else date.fromisoformat(today),
            "rule": None if rule is None else Rule.model_validate_json(rule),
            "objects": REFS.validate_json(values["objects"]),
        }
    )
