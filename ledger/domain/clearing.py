"""What a payment provider holds of ours: received less fees, less what it paid out. Pure.

An invoice counts what its customer paid, before fees; the fees stand here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from ledger.domain.entities import Payment, Payout
from ledger.domain.same_entry import STATEMENTS
from ledger.domain.values import Money

COUNTED: Final = STATEMENTS
"""Sources that tell of the company's own account; every other one is a provider's."""


class Clearing(Struct, frozen=True, kw_only=True):
    """One provider's account in one currency.

    `received` is what customers paid less what went back to them; a payout that failed is none.
    `awaited` is the part of `paid_out` that no statement of the bank shows yet.
    """

    provider: str
    received: Money
    fees: Money
    paid_out: Money
    awaited: Money

    @property
    def held(self) -> Money:
        """What is still there."""
        return self.received - self.fees - self.paid_out


def clearings(payments: Iterable[Payment], payouts: Iterable[Payout]) -> tuple[Clearing, ...]:
    """One for each provider and currency in which anything moved, in the order it began."""
    moved = [each for each in payments if each.source not in COUNTED and each.source]
    out = list(payouts)
    accounts = [(each.source, money.currency) for each in moved for money in _sums(each)]
    accounts += [(each.provider, each.amount.currency) for each in out]
    return tuple(_clearing(*account, moved, out) for account in dict.fromkeys(accounts))


def _sums(payment: Payment) -> tuple[Money, ...]:
    return (payment.amount, *payment.fees)


def _clearing(
    provider: str, currency: str, payments: list[Payment], payouts: list[Payout]
) -> Clearing:
    own = [each for each in payments if each.source == provider]
    out = [each for each in payouts if each.provider == provider and not each.failed]
    return Clearing(
        provider=provider,
        received=_sum((each.amount for each in own), currency),
        fees=_sum((fee for each in own for fee in each.fees), currency),
        paid_out=_sum((each.amount for each in out), currency),
        awaited=_sum((each.amount for each in out if not each.arrived), currency),
    )


def _sum(amounts: Iterable[Money], currency: str) -> Money:
    found = (each for each in amounts if each.currency == currency)
    return sum(found, start=Money(0, currency))
