"""What flows through an invoice's pages: the lines, the sums, how to pay. A credit note has the
first two as well.
"""

from __future__ import annotations

from typing import Any, Final

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table

from connectors.invoices import look
from connectors.invoices.girocode import transfer_code
from connectors.invoices.look import paragraph
from connectors.invoices.parts import less_words, not_yet, part_texts, title_of
from connectors.invoices.texts import Texts, language_in
from connectors.invoices.wording import amount, day, grouped_iban, percent, quantity
from ledger.domain.claims import Issued
from ledger.domain.company import Company
from ledger.domain.events import InvoiceIssued
from ledger.domain.tax import TaxCase, TaxKind
from ledger.domain.tax_notes import small_business_note
from ledger.domain.values import Line, TaxLine, Totals, totals

CODE_SIZE: Final = 25 * mm
Row = list[Flowable]
Rules = list[tuple[Any, ...]]


def flow(invoice: InvoiceIssued, company: Company, texts: Texts) -> list[Flowable]:
    """Title, lines, sums and payment, in reading order; sums and payment stay on one page."""
    return [
        paragraph(f"{title_of(invoice.part, texts)} {invoice.number}", look.TITLE),
        Spacer(0, 2.5 * mm),
        paragraph(texts.opening, look.BODY),
        *_note(not_yet(invoice.part, invoice.service_date, texts)),
        Spacer(0, 6 * mm),
        lines_table(invoice.lines, texts),
        KeepTogether(
            [
                Spacer(0, 3 * mm),
                sums_table(
                    totals(invoice.lines, invoice.total.currency),
                    tax_note(invoice.tax, company, texts),
                    texts,
                ),
                *less_table(invoice, texts),
                Spacer(0, 9 * mm),
                _payment(invoice, company, texts),
            ]
        ),
    ]


def lines_table(lines: tuple[Line, ...], texts: Texts) -> Table:
    """One row a line; the discount column only where there is a discount."""
    discounted = any(line.discount_bp for line in lines)
    head = [paragraph(text, look.HEAD) for text in ("#", texts.description)]
    head += [paragraph(text, look.HEAD_FIGURE) for text in _columns(texts, discounted)]
    rows = [_row(place, line, texts, discounted) for place, line in enumerate(lines, start=1)]
    widths = [8, 62, 26, 26, 15, 28] if discounted else [8, 74, 28, 27, 28]
    return Table(
        [head, *rows],
        colWidths=[width * mm for width in widths],
        repeatRows=1,
        splitInRow=1,
        style=_LINE_RULES,
        hAlign="LEFT",
    )


def _columns(texts: Texts, discounted: bool) -> list[str]:
    discount = [texts.discount] if discounted else []
    return [texts.quantity, texts.price, *discount, texts.amount]


def _row(place: int, line: Line, texts: Texts, discounted: bool) -> Row:
    discount = [percent(-line.discount_bp, texts) if line.discount_bp else ""] * discounted
    figures = [quantity(line, texts), amount(line.unit_price, texts), *discount]
    return [
        paragraph(str(place), look.BODY),
        paragraph(line.description, look.BODY),
        *(paragraph(figure, look.FIGURE) for figure in figures),
        paragraph(amount(line.net, texts), look.FIGURE),
    ]


_LINE_RULES: Final[Rules] = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (0, -1), 0),
    ("LEFTPADDING", (1, 0), (-1, -1), 4),
    ("RIGHTPADDING", (0, 0), (-2, -1), 4),
    ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 1), (-1, -1), 5),
    ("BOTTOMPADDING", (0, 1), (-1, -1), 6),
    ("LINEBELOW", (0, 0), (-1, 0), 0.9, look.INK),
    ("LINEBELOW", (0, 1), (-1, -1), 0.4, look.HAIRLINE),
]


def sums_table(sums: Totals, note: str, texts: Texts) -> Table:
    """Net, tax per rate, total; where no tax is charged, `note` says why instead."""
    rows = [_sum(texts.subtotal, amount(sums.net, texts))]
    if note:
        rows.append([paragraph(note, look.SMALL), Spacer(0, 0)])
    else:
        rows += [_tax(tax, texts) for tax in sums.taxes]
    total = amount(sums.gross, texts)
    rows.append([paragraph(texts.total, look.TOTAL), paragraph(total, look.TOTAL_FIGURE)])
    span = [("SPAN", (0, 1), (1, 1))] if note else []
    return Table(rows, colWidths=[52 * mm, 38 * mm], style=_SUM_RULES + span, hAlign="RIGHT")


def less_table(issued: Issued, texts: Texts) -> list[Flowable]:
    """What the final invoice of a deal deducts, and what is left to pay; [] for all others."""
    less = list(less_words(issued.part, texts))
    if not less:
        return []
    rows = [[paragraph(words, look.SMALL), paragraph(amount(figure, texts), look.FIGURE)]
            for words, figure in less]  # fmt: skip
    due = amount(issued.total, texts)
    rows.append([paragraph(part_texts(texts).due, look.TOTAL), paragraph(due, look.TOTAL_FIGURE)])
    widths = [look.WIDTH - 38 * mm, 38 * mm]
    return [Spacer(0, 2 * mm), Table(rows, colWidths=widths, style=_SUM_RULES, hAlign="RIGHT")]


def _note(words: str) -> list[Flowable]:
    return [Spacer(0, 2 * mm), paragraph(words, look.BODY)] if words else []


def tax_note(tax: TaxCase | None, company: Company, texts: Texts) -> str:
    """Why no tax is charged, in the words that the law wants; "" where tax is charged."""
    home = TaxKind.SMALL_BUSINESS if company.tax.exempt else TaxKind.DOMESTIC
    kind = tax.kind if tax else home
    if kind is TaxKind.SMALL_BUSINESS:
        return small_business_note(company, language_in(texts))
    return texts.tax_notes.get(kind, "")


def _sum(label: str, figure: str) -> Row:
    return [paragraph(label, look.BODY), paragraph(figure, look.FIGURE)]


def _tax(tax: TaxLine, texts: Texts) -> Row:
    label = texts.tax.format(rate=percent(tax.rate_bp, texts), base=amount(tax.base, texts))
    return _sum(label, amount(tax.tax, texts))


_SUM_RULES: Final[Rules] = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ("LINEABOVE", (0, -1), (-1, -1), 0.9, look.INK),
    ("TOPPADDING", (0, -1), (-1, -1), 6),
]


def _payment(invoice: InvoiceIssued, company: Company, texts: Texts) -> Table:
    """How to pay, in a shaded box, with a code to scan where the transfer fits one."""
    due = day(invoice.due_on, texts)
    pay = texts.pay.format(amount=amount(invoice.total, texts), due=due)
    details: list[Flowable] = [
        paragraph(pay, look.STRONG),
        Spacer(0, 1.5 * mm),
        _account(invoice.number, company, texts),
    ]
    code = transfer_code(invoice, company.bank)
    scan: list[Flowable] = [_code(code), paragraph(texts.scan, look.HEAD)] if code else []
    widths = [look.WIDTH - CODE_SIZE - 12 * mm, CODE_SIZE + 12 * mm]
    return Table([[details, scan]], colWidths=widths, style=_BOX_RULES, hAlign="LEFT")


_BOX_RULES: Final[Rules] = [
    ("BACKGROUND", (0, 0), (-1, -1), look.SHADE),
    ("LINEBEFORE", (0, 0), (0, -1), 2, look.ACCENT),
    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ("LEFTPADDING", (0, 0), (-1, -1), 5 * mm),
    ("RIGHTPADDING", (0, 0), (-1, -1), 5 * mm),
    ("TOPPADDING", (0, 0), (-1, -1), 4 * mm),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 4 * mm),
]


def _account(number: str, company: Company, texts: Texts) -> Table:
    bank = company.bank
    parts = [
        (texts.holder, bank.holder),
        ("IBAN", grouped_iban(bank.iban)),
        ("BIC", bank.bic),
        (texts.bank, bank.bank),
        (texts.reference, number),
    ]
    rows = [
        [paragraph(label, look.SMALL), paragraph(text, look.BODY)] for label, text in parts if text
    ]
    return Table(rows, colWidths=[30 * mm, None], style=_ACCOUNT_RULES, hAlign="LEFT")


_ACCOUNT_RULES: Final[Rules] = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (0, -1), 2),
    ("TOPPADDING", (1, 0), (1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0.5),
]


def _code(text: str) -> Drawing:
    widget = QrCodeWidget(text, barLevel="M", barBorder=0, barWidth=CODE_SIZE, barHeight=CODE_SIZE)
    drawing = Drawing(CODE_SIZE, CODE_SIZE + 1.5 * mm)
    drawing.add(widget)
    widget.y = 1.5 * mm
    return drawing
