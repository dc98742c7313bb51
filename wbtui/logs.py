"""The rotating log and the crash report: 0600, ids not names, no key, no local variables (promise 5)."""

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
from datetime import UTC, datetime
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
    """From now on this value, as it is, percent-encoded or in base64, appears in no log and no report."""
    value = secret.reveal()
    encoded = base64.b64encode(value.encode()).decode()
    with _lock:
        _hidden.update({value, quote(value, safe=""), encoded, encoded.rstrip("=")})


def redact(text: str) -> str:
    """`text` without hidden values, header values, query strings and e-mail addresses."""
    with _lock:
        hidden = sorted(_hidden, key=len, reverse=True)
    for value in hidden:
        text = text.replace(value, "‹key›")
    text = _HEADER.sub(r"\1\2‹hidden›", text)
    text = _QUERY.sub("?‹hidden›", text)
    return _E_MAIL.sub("‹e-mail›", text)


def setup(app_dirs: AppDirs, level: str = "INFO") -> logging.Logger:
    """Log into `app_dirs.logs`, from a thread of its own: whoever logs never waits for the disk.

    Other libraries are heard from WARNING on (their INFO holds addresses). Raises StoreError where the
    folder cannot be used.
    """
    private_dir(app_dirs.logs)
    logger = logging.getLogger(LOGGER)
    logger.setLevel(level)
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


def crash_report(error: BaseException, app_dirs: AppDirs, *, now: datetime | None = None) -> Path:
    """Write what happened, without local variables, and return the file. Raises StoreError.

    The newest ten are kept.
    """
    now = now or datetime.now(UTC)
    private_dir(app_dirs.logs)
    for old in sorted(app_dirs.logs.glob("crash-*.txt"))[: -MAX_CRASHES + 1]:
        old.unlink(missing_ok=True)
    path = app_dirs.logs / f"crash-{now:%Y%m%dT%H%M%S%f}-{os.getpid()}.txt"
    write_private(path, crash_text(error, now=now).encode("utf-8", "replace"))
    return path


def crash_text(error: BaseException, *, now: datetime) -> str:
    """The report: versions, and the chain of errors with file, line and source, redacted."""
    from importlib.metadata import version

    head = [
        f"wbtui {version('wbtui')}, Python {platform.python_version()}, {platform.platform()}",
        f"at {now:%Y-%m-%d %H:%M:%S} UTC",
        "This report holds no local variables, no key and no customer data on purpose.",
        "",
    ]
    return clean_lines(redact("\n".join([*head, *_chain(error)]))) + "\n"


def _chain(error: BaseException) -> Iterator[str]:
    """The errors from the first cause on, each with its stack."""
    errors: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in errors and len(errors) < 10:
        errors.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    for number, one in enumerate(reversed(errors)):
        if number:
            yield "\nwhich led to:\n"
        yield f"{type(one).__module__}.{type(one).__qualname__}: {_words(one)}"
        for frame in traceback.extract_tb(one.__traceback__)[-40:]:
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
            yield f"    {(frame.line or '').strip()}"
        for inner in getattr(one, "exceptions", ())[:5]:
            yield f"  holds {type(inner).__qualname__}: {_words(inner)}"


def _words(error: BaseException) -> str:
    """What the error says, one line; a validation error quotes data, so of it only where it stands."""
    if hasattr(error, "errors") and type(error).__module__.startswith("pydantic"):
        try:
            faults = error.errors(include_url=False, include_input=False, include_context=False)
            return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in faults[:10])
        except Exception:  # noqa: BLE001 (a report about an error must not fail over it)
            return "‹validation›"
    try:
        return clean(str(error), limit=500)
    except Exception:  # noqa: BLE001
        return "‹no words›"


class _Redacted(logging.Formatter):
    """One line per record, cleaned and redacted; an exception as its chain without locals."""

    def __init__(self, layout: str) -> None:
        super().__init__(layout)
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        return clean_lines(redact(super().format(record)))

    def formatException(self, ei: Any) -> str:
        return "\n".join(_chain(ei[1])) if ei and ei[1] is not None else ""


class _Queued(logging.handlers.QueueHandler):
    """Hands records over as they are; the arguments are made text first, as they may change."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        try:
            record.msg = record.getMessage()
        except Exception:  # noqa: BLE001 (a faulty log line is no reason to fail)
            record.msg = f"‹faulty log line {record.msg!r}›"
        record.args = None
        return record


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """A rotating file whose every generation is 0600; a disk that fails is not worth a word on the screen."""

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
