"""httpx without its command line: which loads rich and pygments for nothing."""

from __future__ import annotations

import sys

if "httpx" not in sys.modules:
    # None makes `import httpx._main` an ImportError, which httpx expects and works without.
    sys.modules["httpx._main"] = None  # type: ignore[assignment]

import httpx

__all__ = ["httpx"]
