"""Interface of the app for widgets and screens, which cannot import the app itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol, cast

from wbtui.ui.format import NOTHING, UNKNOWN

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.notifications import SeverityLevel

    from wbtui.models.capability import Unsupported
    from wbtui.services.clock import Clock
    from wbtui.services.open import Services
    from wbtui.services.queue_cursor import QueueCursor
    from wbtui.settings import Settings
    from wbtui.ui.commands import Keymap


class Host(Protocol):
    """Interface of the app for its screens and widgets."""

    @property
    def connected(self) -> bool:
        """Whether a connection is open; only the connect screen works without one."""

    @property
    def services(self) -> Services:
        """The services of the open connection."""

    @property
    def settings(self) -> Settings: ...

    @property
    def keymap(self) -> Keymap:
        """The current key bindings."""

    @property
    def synced_at(self) -> datetime | None:
        """When the cache was last synchronized in this run."""

    @property
    def clock(self) -> Clock:
        """The clock that measures the agent's actions, for example key presses."""

    async def caught_up(self) -> None:
        """Return once all output has reached the terminal and all input until then was handled."""

    def now(self) -> datetime: ...

    def today(self) -> date:
        """The server's date."""

    def open_customer(self, customer_id: str, *, tab: str = "", cursor: QueueCursor | None = None) -> None:
        """Open the profile of a customer, with a `cursor` at its position in a queue."""

    def open_invoice(self, invoice_id: str) -> None:
        """Open an invoice."""

    def search(self, query: str) -> None:
        """Show the customers of a search in the list."""

    async def use_ticket(self, ticket: str) -> None:
        """Fill this ticket in on the next actions; an empty one clears it. Raises StoreErrors."""

    def copy(self, text: str, what: str, *, one_line: bool = False) -> None:
        """Copy `text` by the terminal's clipboard and show a toast that names it, such as "e-mail".

        Control characters are dropped. `one_line` makes line breaks spaces: a shell would run the line.
        """

    def show_toast(self, text: str, *, title: str = "", tone: SeverityLevel = "information") -> None:
        """Show a toast in place of one with the same text; title and text may be unsafe."""

    def clear_information(self) -> None:
        """Remove toasts that only inform: they would cover what is opened now."""

    def show_error(self, error: BaseException) -> None:
        """Show a toast for an error in the background."""


def default_currency(app: Host) -> str:
    """Return the merchant's default currency, eur until the billing system has named it."""
    system = app.services.system
    return system.default_currency if system is not None else "eur"


def has_extension(app: Host) -> bool:
    """Whether the billing system offers the portal extension; plain Wingback tells less."""
    system = app.services.system
    return system is None or system.extension


def offers(app: Host, kind: str) -> bool:
    """Whether the billing system offers actions of this kind, or is not known yet."""
    system = app.services.system
    return system is None or system.can(f"action.{kind}")


def unsupported_in(app: Host, kind: str) -> tuple[Unsupported, ...]:
    """Return what the billing system cannot do in an action of this kind."""
    system = app.services.system
    return system.unsupported_in(kind) if system is not None else ()


def absent(app: Host) -> str:
    """Return what stands for a value that only the portal extension tells: – for none, else unknown."""
    return NOTHING if has_extension(app) else UNKNOWN


def host(node: DOMNode) -> Host:
    """Return the app of a mounted widget or screen."""
    return cast("Host", node.app)
