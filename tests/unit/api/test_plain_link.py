"""The portal link of plain Wingback: the customer is read again just before it is made."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.unit.api.mock import KEY, answer, client, raw
from tests.unit.api.test_plain import CUSTOMER, plain
from wbtui import errors
from wbtui.models.actions import Context
from wbtui.models.actions.customer import CreatePortalLink
from wbtui.models.preview import Status

LINK = CreatePortalLink(customer_id="Cust_1", context=Context(agent="Jo"))
AUTHENTICATE = "POST /v1/c/customer/authenticate"


async def test_a_portal_link_for_an_unchanged_customer() -> None:
    server = plain(**{AUTHENTICATE: answer("https://portal.example/t/abc", 201)})
    api = client(server)
    intent = api.build_intent(LINK, await api.preview(LINK), "k" * 20)
    calls: list[str] = []
    outcome = await api.perform(intent, on_sending=lambda: calls.append(server.calls[-1]))
    assert outcome.status is Status.DONE and outcome.link == "https://portal.example/t/abc"
    assert calls == ["GET /v1/c/customer/Cust_1"], "read again just before, then announced"
    assert server.requests[-1].content == b'{"id":"Cust_1"}' == intent.body
    assert server.requests[-1].headers["wb-key"] == KEY


async def test_no_portal_link_for_a_changed_customer() -> None:
    server = plain(**{AUTHENTICATE: answer("https://portal.example/t/abc", 201)})
    api = client(server)
    intent = api.build_intent(LINK, await api.preview(LINK), "k" * 20)
    server.on("GET /v1/c/customer/Cust_1", answer({**CUSTOMER, "notes": "new"}))
    with pytest.raises(errors.BasisChanged) as caught:
        await api.perform(intent, on_sending=lambda: pytest.fail("nothing may be announced"))
    assert caught.value.preview is not None and not caught.value.sent
    assert AUTHENTICATE not in server.calls


@pytest.mark.parametrize(
    "reply", [httpx.ReadTimeout("x"), httpx.ReadError("x"), raw(b"<html>"), raw(b"", 500)]
)
async def test_a_failed_check_before_sending_counts_as_not_sent(reply: Any) -> None:
    server = plain(**{AUTHENTICATE: answer("https://portal.example/t/abc", 201)})
    api = client(server)
    intent = api.build_intent(LINK, await api.preview(LINK), "k" * 20)
    server.on("GET /v1/c/customer/Cust_1", reply)
    with pytest.raises(errors.ApiError) as caught:
        await api.perform(intent)
    assert not caught.value.sent and AUTHENTICATE not in server.calls


@pytest.mark.parametrize("link", [None, 3, {}, "javascript:x", "https://x\u202e.example", "http://a b"])
async def test_an_invalid_link_is_rejected(link: Any) -> None:
    server = plain(**{AUTHENTICATE: answer(link, 201)})
    api = client(server)
    intent = api.build_intent(LINK, await api.preview(LINK), "k" * 20)
    with pytest.raises(errors.BadAnswer) as caught:
        await api.perform(intent)
    assert caught.value.sent
