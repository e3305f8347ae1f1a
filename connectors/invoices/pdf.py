"""An invoice or a credit note as a PDF: pure, and the same bytes for the same document."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from io import BytesIO
from typing import Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageTemplate

from connectors.invoices import look
from connectors.invoices.body import flow
from connectors.invoices.credit_note import credit_note_flow
from connectors.invoices.letterhead import Letterhead
from connectors.invoices.paper import credit_note_paper, invoice_paper
from connectors.invoices.texts import Texts
from ledger.domain.company import Company, EInvoice
from ledger.domain.entities import Contact
from ledger.domain.events import CreditNoteIssued, InvoiceIssued

FIRST_TOP: Final = 95 * mm
LATER_TOP: Final = 30 * mm
BOTTOM: Final = 33 * mm
Draw = Callable[[Canvas, int, int], None]


def render_pdf(
    invoice: InvoiceIssued, company: Company, contact: Contact | None, texts: Texts
) -> bytes:
    """An invoice: A4, fonts embedded."""
    paper = invoice_paper(invoice, texts)
    archival = invoice.e_invoice is EInvoice.ZUGFERD
    head = Letterhead(paper=paper, company=company, contact=contact, texts=texts)
    return _rendered(head, lambda: flow(invoice, company, texts), archival=archival)


def render_credit_note(
    note: CreditNoteIssued, company: Company, contact: Contact | None, texts: Texts
) -> bytes:
    """A credit note, in the dress of an invoice."""
    paper = credit_note_paper(note, texts)
    head = Letterhead(paper=paper, company=company, contact=contact, texts=texts)
    archival = note.e_invoice is EInvoice.ZUGFERD
    return _rendered(head, lambda: credit_note_flow(note, company, texts), archival=archival)


def _rendered(head: Letterhead, story: Callable[[], list[Flowable]], *, archival: bool) -> bytes:
    """Laid out twice, because "page x of y" needs y first; a flowable can be laid out once."""
    look.load_fonts()
    pages, _ = _laid_out(head, story(), pages=0, archival=archival)
    _, data = _laid_out(head, story(), pages=pages, archival=archival)
    return data


def _laid_out(
    head: Letterhead, story: list[Flowable], *, pages: int, archival: bool
) -> tuple[int, bytes]:
    """`archival`: no page begins in a font that is not in the file, as reportlab's own does."""
    out = BytesIO()
    document = _document(out, head)
    document.addPageTemplates(
        [
            _page("first", FIRST_TOP, head.first, pages, head.paper.issued_on),
            _page("later", LATER_TOP, head.later, pages, head.paper.issued_on),
        ]
    )
    maker = partial(Canvas, initialFontName=look.REGULAR) if archival else Canvas
    document.build([NextPageTemplate("later"), *story], canvasmaker=maker)
    return document.page, out.getvalue()


def _document(out: BytesIO, head: Letterhead) -> BaseDocTemplate:
    """`invariant` drops the clock and makes the file's id a hash of what is in it."""
    return BaseDocTemplate(
        out,
        pagesize=A4,
        invariant=1,
        title=head.paper.title,
        author=head.company.name,
        subject=head.paper.kind,
        creator="Coo",
        producer="Coo",
        lang=head.texts.locale.replace("_", "-"),
    )


def _page(name: str, top: float, draw: Draw, pages: int, issued: date) -> PageTemplate:
    def decorate(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setDateFormatter(lambda *_: f"D:{issued:%Y%m%d}000000Z")
        draw(canvas, document.page, pages)

    height = look.TOP - top - BOTTOM
    padding = dict.fromkeys(("leftPadding", "rightPadding", "topPadding", "bottomPadding"), 0)
    frame = Frame(look.LEFT, BOTTOM, look.WIDTH, height, id=name, **padding)
    return PageTemplate(id=name, frames=[frame], onPage=decorate)
