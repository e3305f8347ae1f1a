"""When somebody is back, as their note says."""

from __future__ import annotations

from datetime import date

import pytest

from graph.agents.absences import back_on

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("note", "back"),
    [
        ("I am out of office until 30 November 2026 and will answer then.", date(2026, 12, 1)),
        ("I will be back on Monday, 7 December.", date(2026, 12, 7)),
        ("Out from Nov 24 to Dec 2, 2026.", date(2026, 12, 3)),
        ("Ich bin bis zum 04.12.2026 nicht im Büro.", date(2026, 12, 5)),
        ("Ich bin vom 24.11. bis einschließlich 30.11. im Urlaub.", date(2026, 12, 1)),
        ("Ab dem 7.12. bin ich wieder erreichbar.", date(2026, 12, 7)),
        ("Je suis absent jusqu'au 4 décembre 2026.", date(2026, 12, 5)),
        ("Je serai de retour le 7 décembre.", date(2026, 12, 7)),
        ("Away until 4 December, back on 7 December 2026.", date(2026, 12, 7)),
    ],
)
def test_the_day_on_which_somebody_is_back_is_read_from_their_note(note: str, back: date) -> None:
    assert back_on(note, MONDAY) == back


@pytest.mark.parametrize(
    "note",
    [
        "I am away. Please write to Bob.",
        "We received your mail of 23.11.2026.",
        "Your order of 30 November 2026 arrived.",
        "I was away until 2 November 2026.",
    ],
)
def test_a_note_that_names_no_day_to_come_leaves_everything_as_it_is(note: str) -> None:
    assert back_on(note, MONDAY) is None
