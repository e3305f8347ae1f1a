"""What somebody newly wrote, in the customs of three languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mail.parse import read_mail
from graph.agents.quoting import forwarded_text, new_text

HOSTILE = Path(__file__).parents[3] / "examples/hostile"


@pytest.mark.parametrize(
    "history",
    [
        "On Tue, 17 Nov 2026 at 09:00, Nora <hello@nord.example> wrote:\n> old price",
        "On Tue, 17 Nov 2026 at 09:00, X\n<hello@studio-nord.example> wrote:\n\nold price",
        "Am Di., 17. Nov. 2026 um 09:00 Uhr schrieb Studio Nord <hello@x.example>:\n> old price",
        "Am 17.11.2026 schrieb Studio Nord:\nold price",
        "Studio Nord <hello@x.example> schrieb am 17.11.2026 um 09:00:\n> old price",
        "Le mar. 17 nov. 2026 à 09:00, Studio Nord <hello@x.example> a écrit :\n> old price",
        "Le 17/11/2026, Studio Nord a écrit\u00a0:\nold price",
        "-----Original Message-----\nFrom: Studio Nord\nold price",
        "-----Ursprüngliche Nachricht-----\nVon: Studio Nord\nold price",
        "-----Message d'origine-----\nDe : Studio Nord\nold price",
        "____________\nFrom: Nora <n@x.example>\nSent: Monday\nTo: Ada\n\nold price",
        "Von: Nora <n@x.example>\nGesendet: Montag, 16. November 2026 09:00\nAn: Ada\n\nold price",
        "De : Nora <n@x.example>\nEnvoyé : lundi 16 novembre 2026 09:00\nÀ : Ada\n\nold price",
        "> old price\n>> older price",
        "-- \nAda Example\nold price",
    ],
)
def test_history_and_signature_are_not_new(history: str) -> None:
    assert new_text(f"We accept 2200 EUR.\n\n{history}\n") == "We accept 2200 EUR."


def test_answers_between_quoted_lines_are_new() -> None:
    text = (
        "On Monday Nora wrote:\n> which date?\nThe first of May.\n> and the price?\nFine.\n-- \nAda"
    )
    assert new_text(text) == "The first of May.\nFine."


def test_an_answer_below_the_quotation_is_new() -> None:
    assert new_text("Am Montag schrieb Nora:\n> Angebot 2400\n\nEinverstanden.") == "Einverstanden."


def test_a_forwarded_message_is_what_the_mail_is_about() -> None:
    text = read_mail((HOSTILE / "lead_forwarded.eml").read_bytes()).text
    assert "we need a website design package" in forwarded_text(text)
    assert "website design package" not in new_text(text)


def test_what_was_accepted_is_what_is_newly_written_not_what_is_quoted() -> None:
    text = read_mail((HOSTILE / "other_price.eml").read_bytes()).text
    assert "1800.00 EUR" in new_text(text)
    assert "2400.00 EUR" in text
    assert "2400.00 EUR" not in new_text(text)


def test_sent_from_my_phone_is_not_content() -> None:
    for line in (
        "Sent from my iPhone",
        "Get Outlook for iOS",
        "Von meinem iPhone gesendet",
        "Gesendet von Outlook für Android",
        "Envoyé de mon téléphone",
    ):
        assert new_text(f"Yes.\n\n{line}") == "Yes."


def test_a_mail_with_nothing_new_says_nothing() -> None:
    assert new_text("> We accept.\n> Ada") == ""


def test_ordinary_sentences_are_not_taken_for_history() -> None:
    text = "On Monday we meet.\nFrom: the site we copied it.\nAm Ende: alles gut.\nLe prix: ok"
    assert new_text(text) == text


@given(text=st.text(max_size=400))
def test_what_is_new_is_never_more_than_the_mail(text: str) -> None:
    assert len(new_text(text)) <= len(text)
