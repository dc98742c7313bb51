"""Help of `wbtui do`: an example of every action, or the fields of one action."""

from __future__ import annotations

import inspect
from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from wbtui.cli.context import CliContext

if TYPE_CHECKING:
    from wbtui.models.actions.fields import Field

_BULK_OPTIONS = ("query", "stop_on_error")
_KIND = "wbtui.kind"
"""Key of the context's `meta`: the kind of action on the command line, None without one."""


class ActionHelp(click.Command):
    """Shows an example of every action at the end of its help; after a kind, the help of that action."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        from wbtui.models.actions import ACTIONS

        ctx.meta[_KIND] = next((word for word in args if word in ACTIONS), None)
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        if (kind := ctx.meta.get(_KIND)) is None:
            return super().collect_usage_pieces(ctx)
        return [kind, "CUSTOMER", "[FIELD=VALUE]...", "[OPTIONS]"]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from wbtui.cli.do_bulk import not_in_bulk
        from wbtui.models.actions.example import example
        from wbtui.models.actions.fields import fields_of, model_of
        from wbtui.ui.actions.catalogue import entry_of

        if (kind := ctx.meta.get(_KIND)) is None:
            super().format_help_text(ctx, formatter)
            return
        summary = inspect.getdoc(model_of(kind)) or ""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(summary.partition("\n\n")[0].replace("`", ""))
            formatter.write_paragraph()
            formatter.write(f"  {example(kind, _later(ctx))}\n")
        with formatter.section("Fields"):
            fields = fields_of(model_of(kind))
            formatter.write_dl([(field.name, _expectation(field)) for field in fields])
            entry = entry_of(kind)
            left_out = [field.name for field in fields if field.name in not_in_bulk(entry)]
            if entry.bulk and left_out:
                formatter.write_paragraph()
                formatter.write_text(f"With --query, leave out: {', '.join(left_out)}.")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, without those for several customers where the action is for one only."""
        from wbtui.ui.actions.catalogue import ENTRIES

        in_bulk = (None, *(entry.kind for entry in ENTRIES if entry.bulk))
        left_out = () if ctx.meta.get(_KIND) in in_bulk else _BULK_OPTIONS
        options = (one for one in self.get_params(ctx) if isinstance(one, click.Option))
        records = [one.get_help_record(ctx) for one in options if one.name not in left_out]
        with formatter.section("Options"):
            formatter.write_dl([record for record in records if record is not None])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from wbtui.models.actions.example import example
        from wbtui.ui.actions.catalogue import ENTRIES

        if ctx.meta.get(_KIND) is None:
            with formatter.section("Actions for several customers, with --query"):
                formatter.write_text(", ".join(entry.kind for entry in ENTRIES if entry.bulk))
            with formatter.section("Actions, each with the fields that it needs"):
                for entry in ENTRIES:
                    formatter.write(f"  # {entry.title}\n  {example(entry.kind, _later(ctx))}\n")


def _later(ctx: click.Context) -> date:
    """Return a day to come, for the examples."""
    cli = ctx.find_object(CliContext) or CliContext()
    return cli.clock().date() + timedelta(days=60)


def _expectation(field: Field) -> str:
    if not field.required:
        return field.expects or "text"
    return f"required: {field.expects}" if field.expects else "required"
