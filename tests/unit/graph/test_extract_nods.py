"""Words that look like a yes and are none, and a yes in more words than one."""

from __future__ import annotations

from datetime import date

import pytest

from graph.agents.extract import extract
from graph.agents.reading import Known, Message
from graph.slots import Intent, Wanted


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
        "OK, I'll forward it to my boss.",
        "We received your offer, thanks.",
        "Thanks for the offer, looks like a lot of work went into it.",
        "You can go ahead and send me the references.",
        "Tuesday works for me for a call.",
        "We agree to meet on Monday.",
        "Wir nehmen an, dass Steuern enthalten sind.",
        "Ich nehme an der Konferenz teil.",
        "Montag passt mir gut für ein Telefonat.",
        "We are in Hamburg next week.",
        "I confirm receipt of your offer.",
        "Je vous confirme la réception de votre devis.",
        "Let's start with a call.",
        "We will place an order next month.",
        "We wonder whether we should accept the offer.",
        "Wir überlegen, ob wir das Angebot annehmen.",
        "Your competitor's work looks great.",
        "I said to my wife: we will accept their offer. She laughed and told me to think again.",
        "The contract would say: the customer accepts the offer. Our lawyers read it at present.",
    ],
)
def test_politeness_is_no_order(read, text):
    slots = read(text)
    assert slots.intent is not Intent.ACCEPTANCE or slots.unsure


@pytest.mark.parametrize(
    "text",
    [
        "Great!",
        "Ja, bitte.",
        "Oui, allez-y !",
        "Yes, that's fine for us. Please send the invoice.",
        "Alles klar, wir nehmen das Angebot an. Vielen Dank!",
        "Thank you for the offer. We are happy to accept it. Looking forward to working with you!",
        "Hi Nora,\n\nthat works for us. We accept your last offer as it\nstands.\n\nCheers\nAda",
        "Das Angebot ist in Ordnung, bitte beginnen Sie.",
        "Wir möchten Ihr Angebot gerne annehmen.",
        "Wir erteilen Ihnen hiermit den Auftrag.",
        "Nous validons votre devis.",
        "Approved by our board, please proceed.",
        "We decided to go with your offer.",
    ],
)
def test_a_yes_in_other_words_is_a_yes(read, text):
    slots = read(text)
    assert (slots.intent, slots.unsure) == (Intent.ACCEPTANCE, ())


@pytest.mark.parametrize(
    "text",
    [
        "Not interested in the logo, but the website yes.",
        "No thanks, or could you do it cheaper?",
        "We have to decline, unless you come down a little.",
        "I'll have to pass this on to my boss.",
    ],
)
def test_a_no_that_may_not_be_the_end_closes_nothing(read, text):
    slots = read(text)
    assert slots.intent is not Intent.REJECTION or slots.unsure


@pytest.mark.parametrize(
    "text",
    [
        "Could you do 2,200 EUR including hosting?",
        "2.200 € und das Logo gratis dazu?",
        "2 200 € si vous ajoutez l'hébergement ?",
    ],
)
def test_more_for_less_is_for_a_person(read, text):
    slots = read(text)
    assert slots.intent is Intent.COUNTER_OFFER
    assert slots.unsure
