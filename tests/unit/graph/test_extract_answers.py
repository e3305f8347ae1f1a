"""Answers to an offer: a plain yes, a no, less money, or something only a person can judge."""

from __future__ import annotations

from datetime import date

import pytest

from graph.agents.extract import extract
from graph.agents.reading import Known, Message
from graph.slots import About, Basis, Intent, Wanted

YES, NO, LESS = Intent.ACCEPTANCE, Intent.REJECTION, Intent.COUNTER_OFFER


@pytest.fixture
def read(company):
    known = Known(
        prices=company.prices,
        today=date(2026, 11, 22),
        currency="EUR",
        offered=(Wanted("website", 1),),
        amounts=frozenset({240_000, 285_600, 45_600}),
    )
    return lambda text: extract(Message(subject="Re: Offer", text=text), known)


@pytest.mark.parametrize(
    "text",
    [
        "Yes, please go ahead!",
        "We accept.",
        "OK",
        "Sounds good, let's do it.",
        "I accept your offer of 2,400.00 EUR net.",
        "We accept the offer P-7K3M9Q2X over 2.856,00 €.",
        "Wir nehmen Ihr Angebot gerne an.",
        "Einverstanden, legen Sie los.",
        (
            "Hiermit beauftragen wir Sie.\n\nAm 20.11.2026 um 9:00 schrieb Studio Nord:\n> 20 % "
            "Rabatt, wenn"
        ),
        "D'accord, vous pouvez commencer.",
        "Bon pour accord.",
        "Nous acceptons votre offre. Cordialement, Luc",
        "Agreed. Let me know if you need anything from us.",
        "Passt so, danke!",
    ],
)
def test_a_plain_yes_counts(read, text):
    slots = read(text)
    assert (slots.intent, slots.unsure) == (YES, ())


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Yes, if you add hosting.", "condition"),
        ("We accept, but only with delivery next week.", "condition"),
        ("Einverstanden, sofern Sie im Dezember liefern.", "condition"),
        ("D'accord, à condition que la livraison soit rapide.", "condition"),
        ("I accept your offer of 1,900 EUR.", "price"),
        ("2100 and we have a deal", "number"),
        ("We have a deal at two thousand", "number"),
        ("Sounds good! When do you start?", "ask"),
        ("Agreed, please deliver by 30 November.", "date"),
        ("Agreed, please send the work by Friday.", "date"),
        ("Accepted, payment within 60 days as usual.", "payment"),
        ("We accept. Half upfront works for us.", "payment"),
        ("Sounds good in principle, we come back to you.", "decided"),
        ("I think we accept, let me check with my boss.", "decided"),
        ("We accept and take two logos as well.", "items"),
    ],
)
def test_a_yes_with_something_open_is_a_doubt(read, text, doubt):
    slots = read(text)
    assert slots.intent in (YES, LESS)
    assert any(doubt in part for part in slots.unsure)


@pytest.mark.parametrize(
    "text",
    [
        "We do not accept.",
        "Leider können wir das nicht annehmen.",
        "Nous n'acceptons pas.",
        "Not yet.",
        "We cannot agree to this.",
        "I never said I accept.",
    ],
)
def test_a_denied_yes_is_never_a_yes(read, text):
    assert read(text).intent is not YES


@pytest.mark.parametrize(
    "text",
    [
        "No thanks, we went with another provider.",
        "We have to decline.",
        "Leider müssen wir absagen.",
        "Wir haben kein Interesse mehr.",
        "Nous déclinons votre offre.",
        "We changed our mind, sorry.",
    ],
)
def test_a_no_is_a_no(read, text):
    slots = read(text)
    assert (slots.intent, slots.unsure) == (NO, ())


@pytest.mark.parametrize(
    ("text", "minor", "about", "basis"),
    [
        ("yes, but for 2000", 200_000, About.TOTAL, Basis.UNTOLD),
        ("Could you do it for 2,100 EUR?", 210_000, About.TOTAL, Basis.UNTOLD),
        ("Ginge es auch für 2.100,00 € netto?", 210_000, About.TOTAL, Basis.NET),
        ("EUR 2'100 would work for us.", 210_000, About.TOTAL, Basis.UNTOLD),
        ("Pourriez-vous faire 2 150,50 € TTC ?", 215_050, About.TOTAL, Basis.GROSS),
        ("If you can do 2.2k we have a deal", 220_000, About.TOTAL, Basis.UNTOLD),
        ("Our budget is 2000 €.", 200_000, About.BUDGET, Basis.UNTOLD),
        ("200 € Rabatt wären schön.", 20_000, About.OFF, Basis.UNTOLD),
        ("I would pay 2,000 instead of 2,400", 200_000, About.TOTAL, Basis.UNTOLD),
        ("We could pay 2,300 incl. VAT", 230_000, About.TOTAL, Basis.GROSS),
        ("2.250 EUR zzgl. MwSt. wären ok", 225_000, About.TOTAL, Basis.NET),
    ],
)
def test_a_counter_offer_names_its_amount(read, text, minor, about, basis):
    slots = read(text)
    asked = [slot for slot in slots.amounts if slot.about is not About.CLAIMED]
    assert slots.intent is LESS
    assert [(slot.minor, slot.about, slot.basis) for slot in asked] == [(minor, about, basis)]
    assert slots.unsure == ()


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("Can we get 5 percent off?", 500),
        ("10 % Rabatt und wir nehmen an", 1_000),
        ("Nous voudrions une remise de 7,5 %", 750),
        ("five percent discount would be nice", 500),
        ("Wären 10 Prozent Nachlass möglich?", 1_000),
    ],
)
def test_a_counter_offer_names_its_discount(read, text, points):
    slots = read(text)
    assert (slots.intent, slots.discount_bp, slots.unsure) == (LESS, points, ())


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Could you do it for 2,100 USD?", "USD"),
        ("2,100 EUR or at most 2,200 EUR?", "several amounts"),
        ("10 % off or 2000 EUR", "several amounts"),
        (
            "Could you do 2,200 EUR, payable in 60 days? Payment within 60 days is our rule.",
            "payment",
        ),
        ("Please add a logo and make it 2,600 EUR", "items"),
    ],
)
def test_a_counter_offer_that_can_be_read_two_ways_is_a_doubt(read, text, doubt):
    slots = read(text)
    assert slots.intent is LESS
    assert any(doubt in part for part in slots.unsure)


def test_a_claim_to_have_paid_is_only_a_notice(read):
    assert read("We have just transferred 2,856.00 EUR.").intent is Intent.PAYMENT_NOTICE


def test_a_complaint_is_no_counter_offer(read):
    assert read("I am very disappointed and want a refund.").intent is Intent.COMPLAINT


def test_vat_is_no_discount(read):
    assert read("Is the 19 % VAT included?").discount_bp is None


@pytest.mark.parametrize(
    "text",
    ["Go for it!", "Passt, bitte los", "Yes please, many thanks", "Wir sind dabei.", "On y va !"],
)
def test_a_short_yes_counts_where_it_says_nothing_else(read, text):
    assert (read(text).intent, read(text).unsure) == (YES, ())


@pytest.mark.parametrize(
    "text", ["Sure, when pigs fly.", "Sure, in your dreams.", "Ok, mal sehen."]
)
def test_a_nod_with_anything_beside_it_is_no_plain_yes(read, text):
    assert read(text).intent is not YES or read(text).unsure


@pytest.mark.parametrize(
    "text",
    ["5 % off and we have a deal.", "For 2,200 EUR we're in.", "Take 200 EUR off and it's a deal."],
)
def test_a_yes_that_hangs_on_a_price_named_before_it_is_a_counter_offer(read, text):
    assert (read(text).intent, read(text).unsure) == (LESS, ())


def test_a_discount_for_paying_early_is_a_term_of_payment(read):
    slots = read("Mit 10 % Skonto sind wir dabei.")
    assert slots.discount_bp is None
    assert "they name terms of payment" in slots.unsure


def test_thanks_but_no_is_a_plain_no(read):
    assert (read("Thanks, but we went with someone else.").intent,
            read("Thanks, but we went with someone else.").unsure) == (NO, ())  # fmt: skip


def test_a_no_to_the_price_is_not_yet_a_no_to_the_deal(read):
    assert "whether they say no to the price alone" in read("We cannot accept this price.").unsure


def test_an_answer_in_another_language_is_never_a_yes(read):
    slots = read("Perfecto, gracias por el presupuesto, los esperamos. Super.")
    assert slots.intent is Intent.UNCLEAR
    assert "Spanish" in slots.unsure[0]
