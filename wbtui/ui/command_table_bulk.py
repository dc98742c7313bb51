"""The commands of bulk actions: marks in the customer list, progress and result, as a table."""

from __future__ import annotations

from wbtui.ui.command import Command, Scope

SCOPES: tuple[Scope, ...] = (Scope("bulk", "Bulk action", modal=True),)

COMMANDS: tuple[Command, ...] = (
    Command("app.bulk", "Bulk action", "Show the bulk action that runs, is unfinished, or was the last.",
            words=("progress", "resume", "continue", "several", "many")),
    # ── customers ──
    Command("customers.mark", "Mark or unmark", "Mark the customer for an action on several, or unmark.",
            ("space",), bar="mark", words=("several", "many", "bulk", "select")),
    Command("customers.mark_all", "Mark all or none", "Mark all customers found, at most 200, or unmark all.",
            ("asterisk",), words=("several", "many", "bulk", "select", "unmark")),
    # ── progress and result ──
    Command("bulk.cancel", "Cancel all", "Cancel the bulk action before anything is sent.", ("u",),
            bar="cancel all"),
    Command("bulk.resume", "Continue", "Send what is left; each item is previewed again first.", ("c",),
            bar="continue", danger=True),
    Command("bulk.discard", "Discard the rest", "Never send what is left.", ("x",), bar="discard"),
    Command("bulk.save", "Save as CSV", "Save all items with their outcome to a new file.", ("s",),
            bar="save CSV"),
    Command("bulk.back", "Stop, close", "Stop after the current item; when nothing runs, close.",
            ("escape",), bar="stop"),
)  # fmt: skip
