"""What happened out there that this copy of the company does not know of, in words.

A copy that was restored is as old as its backup. Mail may have come and gone since, money may
have arrived, invoices may have taken numbers.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct

from bot import texts
from bot.wording.untrusted import one_line
from connectors.mail.parse import ParsedMail, read_mail
from connectors.mail.sent import Sent, sent_mails
from connectors.payments.detect import read_payments
from ledger.domain.amounts import amount_words
from ledger.domain.company import InvoiceNumbers
from ledger.domain.entities import Action, ActionStatus, Contact, CreditNote, Invoice
from ledger.domain.errors import InputUnreadable
from ledger.domain.look import credit_note_series
from ledger.numbering import CREDIT_NOTE_BOOK, INVOICE_BOOK, Book, number_text, series_of
from ledger.reads import Reads

if TYPE_CHECKING:
    from bot.opening import App

MOST_SHOWN: Final = 12
_AHEAD: Final = 1_000
"""How many invoice numbers another copy may have given since the backup."""


class Difference(Struct, frozen=True):
    """One thing this copy does not know. `contact` is whom it concerns, where that is known."""

    kind: str
    text: str
    contact: str = ""


class Differences(Struct, frozen=True, kw_only=True):
    """Everything found. `numbers` are the last invoice numbers taken elsewhere, by series."""

    found: tuple[Difference, ...] = ()
    numbers: tuple[tuple[str, int], ...] = ()

    @property
    def contacts(self) -> tuple[str, ...]:
        """With whom another copy dealt after this one was made."""
        return tuple(dict.fromkeys(each.contact for each in self.found if each.contact))

    def lines(self) -> Iterator[str]:
        """In words, by kind, long lists cut with a count."""
        for kind, title in texts.COMPARED.items():
            some = [each.text for each in self.found if each.kind == kind]
            if some:
                yield title.format(number=len(some))
                yield from (f"  {text}" for text in some[:MOST_SHOWN])
            if len(some) > MOST_SHOWN:
                yield texts.COMPARED_MORE.format(number=len(some) - MOST_SHOWN)


async def compared(app: App, statements: Sequence[Path] = ()) -> Differences:
    """Look at the mailbox, the sent mail, the invoices, and the bank statements that were named.

    Raises `InputUnreadable` for a statement that cannot be read.
    """
    sent = await asyncio.to_thread(_all_sent, app.folder.outbox)
    found = [each async for each in _left(app, sent)]
    found += [each async for each in _came_in(app, sent)]
    numbers = await _unknown_numbers(app)
    found += [Difference("invoice", texts.COMPARED_INVOICE.format(number=n)) for n in numbers]
    for path in statements:
        found += [each async for each in _paid(app, path)]
    return Differences(found=tuple(found), numbers=await _reached(app, numbers))


def _all_sent(outbox: Path) -> list[Sent]:
    return list(sent_mails(outbox))


async def _left(app: App, sent: Sequence[Sent]) -> AsyncIterator[Difference]:
    """Mails that left and that no fact calls sent."""
    for mail in sent:
        action = await app.views.get(Action, mail.action)
        if action is None:
            yield Difference("sent", _sent_words(mail), await _contact(app, mail.to))
        elif action.status is not ActionStatus.SUCCEEDED:
            yield Difference("known", _sent_words(mail))


def _sent_words(sent: Sent) -> str:
    return texts.COMPARED_SENT.format(
        what=texts.COMMAND_WORDS.get(sent.command, sent.command),
        to=one_line(sent.to, 60),
        subject=one_line(sent.subject, 60),
        when=f"{sent.at:%Y-%m-%d %H:%M}" if sent.at else texts.COMPARED_NO_DATE,
    )


async def _came_in(app: App, sent: Sequence[Sent]) -> AsyncIterator[Difference]:
    """Mails in the inbox that no fact knows, and whether another copy of Coo answered them."""
    answered = {mail.in_reply_to for mail in sent if mail.in_reply_to}
    for part, kind in (("new", "waiting"), ("cur", "taken")):
        for path in await asyncio.to_thread(_files, app.folder.inbox / part):
            raw = await asyncio.to_thread(_read, path)
            if raw is None or await app.ledger.by_key(f"mail:{hashlib.sha256(raw).hexdigest()}"):
                continue
            try:
                mail = await asyncio.to_thread(read_mail, raw)
            except InputUnreadable:
                yield Difference(kind, texts.COMPARED_UNREADABLE.format(path=path))
            else:
                contact = await _contact(app, mail.sender) if kind == "taken" else ""
                yield Difference(kind, _mail_words(path, mail, answered), contact)


async def _contact(app: App, address: str) -> str:
    """The id of the contact with this address, "" for nobody known."""
    found = await app.views.find(Contact, f"person:{app.keys.person(address)}") if address else ()
    return found[0].id if found else ""


def _mail_words(path: Path, mail: ParsedMail, answered: set[str]) -> str:
    words = texts.COMPARED_MAIL.format(
        who=one_line(mail.sender, 60), subject=one_line(mail.subject, 60), path=path
    )
    return words + (texts.COMPARED_ANSWERED if mail.message_id in answered else "")


async def _paid(app: App, path: Path) -> AsyncIterator[Difference]:
    raw = await asyncio.to_thread(path.read_bytes)
    for entry in await asyncio.to_thread(read_payments, path.name, raw):
        if await app.ledger.by_key(f"payment:{entry.payment}") is None:
            payer = one_line(entry.payer, 60) or texts.COMPARED_NOBODY
            words = texts.COMPARED_PAYMENT.format(
                amount=amount_words(entry.amount), payer=payer, day=entry.booked_on, path=path
            )
            yield Difference("payment", words)


async def _unknown_numbers(app: App) -> list[str]:
    """Numbers of invoices and credit notes that lie in the folder, and that no fact knows."""
    numbers = await asyncio.to_thread(_numbers, app.folder.invoices)
    return [one for one in numbers if not await _is_known(app, f"number:{one.upper()}")]


async def _is_known(app: App, key: str) -> bool:
    return bool(await app.views.find(Invoice, key) or await app.views.find(CreditNote, key))


def _numbers(folder: Path) -> list[str]:
    return list(dict.fromkeys(_numbers_in(folder)))


def _numbers_in(folder: Path) -> Iterator[str]:
    for path in _files(folder):
        raw = _read(path) if path.suffix == ".json" else None
        try:
            data = msgspec.json.decode(raw or b"null")
        except msgspec.DecodeError:
            continue
        if isinstance(data, dict) and isinstance(data.get("number"), str):
            yield data["number"]


async def _reached(app: App, numbers: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """How far each series has come elsewhere, as far as its numbers are of today's format."""
    unknown = {number.upper() for number in numbers}
    if not unknown:
        return ()
    company = app.company
    invoices = await _reached_in(app, company.invoice_numbers, INVOICE_BOOK, unknown)
    notes = await _reached_in(app, company.credit_note_numbers, CREDIT_NOTE_BOOK, unknown)
    of_notes = {credit_note_series(series): ordinal for series, ordinal in notes.items()}
    return tuple({**invoices, **of_notes}.items())


async def _reached_in(
    app: App, rule: InvoiceNumbers, book: Book, unknown: Collection[str]
) -> dict[str, int]:
    year = app.clock.now().year
    reached: dict[str, int] = {}
    for one in (year - 1, year):
        series = series_of(rule, one, book)
        last = await counter(app, book.last_in(series))
        for ordinal in range(last + 1, last + _AHEAD):
            if number_text(rule, one, ordinal, book).upper() in unknown:
                reached[series] = max(ordinal, reached.get(series, 0))
    return reached


async def counter(app: App, name: str) -> int:
    """A number that is folded along with the facts; 0 where it was never counted."""
    return await app.ledger.read(lambda c: Reads(c, app.ledger.company).counter(name))


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_file() and path.name[0] != ".")


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # moved on in this moment
        return None
