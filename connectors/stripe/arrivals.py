"""A webhook event of Stripe as facts: payments, refunds, disputes, payouts. Pure.

Facts go by the id of the thing, not of the event, so order and repetition change nothing: several
events that tell of one charge are one payment. Source: https://docs.stripe.com/api/events/types.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from babel.numbers import get_currency_precision
from msgspec.structs import replace

from connectors.payments.amounts import Unclear, currency_code
from connectors.payments.entries import Entry, payments
from ledger.domain.events import PaidOut, PaymentReceived
from ledger.domain.values import Money

SOURCE: Final = "stripe"
_HUNDREDTHS: Final = frozenset({"ISK", "UGX"})
"""Currencies without a minor unit that Stripe counts in hundredths all the same."""

_CHARGES: Final = frozenset({"charge.succeeded", "charge.captured", "charge.updated"})
_REFUNDS: Final = frozenset(
    {"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"}
)
HEARD: Final = frozenset(
    {
        *_CHARGES,
        *_REFUNDS,
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "payout.paid",
        "payout.failed",
    }
)
"""What tells of money; every other event is acknowledged, and changes nothing."""

Arrival = PaymentReceived | PaidOut


def arrivals(event: dict[str, Any]) -> list[Arrival]:
    """The facts in an event; [] for one that tells of no money that moved.

    Raises `Unclear` for an event of a kind that is heard and that lacks what every such has.
    """
    kind = event.get("type")
    if kind not in HEARD:
        return []
    try:
        thing = event["data"]["object"]
        return _arrivals(kind, thing, _day(thing.get("created", event.get("created"))))
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise Unclear(
            f"The Stripe event {str(event.get('id'))[:60]!r} lacks {error}.",
            "Look at it in Stripe's dashboard, and send it again from there.",
        ) from error


def transaction_of(event: dict[str, Any]) -> tuple[str, str]:
    """(payment, balance transaction) of an event, for its fee; "" where there is none yet."""
    thing = event["data"]["object"]
    if not arrivals(event) or event["type"] not in _CHARGES | _REFUNDS:
        return "", ""
    transaction = thing.get("balance_transaction")
    named = transaction.get("id", "") if isinstance(transaction, dict) else transaction
    return str(thing["id"]), str(named or "")


def _arrivals(kind: str, thing: dict[str, Any], on: date) -> list[Arrival]:
    if kind in _CHARGES:
        settled = thing["status"] == "succeeded" and thing.get("captured", True)
        return [_charge(thing, on)] if settled else []
    if kind in _REFUNDS:
        return _refunds(thing, on)
    if kind == "charge.dispute.funds_withdrawn":
        return [_dispute(thing, on, -1)]
    if kind == "charge.dispute.funds_reinstated":
        return [_dispute(thing, on, 1)]
    failed = kind == "payout.failed"
    return [_payout(thing, failed=failed)]


def _charge(charge: dict[str, Any], on: date) -> PaymentReceived:
    payer = charge.get("billing_details") or {}
    return _payment(
        charge["id"],
        stripe_money(charge.get("amount_captured") or charge["amount"], charge["currency"]),
        on,
        payer=str(payer.get("name") or payer.get("email") or ""),
        account=str(charge.get("customer") or ""),
        reference=_written(charge),
    )


def _refund(refund: dict[str, Any], on: date) -> PaymentReceived:
    amount = -stripe_money(refund["amount"], refund["currency"])
    found = _payment(refund["id"], amount, on, reference=_written(refund))
    return replace(found, pays_back=str(refund["charge"]))


def _refunds(refund: dict[str, Any], on: date) -> list[Arrival]:
    """A refund that failed left the balance and came back: told in any order, both are known."""
    if refund["status"] == "succeeded":
        return [_refund(refund, on)]
    if refund["status"] != "failed":
        return []
    left = _refund(refund, on)
    why = str(refund.get("failure_reason") or "")
    back = _payment(f"{left.payment}-failed", -left.amount, on, reference=why)
    return [left, replace(back, pays_back=left.pays_back)]


def _dispute(dispute: dict[str, Any], on: date, sign: int) -> PaymentReceived:
    """The bank of a customer took a payment back, or has given it again."""
    amount = stripe_money(dispute["amount"], dispute["currency"])
    name = dispute["id"] if sign < 0 else f"{dispute['id']}-reinstated"
    signed = Money(amount.minor * sign, amount.currency)
    found = _payment(name, signed, on, reference=str(dispute.get("reason") or ""))
    return replace(found, pays_back=str(dispute["charge"]), returned=sign < 0)


def _payout(payout: dict[str, Any], *, failed: bool) -> PaidOut:
    amount = stripe_money(payout["amount"], payout["currency"])
    return PaidOut(
        provider=SOURCE,
        payout=str(payout["id"]),
        amount=-amount if failed else amount,
        on=_day(payout["arrival_date"]),
        failed=failed,
    )


def _payment(
    name: str, amount: Money, on: date, *, payer: str = "", account: str = "", reference: str = ""
) -> PaymentReceived:
    entry = Entry(
        where=name,
        amount=amount,
        booked_on=on,
        bank_id=name,
        payer=payer,
        payer_account=account,
        reference=reference,
    )
    (found,) = payments([entry], SOURCE)
    return found


def _written(thing: dict[str, Any]) -> str:
    """Where a document number may stand: the description, and what the shop noted."""
    noted = (str(value) for value in (thing.get("metadata") or {}).values())
    return "; ".join(part for part in (str(thing.get("description") or ""), *noted) if part)


def stripe_money(amount: int, currency: str) -> Money:
    """An amount of Stripe in the minor units that ISO 4217 knows. Raises `Unclear`."""
    code = currency_code(currency)
    if code in _HUNDREDTHS and not get_currency_precision(code):
        whole, rest = divmod(int(amount), 100)
        if rest:
            raise Unclear(f"{amount} hundredths of {code} are no whole amount.", "Ask Stripe.")
        return Money(whole, code)
    return Money(int(amount), code)


def _day(seconds: int) -> date:
    return datetime.fromtimestamp(int(seconds), UTC).date()
