"""A first mail: an offer only for a plain request, and a named doubt for everything else."""

from __future__ import annotations

from datetime import date

import pytest

from graph.agents.extract import extract
from graph.agents.reading import Known, Message
from graph.slots import Intent


@pytest.fixture
def read(company):
    known = Known(prices=company.prices, today=date(2026, 11, 22), currency="EUR")
    return lambda text: extract(Message(subject="Hello", text=text, begins=True), known)


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("We need a website and SEO.", "seo"),
        ("Wir brauchen ein Logo und Visitenkarten.", "visitenkarten"),
        ("Il nous faut un logo et des cartes de visite.", "cartes de visite"),
        ("We need a logo and a chat room.", "what else they ask for"),
        ("Please quote:\n- a logo\n- twenty aprons", "what else they ask for"),
        ("What is the price of a website like amazon?", "more than the price list"),
        ("Was kostet eine Website wie Amazon?", "more than the price list"),
        ("A website with online booking, please.", "online booking"),
        ("I will bring the website printouts on Friday.", "only mention"),
        ("I apply for the job as web designer; I made a website.", "application for work"),
        ("Please find attached our invoice for the website.", "invoice"),
        ("Ich bin im Urlaub, Fragen zur Website bitte an Lee.", "absence"),
        ("Would you be free for an interview on website design?", "interview"),
        ("Wij willen graag een nieuwe website laten maken.", "Dutch"),
        ("Vorremmo un logo e un sito web per il nostro ristorante.", "Italian"),
        ("ロゴを作ってください logo", "another script"),
    ],
)
def test_what_an_offer_would_pass_over_is_asked(read, text, doubt):
    slots = read(text)
    assert any(doubt in part for part in slots.unsure)


@pytest.mark.parametrize(
    "text",
    [
        "The website you built is down and nobody answers the phone.",
        "Das Logo, das Sie gemacht haben, ist kaputt, ich bin verärgert.",
        "Votre travail ne fonctionne pas.",
    ],
)
def test_blame_is_a_complaint_and_no_order(read, text):
    assert read(text).intent is Intent.COMPLAINT


@pytest.mark.parametrize(
    "text",
    [
        "We are a video production company and need a logo.",
        "We need a logo that fits our flyers.",
        "We need a logo and a quick answer.",
        "Our site is from 2011, so we need a website.",
        "We need a logo, and I look forward to your quote.",
        "Hello again, we need a website.",
        "Hi, a website please. I am in Italy for two weeks, una bella vista!",
    ],
)
def test_what_they_have_or_are_is_no_wish(read, text):
    slots = read(text)
    assert (slots.intent, slots.unsure) == (Intent.NEW_REQUEST, ())
    assert [slot.quantity for slot in slots.items] == [1]


def test_a_year_after_from_is_no_amount(read):
    assert read("Our site is from 2011, so we need a website.").amounts == ()
    assert read("A website, please. We have a budget of 2000.").amounts != ()


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Could you quote a website and also redo our menu cards?", "what else"),
        ("Could you quote a website and redo our menu cards?", "what else"),
        ("We need a logo. Can you mend our roof?", "what else"),
        ("Wir brauchen ein Logo. Können Sie auch unser Dach decken?", "what else"),
        ("Il nous faut un logo et refaire notre toit.", "what else"),
        ("I bought a logo from you in 2024. Could I have the receipt, please?", "only mentioned"),
        ("Könnten Sie uns bitte die Rechnung für das Logo schicken?", "something about an earlier"),
        ("Please send the logo files.", "something about an earlier"),
        ("Could we have a website again, like that of last year?", "something about an earlier"),
        ("Combien pour un site web de 5 pages ?", "as large as the price list"),
        ("What is the price of a website with twelve pages?", "as large as the price list"),
        (
            "Jemand hat uns eine Website gebaut. Was kostet ein Logo?",
            "website is asked for or only",
        ),
    ],
)
def test_every_other_wish_in_whatever_words_is_asked(read, text, doubt):
    assert any(doubt in part for part in read(text).unsure)


@pytest.mark.parametrize(
    "text",
    [
        "How are you? Do you remember me? We need a logo.",
        "A logo, please. When could you start, and what would it cost?",
        "We need:\n- a logo",
        "We need a logo, invoice to Gym Ltd.",
        "A logo for us, what should I plan for that?",
        "Können Sie uns ein Logo machen? Geht das bis März?",
        "Il nous faut un logo. Est-ce possible ? Pourriez-vous me rappeler ?",
    ],
)
def test_small_talk_and_what_an_offer_answers_are_no_other_wish(read, text):
    slots = read(text)
    assert (slots.intent, slots.unsure) == (Intent.NEW_REQUEST, ())


def test_a_moment_is_no_quantity(read):
    slots = read("Wir brauchen in 3 Tagen Workshop.")
    assert slots.items[0].quantity == 0
