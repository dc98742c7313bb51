"""Classes of the UI have at most one base of ours, message handlers run once, commands have handlers."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest

import wbtui.app
import wbtui.ui
from wbtui.ui.command import Command
from wbtui.ui.commanding import CommandHost
from wbtui.ui.commands import commands, in_scope, scopes


def is_ours(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == "wbtui"


def ui_classes() -> Iterator[type]:
    """Yield all classes defined in the UI."""
    modules = [wbtui.app]
    modules += [
        importlib.import_module(found.name) for found in pkgutil.walk_packages(wbtui.ui.__path__, "wbtui.ui.")
    ]
    for module in modules:
        for kind in vars(module).values():
            if isinstance(kind, type) and kind.__module__ == module.__name__:
                yield kind


CLASSES = {f"{kind.__module__}.{kind.__qualname__}": kind for kind in ui_classes()}
HOSTS = {
    name: kind for name, kind in CLASSES.items() if issubclass(kind, CommandHost) and kind.SCOPE in scopes()
}


def message_handlers(kind: type) -> set[str]:
    """Return the names of the message handlers defined in a class, without inherited ones."""
    return {
        name
        for name, value in vars(kind).items()
        if callable(value) and (name.startswith("on_") or hasattr(value, "_textual_on"))
    }


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_has_at_most_one_base_of_ours(name: str) -> None:
    ours = [base.__name__ for base in CLASSES[name].__bases__ if is_ours(base)]
    assert len(ours) <= 1, ours


@pytest.mark.parametrize("name", CLASSES)
def test_no_message_handler_is_defined_twice_in_a_hierarchy(name: str) -> None:
    """Textual calls the handler of every class in the hierarchy, so an override runs besides the original."""
    seen: dict[str, str] = {}
    for kind in CLASSES[name].__mro__:
        if is_ours(kind):
            for handler in message_handlers(kind):
                assert handler not in seen, f"{handler} of {kind.__name__} and {seen.get(handler)}"
                seen[handler] = kind.__name__


@pytest.mark.parametrize("scope", scopes())
def test_every_scope_with_commands_has_a_host(scope: str) -> None:
    assert not in_scope(scope) or any(scope == kind.SCOPE for kind in HOSTS.values())


@pytest.mark.parametrize("name", HOSTS)
def test_every_command_of_a_host_has_a_handler_that_takes_its_arguments(name: str) -> None:
    host = HOSTS[name]
    for row in in_scope(host.SCOPE):
        assert row.handled_by in host.handlers, row.id
        assert_takes(host.handlers[row.handled_by], row)


def assert_takes(handler: Any, row: Command) -> None:
    bound = inspect.signature(handler).bind(None, *row.args)
    hints = get_type_hints(handler)
    for parameter, value in list(bound.arguments.items())[1:]:
        assert hints[parameter] is type(value), f"{row.id}: {parameter}"


def test_every_handler_belongs_to_a_command() -> None:
    known = {row.handled_by for row in commands().values()}
    for host in HOSTS.values():
        assert set(host.handlers) <= known, host.__name__
