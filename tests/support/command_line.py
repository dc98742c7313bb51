"""Runs commands of wbtui, in this process or as a program, with a home folder of their own."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

import keyring
from keyring.backends import fail

from tests.support.patience import PATIENCE
from tests.support.terminal import clean_environment
from tests.support.wall_clock import now
from wbtui.cli import main

ROOT = Path(__file__).parents[2]
PYTHON = shlex.quote(sys.executable)


def started(home: Path, *arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `wbtui` in a process."""
    done = subprocess.run(
        [sys.executable, "-m", "wbtui", *arguments],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        env={**clean_environment(home), **environ},
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def wbtui(
    home: Path, *arguments: str, stdin: str = "", clock: Callable[[], datetime] = now, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run `wbtui` in this process with its own streams, environment and clock, which is faster."""
    given, said, told = (io.TextIOWrapper(io.BytesIO(text), "utf-8") for text in (stdin.encode(), b"", b""))
    with ExitStack() as stack:
        for stream, value in (("stdin", given), ("stdout", said), ("stderr", told)):
            stack.enter_context(patch.object(sys, stream, value))
        stack.enter_context(patch.dict(os.environ, {**clean_environment(home), **environ}, clear=True))
        # The environment above leads to no keyring, but one may have been found in this process before.
        stack.enter_context(patch.object(keyring, "get_keyring", fail.Keyring))
        stack.enter_context(contextlib.chdir(ROOT))
        code = main(list(arguments), clock=clock)
    texts = []
    for written in (said, told):
        written.flush()
        texts.append(written.buffer.getvalue().decode())
    assert "Traceback" not in "".join(texts)
    return subprocess.CompletedProcess(arguments, code, *texts)
