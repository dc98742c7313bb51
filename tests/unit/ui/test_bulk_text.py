"""The result of a bulk action in words: items and customers who were left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from textual.dom import DOMNode

from tests.support.anna import ANNA, OPEN_INVOICE, row_of
from tests.support.customers import NOW
from tests.support.virtual_time import VirtualTime
from tests.unit.store.test_bulks import bulk
from wbtui.models.bulk import ItemStatus, LeftOut
from wbtui.models.drafts import Draft
from wbtui.models.preview_text import Difference
from wbtui.services.actions.bulk_run import BulkRun
from wbtui.services.actions.bulk_targets import BulkTarget
from wbtui.services.actions.pending_send import UndoWindow
from wbtui.ui.actions.bulk_form import BulkDraftKeeper
from wbtui.ui.text.bulk import (
    by_outcome,
    cautions,
    counted,
    csv_rows,
    item_lines,
    object_of,
    progress,
    result,
)


def test_the_result_says_whether_the_rest_can_still_be_sent() -> None:
    def said(ended: datetime | None) -> list[str]:
        return result(replace(bulk(2), ended=ended), None, str).plain.splitlines()[1:]

    assert said(None) == ["2 can still be sent: {bulk.resume} continues, {bulk.discard} discards the rest."]
    assert said(NOW) == ["The 2 items left will not be sent."]


def test_the_result_has_the_total_of_what_is_pending() -> None:
    """It was in the total that was confirmed, and then in none."""
    now = bulk(3).with_status(1, ItemStatus.DONE).with_status(2, ItemStatus.PENDING)
    said = result(now, None, str).plain.splitlines()[0]
    assert said == "1 done · 1 not tried · 1 pending · 1 left out  €22.40 done · €22.40 pending"


def test_many_customers_left_out_do_not_hide_the_others() -> None:
    left_out = [LeftOut(f"cus_{n}", f"Customer {n}", "No open invoice.") for n in range(1, 187)]
    [line] = item_lines((), left_out, {}, 80, NOW)
    assert line.plain.startswith("■ 186 customers: No open invoice. Customer 1, Customer 2, ")
    assert line.plain.endswith(", Customer 20 and 166 more")


def test_a_long_name_leaves_room_for_the_others_and_for_what_tells_its_customer_apart() -> None:
    """Names of 20 words took seven lines each, and the sheet did not show the e-mail."""
    long = "Very Long Name " * 20
    left_out = [LeftOut("cus_8", long, "No open invoice."), LeftOut("cus_9", "Eve", "No open invoice.")]
    items = tuple(replace(item, customer=long) for item in bulk(1).items)
    who = {one.customer_id: "long@hostile.example" for one in items}
    names, item, *_ = (line.plain for line in item_lines(items, left_out, who, 72, NOW))
    assert names == "■ 2 customers: No open invoice. Very Long Name Very Long Name Very Long…, Eve"
    assert item == "Very Long Name Very Long Name Ver… · long@hostile.example  INV-1  €22.40"


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


def test_the_progress_counts_what_is_sent_and_keeps_its_total_when_an_item_is_refused() -> None:
    """Item 3 was refused from the start, item 2 while the others were sent."""
    before = bulk(4).with_status(3, ItemStatus.REFUSED)
    run = BulkRun(before, UndoWindow(0.0, VirtualTime().clock))
    now = before.with_status(1, ItemStatus.DONE).with_status(2, ItemStatus.REFUSED, "No such customer.")
    assert progress(now, run.to_send).plain.lstrip("━─ ") == "2 of 3 · 1 done · 1 refused"


def test_the_sheet_counts_refused_and_left_out_as_the_result_does() -> None:
    def said(refused: int, left_out: int) -> str:
        return cautions(bulk(2).items, refused, left_out, "refund", str).plain.splitlines()[0]

    assert said(7, 1) == "■ 7 refused · 1 left out, at the top of the list"
    assert said(0, 1) == "■ 1 left out, at the top of the list"


def test_a_reason_of_one_customer_begins_with_the_name() -> None:
    left_out = [LeftOut("a", "Anna", "Card expired."), *(LeftOut(n, n, "No open invoice.") for n in "bc")]
    assert [line.plain for line in item_lines((), left_out, {}, 80, NOW)] == [
        "■ Anna: Card expired.",
        "■ 2 customers: No open invoice. b, c",
    ]


def test_amounts_stand_beside_the_longest_customer() -> None:
    lines = [line.plain for line in item_lines(bulk(2).items, (), {"cus_2": "Lumen Labs GmbH"}, 120, NOW)]
    assert [line for line in lines if "Anna" in line] == [
        "[/b] Anna                    INV-1  €22.40",
        "[/b] Anna · Lumen Labs GmbH  INV-1  €22.40",
    ]


def test_further_lines_of_an_item_begin_below_its_first() -> None:
    """A line at the left edge looks like the next customer."""
    (item,) = bulk(1).items
    mails = tuple(f"notice of the new due date to person{n}@lumen.example" for n in range(3))
    item = replace(item, preview=item.preview.model_copy(update={"emails": mails}))
    title, *lines = [line for text in item_lines([item], (), {}, 60, NOW) for line in text.plain.splitlines()]
    assert title.startswith("[/b] Anna")
    assert len(lines) > 1
    assert all(line.startswith("  ") and len(line) <= 60 for line in lines)


def test_a_later_due_date_is_a_change_of_the_invoice() -> None:
    due = date(2026, 11, 21)
    one, later = (
        object_of(BulkTarget(ANNA, row_of(OPEN_INVOICE.model_copy(update={"due": day}))))
        for day in (due, due + timedelta(days=14))
    )
    assert (one, later) == (
        "INV-0041 · €49.00 open · due 21 Nov 2026",
        "INV-0041 · €49.00 open · due 5 Dec 2026",
    )


def test_a_draft_says_what_has_changed_for_each_customer_and_who_is_gone() -> None:
    seen = {
        "a": {"customer": "Anna", "object": "INV-1 · €5.00 open"},
        "b": {"customer": "Ben", "object": "INV-2"},
        "c": {"customer": "Cleo", "object": "INV-3"},
    }
    draft = Draft(
        id="1", kind="retry_payment", customer_id="", customer="4 customers", subject_id="", label="",
        saved_at=NOW, answers={}, seen=seen, customer_ids=("a", "b", "c", "d"),
    )  # fmt: skip
    keeper = BulkDraftKeeper(DOMNode(), draft, {})
    now = {"a": {"customer": "Anna B.", "object": "No open invoice."}, "b": seen["b"]}
    assert list(keeper.changes(seen, now)) == [
        Difference("Anna", "INV-1 · €5.00 open", "No open invoice."),
        Difference("Cleo", "INV-3", "no longer exists"),
        Difference("1 customer", "–", "no longer exists"),
    ]
