"""`wbtui journal`: recorded actions and their outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wbtui.cli.context import CliContext, out_json, pass_cli, run, say, table

if TYPE_CHECKING:
    from wbtui.models.preview import JournalEntry


@click.command(short_help="List your actions and their outcomes.")
@click.option("--json", "as_json", is_flag=True, help="Output JSON.")
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=50,
    show_default=True,
    help="Maximum number of actions.",
)
@pass_cli
def journal(cli: CliContext, as_json: bool, limit: int) -> None:
    """List the actions in the journal of the connection, newest first. Works offline.

    "unknown" means that the response was lost. The app checks the status before it sends anything new.
    """
    entries = run(_read(cli, limit))
    if as_json:
        out_json([one.model_dump(mode="json") for one in entries])
        return
    from wbtui.ui.format import OUTCOME

    table(
        (
            one.created.astimezone().strftime("%Y-%m-%d %H:%M"),
            OUTCOME[one.status].text,
            one.summary,
            one.customer,
            one.agent,
            one.ticket or "–",
            one.trouble or (one.rule.message if one.rule else "–"),
        )
        for one in entries
    )
    if not entries:
        say("No actions yet.")
    open_ones = sum(not one.status.settled for one in entries)
    if open_ones:
        say(f"{open_ones} with an unknown outcome. Open the app to check their status.")


async def _read(cli: CliContext, limit: int) -> tuple[JournalEntry, ...]:
    from wbtui.cli.opening import Target
    from wbtui.store.journal import open_journal

    path = cli.app_dirs.connection_files(Target.chosen(cli).spec.name).journal
    if not path.exists():
        return ()
    journal = await open_journal(path, clock=cli.clock)
    try:
        return await journal.entries(limit)
    finally:
        await journal.close()
