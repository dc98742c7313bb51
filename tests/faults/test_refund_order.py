"""Journal before send: at the instant the first byte of a refund arrives, its row is on disk as sent."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.fault_proxy import FaultProxy
from tests.support.opened import files_in, intended, opened, refund_of, refundable
from tests.support.patience import PATIENCE
from tests.support.sandbox import Sandbox
from wbtui.models.preview import Status

# A process of its own reads the file: opening it in this one would take away its locks.
_LOOK = """
import json, sqlite3, sys
db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
print(json.dumps(db.execute("SELECT key, status, attempts FROM entries").fetchall()))
"""


class Witness(FaultProxy):
    """Looks into the journal when the first byte of a command arrives, before it reads on."""

    journal: Path
    rows: list[tuple[str, str, int]]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun = await reader.read(1 << 16)
        if begun.startswith(b"POST /x/v1/actions "):
            self.rows.extend(look(self.journal))
        again = asyncio.StreamReader()
        again.feed_data(begun)
        pumping = asyncio.ensure_future(_pump(reader, again))
        try:
            await super()._serve(again, writer)
        finally:
            pumping.cancel()


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamReader) -> None:
    while data := await source.read(1 << 16):
        target.feed_data(data)
    target.feed_eof()


def look(journal: Path) -> list[tuple[str, str, int]]:
    done = subprocess.run(
        [sys.executable, "-c", _LOOK, str(journal)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    return [(row[0], row[1], row[2]) for row in json.loads(done.stdout)]


async def test_the_row_is_durable_before_the_first_byte_leaves(sandbox: Sandbox, tmp_path: Path) -> None:
    with Witness(sandbox.url) as proxy:
        proxy.journal, proxy.rows = files_in(tmp_path).journal, []
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            customer, payment = await refundable(services)
            intent = await intended(services, refund_of(customer, payment))
            assert look(proxy.journal) == [(intent.key, "intended", 0)]
            outcome = await services.actions.hold(intent).outcome()
            assert outcome.status is Status.DONE
            assert proxy.rows == [(intent.key, "sent", 1)], "seen when the first byte arrived"
            assert look(proxy.journal) == [(intent.key, "done", 1)]


async def test_the_witness_would_see_a_journal_written_after_the_fact(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliberate break: with the row marked as sent only after the sending, the witness tells."""
    with Witness(sandbox.url) as proxy:
        proxy.journal, proxy.rows = files_in(tmp_path).journal, []
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            customer, payment = await refundable(services)
            intent = await intended(services, refund_of(customer, payment))
            monkeypatch.setattr(services.journal, "sent_now", lambda key: None)
            await services.actions.hold(intent).outcome()
            assert proxy.rows == [(intent.key, "intended", 0)]
