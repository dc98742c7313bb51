"""What widgets and screens may ask of the app they run in, without importing it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from wbtui.services.clock import Clock
    from wbtui.services.open import Services
    from wbtui.services.queue_cursor import QueueCursor
    from wbtui.settings import Settings
    from wbtui.ui.commands import Keymap


class Host(Protocol):
    """The app as its screens see it."""

    @property
    def services(self) -> Services:
        """The opened services of the connection in use."""
        ...

    @property
    def settings(self) -> Settings: ...

    @property
    def keymap(self) -> Keymap:
        """The keys in force."""
        ...

    @property
    def synced_at(self) -> datetime | None:
        """When held data was last brought up to date in this run."""
        ...

    @property
    def clock(self) -> Clock:
        """The clock that times what the agent does."""
        ...

    def now(self) -> datetime: ...

    def today(self) -> date:
        """The server's date, as far as known."""
        ...

    def open_customer(self, customer_id: str, *, tab: str = "", walk: QueueCursor | None = None) -> None:
        """The profile of a customer; `walk`: the list it is opened from."""
        ...

    def open_invoice(self, invoice_id: str) -> None: ...

    def open_journal(self) -> None: ...

    def copy(self, text: str, what: str) -> None:
        """Send `text` to the terminal's clipboard and say so. `what` names it: "the e-mail"."""
        ...

    def tell(self, text: str, *, title: str = "", tone: str = "information") -> None:
        """A toast. The text is cleaned here."""
        ...

    def tell_error(self, error: BaseException) -> None:
        """A toast for a background fault."""
        ...


def host(node: DOMNode) -> Host:
    """The app of a mounted widget or screen."""
    return cast("Host", node.app)
