"""The row of a card about which part of a deal an invoice bills, and what it deducts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot import texts
from bot.channel import Row
from bot.wording.untrusted import inline
from ledger.domain.amounts import amount_words
from ledger.domain.billing import InvoicePart, Trigger, percent
from ledger.domain.commands import IssueCreditNote, IssueInvoice
from ledger.domain.values import TaxLine, totals


def parts(command: IssueInvoice | IssueCreditNote) -> Iterator[Row]:
    """Nothing for an invoice of the whole."""
    if command.part is not None:
        yield Row(texts.ROW_PART, tuple(_part(command, command.part)), important=True)


def _part(command: IssueInvoice | IssueCreditNote, part: InvoicePart) -> Iterator[str]:
    named = f"{_TRIGGERS[part.trigger]} {inline(part.name)}".strip()
    yield texts.PART_OF.format(
        place=part.place, of=part.of, percent=percent(part.share_bp), trigger=named
    )
    if part.again:
        yield texts.PART_AGAIN.format(number=part.again)
    yield from _service(command, part)
    if part.deducted and len(currencies(command)) == 1:
        whole = totals(command.lines, command.total.currency)
        yield texts.PART_WHOLE.format(net=amount_words(whole.net), gross=amount_words(whole.gross))
    for one in part.deducted:
        yield texts.PART_LESS.format(
            number=inline(one.number),
            id=inline(one.invoice),
            day=one.issued_on.isoformat(),
            taxes="; ".join(_tax(tax) for tax in one.taxes),
        )


def currencies(command: IssueInvoice | IssueCreditNote) -> set[str]:
    """Of all amounts that its total is made of; more than one do not add up."""
    deducted = command.part.deducted if command.part else ()
    amounts = (amount for one in deducted for tax in one.taxes for amount in (tax.base, tax.tax))
    return {
        command.total.currency,
        *(line.unit_price.currency for line in command.lines),
        *(amount.currency for amount in amounts),
    }


def _service(command: IssueInvoice | IssueCreditNote, part: InvoicePart) -> Iterator[str]:
    """When the work is, as far as it is not the one day of the service."""
    if part.service_from is not None:
        yield texts.PART_FROM.format(day=part.service_from.isoformat())
    if part.supplied:
        return
    if isinstance(command, IssueInvoice):
        yield texts.PART_NOT_YET.format(day=command.service_date.isoformat())
    else:
        yield texts.PART_IN_ADVANCE


def _tax(tax: TaxLine) -> str:
    return texts.PART_TAX.format(
        net=amount_words(tax.base), tax=amount_words(tax.tax), rate=percent(tax.rate_bp)
    )


_TRIGGERS: Final = {
    Trigger.ACCEPTANCE: "on acceptance",
    Trigger.MILESTONE: "milestone",
    Trigger.DELIVERY: "on delivery",
}
