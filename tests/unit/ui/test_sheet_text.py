"""What the preview sheet says where the billing system has no previews."""

from __future__ import annotations

import pytest

from tests.support.anna import ANNA, preview
from tests.support.customers import NOW
from wbtui.models.actions import Action, Context, Reason
from wbtui.models.actions.customer import AppendNote, FreezeCustomer
from wbtui.ui.dialogs.proposal import Proposal
from wbtui.ui.dialogs.sheet_text import body_of

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
    proposal = Proposal(
        action=action,
        noun="action",
        title="Action",
        customer=ANNA,
        commit_label=str,
        summary=str,
        action_title=str,
    )
    body = body_of(proposal, preview(), NOW.date(), width=80, by_server=False)
    assert f"does not record {kept_here}: they stay in wbtui's journal." in body.plain
