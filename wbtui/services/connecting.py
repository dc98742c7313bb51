"""Add a connection: check the billing system, store the API key, write the settings."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal, cast

from pydantic import ValidationError

from wbtui.errors import BadInput, ConnectionLost, TimedOut, TlsFailed, Unauthorized, Unreachable
from wbtui.models.base import message_of
from wbtui.models.capability import Environment, System
from wbtui.models.secret import Secret
from wbtui.models.text import clean
from wbtui.paths import DEMO, AppDirs, check_connection_name
from wbtui.services.loops import DaemonExecutor
from wbtui.settings import ConnectionSettings, Timeouts, check_agent

ADDRESSES: Mapping[str, str] = {
    "live": "https://api.wingback.com",
    "demo": "https://api.demo.wingback.com",
    "test": "https://api.app.test.wingback.com",
}
"""Base URLs of Wingback's environments, from its API documentation."""


@dataclass(frozen=True)
class NewConnection:
    """Input for a new connection.

    Attributes:
        environment: None to use the one that the system reports.
        key: exactly one of `key` and `key_command` is given.
    """

    name: str
    url: str
    environment: str | None
    key: Secret | None = None
    key_command: str | None = None
    agent: str | None = None
    make_default: bool = False


def check_name(name: str) -> str:
    """Return the name. Raises BadInput if it cannot be used."""
    if check_connection_name(name) == DEMO:
        raise BadInput(
            "The name demo is reserved for `wbtui demo`.", hint="Use another name, such as acme-demo."
        )
    return name


def check_free(name: str, url: str, connections: Mapping[str, ConnectionSettings]) -> None:
    """Raise BadInput if the name is that of a connection to another URL; it and its key would be lost."""
    from wbtui.api.address import normal_origin

    known = connections.get(name)
    if known is not None and normal_origin(known.url) != normal_origin(url):
        raise BadInput(
            f"{name} already connects to {known.url} ({known.environment}).",
            hint=f"Choose another name, or remove it first: `wbtui connect --remove {name}`.",
        )


async def check(url: str, key: Secret, timeouts: Timeouts | None = None) -> System:
    """Discover the system at `url`. Raises BadInput for the URL, Unauthorized and other ApiErrors.

    What helps is another key or URL: there is no cached data yet, and no change whose outcome is unknown.
    """
    from wbtui.api import HttpOptions, open_api

    timeouts = timeouts or Timeouts()
    options = HttpOptions(
        connect=timeouts.connect, read=timeouts.read, deadline=timeouts.deadline, read_retries=0
    )
    api = open_api(url, key, options=options)
    try:
        return await api.discover()
    except (Unreachable, TimedOut, ConnectionLost) as error:
        if not isinstance(error, TlsFailed):
            error.hint = "Check the network and the URL, then try again."
        raise
    except Unauthorized as error:
        error.hint = "Check the key, and that it belongs to this environment."
        raise
    finally:
        await api.aclose()


def resolve_environment(expected: str | None, system: System | None) -> Literal["demo", "test", "live"]:
    """Return the environment for the banner. Raises BadInput if it is unknown or not the expected one."""
    reported = system.environment if system is not None else Environment.UNKNOWN
    if expected is not None and reported is not Environment.UNKNOWN and reported.value != expected:
        raise BadInput(
            f"This URL is a {reported.value} system, not {expected}.",
            hint=f"Check the URL and the key, or choose {reported.value}.",
        )
    environment = expected or reported.value
    if environment not in ADDRESSES:
        hint = "Use `wbtui connect` with --environment and demo, test or live."
        raise BadInput("The server does not say which environment it is.", hint=hint)
    return cast(Literal["demo", "test", "live"], environment)


async def add_connection(
    app_dirs: AppDirs, new: NewConnection, system: System | None, *, key_storage: str = "auto"
) -> list[str]:
    """Store the key and save the connection. Returns which system it is and where the key is stored.

    Runs in a thread that the end of the process does not wait for: a keyring can hang.

    Args:
        system: the result of `check`; None if it was skipped, then `new.environment` is required.
        key_storage: `auto` (the keyring if usable, else a file) or `file`.

    Raises BadInput, SettingsError, StoreError.
    """
    work = partial(_add_connection, app_dirs, new, system, key_storage)
    return await asyncio.get_running_loop().run_in_executor(DaemonExecutor(), work)


def _settings_of(new: NewConnection, system: System | None) -> ConnectionSettings:
    """Return the settings of a new connection, with its key in a file if it has one. Raises BadInput."""
    try:
        return ConnectionSettings(
            url=new.url,
            environment=resolve_environment(new.environment, system),
            merchant=system.merchant[:500] if system is not None else None,
            key="command" if new.key is None else "file",
            key_command=new.key_command if new.key is None else None,
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadInput(f"{first['loc'][0]}: {message_of(first).removesuffix('.')}.") from None


def _add_connection(
    app_dirs: AppDirs, new: NewConnection, system: System | None, key_storage: str
) -> list[str]:
    from wbtui.credentials import delete_key, find_keyring, store_key
    from wbtui.settings_file import save_connection

    check_name(new.name)
    if new.agent is not None:
        check_agent(new.agent)
    sentences: list[str] = []
    connection = _settings_of(new, system)
    if system is not None:
        kind = "with the portal extension" if system.extension else "without the portal extension: no refunds"
        sentences.append(f"{clean(system.merchant, limit=100)} found ({connection.environment}, {kind}).")
    ring = find_keyring()
    if new.key is not None:
        stored = store_key(new.name, new.key, app_dirs, keyring=ring if key_storage == "auto" else None)
        source: Literal["keyring", "file", "command"] = "keyring" if stored.source == "keyring" else "file"
        sentences.append(stored.sentence)
    else:
        delete_key(new.name, app_dirs, keyring=ring)
        source = "command"
        sentences.append("The key is not stored. The command runs at every start.")
    connection = connection.model_copy(update={"key": source})
    file = save_connection(app_dirs, new.name, connection, make_default=new.make_default, agent=new.agent)
    sentences.append(f"Saved in {file}.")
    return sentences
