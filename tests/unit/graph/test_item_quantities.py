"""How many of what: exact numbers count, and everything else is asked."""

from __future__ import annotations

import pytest

from graph.agents.items import wants_in


@pytest.fixture
def wanted(company):
    return lambda text: {slot.item: slot.quantity for slot in wants_in(text, company.prices).items}


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("1.) Logo\n2.) Website\n3.) two workshop days", {"logo": 1, "website": 1, "workshop": 2}),
        ("Logo design\t2\nWorkshop day\t3", {"logo": 2, "workshop": 3}),
        ("We are two. A workshop day, please.", {"workshop": 1}),
        ("training for 12 people, 2 days, in Manchester", {"workshop": 2}),
        ("a workshop (two days) for 8 people", {"workshop": 2}),
        ("x2 logo", {"logo": 2}),
        ("sechs Schulungstage", {"workshop": 6}),
        ("Could we have a website?", {"website": 1}),
        ("logos 2x", {"logo": 2}),
        ("three workshop days and a website", {"workshop": 3, "website": 1}),
        ("care of our website for 6 months", {"care": 6}),
        ("care of all of our pages for 6 months", {"care": 6}),
    ],
)
def test_an_exact_number_beside_an_item_is_its_quantity(wanted, text, items):
    assert wanted(text) == items


@pytest.mark.parametrize(
    "text",
    [
        "2-3 workshop days",
        "2 - 3 workshop days",
        "two or three workshop days",
        "zwei bis drei Tage Workshop",
        "2 à 3 jours d'atelier",
        "workshop, 2 or 3 days",
        "about 3 workshop days",
        "mindestens zwei Workshoptage",
        "up to 4 days of workshop",
        "au moins deux jours d'atelier",
        "3 workshop days or so",
        "3+ workshop days",
        "half a day of workshop",
        "einen halben Tag Workshop",
        "une demi-journée d'atelier",
        "anderthalb Tage Workshop",
        "1,5 Tage Workshop",
        "1 1/2 workshop days",
        "a workshop in 2027",
        "a workshop on 3 December",
        "a workshop for 20",
        "4000 workshop days",
        "workshops",
        "one workshop day in May and another one in June",
        "a workshop for a team that stays for 3 days",
    ],
)
def test_a_range_a_fraction_or_an_estimate_is_no_quantity(wanted, text):
    assert wanted(text) == {"workshop": 0}


@pytest.mark.parametrize(
    "text",
    [
        "We already have a logo, we need a website.",
        "Ein Logo haben wir schon, uns fehlt eine Website.",
        "Das Logo ist schon vorhanden, es geht um eine Website.",
        "Nous avons déjà un logo, il nous faut un site web.",
        "We have a logo and need a website.",
        "The logo you made is lovely; now a website, please.",
        "No logo, just a website.",
    ],
)
def test_what_they_have_is_not_what_they_want(wanted, text):
    assert wanted(text) == {"website": 1}


@pytest.mark.parametrize("text", ["Il nous faut maintenant un logo.", "We worship a good logo."])
def test_common_words_are_no_items_with_a_slip_of_the_pen(wanted, text):
    assert set(wanted(text)) == {"logo"}
