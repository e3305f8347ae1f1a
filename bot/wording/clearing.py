"""Fees and payouts of a payment provider, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot import texts
from bot.wording.untrusted import one_line
from ledger.domain.amounts import amount_words
from ledger.domain.clearing import Clearing, clearings
from ledger.domain.entities import Payment, Payout


def fee_words(payment: Payment) -> str:
    """`; stripe kept €43.09 of it`, "" where nobody kept anything."""
    if not payment.fees:
        return ""
    kept = " + ".join(amount_words(fee) for fee in payment.fees)
    return texts.FEE_KEPT.format(provider=one_line(payment.source, 30), fee=kept)


def clearing_lines(payments: Sequence[Payment], payouts: Sequence[Payout]) -> list[str]:
    """What each provider holds, and each payout that the bank does not show as it should."""
    lines = [_account(each) for each in clearings(payments, payouts)]
    return [*lines, *_missing(payouts)]


def _account(account: Clearing) -> str:
    return texts.CLEARING.format(
        provider=one_line(account.provider, 30),
        held=amount_words(account.held),
        received=amount_words(account.received),
        fees=amount_words(account.fees),
        paid_out=amount_words(account.paid_out),
    )


def _missing(payouts: Sequence[Payout]) -> Iterator[str]:
    for each in payouts:
        words = {"payout": one_line(each.id, 40), "amount": amount_words(each.amount)}
        if each.failed and each.arrived and not each.returned:
            yield texts.PAYOUT_RETURNS.format(**words)
        elif not each.failed and not each.arrived:
            yield texts.PAYOUT_AWAITED.format(day=each.on.isoformat(), **words)
