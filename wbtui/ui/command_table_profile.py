"""The commands of profile, invoice, journal, connections and of every dialog that acts, as a table."""

from __future__ import annotations

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
    Scope("sheet", "Preview sheet", modal=True),
    Scope("hold", "Held send", modal=True),
    Scope("outcome", "Outcome", modal=True),
    Scope("link", "Portal link", modal=True),
    Scope("words", "Explanation", modal=True),
)

_TABS = ("Overview", "Subscriptions", "Billing", "Payment methods", "Usage", "Activity")


def _around(scope: str, back: str, abouts: tuple[str, ...]) -> tuple[Command, ...]:
    """What profile and invoice have in common."""
    return (
        Command(f"{scope}.back", "Back", back, ("escape",), scope, bar="back"),
        *action_commands(scope, abouts),
        Command(
            f"{scope}.copy", "Copy", "Then a letter: id, e-mail, invoice number …", ("y",), scope, bar="copy"
        ),
        Command(
            f"{scope}.refresh", "Refresh", "Asks the server for what is shown.", ("r",), scope, bar="refresh"
        ),
    )


COMMANDS: tuple[Command, ...] = (
    Command(
        "app.journal",
        "Journal",
        "What you did through this connection, and what became of it.",
        ("J",),
        "app",
        bar="",
        action="open_journal",
    ),
    Command(
        "app.connections",
        "Connections",
        "Switch to another connection, or make a new one.",
        (),
        "app",
        action="open_connections",
    ),
    # ── tables ──
    Command(
        "table.down",
        "Next row",
        "One row down, on into the next table.",
        ("j", "down"),
        "table",
        palette=False,
    ),
    Command(
        "table.up",
        "Previous row",
        "One row up, on into the table above.",
        ("k", "up"),
        "table",
        palette=False,
    ),
    Command("table.top", "First row", "To the first row.", ("g", "home"), "table", palette=False),
    Command("table.end", "Last row", "To the last row.", ("G", "end"), "table", palette=False),
    Command(
        "table.further", "Ten rows down", "Ten rows down.", ("ctrl+d", "pagedown"), "table", palette=False
    ),
    Command("table.nearer", "Ten rows up", "Ten rows up.", ("ctrl+u", "pageup"), "table", palette=False),
    Command("table.open", "Open", "Opens or explains the highlighted row.", ("enter",), "table", bar="open"),
    # ── profile ──
    *_around("profile", "Back to the list.", ("customer", "subscription", "invoice")),
    *(
        Command(
            f"profile.tab_{number}",
            name,
            f"The tab {name}.",
            (str(number),),
            "profile",
            action=f"tab_{number}",
        )
        for number, name in enumerate(_TABS, start=1)
    ),
    # ── invoice ──
    *_around("invoice", "Back to the profile.", ("customer", "invoice")),
    # ── journal ──
    Command("journal.back", "Back", "Closes the journal.", ("escape",), "journal", bar="back"),
    Command(
        "journal.look_up",
        "Look the outcome up",
        "Asks the server what became of the highlighted command.",
        ("l",),
        "journal",
        bar="look up",
    ),
    Command(
        "journal.resend",
        "Send again",
        "The same key and the same bytes; only where the server honours keys.",
        ("s",),
        "journal",
        bar="send again",
        danger=True,
    ),
    Command(
        "journal.abandon",
        "Give up",
        "Settles that it never runs, or learns that it ran.",
        ("a",),
        "journal",
        bar="give up",
        danger=True,
    ),
    Command(
        "journal.unresolved",
        "Unresolved only",
        "Only what has no known outcome yet, or everything.",
        ("f",),
        "journal",
        bar="unresolved",
    ),
    Command(
        "journal.customer",
        "Open the customer",
        "The profile it was done on.",
        ("o",),
        "journal",
        bar="customer",
    ),
    Command("journal.copy", "Copy", "The highlighted line, for a ticket.", ("y",), "journal", bar="copy"),
    # ── connect ──
    Command(
        "connect.go_on",
        "Check and connect",
        "Asks the server once, and keeps the connection when it answers.",
        ("ctrl+s",),
        "connect",
        bar="check and connect",
        everywhere=False,
    ),
    Command("connect.back", "Back", "Leaves without connecting.", ("escape",), "connect", bar="back"),
    # ── dialogs ──
    Command("actions.down", "Next action", "Select the next action.", ("down",), "actions", palette=False),
    Command(
        "actions.up", "Previous action", "Select the previous action.", ("up",), "actions", palette=False
    ),
    Command("actions.back", "Close", "Close the menu.", ("escape",), "actions", bar="close", action="back"),
    Command(
        "form.go_on",
        "Preview",
        "Goes on to the preview; nothing is sent yet.",
        ("ctrl+s",),
        "form",
        bar="preview",
    ),
    Command("form.next", "Next field", "To the next field.", ("down",), "form", palette=False),
    Command("form.previous", "Previous field", "To the previous field.", ("up",), "form", palette=False),
    Command(
        "form.back",
        "Back",
        "Leaves the form; asks when something was typed.",
        ("escape",),
        "form",
        bar="back",
    ),
    Command("sheet.down", "Further down", "Scrolls the sheet.", ("down", "j"), "sheet", palette=False),
    Command("sheet.up", "Further up", "Scrolls the sheet.", ("up", "k"), "sheet", palette=False),
    Command(
        "sheet.page_down", "Page down", "Scrolls the sheet by a page.", ("pagedown",), "sheet", palette=False
    ),
    Command("sheet.page_up", "Page up", "Scrolls the sheet by a page.", ("pageup",), "sheet", palette=False),
    Command(
        "sheet.commit",
        "Do it",
        "Sends what the sheet shows; the key's label names amount and customer.",
        ("ctrl+s",),
        "sheet",
        bar="do it",
        danger=True,
        palette=False,
    ),
    Command("sheet.again", "Compute again", "A fresh preview from the server.", ("r",), "sheet", bar="again"),
    Command("sheet.back", "Back", "Back to the form; nothing was sent.", ("escape",), "sheet", bar="back"),
    Command(
        "hold.take_back",
        "Take back",
        "While it is held nothing has left: it is not sent.",
        ("u",),
        "hold",
        bar="take back",
        palette=False,
    ),
    Command(
        "outcome.copy",
        "Copy",
        "Copies the sentence for the customer, or the whole message.",
        ("y",),
        "outcome",
        bar="copy",
    ),
    Command(
        "outcome.look_up",
        "Look it up again",
        "Asks the server what became of it.",
        ("l",),
        "outcome",
        bar="look up",
    ),
    Command(
        "outcome.resend",
        "Send again",
        "The same key and the same bytes.",
        ("s",),
        "outcome",
        bar="send again",
        danger=True,
    ),
    Command(
        "outcome.abandon",
        "Give up",
        "Settles that it never runs, or learns that it ran.",
        ("a",),
        "outcome",
        bar="give up",
        danger=True,
    ),
    Command(
        "outcome.close",
        "Close",
        "Closes the message; the journal keeps it.",
        ("escape",),
        "outcome",
        bar="close",
    ),
    Command(
        "link.copy", "Copy the link", "Sends it to your terminal's clipboard.", ("y",), "link", bar="copy"
    ),
    Command("link.close", "Close", "The link is not shown again.", ("escape",), "link", bar="close"),
    Command("words.close", "Close", "Closes the explanation.", ("escape", "enter"), "words", bar="close"),
    Command("words.copy", "Copy", "Copies the explanation.", ("y",), "words", bar="copy"),
)
