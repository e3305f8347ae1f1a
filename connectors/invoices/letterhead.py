"""What every page carries: who sends it, to whom, the dates, and the foot of the page."""

from __future__ import annotations

from typing import Final

from babel import Locale
from msgspec import Struct
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Table

from connectors.invoices import look
from connectors.invoices.look import paragraph
from connectors.invoices.paper import Paper
from connectors.invoices.texts import Texts
from connectors.invoices.wording import grouped_iban
from ledger.domain.company import Company
from ledger.domain.entities import Contact

ADDRESS_WIDTH: Final = 85 * mm
FACTS_LEFT: Final = 122 * mm
FOOT: Final = 26 * mm


class Letterhead(Struct, frozen=True, kw_only=True):
    """Everything the frame of a page needs."""

    paper: Paper
    company: Company
    contact: Contact | None
    texts: Texts

    def first(self, canvas: Canvas, page: int, pages: int) -> None:
        """The first page: letterhead, window address, the facts of the document, foot."""
        self._brand(canvas)
        self._address(canvas)
        self._facts(canvas)
        self._foot(canvas, page, pages)

    def later(self, canvas: Canvas, page: int, pages: int) -> None:
        """Every other page: which document this is, foot."""
        _place(canvas, [paragraph(self.company.name, look.SMALL)], look.LEFT, 18 * mm, 80 * mm)
        _place(
            canvas, [paragraph(self.paper.title, look.SMALL_FIGURE)], look.LEFT, 18 * mm, look.WIDTH
        )
        _rule(canvas, look.TOP - 24 * mm)
        self._foot(canvas, page, pages)

    def _brand(self, canvas: Canvas) -> None:
        lines = "\n".join([*self.company.address, self.company.email])
        _place(canvas, [paragraph(self.company.name, look.NAME)], look.LEFT, 19 * mm, 100 * mm)
        _place(canvas, [paragraph(lines, look.LETTERHEAD)], 130 * mm, 19.5 * mm, 60 * mm)

    def _address(self, canvas: Canvas) -> None:
        """The window of a DIN envelope: a small sender line, then the recipient."""
        sender = " · ".join([self.company.name, *self.company.address])
        flowables = [paragraph(sender, look.SENDER), paragraph(self._recipient(), look.RECIPIENT)]
        _place(canvas, flowables, look.LEFT, 49 * mm, ADDRESS_WIDTH, gap=2.5 * mm)

    def _recipient(self) -> str:
        if self.contact is None:
            return self.paper.contact
        where = [*self.paper.address, self._country()] if self.paper.address else []
        known = (
            self.contact.organisation, self.contact.name, *(where or [self.contact.address])
        )  # fmt: skip
        return "\n".join(part for part in known if part) or self.contact.id

    def _country(self) -> str:
        """The country below an address abroad, in the language of the document."""
        if self.paper.country in {"", self.company.country}:
            return ""
        return str(Locale.parse(self.texts.locale).territories.get(self.paper.country, ""))

    def _facts(self, canvas: Canvas) -> None:
        facts = self.paper.facts
        cells = [[paragraph(name, look.SMALL), paragraph(text, look.FACT)] for name, text in facts]
        table = Table(cells, colWidths=[28 * mm, 40 * mm], style=_FACT_RULES)
        _place(canvas, [table], FACTS_LEFT, 49 * mm, look.RIGHT - FACTS_LEFT)

    def _foot(self, canvas: Canvas, page: int, pages: int) -> None:
        _rule(canvas, FOOT)
        columns = [paragraph(text, look.SMALL) for text in self._foot_columns()]
        count = self.texts.page.format(page=page, pages=pages)
        cells = [[*columns, paragraph(count, look.SMALL_FIGURE)]]
        widths = [width * mm for width in (47, 44, 52, 22)]
        table = Table(cells, colWidths=widths, style=_FOOT_RULES)
        _place(canvas, [table], look.LEFT, look.TOP - FOOT + 2.5 * mm, look.WIDTH)

    def _foot_columns(self) -> list[str]:
        company, texts, bank = self.company, self.texts, self.company.bank
        numbers = [
            (texts.tax_number, company.tax.tax_number),
            (texts.vat_id, company.tax.vat_id),
        ]
        account = [bank.bank, f"IBAN {grouped_iban(bank.iban)}", bank.bic and f"BIC {bank.bic}"]
        return [
            f"{company.name}\n{company.email}",
            "\n".join(f"{label} {number}" for label, number in numbers if number),
            "\n".join(part for part in account if part),
        ]


_FACT_RULES: Final = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (0, -1), 1.8),
    ("TOPPADDING", (1, 0), (1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
]
_FOOT_RULES: Final = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-2, -1), 4),
    ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
]


def _place(
    canvas: Canvas, parts: list[Flowable], left: float, top: float, width: float, gap: float = 0
) -> None:
    """Draw flowables one under another; `top` is measured from the top edge of the page."""
    y = look.TOP - top
    for part in parts:
        _, height = part.wrapOn(canvas, width, look.TOP)
        part.drawOn(canvas, left, y - height)
        y -= height + gap


def _rule(canvas: Canvas, y: float) -> None:
    canvas.setStrokeColor(look.HAIRLINE)
    canvas.setLineWidth(0.5)
    canvas.line(look.LEFT, y, look.RIGHT, y)
