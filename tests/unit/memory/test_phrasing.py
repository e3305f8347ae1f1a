"""What the form of a text says: whether it asks, whether it tells a time, what it dates."""

from datetime import UTC, datetime

import pytest

from memory.phrasing import Form, Named, asks_when, dates_in, form_of
from memory.stems import match_expression, stemmed


def test_a_text_that_goes_on_after_its_question_may_still_be_an_answer() -> None:
    assert form_of("Shall I? I will") == Form.ASKS
    assert form_of("I will. Shall I? ") == Form.ASKS | Form.ENDS_ASKING
    assert form_of("I will.") == Form.PLAIN


@pytest.mark.parametrize(
    "text",
    [
        "I am back on the 31st",
        "we met yesterday",
        "Wir kommen am Donnerstag",
        "bis zum 15.",
        "le 16 septembre",
        "On se voit demain",
        "since 2019",
    ],
)
def test_a_time_is_seen_in_three_languages(text: str) -> None:
    assert form_of(text) & Form.TELLS_TIME


def test_a_price_is_no_time() -> None:
    assert not form_of("That makes 850 pounds for two rounds") & Form.TELLS_TIME


@pytest.mark.parametrize(
    "question",
    [
        "When is Anna back?",
        "By when did Denise promise the rest?",
        "Ab wann können wir fotografieren?",
        "An welchem Tag ist die Prüfung?",
        "Jusqu'à quand pouvait-on résilier ?",
        "Quel jour arrange Rémi ?",
    ],
)
def test_a_question_for_a_time_is_known_in_three_languages(question: str) -> None:
    assert asks_when(question)


def test_when_inside_a_sentence_asks_for_something_else() -> None:
    assert not asks_when("Who complained when the leaflets were late?")


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("What did Tom want in March?", (Named(3),)),
        ("Who paid on 7 May 2023?", (Named(5, 2023, 7),)),
        ("Who paid on May 7th, 2023?", (Named(5, 2023, 7),)),
        ("What did he say on the 2nd of June?", (Named(6, None, 2),)),
        ("Was kam am 3. März 2025?", (Named(3, 2025, 3),)),
        ("Qu'a-t-il promis en août ?", (Named(8),)),
        ("the mail of 2025-04-17", (Named(4, 2025, 17),)),
        ("It may rain, so march on", ()),
        ("sales in 2024", ()),
    ],
)
def test_the_dates_that_a_question_names_are_read(text: str, dates: tuple[Named, ...]) -> None:
    assert dates_in(text) == dates


def test_what_is_told_a_day_late_still_belongs_to_its_day() -> None:
    day = Named(5, 2023, 7)
    assert day.closeness(datetime(2023, 5, 8, tzinfo=UTC)) == 1.5
    assert day.closeness(datetime(2023, 5, 6, tzinfo=UTC)) == 0.0
    assert day.closeness(datetime(2022, 5, 7, tzinfo=UTC)) == 0.0
    assert Named(5).closeness(datetime(2022, 5, 30, tzinfo=UTC)) == 1.0


def test_a_word_is_found_in_any_of_its_forms_in_three_languages() -> None:
    for one, other in (
        ("invoices", "invoice"),
        ("Rechnungen", "Rechnung"),
        ("résiliation", "RESILIATION"),
        ("factures", "facture"),
    ):
        assert stemmed(one) == stemmed(other)
    assert match_expression("die Rechnungen") == '"rechnung"'
