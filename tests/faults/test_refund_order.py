"""When the first byte of a refund arrives at the server, its journal entry is on disk as sent."""

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

# A separate process reads the file: closing it in this one would release its POSIX locks.
_READ_ENTRIES = """
import json, sqlite3, sys
db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
print(json.dumps(db.execute("SELECT key, status, attempts FROM entries").fetchall()))
"""


class JournalReadingProxy(FaultProxy):
    """Proxy that reads the journal when the first byte of an action arrives, before it forwards anything."""

    journal: Path
    rows: list[tuple[str, str, int]]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first_bytes = await reader.read(1 << 16)
        if first_bytes.startswith(b"POST /x/v1/actions "):
            self.rows.extend(read_entries(self.journal))
        replayed = asyncio.StreamReader()
        replayed.feed_data(first_bytes)
        pumping = asyncio.ensure_future(_pump(reader, replayed))
        try:
            await super()._serve(replayed, writer)
        finally:
            pumping.cancel()


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamReader) -> None:
    while data := await source.read(1 << 16):
        target.feed_data(data)
    target.feed_eof()


def read_entries(journal: Path) -> list[tuple[str, str, int]]:
    done = subprocess.run(
        [sys.executable, "-c", _READ_ENTRIES, str(journal)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    return [(row[0], row[1], row[2]) for row in json.loads(done.stdout)]


async def test_the_entry_is_durable_before_the_first_byte_is_sent(sandbox: Sandbox, tmp_path: Path) -> None:
    with JournalReadingProxy(sandbox.url) as proxy:
        proxy.journal, proxy.rows = files_in(tmp_path).journal, []
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            customer, payment = await refundable(services)
            intent = await intended(services, refund_of(customer, payment))
            assert read_entries(proxy.journal) == [(intent.key, "intended", 0)]
            outcome = await services.actions.send(intent).outcome()
            assert outcome.status is Status.DONE
            assert proxy.rows == [(intent.key, "sent", 1)], "as read when the first byte arrived"
            assert read_entries(proxy.journal) == [(intent.key, "done", 1)]


async def test_the_check_detects_a_journal_written_after_sending(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without marking the entry as sent first, the proxy reads another status."""
    with JournalReadingProxy(sandbox.url) as proxy:
        proxy.journal, proxy.rows = files_in(tmp_path).journal, []
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            customer, payment = await refundable(services)
            intent = await intended(services, refund_of(customer, payment))
            monkeypatch.setattr(services.journal, "sent_now", lambda key: None)
            await services.actions.send(intent).outcome()
            assert proxy.rows == [(intent.key, "intended", 0)]
