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
    entries, loss = run(_read(cli, limit))
    if loss is not None:
        say(loss)
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


async def _read(cli: CliContext, limit: int) -> tuple[tuple[JournalEntry, ...], str | None]:
    """Return the entries, and a sentence when the journal has lost some."""
    from contextlib import AsyncExitStack

    from wbtui.cli.opening import Target
    from wbtui.services.lost_actions import loss_sentence, lost_by_workspace
    from wbtui.store.journal import open_journal
    from wbtui.store.workspace import open_workspace

    files = cli.app_dirs.connection_files(Target.chosen(cli).spec.name)
    if not files.journal.exists() and not files.workspace.exists():
        return (), None
    async with AsyncExitStack() as stack:
        journal = await open_journal(files.journal, clock=cli.clock)
        stack.push_async_callback(journal.close)
        workspace = await open_workspace(files.workspace)
        stack.push_async_callback(workspace.close)
        return await journal.entries(limit), loss_sentence(await lost_by_workspace(journal, workspace))
