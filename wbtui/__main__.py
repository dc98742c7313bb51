"""`python -m wbtui` is `wbtui`."""

import sys

from wbtui.cli import main

sys.exit(main())
