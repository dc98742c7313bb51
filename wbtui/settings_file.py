"""Writes a connection into the settings file and leaves every other line as the agent wrote it.

Import it only when writing: tomlkit takes longer to load than the settings themselves.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from wbtui.errors import SettingsError
from wbtui.paths import AppDirs, check_connection_name, private_dir, read_bounded, write_private
from wbtui.settings import MAX_BYTES, ConnectionSettings, check_agent, load_settings


def save_connection(
    app_dirs: AppDirs,
    name: str,
    connection: ConnectionSettings,
    *,
    make_default: bool = False,
    agent: str | None = None,
) -> Path:
    """Add or replace the connection `name` (and the agent's name); returns the file. Whole or not at all.

    The first connection becomes the default.

    Raises BadInput for the names, SettingsError where the present file is faulty or cannot be edited,
    StoreError where it cannot be written.
    """
    check_connection_name(name)
    agent = None if agent is None else check_agent(agent)
    wanted = connection.model_dump(mode="json", exclude_none=True)

    def change(document: Any) -> None:
        connections = document.setdefault("connections", {})
        if (present := connections.get(name)) is None:
            connections[name] = _spaced(wanted) if isinstance(connections, Table) else wanted
        else:
            for key in present.keys() - wanted.keys():
                del present[key]
            present.update(wanted)
        if make_default or len(connections) == 1:
            document["default_connection"] = name
        if agent is not None:
            document["agent"] = agent

    return _edit(app_dirs, change)


def remove_connection(app_dirs: AppDirs, name: str) -> None:
    """Remove the connection `name`. Raises NotConnected where there is none, else as `save_connection`."""
    load_settings(environ={}, file=app_dirs.settings_file).connection(name)

    def change(document: Any) -> None:
        del document["connections"][name]
        if document.get("default_connection") == name:
            del document["default_connection"]

    _edit(app_dirs, change)


def _edit(app_dirs: AppDirs, change: Callable[[Any], None]) -> Path:
    """Apply `change` to data and text alike; the text is written only if it then parses to the same data."""
    file = app_dirs.settings_file.resolve() if app_dirs.settings_file.is_symlink() else app_dirs.settings_file
    load_settings(environ={}, file=file)  # a faulty file is reported, never overwritten
    try:
        text = read_bounded(file, MAX_BYTES).decode("utf-8-sig")
    except FileNotFoundError:
        text = ""
    data = tomllib.loads(text)
    change(data)
    try:
        document = tomlkit.parse(text)
        change(document)
        new = tomlkit.dumps(document).rstrip("\n") + "\n"
        is_faithful = _without_empty(tomllib.loads(new)) == _without_empty(data)
    except (TOMLKitError, tomllib.TOMLDecodeError):
        is_faithful = False
    if not is_faithful:
        raise SettingsError(
            f"The connections in {file} are written in a way that wbtui cannot edit.",
            hint="Write each as a table of its own, [connections.NAME], or edit the file by hand.",
        )
    private_dir(app_dirs.config)
    write_private(file, new.encode())
    return file


def _spaced(values: dict[str, str]) -> Table:
    """A table with an empty line after it."""
    table = tomlkit.table()
    table.update(values)
    table.add(tomlkit.nl())
    return table


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value != {}}
