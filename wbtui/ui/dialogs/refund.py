"""The refund form: which payment, how much, why. It checks what it can, then the preview sheet follows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from wbtui.errors import WbtuiError
from wbtui.models.actions import Context, LineAmount, Reason, RefundInvoice
from wbtui.models.attention import method_name
from wbtui.models.customer import Customer
from wbtui.models.invoice import Invoice, Line
from wbtui.models.money import Money
from wbtui.models.parts import INVOICE
from wbtui.models.payment import Payment, PaymentStatus
from wbtui.models.preview import Preview
from wbtui.ui.dialogs.base import Field, FormDialog
from wbtui.ui.dialogs.proposal import REASONS, Proposal
from wbtui.ui.dialogs.sheet import PreviewSheet, SheetEnd
from wbtui.ui.format import day
from wbtui.ui.host import host
from wbtui.ui.report import report
from wbtui.ui.safe import join_lines, safe
from wbtui.ui.widgets.check_field import CheckField
from wbtui.ui.widgets.choice import Choice
from wbtui.ui.widgets.money_input import MoneyInput
from wbtui.ui.widgets.text_field import LineField, TextField
from wbtui.ui.work import start

FRAUD = "The payment provider may block this card and e-mail for good when a refund is marked as fraud."


def refund_disabled_reason(payment: Payment) -> str | None:
    """Why this payment cannot be refunded; None when it can."""
    if payment.disputed:
        return "disputed: it cannot be refunded while the dispute is open"
    if payment.status is PaymentStatus.FAILED:
        return "failed: nothing was collected"
    if payment.status is PaymentStatus.CANCELED:
        return "canceled: nothing was collected"
    if payment.status is PaymentStatus.REQUIRES_ACTION:
        return "waits for the customer: nothing was collected"
    if payment.status is PaymentStatus.PROCESSING:
        return "still processing: nothing was collected yet"
    if not payment.settled:
        return "not settled yet"
    if not payment.refundable:
        return "refunded already: nothing is left" if payment.refunded else "nothing was collected"
    return None


def line_left(line: Line) -> Money:
    """What of the line has not been refunded yet."""
    return line.total - line.refunded if line.refunded is not None else line.total


class LineRow(Vertical):
    """One invoice line: ticked or not, and how much of it (empty: all that is left)."""

    DEFAULT_CSS = "LineRow { height: auto; } LineRow MoneyInput { padding-left: 4; display: none; }"

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line = line

    def compose(self) -> ComposeResult:
        left = line_left(self.line)
        yield CheckField(f"{self.line.name}  {left}")
        yield MoneyInput(left.currency, left)

    @property
    def ticked(self) -> bool:
        return self.query_one(CheckField).value

    @property
    def amount(self) -> MoneyInput:
        return self.query_one(MoneyInput)

    def on_check_field_changed(self) -> None:
        self.amount.display = self.ticked


class RefundDialog(FormDialog[SheetEnd]):
    """Loads the invoice fresh, asks, previews. Ends with the outcome, or None when nothing was sent."""

    DEFAULT_CSS = """
    RefundDialog #refund-waiting { padding: 1 0; }
    RefundDialog #refund-form { height: auto; }
    RefundDialog .refund-how { height: auto; display: none; }
    RefundDialog .refund-how.-shown { display: block; }
    RefundDialog #refund-percent { width: 10; }
    RefundDialog #fraud { color: $warning; display: none; }
    RefundDialog .refund-none { color: $text-muted; }
    """

    def __init__(self, customer: Customer, invoice_id: str, number: str, *, environment: str) -> None:
        super().__init__(f"Refund {number} · {customer.title}", environment=environment)
        self._customer = customer
        self._invoice_id = invoice_id
        self.invoice: Invoice | None = None
        """As the server has it now; None while it is asked."""
        self._payments: list[Payment] = []

    # ── loading ──
    def compose_body(self) -> ComposeResult:
        yield Static(safe("Asking the server for the invoice …", "$text-muted"), id="refund-waiting")
        yield Vertical(id="refund-form")

    def on_mount(self) -> None:
        self.query_one("#dialog-back").focus()
        start(self, self._load, group="form", latest=True)

    async def _load(self) -> None:
        services = host(self).services
        waiting = self.query_one("#refund-waiting", Static)
        try:
            stamped = await services.profiles.fetch(INVOICE, self._invoice_id)
            ticket = await services.workspace.last_ticket()
        except WbtuiError as error:
            waiting.update(join_lines(report(error).panel(), ("Nothing was sent.", "bold")))
            self._fit()
            return
        self.invoice = stamped.value
        self._payments = [p for p in stamped.value.payments if refund_disabled_reason(p) is None]
        if not self._payments:
            waiting.update(join_lines(*self._nothing_to_refund(stamped.value)))
            self._fit()
            return
        waiting.display = False
        await self.query_one("#refund-form").mount_all(list(self._fields(stamped.value, ticket or "")))
        self.query_one("#how").focus()
        self._show_mode()

    def _nothing_to_refund(self, invoice: Invoice) -> list[object]:
        today = host(self).today()
        lines: list[object] = [("■ Nothing on this invoice can be refunded.", "bold"), ""]
        for payment in invoice.payments:
            lines.append(f"{_payment_label(payment, today, told=False)}: {refund_disabled_reason(payment)}")
        if not invoice.payments:
            lines.append("No payment has been made for it.")
        return lines

    # ── fields ──
    def _fields(self, invoice: Invoice, ticket: str) -> list[Field | Vertical | Static]:
        today = host(self).today()
        first = self._payments[0]
        options = [(_payment_label(p, today), p.id) for p in self._payments]
        rest = [p for p in invoice.payments if refund_disabled_reason(p) is not None]
        others = [
            Static(
                safe(f"    {_payment_label(p, today, told=False)}: {refund_disabled_reason(p)}"),
                classes="refund-none",
            )
            for p in rest
        ]
        modes = [("all that is left", "full"), ("an amount", "amount"), ("percent", "percent")]
        rows = [LineRow(line) for line in invoice.lines if line_left(line).minor > 0]
        if rows:
            modes.append(("by line", "lines"))
        fields: list[Field | Vertical | Static] = [
            Field("Payment", Choice(options, chosen=0, column=True, id="payment"), *others),
            Field("How much", Choice(modes, chosen=0, id="how")),
            Vertical(
                Field("Amount", MoneyInput(invoice.currency, first.refundable, id="amount")),
                classes="refund-how",
                id="how-amount",
            ),
            Vertical(
                Field("Percent", LineField(placeholder="percent", max_length=10, id="refund-percent")),
                classes="refund-how",
                id="how-percent",
            ),
            Vertical(Field("Lines", *rows), classes="refund-how", id="how-lines"),
            Field("Gives back", Static("", id="gives-back")),
            Field(
                "Reason",
                Choice(REASONS, id="reason"),
                Static(safe(f"▲ {FRAUD}"), id="fraud"),
                id="reason-field",
            ),
            Field("Ticket", LineField(value=ticket, placeholder="optional", max_length=100, id="ticket")),
            Field("Comment", TextField(id="comment"), id="comment-field"),
            Field(
                "",
                CheckField("e-mail the customer about it", id="notify"),
                CheckField("also lower the invoice: a credit note is made", id="adjust"),
            ),
        ]
        return fields

    @property
    def payment(self) -> Payment:
        """The payment that is refunded."""
        chosen = self.query_one("#payment", Choice).value
        return next(p for p in self._payments if p.id == chosen)

    @property
    def mode(self) -> str:
        return str(self.query_one("#how", Choice).value)

    def on_choice_changed(self, event: Choice.Changed) -> None:
        if event.choice.id == "payment":
            self.query_one("#amount", MoneyInput).set_limit(self.payment.refundable)
        if event.choice.id == "reason":
            self.query_one("#fraud").display = event.choice.value is Reason.FRAUD
            self.query_one("#reason-field", Field).say(None)
        self._show_mode()

    def on_money_input_changed(self) -> None:
        self._show_sum()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "refund-percent":
            self._show_sum()

    def on_check_field_changed(self) -> None:
        self._show_sum()
        self._fit()

    def _show_mode(self) -> None:
        for mode in ("amount", "percent", "lines"):
            self.query_one(f"#how-{mode}").set_class(self.mode == mode, "-shown")
        self._show_sum()
        self._fit()

    def _show_sum(self) -> None:
        left = self.payment.refundable
        estimate = self._estimate()
        about = "about " if self.mode == "percent" else ""
        text = "–" if estimate is None else f"{about}{estimate} of {left} refundable"
        self.query_one("#gives-back", Static).update(safe(text, "bold" if estimate is not None else ""))

    def _estimate(self) -> Money | None:
        """What it would give back as far as it can be told here; the server's preview decides."""
        if self.mode == "full":
            return self.payment.refundable
        if self.mode == "amount":
            return self.query_one("#amount", MoneyInput).money
        if self.mode == "percent":
            percent = self._percent()
            return None if percent is None else self.payment.money.times(Decimal(percent) / 100)
        rows = [row for row in self.query(LineRow) if row.ticked]
        if not rows:
            return None
        total = Money.zero(self.payment.refundable.currency)
        for row in rows:
            total += row.amount.money or line_left(row.line)
        return total

    def _percent(self) -> str | None:
        text = self.query_one("#refund-percent", Input).value.strip().rstrip("%").strip().replace(",", ".")
        try:
            number = Decimal(text)
        except InvalidOperation:
            return None
        exponent = number.as_tuple().exponent
        fits = number.is_finite() and 0 < number <= 100 and isinstance(exponent, int) and exponent >= -6
        return f"{number:f}" if fits else None

    # ── checks at the field ──
    def _problems(self) -> dict[str, str]:
        found: dict[str, str] = {}
        if self.mode == "amount":
            field = self.query_one("#amount", MoneyInput)
            if field.money is None:
                found["how-amount"] = field.problem or "How much?"
        elif self.mode == "percent" and self._percent() is None:
            found["how-percent"] = "A number above 0, at most 100."
        elif self.mode == "lines":
            rows = [row for row in self.query(LineRow) if row.ticked]
            if not rows:
                found["how-lines"] = "Tick at least one line."
            elif wrong := next((row.amount.problem for row in rows if row.amount.problem), None):
                found["how-lines"] = wrong
        reason = self.query_one("#reason", Choice).value
        if reason is None:
            found["reason-field"] = "Why? Choose one with the arrow keys."
        elif reason is Reason.OTHER and not self._comment:
            found["comment-field"] = "The reason “other” needs a comment."
        if len(self._comment) > 5000:
            found["comment-field"] = "At most 5,000 characters."
        return found

    @property
    def _comment(self) -> str:
        return self.query_one("#comment", TextField).text.strip()

    def action_go_on(self) -> None:
        if self.invoice is None or not self._payments:
            return
        problems = self._problems()
        places = ("how-amount", "how-percent", "how-lines", "reason-field", "comment-field")
        first: Field | None = None
        for place in places:
            node = self.query_one(f"#{place}")
            field = node if isinstance(node, Field) else node.query_one(Field)
            field.say(problems.get(place))
            first = field if first is None and place in problems else first
        if first is not None:
            control = next((w for w in first.query("*") if w.focusable and w.display), None)
            if control is not None:
                control.focus()
            self._fit()
            return
        self.app.push_screen(
            PreviewSheet(self._proposal(), environment=self._environment), self._sheet_closed
        )

    def _action(self) -> RefundInvoice:
        mode = self.mode
        ticked = [row for row in self.query(LineRow) if row.ticked]
        context = Context(
            agent=host(self).services.connection.agent,
            ticket=self.query_one("#ticket", Input).value.strip() or None,
            reason=self.query_one("#reason", Choice).value,
            comment=self._comment or None,
            notify=self.query_one("#notify", CheckField).value,
        )
        return RefundInvoice(
            customer_id=self._customer.id,
            context=context,
            payment_id=self.payment.id,
            invoice_id=self._invoice_id,
            mode=mode,  # type: ignore[arg-type]
            amount=self.query_one("#amount", MoneyInput).money if mode == "amount" else None,
            percent=self._percent() if mode == "percent" else None,
            lines=tuple(LineAmount(line_id=row.line.id, amount=row.amount.money) for row in ticked)
            if mode == "lines"
            else (),
            adjust_invoice=self.query_one("#adjust", CheckField).value,
        )

    def _proposal(self) -> Proposal:
        assert self.invoice is not None
        return refund_proposal(
            self._action(),
            self.invoice,
            self.payment,
            self._customer,
            host(self).today(),
            hold=host(self).services.actions.hold_seconds,
            type_above=host(self).settings.confirm_limit(self.invoice.currency),
        )

    def _sheet_closed(self, end: SheetEnd | None) -> None:
        if end is None:
            return
        ticket = end.proposal.action.context.ticket
        if ticket:
            start(self.app, self._remember, ticket, group="ticket")
        self.dismiss(end)

    async def _remember(self, ticket: str) -> None:
        try:
            await host(self).services.workspace.set_last_ticket(ticket)
        except WbtuiError:
            pass  # a courtesy: the next form starts with an empty field

    # ── leaving ──
    def unsent(self) -> str | None:
        if self.invoice is None or not self._payments:
            return None
        typed = [
            self.query_one("#amount", MoneyInput).text,
            self.query_one("#refund-percent", Input).value,
            self._comment,
        ]
        chosen = self.mode != "full" or self.query_one("#reason", Choice).value is not None
        return f"the refund form for {self.invoice.number}" if chosen or any(typed) else None


def _payment_label(payment: Payment, today: date, *, told: bool = True) -> str:
    """Amount, day and method; with `told` also what is refundable, where that is less than all."""
    method = f" · {method_name(payment.method)}" if payment.method is not None else ""
    left = f" · {payment.refundable} refundable" if told and payment.refundable != payment.money else ""
    return f"{payment.money} · {day(payment.at.date(), today)}{method}{left}"


def refund_proposal(
    action: RefundInvoice,
    invoice: Invoice,
    payment: Payment,
    customer: Customer,
    today: date,
    *,
    hold: float,
    type_above: Money | None = None,
) -> Proposal:
    """What the sheet shows around the server's preview of a refund."""
    before = str(payment.refunded) if payment.refunded else "none"
    context = action.context
    reason = {value: label for label, value in REASONS}.get(context.reason or Reason.UNKNOWN, "unknown")
    why = " · ".join(part for part in (reason, f"ticket {context.ticket}" if context.ticket else "") if part)
    to = (
        f"{method_name(payment.method)}, usually 5–10 business days"
        if payment.method
        else "where it came from"
    )
    facts = [("Back to", to), ("Reason", why), ("Agent", context.agent)]
    if context.comment:
        facts.insert(2, ("Comment", context.comment))

    def essentials(money: Money | None) -> tuple[tuple[str, str], ...]:
        amount = str(money) if money is not None else "–"
        return (
            ("Amount", f"{amount} of {payment.money} paid (refunded before: {before})"),
            ("Invoice", f"{invoice.number} · {day(invoice.date, today)} · total {invoice.total}"),
        )

    def amount(preview: Preview) -> Money | None:
        return preview.amount

    return Proposal(
        action=action,
        title=f"Refund {invoice.number}",
        customer=customer,
        commit_label=lambda money: f"Refund {money if money is not None else '–'} to {customer.title}",
        summary=lambda money: f"Refund {money if money is not None else '?'} of {invoice.number}",
        label=invoice.number,
        facts=tuple(facts),
        essentials=essentials,
        amount=amount,
        needs_amount=True,
        hold=hold,
        type_above=type_above,
    )
