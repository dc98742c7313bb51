"""Previews, actions and outcomes of the portal extension."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.unit.api.extension import CUSTOMER_ID, OUTCOMES, PREVIEW, REFUND, K, extended
from tests.unit.api.mock import answer, client, raw, trouble
from wbtui import errors
from wbtui.models.actions import Context
from wbtui.models.actions.customer import CreatePortalLink
from wbtui.models.money import Money
from wbtui.models.preview import Status


async def test_preview_and_perform_send_the_same_action_and_the_basis() -> None:
    done = answer(OUTCOMES["done"])
    server = extended(**{"POST /x/v1/previews": answer(PREVIEW), "POST /x/v1/actions": done})
    api = client(server)
    preview = await api.preview(REFUND)
    assert preview.changes[0].before == "0.00 eur" and preview.lines[0].money == Money(2240, "eur")
    intent = api.build_intent(REFUND, preview, K)
    assert api.build_intent(REFUND, preview, K).body == intent.body, "the same bytes for the same intent"
    requests_before: list[int] = []
    outcome = await api.perform(intent, on_sending=lambda: requests_before.append(len(server.requests)))
    assert outcome.status is Status.DONE and outcome.objects[0].type == "refund"
    assert requests_before == [2], "called once, before the request was there"
    request = server.requests[-1]
    assert request.content == intent.body and request.headers["idempotency-key"] == K
    sent = json.loads(intent.body)
    assert sent["basis"] == PREVIEW["basis"] and sent["key"] == K
    assert sent["action"] == json.loads(server.requests[1].content)
    assert sent["action"]["context"]["agent"] == "Jörg Müller"
    assert sent["action"]["amount"] == {"amount": "22.40", "currency": "eur"}
    assert "percent" not in sent["action"], "requests are closed and nothing is sent that was not given"


async def test_the_amount_of_a_preview_may_be_absent_or_null() -> None:
    silent = {name: value for name, value in PREVIEW.items() if name != "amount"}
    money = {"amount": "22.40", "currency": "eur"}
    replies: list[Any] = [answer(body) for body in (silent, {**silent, "amount": None})]
    replies.append(answer({**silent, "amount": money}))
    api = client(extended(**{"POST /x/v1/previews": replies}))
    assert [(await api.preview(REFUND)).amount for _ in replies] == [None, None, Money(2240, "eur")]


async def _perform(reply: Any) -> Any:
    server = extended(**{"POST /x/v1/previews": answer(PREVIEW), "POST /x/v1/actions": reply})
    api = client(server)
    return await api.perform(api.build_intent(REFUND, await api.preview(REFUND), K))


async def test_a_refusal_is_an_outcome() -> None:
    outcome = await _perform(answer(OUTCOMES["refused"]))
    assert outcome.status is Status.REFUSED
    assert outcome.rule.code == "exceeds_refundable" and outcome.rule.limit == Money(2660, "eur")


@pytest.mark.parametrize(
    "change",
    [
        {"key": "another-key-0000000"},
        {"kind": "grant_credit"},
        {"status": "maybe"},
        {"status": None},
        {"status": "refused", "rule": None},
        {"at": None},
        {"link": "javascript:alert(1)"},
        {"link": "https://x.example/\u001b[2J"},
    ],
)
async def test_an_outcome_of_another_action_is_rejected(change: dict[str, Any]) -> None:
    with pytest.raises(errors.BadAnswer) as caught:
        await _perform(answer({**OUTCOMES["done"], **change}))
    assert caught.value.sent


async def test_a_changed_basis_brings_the_new_preview() -> None:
    fresh = {**copy.deepcopy(PREVIEW), "basis": "b2"}
    with pytest.raises(errors.BasisChanged) as caught:
        await _perform(trouble("basis_changed", 409, preview=fresh))
    assert caught.value.preview.basis == "b2"  # type: ignore[attr-defined]
    with pytest.raises(errors.BasisChanged) as caught:
        await _perform(trouble("basis_changed", 409, preview={"basis": 3}))
    assert caught.value.preview is None, "unreadable preview, but nothing was done all the same"


async def test_in_progress_and_key_reused_differ() -> None:
    with pytest.raises(errors.InProgress):
        await _perform(trouble("in_progress", 409))
    with pytest.raises(errors.Rejected) as caught:
        await _perform(trouble("key_reused", 422))
    assert caught.value.code == "key_reused"
    with pytest.raises(errors.Rejected) as caught:
        await _perform(trouble("invalid", 422, fields={"action.amount": "is too large"}))
    assert caught.value.fields == {"action.amount": "is too large"}


async def test_an_error_of_the_journal_prevents_sending() -> None:
    server = extended(
        **{"POST /x/v1/previews": answer(PREVIEW), "POST /x/v1/actions": answer(OUTCOMES["done"])}
    )
    api = client(server)
    intent = api.build_intent(REFUND, await api.preview(REFUND), K)

    def full() -> None:
        raise errors.StoreFull("No space left.")

    with pytest.raises(errors.StoreFull):
        await api.perform(intent, on_sending=full)

    def broken() -> None:
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        await api.perform(intent, on_sending=broken)
    assert not any(call.startswith("POST /x/v1/actions") for call in server.calls)


async def test_outcome_of_and_abandon() -> None:
    abandoned = {**OUTCOMES["refused"], "rule": {"code": "abandoned", "message": "Given up."}}
    server = extended(
        **{
            f"GET /x/v1/actions/{K}": [
                answer({**OUTCOMES["done"], "replayed": True}),
                trouble("not_found", 404),
            ],
            f"POST /x/v1/actions/{K}/abandon": answer(abandoned),
        }
    )
    api = client(server)
    assert (await api.outcome_of(K)).replayed
    with pytest.raises(errors.NotFound):
        await api.outcome_of(K)
    outcome = await api.abandon(K)
    assert outcome.status is Status.REFUSED and outcome.rule is not None and outcome.rule.code == "abandoned"


async def test_a_web_page_instead_of_an_outcome_is_not_a_not_found() -> None:
    server = extended(**{f"GET /x/v1/actions/{K}": raw(b"<html>404</html>", 404)})
    with pytest.raises(errors.BadAnswer):
        await client(server).outcome_of(K)


async def test_the_portal_link_is_returned() -> None:
    link = {**OUTCOMES["done"], "kind": "create_portal_link", "link": "https://portal.example/t/abc"}
    server = extended(**{"POST /x/v1/previews": answer(PREVIEW), "POST /x/v1/actions": answer(link)})
    api = client(server)
    action = CreatePortalLink(customer_id=CUSTOMER_ID, context=Context(agent="x"))
    outcome = await api.perform(api.build_intent(action, await api.preview(action), K))
    assert outcome.link == "https://portal.example/t/abc"
