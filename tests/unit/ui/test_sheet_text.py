"""What the preview sheet says where the billing system has no previews."""

from __future__ import annotations

import pytest

from tests.support.anna import ANNA, eur, preview
from tests.support.customers import NOW
from wbtui.models.actions import Action, Context, Reason
from wbtui.models.actions.customer import AppendNote, FreezeCustomer
from wbtui.models.preview import Change
from wbtui.ui.actions.proposal import Proposal
from wbtui.ui.actions.sheet_text import body_of, changed_notice

_SAME = "Nothing that the preview shows has changed. You can confirm it again, or go back."


def test_a_changed_preview_says_what_has_changed_or_that_nothing_shown_has() -> None:
    old = preview(eur(500))
    changed = "▲ The data has changed since the preview. Nothing was done."
    assert changed_notice(old, old).plain.splitlines() == [changed, _SAME]
    dearer = old.model_copy(update={"amount": eur(700)})
    said = ["  Amount  €5.00 → €7.00", "The new preview is below. Confirm it or go back."]
    assert changed_notice(old, dearer).plain.splitlines() == [changed, *said]
    later = old.model_copy(update={"computed_at": old.expires_at})
    expired = "▲ The preview was no longer valid. Nothing was done."
    assert changed_notice(old, later).plain.splitlines() == [expired, _SAME]


CONTEXT = Context(agent="Jo", reason=Reason.COURTESY)


@pytest.mark.parametrize(
    ("action", "kept_here"),
    [
        (
            AppendNote(customer_id="Cust_1", context=CONTEXT, text="Called."),
            "your reason, ticket and comment",
        ),
        (FreezeCustomer(customer_id="Cust_1", context=CONTEXT), "your name, reason, ticket and comment"),
    ],
)
def test_a_note_records_the_name_of_the_agent(action: Action, kept_here: str) -> None:
    proposal = Proposal(action, ANNA, ANNA, NOW.date())
    body = body_of(proposal, preview(), NOW.date(), width=80, by_server=False)
    assert f"does not record {kept_here}: they stay in wbtui's journal." in body.plain


def test_further_lines_of_a_long_value_begin_below_its_first() -> None:
    change = Change(
        path="customer/Cust_1/emails", label="E-mail", before="main: a@b.example", after="word " * 30
    )
    action = FreezeCustomer(customer_id="Cust_1", context=CONTEXT)
    proposal = Proposal(action, ANNA, ANNA, NOW.date())
    body = body_of(proposal, preview(changes=(change,)), NOW.date(), width=60, by_server=True)
    lines = body.plain.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("  after"))
    assert lines[start - 1] == "  before  main: a@b.example"
    assert lines[start : start + 4] == [
        "  after   " + " ".join(["word"] * 10),
        *["          " + " ".join(["word"] * 10)] * 2,
        "",
    ]
