"""What ordinary sentences in English and German say, and when they hold."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from bot.company.text import defaults
from bot.remembering.people import people_in, unknown_name
from bot.remembering.periods import read_period
from bot.remembering.reading import read, value_like
from ledger.domain.entities import Contact
from ledger.domain.identity import Identity
from ledger.domain.knowledge import (
    DaysValue,
    EarlyValue,
    KnowledgeKind,
    MoneyValue,
    PercentValue,
    TextValue,
    Value,
    YesNoValue,
)
from ledger.domain.values import Money

TODAY = date(2026, 11, 22)
COMPANY = defaults()


def euros(amount: int) -> MoneyValue:
    return MoneyValue(Money(amount * 100, "EUR"))


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("x from March", date(2027, 3, 1), None),
        ("x from November", date(2026, 11, 1), None),
        ("x since October", date(2026, 10, 1), None),
        ("x seit Dezember", date(2025, 12, 1), None),
        ("x ab 1.2.", date(2027, 2, 1), None),
        ("x ab dem 1. Februar 2027", date(2027, 2, 1), None),
        ("until 31 December x", None, date(2027, 1, 1)),
        ("x bis zum 31.12.2026", None, date(2027, 1, 1)),
        ("x bis Ende März", None, date(2027, 4, 1)),
        ("x until the end of the year", None, date(2027, 1, 1)),
        ("x from March to June", date(2027, 3, 1), date(2027, 7, 1)),
        ("x from 2026-12-01 until 2026-12-31", date(2026, 12, 1), date(2027, 1, 1)),
        ("x from tomorrow", date(2026, 11, 23), None),
        ("x ab nächstem Monat", date(2026, 12, 1), None),
        ("x from next month", date(2026, 12, 1), None),
        ("x im Dezember", date(2026, 12, 1), date(2027, 1, 1)),
        ("x in 2027", date(2027, 1, 1), date(2028, 1, 1)),
        ("x from 31 February", None, None),
        ("never call Ben before 10", None, None),
        ("Ben may decide", None, None),
    ],
)
def test_the_time_in_a_sentence_is_read_and_taken_out(
    text: str, begin: date | None, end: date | None
) -> None:
    period = read_period(text, TODAY)
    assert (period.begin, period.end) == (begin, end)
    if begin or end:
        assert period.rest == "x"


@pytest.mark.parametrize(
    ("text", "kind", "topic", "value"),
    [
        ("logo costs 900 from March", KnowledgeKind.PRICE, "price:logo", euros(900)),
        ("Logo kostet für Ada 1.550 €", KnowledgeKind.PRICE, "price:logo", euros(1550)),
        ("the website for Ada at 2,100 euros", KnowledgeKind.PRICE, "price:website", euros(2100)),
        (
            "Acme gets 2% Skonto within 10 days",
            KnowledgeKind.TERM,
            "early-payment",
            EarlyValue(200, 10),
        ),
        (
            "Acme: 3 % discount if paid within two weeks",
            KnowledgeKind.TERM,
            "early-payment",
            EarlyValue(300, 14),
        ),
        ("Acme pays within 14 days", KnowledgeKind.TERM, "payment-days", DaysValue(14)),
        ("Acme always pays within two weeks", KnowledgeKind.TERM, "payment-days", DaysValue(14)),
        ("Acme zahlt in 30 Tagen", KnowledgeKind.TERM, "payment-days", DaysValue(30)),
        ("Acme: net 45", KnowledgeKind.TERM, "payment-days", DaysValue(45)),
        ("delivery takes 20 days", KnowledgeKind.TERM, "delivery-days", DaysValue(20)),
        ("10% for Acme", KnowledgeKind.TERM, "discount", PercentValue(1000)),
        ("Acme bekommt 7,5 % Rabatt", KnowledgeKind.TERM, "discount", PercentValue(750)),
        ("at most 5 % for Acme", KnowledgeKind.TERM, "discount-cap", PercentValue(500)),
        ("Acme höchstens 5 Prozent", KnowledgeKind.TERM, "discount-cap", PercentValue(500)),
        ("Acme's budget is 10,000", KnowledgeKind.FINANCE, "finance:budget", euros(10_000)),
    ],
)
def test_a_sentence_with_a_value_is_typed(
    text: str, kind: KnowledgeKind, topic: str, value: Value
) -> None:
    found = read(text, COMPANY, TODAY)
    assert (found.kind, found.topic, found.value) == (kind, topic, value)


@pytest.mark.parametrize(
    ("text", "kind", "topic", "words"),
    [
        ("Anna prefers du", KnowledgeKind.PREFERENCE, "preference:address", "du"),
        ("Anna mag lieber Sie", KnowledgeKind.PREFERENCE, "preference:address", "Sie"),
        ("Anna immer duzen", KnowledgeKind.PREFERENCE, "preference:address", "du"),
        ("Ben wants first names", KnowledgeKind.PREFERENCE, "preference:address", "first name"),
        ("Anna spricht Deutsch", KnowledgeKind.PREFERENCE, "preference:language", "de"),
        ("write to Ben in English", KnowledgeKind.PREFERENCE, "preference:language", "en"),
        ("Ben prefers the phone", KnowledgeKind.PREFERENCE, "preference:channel", "="),
        ("never call Ben before 10", KnowledgeKind.POLICY, "", "="),
        ("Ben nie vor 10 anrufen", KnowledgeKind.POLICY, "", "="),
        ("never sell a logo under 500", KnowledgeKind.POLICY, "", "="),
        ("Ben has two children", KnowledgeKind.NOTE, "", "="),
        ("logo and workshop cost 500", KnowledgeKind.NOTE, "", "="),
    ],
)
def test_a_sentence_of_words_is_a_preference_a_rule_or_a_note(
    text: str, kind: KnowledgeKind, topic: str, words: str
) -> None:
    found = read(text, COMPANY, TODAY)
    assert (found.kind, found.topic, found.value) == (kind, topic, TextValue())
    assert found.text == (text if words == "=" else words)


def test_an_amount_without_a_place_is_no_price_and_says_so() -> None:
    assert not read("logo and workshop cost 500", COMPANY, TODAY).clear
    assert not read("the logo costs 500 USD", COMPANY, TODAY).clear


@pytest.mark.parametrize(
    ("text", "like", "value"),
    [
        ("950", euros(1), euros(950)),
        ("logo costs 1.950,50", euros(1), MoneyValue(Money(195050, "EUR"))),
        ("12 %", PercentValue(1), PercentValue(1200)),
        ("30", DaysValue(1), DaysValue(30)),
        ("six weeks", DaysValue(1), DaysValue(42)),
        ("nein", YesNoValue(yes=True), YesNoValue(yes=False)),
    ],
)
def test_a_correction_is_read_as_the_kind_of_value_that_it_corrects(
    text: str, like: Value, value: Value
) -> None:
    assert value_like(text, like, COMPANY) == (value, "")


@pytest.mark.parametrize("like", [euros(1), PercentValue(1), DaysValue(1), YesNoValue(yes=True)])
def test_a_correction_of_another_kind_is_not_guessed(like: Value) -> None:
    assert value_like("something else", like, COMPANY) is None


def somebody(name: str, firm: str = "", at: str = "mail.example") -> Identity:
    address = f"{name.split(maxsplit=1)[0].lower()}@{at}"
    return Identity(
        (Contact(id=f"con-{name}", name=name, address=address, persons=(), organisation=firm),)
    )


def test_people_are_found_by_a_whole_name_before_a_part_of_one() -> None:
    ada, other, ben = somebody("Ada Example"), somebody("Ada Lovelace"), somebody("Ben", "Acme")
    book = [ada, other, ben]
    assert people_in("Ada Example prefers du", book) == [ada]
    assert people_in("Ada prefers du", book) == [ada, other]
    assert people_in("Ben's budget", book) == [ben]
    assert people_in("Acme zahlt spät", book) == [ben]
    assert people_in("Adam pays", book) == []


def test_a_name_that_nobody_bears_is_noticed() -> None:
    assert unknown_name("10% for Zeta Corp") == "Zeta Corp"
    assert unknown_name("Anna prefers du") == "Anna"
    assert unknown_name("Kunden zahlen innerhalb von 14 Tagen") == ""
    assert unknown_name("15 % for Website", ["Website"]) == ""


@pytest.mark.parametrize(
    "text",
    [
        "the logo costs -490 EUR",
        "the logo costs -490",
        "the logo costs EUR 0.001",
        "the logo costs 490 PLN",
        "the logo costs 490 yen",
        "the logo costs ¥490",
        "the logo costs 490 zł",
        "the logo costs 490 kr",
        "the logo costs 999,999,999,999,999,999,999",
        "the logo costs 500 until 31 February",
        "a discount of -5 %",
        "pays in -5 days",
    ],
)
def test_a_figure_that_is_not_plain_becomes_no_price_and_no_term(text: str) -> None:
    found = read(text, COMPANY, TODAY)
    assert (found.kind, found.value, found.clear) == (KnowledgeKind.NOTE, TextValue(), False)
    assert found.begin is found.end is None


def test_a_company_may_name_its_own_currency() -> None:
    swedish = replace(COMPANY, currency="SEK")
    assert read("the logo costs 490 SEK", swedish, TODAY).value == MoneyValue(Money(49000, "SEK"))


@pytest.mark.parametrize(
    ("text", "like"),
    [
        ("500 USD", euros(1)),
        ("price 500 PLN", euros(1)),
        ("it costs -5 EUR", euros(1)),
        ("it costs 0", euros(1)),
        ("it costs 999,999,999,999,999,999,999", euros(1)),
        ("-5%", PercentValue(1)),
        ("-5 days", DaysValue(1)),
    ],
)
def test_a_correction_never_takes_another_currency_or_an_impossible_figure(
    text: str, like: Value
) -> None:
    assert value_like(text, like, COMPANY) is None
