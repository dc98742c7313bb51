"""A new connection: ask the billing system who it is, keep the key, write the settings."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from wbtui.errors import BadInput, WbtuiError
from wbtui.models.capability import Environment, System
from wbtui.models.secret import Secret
from wbtui.models.text import clean
from wbtui.paths import AppDirs, check_connection_name
from wbtui.settings import ConnectionSettings, Timeouts

ADDRESSES: Mapping[str, str] = {
    "live": "https://api.wingback.com",
    "demo": "https://api.demo.wingback.com",
    "test": "https://api.app.test.wingback.com",
}
"""Wingback's environments and their base URLs, as its API introduction and published fragments name them."""

RESERVED = "demo"
"""The name of the connection that `wbtui demo` makes for itself."""


@dataclass(frozen=True)
class NewConnection:
    """What the agent typed. `environment` None: whatever the system says it is.

    Exactly one of `key` and `key_command` is given.
    """

    name: str
    url: str
    environment: str | None
    key: Secret | None = None
    key_command: str | None = None
    agent: str | None = None
    make_default: bool = False


@dataclass(frozen=True)
class AddedConnection:
    """The connection as it was written, and what the agent is to be told: what answered, where the key is."""

    name: str
    connection: ConnectionSettings
    sentences: tuple[str, ...]


def check_name(name: str) -> str:
    """The name itself. Raises BadInput where it cannot be used."""
    if check_connection_name(name) == RESERVED:
        raise BadInput("The name demo belongs to `wbtui demo`.", hint="Call it acme-demo, for example.")
    return name


async def check(url: str, key: Secret, timeouts: Timeouts | None = None) -> System:
    """Ask the system at `url` who it is. Raises BadInput (address), Unauthorized and the other ApiErrors."""
    from wbtui.api import HttpOptions, open_api

    timeouts = timeouts or Timeouts()
    options = HttpOptions(
        connect=timeouts.connect, read=timeouts.read, deadline=timeouts.deadline, read_retries=0
    )
    api = open_api(url, key, options=options)
    try:
        return await api.discover()
    finally:
        await api.aclose()


def resolve_environment(wanted: str | None, system: System | None) -> Literal["demo", "test", "live"]:
    """What the banner will say. Raises BadInput where the system says otherwise, or nobody says anything."""
    told = system.environment if system is not None else Environment.UNKNOWN
    if wanted is not None and told is not Environment.UNKNOWN and told.value != wanted:
        raise BadInput(
            f"That address is a {told.value} system, not {wanted}.",
            hint=f"Check address and key, or connect it as {told.value}.",
        )
    match wanted or told.value:
        case "demo":
            return "demo"
        case "test":
            return "test"
        case "live":
            return "live"
    raise BadInput("Nothing says which environment it is.", hint="Say demo, test or live.")


async def add_connection(
    app_dirs: AppDirs, wanted: NewConnection, system: System | None, *, key_storage: str = "auto"
) -> AddedConnection:
    """Keep the key and write the connection; files and keyring are touched in a thread of their own.

    `system` is what `check` answered, None where it was not asked (then `wanted.environment` decides).
    `key_storage` is `auto` (the keyring where usable, else a file) or `file`.
    Raises BadInput, SettingsError, StoreError.
    """
    return await _in_thread(lambda: _add_connection(app_dirs, wanted, system, key_storage))


def _add_connection(
    app_dirs: AppDirs, wanted: NewConnection, system: System | None, key_storage: str
) -> AddedConnection:
    from wbtui.credentials import delete_key, find_keyring, store_key
    from wbtui.settings_file import save_connection

    check_name(wanted.name)
    sentences: list[str] = []
    environment = resolve_environment(wanted.environment, system)
    if system is not None:
        kind = (
            "with the portal extension"
            if system.extension
            else "plain Wingback, so without refunds from here"
        )
        sentences.append(f"{clean(system.merchant, limit=100)} answers ({environment}, {kind}).")
    ring = find_keyring()
    if wanted.key is not None:
        kept = store_key(wanted.name, wanted.key, app_dirs, keyring=ring if key_storage == "auto" else None)
        source: Literal["keyring", "file", "command"] = "keyring" if kept.source == "keyring" else "file"
        sentences.append(kept.sentence)
    else:
        delete_key(wanted.name, app_dirs, keyring=ring)
        source = "command"
        sentences.append("The key is not kept: the command is asked for it at every start.")
    connection = ConnectionSettings(
        url=wanted.url,
        environment=environment,
        merchant=system.merchant[:500] if system is not None else None,
        key=source,
        key_command=wanted.key_command if source == "command" else None,
    )
    file = save_connection(
        app_dirs, wanted.name, connection, make_default=wanted.make_default, agent=wanted.agent
    )
    sentences.append(f"Written to {file}.")
    return AddedConnection(wanted.name, connection, tuple(sentences))


async def _in_thread(work: Callable[[], AddedConnection]) -> AddedConnection:
    """In a daemon thread, so that a keyring that waits for ever does not keep the process."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[AddedConnection] = loop.create_future()

    def settle(result: AddedConnection | None, error: BaseException | None) -> None:
        if not answer.done():
            if result is not None:
                answer.set_result(result)
            else:
                answer.set_exception(error or WbtuiError("Connecting failed."))

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 (handed on to whoever awaits)
            loop.call_soon_threadsafe(settle, None, error)
        else:
            loop.call_soon_threadsafe(settle, result, None)

    threading.Thread(target=run, name="connecting", daemon=True).start()
    return await answer
