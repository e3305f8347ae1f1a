"""The operator's own last number: the series goes on after it, without a gap and with no number
given twice. Checked and recorded in one transaction.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from bot import texts
from bot.office.access import Speaker
from ledger.domain.entities import CreditNote, Invoice
from ledger.domain.errors import CommandInvalid
from ledger.domain.events import NumbersContinued
from ledger.domain.facts import Draft
from ledger.domain.going_live import INVOICE_BOOK, Numbering
from ledger.domain.look import credit_note_series, invoice_series
from ledger.domain.numbers import ONE_SERIES, ReadNumber, read_number
from ledger.domain.values import DESK
from ledger.reads import Reads
from ledger.store import Tx

if TYPE_CHECKING:
    from bot.opening import App

KEY: Final = "numbers"


async def continue_numbers(
    app: App, speaker: Speaker, book: str, said: str, *, unique: str, proposed: bool = False
) -> str:
    """Record where a book goes on; the id of the fact. Raises `CommandInvalid` in words."""
    read, today = read_number(said), app.clock.now().date()
    event = NumbersContinued(
        book=book,
        last=read.text,
        format=read.format,
        series=read.series,
        ordinal=read.ordinal,
        operator=speaker.operator,
        channel=speaker.channel,
        by=speaker.by,
        proposed=proposed,
    )
    return await app.ledger.transact(lambda tx: _recorded(tx, event, read, today, unique))


def _recorded(tx: Tx, event: NumbersContinued, read: ReadNumber, today: date, unique: str) -> str:
    known = tx.by_key(unique)
    if known is not None:
        return known.id
    refuse_unsound(Reads(tx.connection, tx.company), event.book, read, today)
    appended = tx.append([Draft(case=DESK, event=event, key=unique, by="intake")])
    return appended.facts[0].id


def refuse_unsound(reads: Reads, book: str, read: ReadNumber, today: date) -> None:
    """Raise `CommandInvalid` where a number would be given twice, or some never."""
    if read.series != ONE_SERIES and read.year > today.year:
        raise CommandInvalid(*texts.NUMBERS_FUTURE.put(number=read.text, year=read.year))
    highest, taken = _highest(reads, book, read)
    if read.ordinal < highest:
        raise CommandInvalid(*texts.NUMBERS_TWICE.put(number=read.text, highest=taken))
    if _given_by_coo(reads, book, read) and read.ordinal > highest:
        raise CommandInvalid(*texts.NUMBERS_GAP.put(number=read.text, highest=taken))


def _highest(reads: Reads, book: str, read: ReadNumber) -> tuple[int, str]:
    """The last number of this format that anybody has given, as an ordinal and in words."""
    kind: type[Invoice] | type[CreditNote] = Invoice if book == INVOICE_BOOK else CreditNote
    found = [(each.ordinal, each.text) for one in reads.all(kind) if (each := _same(one, read))]
    return max(found, default=(0, ""))


def _same(document: Invoice | CreditNote, read: ReadNumber) -> ReadNumber | None:
    """A document's number taken apart, where it is of the same series."""
    try:
        other = read_number(document.number)
    except CommandInvalid:
        return None
    alike = _shape(other.format) == _shape(read.format) and other.series == read.series
    return other if alike else None


def _shape(format_: str) -> str:
    return format_.format(year=0, number=0).replace("0", "")


def _given_by_coo(reads: Reads, book: str, read: ReadNumber) -> bool:
    """Whether Coo has counted in this series; before, the operator's word is all there is."""
    goes_on = reads.get(Numbering, book)
    counter = (invoice_series if book == INVOICE_BOOK else credit_note_series)(read.series)
    counted = reads.stored_counter(counter)
    return counted is not None and (goes_on is None or goes_on.confirmed)
