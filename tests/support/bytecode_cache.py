"""Enables Python's bytecode cache, also where the environment disables it.

The tests start about a hundred programs; without the cache each of them compiles Textual again.
"""

from __future__ import annotations

import os
import sys


def enable_bytecode_cache() -> None:
    """Enable it in this process and its children. Call it before the workers of a run are started."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
