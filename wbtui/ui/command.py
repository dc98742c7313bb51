"""What a command is: a row of a table from which bindings, key bar, palette, help and documents are made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """A place where commands live.

    `inside` names the scopes that are active around it, so that a key means one thing at a time. A modal
    scope is active alone, save for the few commands marked `everywhere`.
    """

    id: str
    title: str
    inside: tuple[str, ...] = ()
    modal: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a key or the palette can do.

    Attributes:
        id: stable name, `scope.verb`; the settings' keymap names it.
        title: a few words, for palette and help.
        sentence: what it does, in one sentence.
        keys: default keys in Textual's spelling; empty: palette only.
        scope: id of the scope it lives in.
        bar: the word for the key bar at the bottom; empty: not shown there.
        group: heading in the help; empty: the scope's title.
        danger: it changes something at the billing system.
        palette: whether the palette offers it (movements are not worth a line there).
        everywhere: works inside modal dialogs and while typing, too.
        action: the method `action_<action>` of the widget or screen of that scope; empty: the id's last part.
        args: what that method is called with.
        needs: capability of the billing system without which it is shown disabled, with the reason.
        words: other words the palette finds it by.
    """

    id: str
    title: str
    sentence: str
    keys: tuple[str, ...]
    scope: str
    bar: str = ""
    group: str = ""
    danger: bool = False
    palette: bool = True
    everywhere: bool = False
    action: str = ""
    args: tuple[str, ...] = ()
    needs: str = ""
    words: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        """The name after `action_`."""
        return self.action or self.id.rpartition(".")[2]
