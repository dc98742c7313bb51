"""Rows of the command tables; bindings, key bar, palette, help and documents are made from them."""

from __future__ import annotations

from dataclasses import dataclass

from wbtui.ui.matching import relevance


@dataclass(frozen=True, slots=True)
class Scope:
    """A place whose commands are active together.

    `inside` names the scopes that stay active around it, so that a key has one meaning at a time. A dialog
    is inside none: except for commands marked `everywhere`, its own are the only ones.
    """

    id: str
    title: str
    inside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a key or the palette.

    Attributes:
        id: stable name, `scope.verb`; the settings' keymap names it.
        title: a few words, for palette and help.
        sentence: what it does, in one sentence.
        keys: default keys in Textual's spelling; empty: palette only.
        bar: the word for the key bar; empty: not in the key bar.
        handler: which handler of the scope's host runs it; empty: the one for the id's verb.
        args: what the handler is called with.
        danger: it changes something in the billing system.
        palette: whether the palette offers it.
        over_text: works while typing, before a key of the text field.
        everywhere: works inside modal dialogs and while typing, too.
        needs: capability of the billing system without which it is disabled, with the reason.
        aliases: former ids, which a keymap may still name.
        words: other words the palette finds it by.
    """

    id: str
    title: str
    sentence: str
    keys: tuple[str, ...] = ()
    bar: str = ""
    handler: str = ""
    args: tuple[str | int, ...] = ()
    danger: bool = False
    palette: bool = True
    over_text: bool = False
    everywhere: bool = False
    needs: str = ""
    aliases: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """Id of the scope it belongs to."""
        return self.id.partition(".")[0]

    @property
    def verb(self) -> str:
        """The id without its scope."""
        return self.id.partition(".")[2]

    @property
    def handled_by(self) -> str:
        """Name of its handler, as in `commanding.handles`."""
        return self.handler or self.verb

    def relevance(self, typed: str) -> int:
        """Return how well it fits what was typed, 0 for not at all."""
        return relevance(typed, self.title, self.words, self.sentence)
