"""What the law wants said where no tax is charged, in the languages Coo writes.

The same sentence stands in the mail, on the PDF and in the XML (BT-120). Articles are of Directive
2006/112/EC. The note of a small business is the operator's own: its law is that of its country.
"""

from __future__ import annotations

from typing import Final

from ledger.domain.company import Company, Language
from ledger.domain.tax import TaxKind

NOTES: Final[dict[Language, dict[TaxKind, str]]] = {
    Language.ENGLISH: {
        TaxKind.REVERSE_CHARGE: (
            "Reverse charge: the customer accounts for the VAT (Article 196, "
            "Directive 2006/112/EC)."
        ),
        TaxKind.INTRA_COMMUNITY: (
            "VAT-exempt intra-Community supply (Article 138, Directive 2006/112/EC)."
        ),
        TaxKind.EXPORT: "VAT-exempt export supply (Article 146, Directive 2006/112/EC).",
        TaxKind.OUTSIDE_SCOPE: (
            "Not subject to VAT here: the place of supply is outside the "
            "European Union (Article 44, Directive 2006/112/EC)."
        ),
    },
    Language.GERMAN: {
        TaxKind.REVERSE_CHARGE: (
            "Steuerschuldnerschaft des Leistungsempfängers (Reverse Charge, Art. 196 MwStSystRL)."
        ),
        TaxKind.INTRA_COMMUNITY: (
            "Steuerfreie innergemeinschaftliche Lieferung (Art. 138 MwStSystRL)."
        ),
        TaxKind.EXPORT: "Steuerfreie Ausfuhrlieferung (Art. 146 MwStSystRL).",
        TaxKind.OUTSIDE_SCOPE: (
            "Nicht im Inland steuerbare Leistung: Der Leistungsort liegt "
            "außerhalb der Europäischen Union (Art. 44 MwStSystRL)."
        ),
    },
    Language.FRENCH: {
        TaxKind.REVERSE_CHARGE: (
            "Autoliquidation : la TVA est due par le preneur (article 196 de "
            "la directive 2006/112/CE)."
        ),
        TaxKind.INTRA_COMMUNITY: (
            "Livraison intracommunautaire exonérée de TVA (article 138 de la "
            "directive 2006/112/CE)."
        ),
        TaxKind.EXPORT: "Exportation exonérée de TVA (article 146 de la directive 2006/112/CE).",
        TaxKind.OUTSIDE_SCOPE: (
            "TVA non applicable : le lieu de la prestation est situé hors de "
            "l'Union européenne (article 44 de la directive 2006/112/CE)."
        ),
    },
}

SMALL: Final[dict[Language, str]] = {
    Language.ENGLISH: "No VAT is charged: small business.",
    Language.GERMAN: "Kleinunternehmer: Es wird keine Umsatzsteuer berechnet.",
    Language.FRENCH: "TVA non applicable : régime des petites entreprises.",
}


def small_business_note(company: Company, language: Language) -> str:
    """The operator's own note; to who reads another language also what it means."""
    own = company.tax.exempt_note
    if language is company.language and own:
        return own
    return f"{SMALL[language]} {own}".strip()


def mail_note(kind: TaxKind | None, company: Company, language: Language) -> str:
    """What a mail says of its tax; "" for tax as at home, and where nothing was entered."""
    if kind is None:
        return ""
    if kind is TaxKind.SMALL_BUSINESS:
        return small_business_note(company, language)
    return NOTES[language].get(kind, "")
