"""The commands of actions, profile, invoice, journal, connections and every dialog that acts, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from wbtui.ui.actions.catalogue import action_commands
from wbtui.ui.command import Command, Scope

SCOPES: tuple[Scope, ...] = (
    Scope("profile", "Profile", inside=("app",)),
    Scope("invoice", "Invoice", inside=("app",)),
    Scope("journal", "Journal", inside=("app",)),
    Scope("connect", "Connect", inside=("app",)),
    Scope("overview", "Overview", inside=("profile", "app")),
    Scope("billing", "Billing", inside=("profile", "app")),
    Scope("timeline", "Timeline", inside=("profile", "app")),
    Scope("usage", "Usage", inside=("profile", "app")),
    Scope(
        "table",
        "Tables",
        inside=tuple(
            "overview billing timeline usage profile invoice journal insights bulk access app".split()
        ),
    ),
    Scope("actions", "Actions menu"),
    Scope("form", "Form"),
    Scope("sheet", "Preview"),
    Scope("sending", "Sending"),
    Scope("outcome", "Outcome"),
    Scope("text", "Explanation, portal link"),
    Scope("access", "Feature access"),
)

_TABS: Mapping[str, tuple[str, ...]] = {
    "Overview": ("contact", "attention"),
    "Subscriptions": ("contracts", "plans"),
    "Billing": ("invoices", "payments", "refunds", "credits", "wallet", "prepaid"),
    "Payment methods": ("cards", "iban", "SEPA", "direct debit"),
    "Usage": ("metered", "overage"),
    "Activity": ("timeline", "events", "history", "audit"),
}
"""Name of each tab of a profile, in order, and the other words that the palette finds it by."""


def _customer_commands(scope: str, back: str) -> tuple[Command, ...]:
    """The commands that profile and invoice share."""
    return (
        Command(f"{scope}.back", "Back", back, ("escape",), bar="back"),
        *action_commands(scope),
        Command(f"{scope}.copy", "Copy", "Copy an ID, the e-mail and more.", ("y",), bar="copy"),
        Command(f"{scope}.refresh", "Refresh", "Fetch everything shown from the server.", ("r",),
                bar="refresh"),
    )  # fmt: skip


_Key = partial(Command, palette=False)
"""A command that the palette does not offer."""

COMMANDS: tuple[Command, ...] = (
    Command("app.journal", "Journal", "Show your actions on this connection and their outcomes.", ("J",),
            words=("log", "audit", "my actions", "outcome unknown")),
    Command("app.connections", "Connections", "Switch to another connection or add one.",
            words=("environment", "api key", "sign out", "log out")),
    # ── customers ──
    *action_commands("customers"),
    # ── tables ──
    _Key("table.down", "Next row", "Move one row down, on into the next table.", ("j", "down"),
         handler="step", args=(1,)),
    _Key("table.up", "Previous row", "Move one row up, on into the table above.", ("k", "up"), handler="step",
         args=(-1,)),
    _Key("table.top", "First row", "Go to the first row.", ("g", "home"), handler="go", args=(0,)),
    _Key("table.end", "Last row", "Go to the last row.", ("G", "end"), handler="go", args=(-1,)),
    _Key("table.page_down", "Ten rows down", "Move ten rows down.", ("ctrl+d", "pagedown"), handler="page",
         args=(10,), aliases=("table.further",)),
    _Key("table.page_up", "Ten rows up", "Move ten rows up.", ("ctrl+u", "pageup"), handler="page",
         args=(-10,), aliases=("table.nearer",)),
    _Key("table.next_panel", "Next table", "Go to the next table, such as payments or refunds.", ("tab",),
         bar="tables", handler="next"),
    _Key("table.previous_panel", "Previous table", "Go to the table above.", ("shift+tab",),
         handler="previous"),
    _Key("table.details_down", "Details down", "Scroll the details of the row down; the row stays selected.",
         ("shift+down", "ctrl+e"), bar="details", handler="scroll_details", args=(3,)),
    _Key("table.details_up", "Details up", "Scroll the details of the row up.", ("shift+up", "ctrl+y"),
         handler="scroll_details", args=(-3,)),
    Command("table.open", "Open", "Open or explain the selected row.", ("enter",), bar="open"),
    # ── profile ──
    *_customer_commands("profile", "Go back to the list or journal."),
    *(
        Command(f"profile.tab_{number}", name, f"Go to {name}.", (str(number),), handler="tab",
                args=(number,), words=words)
        for number, (name, words) in enumerate(_TABS.items(), start=1)
    ),
    Command("profile.access", "Feature access", "Show which features the customer may use, or why not.",
            ("F",), bar="features", words=("entitlements", "cannot use", "blocked", "limit", "why")),
    # ── billing ──
    Command("billing.filter", "Filter invoices", "List invoices of some states, or with some text.", ("f",),
            bar="filter", words=("find", "search", "state")),
    Command("billing.sort", "Sort invoices", "Sort by newest, oldest, highest total or highest open amount.",
            ("s",), bar="sort", words=("order",)),
    # ── overview ──
    Command("overview.fix", "Fix", "Open the action that resolves the selected line of Needs attention.",
            ("exclamation_mark",), bar="fix", words=("solve", "suggestion", "attention")),
    # ── timeline ──
    Command("timeline.filter", "Filter timeline", "List events of some kinds, or with some words.", ("f",),
            bar="filter", words=("find", "search", "kind")),
    Command("timeline.mark", "Mark or unmark", "Mark the event to copy it for the ticket, or unmark it.",
            ("space",), bar="mark", words=("select",)),
    Command("timeline.mark_all", "Mark all or none", "Mark all events listed, or unmark them.", ("asterisk",),
            words=("select", "unmark")),
    # ── usage ──
    Command("usage.earlier", "Earlier period", "Show usage in the billing period before.", ("left",),
            bar="earlier", handler="step", args=(1,), words=("previous", "last month", "history")),
    Command("usage.later", "Later period", "Show usage in the billing period after.", ("right",),
            handler="step", args=(-1,), words=("next", "current")),
    Command("usage.table", "Chart or table", "Show usage by day as a table, or as a chart.", ("t",),
            bar="table", words=("figures", "days", "bars")),
    # ── invoice ──
    *_customer_commands("invoice", "Go back to the profile, list or journal."),
    Command("invoice.compare", "Compare", "Show what differs from the previous invoice of the subscription.",
            ("equals_sign",), bar="compare", words=("previous", "why more", "difference")),
    Command("invoice.save_pdf", "Save as PDF", "Save the invoice and how each amount was calculated, as PDF.",
            ("s",), bar="save", handler="save", args=("pdf",), words=("export", "download", "print")),
    Command("invoice.save_text", "Save as text",
            "Save the invoice and how each amount was calculated, as plain text.", ("t",), handler="save",
            args=("txt",), words=("export", "download")),
    # ── journal ──
    Command("journal.back", "Back", "Close the journal.", ("escape",), bar="back"),
    Command("journal.look_up", "Check status", "Ask the server for the outcome of the selected action.",
            ("l",), bar="check status", handler="resolve", args=("look_up",)),
    Command("journal.resend", "Retry", "Retry the identical request; it cannot run twice.", ("s",),
            bar="retry", danger=True, handler="resolve", args=("resend",)),
    Command("journal.abandon", "Abandon", "Make sure the action never runs, unless it already ran.", ("a",),
            bar="abandon", danger=True, handler="resolve", args=("abandon",)),
    Command("journal.was_done", "Mark as done", "Record that you saw the action in the billing system.",
            ("d",), bar="was done", danger=True, handler="resolve", args=("was_done",)),
    Command("journal.was_not_done", "Mark as not done",
            "Record that you looked in the billing system and the action is not there.",
            ("n",), bar="was not done", danger=True, handler="resolve", args=("was_not_done",)),
    Command("journal.filter", "Filter actions", "List actions of some outcomes, or with some text.", ("f",),
            bar="filter", words=("find", "search", "unresolved"), aliases=("journal.unresolved",)),
    Command("journal.acknowledge", "Acknowledge loss", "Stop saying that the journal has lost actions.",
            ("A",), bar="acknowledge"),
    Command("journal.export", "Save as CSV",
            "Save all entries, or those that the filter lists, to a new CSV file.", ("x",),
            bar="save CSV", words=("export", "spreadsheet", "excel", "download")),
    Command("journal.customer", "Open customer", "Open the profile of the entry's customer.", ("o",),
            bar="customer"),
    Command("journal.copy", "Copy", "Copy the selected entry, for a ticket.", ("y",), bar="copy"),
    # ── connect ──
    _Key("connect.next", "Next field", "Go to the next field.", ("enter", "down"), bar="next field"),
    _Key("connect.previous", "Previous field", "Go to the previous field.", ("up",)),
    Command("connect.go_on", "Check and connect", "Check the connection with one request and save it.",
            ("ctrl+s",), bar="check and connect"),
    Command("connect.back", "Back", "Leave without connecting.", ("escape",), bar="back"),
    # ── dialogs ──
    _Key("actions.down", "Next action", "Select the next action.", ("down",), handler="step", args=(1,)),
    _Key("actions.up", "Previous action", "Select the previous action.", ("up",), handler="step", args=(-1,)),
    Command("actions.back", "Close", "Close the menu.", ("escape",), bar="close"),
    Command("form.go_on", "Preview", "Show the preview; nothing is sent yet.", ("ctrl+s",), bar="preview"),
    Command("form.keep", "Keep draft", "Keep the form to finish it later; nothing is sent.", ("ctrl+d",),
            bar="keep draft", over_text=True, words=("save", "later")),
    Command("form.delete", "Delete draft", "Delete the draft that the form was opened with; asks first.",
            ("x",)),
    _Key("form.submit", "Next field", "Go to the next field.", ("enter",)),
    _Key("form.next", "Next field", "Go to the next field.", ("down",)),
    _Key("form.previous", "Previous field", "Go to the previous field.", ("up",)),
    Command("form.back", "Back", "Leave the form; asks before it discards input.", ("escape",), bar="back"),
    _Key("sheet.down", "Scroll down", "Scroll one line down.", ("down", "j"), handler="scroll", args=(1,)),
    _Key("sheet.up", "Scroll up", "Scroll one line up.", ("up", "k"), handler="scroll", args=(-1,)),
    _Key("sheet.page_down", "Page down", "Scroll one page down.", ("pagedown",), handler="scroll",
         args=(0, 1)),
    _Key("sheet.page_up", "Page up", "Scroll one page up.", ("pageup",), handler="scroll", args=(0, -1)),
    _Key("sheet.commit", "Confirm", "Send the action shown in the preview.", ("ctrl+s",), bar="confirm",
         danger=True),
    Command("sheet.again", "Refresh preview", "Compute the preview again.", ("r",), bar="refresh"),
    Command("sheet.back", "Back", "Go back to the form; nothing was sent.", ("escape",), bar="back"),
    _Key("sending.cancel", "Cancel", "Cancel the action before it is sent.", ("u",), bar="cancel",
         aliases=("hold.take_back",)),
    Command("outcome.copy", "Copy", "Copy the sentence for the customer, or the whole message.", ("y",),
            bar="copy"),
    Command("outcome.undo", "Undo",
            "Open the action that undoes this one, with the former values; it is previewed first.", ("u",),
            bar="undo", handler="follow", args=("undo",), danger=True),
    Command("outcome.retry_open", "Retry open invoices",
            "Charge the customer's open invoices again, one by one; each is previewed first.", ("r",),
            bar="retry invoices", handler="follow", args=("retry_open",), danger=True),
    Command("outcome.look_up", "Check status", "Ask the server for the outcome.", ("l",), bar="check status",
            handler="resolve", args=("look_up",)),
    Command("outcome.resend", "Retry", "Retry the identical request; it cannot run twice.", ("s",),
            bar="retry", danger=True, handler="resolve", args=("resend",)),
    Command("outcome.abandon", "Abandon", "Make sure the action never runs, unless it already ran.", ("a",),
            bar="abandon", danger=True, handler="resolve", args=("abandon",)),
    Command("outcome.close", "Close", "Close the message; the journal keeps it.", ("escape",), bar="close",
            handler="back"),
    Command("access.close", "Close", "Close it.", ("escape",), bar="close", handler="back"),
    Command("access.copy", "Copy", "Copy the selected feature with access and reason.", ("y",),
            bar="copy"),
    Command("text.close", "Close", "Close it; a portal link is not shown again.", ("escape", "enter"),
            bar="close", handler="back", aliases=("words.close", "link.close")),
    Command("text.copy", "Copy", "Copy the explanation or the link.", ("y",), bar="copy",
            aliases=("words.copy", "link.copy")),
)  # fmt: skip
