"""An entry of the account that is a provider's payout: it is money that counted already.

An entry is a payout where it names it, or where it comes from the provider, has exactly its amount
and lies within days of the one it was to arrive on. Either may come first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from graph.desk import Desk, says
from ledger.domain.entities import Payout, Stray
from ledger.domain.events import PaidOut, PaymentReceived, PayoutArrived
from ledger.domain.facts import Draft, Fact
from ledger.domain.same_entry import STATEMENTS
from ledger.domain.values import Money

DAYS: Final = 10
"""Between the day a payout was to arrive and the day the bank booked it, at most."""

_WORD: Final = re.compile(r"\w+")


async def payout_behind(
    fact: Fact, payment: PaymentReceived, desk: Desk, *, cause: Fact | None = None
) -> Draft | None:
    """That this entry is a payout which was to come; None where it is none that is known."""
    if payment.source not in STATEMENTS:
        return None
    due = await desk.views.find(Payout, "due")
    named = [each for each in due if _names(payment, each) and _awaited(each) == payment.amount]
    if named:
        return _arrived(fact, payment, named[0], "Its reference names it.", cause)
    fitting = [each for each in due if _fits(payment, each)]
    if not fitting:
        return None
    nearest = min(fitting, key=lambda each: (abs((payment.booked_on - each.on).days), each.id))
    why = f"It comes from {nearest.provider} and has exactly its amount."
    return _arrived(fact, payment, nearest, why, cause)


async def route_paid_out(fact: Fact, _: PaidOut, desk: Desk) -> list[Draft]:
    """The entry of the account that came before this was told and fitted nothing."""
    for stray in await desk.views.find(Stray, "open"):
        source = await desk.fact(stray.id) if stray.kind == "payment" else None
        if source is not None and isinstance(source.event, PaymentReceived):
            found = await payout_behind(source, source.event, desk, cause=fact)
            if found is not None:
                return [found]
    return []


def _fits(payment: PaymentReceived, payout: Payout) -> bool:
    near = abs((payment.booked_on - payout.on).days) <= DAYS
    sent = payout.provider.casefold() in _words([payment.payer, payment.reference])
    return near and sent and _awaited(payout) == payment.amount


def _awaited(payout: Payout) -> Money:
    """What the next entry of it says: first that it came, then that it went back."""
    return -payout.amount if payout.arrived else payout.amount


def _names(payment: PaymentReceived, payout: Payout) -> bool:
    return payout.id.casefold() in payment.reference.casefold()


def _words(texts: Sequence[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text.casefold())}


def _arrived(
    fact: Fact, payment: PaymentReceived, payout: Payout, why: str, cause: Fact | None
) -> Draft:
    event = PayoutArrived(
        payout=payout.id,
        payment=payment.payment,
        fact=fact.id,
        amount=payment.amount,
        booked_on=payment.booked_on,
        why=why,
    )
    return says(cause or fact, event, person=fact.person)
