"""`wbtui do`: every action without a screen, through the same preview, journal and verification."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from wbtui.cli.context import CliContext, checked_output, fail, out_json, pass_cli, say, table
from wbtui.cli.do_help import ActionHelp
from wbtui.errors import BadInput, NotFound, Rejected, WbtuiError
from wbtui.models.text import spaced

if TYPE_CHECKING:
    from wbtui.models.actions import Action
    from wbtui.models.customer import Customer
    from wbtui.models.preview import Outcome, Preview
    from wbtui.services.open import Services

EXIT_CODES = {"done": 0, "pending": 0, "refused": 8, "unknown": 9, "sent": 9, "not_sent": 4, "withdrawn": 130}
"""What the command ends with, by the status of the outcome."""
NOT_CONFIRMED = 2
_LONGEST = 500
"""Characters of a value: IDs, warnings and the sentence for the customer are shown whole."""


class ConfirmOptions(NamedTuple):
    """What was given on the command line: the text that confirms it, and whether to do the same again."""

    text: str | None
    again: bool


@click.command("do", cls=ActionHelp, short_help="Do an action: refund, credit, plan change …")
@click.argument("kind")
@click.argument("customer", required=False, default="")
@click.argument("fields", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option(
    "--confirm", metavar="TEXT", help="Do it without asking: the amount shown, the invoice number, or yes."
)
@click.option("--again", is_flag=True, help="With --confirm: even if the same was done in the last 24 hours.")
@click.option(
    "--query", metavar="QUERY", help="Instead of CUSTOMER: all that match; - reads them from standard input."
)
@click.option(
    "--stop-on-error", is_flag=True, help="With --query: stop at one that is refused, not sent or unknown."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON: the preview, then the outcome.")
@pass_cli
def do(
    cli: CliContext,
    kind: str,
    customer: str,
    fields: tuple[str, ...],
    confirm: str | None,
    again: bool,
    query: str | None,
    stop_on_error: bool,
    as_json: bool,
) -> None:
    """Preview an action on a customer, and do it once it is confirmed.

    `wbtui do KIND --help` lists the fields: changes.name=Anna leads into an object, a field given twice is a
    list. `wbtui show CUSTOMER --json` and `wbtui show INVOICE` have the IDs; an invoice may be given by its
    number.

    On a terminal it asks for the amount to be typed, or for the invoice number to void or write one off;
    without a terminal and without --confirm nothing is done. Ends with 8 when the billing system or your
    limit does not allow it, 9 when the outcome is not known: the journal keeps it.

    With --query it is done for every customer that matches, or with --query - for those that standard input
    names, one per line; at most 200. An action on an invoice takes the oldest open one of each customer.
    Confirm with the total. If it is stopped or killed, `wbtui resume` sends what is left.
    """
    if query is not None:
        from wbtui.cli.do_bulk import BulkRequest, do_bulk

        if not query.strip():
            hint = "Name a filter, such as is:past_due. A script's variable may be empty."
            raise BadInput("The query is empty: all customers would match.", hint=hint)
        words = (customer, *fields) if customer else fields
        asked = BulkRequest(kind, words, query, confirm, again, stop_on_error, as_json)
        if code := asyncio.run(do_bulk(cli, asked)):
            fail(code)
        return
    if stop_on_error:
        raise click.UsageError("--stop-on-error needs --query.")
    from wbtui.models.actions.fields import fields_hint, is_field

    if is_field(kind, customer) or not customer:
        raise BadInput("Name a customer, or pass --query.", hint=fields_hint(kind))
    if code := asyncio.run(_do(cli, kind, customer, fields, ConfirmOptions(confirm, again), as_json)):
        fail(code)


@click.command("resume", short_help="Continue a bulk action that was stopped.")
@click.option("--confirm", metavar="TEXT", help="Send what is left: the total shown, or the number of items.")
@click.option("--discard", is_flag=True, help="Discard what is left.")
@click.option("--json", "as_json", is_flag=True, help="Output JSON.")
@pass_cli
def resume(cli: CliContext, confirm: str | None, discard: bool, as_json: bool) -> None:
    """Show what is left of a bulk action that was stopped or killed; send or discard it.

    Each item is previewed again before it is sent; one whose data has changed since is skipped, and none is
    sent twice. The exit codes are those of `wbtui do`.
    """
    from wbtui.cli.do_bulk import discard_bulk, resume_bulk

    if discard and confirm is not None:
        raise click.UsageError("Choose --confirm or --discard.")
    if code := asyncio.run(discard_bulk(cli) if discard else resume_bulk(cli, confirm, as_json=as_json)):
        fail(code)


async def _do(
    cli: CliContext,
    kind: str,
    customer: str,
    fields: tuple[str, ...],
    confirmation: ConfirmOptions,
    as_json: bool,
) -> int:
    """Print the preview and, once confirmed, the outcome. Return the exit code."""
    from wbtui.cli.opening import opened_for_actions
    from wbtui.models.parts import CUSTOMER
    from wbtui.models.preview_text import look_alike_letters, preview_rows
    from wbtui.ui.actions.catalogue import full_title_of

    async with opened_for_actions(cli) as services:
        asked = await _previewed(services, kind, customer, fields)
        preview = asked.preview
        shown: dict[str, Any] = {"preview": preview and preview.model_dump(mode="json"), "outcome": None}
        if preview is None:
            return _unavailable(asked.action, asked.reason, shown, as_json)
        if not as_json:
            heading = [("Customer", f"{asked.customer.title} ({asked.customer.id})")]
            if letters := look_alike_letters(asked.customer):
                heading.append(("", f"▲ {letters}"))
            if preview.refused is None and not preview.lines and not preview.different:
                when = " at renewal" if getattr(asked.action, "when", None) == "period_end" else ""
                heading.append(("Action", await _summary(services, asked, preview) + when))
            with checked_output("Nothing was sent."):
                table([*heading, *preview_rows(preview, full_title_of)], limit=_LONGEST)
        if asked.reason:
            return _unavailable(asked.action, asked.reason, shown, as_json)
        outcome, code, state = None, NOT_CONFIRMED, "Nothing was sent."
        if preview.refused is not None:
            code = EXIT_CODES["refused"]
            say(f"Refused: {preview.refused.message} Nothing was sent.")
        elif _confirmed(asked.action, preview, asked.subject, confirmation):
            outcome = await _send(services, asked, preview, at_once=confirmation.text is not None)
            shown["outcome"] = outcome.model_dump(mode="json")
            code = EXIT_CODES[outcome.status.value]
            state = f"The outcome is: {spaced(outcome.status)}. `wbtui journal` has it."
        with checked_output(state, code):
            if as_json:
                out_json(shown)
            elif outcome is not None:
                table(_outcome_rows(outcome), limit=_LONGEST)
        if outcome is not None and not code:
            # After the outcome: the server may take its time.
            with suppress(WbtuiError, asyncio.CancelledError):  # `wbtui find` shows what the action changed
                await services.profiles.fetch(CUSTOMER, asked.customer.id)
    return code


class _Previewed(NamedTuple):
    """An action and its preview.

    Attributes:
        customer: the customer it is done for.
        subject: the object it is about; None where the action names another one.
        preview: None if the action is not possible before a preview is asked for.
        reason: why the action is not allowed or not possible; empty if it is.
    """

    customer: Customer
    action: Action
    subject: Any
    preview: Preview | None
    reason: str


async def _previewed(services: Services, kind: str, name: str, fields: tuple[str, ...]) -> _Previewed:
    """Find the customer, make the action of the fields and preview it.

    Raises BadInput for a field that is missing or wrong, also where the billing system rejects it.
    """
    from wbtui.cli.identifiers import (
        currency_of,
        explained,
        require_units,
        with_invoice_ids,
        with_kept_metadata,
    )
    from wbtui.models.actions import ACTIONS
    from wbtui.models.actions.parse import parse_action
    from wbtui.services.resolve import resolve_customer

    if kind in ACTIONS:
        services.actions.require_offered(kind)
    customer = await resolve_customer(services, name)
    currency = currency_of(services, customer)
    agent = services.connection.agent
    fields = await with_invoice_ids(services, customer.id, fields)
    permissions = services.actions.permissions
    try:
        action = parse_action(kind, customer.id, fields, agent=agent, currency=currency)
        subject = await _subject(services, action, customer)
        reason = permissions.read_only_reason
        if reason is None and subject is not None:
            reason = type(action).disabled_reason_for(customer, subject)
        if reason is not None:
            return _Previewed(customer, action, subject, None, reason)
        await require_units(services, action, subject)
        action = await with_kept_metadata(services, action)
        preview = await services.actions.preview(action)
    except (BadInput, NotFound, Rejected) as error:
        wrong = await explained(services, customer, kind, fields, error)
        if isinstance(wrong, Rejected):  # what the server rejects of an action is wrong input
            said = [f"{path.removeprefix('context.')}: {text}" for path, text in wrong.fields.items()]
            wrong = BadInput(" ".join(said) or wrong.sentence, hint=wrong.hint)
        raise wrong from None
    if preview.refused is None:
        reason = permissions.limit_reason(action, preview)
    else:
        refused = Rejected(preview.refused.message)
        if (wrong := await explained(services, customer, kind, fields, refused)) is not refused:
            raise wrong
    return _Previewed(customer, action, subject, preview, reason or "")


def _unavailable(action: Action, reason: str, shown: dict[str, Any], as_json: bool) -> int:
    """Say why the action cannot be done. Return the exit code."""
    from wbtui.ui.actions.catalogue import title_of

    if as_json:
        with checked_output("Nothing was sent.", EXIT_CODES["refused"]):
            out_json({**shown, "disabled_reason": reason})
    say(f"{title_of(action.kind)} unavailable: {reason} Nothing was sent.")
    return EXIT_CODES["refused"]


async def _subject(services: Services, action: Action, customer: Customer) -> Any:
    """Return the object the action is about; None where the action names another one."""
    from wbtui.services.actions.subjects import load_subject

    ref = action.subject()
    if ref.type != action.about:
        return None
    if action.about == "customer":
        return customer
    return await load_subject(services.profiles.fetch, action.about, ref.id, customer.id)


async def _summary(services: Services, asked: _Previewed, preview: Preview) -> str:
    """Return what the action does, as the journal names it."""
    from wbtui.cli.identifiers import target_of
    from wbtui.ui.actions.catalogue import entry_of
    from wbtui.ui.actions.data import name_of

    names = {"customer": asked.customer.title, "subject": name_of(asked.subject or asked.customer)}
    names["target"] = await target_of(services, asked.action, asked.subject)
    return entry_of(asked.action.kind).summary_of(preview.amount, **names)


async def _send(services: Services, asked: _Previewed, preview: Preview, *, at_once: bool) -> Outcome:
    """Journal the action and perform it, after the undo window where money moves and no flag confirmed it."""
    from wbtui.ui.actions.data import name_of

    customer, action, subject, *_ = asked
    intent = await services.actions.record_intent(
        action,
        preview,
        customer_title=customer.title,
        summary=await _summary(services, asked, preview),
        label=name_of(subject) if subject is not None and action.about != "customer" else None,
    )
    pending = services.actions.send(intent, None if action.moves_money and not at_once else 0.0)
    if pending.remaining:
        say(f"Sending in {pending.remaining:.0f} s … ctrl+c cancels.")
    try:
        return await pending.outcome()
    except asyncio.CancelledError:
        stopped = pending.cancel()
        say("Cancelled. Nothing was sent." if stopped else "It was sent; the journal keeps the outcome.")
        raise


def _confirmed(action: Action, preview: Preview, subject: Any, given: ConfirmOptions) -> bool:
    """Whether what confirms it was given: the text the action asks for, the amount, or yes without one.

    Raises BadInput for another text, and for what looks like something done before, unless told to go on.
    """
    confirm = given.text
    if preview.amount_missing(action):
        raise BadInput("The preview does not say the amount, so it cannot be confirmed.")
    wanted = "yes" if preview.amount is None else preview.amount.amount
    if subject is not None:
        wanted = action.confirm_text(subject) or wanted
    if confirm is None and not sys.stdin.isatty():
        say(f"Nothing was sent. Pass --confirm {wanted} to do it.")
        return False
    typed = confirm
    if typed is None:
        typed = click.prompt(f"Type {wanted} to confirm", default="", show_default=False, err=True)
    if typed.strip().casefold() != wanted.casefold():
        typo = f"{typed[:40]!r} is not {wanted}. " if confirm is None and typed.strip() else ""
        say(f"{typo}Nothing was sent.")
        if confirm is not None:
            hint = f"Check the preview, then pass --confirm {wanted}."
            raise BadInput(f"--confirm is {confirm[:40]!r}, but {wanted} is expected.", hint=hint)
        return False
    if preview.lookalikes and confirm is not None and not given.again:
        before = preview.lookalikes[0]
        raise BadInput(
            f"The same was done at {before.at:%Y-%m-%d %H:%M} UTC: {before.what}. Nothing was sent.",
            hint="Pass --again to do it once more.",
        )
    return True


def _outcome_rows(outcome: Outcome) -> list[tuple[str, str]]:
    reason, note = outcome.rule.message if outcome.rule is not None else "", outcome.trouble or ""
    if reason and reason in note:  # it is said there, with what it means
        reason, note = note, ""
    rows = (
        ("Outcome", spaced(outcome.status)),
        ("Reason", reason),
        ("Waiting for", spaced(outcome.pending_reason)),
        ("Note", note),
        ("Link", outcome.link),
        ("For the customer", outcome.customer_sentence),
        ("Request ID", outcome.key),
    )
    return [(label, value) for label, value in rows if value]
