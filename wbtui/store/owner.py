"""Identify processes, and tell a crashed one from one that still runs."""

from __future__ import annotations

import os
import socket
from pathlib import Path

_ENDED = ("Z", "X", "x")
"""States of a process that has ended, of those in `/proc/PID/stat`."""


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _started(pid: int) -> str:
    """The start of a process in ticks since boot; empty when there is none (or no /proc).

    One that has ended stays listed until its parent asks for it, in some containers for ever.
    """
    # The name, in parentheses, may hold anything; the fields after it are its state and numbers.
    _, _, fields = _read(f"/proc/{pid}/stat").rpartition(")")
    parts = fields.split()
    return parts[19] if len(parts) > 19 and parts[0] not in _ENDED else ""


def this_process() -> str:
    """Return host|boot|pid|start, which identifies this process and no later one."""
    pid = os.getpid()
    boot = _read("/proc/sys/kernel/random/boot_id")
    return "|".join((socket.gethostname().replace("|", " "), boot, str(pid), _started(pid)))


def is_alive(owner: str) -> bool | None:
    """Return whether a process still runs; None when it is on another machine."""
    try:
        host, boot, pid_text, start = owner.split("|")
        pid = int(pid_text)
    except ValueError:
        return False
    here_host, here_boot, _, _ = this_process().split("|")
    if host != here_host:
        return None
    if boot != here_boot:
        return False
    if start:
        return _started(pid) == start
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
