"""`wbtui insights`: the cached customers of a search as figures."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wbtui.cli.context import CliContext, out, out_json, pass_cli, say, table
from wbtui.cli.opening import opened
from wbtui.cli.output import check_format, format_options, out_csv
from wbtui.cli.queries import QueryCommand, valid_search

if TYPE_CHECKING:
    from wbtui.services.insights import Bar, Chart


@click.command(cls=QueryCommand, short_help="Show figures of all customers or of a search.")
@click.argument("query", nargs=-1)
@format_options("Output JSON.")
@pass_cli
def insights(
    cli: CliContext, query: tuple[str, ...], as_json: bool, as_csv: bool, output: Path | None
) -> None:
    """Show customers by billing status, month, plan and country, with their MRR and what they owe.

    For example: wbtui insights country:de 'owes>100'; the shell needs the quotes around < and >. Counts
    cached customers, also offline; run `wbtui sync` first.
    """
    from wbtui.ui.text import insights as text

    check_format(as_json=as_json, as_csv=as_csv, output=output)
    charts, source = asyncio.run(_read(cli, " ".join(query)))
    say(source)
    if as_csv or as_json:
        for one in charts:
            if not one.known:
                say(f"▲ {text.TITLES[one.kind]}: {text.note(one)}")
    if as_csv:
        out_csv(text.csv_rows(charts), output)
        return
    if as_json:
        out_json(
            {
                one.kind.value: [_as_json(bar) for bar in one.bars] if one.known or one.bars else None
                for one in charts
            }
        )
        return
    for number, chart in enumerate(charts):
        out(("\n" if number else "") + text.TITLES[chart.kind])
        table((_row(chart, bar) for bar in chart.bars), right=frozenset({1, 2}))
        if note := text.note(chart):
            out(f"  {note}")


def _row(chart: Chart, bar: Bar) -> tuple[str, ...]:
    from wbtui.ui import format as fmt
    from wbtui.ui.text.insights import label

    amount = "" if bar.amount is None else fmt.money(bar.amount)
    return f"  {label(chart.kind, bar)}", fmt.count(bar.customers), amount


def _as_json(bar: Bar) -> dict[str, object]:
    amount = None if bar.amount is None else bar.amount.wire()
    return {"key": bar.key, "customers": bar.customers, "amount": amount, "search": bar.query}


async def _read(cli: CliContext, typed: str) -> tuple[list[Chart], str]:
    """Return the charts, and what they were counted in. Raises BadInput for the query, NotCached."""
    from wbtui.services.insights import Insights
    from wbtui.services.resolve import nothing_cached
    from wbtui.ui.text.insights import source

    async with opened(cli) as services:
        await valid_search(services, typed)
        missing = await nothing_cached(services)
        if missing is not None:
            raise missing
        figures = Insights(services.directory, services.cache, typed, services.today())
        charts = [chart async for chart in figures.charts()]
        cached = (await services.cache.counts()).customers
        return charts, source(cached, complete=services.directory.is_complete())
