"""Log file and crash reports, without API keys, customer data and local variables."""

from __future__ import annotations

import atexit
import base64
import logging
import logging.handlers
import os
import platform
import queue
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any
from urllib.parse import quote

from wbtui.models.secret import Secret
from wbtui.models.text import clean, clean_lines
from wbtui.paths import AppDirs, private_dir, private_file, write_private

LOGGER = "wbtui"
MAX_BYTES = 1_000_000
BACKUPS = 3
MAX_CRASHES = 10
_E_MAIL = re.compile(r"[^\s@<>\"'=]{1,64}@[^\s@<>\"']{1,255}")
_HEADER = re.compile(r"(?i)\b(wb-key|authorization|x-api-key|cookie|set-cookie)\b(['\"]?\s*[:=,]\s*)[^\r\n]+")
_QUERY = re.compile(r"\?[^\s\"']+")
_lock = threading.Lock()
_hidden: set[str] = set()


def hide(secret: Secret) -> None:
    """Redact this value in all logs and reports from now on, also percent-encoded and in base64."""
    value = secret.reveal()
    encoded = base64.b64encode(value.encode()).decode()
    with _lock:
        _hidden.update({value, quote(value, safe=""), encoded, encoded.rstrip("=")})


def redact(text: str) -> str:
    """Redact hidden values, headers, query strings and e-mail addresses in a text."""
    with _lock:
        hidden = sorted(_hidden, key=len, reverse=True)
    for value in hidden:
        text = text.replace(value, "‹key›")
    text = _HEADER.sub(r"\1\2‹hidden›", text)
    text = _QUERY.sub("?‹hidden›", text)
    return _E_MAIL.sub("‹e-mail›", text)


def setup(app_dirs: AppDirs) -> logging.Logger:
    """Log to a file in `app_dirs.logs`, written by a separate thread so that logging does not block.

    Libraries log from WARNING on, because their INFO messages contain addresses. Raises StoreError.
    """
    private_dir(app_dirs.logs)
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.INFO)
    root = logging.getLogger()
    if any(isinstance(handler, _Queued) for handler in root.handlers):
        return logger
    target = _PrivateFile(private_file(app_dirs.logs / "wbtui.log"))
    target.setFormatter(_Redacted("%(asctime)s %(levelname)s %(process)d %(name)s %(message)s"))
    lines: queue.SimpleQueue[Any] = queue.SimpleQueue()
    listener = logging.handlers.QueueListener(lines, target)
    root.addHandler(_Queued(lines))
    root.setLevel(logging.WARNING)
    listener.start()
    atexit.register(listener.stop)
    return logger


def crash_report(error: BaseException, app_dirs: AppDirs, *, now: datetime) -> Path:
    """Write a crash report and return its path; only the newest ten are kept. Raises StoreError."""
    private_dir(app_dirs.logs)
    for old in sorted(app_dirs.logs.glob("crash-*.txt"))[: -MAX_CRASHES + 1]:
        old.unlink(missing_ok=True)
    path = app_dirs.logs / f"crash-{now:%Y%m%dT%H%M%S%f}-{os.getpid()}.txt"
    write_private(path, crash_text(error, now=now).encode("utf-8", "replace"))
    return path


def crash_text(error: BaseException, *, now: datetime) -> str:
    """Return the report: versions, and the chained exceptions with file, line and source, redacted."""
    from importlib.metadata import version

    head = [
        f"wbtui {version('wbtui')}, Python {platform.python_version()}, {platform.platform()}",
        f"at {now:%Y-%m-%d %H:%M:%S} UTC",
        "This report contains no local variables, API keys or customer data.",
        "",
    ]
    return clean_lines(redact("\n".join([*head, *_chain(error)]))) + "\n"


def _chain(error: BaseException) -> Iterator[str]:
    """Yield the lines of the chained exceptions, first cause first."""
    errors: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in errors and len(errors) < 10:
        errors.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    for number, one in enumerate(reversed(errors)):
        if number:
            yield "\nwhich caused:\n"
        yield f"{type(one).__module__}.{type(one).__qualname__}: {_message(one)}"
        for frame in traceback.extract_tb(one.__traceback__)[-40:]:
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
            yield f"    {(frame.line or '').strip()}"
        for inner in getattr(one, "exceptions", ())[:5]:
            yield f"  contains {type(inner).__qualname__}: {_message(inner)}"


def _message(error: BaseException) -> str:
    """Return the message of an error on one line; of a validation error, which quotes data, its locations."""
    if hasattr(error, "errors") and type(error).__module__.startswith("pydantic"):
        try:
            faults = error.errors(include_url=False, include_input=False, include_context=False)
            return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in faults[:10])
        except Exception:  # noqa: BLE001 (a report about an error must not fail over it)
            return "‹validation›"
    try:
        return clean(str(error), limit=500)
    except Exception:  # noqa: BLE001
        return "‹no message›"


class _Redacted(logging.Formatter):
    """Formatter that cleans and redacts records, and omits local variables of exceptions."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        return clean_lines(redact(super().format(record)))

    def formatException(self, ei: Any) -> str:
        return "\n".join(_chain(ei[1])) if ei and ei[1] is not None else ""


class _Queued(logging.handlers.QueueHandler):
    """Queue handler that formats the message first, because its arguments may change."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        try:
            record.msg = record.getMessage()
        except Exception:  # noqa: BLE001 (logging must not fail)
            record.msg = f"‹invalid log message {record.msg!r}›"
        record.args = None
        return record


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """Rotating log file of mode 0600 that ignores write errors."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8", errors="replace", delay=True
        )

    def _open(self) -> TextIOWrapper:
        handle = os.open(
            self.baseFilename, os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
        os.fchmod(handle, 0o600)
        return open(handle, "a", encoding="utf-8", errors="replace")  # noqa: PTH123 (an open handle)

    def handleError(self, record: logging.LogRecord) -> None:
        del record
        if isinstance(sys.exc_info()[1], OSError):
            self.stream = None
