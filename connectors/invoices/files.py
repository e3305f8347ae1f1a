"""Invoices on disk: `NUMBER.pdf` for people, `NUMBER.json` for programs.

The JSON is written last and names the sha256 of the PDF, so a pair that agrees is complete,
and it can be read back after a crash whatever has changed in the address book meanwhile.
Nothing that exists is ever overwritten.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from pathlib import Path
from typing import Any, Final

import msgspec

from connectors.base import Capability, Order
from connectors.invoices.data import invoice_data
from connectors.invoices.texts import TEXTS, language_of
from ledger.domain.commands import Command, IssueInvoice
from ledger.domain.company import Company
from ledger.domain.entities import Contact
from ledger.domain.events import InvoiceIssued
from ledger.domain.reading import Blobs, Views
from ledger.domain.values import Attachment, totals
from ledger.domain.verdicts import Failed, Outcome, Receipt, Succeeded
from ledger.durable_files import make_folder, sync_folder

PDF: Final = "application/pdf"
_UNSAFE: Final = re.compile(r"[^\w.-]+")


class InvoiceFiles:
    """Takes `IssueInvoice`: renders the issued invoice and keeps it in `folder`.

    READ_BACK: the files are named by the invoice's number and say which invoice they hold.
    """

    name = "invoices"
    capability = Capability.READ_BACK

    def __init__(self, folder: Path, *, blobs: Blobs, company: Company, views: Views) -> None:
        self._folder = folder
        self._blobs = blobs
        self._company = company
        self._views = views

    def takes(self, command: Command) -> bool:
        """Only invoices."""
        return isinstance(command, IssueInvoice)

    async def execute(self, order: Order) -> Outcome:
        """Write both files. The same invoice twice is one pair of files."""
        invoice = order.invoice
        if invoice is None:
            return Failed("The invoice has no number yet.", "Retry; the ledger takes one first.")
        if totals(invoice.lines, invoice.total.currency).gross != invoice.total:
            return Failed(
                f"The lines of invoice {invoice.number!r} do not add up to its total.",
                "Reverse it with a credit note and issue it again.",
            )
        try:
            return await self._written(invoice, order.person)
        except OSError as error:
            return _not_written(invoice, error)

    async def look_up(self, order: Order) -> Succeeded | None:
        """The finished pair of files of this very invoice, or None."""
        if order.invoice is None:
            return None
        try:
            pdf = await asyncio.to_thread(self._finished, order.invoice)
        except OSError as error:
            raise ConnectionError(f"The folder of invoices cannot be read: {error}.") from error
        return None if pdf is None else await self._receipt(order.invoice, pdf, order.person)

    async def _written(self, invoice: InvoiceIssued, person: str) -> Outcome:
        done = await asyncio.to_thread(self._finished, invoice)
        if done is not None:
            return await self._receipt(invoice, done, person)
        contact = await self._views.get(Contact, invoice.contact)
        pdf, data = await asyncio.to_thread(self._rendered, invoice, contact)
        other = await asyncio.to_thread(self._write, invoice, pdf, data)
        return _other_there(other) if other else await self._receipt(invoice, pdf, person)

    def _rendered(self, invoice: InvoiceIssued, contact: Contact | None) -> tuple[bytes, bytes]:
        # The PDF library takes half a second to load, and most starts issue no invoice.
        from connectors.invoices.pdf import render_pdf  # noqa: PLC0415

        wanted = contact.language if contact else ""
        texts = TEXTS[language_of(wanted, self._company.language)]
        pdf = render_pdf(invoice, self._company, contact, texts)
        document = {"sha256": _sha(pdf), "size": len(pdf), "media_type": PDF}
        data = {**invoice_data(invoice, self._company, contact), "document": document}
        return pdf, msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n"

    def _write(self, invoice: InvoiceIssued, pdf: bytes, data: bytes) -> Path | None:
        """Both files, PDF first; the path of a different file in the way, if there is one."""
        make_folder(self._folder)
        for ending, content in ((".pdf", pdf), (".json", data)):
            path = self._path(invoice, ending)
            if path.exists() and path.read_bytes() != content:
                return path
        for ending, content in ((".pdf", pdf), (".json", data)):
            _durably(self._path(invoice, ending), content)
        return None

    def _finished(self, invoice: InvoiceIssued) -> bytes | None:
        """The PDF, where both files are there, agree, and hold this invoice."""
        try:
            pdf = self._path(invoice, ".pdf").read_bytes()
            data = msgspec.json.decode(self._path(invoice, ".json").read_bytes())
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        return pdf if _holds(data, invoice, pdf) else None

    async def _receipt(self, invoice: InvoiceIssued, pdf: bytes, person: str) -> Succeeded:
        path = self._path(invoice, ".pdf")
        sha = await self._blobs.put(pdf, person=person)
        document = Attachment(name=path.name, media_type=PDF, size=len(pdf), sha256=sha)
        return Succeeded(
            Receipt(
                provider=self.name,
                reference=invoice.number,
                location=str(path),
                documents=(document,),
            )
        )

    def _path(self, invoice: InvoiceIssued, ending: str) -> Path:
        return self._folder / f"{file_name(invoice.number)}{ending}"


def file_name(number: str) -> str:
    """An invoice number as a file name: "RE/2026 7" is `RE-2026-7`; never a path, never hidden."""
    safe = _UNSAFE.sub("-", number).strip("-.")
    return safe[:100] or f"invoice-{_sha(number.encode())[:8]}"


def _holds(data: Any, invoice: InvoiceIssued, pdf: bytes) -> bool:
    """Whether the JSON beside a PDF speaks of this invoice and of these bytes."""
    if not isinstance(data, dict):
        return False
    said = (data.get("invoice"), data.get("number"), data.get("action"), data.get("gross"))
    meant = (invoice.invoice, invoice.number, invoice.action, invoice.total.minor)
    document = data.get("document")
    return said == meant and isinstance(document, dict) and document.get("sha256") == _sha(pdf)


def _durably(path: Path, content: bytes) -> None:
    """Write beside, sync, rename, sync the folder: after a crash there is all of it or nothing."""
    if path.exists():
        return
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    sync_folder(path.parent)


def _not_written(invoice: InvoiceIssued, error: OSError) -> Failed:
    return Failed(
        f"The files of invoice {invoice.number!r} could not be written: {error.strerror or error}.",
        "Make room or give Coo the right to write there, then retry. The number is kept.",
        retryable=True,
    )


def _other_there(path: Path) -> Failed:
    return Failed(
        f"There is already another file {path.name!r}, and an invoice is never overwritten.",
        f"Look at {str(path)!r}; move it away if it does not belong there, then retry.",
    )


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
