"""The line below the top bar that says what cannot be saved, and why."""

from __future__ import annotations

from textual.widgets import Static

from wbtui.ui.host import host
from wbtui.ui.safe import join
from wbtui.ui.text import commands as text


class Restrictions(Static):
    """The restrictions of the open services, at most three lines; hidden where there are none."""

    DEFAULT_CSS = """
    Restrictions { display: none; height: auto; max-height: 3; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def on_mount(self) -> None:
        restrictions = host(self).services.restrictions
        if restrictions:
            self.update(join(("▲ ", "$warning"), text.restrictions(restrictions)))
            self.display = True
