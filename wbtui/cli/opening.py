"""Opens the services of a connection and runs the app on them."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from wbtui.cli.context import CliContext, fail, say
from wbtui.errors import NotConnected, StoreError, Unauthorized
from wbtui.paths import DEMO

if TYPE_CHECKING:
    from wbtui.app import Start
    from wbtui.models.secret import Secret
    from wbtui.services.open import ConnectionSpec, Services

_NOWHERE = "http://127.0.0.1:9"
"""URL of the demo while its server is not running. Nothing is sent there."""
_DEMO_STOPPED = "The demo is not running. Start it with `wbtui demo`."


@dataclass(frozen=True)
class OpenTarget:
    """Connection to open. `now` freezes the clock of the app.

    `offline` says why it never connects: it is that of the demo, whose server is not running.
    """

    spec: ConnectionSpec
    offline: str | None = None
    now: datetime | None = None

    @classmethod
    def demo(cls, cli: CliContext, url: str, key: Secret, *, now: datetime | None = None) -> OpenTarget:
        """Return the target of the running demo."""
        from wbtui.services.open import ConnectionSpec

        spec = ConnectionSpec(DEMO, url, "demo", None, cli.settings.agent, lambda: key)
        return cls(spec, now=now)

    @classmethod
    def chosen(cls, cli: CliContext) -> OpenTarget:
        """Return the connection selected by options and settings. Raises NotConnected, SettingsError.

        The demo opens offline with its cached data while its server is not running.
        """
        from wbtui.credentials import load_key
        from wbtui.logs import hide
        from wbtui.services.open import ConnectionSpec
        from wbtui.settings import load_settings

        settings, app_dirs = cli.settings, cli.app_dirs
        if settings.default_connection == DEMO and DEMO not in settings.connections:
            from wbtui.cli import demo_server

            if not app_dirs.connection_files(DEMO).cache.exists():
                raise NotConnected("The demo has not been used yet.", hint="Start it with `wbtui demo`.")
            if (server := demo_server.find_server(app_dirs)) is not None:
                hide(server.key)
                return cls.demo(cli, server.url, server.key, now=server.now)
            spec = ConnectionSpec(DEMO, _NOWHERE, "demo", None, settings.agent, _no_key)
            return cls(spec, offline=_DEMO_STOPPED)
        try:
            name, connection = settings.connection()
        except NotConnected as error:
            if settings.connections or not app_dirs.connection_files(DEMO).cache.exists():
                raise
            hint = "Pass --connection demo for the data of the demo, or run `wbtui connect`."
            raise NotConnected(error.sentence, hint=hint) from None

        def provide() -> Secret:
            """Load the key that is stored now: another one may have been, but for another address, too."""
            stored = load_settings(file=app_dirs.settings_file).connections.get(name, connection)
            if stored.url != connection.url:
                raise Unauthorized("The address of this connection has changed.", sent=False)
            key = load_key(name, stored, app_dirs)
            hide(key)
            return key

        # A command may ask the agent for a password: it runs once.
        provider = cache(provide) if connection.key == "command" else provide
        spec = ConnectionSpec(
            name, connection.url, connection.environment, connection.merchant, settings.agent, provider
        )
        return cls(spec)


def _no_key() -> Secret:
    raise NotConnected("The demo is not running.", hint="Start it with `wbtui demo`.")


@contextlib.asynccontextmanager
async def opened(cli: CliContext, target: OpenTarget | None = None) -> AsyncIterator[Services]:
    """The services of the target (by default the chosen connection), closed again at the end."""
    # Otherwise Python prints log records on stderr, where commands write sentences.
    logging.getLogger().addHandler(logging.NullHandler())
    services = await _open(cli, target or OpenTarget.chosen(cli))
    for notice in (*services.restrictions, *services.notices):
        say(notice)
    services.file_notice.subscribe(say)
    try:
        if services.cache.should_check_now:
            await services.cache.check()
        yield services
    finally:
        await services.close()


@contextlib.asynccontextmanager
async def opened_for_actions(cli: CliContext) -> AsyncIterator[Services]:
    """`opened`, once the state of the link is known. Raises StoreError if no action can be recorded."""
    async with opened(cli) as services:
        await services.link.wait_until_known()
        if services.link.read_only is not None:
            raise services.link.read_only
        yield services


async def _open(cli: CliContext, target: OpenTarget) -> Services:
    from wbtui.services.clock import Clock
    from wbtui.services.open import open_services

    files, now = cli.app_dirs.connection_files(target.spec.name), target.now
    clock = Clock(now=cli.clock if now is None else lambda: now)
    return await open_services(target.spec, cli.settings, files=files, offline=target.offline, clock=clock)


def pause_garbage_collection() -> None:
    """Disable garbage collection during startup, to save time; `WbtuiApp.on_ready` enables it."""
    gc.disable()


def run_app(cli: CliContext, target: OpenTarget | None, start: Start | None = None) -> str | None:
    """Run the app; returns the connection to switch to, None on quit.

    Raises click's Exit for an exit code other than 0.
    """
    from wbtui.logs import crash_report, setup
    from wbtui.settings import scrub_environment

    pause_garbage_collection()
    scrub_environment(no_color=cli.no_color)
    with contextlib.suppress(StoreError):  # without a log, everything else works
        setup(cli.app_dirs)
    from wbtui.app import Start as Begin
    from wbtui.app import WbtuiApp

    services = asyncio.run(_open(cli, target)) if target is not None else None
    app = WbtuiApp(
        services,
        cli.settings,
        start=start or Begin(),
        crash_report=lambda error: crash_report(error, cli.app_dirs, now=cli.clock()),
    )
    if services is not None:
        services.sync.start_following()
    try:
        result: object = app.run()
    finally:
        gc.enable()
        if services is not None:
            asyncio.run(services.close())
    if isinstance(result, str):
        return result
    code = app.return_code or (result if isinstance(result, int) else 0)
    if code:
        fail(code)
    return None
