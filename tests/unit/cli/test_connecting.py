"""What `wbtui connect` asks for."""

from __future__ import annotations

import pytest

from wbtui.cli.connecting import Asker, ask_address
from wbtui.errors import BadInput


class Typed(Asker):
    """Types an answer."""

    def __init__(self, answer: str) -> None:
        super().__init__(can_ask=True)
        self.answer = answer

    def text(self, option: str, question: str, default: str | None) -> str:
        return self.answer


def test_an_environment_or_a_url_is_typed() -> None:
    assert ask_address(Typed("Demo"), None) == ("https://api.demo.wingback.com", "demo")
    assert ask_address(Typed("https://billing.example"), None) == ("https://billing.example", None)
    assert ask_address(Typed("unused"), "test")[1] == "test"
    with pytest.raises(BadInput, match="There is no environment prod") as raised:
        ask_address(Typed("prod"), None)
    assert raised.value.hint.startswith("Enter live, demo, test or a URL")
