"""`wbtui journal`: what this agent meant to do, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wbtui.cli.context import CliContext, out_json, pass_cli, run, say, table

if TYPE_CHECKING:
    from wbtui.models.preview import JournalEntry


@click.command(short_help="What you did, with its outcome.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="At most so many."
)
@pass_cli
def journal(cli: CliContext, as_json: bool, limit: int) -> None:
    """Print the newest commands of this connection's journal, newest first. Needs no link.

    "unknown" means that the answer was lost: the app asks for the outcome before it sends anything new.
    """
    entries = run(_read(cli, limit))
    if as_json:
        out_json([one.model_dump(mode="json") for one in entries])
        return
    from wbtui.ui.format import outcome_status

    table(
        (
            one.created.astimezone().strftime("%Y-%m-%d %H:%M"),
            outcome_status(one.status).text,
            one.summary,
            one.customer,
            one.agent,
            one.ticket or "–",
            one.trouble or (one.rule.message if one.rule else "–"),
        )
        for one in entries
    )
    if not entries:
        say("Nothing was done here yet.")
    open_ones = sum(not one.status.settled for one in entries)
    if open_ones:
        say(f"{open_ones} without a known outcome: open the app, it looks them up.")


async def _read(cli: CliContext, limit: int) -> tuple[JournalEntry, ...]:
    from wbtui.cli.opening import Target
    from wbtui.services.clock import utc_now
    from wbtui.store.journal import open_journal

    path = cli.app_dirs.connection_files(Target.chosen(cli).spec.name).journal
    if not path.exists():
        return ()
    journal = await open_journal(path, clock=utc_now)
    try:
        return await journal.entries(limit)
    finally:
        await journal.close()
