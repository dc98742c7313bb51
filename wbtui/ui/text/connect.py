"""Sentences of the connect screen."""

from __future__ import annotations

ABOUT = (
    "A connection has a name, an address, an environment and an API key. Cache, journal and workspace belong "
    "to one connection; nothing is shared between environments. Your actions are recorded under your name, "
    "which is not verified."
)
TAGLINE = "  customers, invoices and refunds in the terminal"
DEMO = "a billing server on this computer with made-up customers; no account needed"
OTHER_WAY = "Or connect to Wingback"
KEY_STORAGE = (
    "The key is stored in the system's keyring if there is one, otherwise in a file that only you can read "
    "(0600). It is never shown, logged or passed as an argument, and is sent to this address only."
)
AGENT_HINT = "your actions are recorded under this name"
NO_NAME = "Enter a name."
NO_ADDRESS = "Enter an address."
NO_AGENT = "Enter your name."
NOTHING_SAVED = "Nothing was saved."
CONNECTED = "Connected."
HOW_TO_QUIT = "Press {app.quit} to quit. The demo needs no account."
UNSENT_KEY = "the API key"
"""What quitting would discard."""


def checking(url: str) -> str:
    """Say that the first request was sent."""
    return f"Connecting to {url} …"
