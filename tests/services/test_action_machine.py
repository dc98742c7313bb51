"""Model-based test of every kind of action: the client's services on a sandbox, with faults, in any order.

At any time: invoices add up, the ledger equals the balance, refunds never exceed what was paid, a key takes
effect at most once and an abandoned one never, and the journal says what the server has.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Any, TypeVar, cast

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.support.action_cases import CASES
from tests.support.examples import examples
from tests.support.opened import opened
from tests.support.patience import PATIENCE, PATIENT
from tests.support.sandbox import NOW, Sandbox, copy_of, make_template, move_clock, running
from tests.support.seeded_bodies import reader
from tests.support.wall_clock import now
from tests.unit.sandbox.test_seeded_views import check_invoice, check_ledger
from wbtui import errors
from wbtui.api import open_api
from wbtui.api.port import BillingAPI
from wbtui.models.actions import Action, Context, Reason, read_action
from wbtui.models.actions.money import RefundInvoice
from wbtui.models.money import Money
from wbtui.models.preview import BASIS_CHANGED, Intent, JournalEntry, Outcome, Preview, Status
from wbtui.sandbox.engine import clock, repository, shapes, views
from wbtui.sandbox.engine.clocktext import later_seconds
from wbtui.sandbox.store import Store
from wbtui.services.open import Services

T = TypeVar("T")
_COUNTED = ("refunds", "credit_notes", "invoices", "payments", "credits", "events", "changes")
_CUSTOMERS = 4
_PICK = st.integers(0, 10**6)
_KINDS = st.sampled_from(sorted(CASES))
_RAN = (Status.DONE, Status.PENDING)


class End(Enum):
    """How sending ends; the comment says whether it is carried out."""

    OK = auto()  # yes
    BEFORE = auto()  # no, and no answer
    AFTER = auto()  # yes, and no answer
    LATE = auto()  # not yet, and no answer


_ENDS = st.sampled_from([End.OK, End.OK, *End])


@dataclass
class Network:
    """What happens to requests that perform actions; `late` are those still on their way."""

    end: End = End.OK
    late: list[Intent] = field(default_factory=list)


class FaultyAPI:
    """A client of the sandbox whose requests end as the network says."""

    def __init__(self, api: BillingAPI, network: Network) -> None:
        self._api = api
        self._network = network

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    async def perform(self, intent: Intent, *, on_sending: Callable[[], None] | None = None) -> Outcome:
        end, self._network.end = self._network.end, End.OK
        if end in (End.BEFORE, End.LATE):
            assert on_sending is not None
            on_sending()
            self._network.late += [intent] if end is End.LATE else []
            raise errors.ServerFailed("There was no answer.")
        outcome = await self._api.perform(intent, on_sending=on_sending)
        if end is End.AFTER:
            raise errors.ServerFailed("The answer was lost.")
        return outcome


class ActionMachine(RuleBasedStateMachine):
    """Actions of every kind on a few customers are previewed, sent, broken off, repeated and abandoned."""

    template: Path
    held = Bundle("held")

    @initialize()
    def open(self) -> None:
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        box = running(copy_of(self.template, self.folder), wall_clock=lambda: NOW)
        self.box: Sandbox = self.stack.enter_context(box)
        self.runner = self.stack.enter_context(asyncio.Runner())
        self.network = Network()
        self.confirmed: dict[str, Intent] = {}
        with self.store.read() as tx:
            # Those whom the seed gave the most: several methods, open invoices, changes that are scheduled.
            busiest = "SELECT customer_id AS id FROM events GROUP BY 1 ORDER BY count(*) DESC LIMIT ?"
            self.rows = [dict(row) for row in tx.all(busiest, (_CUSTOMERS,))]
        self._open_services()

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self._run(self.opened.aclose())
            self.stack.close()

    # ── client and server ──
    @property
    def store(self) -> Store:
        assert self.box.store is not None
        return self.box.store

    def _open_services(self) -> None:
        self.opened = AsyncExitStack()
        scene = opened(self.box.url, self.box.key, self.folder, make_api=self._client)
        self.services: Services = self._run(self.opened.enter_async_context(scene))

    def _client(self) -> BillingAPI:
        api = open_api(self.box.url, self.box.key, options=PATIENT, clock=now)
        return cast(BillingAPI, FaultyAPI(api, self.network))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(asyncio.wait_for(work, PATIENCE))

    def _server_has(self) -> dict[str, str]:
        """The status of every key that the server knows."""
        with self.store.read() as tx:
            return {row["key"]: row["status"] for row in tx.all("SELECT key, status FROM actions")}

    @contextmanager
    def _changing_nothing(self) -> Iterator[None]:
        before = self._counts()
        yield
        assert self._counts() == before

    def _known(self) -> dict[str, str]:
        """The status of every key that the server has from this test."""
        return {key: status for key, status in self._server_has().items() if key in self.confirmed}

    def _counts(self) -> dict[str, int]:
        with self.store.read() as tx:
            return {table: tx.number(f"SELECT count(*) FROM {table}") for table in _COUNTED}

    async def _arrive(self, intent: Intent) -> Outcome | None:
        """Send a request as it is, past the client's services; None where its data has changed."""
        api = open_api(self.box.url, self.box.key, options=PATIENT, clock=now)
        try:
            return await api.perform(intent)
        except (errors.BasisChanged, errors.NotFound):
            return None
        finally:
            await api.aclose()

    # ── what is done ──
    def _action(self, kind: str, pick: int) -> Action | None:
        """An action of a kind that one of the customers allows now."""
        with self.store.read() as tx:
            for place in range(pick, pick + _CUSTOMERS):
                possible = list(CASES[kind].requests(self.rows[place % _CUSTOMERS], reader(tx)))
                if possible:
                    return read_action(json.dumps(possible[pick % len(possible)]))
        return None

    def _refund(self, pick: int) -> Action | None:
        """A refund of up to 120 percent of a payment."""
        with self.store.read() as tx:
            payments = views.part(tx, self.rows[pick % _CUSTOMERS]["id"], "payments")
        payments = [p for p in payments if p["refundable"] == p["money"] and p["invoice_ids"]]
        if not payments:
            return None
        payment = payments[pick % len(payments)]
        paid = Money.parse(payment["money"]["amount"], payment["money"]["currency"])
        share = Money(max(paid.minor * (pick % 120) // 100, 1), paid.currency)
        return RefundInvoice(
            customer_id=payment["customer_id"],
            context=Context(agent="jo", reason=Reason.COURTESY),
            payment_id=payment["id"],
            invoice_id=payment["invoice_ids"][0],
            mode="amount",
            amount=share,
            adjust_invoice=pick % 2 == 0,
        )

    def _confirm(self, action: Action | None) -> Intent | None:
        """Preview and record an action; None where that is not possible now."""
        if action is None:
            return None
        with self._changing_nothing():
            preview = self._run(self.services.actions.preview(action))
        if isinstance(action, RefundInvoice) and action.amount is not None:
            self._check_refund(action, preview)
        record = self.services.actions.record_intent(action, preview, customer_title="Anna", summary="It")
        try:
            intent = self._run(record)
        except errors.Unresolved:
            unknown = self._run(self.services.journal.unresolved())
            assert any(entry.customer_id == action.customer_id for entry in unknown)
            event("blocked by an unknown outcome")
            return None
        except errors.BadInput:
            assert preview.refused is not None
            return None
        assert preview.refused is None
        self.confirmed[intent.key] = intent
        return intent

    def _check_refund(self, action: RefundInvoice, preview: Preview) -> None:
        """More than what is left of a payment is refused."""
        with self.store.read() as tx:
            payments = views.part(tx, action.customer_id, "payments")
        [left] = [p["refundable"]["amount"] for p in payments if p["id"] == action.payment_id]
        assert action.amount is not None
        above = action.amount > Money.parse(left, action.amount.currency)
        assert above <= (preview.refused is not None)

    @rule(kinds=st.lists(_KINDS, min_size=2, max_size=5), pick=_PICK, end=_ENDS)
    def act(self, kinds: list[str], pick: int, end: End) -> None:
        """Actions that are sent at once, one after the other; the last one may be broken off."""
        for number, kind in enumerate(kinds, start=1):
            action = self._refund(pick) if kind == "refund" else self._action(kind, pick)
            if (intent := self._confirm(action)) is not None:
                outcome = self._send(intent, end if number == len(kinds) else End.OK)
                assert outcome.rule is None, "nothing has changed since the preview"

    @rule(target=held, kind=_KINDS, pick=_PICK)
    def hold(self, kind: str, pick: int) -> Any:
        """An action that is confirmed, and sent after other things have happened."""
        intent = self._confirm(self._action(kind, pick))
        return multiple() if intent is None else intent

    @rule(intent=consumes(held), end=_ENDS)
    def send(self, intent: Intent, end: End) -> None:
        """What has changed since is refused, and nothing happens."""
        outcome = self._send(intent, end)
        if outcome.status is Status.REFUSED and outcome.rule is not None:
            assert outcome.rule.code in (BASIS_CHANGED, "not_found")

    def _send(self, intent: Intent, end: End) -> Outcome:
        self.network.end = end
        outcome = self._run(self.services.actions.send(intent, 0.0).outcome())
        self.network.end = End.OK
        event(f"{outcome.status} {intent.action.kind}")
        if end in (End.OK, End.AFTER):
            assert outcome.status is not Status.UNKNOWN, outcome.trouble
        # The services have read every previewed change back.
        assert outcome.status is not Status.DONE or "differs" not in (outcome.trouble or ""), outcome.trouble
        return outcome

    @precondition(lambda self: self._unknown())
    @rule(how=st.sampled_from(["reconcile", "resend", "abandon"]), pick=_PICK, end=_ENDS)
    def resolve(self, how: str, pick: int, end: End) -> None:
        """An unknown outcome is looked up, sent again or abandoned."""
        unknown = self._unknown()
        entry = unknown[pick % len(unknown)]
        self.network.end = end if how == "resend" else End.OK
        outcome = self._run(getattr(self.services.actions, how)(entry.key))
        self.network.end = End.OK
        event(f"{how}: {outcome.status}")
        if how == "abandon":
            assert outcome.status.settled

    def _unknown(self) -> list[JournalEntry]:
        entries = self._run(self.services.journal.unresolved())
        return [entry for entry in entries if entry.status is Status.UNKNOWN]

    @precondition(lambda self: self.network.late)
    @rule()
    def arrive(self) -> None:
        """A request that was on its way arrives, perhaps after its key was sent again or abandoned."""
        intent, before = self.network.late.pop(0), self._server_has()
        known = before.get(intent.key)
        counts = self._counts()
        self._run(self._arrive(intent))
        if known is not None:
            assert self._counts() == counts, f"the key was {known}"
            assert self._server_has() == before

    @precondition(lambda self: self._known())
    @rule(pick=_PICK)
    def repeat(self, pick: int) -> None:
        """A request with a key that the server knows changes nothing and has the same outcome."""
        known = self._known()
        key = sorted(known)[pick % len(known)]
        with self._changing_nothing():
            again = self._run(self._arrive(self.confirmed[key]))
        assert again is not None and again.status.value == known[key]

    @rule(seconds=st.sampled_from([60, 600, 1000, 86_400, 6 * 86_400, 31 * 86_400]))
    def wait(self, seconds: int) -> None:
        with self.store.write() as tx:
            move_clock(tx, later_seconds(clock.now(tx), seconds))

    @rule()
    def restart(self) -> None:
        """The client is closed and opened again on its files; what was not sent is withdrawn."""
        self._run(self.opened.aclose())
        self._open_services()

    # ── what always holds ──
    @invariant()
    def the_journal_is_true(self) -> None:
        if not hasattr(self, "services"):
            return
        server = self._server_has()
        for entry in self._run(self.services.journal.entries(1000)):
            ran = server.get(entry.key) in _RAN
            if entry.status.settled:
                assert ran == (entry.status in _RAN), f"{entry.kind}: {entry.status} {entry.trouble}"

    @invariant()
    def the_books_add_up(self) -> None:
        """Invoices add up, the ledger equals the balance, refunds never exceed what was paid."""
        for row in getattr(self, "rows", ()):
            with self.store.read() as tx:
                account = repository.load(tx, row["id"])
            check_ledger(account)
            for invoice in account.invoices:
                check_invoice(shapes.invoice(account, invoice))
                assert 0 <= invoice.refunded <= invoice.paid
            for payment in account.payments:
                given = [r for r in account.refunds if r.payment_id == payment.id]
                kept = sum(r.amount for r in given if r.status not in ("failed", "canceled"))
                assert kept == payment.refunded <= payment.amount


def test_a_key_takes_effect_at_most_once_and_the_journal_is_true(tmp_path: Path) -> None:
    class Machine(ActionMachine):
        template = make_template(tmp_path / "template.db", customers=20)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples(8), stateful_step_count=25, suppress_health_check=list(HealthCheck)
        ),
    )
