"""Mails say exactly what the deal says, in the customer's language, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from graph.agents.draft import OFFERS, Prose, assembled, draft
from graph.agents.draft_check import check_prose, wrong_with
from graph.agents.texts import TEXTS
from graph.briefs import Brief, Due, Quote
from graph.slots import Wanted
from graph.terms import Terms, priced
from ledger.domain.company import Company, Language, PriceItem
from ledger.domain.values import Money
from policies.outgoing import foreign_accounts, foreign_addresses, foreign_links, unbacked_amounts

TODAY = date(2026, 11, 22)


def a_quote(company: Company, language: str, points: int = 500) -> Quote:
    price = priced(
        company,
        (Wanted("workshop", 2), Wanted("logo", 1)),
        Terms(discount_bp=points),
        today=TODAY,
        language=language,
    )
    return Quote(
        number="P-7K3M9Q2X",
        version=1,
        lines=price.lines,
        sums=price.sums,
        valid_until=price.valid_until,
        delivery_days=10,
    )


def a_brief(company: Company, purpose: str, language: Language, **more) -> Brief:
    fields = {
        "step": 0,
        "purpose": purpose,
        "language": language,
        "name": "Ada Muster",
        "company": "Studio Nord",
        "signer": "Nora Lindt",
        "number": "P-7K3M9Q2X",
    }
    if purpose in OFFERS:
        fields["quote"] = a_quote(company, language)
    if purpose == "invoice":
        fields["due"] = Due(
            number="2026-0001", total=Money(285_600, "EUR"), due_on=date(2026, 12, 6)
        )
    if purpose == "prices":
        fields |= {"titles": ("Logo design",), "prices": (Money(65_000, "EUR"),)}
    if purpose == "answer":
        fields["said"] = "Yes, in spring."
    return Brief(**{**fields, **more})


ALL = [(purpose, language) for purpose in TEXTS[Language.ENGLISH].opening for language in Language]


@pytest.mark.parametrize(("purpose", "language"), ALL)
def test_every_template_holds_in_every_language(company, purpose, language):
    brief = a_brief(company, purpose, language)
    text = draft(brief)
    assert wrong_with(brief, text.subject, text.body) == ""
    assert "Ada Muster" in text.body
    assert text.body.endswith("Nora Lindt\nStudio Nord")
    assert "{" not in text.body + text.subject


@pytest.mark.parametrize(("purpose", "language"), [one for one in ALL if one[0] in OFFERS])
def test_the_rules_find_nothing_foreign_in_an_offer(company, purpose, language):
    brief = a_brief(company, purpose, language)
    body = draft(brief).body
    assert unbacked_amounts(body, company, brief.quote.lines) == ()
    assert (
        foreign_addresses(body, ())
        == foreign_links(body, ())
        == foreign_accounts(body, company.bank.iban)
        == ()
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            Language.ENGLISH,
            (
                "2 × Workshop day at €1,200.00: €2,400.00",
                "less 5 %: €2,280.00",
                "VAT 19 %: €550.53",
                "Total: €3,448.03",
                "6 December 2026",
            ),
        ),
        (
            Language.GERMAN,
            (
                "2 × Workshoptag zu 1.200,00 €: 2.400,00 €",
                "USt. 19 %: 550,53 €",
                "3.448,03 €",
                "6. Dezember 2026",
            ),
        ),
        (
            Language.FRENCH,
            (
                "2 × Journée d'atelier à 1 200,00 € : 2 400,00 €",
                "TVA 19 % : 550,53 €",
                "3 448,03 €",
                "6 décembre 2026",
            ),
        ),
    ],
)
def test_amounts_and_dates_are_written_as_in_the_customers_language(company, language, words):
    body = draft(a_brief(company, "first", language)).body
    assert [word for word in words if word not in body] == []


def test_without_a_name_the_greeting_is_neutral(company):
    assert draft(a_brief(company, "first", Language.ENGLISH, name="")).body.startswith("Hello,\n")
    assert draft(a_brief(company, "first", Language.GERMAN, name="")).body.startswith(
        "Guten Tag,\n"
    )


def test_the_voice_and_the_tone_change_the_words_around_the_figures_only(company):
    plain, warm = (
        draft(a_brief(company, "first", Language.ENGLISH, tone=tone)).body
        for tone in ("", "friendly")
    )
    assert plain != warm
    assert [line for line in plain.splitlines() if "€" in line] == [
        line for line in warm.splitlines() if "€" in line
    ]
    formal = draft(
        a_brief(company, "first", Language.ENGLISH, name="", voice="formal, precise")
    ).body
    assert formal.startswith("Dear Sir or Madam,")


def test_a_thread_keeps_its_subject_once(company):
    for thread in ("Request", "Re: Request", "AW: Request"):
        assert (
            draft(a_brief(company, "first", Language.ENGLISH, thread=thread)).subject
            == "Re: Request"
        )
    assert (
        draft(a_brief(company, "first", Language.ENGLISH, thread="a\r\nBcc: x@y.example")).subject
        == "Re: a Bcc: x@y.example"
    )
    assert (
        draft(a_brief(company, "first", Language.ENGLISH)).subject
        == "Offer P-7K3M9Q2X from Studio Nord"
    )


def test_no_tax_is_named_where_none_is_charged(company):
    items = (
        PriceItem(
            id="logo", title="Logo", price=Money(100, "EUR"), floor=Money(100, "EUR"), tax_bp=0
        ),
    )
    import msgspec  # noqa: PLC0415  # only here

    free = msgspec.structs.replace(company, prices=items)
    price = priced(free, (Wanted("logo", 1),), Terms(), today=TODAY)
    quote = Quote(
        number="P-1",
        version=1,
        lines=price.lines,
        sums=price.sums,
        valid_until=TODAY,
        delivery_days=3,
    )
    body = draft(a_brief(company, "first", Language.ENGLISH, quote=quote)).body
    assert "No VAT is charged." in body
    assert "0 %" not in body


@pytest.mark.parametrize(
    "opening",
    [
        "Our offer of €1.00 stands.",
        "You get 50 % off!",
        "Pay to DE02120300000000202051 now.",
        "Write to eve@evil.example.",
        "See https://evil.example/x",
        "See evil.com for more.",
        "It is free of charge.",
        "We guarantee success.",
        "We give you a rabatt.",
        "Delivered in 3 days.",
        "Only two thousand today.",
        "x" * 901,
        "",
        "hi\u202eolleh",
        "Half price, only today: 99 euros",
    ],
)
def test_a_models_sentence_that_says_too_much_is_refused(company, opening):
    with pytest.raises(ValueError, match="opening"):
        check_prose(
            a_brief(company, "first", Language.ENGLISH), Prose(opening=opening, closing="Bye.")
        )


@pytest.mark.parametrize(
    "opening",
    [
        "Thank you for asking us!",
        "We planned 2 days and 1 logo for you.",
        "Delivery takes 10 days.",
    ],
)
def test_a_models_harmless_sentence_may_go(company, opening):
    check_prose(
        a_brief(company, "first", Language.ENGLISH),
        Prose(opening=opening, closing="We look forward to it."),
    )


def test_a_whole_mail_with_another_amount_is_refused(company):
    brief = a_brief(company, "first", Language.ENGLISH)
    body = assembled(brief, Prose(opening="For you: €1.00.", closing=""))
    assert "€1.00" in wrong_with(brief, "s", body)
    assert "total" in wrong_with(brief, "s", "Hello, no figures here.")
