"""The documents behind the books: invoices and credit notes as they were sent, and receipts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from bot.books.gathering import Books
from bot.bundle import safe
from bot.office.port import Looks, Papers
from ledger.domain.commands import SendCreditNote, SendInvoice
from ledger.domain.entities import Action, ActionStatus, CreditNote, Invoice
from ledger.domain.expenses import Expense
from ledger.domain.values import Attachment

_SENT: Final = (SendInvoice, SendCreditNote)


_ENDINGS: Final = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "text/plain": ".txt",
}


def receipt_name(expense: Expense) -> str:
    """Where the receipt of an expense lies."""
    ending = _ENDINGS.get(expense.media_type, ".bin")
    return f"receipts/e{expense.number}-{safe(expense.vendor or 'receipt')}{ending}"


class Paper(Struct, frozen=True, kw_only=True):
    """One document. `path` is its place among the files; `data` None: it is gone."""

    name: str
    path: str
    data: bytes | None


async def papers_of(office: Looks, kept: Papers, books: Books) -> list[Paper]:
    """The invoices and credit notes of the period, and the receipts of its expenses."""
    period = books.report.period
    issued: list[Invoice | CreditNote] = [
        each for each in books.invoices.values() if period.holds(each.issued_on)
    ]
    found = []
    for each in [*issued, *books.credit_notes]:
        for document in await documents_of(office, each):
            data = await kept.document(document.sha256, document.name)
            path = f"invoices/{safe(document.name)}"
            found.append(Paper(name=document.name, path=path, data=data))
    for expense in books.expenses:
        if expense.document and period.holds(expense.on) and expense.status != "removed":
            data = await kept.document(expense.document)
            path = receipt_name(expense)
            found.append(Paper(name=path, path=path, data=data))
    return found


async def documents_of(office: Looks, paper: Invoice | CreditNote) -> Sequence[Attachment]:
    """The files of an invoice or credit note: those that were sent, else those that were made."""
    made: Sequence[Attachment] = ()
    for action in await office.views.all(Action, case=paper.case):
        if action.status is not ActionStatus.SUCCEEDED:
            continue
        command = action.command
        if isinstance(command, _SENT) and command.number == paper.number:
            return command.attachments
        if action.receipt and action.receipt.reference == paper.number:
            made = action.receipt.documents
    return made
