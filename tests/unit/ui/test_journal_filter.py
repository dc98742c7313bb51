"""Which entries of the journal a filter lists."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from wbtui.models.activity import Ref
from wbtui.models.preview import ABANDONED, BASIS_CHANGED, NOT_CARRIED_OUT, JournalEntry, Rule, Status
from wbtui.ui.screens.journal import matches
from wbtui.ui.text.journal import OUTCOMES, UNRESOLVED, entry_text
from wbtui.ui.widgets.filtered_panel import RowFilter

CREATED = datetime(2026, 11, 22, 10, tzinfo=UTC)


def entry(**members: Any) -> JournalEntry:
    given: dict[str, Any] = {
        "key": "key-0815", "kind": "refund", "customer_id": "Cust_1", "customer": "Jörg Müller",
        "summary": "Refund €22.40 of INV-0041", "money": None, "agent": "tess", "ticket": "ZD-7",
        "reason": None, "subject": Ref(type="invoice", id="Inv_41"), "status": Status.DONE,
        "created": CREATED, "sent_at": None, "settled_at": None, "today": None, "rule": None,
        "trouble": None, "customer_sentence": None, "objects": (Ref(type="refund", id="Refund_9"),),
        "attempts": 1, **members,
    }  # fmt: skip
    return JournalEntry(**given)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "refund 0041",
        "müller",
        "MULLER",
        "zd-7",
        "tess",
        "key-0815",
        "cust_1",
        "inv_41",
        "refund_9",
        "22.40",
    ],
)
def test_every_word_is_found_in_one_of_the_texts(words: str) -> None:
    assert matches(entry(), RowFilter(words=words))


@pytest.mark.parametrize("words", ["cancel", "refund 0042", "jörg schmidt"])
def test_an_entry_without_one_of_the_words_is_not_listed(words: str) -> None:
    assert not matches(entry(), RowFilter(words=words))


@pytest.mark.parametrize(
    ("status", "rule", "kind"),
    [
        (Status.INTENDED, "", UNRESOLVED),
        (Status.SENT, "", UNRESOLVED),
        (Status.UNKNOWN, "", UNRESOLVED),
        (Status.DONE, "", "done"),
        (Status.PENDING, "", "pending"),
        (Status.REFUSED, "limit", "refused"),
        (Status.REFUSED, ABANDONED, "abandoned"),
        (Status.NOT_SENT, "", "not_sent"),
    ],
)
def test_an_entry_has_one_outcome(status: Status, rule: str, kind: str) -> None:
    one = entry(status=status, rule=Rule(code=rule, message="No.") if rule else None)
    assert [name for _, name in OUTCOMES if matches(one, RowFilter(kinds=(name,)))] == [kind]
    assert matches(one, RowFilter(kinds=(kind, "other"), words="refund"))
    assert not matches(one, RowFilter(kinds=(kind,), words="cancel"))


def test_what_wbtui_recorded_itself_is_not_called_a_rule() -> None:
    def lines(rule: Rule) -> list[str]:
        said = entry_text(entry(status=Status.REFUSED, rule=rule), CREATED, None).plain
        return [" ".join(line.split()) for line in said.splitlines() if "No." in line]

    assert lines(Rule(code="not_refundable", message="No.")) == ["Rule No. (not_refundable)"]
    for code in (ABANDONED, NOT_CARRIED_OUT, BASIS_CHANGED):
        assert lines(Rule(code=code, message="No.")) == ["Details No."]
