"""The commands of the whole app, of lists, and of the customers screen, as a table."""

from __future__ import annotations

from functools import partial

from wbtui.ui.command import Command, Scope

SCOPES: tuple[Scope, ...] = (
    Scope("app", "Everywhere"),
    Scope("customers", "Customers", inside=("app",)),
    Scope("search", "Search box", inside=("customers", "app")),
    Scope("list", "Lists", inside=("customers", "work_queue", "drafts", "app")),
    Scope("insights", "Insights", inside=("app",)),
    Scope("filters", "Filters"),
    Scope("copy", "Copy"),
    Scope("help", "Help"),
    Scope("ask", "Question"),
)

_Key = partial(Command, palette=False)
"""A command that the palette does not offer."""

COMMANDS: tuple[Command, ...] = (
    # ── everywhere ──
    Command("app.quit", "Quit", "Quit wbtui; asks first when a form has unsent input.", ("ctrl+q",),
            everywhere=True),
    _Key("app.palette", "Commands", "Find any command that works here by typing.", ("ctrl+p",), bar="more",
         everywhere=True),
    Command("app.help", "Help", "Show what this screen is for, its keys and its terms.",
            ("question_mark",), bar="help", aliases=("form.help", "sheet.help")),
    Command("app.search", "Search", "Go to the search box of the customer list.", ("slash",), bar="search",
            aliases=("customers.search",), words=("find", "another customer", "list of customers")),
    Command("app.work_queue", "Work queue", "Choose a saved search and work through its customers.", ("w",),
            bar="queue", aliases=("customers.work_queue",),
            words=("saved searches", "disputes", "chargebacks", "tasks")),
    _Key("app.help_key", "Help", "Show the help, also in a form and while typing.", ("f1",), bar="help",
         handler="help", everywhere=True),
    _Key("app.interrupt", "How to quit", "Show which key quits; ctrl+c alone never does.", ("ctrl+c",),
         everywhere=True),
    _Key("app.suspend", "Suspend", "Return to the shell (fg resumes wbtui); in a note or comment, undo.",
         ("ctrl+z",), everywhere=True),
    Command("app.ticket", "Ticket", "Set the support ticket of your next actions, or clear it.", ("T",),
            words=("case", "zendesk", "support")),
    Command("app.sync", "Sync now", "Fetch everything that changed from the server.",
            words=("update", "reload", "download")),
    Command("app.theme", "Next theme", "Switch between dark, light and high contrast until wbtui ends.",
            words=("colors", "colours", "dark mode", "light mode")),
    # ── lists ──
    _Key("list.down", "Next row", "Move one row down.", ("j", "down"), handler="move", args=(1,)),
    _Key("list.up", "Previous row", "Move one row up.", ("k", "up"), handler="move", args=(-1,)),
    _Key("list.top", "First row", "Go to the first row.", ("g", "home"), handler="go", args=(0,)),
    _Key("list.end", "Last row", "Go to the last row.", ("G", "end"), handler="go", args=(-1,)),
    _Key("list.half_down", "Half a page down", "Move half a page down.", ("ctrl+d",), handler="move",
         args=(1, "half_page")),
    _Key("list.half_up", "Half a page up", "Move half a page up.", ("ctrl+u",), handler="move",
         args=(-1, "half_page")),
    _Key("list.page_down", "Page down", "Move one page down.", ("pagedown",), handler="move",
         args=(1, "page")),
    _Key("list.page_up", "Page up", "Move one page up.", ("pageup",), handler="move", args=(-1, "page")),
    # ── customers ──
    Command("customers.open", "Open customer", "Open the profile of the selected customer.", ("enter",),
            bar="open"),
    Command("customers.filters", "Filters", "Choose plan, billing status and customer status from lists.",
            ("f",), bar="filters"),
    Command("customers.sort", "Sort", "Sort by name, highest amount owed, newest or status, in turn.", ("s",),
            bar="sort"),
    Command("customers.clear", "Clear search", "Empty the search box and list all customers.", ("escape",)),
    Command("customers.copy", "Copy", "Copy ID, e-mail, name or reference of the selected customer.", ("y",),
            bar="copy"),
    Command("customers.insights", "Insights", "Show the customers listed as figures: status, MRR, plans.",
            ("i",), words=("statistics", "report", "chart", "churn", "revenue", "mrr", "overview")),
    Command("customers.export", "Save as CSV", "Save all customers listed, in columns you choose.", ("x",),
            words=("export", "spreadsheet", "excel", "download")),
    # ── search box ──
    _Key("search.to_list", "Next suggestion, list",
         "Choose the next suggestion; without any, go to the list.", ("down",), bar="list", handler="down"),
    _Key("search.leave", "Leave search box", "Close the suggestions, or go to the list; keeps the search.",
         ("escape",), bar="leave"),
    _Key("search.complete", "Complete", "Take the suggested filter or value, or a spelling correction.",
         ("tab",)),
    _Key("search.complete_back", "Previous suggestion", "Choose the previous suggestion.", ("shift+tab",)),
    _Key("search.up", "Suggestion above", "Choose the suggestion above.", ("up",)),
    _Key("search.page_down", "Page of the list", "Go to the list and move one page down.", ("pagedown",)),
    # ── insights ──
    Command("insights.export", "Save as CSV", "Save all figures to a new CSV file.", ("x",), bar="save CSV",
            words=("export", "spreadsheet", "excel", "download")),
    Command("insights.refresh", "Refresh", "Count again.", ("r",), bar="refresh"),
    Command("insights.back", "Back", "Go back to the list.", ("escape",), bar="back"),
    # ── dialogs ──
    Command("filters.apply", "Apply", "Apply the chosen filters to the search.", ("enter", "ctrl+s"),
            bar="apply"),
    Command("filters.back", "Back", "Close and leave the search unchanged.", ("escape",), bar="back"),
    Command("copy.back", "Back", "Close without copying.", ("escape", "y"), bar="back"),
    Command("help.back", "Back", "Close the help.", ("escape", "question_mark", "q"), bar="back"),
    _Key("ask.yes", "Yes", "Answer yes.", ("y",)),
    _Key("ask.no", "No", "Answer no, or close.", ("n", "escape"), handler="back"),
    _Key("ask.left", "Previous button", "Go to the button on the left.", ("left",),
         handler="previous"),
    _Key("ask.right", "Next button", "Go to the button on the right.", ("right",), handler="next"),
)  # fmt: skip
