"""The catalogue of actions: title, key, group and the words on the commit key, one row per action."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wbtui.models.actions import ACTIONS, About, Action
from wbtui.models.actions.base import noun_of
from wbtui.models.money import Money
from wbtui.models.text import spaced
from wbtui.ui.command import Command
from wbtui.ui.matching import relevance


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One action as people find it. Imports no Textual: `wbtui keys` reads it, too.

    Attributes:
        verb: last part of the command's id (`profile.<verb>`); a keymap may name it.
        noun: what one of it is called in a sentence: "a similar refund".
        group: subject area, for lists of all actions.
        key: direct key, in the key bar under `bar`; empty: menu and palette only.
        words: other words people search it by.
        commit: template of the commit key: {amount}, {customer}, {subject}, {target}.
        summary: template of the journal's summary, with the same names.
        bulk: its sentence for several customers at once; empty: not offered for several.
        in_bulk: members that are not asked for several, with their value; None leaves it to the server.
    """

    kind: str
    verb: str
    noun: str
    title: str
    sentence: str
    group: str
    key: str = ""
    bar: str = ""
    words: tuple[str, ...] = ()
    commit: str
    summary: str
    bulk: str = ""
    in_bulk: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def model(self) -> type[Action]:
        """The action's model."""
        return ACTIONS[self.kind]

    @property
    def about(self) -> About:
        """The kind of object it is started on."""
        return self.model.about

    @property
    def an_object(self) -> str:
        """The object it is about, with its article: "an invoice"."""
        noun = noun_of(self.about)
        return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"

    def heading(self, subject: str) -> str:
        """Return the title with the name of the object: "Refund INV-0041"; `subject` may be empty."""
        between = " " if self.about == "invoice" else " · "
        return f"{self.title}{between}{subject}" if subject else self.title

    def commit_label(self, amount: Money | str | None, **names: str) -> str:
        """Return what the commit key says: "Refund €22.40 to Anna Schmidt"; several amounts are text.

        One amount that the template does not name stands at the end.
        """
        label = self.commit.format_map({"amount": amount if amount is not None else "–", **names})
        named = "{amount}" in self.commit or not isinstance(amount, Money)
        return label if named else f"{label} · {amount}"

    def summary_of(self, amount: Money | None, **names: str) -> str:
        """Return the journal's words: "Refund €22.40 of INV-0041"; without its target, the heading."""
        if "{target}" in self.summary and not names["target"]:
            return self.heading("" if self.about == "customer" else names["subject"])
        return self.summary.format_map({"amount": amount if amount is not None else "?", **names})

    def relevance(self, typed: str) -> int:
        """Return how well it fits what was typed, 0 for not at all."""
        return relevance(typed, self.title, self.words, self.sentence)


ENTRIES: tuple[Entry, ...] = (
    Entry(
        kind="refund", verb="refund", noun="refund", title="Refund", group="Money",
        key="R", bar="refund",
        sentence="Give money back for the selected invoice.",
        words=("money back", "pay back", "return payment", "charged twice", "duplicate", "double charge",
               "reimburse"),
        commit="Refund {amount} to {customer}", summary="Refund {amount} of {subject}",
    ),
    Entry(
        kind="cancel_refund", verb="cancel_refund", noun="cancellation", title="Cancel refund", group="Money",
        sentence="Stop the selected pending refund before the bank pays it out.",
        words=("undo", "stop refund", "call back", "pending", "recall", "withdraw"),
        commit="Cancel the refund of {amount} to {customer}", summary="Cancel the refund of {amount}",
    ),
    Entry(
        kind="record_external_refund", verb="record_refund", noun="recorded refund", title="Record refund",
        group="Money",
        sentence="Record money that you paid back elsewhere. Nothing is sent.",
        words=("external", "refund by bank transfer or wire", "cash", "manual", "outside",
               "already refunded"),
        commit="Record {amount} paid back to {customer}", summary="Record {amount} paid back elsewhere",
    ),
    Entry(
        kind="grant_credit", verb="credit", noun="credit", title="Add credit", group="Money",
        key="C", bar="credit",
        sentence="Add credit that lowers future invoices.",
        words=("account credit", "grant", "goodwill", "courtesy", "balance", "compensation", "gift",
               "voucher", "free month"),
        commit="Add {amount} credit for {customer}", summary="Add {amount} credit",
        bulk="Add the same credit to every marked customer.",
    ),
    Entry(
        kind="issue_credit_note", verb="credit_note", noun="credit note", title="Issue credit note",
        group="Money", sentence="Lower what the selected invoice charged, by line items.",
        words=("correct", "adjust", "reduce", "lower", "invoice", "partly"),
        commit="Issue {amount} credit note to {customer}", summary="Issue {amount} credit note on {subject}",
    ),
    Entry(
        kind="reverse_credit", verb="reverse_credit", noun="reversal", title="Reverse credit", group="Money",
        sentence="Take back what is left of the selected credit.",
        words=("undo", "remove", "withdraw", "take back"),
        commit="Reverse {amount} credit of {customer}", summary="Reverse {amount} credit",
    ),
    Entry(
        kind="retry_payment", verb="retry", noun="charge", title="Retry payment", group="Money",
        key="A", bar="retry",
        sentence="Charge the selected invoice again, with a method you choose.",
        words=("charge", "collect", "pay now", "declined", "failed", "again"),
        commit="Charge {amount} to {customer}", summary="Retry payment of {amount} for {subject}",
        bulk="Charge the oldest open invoice of each with the default method.",
        in_bulk={"method_id": None, "amount": None},
    ),
    Entry(
        kind="record_payment", verb="record_payment", noun="recorded payment", title="Record payment",
        group="Money",
        sentence="Record money that came in elsewhere. Nothing is charged.",
        words=("bank transfer", "wire", "cheque", "cash", "paid", "mark as paid", "invoice paid", "external"),
        commit="Record {amount} from {customer}", summary="Record {amount} paid on {subject}",
    ),
    Entry(
        kind="send_invoice_email", verb="send_invoice", noun="e-mail", title="Send invoice", group="Money",
        sentence="E-mail the selected invoice, or its receipt.",
        words=("resend", "receipt", "pdf", "email", "mail", "document", "copy"),
        commit="Send {subject} to {customer}", summary="Send {subject} by e-mail",
        bulk="E-mail each customer the oldest open invoice.",
        in_bulk={"what": "invoice", "to": None},
    ),
    Entry(
        kind="extend_due_date", verb="due_date", noun="later due date", title="Extend due date",
        group="Money",
        sentence="Give the customer more time to pay the selected invoice.",
        words=("later", "postpone", "deadline", "overdue", "more time", "payment term", "promise"),
        commit="Extend the due date of {subject} for {customer}", summary="Extend the due date of {subject}",
        bulk="Give each customer more time to pay the oldest open invoice.",
    ),
    Entry(
        kind="pause_dunning", verb="pause_dunning", noun="pause", title="Pause dunning", group="Money",
        sentence="Hold reminders and retries of the selected invoice until a day.",
        words=("stop reminders", "promise to pay", "retry later", "wait", "delay", "collection", "grace"),
        commit="Pause dunning of {subject} for {customer}", summary="Pause dunning of {subject}",
    ),
    Entry(
        kind="validate_invoice", verb="validate", noun="validation", title="Validate", group="Money",
        sentence="Make the selected pending invoice final, send it and charge it.",
        words=("approve", "finalize", "finalise", "release", "pending", "issue", "confirm"),
        commit="Validate {subject} of {customer}", summary="Validate {subject}",
    ),
    Entry(
        kind="void_invoice", verb="void", noun="voiding", title="Void invoice", group="Money",
        sentence="Declare an invoice void that should never have been issued.",
        words=("cancel invoice", "delete", "wrong", "mistake", "annul"),
        commit="Void {subject} of {customer}", summary="Void {subject}",
    ),
    Entry(
        kind="write_off_invoice", verb="write_off", noun="write-off", title="Write off", group="Money",
        sentence="Stop collecting a valid invoice that will not be paid.",
        words=("bad debt", "uncollectible", "forgive", "give up", "invoice"),
        commit="Write off {amount} of {customer}", summary="Write off {amount} of {subject}",
    ),
    Entry(
        kind="change_plan", verb="plan", noun="plan change", title="Change plan", group="Subscription",
        key="P", bar="plan",
        sentence="Move the selected subscription to another plan, cycle or price.",
        words=("upgrade", "downgrade", "switch", "pricing", "seats", "yearly", "monthly"),
        commit="Change to {target} for {customer}", summary="Change {subject} to {target}",
    ),
    Entry(
        kind="cancel_subscription", verb="cancel", noun="cancellation", title="Cancel", group="Subscription",
        key="X", bar="cancel",
        sentence="End the selected subscription now, at period end or on a date.",
        words=("stop", "terminate", "quit", "unsubscribe", "end", "leave", "churn", "cancel account"),
        commit="Cancel {subject} for {customer}", summary="Cancel {subject}",
    ),
    Entry(
        kind="undo_cancel", verb="undo_cancel", noun="undo", title="Undo cancel", group="Subscription",
        key="U", bar="undo cancel",
        sentence="Withdraw the scheduled cancellation of the selected subscription.",
        words=("keep", "stay", "resume", "continue", "reactivate", "changed mind"),
        commit="Undo the cancellation of {subject} for {customer}",
        summary="Undo the cancellation of {subject}",
    ),
    Entry(
        kind="change_units", verb="units", noun="change of units", title="Change units", group="Subscription",
        key="S", bar="units",
        sentence="Order more or fewer seats at the contract's own prices.",
        words=("seats", "users", "licences", "licenses", "quantity", "add", "remove"),
        commit="Change to {target} for {customer}", summary="Change {subject} to {target}",
    ),
    Entry(
        kind="undo_scheduled_change", verb="undo_change", noun="undo", title="Undo change",
        group="Subscription",
        sentence="Withdraw the scheduled change of plan or units.",
        words=("scheduled", "downgrade", "keep", "revert", "drop", "planned"),
        commit="Undo the scheduled change for {customer}", summary="Undo the scheduled change of {subject}",
    ),
    Entry(
        kind="renew_subscription", verb="renew", noun="renewal", title="Renew", group="Subscription",
        sentence="Start the selected ended subscription again.",
        words=("reactivate", "restart", "resume", "again", "return", "win back"),
        commit="Renew {subject} for {customer}", summary="Renew {subject}",
    ),
    Entry(
        kind="activate_subscription", verb="activate", noun="activation", title="Activate",
        group="Subscription",
        sentence="Start the selected pending or scheduled subscription.",
        words=("begin", "go live", "earlier", "later"),
        commit="Activate {subject} for {customer}", summary="Activate {subject}",
    ),
    Entry(
        kind="extend_trial", verb="extend_trial", noun="trial extension", title="Extend trial",
        group="Subscription",
        sentence="Let the trial end, and the first charge come, later.",
        words=("longer", "prolong", "more time", "test", "free", "postpone"),
        commit="Extend the trial for {customer}", summary="Extend the trial of {subject}",
    ),
    Entry(
        kind="set_discount", verb="discount", noun="discount", title="Set discount", group="Subscription",
        sentence="Set or remove the discount, from the next charge on.",
        words=("rebate", "percent off", "coupon", "promo code", "voucher", "cheaper", "remove discount"),
        commit="{target} for {customer}", summary="{target} on {subject}",
    ),
    Entry(
        kind="set_default_method", verb="default_method", noun="change of default",
        title="Make default", group="Payment methods",
        sentence="Charge the selected payment method first.",
        words=("primary", "first", "card", "charge", "switch", "payment method"),
        commit="Make {subject} the default of {customer}", summary="Make {subject} the default",
    ),
    Entry(
        kind="disable_method", verb="disable_method", noun="disabling", title="Disable",
        group="Payment methods",
        sentence="Stop charging the selected method; it can be enabled again.",
        words=("deactivate card", "block", "stop", "payment method"),
        commit="Disable {subject} of {customer}", summary="Disable {subject}",
    ),
    Entry(
        kind="enable_method", verb="enable_method", noun="enabling", title="Enable",
        group="Payment methods",
        sentence="Allow the selected payment method to be charged again.",
        words=("activate", "unblock", "card", "payment method"),
        commit="Enable {subject} of {customer}", summary="Enable {subject}",
    ),
    Entry(
        kind="detach_method", verb="detach_method", noun="detaching", title="Detach",
        group="Payment methods",
        sentence="Remove the selected payment method for good.",
        words=("delete", "remove", "card", "payment method"),
        commit="Detach {subject} from {customer}", summary="Detach {subject}",
    ),
    Entry(
        kind="reorder_methods", verb="reorder_methods", noun="new order", title="Reorder methods",
        group="Payment methods",
        sentence="Choose the order in which payment methods are charged.",
        words=("order", "priority", "sort", "fallback", "cards", "default"),
        commit="Reorder payment methods of {customer}", summary="Reorder payment methods",
    ),
    Entry(
        kind="edit_customer", verb="edit", noun="edit", title="Edit details", group="Customer",
        key="e", bar="edit",
        sentence="Change name, e-mail, postal address, reference or VAT ID.",
        words=("rename", "address", "new email", "contact", "tax", "move"),
        commit="Edit details of {customer}", summary="Edit details of {customer}",
    ),
    Entry(
        kind="append_note", verb="note", noun="note", title="Add note", group="Customer",
        key="N", bar="note",
        sentence="Add a dated note under your name. Existing notes are kept.",
        words=("note", "comment", "remark", "memo", "write down"),
        commit="Add note for {customer}", summary="Add note",
    ),
    Entry(
        kind="create_portal_link", verb="portal_link", noun="portal link", title="Portal link",
        group="Customer", key="L", bar="link",
        sentence="Create a one-time link to the self-serve portal.",
        words=("portal link", "self-serve", "self-service", "login", "password", "url", "new card",
               "add card", "replace card", "update payment method"),
        commit="Create portal link for {customer}", summary="Portal link",
    ),
    Entry(
        kind="create_subscription", verb="subscribe", noun="new subscription", title="Add subscription",
        group="Subscription",
        sentence="Start a first or further subscription for the customer.",
        words=("create", "new subscription", "add plan", "sign up", "subscribe", "buy", "order", "new trial"),
        commit="Add {target} for {customer}", summary="Add {target}",
    ),
    Entry(
        kind="freeze_customer", verb="freeze", noun="freeze", title="Freeze account", group="Account",
        sentence="Pause all subscriptions and charges; details become read-only.",
        words=("pause", "inactivate", "deactivate", "close account", "suspend", "hold", "block", "stop"),
        commit="Freeze the account of {customer}", summary="Freeze account",
    ),
    Entry(
        kind="activate_customer", verb="activate_account", noun="activation", title="Activate account",
        group="Account",
        sentence="End the freeze: subscriptions and charges resume.",
        words=("unfreeze", "unpause", "resume", "reactivate", "reopen", "unblock", "continue"),
        commit="Activate the account of {customer}", summary="Activate account",
    ),
)  # fmt: skip
"""Every action, in the order of menu and key bar."""

_BY_KIND: Mapping[str, Entry] = {entry.kind: entry for entry in ENTRIES}


def entry_of(kind: str) -> Entry:
    """Return the row of an action. Raises KeyError."""
    return _BY_KIND[kind]


def title_of(kind: str) -> str:
    """Return the title of an action; of one this version does not know, its kind in words."""
    entry = _BY_KIND.get(kind)
    return entry.title if entry is not None else spaced(kind).capitalize()


def full_title_of(kind: str) -> str:
    """Return the title of an action, with its object where that is one word: Cancel subscription."""
    title, entry = title_of(kind), _BY_KIND.get(kind)
    return title if " " in title or entry is None else f"{title} {noun_of(entry.about)}"


def entries_about(about: About) -> tuple[Entry, ...]:
    """Return the actions on a kind of object."""
    return tuple(entry for entry in ENTRIES if entry.about == about)


ABOUTS: Mapping[str, tuple[About, ...]] = {
    "customers": ("subscription", "customer"),
    "profile": ("invoice", "payment", "refund", "subscription", "method", "credit", "customer"),
    "invoice": ("invoice", "payment", "refund", "customer"),
}
"""The kinds of object whose actions the menu of each scope lists, in order; typing finds all."""
TAB_OF: Mapping[About, str] = {
    "invoice": "billing",
    "subscription": "subscriptions",
    "method": "methods",
    "credit": "billing",
    "payment": "billing",
    "refund": "billing",
}
"""The tab of the profile that lists a kind of object."""


def action_commands(scope: str) -> tuple[Command, ...]:
    """Return the commands of a scope that are about actions: the menu, then each action.

    Every scope has all of them, so that a key means the same everywhere; one that needs an object which is
    not shown there leads to where it is chosen.
    """
    menu = Command(
        f"{scope}.actions",
        "Actions",
        "Show every action here, with the reason for each that is unavailable.",
        ("a",),
        bar="actions",
    )
    return menu, *(
        Command(
            f"{scope}.{entry.verb}",
            entry.title,
            entry.sentence,
            (entry.key,) if entry.key else (),
            bar=entry.bar,
            danger=True,
            handler="action",
            args=(entry.kind,),
            needs=f"action.{entry.kind}",
            words=entry.words,
        )
        for entry in ENTRIES
    )
