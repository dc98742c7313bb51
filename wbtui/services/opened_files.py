"""Open the files of a connection, for reading only where one cannot be written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from wbtui.errors import StoreError
from wbtui.paths import ConnectionFiles
from wbtui.store.cache import Cache, open_cache
from wbtui.store.database import Options
from wbtui.store.journal import Journal, open_journal
from wbtui.store.workspace import Workspace, open_workspace

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OpenedFiles:
    """The open files of a connection.

    Attributes:
        read_only: why no action can be recorded and therefore none is sent; None if they can.
        restrictions: sentences about what cannot be saved as long as the files are open.
        notices: sentences about what happened when they were opened.
        documents: folder for what agents save.
    """

    cache: Cache
    journal: Journal
    workspace: Workspace
    read_only: StoreError | None
    restrictions: tuple[str, ...]
    notices: tuple[str, ...]
    documents: Path


async def open_files(
    files: ConnectionFiles,
    stack: AsyncExitStack,
    *,
    clock: Callable[[], datetime],
    today: Callable[[], date],
    retention: timedelta,
) -> OpenedFiles:
    """Open cache, journal and workspace, and close them with `stack`.

    A journal or workspace that cannot even be read is replaced by an empty one in memory, which refuses
    writes. Raises StoreErrors for a cache that cannot be read.
    """

    async def opened_cache(options: Options) -> Cache:
        return await open_cache(files.cache, clock=clock, today=today, retention=retention, options=options)

    async def opened_workspace(options: Options) -> Workspace:
        return await open_workspace(files.workspace, options=options)

    cache, cache_refusal = await open_or_read(opened_cache)
    stack.push_async_callback(cache.close)
    opened_journal = partial(open_recovered, files.journal, clock)
    journal, journal_refusal = await open_or_read(opened_journal, or_empty=True)
    stack.push_async_callback(journal.close)
    workspace, workspace_refusal = await open_or_read(opened_workspace, or_empty=True)
    stack.push_async_callback(workspace.close)
    refusals = (
        _with_consequence("Actions are unavailable, because they are recorded first.", journal_refusal),
        _with_consequence("New data cannot be cached.", cache_refusal),
        _with_consequence("Pins, saved searches and marks cannot be saved.", workspace_refusal),
    )
    return OpenedFiles(
        cache,
        journal,
        workspace,
        read_only=refusals[0],
        restrictions=tuple(f"{one.sentence} {one.hint}".strip() for one in refusals if one is not None),
        notices=tuple(one for one in (cache.notice, *journal.notices) if one),
        documents=files.documents,
    )


async def open_recovered(path: Path, clock: Callable[[], datetime], options: Options) -> Journal:
    """Open a journal and, if it can be written, resolve the open entries of processes that ended."""
    journal = await open_journal(path, clock=clock, options=options)
    if options.refusal is None:
        try:
            await journal.recover()
        except StoreError:
            await journal.close()
            raise
    return journal


async def open_or_read(
    open_: Callable[[Options], Awaitable[T]], *, or_empty: bool = False
) -> tuple[T, StoreError | None]:
    """Open a file for writing, else for reading, else an empty one. Returns why it cannot be written, too."""
    try:
        return await open_(Options()), None
    except StoreError as error:
        refusal = error
    try:
        return await open_(Options(read_only=True, refusal=refusal)), refusal
    except StoreError:
        if not or_empty:
            raise refusal from None
    return await open_(Options(in_memory=True, refusal=refusal)), refusal


def _with_consequence(consequence: str, refusal: StoreError | None) -> StoreError | None:
    if refusal is None:
        return None
    return type(refusal)(f"{consequence} {refusal.sentence}", hint=refusal.hint)
