"""What an invoice of one part of a deal says otherwise: its title, when the work is, what it
deducts. By language; pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from msgspec import Struct

from connectors.invoices.texts import Texts
from connectors.invoices.wording import amount, day, percent
from ledger.domain.billing import Deduction, InvoicePart, Trigger
from ledger.domain.values import Money, TaxLine


class PartTexts(Struct, frozen=True, kw_only=True):
    """Templates: `less` takes number, day and taxes, `taxed` net, tax and rate, `untaxed` net,
    `not_yet` the day."""

    deposit: str
    milestone: str
    final: str
    expected: str
    not_yet: str
    less: str
    taxed: str
    untaxed: str
    due: str


PART_TEXTS: Final = {
    "en": PartTexts(
        deposit="Deposit invoice",
        milestone="Partial invoice",
        final="Final invoice",
        expected="Expected date of service",
        not_yet="This is a payment in advance: the work has not been supplied yet. It is expected "
        "by {day}.",
        less="less invoice {number} of {day}: {taxes}",
        taxed="{net} net, {tax} VAT ({rate})",
        untaxed="{net}",
        due="Amount due",
    ),
    "de": PartTexts(
        deposit="Anzahlungsrechnung",
        milestone="Abschlagsrechnung",
        final="Schlussrechnung",
        expected="Voraussichtliches Leistungsdatum",
        not_yet="Vorauszahlung: Die Leistung ist noch nicht erbracht. Sie wird voraussichtlich bis "
        "{day} erbracht.",
        less="abzüglich Rechnung {number} vom {day}: {taxes}",
        taxed="{net} netto, {tax} USt ({rate})",
        untaxed="{net}",
        due="Noch zu zahlen",
    ),
    "fr": PartTexts(
        deposit="Facture d'acompte",
        milestone="Facture intermédiaire",
        final="Facture de solde",
        expected="Date de prestation prévue",
        not_yet="Paiement d'avance : la prestation n'a pas encore été fournie. Elle est prévue au "
        "plus tard le {day}.",
        less="déduction de la facture {number} du {day} : {taxes}",
        taxed="{net} HT, {tax} de TVA ({rate})",
        untaxed="{net}",
        due="Reste à payer",
    ),
}
"""By the language of a locale."""


def part_texts(texts: Texts) -> PartTexts:
    """The words in the language of the document."""
    return PART_TEXTS[texts.locale.partition("_")[0]]


def title_of(part: InvoicePart | None, texts: Texts) -> str:
    """`Deposit invoice`; `Invoice` where it is the only one."""
    if part is None or part.of == 1:
        return texts.invoice
    words = part_texts(texts)
    if part.final:
        return words.final
    return words.deposit if part.trigger is Trigger.ACCEPTANCE else words.milestone


def service_of(part: InvoicePart | None, texts: Texts) -> str:
    """What the date of service is called: it may still be to come."""
    return texts.service if part is None or part.supplied else part_texts(texts).expected


def not_yet(part: InvoicePart | None, when: date, texts: Texts) -> str:
    """The note that nothing has been supplied yet; "" where it has."""
    if part is None or part.supplied:
        return ""
    return part_texts(texts).not_yet.format(day=day(when, texts))


def less_words(part: InvoicePart | None, texts: Texts) -> Iterator[tuple[str, Money]]:
    """Each earlier invoice with its net and tax by rate, and what it takes off the total."""
    words = part_texts(texts)
    for one in part.deducted if part else ():
        yield (
            words.less.format(
                number=one.number, day=day(one.issued_on, texts), taxes=_taxes(one, texts)
            ),
            -one.gross,
        )


def _taxes(one: Deduction, texts: Texts) -> str:
    return "; ".join(_taxed(tax, texts) for tax in one.taxes)


def _taxed(tax: TaxLine, texts: Texts) -> str:
    words = part_texts(texts)
    net, figure = amount(tax.base, texts), amount(tax.tax, texts)
    if not tax.rate_bp:
        return words.untaxed.format(net=net)
    return words.taxed.format(net=net, tax=figure, rate=percent(tax.rate_bp, texts))
