"""A process that opens services and performs one action until it is killed, again and again.

`python -m tests.support.kill_victim URL KEY FOLDER` imports everything once, then forks a child for every
line `{"kill_at": N or null, "whole": bool, "abandon": bool}` on standard input. The child opens the services
on the files of its predecessor, resolves what is unknown and prints the newest journal entry. Then it reads
an action and performs it. At its Nth Python call it is killed: of the whole run, or from the confirmation on.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

from tests.support.opened import money_loop, opened
from wbtui.models.actions import read_action
from wbtui.models.preview import Status
from wbtui.services.open import Services


class KillAtCall:
    """Profile function that kills this process at a call of a Python function."""

    def __init__(self, kill_at: int | None) -> None:
        self.calls, self._kill_at = 0, kill_at

    def __call__(self, _frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call":
            self.calls += 1
            if self.calls == self._kill_at:
                os.kill(os.getpid(), signal.SIGKILL)


def say(**members: Any) -> None:
    """Write one line, complete even if the process is killed right afterwards."""
    os.write(1, json.dumps(members).encode() + b"\n")


async def resolve(services: Services, *, abandon: bool) -> None:
    """Look up what is unknown; where that finds nothing, abandon it or send it again."""
    for entry in await services.journal.unresolved():
        outcome = await services.actions.reconcile(entry.key)
        if outcome.status is Status.UNKNOWN:
            await (services.actions.abandon if abandon else services.actions.resend)(entry.key)
    [newest] = await services.journal.entries(1) or [None]
    say(entry=None if newest is None else newest.outcome().model_dump(mode="json"))


async def perform(services: Services, hook: KillAtCall, *, whole: bool) -> bool:
    """Perform the action on the next line of standard input; return whether there is one."""
    body = (await asyncio.to_thread(sys.stdin.readline)).strip()
    if not body:
        return False
    action = read_action(body)
    preview = await services.actions.preview(action)
    if not whole:
        money_loop(services).call_soon_threadsafe(sys.setprofile, hook)
        sys.setprofile(hook)
    intent = await services.actions.record_intent(action, preview, customer_title="Anna", summary=action.kind)
    await services.actions.send(intent).outcome()
    return True


async def live(url: str, key: str, folder: Path, order: dict[str, Any]) -> None:
    hook = KillAtCall(order["kill_at"])
    if order["whole"]:
        threading.setprofile(hook)
        sys.setprofile(hook)
    async with opened(url, key, folder) as services:
        await resolve(services, abandon=order["abandon"])
        if await perform(services, hook, whole=order["whole"]):
            say(calls=hook.calls)


def main(url: str, key: str, folder: str) -> None:
    warm = False
    while line := sys.stdin.readline():
        if "kill_at" not in line:
            continue  # the action of a child that was killed before it read it
        order = json.loads(line)
        if not warm:  # everything is imported before the first fork
            asyncio.run(live(url, key, Path(folder), {**order, "kill_at": None}))
            warm = True
            say(ended=0)
            continue
        child = os.fork()
        if child == 0:
            asyncio.run(live(url, key, Path(folder), order))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        say(ended=os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    gc.disable()
    main(*sys.argv[1:])
