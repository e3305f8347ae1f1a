"""The fold of a provider's fees and payouts: what it kept, what it holds, what arrived."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.domain.entities import Entity, Payment, Payout
from ledger.domain.events import FeeCharged, PaidOut, PayoutArrived
from ledger.domain.facts import Fact
from ledger.domain.look import Look
from ledger.domain.values import Money


def fold_payouts(fact: Fact, look: Look) -> list[Entity]:
    """The fee on its payment; the payout by itself, and on the entry of the account that it is."""
    match fact.event:
        case FeeCharged() as event:
            payment = look.get(Payment, event.payment)
            return [charged(payment, event.amount)] if payment else []
        case PaidOut() as event:
            return [_paid_out(event, look)]
        case PayoutArrived() as event:
            return _arrived(event, look)
        case _:
            return []


def charged(payment: Payment, fee: Money) -> Payment:
    """The payment with one fee more; a provider may charge in another currency than was paid."""
    known = {each.currency: each for each in payment.fees}
    before = known.get(fee.currency, Money(0, fee.currency))
    known[fee.currency] = before + fee
    return replace(payment, fees=tuple(known.values()))


def payout_keys(payout: Payout) -> list[str]:
    """`due` while an entry of the account is still to come for it."""
    waits = not payout.arrived or (payout.failed and not payout.returned)
    return ["due"] if waits else []


def _paid_out(event: PaidOut, look: Look) -> Payout:
    """A failure may be told first: then the payout itself adds what it consists of."""
    known = look.get(Payout, event.payout)
    amount = -event.amount if event.came_back else event.amount
    made = known or Payout(id=event.payout, provider=event.provider, amount=amount, on=event.on)
    return replace(
        made,
        payments=event.payments or made.payments,
        gross=event.gross or made.gross,
        fees=event.fees or made.fees,
        failed=made.failed or event.came_back,
    )


def _arrived(event: PayoutArrived, look: Look) -> list[Entity]:
    payout, payment = look.get(Payout, event.payout), look.get(Payment, event.payment)
    made: list[Entity] = []
    if payout is not None and event.amount == payout.amount:
        made.append(replace(payout, arrived=event.payment, arrived_on=event.booked_on))
    elif payout is not None:
        made.append(replace(payout, returned=event.payment))
    if payment is not None:
        made.append(replace(payment, payout=event.payout))
    return made
