"""What the operator says he did himself: by rules, in three languages, never guessed."""

from __future__ import annotations

import pytest

from graph.agents.own_words import Deed, Stated, deed_in, stated_in


@pytest.mark.parametrize(
    ("said", "how", "who"),
    [
        ("I told them 900 is fine", "told", ""),
        ("I told Ada 900 is fine", "told", "Ada"),
        ("I've just told Ada Lovelace that 900 is fine", "told", "Ada Lovelace"),
        ("I sent the contract", "sent", ""),
        ("I sent Ada the contract.", "sent", "Ada"),
        ("I sent the contract to Ada", "sent", "Ada"),
        ("I called Ada", "called", "Ada"),
        ("I spoke with Ada", "called", "Ada"),
        ("We wrote to Ada", "wrote", "Ada"),
        ("Ich habe ihnen gesagt, 900 ist in Ordnung", "told", ""),
        ("Ich habe Ada gesagt, dass 900 passt", "told", "Ada"),
        ("Ich habe den Vertrag geschickt", "sent", ""),
        ("Ich habe Ada angerufen", "called", "Ada"),
        ("Hab mit Ada telefoniert", "called", "Ada"),
        ("Je leur ai dit que 900 c'est bon", "told", ""),
        ("J'ai dit à Ada que 900 convient", "told", "Ada"),
        ("J'ai envoyé le contrat", "sent", ""),
        ("J'ai appelé Ada", "called", "Ada"),
    ],
)
def test_a_sentence_says_what_the_operator_did_and_with_whom(said: str, how: str, who: str) -> None:
    deed = deed_in(said)
    assert deed is not None
    assert (deed.how, deed.who) == (how, who)


@pytest.mark.parametrize(
    "said",
    [
        "I told you to be brief",
        "Did I tell them 900?",
        "I have not called Ada",
        "I didn't send the contract",
        "Ich habe Ada nicht angerufen",
        "Tell them 900 is fine",
        "Je n'ai pas appelé Ada",
        "I think 900 is fine",
        "5 % off",
    ],
)
def test_what_was_not_done_or_is_an_order_is_no_deed(said: str) -> None:
    assert deed_in(said) is None


@pytest.mark.parametrize(
    ("said", "minor", "gross"),
    [
        ("900 is fine", 90_000, False),
        ("1,250.50 EUR is fine", 125_050, False),
        ("900 gross works", 90_000, True),
        ("dass 1.200 brutto passt", 120_000, True),
        ("que 900 c'est bon", 90_000, False),
        ("900 or 950 is fine", 0, False),
        ("the 3 days are fine", 0, False),
        ("they can call me at 10", 0, False),
    ],
)
def test_one_price_counts_and_several_are_none(said: str, minor: int, gross: bool) -> None:
    stated = stated_in(said, how="told")
    assert (stated.minor, stated.gross) == (minor, gross)


def test_of_a_mail_only_what_he_wrote_just_now_counts() -> None:
    text = "Hi Ada,\n\nthat is fine, see you.\n\nOn Mon, Ada wrote:\n> Could you do 900 EUR?\n"
    assert stated_in(text) == Stated(agreed=True)
    assert stated_in("Hi Ada,\n\nwe can do it for 900 EUR net.\n").minor == 90_000
    assert not stated_in("That is fine only if you pay in advance.").agreed


@pytest.mark.parametrize(
    ("text", "files", "how", "kind"),
    [
        ("the contract", (), "sent", "contract"),
        ("den Vertrag", (), "sent", "contract"),
        ("la facture", (), "sent", "invoice"),
        ("it", (), "sent", "document"),
        ("As discussed.", ("Invoice_2026-0001.pdf",), "wrote", "invoice"),
        ("As discussed.", ("scan.pdf",), "wrote", "document"),
        ("I sent the contract yesterday.", (), "wrote", ""),
    ],
)
def test_a_document_is_named_or_lies_with_the_mail(
    text: str, files: tuple[str, ...], how: str, kind: str
) -> None:
    assert stated_in(text, files, how=how).sent == kind


def test_a_deed_keeps_the_rest_of_the_sentence() -> None:
    assert deed_in("I told Ada 900 is fine") == Deed("told", "Ada", "900 is fine")
