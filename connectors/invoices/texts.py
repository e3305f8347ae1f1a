"""Every word an invoice or a credit note says, by language."""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from ledger.domain.company import Language
from ledger.domain.forms import Form
from ledger.domain.tax import TaxKind
from ledger.domain.tax_notes import NOTES


class CreditNoteTexts(Struct, frozen=True, kw_only=True):
    """What a credit note says otherwise than an invoice.

    Templates: `opening` takes number and day of the invoice, `closing` its number, `reason` the
    operator's words.
    """

    title: str
    number: str
    issued: str
    invoice: str
    invoice_date: str
    opening: str
    reason: str
    closing: str


class Texts(Struct, frozen=True, kw_only=True):
    """The words of one language. `units` maps a unit to its singular and plural, `tax_notes` a case
    without tax to the sentence that the law wants on the invoice.

    Templates: `page` takes page and pages; `pay` amount and due; `tax` and `base` rate and base;
    `payable` the day it is due.
    """

    locale: str
    invoice: str
    number: str
    issued: str
    service: str
    due: str
    opening: str
    description: str
    quantity: str
    price: str
    discount: str
    amount: str
    subtotal: str
    tax: str
    total: str
    payment: str
    pay: str
    scan: str
    holder: str
    bank: str
    reference: str
    tax_number: str
    vat_id: str
    page: str
    their_vat_id: str
    order: str
    their_reference: str
    payable: str
    tax_notes: dict[TaxKind, str]
    credit_note: CreditNoteTexts
    units: dict[str, tuple[str, str]] = field(default_factory=dict)


ENGLISH: Final = Texts(
    locale="en_GB",
    invoice="Invoice",
    number="Invoice number",
    issued="Invoice date",
    service="Date of service",
    due="Due",
    opening="Thank you for your order. We invoice as follows:",
    description="Description",
    quantity="Quantity",
    price="Unit price",
    discount="Discount",
    amount="Net",
    subtotal="Net total",
    tax="VAT {rate} on {base}",
    total="Total",
    payment="Payment",
    pay="Please transfer {amount} by {due}.",
    scan="Scan to pay",
    holder="Account holder",
    bank="Bank",
    reference="Reference",
    tax_number="Tax number",
    vat_id="VAT ID",
    page="Page {page} of {pages}",
    their_vat_id="Your VAT ID",
    order="Your order",
    their_reference="Your reference",
    payable="Payable by {due}.",
    tax_notes=NOTES[Language.ENGLISH],
    credit_note=CreditNoteTexts(
        title="Credit note",
        number="Credit note number",
        issued="Date",
        invoice="Reverses invoice",
        invoice_date="Invoice date",
        opening="This credit note reverses invoice {number} of {day} in full:",
        reason="Reason: {reason}",
        closing="Nothing is owed for invoice {number} any more. Whatever was already paid on it is "
        "paid back.",
    ),
    units={
        "piece": ("piece", "pieces"),
        "hour": ("hour", "hours"),
        "day": ("day", "days"),
        "month": ("month", "months"),
    },
)

GERMAN: Final = Texts(
    locale="de_DE",
    invoice="Rechnung",
    number="Rechnungsnummer",
    issued="Rechnungsdatum",
    service="Leistungsdatum",
    due="Zahlbar bis",
    opening="Vielen Dank für Ihren Auftrag. Wir berechnen folgende Leistungen:",
    description="Beschreibung",
    quantity="Menge",
    price="Einzelpreis",
    discount="Rabatt",
    amount="Netto",
    subtotal="Summe netto",
    tax="USt. {rate} auf {base}",
    total="Gesamtbetrag",
    payment="Zahlung",
    pay="Bitte überweisen Sie {amount} bis zum {due}.",
    scan="Scannen und zahlen",
    holder="Kontoinhaber",
    bank="Bank",
    reference="Verwendungszweck",
    tax_number="Steuernummer",
    vat_id="USt-IdNr.",
    page="Seite {page} von {pages}",
    their_vat_id="Ihre USt-IdNr.",
    order="Ihre Bestellung",
    their_reference="Ihre Referenz",
    payable="Zahlbar bis {due}.",
    tax_notes=NOTES[Language.GERMAN],
    credit_note=CreditNoteTexts(
        title="Stornorechnung",
        number="Stornonummer",
        issued="Datum",
        invoice="Zur Rechnung",
        invoice_date="Rechnungsdatum",
        opening="Mit dieser Stornorechnung heben wir die Rechnung {number} vom {day} "
        "vollständig auf:",
        reason="Grund: {reason}",
        closing="Aus der Rechnung {number} ist nichts mehr zu zahlen. Bereits gezahlte Beträge "
        "werden erstattet.",
    ),
    units={
        "piece": ("Stück", "Stück"),
        "hour": ("Stunde", "Stunden"),
        "day": ("Tag", "Tage"),
        "month": ("Monat", "Monate"),
    },
)

FRENCH: Final = Texts(
    locale="fr_FR",
    invoice="Facture",
    number="Numéro de facture",
    issued="Date de facture",
    service="Date de prestation",
    due="Échéance",
    opening="Nous vous remercions de votre commande. Voici les prestations facturées :",
    description="Désignation",
    quantity="Quantité",
    price="Prix unitaire",
    discount="Remise",
    amount="Montant HT",
    subtotal="Total HT",
    tax="TVA {rate} sur {base}",
    total="Total TTC",
    payment="Paiement",
    pay="Merci de virer {amount} au plus tard le {due}.",
    scan="Scanner pour payer",
    holder="Titulaire",
    bank="Banque",
    reference="Référence",
    tax_number="Numéro fiscal",
    vat_id="N° TVA",
    page="Page {page} sur {pages}",
    their_vat_id="Votre n° TVA",
    order="Votre commande",
    their_reference="Votre référence",
    payable="Payable au plus tard le {due}.",
    tax_notes=NOTES[Language.FRENCH],
    credit_note=CreditNoteTexts(
        title="Avoir",
        number="Numéro d'avoir",
        issued="Date",
        invoice="Annule la facture",
        invoice_date="Date de facture",
        opening="Le présent avoir annule en totalité la facture {number} du {day} :",
        reason="Motif : {reason}",
        closing="Plus rien n'est dû au titre de la facture {number}. Les sommes déjà versées sont "
        "remboursées.",
    ),
    units={
        "piece": ("pièce", "pièces"),
        "hour": ("heure", "heures"),
        "day": ("jour", "jours"),
        "month": ("mois", "mois"),
    },
)

GERMAN_FAMILIAR: Final = replace(
    GERMAN,
    opening="Vielen Dank für deinen Auftrag. Wir berechnen folgende Leistungen:",
    pay="Bitte überweise {amount} bis zum {due}.",
    their_vat_id="Deine USt-IdNr.",
    order="Deine Bestellung",
    their_reference="Deine Referenz",
)
"""German for whoever is called `du`."""

FRENCH_FAMILIAR: Final = replace(
    FRENCH,
    opening="Nous te remercions de ta commande. Voici les prestations facturées :",
    their_vat_id="Ton n° TVA",
    order="Ta commande",
    their_reference="Ta référence",
)
"""French for whoever is called `tu`."""

TEXTS: Final[dict[Language, Texts]] = {
    Language.ENGLISH: ENGLISH,
    Language.GERMAN: GERMAN,
    Language.FRENCH: FRENCH,
}


FAMILIAR: Final[dict[Language, Texts]] = {
    Language.GERMAN: GERMAN_FAMILIAR,
    Language.FRENCH: FRENCH_FAMILIAR,
}
"""By language, where it has a familiar form of address."""


def language_in(texts: Texts) -> Language:
    """The language of a set of words."""
    return Language(texts.locale.partition("_")[0])


def texts_in(language: Language, form: Form) -> Texts:
    """The words of a language; the familiar ones where they are wanted and there are any."""
    return FAMILIAR.get(language, TEXTS[language]) if form is Form.FAMILIAR else TEXTS[language]


def language_of(wanted: str, otherwise: Language) -> Language:
    """The language an invoice is written in: the contact's where Coo writes it, else ours."""
    base = wanted.replace("_", "-").split("-")[0].lower()
    return Language(base) if base in set(Language) else otherwise
