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
    Command(
        "app.quit",
        "Quit",
        "Ends wbtui; asks first when a form holds unsent input.",
        ("ctrl+q",),
        "app",
        everywhere=True,
        action="ask_quit",
    ),
    Command(
        "app.palette",
        "Commands",
        "All commands of this place, found by typing.",
        ("ctrl+p",),
        "app",
        bar="more",
        palette=False,
        everywhere=True,
        action="open_palette",
    ),
    Command(
        "app.help",
        "Help",
        "What this place is for, its keys and the words used here; in the search box what can be typed.",
        ("question_mark", "f1"),
        "app",
        bar="help",
        action="open_help",
    ),
    Command(
        "app.interrupt",
        "How to quit",
        "Says which key quits (ctrl+c never does by itself).",
        ("ctrl+c",),
        "app",
        palette=False,
    ),
    Command("app.sync", "Synchronise now", "Asks the server for everything that changed.", (), "app"),
    Command(
        "app.theme",
        "Next theme",
        "Dark, light or high contrast, until wbtui ends; the setting `theme` keeps it.",
        (),
        "app",
        action="next_theme",
    ),
    # ── lists ──
    Command(
        "list.down", "Next row", "One row down.", ("j", "down"), "list", palette=False, action="cursor_down"
    ),
    Command("list.up", "Previous row", "One row up.", ("k", "up"), "list", palette=False, action="cursor_up"),
    Command(
        "list.top", "First row", "To the first row.", ("g", "home"), "list", palette=False, action="first"
    ),
    Command("list.end", "Last row", "To the last row.", ("G", "end"), "list", palette=False, action="last"),
    Command("list.half_down", "Half a page down", "Half a page down.", ("ctrl+d",), "list", palette=False),
    Command("list.half_up", "Half a page up", "Half a page up.", ("ctrl+u",), "list", palette=False),
    Command("list.page_down", "Page down", "One page down.", ("pagedown",), "list", palette=False),
    Command("list.page_up", "Page up", "One page up.", ("pageup",), "list", palette=False),
    # ── customers ──
    Command(
        "customers.open",
        "Open the customer",
        "Opens the profile of the highlighted customer.",
        ("enter",),
        "customers",
        bar="open",
    ),
    Command(
        "customers.search",
        "Search",
        "To the search box: name, e-mail, reference, id, plan, filters.",
        ("slash",),
        "customers",
        bar="search",
    ),
    Command(
        "customers.filters",
        "Filters",
        "Choose plan, billing status and customer status; writes the same text.",
        ("f",),
        "customers",
        bar="filters",
    ),
    Command(
        "customers.sort",
        "Sort",
        "The next order: name, newest, owes most; writes `sort:` into the search.",
        ("s",),
        "customers",
        bar="sort",
    ),
    Command(
        "customers.clear",
        "Clear the search",
        "Empties the search box; every customer is listed.",
        ("escape",),
        "customers",
    ),
    Command(
        "customers.copy",
        "Copy",
        "Then a letter: id, e-mail, name or reference of the highlighted customer.",
        ("y",),
        "customers",
        bar="copy",
    ),
    # ── search box ──
    Command(
        "search.to_list",
        "To the list",
        "From the search box to the list.",
        ("down",),
        "search",
        palette=False,
    ),
    Command(
        "search.leave",
        "Leave the box",
        "Takes the offers away; without any back to the list, the search stays.",
        ("escape",),
        "search",
        palette=False,
    ),
    Command(
        "search.complete",
        "Complete",
        "Takes the filter or value offered (→ does, too); among several the next one. Corrects, too.",
        ("tab",),
        "search",
        palette=False,
    ),
    Command(
        "search.complete_back",
        "The offer before",
        "Among several offers the one before.",
        ("shift+tab",),
        "search",
        palette=False,
    ),
    Command(
        "search.up",
        "The offer above",
        "Among several offers the one above, as ↓ is the one below; else nothing.",
        ("up",),
        "search",
        palette=False,
    ),
    # ── dialogs ──
    Command(
        "filters.apply", "Apply", "Writes the choice into the search.", ("ctrl+s",), "filters", bar="apply"
    ),
    Command("filters.back", "Back", "Leaves the search as it was.", ("escape",), "filters", bar="back"),
    Command("copy.back", "Back", "Copies nothing.", ("escape", "y"), "copy", bar="back"),
    Command(
        "help.back", "Back", "Closes the help.", ("escape", "question_mark", "f1", "q"), "help", bar="back"
    ),
    Command("failure.back", "Close", "Closes the message.", ("escape",), "failure", bar="close"),
    Command("failure.copy", "Copy", "Copies the whole message.", ("y",), "failure", bar="copy"),
)
