"""A process that begins a refund and waits: `python -m tests.support.refunder URL KEY FOLDER HOLD-SECONDS`.

It says the key of the intent on stdout once it is in its hold, and is there to be killed.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.support.opened import intended, opened, refund_of, refundable
from tests.support.patience import PATIENCE
from wbtui.services.actions.money_client import ActionTimeouts


async def main(url: str, key: str, folder: str, hold: str) -> None:
    rules = ActionTimeouts(hold=float(hold), deadline=PATIENCE, ask=PATIENCE, pauses=())
    async with opened(url, key, Path(folder), timeouts=rules) as services:
        customer, payment = await refundable(services)
        intent = await intended(services, refund_of(customer, payment))
        held = services.actions.hold(intent)
        print(intent.key, customer.id, flush=True)
        print((await held.outcome()).status, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
