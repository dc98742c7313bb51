"""Background work of a widget: workers fetch, message handlers change state; no error ends the app."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from inspect import isawaitable
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.worker import Worker

from wbtui.errors import WbtuiError
from wbtui.ui.host import host

log = logging.getLogger(__name__)

COMMANDS = "commands"
"""Group of the work for which later keys wait, such as reading the data that a dialog opens with."""


def start(
    node: DOMNode,
    work: Callable[..., Coroutine[Any, Any, None]],
    *args: Any,
    group: str,
    latest: bool = False,
) -> None:
    """Run `work(*args)` in the background.

    The work fetches and hands what it found to `apply`. `latest` cancels earlier work of the group; never use
    it for writes. An error that the work raises is shown in a toast; one that is no WbtuiError is logged by
    its type, too.
    """
    # A callable, not a coroutine: work that is cancelled before it starts leaves no un-awaited coroutine.
    worker: Worker[None] = node.run_worker(
        partial(_guarded, node, work, args), group=group, exclusive=latest, exit_on_error=False
    )
    del worker


def runs_command(app: App[Any]) -> bool:
    """Return whether a command is under way for which later keys wait."""
    return any(worker.group == COMMANDS for worker in app.workers)


async def apply(node: DOMNode, change: Callable[..., object], *args: Any) -> None:
    """Have a message handler of `node` call `change(*args)`, and wait for it.

    The change is dropped when newer work of the group has begun or the node is closed: both cancel the
    worker, which waits here. Raises what `change` raises.
    """
    applied: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def handle() -> None:
        if applied.done() or not node.is_attached:
            applied.cancel()
            return
        try:
            result = change(*args)
            if isawaitable(result):
                await result
        except Exception as error:  # noqa: BLE001 - raised in the worker
            if not applied.done():
                applied.set_exception(error)
        else:
            if not applied.done():
                applied.set_result(None)

    if node.call_later(handle):
        await applied


async def _guarded(
    node: DOMNode, work: Callable[..., Coroutine[Any, Any, None]], args: tuple[Any, ...]
) -> None:
    try:
        await work(*args)
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 - shown, logged without its values, never fatal
        if not isinstance(error, WbtuiError):
            log.error("Background work %s failed: %s", getattr(work, "__name__", "?"), type(error).__name__)
        if node.is_attached:
            host(node).show_error(error)
