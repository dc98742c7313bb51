"""The result of a bulk action in words: items and customers who were left out."""

from __future__ import annotations

from tests.unit.store.test_bulks import bulk
from wbtui.models.bulk import ItemStatus
from wbtui.ui.text.bulk import by_outcome, counted, csv_rows


def test_customers_left_out_are_listed_and_saved_with_the_reason() -> None:
    done = bulk(2).with_status(1, ItemStatus.DONE)
    assert counted(done) == "1 done · 1 not tried · 1 left out"
    assert [row.customer_id for row in by_outcome(done)] == ["cus_9", "cus_2", "cus_1"]
    heading, *table = csv_rows(done)
    rows = [dict(zip(heading, row, strict=True)) for row in table]
    assert [row["outcome"] for row in rows] == ["done", "not tried", "left out"]
    left_out = {name: value for name, value in rows[-1].items() if value is not None}
    assert left_out == {
        "customer": "[/b] Eve \ud800",
        "customer_id": "cus_9",
        "action": "refund",
        "outcome": "left out",
        "details": "No open invoice.",
    }
