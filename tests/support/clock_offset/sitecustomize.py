"""Moves the clock of a program that a test starts: Python imports this file by its name at the start."""

from __future__ import annotations

import os

from tests.support.wall_clock import CLOCK_OFFSET, install

install(int(os.environ.get(CLOCK_OFFSET, "0")))
