"""Entry point of `python -m wbtui`."""

import sys

from wbtui.cli import main

sys.exit(main())
