"""Members read back by the paths of a preview's changes."""

from __future__ import annotations

import pytest

from wbtui.api.wingback.read_back import ReadBack, canonical
from wbtui.models.activity import Ref
from wbtui.models.preview import Change
from wbtui.services.actions.verify import with_new_ids

FIVE = {"amount": "5.00", "currency": "eur"}
ROW = {
    "name": "Anna",
    "emails": [{"label": "main", "address": "a@b.example"}, {"label": "invoice", "address": "c@d.example"}],
    "address": {"city": "Berlin", "line_2": None},
    "owed": [{"amount": "49.00", "currency": "eur"}],
    "metadata": {"company": "Lumen", "empty": None},
}


@pytest.mark.parametrize(
    ("path", "answer", "call", "value"),
    [
        ("customer/C/name", ROW, "/x/v1/customers/C/row", "Anna"),
        ("customer/C/emails", ROW, "/x/v1/customers/C/row", "main: a@b.example, invoice: c@d.example"),
        ("customer/C/address.city", ROW, "/x/v1/customers/C/row", "Berlin"),
        ("customer/C/address.line_2", ROW, "/x/v1/customers/C/row", None),
        ("customer/C/owed.eur", ROW, "/x/v1/customers/C/row", "49.00 eur"),
        ("customer/C/owed.usd", ROW, "/x/v1/customers/C/row", None),
        ("customer/C/metadata", ROW, "/x/v1/customers/C/row", "company: Lumen"),
        ("invoice/I/lines.L.refunded", {"lines": [{"id": "L", "refunded": FIVE}]},
         "/x/v1/invoices/I", "5.00 eur"),
        ("payment/P/status", [{"id": "O", "status": "x"}, {"id": "P", "status": "settled"}],
         "/x/v1/customers/C/payments", "settled"),
        ("wallet/eur/balance", [{"id": "w", "currency": "eur", "balance": "5.00"}],
         "/x/v1/customers/C/wallets", "5.00"),
        ("method/M/is_default", [{"id": "M", "is_default": False}], "/x/v1/customers/C/methods", "false"),
    ],
)  # fmt: skip
def test_a_path_names_a_call_and_a_member(path: str, answer: object, call: str, value: str | None) -> None:
    wanted = ReadBack.of(path, "C")
    assert wanted is not None
    assert (wanted.call, wanted.value(answer)) == (call, value)


def test_an_object_that_is_not_there_is_a_key_error_and_an_unknown_type_has_no_call() -> None:
    wanted = ReadBack.of("payment/P/status", "C")
    assert wanted is not None
    with pytest.raises(KeyError):
        wanted.value([])
    assert ReadBack.of("dispute/D/status", "C") is None


def test_empty_values() -> None:
    values: tuple[object, ...] = (None, [], {}, 0, True)
    assert [canonical(value) for value in values] == [None, None, None, "0", "true"]


def test_new_objects_are_those_of_the_outcome() -> None:
    def change(path: str) -> Change:
        return Change(path=path, label="x", before=None, after="y")

    refs = [Ref(type="contract", id="k1"), Ref(type="invoice", id="i1"), Ref(type="contract", id="k2")]
    changes = [
        change(f"{one}/status") for one in ("contract/new", "contract/new2", "invoice/new2", "payment/p")
    ]
    assert [one.path for one in with_new_ids(changes, refs)] == [
        "contract/k1/status",
        "contract/k2/status",
        "payment/p/status",
    ]
