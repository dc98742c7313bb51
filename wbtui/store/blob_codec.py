"""Encodes values as blobs: JSON, compressed with a dictionary of the text that most values share.

A customer of 1.8 KB becomes about 380 bytes, an invoice of 0.4 KB about 100. A checksum detects altered
bytes, which the checks of SQLite do not.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from hashlib import blake2b
from typing import TypeVar

from pydantic import ValidationError

from wbtui.errors import StoreCorrupt
from wbtui.models.customer import Customer
from wbtui.models.parts import CUSTOMER, Part
from wbtui.models.text import encodable

T = TypeVar("T")
Text = TypeVar("Text", str, str | None)

# The first byte of a blob names its dictionary: another dictionary needs another letter.
_FORMAT = b"a"
_DICTIONARY = (
    b'"used":null,"limit":null,"included":null,"projected":null,"overage_price":null,"overage_per":null,'
    b'{"date":"2026-10-01","units":"0"},{"kind":"billing","what":"invoice issued","actor":{"kind":"system",'
    b'"name":null},"reason":null,"comment":null,"ticket":null,"refs":[{"type":"invoice","id":"","label":"INV-'
    b'"balance_after":{"amount":"0.00","currency":"eur"},"expires":null,"holder":null,"order":1,"is_default":true,'
    b'"provider":"stripe","kind":"sepa_debit","brand":null,"version":"1","tiers":[],"tax":{"rate":"0.19","mode":'
    b'"exclusive","money":{"amount":"0.00","currency":"eur"},"name":"VAT"},"rounding":{"amount":"0.00","currency":'
    b'"decline_code":null,"decline_reason":null,"disputed":false,"settled":true,"external_reference":null,'
    b'"next_retry":null,"unit_price":null,"strategy":"flat","quantity":"1","gross":{"amount":"0.00","currency":"eur"},'
    b'"subscription_id":null,"customer_id":"","paid":{"amount":"49.00","currency":"eur"},"refunded":{"amount":"0.00",'
    b'"currency":"eur"},"state":"ready_for_payment","status":"trialing","canceling","canceled","inactive","temporary",'
    b'{"id":"","version":"","updated_at":"2026-11-22T10:42:00Z","created":"2025-01-01T00:00:00Z","name":"",'
    b'"emails":[{"label":"main","address":"@example.com"},{"label":"invoice","address":"billing@"}],"reference":null,'
    b'"status":"active","address":{"line_1":"","line_2":null,"zip":"10119","city":"Berlin","state":null,"country":"DE"},'
    b'"vat_id":null,"notes":null,"metadata":{"company":" GmbH"},"subscriptions":[{"id":"","status":"active",'
    b'"plan_id":"","plan":"Pro","cycle":"month","amount":{"amount":"49.00","currency":"eur"},"start":"2025-01-01",'
    b'"trial_end":null,"cancel_at":null,"next_charge":{"date":"2026-12-01","total":{"amount":"49.00","currency":"eur"}}}],'
    b'"billing_status":"past_due","owed":[],"overdue_since":null,"mrr":[{"amount":"49.00","currency":"usd"}],'
    b'"methods":[{"kind":"card","brand":"visa","last_digits":"4242","expires":"2027-03","status":"active"}],'
    b'"latest_invoices":[{"id":"","number":"INV-00","state":"paid","total":{"amount":"199.00","currency":"eur"},'
    b'"open":{"amount":"0.00","currency":"eur"},"date":"2026-10-01","due":"2026-10-15"}],'
    b'"latest_payment":{"id":"","status":"succeeded","money":{"amount":"9.00","currency":"gbp"},"at":"2026-10-01T'
    b'"},"disputed":false,"refunds_pending":0,"usage_alert":false}'
    b'{"id":"","number":"INV-000","state":"paid","total":{"amount":"49.00","currency":"eur"},"open":{"amount":"0.00",'
    b'"currency":"eur"},"date":"2026-11-01","due":"2026-11-15","customer_id":"","version":"v1","subscription_id":"",'
    b'"paid":{"amount":"49.00","currency":"eur"},"refunded":{"amount":"0.00","currency":"eur"}}'
)
# A window of 8 KB holds the dictionary and most values. Copied for each value, with the dictionary loaded.
_COMPRESSOR = zlib.compressobj(6, zlib.DEFLATED, -13, 6, zlib.Z_DEFAULT_STRATEGY, _DICTIONARY)


def pack(part: Part[T], value: T) -> bytes:
    """Encode a value."""
    json = part.dump(value)
    compressor = _COMPRESSOR.copy()
    return b"".join((_FORMAT, zlib.adler32(json).to_bytes(4), compressor.compress(json), compressor.flush()))


def unpack(part: Part[T], blob: bytes) -> T:
    """Decode a value. Raises StoreCorrupt when it was altered, or written by another version."""
    try:
        if blob[:1] != _FORMAT:
            raise StoreCorrupt("A stored value is in a format this version does not know.")
        decompressor = zlib.decompressobj(-15, _DICTIONARY)
        json = decompressor.decompress(blob[5:])
        if not decompressor.eof or zlib.adler32(json).to_bytes(4) != blob[1:5]:
            raise StoreCorrupt("A stored value is cut short or was altered.")
        return part.load(json)
    except (zlib.error, ValidationError, TypeError, ValueError) as exc:
        raise StoreCorrupt(f"A stored value ({part.name}) cannot be read.") from exc


@lru_cache(maxsize=512)
def unpack_customer(blob: bytes) -> Customer:
    """Decode a customer; those on the screen are read often."""
    return unpack(CUSTOMER, blob)


@lru_cache(maxsize=32)
def unpack_part(part: Part[T], blob: bytes) -> T:
    """Decode a part of a profile; several panels and tabs of one profile read the same parts."""
    return unpack(part, blob)


def storable(text: Text) -> Text:
    """Return text that SQLite can store, with U+FFFD in place of lone surrogates; None stays None."""
    return text if text is None else encodable(text)


def key_of(text: str) -> int:
    """Return an 8-byte hash of an id, to index it in less space.

    Collisions are rare (one in ten million caches of a million customers); rows found by a key are compared
    with the id itself.
    """
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest(), signed=True)
