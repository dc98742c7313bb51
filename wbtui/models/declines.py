"""Decline codes of charges: in plain words, and which of them are final."""

from __future__ import annotations

from wbtui.models.text import spaced

_NO_REASON = "the bank gave no reason"
_BANK_BLOCKS = "the bank does not allow this charge"
_WRONG_NUMBER = "the card number is wrong"
_LIMIT = "over the card's limit"

_WORDS = {
    "account_closed": "the account is closed",
    "amount_too_large": "the amount is above the limit",
    "approve_with_id": "the bank could not authorize it",
    "authentication_required": "the customer must confirm it with the bank",
    "bank_account_restricted": "the account does not allow debits",
    "call_issuer": _NO_REASON,
    "card_declined": _NO_REASON,
    "card_not_supported": "the card does not allow this kind of purchase",
    "card_velocity_exceeded": _LIMIT,
    "currency_not_supported": "the card does not allow this currency",
    "debit_not_authorized": "the customer did not authorize the debit",
    "do_not_honor": _NO_REASON,
    "do_not_try_again": _NO_REASON,
    "duplicate_transaction": "the same amount was charged just before",
    "expired_card": "the card has expired",
    "fraudulent": "suspected fraud",
    "generic_decline": _NO_REASON,
    "incorrect_cvc": "the security code is wrong",
    "incorrect_number": _WRONG_NUMBER,
    "incorrect_zip": "the postcode is wrong",
    "insufficient_funds": "insufficient funds",
    "invalid_account": "the card or its account is not valid",
    "invalid_cvc": "the security code is wrong",
    "invalid_number": _WRONG_NUMBER,
    "issuer_not_available": "the bank could not be reached",
    "lost_card": "the card was reported lost",
    "no_account": "there is no such account",
    "no_action_taken": _NO_REASON,
    "not_permitted": _BANK_BLOCKS,
    "pickup_card": "the card was reported lost or stolen",
    "processing_error": "an error while processing",
    "reenter_transaction": "the bank could not process it",
    "restricted_card": "the card was reported lost or stolen",
    "revocation_of_authorization": "the customer revoked the authorization",
    "service_not_allowed": _BANK_BLOCKS,
    "stolen_card": "the card was reported stolen",
    "transaction_not_allowed": _BANK_BLOCKS,
    "try_again_later": _NO_REASON,
    "withdrawal_count_limit_exceeded": _LIMIT,
}
"""By decline code of Stripe (https://docs.stripe.com/declines/codes), which payment providers pass on, and by
failure code of a direct debit (https://docs.stripe.com/payments/sepa-debit)."""
FINAL_DECLINES = frozenset(
    (
        "account_closed",
        "debit_not_authorized",
        "expired_card",
        "fraudulent",
        "lost_card",
        "no_account",
        "pickup_card",
        "restricted_card",
        "revocation_of_authorization",
        "stolen_card",
    )
)
"""Codes after which the same payment method cannot be charged again."""


def decline_words(code: str | None, reason: str | None) -> str:
    """Return why a charge was declined: a known code in our words, else the server's reason, else the code.

    Empty if there is neither. Not cleaned.
    """
    return _WORDS.get(code or "") or reason or spaced(code)
