"""The handlers of a message: the same as those that Textual looks up for each message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest
from textual import events, on
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widget import Widget
from textual.widgets import Button

import wbtui.app  # noqa: F401 - with all screens and widgets
from wbtui.ui.rendering.dispatch import _look_up

LookUp = Callable[[MessagePump, str, Message], Iterable[tuple[type, Callable[..., object]]]]


class Named(Widget):
    """Handlers found by name, one of them private."""

    def _on_mount(self, event: events.Mount) -> None: ...

    def on_button_pressed(self) -> None: ...


class Decorated(Named):
    """A handler found by its decorator, in front of one found by name."""

    @on(Button.Pressed)
    def pressed(self) -> None: ...


class Keys:
    """A base class that is no widget."""

    def on_key(self) -> None: ...


class Mixed(Keys, Named):
    """Handlers of two base classes."""


def subclasses(base: type[Widget]) -> Iterator[type[Widget]]:
    for one in base.__subclasses__():
        yield one
        yield from subclasses(one)


def found(look_up: LookUp, pump: MessagePump, message: Message) -> list[tuple[type, object]]:
    return list(look_up(pump, message.handler_name, message))


@pytest.mark.parametrize(
    "message",
    [events.Mount(), events.Idle(), events.Key("a", "a"), events.Blur(), Button.Pressed(Button())],
    ids=lambda message: type(message).__name__,
)
def test_every_widget_has_the_handlers_that_textual_finds(message: Message) -> None:
    kinds = {*subclasses(Widget)}
    assert {Named, Decorated, Mixed} < kinds
    for kind in kinds:
        pump = kind.__new__(kind)
        assert found(MessagePump._get_dispatch_methods, pump, message) == found(_look_up, pump, message), kind


def test_after_prevent_default_no_base_class_handles_the_message() -> None:
    event, pump = events.Mount(), Named()
    every = [cls for cls, _ in found(MessagePump._get_dispatch_methods, pump, event)]
    handled = []
    for cls, _ in MessagePump._get_dispatch_methods(pump, event.handler_name, event):
        handled.append(cls)
        event.prevent_default()
    assert handled == every[:1] == [Named] and len(every) > 1
