"""Copies of a timeline: what an internal one says, and that nothing personal comes through a customer's."""

from __future__ import annotations

from random import Random

import pytest

from tests.support.canaries import KINDS, Canary
from tests.support.customers import customer
from tests.support.events import event
from wbtui.models.activity import Actor, Event, Ref
from wbtui.models.mask import mask
from wbtui.services.documents.timeline import timeline_text

_SENTENCES = (
    "{}", "Customer wrote from {} today", "see {}, please", "Changed to {}; old was {}", "({})", "A:{} B:{}",
    "Invoice INV-0042 sent to {} on 2026-11-14", "{}. Then {}", "€49.00 {}",
)  # fmt: skip


def planted(rng: Random, canaries: list[Canary]) -> str:
    """A sentence with canaries, which are added to the list."""
    sentence = rng.choice(_SENTENCES)
    made = [rng.choice(KINDS)(rng) for _ in range(sentence.count("{}"))]
    canaries += made
    return sentence.format(*(one.text for one in made))


def generated(rng: Random) -> tuple[list[Event], list[Canary]]:
    """A timeline with canaries in every text that people write."""
    canaries: list[Canary] = []
    events = [
        event(
            number,
            what=planted(rng, canaries),
            comment=planted(rng, canaries),
            reason=planted(rng, canaries),
            ticket=planted(rng, canaries),
            actor=Actor(kind=rng.choice(("agent", "customer", "api")), name=planted(rng, canaries)),
            refs=(Ref(type="invoice", id="Inv_1", label=planted(rng, canaries)),),
        )
        for number in range(rng.randint(1, 4))
    ]
    return events, canaries


@pytest.mark.date_free
def test_no_canary_comes_through_a_copy_for_the_customer() -> None:
    rng, leaks, count = Random(20261126), [], 0
    for number in range(1000):
        events, canaries = generated(rng)
        count += len(canaries)
        copied = timeline_text(customer(1), events, markdown=number % 2 == 0, customer_safe=True)
        # What the copy leaves out is masked all the same: the mask alone must do.
        left_out = "\n".join(
            mask(one) for e in events for one in (e.comment or "", e.ticket or "", e.actor.name or "")
        )
        leaks += [one.text for one in canaries if one.leaks_into(f"{copied}\n{left_out}")]
    assert count > 10_000
    assert leaks == []


def test_a_canary_in_an_internal_copy_is_found() -> None:
    rng = Random(7)
    events, canaries = generated(rng)
    copied = timeline_text(customer(1), events, markdown=False)
    assert all(one.leaks_into(copied) for one in canaries), "the check sees them"


def test_an_internal_copy_says_everything_and_escapes_markdown() -> None:
    entry = event(
        0,
        what="Refund *of* [x](http://x)\nnow",
        comment="Called",
        refs=(Ref(type="invoice", id="I", label="INV-7"),),
    )
    copied = timeline_text(customer(1), [entry], markdown=True)
    assert "Refund \\*of\\* \\[x\\](http://x) now" in copied
    for said in (
        "By: Priya Nair",
        "Channel: agent",
        "Reason: courtesy",
        "Comment: Called",
        "Ticket: ZD-0",
        "invoice INV-7",
        "€49.00",
    ):
        assert said in copied.replace("\\", ""), said
    assert "  By: Priya Nair" in timeline_text(customer(1), [entry], markdown=False)


def test_a_copy_for_the_customer_keeps_what_they_may_know() -> None:
    entry = event(0, what="Invoice INV-2026-000042 refunded by Priya", comment="rude caller",
                  refs=(Ref(type="invoice", id="I", label="INV-2026-000042"),))  # fmt: skip
    copied = timeline_text(customer(1), [entry], markdown=False, customer_safe=True)
    assert "Invoice INV-2026-000042 refunded by [support] · €49.00" in copied
    assert "By: support" in copied and "Reason: courtesy" in copied
    for private in ("Priya", "rude", "ZD-0", customer(1).title):
        assert private not in copied
