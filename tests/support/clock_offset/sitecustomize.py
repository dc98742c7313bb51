"""Shifts the clock of programs started by tests: Python imports a module of this name at start-up."""

from __future__ import annotations

import os

from tests.support.wall_clock import CLOCK_OFFSET, install

install(int(os.environ.get(CLOCK_OFFSET, "0")))
