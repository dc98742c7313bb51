"""A process that confirms a refund and waits in the undo window, for tests that kill it.

`python -m tests.support.refund_process URL KEY FOLDER HOLD-SECONDS` prints the key of the intent and the id
of the customer once the refund is pending, and the status of its outcome at the end.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.support.opened import intended, opened, refund_of, refundable
from tests.support.patience import PATIENCE
from wbtui.services.actions.money_client import ActionTimeouts


async def main(url: str, key: str, folder: str, hold: str) -> None:
    rules = ActionTimeouts(undo=float(hold), deadline=PATIENCE, ask=PATIENCE, pauses=())
    async with opened(url, key, Path(folder), timeouts=rules) as services:
        customer, payment = await refundable(services)
        intent = await intended(services, refund_of(customer, payment))
        pending = services.actions.send(intent)
        print(intent.key, customer.id, flush=True)
        print((await pending.outcome()).status, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
