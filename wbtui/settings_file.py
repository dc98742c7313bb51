"""Writes a connection into the settings file and leaves every other line as the agent wrote it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from wbtui.errors import NotConnected, SettingsError
from wbtui.paths import AppDirs, check_connection_name, private_dir, read_bounded, write_private
from wbtui.settings import MAX_BYTES, ConnectionSettings, load_settings

_TABLE = re.compile(r"^\s*\[")


def save_connection(
    app_dirs: AppDirs,
    name: str,
    connection: ConnectionSettings,
    *,
    make_default: bool = False,
    agent: str | None = None,
) -> Path:
    """Add or replace the connection `name` (and the agent's name); returns the file. Whole or not at all.

    The first connection becomes the default by itself.

    Raises SettingsError where the present file is faulty or cannot be edited by line, StoreError where it
    cannot be written.
    """
    check_connection_name(name)
    wanted = connection.model_dump(mode="json", exclude_none=True)

    def change(data: dict[str, Any], text: str) -> str:
        data.setdefault("connections", {})[name] = wanted
        lines = _without_table(text.splitlines(), name)
        if make_default or len(data["connections"]) == 1:
            data["default_connection"] = name
            lines = _with_top(lines, "default_connection", name)
        if agent:
            data["agent"] = agent
            lines = _with_top(lines, "agent", agent)
        table = [
            f"[connections.{_quoted(name)}]",
            *(f"{key} = {_quoted(value)}" for key, value in wanted.items()),
        ]
        return "\n".join([*_trimmed(lines), *([""] if lines else []), *table])

    return _edit(app_dirs, change)


def remove_connection(app_dirs: AppDirs, name: str) -> Path:
    """Take the connection `name` out. Raises NotConnected where there is none, else as `save_connection`."""

    def change(data: dict[str, Any], text: str) -> str:
        connections = data.get("connections", {})
        if name not in connections:
            raise NotConnected(f"There is no connection {name!r}.")
        del connections[name]
        lines = _without_table(text.splitlines(), name)
        if data.get("default_connection") == name:
            del data["default_connection"]
            lines = _with_top(lines, "default_connection", None)
        return "\n".join(_trimmed(lines))

    return _edit(app_dirs, change)


def _edit(app_dirs: AppDirs, change: Any) -> Path:
    """Apply `change` to data and text alike; the text is written only if it then says what the data says."""
    file = app_dirs.settings_file.resolve() if app_dirs.settings_file.is_symlink() else app_dirs.settings_file
    load_settings(environ={}, file=file)  # a faulty file is reported, never overwritten
    try:
        text = read_bounded(file, MAX_BYTES).decode("utf-8-sig")
    except FileNotFoundError:
        text = ""
    data = tomllib.loads(text)
    new = change(data, text) + "\n"
    try:
        faithful = _without_empty(tomllib.loads(new)) == _without_empty(data)
    except tomllib.TOMLDecodeError:
        faithful = False
    if not faithful:
        raise SettingsError(
            f"The connections in {file} are written in a way that wbtui cannot edit.",
            hint="Write each as a table of its own, [connections.NAME], or edit the file by hand.",
        )
    private_dir(app_dirs.config)
    write_private(file, new.encode())
    return file


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value != {}}


def _without_table(lines: list[str], name: str) -> list[str]:
    """`lines` without the table of that connection."""
    header = re.compile(
        rf"^\s*\[\s*connections\s*\.\s*(?:\"{re.escape(name)}\"|'{re.escape(name)}'|{re.escape(name)})\s*\]"
    )
    kept: list[str] = []
    inside = False
    for line in lines:
        if _TABLE.match(line):
            inside = bool(header.match(line))
        if not inside:
            kept.append(line)
    return kept


def _with_top(lines: list[str], key: str, value: str | None) -> list[str]:
    """`lines` with the top-level `key` set (None: gone); such keys belong before the first table."""
    first_table = next((i for i, line in enumerate(lines) if _TABLE.match(line)), len(lines))
    present = re.compile(rf"^\s*{key}\s*=")
    head = [line for line in lines[:first_table] if not present.match(line)]
    if value is not None:
        head = [*_trimmed(head), f"{key} = {_quoted(value)}"]
        head += [""] if first_table < len(lines) else []
    return head + lines[first_table:]


def _trimmed(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]


def _quoted(value: str) -> str:
    """As a TOML basic string."""
    escaped = "".join(
        f"\\u{ord(char):04X}"
        if ord(char) < 0x20 or ord(char) == 0x7F
        else f"\\{char}"
        if char in '"\\'
        else char
        for char in value
    )
    return f'"{escaped}"'
