"""A customer who has the work says so; then the operator is asked whether it is delivered."""

from __future__ import annotations

import pytest

from graph.agents.having import speaks_of_having


@pytest.mark.parametrize(
    "text",
    [
        "we received it",
        "Everything is live, thanks",
        "The site is online since this morning.",
        "Wir haben alles erhalten, danke!",
        "Die Seite läuft. Grüße",
        "Nous avons bien reçu le site.",
        "Le site est en ligne, merci.",
    ],
)
def test_having_it_is_heard_in_three_languages(text: str) -> None:
    assert speaks_of_having(text)


@pytest.mark.parametrize(
    "text",
    [
        "When can we expect the first draft?",
        "Bitte an die Buchhaltung schicken.",
        "Merci, bonne journée.",
        "Thanks!\n\nOn Friday Nora wrote:\n> The final invoice comes once it is delivered.",
    ],
)
def test_other_words_and_what_they_quote_are_not_taken_for_it(text: str) -> None:
    assert not speaks_of_having(text)
