"""`wbtui sync`: fetch all customers and invoices into the cache."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from typing import TYPE_CHECKING

import click

from wbtui.cli.context import INTERRUPTED, CliContext, Progress, fail, pass_cli, say
from wbtui.cli.opening import OpenTarget, opened
from wbtui.cli.output import MOST_LISTED, warn_skipped
from wbtui.cli.queries import EXCLUDING, check_query, valid_search
from wbtui.errors import Offline

if TYPE_CHECKING:
    from wbtui.services.details import DetailReport
    from wbtui.services.progress import SyncProgress, SyncReport

_BAR = 20


class _SyncCommand(click.Command):
    """A command whose `--details` takes a filter that excludes, such as `-plan:free`, as its query."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Click takes the value of this option for another option, unless it begins with a blank.
        given = [part for word in args for part in _split_details(word)]
        words = [
            f" {word}" if before == "--details" and EXCLUDING.match(word) else word
            for before, word in zip(["", *given], given, strict=False)
        ]
        return super().parse_args(ctx, words)


def _split_details(word: str) -> list[str]:
    """Return option and value of `--details=-plan:free`, which click does not split; else the word."""
    name, _, value = word.partition("=")
    return [name, value] if name == "--details" and EXCLUDING.match(value) else [word]


@click.command(cls=_SyncCommand, short_help="Fetch all customers and invoices for offline use.")
@click.option(
    "--details",
    metavar="[QUERY]",
    is_flag=False,
    flag_value="",
    help="Also fetch the whole profiles of the customers that match the query, or of all.",
)
@pass_cli
def sync(cli: CliContext, details: str | None) -> None:
    """Fetch all customers and invoices, then the changes since.

    With --details, also fetch payments, credits, usage and the rest of the profiles. Stop it at any time with
    Ctrl-C; the next run resumes.
    """
    done = asyncio.run(_sync(cli, details))
    if done is None:
        say("Stopped. Run `wbtui sync` to resume.")
        fail(INTERRUPTED)
    report, fetched = done
    _show_report(report)
    if fetched is not None:
        _show_details(fetched)


def _show_details(report: DetailReport) -> None:
    from wbtui.models.text import clean
    from wbtui.ui.format import plural

    fetched = plural(report.fetched, "part")
    say(f"Profiles of {plural(report.customers, 'customer')} are cached; {fetched} fetched.")
    for sentence in report.failed[:MOST_LISTED]:
        say(f"▲ {clean(sentence, limit=300)}")
    if len(report.failed) > MOST_LISTED:
        say(f"  and {len(report.failed) - MOST_LISTED:,} more parts could not be fetched")


def _show_report(report: SyncReport) -> None:
    if report.message:
        say(report.message)
    say(finished(report))
    for noun, skipped in (("customer", report.skipped), ("invoice", report.skipped_invoices)):
        warn_skipped(noun, skipped)


def finished(report: SyncReport) -> str:
    """Say what a sync did. Where everything was fetched, changes are those since it began."""
    kind = "Resumed full sync" if report.resumed else "Full sync" if report.full else "Sync"
    changes = f"{report.changed:,} changed, {report.removed:,} removed. "
    if report.full and not (report.changed or report.removed):
        changes = ""
    return (
        f"{kind} finished in {report.seconds:.1f} s: {changes}"
        f"{report.customers:,} customers and {report.invoices:,} invoices are cached."
    )


async def _sync(cli: CliContext, details: str | None) -> tuple[SyncReport, DetailReport | None] | None:
    """Return the reports of the sync and of the details, None if interrupted."""
    progress = Progress()
    target = OpenTarget.chosen(cli)
    if target.offline is not None:
        raise Offline("The demo is not running.", hint="Start it with `wbtui demo`, which syncs by itself.")
    async with opened(cli, target) as services:
        if services.link.pinned_offline:
            raise Offline("Cannot sync with --offline.", hint="Remove --offline.")
        if details is not None:
            check_query(services.directory.open(details))  # a mistake is reported before the sync

        def show(state: SyncProgress) -> None:
            progress.show(line(state), at=time.monotonic())

        async def both() -> tuple[SyncReport, DetailReport | None]:
            report = await services.sync.run(show)
            if details is None:
                return report, None
            await valid_search(services, details)  # from now on the plans are known
            return report, await services.details.fetch_matching(details, show)

        work = asyncio.ensure_future(both())
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotImplementedError, ValueError):
            loop.add_signal_handler(signal.SIGINT, work.cancel)
        try:
            return await work
        except asyncio.CancelledError:
            services.sync.stop()
            return None
        finally:
            progress.end()


def line(state: SyncProgress) -> str:
    """Format progress on one line: phase, count, rate and time left."""
    from wbtui.ui.format import count, dots, seconds_left

    rows = count(state.rows) if state.rows else ""
    if state.total:
        filled = min(_BAR * state.rows // state.total, _BAR)
        rows = f"[{'#' * filled}{'.' * (_BAR - filled)}] {count(state.rows)} of {count(state.total)}"
    rate = f"{state.rate:,.0f}/s" if state.rate >= 1 else ""
    left = f"{seconds_left(state.eta)} left" if state.eta is not None else ""
    return dots(state.phase.value.capitalize(), rows, rate, left, state.message)
