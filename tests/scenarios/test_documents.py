"""What hangs on a mail is read as somebody's words, cited by page, and asked about where it cannot
be read; their order number reaches the invoice."""

from __future__ import annotations

import io
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from ledger.domain.documents import Document, ReadHow
from ledger.domain.events import DocumentReceived, InvoiceIssued, QuestionAsked
from ledger.replay import refold

if TYPE_CHECKING:
    from tests.scenarios.conftest import Business, Founder
else:
    Business = Founder = Any

ACCEPTS = "We accept your offer, please go ahead.\n\nAda\n"


def pdf(*pages: str) -> bytes:
    """A PDF with a line of text on each page; "" for a page that only has a picture."""
    made = io.BytesIO()
    canvas = Canvas(made, invariant=1)
    for page in pages:
        if page:
            canvas.drawString(72, 700, page)
        else:
            canvas.rect(50, 50, 300, 500, fill=1)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def locked(data: bytes) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt("secret", algorithm="AES-256")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


async def writes(
    business: Business,
    text: str,
    *files: tuple[str, str, bytes],
    answers: EmailMessage | None = None,
    sender: str = "Ada Example <ada@example.com>",
) -> None:
    """A mail with files comes in."""
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, "hello@studio-nord.example"
    mail["Subject"] = f"Re: {answers['Subject']}" if answers else "A new website"
    mail["Message-ID"] = f"<with-files-{len(await business.all_facts())}@mail.example.com>"
    mail["Date"] = business.clock.now()
    if answers:
        mail["In-Reply-To"] = answers["Message-ID"]
    mail.set_content(text)
    for name, kind, data in files:
        main, _, sub = kind.partition("/")
        mail.add_attachment(data, maintype=main, subtype=sub, filename=name)
    await business.raw(mail.as_bytes())


async def documents(business: Business) -> dict[str, Document]:
    return {one.name: one for one in await business.app.views.all(Document)}


async def test_an_order_number_in_an_attachment_reaches_the_invoice_with_its_page(
    business: Business,
) -> None:
    offer = await business.offered()
    order = pdf("Terms of purchase", "Payment in 30 days", "Our PO-4711 covers this order")
    await writes(business, ACCEPTS, ("order.pdf", "application/pdf", order), answers=offer)
    print(await business.says("inbox"))
    print([e for e in await business.facts(InvoiceIssued)])
    card = (await business.cards())
    print(card)
