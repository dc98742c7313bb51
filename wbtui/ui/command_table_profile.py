"""The commands of profile, invoice, journal, connections and of every dialog that acts, as a table."""

from __future__ import annotations

from wbtui.models.actions.base import About
from wbtui.ui.actions.catalogue import action_commands
from wbtui.ui.command import Command, Scope

SCOPES: tuple[Scope, ...] = (
    Scope("profile", "Profile", inside=("app",)),
    Scope("invoice", "Invoice", inside=("app",)),
    Scope("journal", "Journal", inside=("app",)),
    Scope("connect", "Connect", inside=("app",)),
    Scope("table", "Tables", inside=("profile", "invoice", "journal", "app")),
    Scope("actions", "Actions menu", modal=True),
    Scope("form", "Form", modal=True),
    Scope("sheet", "Preview", modal=True),
    Scope("hold", "Sending", modal=True),
    Scope("outcome", "Outcome", modal=True),
    Scope("link", "Portal link", modal=True),
    Scope("words", "Explanation", modal=True),
)

_TABS = ("Overview", "Subscriptions", "Billing", "Payment methods", "Usage", "Activity")


def _customer_commands(scope: str, back: str, *abouts: About) -> tuple[Command, ...]:
    """The commands that profile and invoice share; `abouts` are the kinds of object they show."""
    return (
        Command(f"{scope}.back", "Back", back, ("escape",), bar="back"),
        *action_commands(scope, abouts),
        Command(f"{scope}.copy", "Copy", "Copy ID, e-mail, invoice number and more.", ("y",), bar="copy"),
        Command(f"{scope}.refresh", "Refresh", "Fetch everything shown from the server.", ("r",),
                bar="refresh"),
    )  # fmt: skip


COMMANDS: tuple[Command, ...] = (
    Command("app.journal", "Journal", "Show your actions on this connection and their outcomes.", ("J",)),
    Command("app.connections", "Connections", "Switch to another connection or add one."),
    # ── tables ──
    Command("table.down", "Next row", "Move one row down, on into the next table.", ("j", "down"),
            palette=False),
    Command("table.up", "Previous row", "Move one row up, on into the table above.", ("k", "up"),
            palette=False),
    Command("table.top", "First row", "Go to the first row.", ("g", "home"), palette=False),
    Command("table.end", "Last row", "Go to the last row.", ("G", "end"), palette=False),
    Command("table.further", "Ten rows down", "Move ten rows down.", ("ctrl+d", "pagedown"), palette=False),
    Command("table.nearer", "Ten rows up", "Move ten rows up.", ("ctrl+u", "pageup"), palette=False),
    Command("table.open", "Open", "Open or explain the selected row.", ("enter",), bar="open"),
    # ── profile ──
    *_customer_commands("profile", "Go back to the list.", "customer", "subscription", "invoice"),
    *(
        Command(f"profile.tab_{number}", name, f"Go to {name}.", (str(number),), handler="tab",
                args=(number,))
        for number, name in enumerate(_TABS, start=1)
    ),
    # ── invoice ──
    *_customer_commands("invoice", "Go back to the profile.", "customer", "invoice"),
    # ── journal ──
    Command("journal.back", "Back", "Close the journal.", ("escape",), bar="back"),
    Command("journal.look_up", "Check status", "Ask the server for the outcome of the selected action.",
            ("l",), bar="check status"),
    Command("journal.resend", "Retry", "Retry the identical request; it cannot run twice.", ("s",),
            bar="retry", danger=True),
    Command("journal.abandon", "Abandon", "Make sure the action never runs, unless it already ran.", ("a",),
            bar="abandon", danger=True),
    Command("journal.unresolved", "Unresolved only", "Show only actions with an unknown outcome, or all.",
            ("f",), bar="unresolved"),
    Command("journal.customer", "Open customer", "Open the profile of the entry's customer.", ("o",),
            bar="customer"),
    Command("journal.copy", "Copy", "Copy the selected entry, for a ticket.", ("y",), bar="copy"),
    # ── connect ──
    Command("connect.go_on", "Check and connect", "Check the connection with one request and save it.",
            ("ctrl+s",), bar="check and connect"),
    Command("connect.back", "Back", "Leave without connecting.", ("escape",), bar="back"),
    # ── dialogs ──
    Command("actions.down", "Next action", "Select the next action.", ("down",), palette=False),
    Command("actions.up", "Previous action", "Select the previous action.", ("up",), palette=False),
    Command("actions.back", "Close", "Close the menu.", ("escape",), bar="close"),
    Command("form.go_on", "Preview", "Show the preview; nothing is sent yet.", ("ctrl+s",), bar="preview"),
    Command("form.next", "Next field", "Go to the next field.", ("down",), palette=False),
    Command("form.previous", "Previous field", "Go to the previous field.", ("up",), palette=False),
    Command("form.back", "Back", "Leave the form; asks before it discards input.", ("escape",), bar="back"),
    Command("sheet.down", "Scroll down", "Scroll one line down.", ("down", "j"), palette=False),
    Command("sheet.up", "Scroll up", "Scroll one line up.", ("up", "k"), palette=False),
    Command("sheet.page_down", "Page down", "Scroll one page down.", ("pagedown",), palette=False),
    Command("sheet.page_up", "Page up", "Scroll one page up.", ("pageup",), palette=False),
    Command("sheet.commit", "Confirm", "Send the action shown in the preview.", ("ctrl+s",), bar="confirm",
            danger=True, palette=False),
    Command("sheet.again", "Refresh preview", "Compute the preview again.", ("r",), bar="refresh"),
    Command("sheet.back", "Back", "Go back to the form; nothing was sent.", ("escape",), bar="back"),
    Command("hold.take_back", "Cancel", "Cancel the action before it is sent.", ("u",), bar="cancel",
            palette=False),
    Command("outcome.copy", "Copy", "Copy the sentence for the customer, or the whole message.", ("y",),
            bar="copy"),
    Command("outcome.look_up", "Check status", "Ask the server for the outcome.", ("l",), bar="check status"),
    Command("outcome.resend", "Retry", "Retry the identical request; it cannot run twice.", ("s",),
            bar="retry", danger=True),
    Command("outcome.abandon", "Abandon", "Make sure the action never runs, unless it already ran.", ("a",),
            bar="abandon", danger=True),
    Command("outcome.close", "Close", "Close the message; the journal keeps it.", ("escape",), bar="close"),
    Command("link.copy", "Copy link", "Copy the link to the clipboard.", ("y",), bar="copy"),
    Command("link.close", "Close", "Close; the link is not shown again.", ("escape",), bar="close"),
    Command("words.close", "Close", "Close the explanation.", ("escape", "enter"), bar="close"),
    Command("words.copy", "Copy", "Copy the explanation.", ("y",), bar="copy"),
)  # fmt: skip
