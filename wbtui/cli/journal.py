"""`wbtui journal`: recorded actions and their outcomes."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wbtui.cli.context import CliContext, out_json, pass_cli, say, say_left_out, table
from wbtui.cli.output import check_format, format_options, out_csv

if TYPE_CHECKING:
    from wbtui.models.preview import JournalEntry


_TITLES = ("When", "Outcome", "Action", "Customer", "Agent", "Ticket", "Details")


@click.command(short_help="List your actions and their outcomes.")
@format_options("Output JSON.")
@click.option(
    "--limit",
    type=click.IntRange(0, 100_000),
    default=50,
    show_default=True,
    help="Maximum number of actions; 0 for all.",
)
@pass_cli
def journal(cli: CliContext, as_json: bool, as_csv: bool, output: Path | None, limit: int) -> None:
    """List the actions in the journal of the connection, newest first. Works offline.

    "unknown" means that the response was lost. The app checks the status before it sends anything new.
    """
    from wbtui.ui.text.journal import not_all, unresolved_sentence

    check_format(as_json=as_json, as_csv=as_csv, output=output)
    entries, (total, unresolved), loss = asyncio.run(_read(cli, limit or sys.maxsize))
    if loss is not None:
        say(loss)
    if total > len(entries):
        say(not_all(len(entries), total))
    if as_csv:
        from wbtui.ui.text.exports import journal_rows

        out_csv(journal_rows(entries), output)
        return
    if as_json:
        out_json([one.model_dump(mode="json") for one in entries])
        return
    from wbtui.models.instants import local
    from wbtui.ui.states import outcome_state

    rows = [
        (
            local(one.created).strftime("%Y-%m-%d %H:%M"),
            outcome_state(one).text,
            one.summary,
            one.customer,
            one.agent,
            one.ticket or "–",
            one.trouble or (one.rule.message if one.rule else "–"),
        )
        for one in entries
    ]
    say_left_out(table([_TITLES, *rows] if rows else [], optional=("Ticket", "Agent")))
    if not entries:
        say("No actions yet.")
    if unresolved:
        say(unresolved_sentence(unresolved))


async def _read(cli: CliContext, limit: int) -> tuple[tuple[JournalEntry, ...], tuple[int, int], str | None]:
    """Return the last entries, the numbers of all and of unresolved ones, and a sentence about lost ones."""
    from wbtui.cli.opening import OpenTarget
    from wbtui.services.lost_actions import find_lost, loss_sentence
    from wbtui.services.opened_files import open_or_read, open_recovered

    files = cli.app_dirs.connection_files(OpenTarget.chosen(cli).spec.name)
    loss = loss_sentence(await find_lost(files, clock=cli.clock))
    if not files.journal.exists():
        return (), (0, 0), loss
    journal, _ = await open_or_read(partial(open_recovered, files.journal, cli.clock))
    try:
        return await journal.entries(limit), await journal.counts(), loss
    finally:
        await journal.close()
