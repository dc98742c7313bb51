"""Imports httpx without its command line, which would load rich and pygments."""

from __future__ import annotations

import sys

if "httpx" not in sys.modules:
    # None makes `import httpx._main` raise ImportError, which httpx handles.
    sys.modules["httpx._main"] = None  # type: ignore[assignment]

import httpx

__all__ = ["httpx"]
