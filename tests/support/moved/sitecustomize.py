"""Moves the clock of a program that a test starts: Python imports this file by its name at the start."""

from __future__ import annotations

import os

from tests.support.wall_clock import AHEAD, install

install(int(os.environ.get(AHEAD, "0")))
