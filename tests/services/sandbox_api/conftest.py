"""A validating client of the test's own sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.sandbox_api.recorded import Recorded
from tests.support.sandbox import Sandbox


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Recorded]:
    """Validated calls of the sandbox with its extension."""
    with Recorded(sandbox) as recorded:
        yield recorded


@pytest.fixture
def plain(plain_sandbox: Sandbox) -> Iterator[Recorded]:
    """Validated calls of the sandbox without its extension."""
    with Recorded(plain_sandbox) as recorded:
        yield recorded
