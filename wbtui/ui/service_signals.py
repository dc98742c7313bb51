"""The services' signals as messages of the app."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from textual.message import Message

from wbtui.models.instants import local
from wbtui.ui import messages

if TYPE_CHECKING:
    from textual.app import App

    from wbtui.services.open import Services

DATE_CHECK = 10.0
"""Seconds between two looks at the date."""


def _dates(services: Services) -> tuple[date, date]:
    """Return the server's date and the local one: what is shown depends on both."""
    return services.today(), local(services.now()).date()


class ServiceSignals:
    """Posts a message to the app for each signal of the services, from any thread, and for each new date."""

    def __init__(self, app: App[int]) -> None:
        self._app = app
        self._unsubscribe: list[Callable[[], None]] = []

    def subscribe(self, services: Services) -> None:
        """Subscribe to all signals, and post the notices from before the app started."""
        self._unsubscribe = [
            services.link.changed.subscribe(lambda _state: self._post(messages.LinkChanged())),
            services.sync.changed.subscribe(lambda _progress: self._post(messages.SyncChanged())),
            services.data_changed.subscribe(lambda ids: self._post(messages.DataChanged(ids))),
            services.date_refresh.refreshed.subscribe(lambda _date: self._post(messages.DateChanged())),
            services.actions.outcome_changed.subscribe(
                lambda entry: self._post(messages.OutcomeChanged(entry))
            ),
            services.drafts.changed.subscribe(lambda _count: self._post(messages.DraftsChanged())),
            services.file_notice.subscribe(lambda text: self._post(messages.Notice(text, "Local files"))),
            services.sync.refetched.subscribe(lambda text: self._post(messages.Notice(text, "Sync"))),
        ]
        for notice in services.notices:
            self._post(messages.Notice(notice, "Local files"))
        self._dates = _dates(services)
        self._app.set_interval(DATE_CHECK, lambda: self._compare_dates(services), name="dates")

    def _compare_dates(self, services: Services) -> None:
        before, self._dates = self._dates, _dates(services)
        if self._dates != before:
            self._post(messages.DateChanged())

    def unsubscribe(self) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe = []

    def _post(self, message: Message) -> None:
        # post_message may be called from any thread.
        if self._app.is_running:
            self._app.post_message(message)
