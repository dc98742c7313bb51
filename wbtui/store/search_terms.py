"""Search terms of a customer: words of fields, ids, amounts, and tags that filters match."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import accumulate

from wbtui.models.countries import OTHER_NAMES, country_name
from wbtui.models.customer import BillingStatus, Customer
from wbtui.models.folding import fold_chunk, joined_forms, squash
from wbtui.models.money import Money, digits_of, per_currency
from wbtui.models.mrr import new_and_lost
from wbtui.models.payment import MethodBrief, MethodKind, MethodStatus
from wbtui.models.query.filters import NO_PLAN
from wbtui.models.query.values import thousandths
from wbtui.models.subscription import SubscriptionBrief, SubscriptionStatus

_MAX_TEXT = 4_000
_CACHED_LENGTH = 40
_MAX_NAME = 80
"""Characters of a title whose words count as words of the name in ranking."""
END_LENGTH = 8
"""Characters of an id that are indexed in reverse, to find it by its end."""

# Tags start with a character that no folded word has.
PLAN, BILLING, STATUS, BACKWARDS = "=p", "=b", "=s", "=r"
SUB, INVOICE, PAYMENT, DIGITS, EXPIRES = "=u", "=i", "=y", "=k", "=x"
COUNTRY, HAS, AMOUNT, OWES, MRR = "=c", "=h", "=a", "=o", "=m"
NEW, LOST = "=n", "=l"
OWED_AMOUNT, MRR_AMOUNT, PLAN_AMOUNT = "o", "m", "p"
"""What a row of `amounts` is: owed, MRR, or before the folded name of a plan the MRR of this plan."""
_STATES = {
    word: (BILLING + status,)
    for status in BillingStatus
    if status not in (BillingStatus.NONE, BillingStatus.UNKNOWN)
    for word in (*status.split("_"), status.replace("_", ""))
} | {
    NO_PLAN: (BILLING + BillingStatus.NONE,),
    "overdue": (BILLING + BillingStatus.PAST_DUE,),
    "trial": (BILLING + BillingStatus.TRIALING,),
    "cancelling": (BILLING + BillingStatus.CANCELING,),
    **dict.fromkeys(
        ("canceled", "cancelled"), (BILLING + BillingStatus.CANCELING, BILLING + BillingStatus.ENDED)
    ),
    **dict.fromkeys(("dispute", "disputed"), (f"{HAS}dispute",)),
    **{name: (COUNTRY + squash(code),) for name, code in OTHER_NAMES.items()},
}
STATE_WORDS: Mapping[str, tuple[str, ...]] = {squash(word): tags for word, tags in _STATES.items()}
"""Words of the states that the list shows, and of countries; typed whole they find their customers."""
LAST = "\U0010ffff"
"""Sorts after every other character."""
NAME = "_"
"""Prefix of words of the name: one character, so that two letters after it are still an indexed prefix."""


def current_subscriptions(customer: Customer) -> tuple[SubscriptionBrief, ...]:
    """Return the subscriptions that have not ended, active ones first; `plan:` matches their plans."""
    lasting = [s for s in customer.subscriptions if not s.status.has_ended]
    if len(lasting) < 2:
        return tuple(lasting)
    return customer.running + tuple(s for s in lasting if s.status is not SubscriptionStatus.ACTIVE)


def usable_cards(customer: Customer) -> tuple[MethodBrief, ...]:
    """Return the active cards: those of `card:expiring` and `card:expired`."""
    return tuple(m for m in customer.methods or () if m.status is MethodStatus.ACTIVE and m.expires)


def fields_of(customer: Customer) -> Iterator[tuple[str, str]]:
    """Yield label and text of each field that typed words match, the most distinctive first."""
    yield "name", customer.name or ""
    yield "company", customer.company or ""
    for email in customer.emails:
        yield "e-mail", email.address
    yield "reference", customer.reference or ""
    for subscription in current_subscriptions(customer):
        yield "plan", subscription.plan
    for method in customer.methods or ():
        yield ("card" if method.kind is MethodKind.CARD else "account"), _method(method)
    if customer.address is not None:
        yield "city", customer.address.city
        yield "postcode", customer.address.zip
        yield "country", f"{country_name(customer.address.country)} {customer.address.country}"
    for name, value in customer.metadata.items():
        if name != "company":
            yield name, value
    yield "note", customer.notes or ""


def _method(method: MethodBrief) -> str:
    """Brand and last digits, as they are shown."""
    return f"{method.brand or ''} {method.last_digits}".strip()


def states_of(customer: Customer) -> Iterator[tuple[str, str, str]]:
    """Yield label, words and tag of the states that `STATE_WORDS` finds."""
    status = customer.billing_status
    yield "status", NO_PLAN if status is BillingStatus.NONE else status.replace("_", " "), BILLING + status
    if customer.disputed:
        yield "status", "dispute", f"{HAS}dispute"
    if customer.address is not None:
        code = customer.address.country
        yield "country", country_name(code), COUNTRY + squash(code)


def numbers_of(customer: Customer) -> Iterator[tuple[str, str]]:
    """Yield label and text of invoice numbers, which match like fields; their words are indexed once."""
    for invoice in customer.latest_invoices or ():
        yield "invoice", invoice.number


def ids_of(customer: Customer) -> Iterator[tuple[str, str]]:
    """Yield label and text of ids, which match by their start or end, with or without spaces in them."""
    yield "id", customer.id
    yield "VAT id", customer.vat_id or ""
    for subscription in customer.subscriptions:
        yield "subscription id", subscription.id
    for invoice in customer.latest_invoices or ():
        yield "invoice id", invoice.id
    if customer.latest_payment is not None:
        yield "payment id", customer.latest_payment.id


def amounts_of(customer: Customer) -> Iterator[tuple[str, Money]]:
    """Yield label and amount of the latest invoices and payment, which match when typed exactly."""
    for invoice in customer.latest_invoices or ():
        yield f"invoice {invoice.number}", invoice.total
        if invoice.open is not None and invoice.open != invoice.total:
            yield f"open of {invoice.number}", invoice.open
    if customer.latest_payment is not None:
        yield "payment", customer.latest_payment.money


def in_thousandths(money: Money) -> int:
    """Return an amount in thousandths of its major unit."""
    return thousandths(money.minor, digits_of(money.currency))


def amount_tag(value: int, currency: str | None) -> str:
    """Return the tag of an amount in thousandths; without a currency, its prefix in any currency."""
    return f"{AMOUNT}{value}_{currency or ''}"


def _tags(customer: Customer) -> Iterator[str]:
    yield STATUS + customer.status
    yield BILLING + customer.billing_status
    yield from (PLAN + squash(s.plan) for s in current_subscriptions(customer))
    yield from (SUB + s.status for s in customer.subscriptions)
    yield from (INVOICE + i.state for i in customer.latest_invoices or ())
    if customer.latest_payment is not None:
        yield PAYMENT + customer.latest_payment.status
    yield from (f"{DIGITS}{squash(m.last_digits)}" for m in customer.methods or ())
    yield from (f"{EXPIRES}{squash(m.expires or '')}" for m in usable_cards(customer))
    if customer.address is not None:
        yield f"{COUNTRY}{squash(customer.address.country)}"
    for tag, amounts in ((OWES, customer.owed), (MRR, customer.mrr)):
        sums = per_currency(amounts or ()).values()
        yield from (f"{tag}{money.currency}" for money in sums if money.minor > 0)
    for tag, months in zip((NEW, LOST), new_and_lost(customer), strict=True):
        yield from (f"{tag}{squash(month)}" for month in sorted(months))
    yield from (
        amount_tag(in_thousandths(money), money.currency) for _, money in amounts_of(customer) if money
    )
    yield from (f"{NAME}{word}" for word in name_words(customer.title))
    yield from (f"{HAS}{what}" for what, there in _having(customer).items() if there)


def name_words(title: str) -> tuple[str, ...]:
    """Return the folded words of a title, O'Brien as obrien too, which rank higher than other words."""
    pieces = title[:_MAX_NAME].split()
    return tuple(dict.fromkeys(w for piece in pieces for w in (*fold_chunk(piece), *joined_forms(piece))))


def _having(customer: Customer) -> dict[str, bool]:
    return {
        "notes": bool((customer.notes or "").strip()),
        "company": bool(customer.company),
        "vat": bool(customer.vat_id),
        "reference": bool(customer.reference),
        "dispute": bool(customer.disputed),
        "usage_alert": bool(customer.usage_alert),
    }


def search_text(customer: Customer) -> str:
    """Return the search text: tags, the words of fields in order, "|" between fields, then other words."""
    ordered: list[str] = []
    extra: dict[str, None] = {}
    for _, identifier in ids_of(customer):
        if whole := squash(identifier):
            extra[whole] = None
            extra[BACKWARDS + whole[::-1][:END_LENGTH]] = None
    for _, number in numbers_of(customer):
        words, together = _folded(number)
        extra.update(dict.fromkeys(words + together))
    for _, text in fields_of(customer):
        # Cities, plans and first names repeat; long texts rarely do.
        words, together = _folded_often(text) if len(text) < _CACHED_LENGTH else _folded(text)
        ordered.append("|")
        ordered += words
        if together:
            extra.update(dict.fromkeys(together))
    # Tags first, so that a long name cannot push them over the limit.
    found = [*dict.fromkeys(_tags(customer)), *_bounded(ordered), "|", *_bounded(list(extra))]
    return f" {' '.join(found)} "


def _folded(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The folded words in order, and the joined forms of pieces with several words."""
    words: list[str] = []
    together: list[str] = []
    for piece in text[:_MAX_TEXT].split():
        found = fold_chunk(piece)
        words += found
        if len(found) > 1:
            together += joined_forms(piece)
    return tuple(words), tuple(together)


_folded_often = lru_cache(maxsize=2048)(_folded)


def _bounded(words: list[str]) -> list[str]:
    if len(" ".join(words)) < _MAX_TEXT:
        return words
    lengths = accumulate(len(word) + 1 for word in words)
    return [word for word, length in zip(words, lengths, strict=True) if length <= _MAX_TEXT]
