"""The row of a card about which part of a deal an invoice bills, and what it deducts."""

from __future__ import annotations

from collections.abc import Iterator

from bot import texts
from bot.channel import Row
from bot.wording.untrusted import inline
from ledger.domain.amounts import amount_words
from ledger.domain.billing import InvoicePart, Trigger, percent
from ledger.domain.commands import IssueCreditNote, IssueInvoice
from ledger.domain.values import totals


def parts(command: IssueInvoice | IssueCreditNote) -> Iterator[Row]:
    """Nothing for an invoice of the whole."""
    if command.part is not None:
        yield Row(texts.ROW_PART, tuple(_part(command, command.part)), important=True)


def _part(command: IssueInvoice | IssueCreditNote, part: InvoicePart) -> Iterator[str]:
    trigger = f"on {part.trigger}" if part.trigger is not Trigger.MILESTONE else "milestone"
    named = f"{trigger} {inline(part.name)}".strip()
    yield texts.PART_OF.format(
        place=part.place, of=part.of, percent=percent(part.share_bp), trigger=named
    )
    if not part.supplied and isinstance(command, IssueInvoice):
        yield texts.PART_NOT_YET.format(day=command.service_date.isoformat())
    if part.deducted:
        whole = totals(command.lines, command.total.currency)
        yield texts.PART_WHOLE.format(net=amount_words(whole.net), gross=amount_words(whole.gross))
    for one in part.deducted:
        yield texts.PART_LESS.format(
            number=inline(one.number),
            day=one.issued_on.isoformat(),
            net=amount_words(one.net),
            tax=amount_words(one.tax),
        )
