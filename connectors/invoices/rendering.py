"""The papers of a document: the PDF, with the XML of an e-invoice in it or beside it."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from connectors.invoices.e_invoices import form_now
from connectors.invoices.pairs import Papers
from connectors.invoices.paper import credit_note_paper, invoice_paper
from connectors.invoices.pdf import render_credit_note, render_pdf
from connectors.invoices.texts import Texts
from ledger.domain.claims import Issued
from ledger.domain.company import Company, EInvoice
from ledger.domain.entities import Contact
from ledger.domain.events import CreditNoteIssued, InvoiceIssued


def papers_of(issued: Issued, company: Company, contact: Contact | None, texts: Texts) -> Papers:
    """Pure: the same document gives the same bytes."""
    form = form_now(issued, company)
    issued = replace(issued, e_invoice=form)
    pdf = _pdf(issued, company, contact, texts)
    match form:
        case EInvoice.NONE:
            return Papers(pdf)
        case EInvoice.XRECHNUNG:
            return Papers(pdf, _xml(issued, company, contact, texts))
        case EInvoice.ZUGFERD:
            return Papers(_hybrid(pdf, issued, company, contact, texts))
        case _:
            assert_never(form)


def _pdf(issued: Issued, company: Company, contact: Contact | None, texts: Texts) -> bytes:
    match issued:
        case InvoiceIssued():
            return render_pdf(issued, company, contact, texts)
        case CreditNoteIssued():
            return render_credit_note(issued, company, contact, texts)
        case _:
            assert_never(issued)


def _xml(issued: Issued, company: Company, contact: Contact | None, texts: Texts) -> bytes:
    # Another half second, for those who want e-invoices.
    from connectors.invoices.en16931 import en16931_xml  # noqa: PLC0415

    return en16931_xml(issued, company, contact, texts)


def _hybrid(
    pdf: bytes, issued: Issued, company: Company, contact: Contact | None, texts: Texts
) -> bytes:
    from connectors.invoices.archival import Described, with_xml  # noqa: PLC0415 - as above

    match issued:
        case InvoiceIssued():
            paper = invoice_paper(issued, texts)
        case CreditNoteIssued():
            paper = credit_note_paper(issued, texts)
        case _:
            assert_never(issued)
    about = Described(
        title=paper.title,
        author=company.name,
        subject=paper.kind,
        language=texts.locale.replace("_", "-"),
        on=issued.issued_on,
    )
    return with_xml(pdf, _xml(issued, company, contact, texts), about)
