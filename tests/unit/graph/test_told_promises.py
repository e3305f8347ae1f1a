"""Promises that the operator tells of, on Thursday, 19 November 2026."""

from __future__ import annotations

from datetime import date

import pytest

from graph.agents.told_promises import ordered_promise, promise_in

TODAY = date(2026, 11, 19)
TUESDAY, FRIDAY = date(2026, 11, 24), date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "ours", "who", "what", "due"),
    [
        ("I promised Anna the draft by Tuesday", True, "Anna", "the draft", TUESDAY),
        ("Remember: we promised Anna Muster to send the texts by Friday.", True, "Anna Muster",
         "send the texts", FRIDAY),
        ("I told Anna I would call her on Tuesday", True, "Anna", "call her", TUESDAY),
        ("I promised the client a call on Tuesday", True, "", "a call", TUESDAY),
        ("I promised Anna a discount", True, "Anna", "a discount", None),
        ("Ich habe Anna den Entwurf bis Dienstag versprochen", True, "Anna", "den Entwurf",
         TUESDAY),
        ("J'ai promis le brouillon à Anna pour mardi", True, "Anna", "le brouillon", TUESDAY),
        ("Anna promised us the logo files by Friday", False, "Anna", "the logo files", FRIDAY),
        ("Anna said she would send the contract tomorrow", False, "Anna", "send the contract",
         FRIDAY),
        ("Anna hat uns die Logodateien bis Freitag zugesagt", False, "Anna", "die Logodateien",
         FRIDAY),
        ("Anna nous a promis les fichiers avant vendredi", False, "Anna", "les fichiers", FRIDAY),
    ],
)  # fmt: skip
def test_who_promised_what_to_whom_is_read_from_the_operators_sentence(
    text: str, ours: bool, who: str, what: str, due: date | None
) -> None:
    found = promise_in(text, TODAY)
    assert found is not None
    assert (found.ours, found.who, found.what, found.due) == (ours, who, what, due)


@pytest.mark.parametrize(
    "text",
    [
        "Anna likes blue",
        "payment terms are 14 days",
        "did I promise Anna the draft?",
        "I promised nothing",
        "I did not promise Anna the draft by Tuesday",
        "I promised Anna by Tuesday",
        "I promised blue",
        "She promised us the logo by Friday",
        "",
    ],
)
def test_other_sentences_tell_of_no_promise(text: str) -> None:
    assert promise_in(text, TODAY) is None


def test_a_promise_to_pay_is_known_as_one() -> None:
    found = promise_in("Anna promised to pay by Friday", TODAY)
    assert found is not None
    assert found.kind == "payment"


def test_the_command_takes_the_same_words_without_their_beginning() -> None:
    assert ordered_promise("Anna the draft by Tuesday", TODAY) == promise_in(
        "I promised Anna the draft by Tuesday", TODAY
    )
    assert ordered_promise(" ", TODAY) is None
