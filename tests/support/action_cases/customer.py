"""Cases of the actions on the customer itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.support.action_cases.base import Body, Case, Read
from tests.support.anna import preview
from wbtui.models.preview import Change


def _edits(row: dict[str, Any], read: Read) -> Iterator[Body]:
    if read(f"customers/{row['id']}/row")["status"] == "inactive":
        return
    address = {"line_1": "Rue 1", "zip": "75001", "city": "Paris", "country": "FR"}
    emails = [{"label": "main", "address": "new@example.com"}]
    yield {"changes": {"name": "New name", "emails": emails}}
    yield {"changes": {"address": address, "metadata": {"team": "a.b/c"}}}
    yield {"changes": {"reference": "R-1", "vat_id": None, "metadata": None}}


EDIT_CUSTOMER = Case(
    kind="edit_customer",
    answers={"changes.name": "Anna Schmidt-Ortega", "changes.metadata": "Ortega SL",
             "changes.reference": "", "ticket": "ZD-7"},
    live={"changes.name": "Anna Schmidt-Ortega", "changes.metadata": "Ortega SL", "changes.vat_id": ""},
    words=("changes.name=Anna Schmidt-Ortega", "changes.metadata.company=Ortega SL", "changes.reference=",
           "ticket=ZD-7"),
    preview=preview(changes=(Change(path="customer/Cust_1/name", label="Name", before="Anna Schmidt",
                                    after="Anna Schmidt-Ortega"),)),
    commit="Edit details of Anna Schmidt",
    summary="Edit details of Anna Schmidt",
    says=("before", "Anna Schmidt-Ortega", "Ticket       ZD-7"),
    bodies=_edits,
)  # fmt: skip
APPEND_NOTE = Case(
    kind="append_note",
    answers={"text": "Prefers a call after 16:00."},
    live={"text": "Prefers a call after 16:00."},
    words=("text=Prefers a call after 16:00.",),
    commit="Add note for Anna Schmidt",
    summary="Add note",
    says=("Note         Prefers a call after 16:00.",),
    bodies=lambda _row, _read: iter([{"text": "Calls after 16:00."}]),
)
CREATE_PORTAL_LINK = Case(
    kind="create_portal_link",
    commit="Create portal link for Anna Schmidt",
    summary="Portal link",
    says=("Creates a one-time portal link",),
    bodies=lambda _row, _read: iter([{}]),
)
