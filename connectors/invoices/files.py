"""The connector for invoices and credit notes: it makes the document of what took its number."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, assert_never

from connectors.base import Capability, Order
from connectors.invoices.data import credit_note_data, invoice_data
from connectors.invoices.e_invoices import EInvoiceInvalid
from connectors.invoices.pairs import PDF, XML, Pairs, Papers, file_name
from connectors.invoices.texts import TEXTS, Texts, language_of, texts_in
from ledger.domain.applied import LANGUAGE, words_of
from ledger.domain.billing import asked_for
from ledger.domain.claims import Issued
from ledger.domain.commands import Command, IssueCreditNote, IssueInvoice
from ledger.domain.company import Company
from ledger.domain.confirming import IN_FORCE, Particulars, as_in_force
from ledger.domain.entities import Contact
from ledger.domain.events import CreditNoteIssued, InvoiceIssued
from ledger.domain.forms import addressing
from ledger.domain.identity import met_as
from ledger.domain.known import all_in_force
from ledger.domain.reading import Blobs, Views
from ledger.domain.values import Attachment
from ledger.domain.verdicts import Failed, Outcome, Receipt, Succeeded

__all__ = ["InvoiceFiles", "file_name"]


class InvoiceFiles:
    """Takes `IssueInvoice` and `IssueCreditNote`: renders what was issued, keeps it in `folder`.

    READ_BACK: the files are named by the document's number and say which document they hold.
    """

    name = "invoices"
    capability = Capability.READ_BACK

    def __init__(self, folder: Path, *, blobs: Blobs, company: Company, views: Views) -> None:
        self._pairs = Pairs(folder)
        self._blobs = blobs
        self._company = company
        self._views = views

    def takes(self, command: Command) -> bool:
        """Invoices, and the credit notes that reverse them."""
        return isinstance(command, IssueInvoice | IssueCreditNote)

    async def execute(self, order: Order) -> Outcome:
        """Write both files. The same document twice is one pair of files."""
        issued = _issued(order)
        if issued is None:
            return Failed("It has no number yet.", "Retry; the ledger takes one first.")
        if asked_for(issued.lines, issued.part, issued.total.currency).gross != issued.total:
            return Failed(
                f"The lines of {issued.number!r} do not add up to its total.",
                "Reverse it with a credit note and issue it again.",
            )
        try:
            return await self._written(issued, order.person)
        except OSError as error:
            return _not_written(issued, error)
        except EInvoiceInvalid as error:
            return Failed(error.cause, error.remedy)

    async def look_up(self, order: Order) -> Succeeded | None:
        """The finished pair of files of this very document, or None."""
        issued = _issued(order)
        if issued is None:
            return None
        try:
            papers = await asyncio.to_thread(self._finished, issued)
        except OSError as error:
            raise ConnectionError(f"The folder of invoices cannot be read: {error}.") from error
        return None if papers is None else await self._receipt(issued, papers, order.person)

    async def _written(self, issued: Issued, person: str) -> Outcome:
        done = await asyncio.to_thread(self._finished, issued)
        if done is not None:
            return await self._receipt(issued, done, person)
        contact = await met_as(self._views, issued.contact)
        company = as_in_force(self._company, await self._views.get(Particulars, IN_FORCE))
        texts = await self._texts(contact, company, issued.issued_on)
        papers, data = await asyncio.to_thread(_rendered, issued, company, contact, texts)
        other = await asyncio.to_thread(self._pairs.write, issued.number, papers, data)
        return _other_there(other) if other else await self._receipt(issued, papers, person)

    async def _texts(self, contact: Contact | None, company: Company, day: date) -> Texts:
        """The words in the customer's language and form of address, as the operator said of them
        until that day or as they are known; the mail around the document uses the same.
        """
        if contact is None:
            return TEXTS[company.language]
        on = datetime.combine(day, time.max, UTC)
        held = await all_in_force(self._views, [contact.id], on)
        wanted = words_of(held, LANGUAGE) or contact.language
        form = addressing(held, contact.forms, company.voice).form
        return texts_in(language_of(wanted, company.language), form)

    def _finished(self, issued: Issued) -> Papers | None:
        return self._pairs.finished(issued.number, lambda data: _holds(data, issued))

    async def _receipt(self, issued: Issued, papers: Papers, person: str) -> Succeeded:
        path = self._pairs.path(issued.number, ".pdf")
        documents = [await self._document(path.name, PDF, papers.pdf, person)]
        if papers.xml:
            beside = self._pairs.path(issued.number, ".xml").name
            documents.append(await self._document(beside, XML, papers.xml, person))
        return Succeeded(
            Receipt(
                provider=self.name,
                reference=issued.number,
                location=str(path),
                documents=tuple(documents),
            )
        )

    async def _document(self, name: str, kind: str, content: bytes, person: str) -> Attachment:
        sha = await self._blobs.put(content, person=person)
        return Attachment(name=name, media_type=kind, size=len(content), sha256=sha)


def _rendered(
    issued: Issued, company: Company, contact: Contact | None, texts: Texts
) -> tuple[Papers, dict[str, Any]]:
    """The papers and the data of a document, with the bank and tax data of `company`."""
    # The PDF library takes half a second to load, and most starts issue no invoice.
    from connectors.invoices.rendering import papers_of  # noqa: PLC0415

    papers = papers_of(issued, company, contact, texts)
    match issued:
        case InvoiceIssued():
            return papers, invoice_data(issued, company, contact)
        case CreditNoteIssued():
            return papers, credit_note_data(issued, company, contact)
        case _:
            assert_never(issued)


def _issued(order: Order) -> Issued | None:
    return order.invoice or order.credit_note


def _holds(data: dict[str, Any], issued: Issued) -> bool:
    """Whether the JSON beside a PDF speaks of this very document."""
    kind, document = (
        ("invoice", issued.invoice)
        if isinstance(issued, InvoiceIssued)
        else ("credit_note", issued.credit_note)
    )
    said = (data.get(kind), data.get("number"), data.get("action"), data.get("gross"))
    return said == (document, issued.number, issued.action, issued.total.minor)


def _not_written(issued: Issued, error: OSError) -> Failed:
    return Failed(
        f"The files of {issued.number!r} could not be written: {error.strerror or error}.",
        "Make room or give Coo the right to write there, then retry. The number is kept.",
        retryable=True,
    )


def _other_there(path: Path) -> Failed:
    return Failed(
        f"There is already another file {path.name!r}, and an invoice is never overwritten.",
        f"Look at {str(path)!r}; move it away if it does not belong there, then retry.",
    )
