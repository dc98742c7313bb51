"""Compiled modules are kept, whatever the surroundings say.

A run starts a hundred programs; each would compile Textual anew, which costs more than what it does.
"""

from __future__ import annotations

import os
import sys


def enable_bytecode_cache() -> None:
    """In this process and in those it starts; before the workers of a run are started."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
