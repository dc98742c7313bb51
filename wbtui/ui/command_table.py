"""The commands of the whole app, of lists, and of the customers screen, as a table."""

from __future__ import annotations

from wbtui.ui.command import Command, Scope

SCOPES: tuple[Scope, ...] = (
    Scope("app", "Everywhere"),
    Scope("customers", "Customers", inside=("app",)),
    Scope("search", "Search box", inside=("customers", "app")),
    Scope("list", "Lists", inside=("customers", "work_queue", "app")),
    Scope("filters", "Filters", modal=True),
    Scope("copy", "Copy", modal=True),
    Scope("help", "Help", modal=True),
    Scope("failure", "Failure", modal=True),
)

COMMANDS: tuple[Command, ...] = (
    # ── everywhere ──
    Command("app.quit", "Quit", "Quit wbtui; asks first when a form has unsent input.", ("ctrl+q",),
            everywhere=True),
    Command("app.palette", "Commands", "Find any command that works here by typing.", ("ctrl+p",), bar="more",
            palette=False, everywhere=True),
    Command("app.help", "Help", "Show what this screen is for, its keys and its terms.",
            ("question_mark", "f1"), bar="help"),
    Command("app.interrupt", "How to quit", "Show which key quits; ctrl+c alone never does.", ("ctrl+c",),
            palette=False),
    Command("app.sync", "Sync now", "Fetch everything that changed from the server."),
    Command("app.theme", "Next theme", "Switch between dark, light and high contrast until wbtui ends."),
    # ── lists ──
    Command("list.down", "Next row", "Move one row down.", ("j", "down"), palette=False),
    Command("list.up", "Previous row", "Move one row up.", ("k", "up"), palette=False),
    Command("list.top", "First row", "Go to the first row.", ("g", "home"), palette=False),
    Command("list.end", "Last row", "Go to the last row.", ("G", "end"), palette=False),
    Command("list.half_down", "Half a page down", "Move half a page down.", ("ctrl+d",), palette=False),
    Command("list.half_up", "Half a page up", "Move half a page up.", ("ctrl+u",), palette=False),
    Command("list.page_down", "Page down", "Move one page down.", ("pagedown",), palette=False),
    Command("list.page_up", "Page up", "Move one page up.", ("pageup",), palette=False),
    # ── customers ──
    Command("customers.open", "Open customer", "Open the profile of the selected customer.", ("enter",),
            bar="open"),
    Command("customers.search", "Search", "Go to the search box.", ("slash",), bar="search"),
    Command("customers.filters", "Filters", "Choose plan, billing status and customer status from lists.",
            ("f",), bar="filters"),
    Command("customers.sort", "Sort", "Sort by name, highest amount owed, newest or status, in turn.",
            ("s",), bar="sort"),
    Command("customers.clear", "Clear search", "Empty the search box and list all customers.", ("escape",)),
    Command("customers.copy", "Copy", "Copy ID, e-mail, name or reference of the selected customer.", ("y",),
            bar="copy"),
    # ── search box ──
    Command("search.to_list", "Go to list", "Go from the search box to the list.", ("down",), palette=False),
    Command("search.leave", "Leave search box", "Close the suggestions, or go to the list; keeps the search.",
            ("escape",), palette=False),
    Command("search.complete", "Complete", "Accept the suggested filter or value, or a spelling correction.",
            ("tab",), palette=False),
    Command("search.complete_back", "Previous suggestion", "Choose the previous suggestion.", ("shift+tab",),
            palette=False),
    Command("search.up", "Suggestion above", "Choose the suggestion above.", ("up",), palette=False),
    # ── dialogs ──
    Command("filters.apply", "Apply", "Apply the chosen filters to the search.", ("ctrl+s",), bar="apply"),
    Command("filters.back", "Back", "Close and leave the search unchanged.", ("escape",), bar="back"),
    Command("copy.back", "Back", "Close without copying.", ("escape", "y"), bar="back"),
    Command("help.back", "Back", "Close the help.", ("escape", "question_mark", "f1", "q"), bar="back"),
    Command("failure.back", "Close", "Close the message.", ("escape",), bar="close"),
    Command("failure.copy", "Copy", "Copy the whole message.", ("y",), bar="copy"),
)  # fmt: skip
