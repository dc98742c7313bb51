"""Kills the whole app while it adds account credit, and compares its journal with the credits on the server.

`uv run python -m tests.support.app_kills --kills 50 [--seed S]` prints what became of the actions.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import command_line
from tests.support.fault_proxy import Armed, Fault, FaultProxy
from tests.support.patience import PATIENCE
from tests.support.sandbox import Sandbox, copy_of, make_template, running
from tests.support.seeded_bodies import reader
from tests.support.terminal import ENTER, TAB, Terminal, wbtui

CONFIRM, SPACE = "\x13", " "
CONNECT = ("connect", "--name", "acme", "--environment", "demo", "--key-stdin", "--agent", "jo")


@dataclass(frozen=True)
class Point:
    """When the app is killed, and what is known of the action after the next start.

    Attributes:
        fault: what happens to the request that performs it.
        reached: waits for the instant.
        status: in the journal, once the next start has looked it up.
    """

    fault: Fault | None
    reached: Callable[[Terminal, Armed | None], None]
    status: str


def _in_undo_window(terminal: Terminal, _armed: Armed | None) -> None:
    terminal.wait_for(r"u +[Cc]ancel")


def _at_the_server(terminal: Terminal, armed: Armed | None) -> None:
    assert armed is not None
    terminal.wait_until(armed.hit.is_set, "the request at the server")


def _outcome_shown(terminal: Terminal, _armed: Armed | None) -> None:
    terminal.wait_for("● Done")


POINTS = {
    "in the undo window": Point(None, _in_undo_window, "withdrawn"),
    "before the request arrived": Point(Fault.KEEP, _at_the_server, "unknown"),
    "before the response": Point(Fault.STALL, _at_the_server, "done"),
    "after the outcome": Point(None, _outcome_shown, "done"),
}


@contextmanager
def connected(folder: Path, template: Path) -> Iterator[tuple[Path, Sandbox, FaultProxy]]:
    """A home that is connected to a sandbox through a proxy, with every customer in its cache."""
    home = folder / "home"
    home.mkdir()
    with running(copy_of(template, folder)) as sandbox, FaultProxy(sandbox.url) as proxy:
        done = command_line.wbtui(home, *CONNECT, "--url", proxy.url, stdin=sandbox.key)
        assert done.returncode == 0, done.stderr
        assert command_line.wbtui(home, "sync").returncode == 0
        yield home, sandbox, proxy


def kill_app(home: Path, proxy: FaultProxy, point: Point, email: str, amount: str) -> None:
    """Start the app, add credit for the customer with the keyboard, and kill the app at that point."""
    with wbtui(home, columns=80, lines=24) as terminal:
        terminal.wait_for(r"row 1 of \d+")
        terminal.type(email)
        terminal.wait_for(r"\b1 of \d+[\s\S]*matched: e-mail")
        terminal.wait_until_idle()
        terminal.type(ENTER)
        terminal.wait_for(r"‹ .* / ")
        terminal.wait_until_idle()
        terminal.type("a")
        terminal.wait_for(r"Actions · ")
        terminal.type("account credit")
        terminal.wait_for(r"▌ \w+ Add credit")
        terminal.type(ENTER)
        terminal.wait_for(r"▌Amount")
        terminal.type(amount)
        terminal.wait_for(r"Amount +\D*" + re.escape(amount))
        terminal.type(TAB + TAB)
        terminal.wait_for(r"▌Reason")
        terminal.type(SPACE)
        terminal.wait_for(r"\(•\)")
        armed = None if point.fault is None else proxy.arm(point.fault, "POST", "/x/v1/actions")
        terminal.type(CONFIRM)
        terminal.wait_for(r"ctrl\+s +Add \D*" + re.escape(amount))
        terminal.type(CONFIRM)
        point.reached(terminal, armed)
        terminal.process.kill()
        terminal.process.wait(PATIENCE)
        assert armed is None or armed.fired == 1
    proxy.disarm()


def kill_apps(folder: Path, template: Path, *, kills: int, seed: int) -> Counter[str]:
    """Kill the app so often; return how often at which point.

    Raises AssertionError when the journal, after another start, disagrees with the credits on the server.
    """
    points = sorted(POINTS)
    with connected(folder, template) as (home, sandbox, proxy):
        customers = _customers(sandbox, kills, seed)
        expected = {}
        for number, customer in enumerate(customers):
            point, amount = points[(number + seed) % len(points)], f"{number + 2}.{seed % 9 + 1}7"
            kill_app(home, proxy, POINTS[point], customer["email"], amount)
            expected[customer["id"]] = (point, amount)
        with wbtui(home, columns=80, lines=24) as terminal:
            terminal.wait_for(r"row 1 of \d+")
            terminal.wait_until_idle()
        journal = json.loads(command_line.wbtui(home, "journal", "--json").stdout)
        assert {entry["customer_id"] for entry in journal} == set(expected), "an intent was lost"
        for entry in journal:
            point, amount = expected[entry["customer_id"]]
            assert entry["status"] == POINTS[point].status, point
            assert _credits(sandbox, entry["customer_id"], amount) == (entry["status"] == "done"), point
    return Counter(point for point, _ in expected.values())


def _customers(sandbox: Sandbox, count: int, seed: int) -> list[dict[str, str]]:
    """Return id and e-mail address, which can be typed, of customers whose currency has cents."""
    assert sandbox.store is not None
    found = []
    with sandbox.store.read() as tx:
        for customer in tx.all("SELECT id FROM customers ORDER BY no"):
            row = reader(tx)(f"customers/{customer['id']}/row")
            currencies = {contract["amount"]["currency"] for contract in row["contracts"]}
            typed = [one["address"] for one in row["emails"] if one["address"].isprintable()]
            if typed and len(currencies) == 1 and "jpy" not in currencies:
                found.append({"id": row["id"], "email": typed[0]})
    return random.Random(seed).sample(found, count)


def _credits(sandbox: Sandbox, customer_id: str, amount: str) -> int:
    """Return how often the customer was given credit of this amount."""
    assert sandbox.store is not None
    with sandbox.store.read() as tx:
        entries = reader(tx)(f"customers/{customer_id}/credits")
    return sum(entry["kind"] == "grant" and entry["money"]["amount"] == amount for entry in entries)


def main() -> None:
    """Run with the options of the command line and print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = make_template(folder / "template.db", customers=500)
        report = kill_apps(folder, template, kills=options.kills, seed=options.seed)
    print(f"{report.total()} killed; no action ran twice, none was lost.")
    print(", ".join(f"{name} {count}" for name, count in report.items()))


if __name__ == "__main__":
    main()
