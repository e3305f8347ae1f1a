"""The notes of the law, in each language and in every place."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bot.company.text import defaults
from connectors.invoices.texts import TEXTS
from ledger.domain.company import Language
from ledger.domain.tax import TaxKind
from ledger.domain.tax_notes import NOTES, mail_note, small_business_note

COMPANY = defaults()
SMALL = replace(COMPANY, tax=replace(COMPANY.tax, exempt=True, exempt_note="Gemäß § 19 UStG."))


@pytest.mark.parametrize("language", Language)
def test_each_case_without_tax_has_its_note_in_mail_and_on_paper(language: Language) -> None:
    untaxed = {kind for kind in TaxKind if kind.untaxed}
    assert set(NOTES[language]) == untaxed == set(TEXTS[language].tax_notes)
    for kind in untaxed:
        assert mail_note(kind, COMPANY, language) == TEXTS[language].tax_notes[kind]
        others = [NOTES[other][kind] for other in Language if other is not language]
        assert NOTES[language][kind] not in others
    assert mail_note(TaxKind.DOMESTIC, COMPANY, language) == ""
    assert mail_note(None, COMPANY, language) == ""


def test_a_small_business_says_its_own_note_and_what_it_means_to_who_reads_another_language() -> (
    None
):
    german = replace(SMALL, language=Language.GERMAN)
    assert small_business_note(german, Language.GERMAN) == "Gemäß § 19 UStG."
    assert small_business_note(german, Language.FRENCH) == (
        "TVA non applicable : régime des petites entreprises. Gemäß § 19 UStG."
    )
    assert mail_note(TaxKind.SMALL_BUSINESS, german, Language.ENGLISH) == (
        "No VAT is charged: small business. Gemäß § 19 UStG."
    )
