"""The operator's words do what they say, or Coo says what it understood and asks."""

from __future__ import annotations

from datetime import date

import pytest

from graph.agents.reading import Known
from graph.agents.wish import wish_in
from graph.slots import Wanted
from ledger.domain.commands import SendProposal, SendReply
from ledger.domain.events import ProposalDrafted
from ledger.domain.values import Trust


@pytest.fixture
def wish(company):
    known = Known(prices=company.prices, today=date(2026, 11, 22), currency="EUR")
    return lambda text: wish_in(text, known)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("5 % off", "discount_bp", 500),
        ("give them 10% discount", "discount_bp", 1_000),
        ("10 % Rabatt bitte", "discount_bp", 1_000),
        ("no discount", "discount_bp", 0),
        ("ohne Rabatt", "discount_bp", 0),
        ("make it 2,200 EUR", "net", 220_000),
        ("für 2.200 € brutto", "gross", 220_000),
        ("use 2 days", "quantity", 2),
        ("only one day", "quantity", 1),
        ("3 workshop days instead", "lines", (Wanted("workshop", 3),)),
        ("without the logo", "drop", ("logo",)),
        ("ohne Logo", "drop", ("logo",)),
        ("decline", "decline", True),
        ("absagen", "decline", True),
        ("ask the customer", "ask_customer", True),
        ("close it", "close", True),
        ("try again", "again", True),
        ("deliver within 7 days", "delivery_days", 7),
    ],
)
def test_plain_orders_are_understood_completely(wish, text, field, value):
    found = wish(text)
    assert getattr(found, field) == value
    assert (found.rest, bool(found.understood)) == ("", True)


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("friendlier", "friendly"),
        ("bitte freundlicher", "friendly"),
        ("more formal", "formal"),
        ("shorter", "brief"),
    ],
)
def test_a_tone_is_understood(wish, text, tone):
    assert (wish(text).wording.tone, wish(text).rest) == (tone, "")


def test_two_orders_in_one_sentence_are_both_kept(wish):
    found = wish("friendlier, and 5 % off")
    assert (found.wording.tone, found.discount_bp, found.rest) == ("friendly", 500, "")


@pytest.mark.parametrize(
    "text",
    [
        "mention that parking is free",
        "2000 EUR or 2200 EUR",
        "100 EUR off",
        "use the usual terms",
        "5 % off and free hosting",
        "send it to bob@example.org",
    ],
)
def test_what_is_not_understood_is_said(wish, text):
    assert wish(text).rest


def test_a_whole_text_is_taken_as_it_stands(wish):
    text = "Dear Ada,\n\nhere is my offer for 9.999 EUR.\n\nNora"
    assert wish(text).wording.body == text
    assert wish("body: Hello Ada").wording.body == "Hello Ada"


async def test_a_discount_makes_a_new_version_in_place_of_the_card(bench):
    await bench.mail("We need a website.")
    first = bench.action()
    await bench.say("friendlier, 5 % off", action=first.action)
    second = bench.action()
    assert (second.replaces, bench.said(ProposalDrafted)[0].discount_bp) == (first.action, 500)
    assert second.provenance["total"].trust is Trust.OPERATOR
    assert "I am looking forward" in second.command.body


async def test_a_quantity_makes_a_new_version(bench):
    await bench.mail("We need 3 workshop days.")
    await bench.say("use 2 days", action=bench.action().action)
    assert bench.said(ProposalDrafted)[0].net.minor == 240_000


async def test_a_text_of_the_operators_own_is_sent_as_it_stands(bench):
    await bench.mail("We need a website.")
    first = bench.action()
    await bench.say("Hello Ada,\n\nas discussed on the phone.\n\nNora", action=first.action)
    command = bench.action().command
    assert isinstance(command, SendProposal)
    assert command.body == "Hello Ada,\n\nas discussed on the phone.\n\nNora"
    assert (command.total, command.to) == (first.command.total, first.command.to)
    assert bench.action().provenance["body"].trust is Trust.OPERATOR


async def test_the_operator_cannot_go_below_the_floor_by_a_slip(bench):
    await bench.mail("We need a website.")
    await bench.say("50 % off", action=bench.action().action)
    assert bench.actions() == []
    assert "below its floor" in bench.question().text


async def test_a_reason_for_a_no_that_says_how_is_followed(bench):
    await bench.mail("We need a website.")
    await bench.reject(bench.action().action, "too cheap, no discount but formal please")
    assert bench.actions() == []
    assert "What should happen instead" in bench.question().text
    await bench.answer(text="10 % off")
    assert bench.said(ProposalDrafted)[0].discount_bp == 1_000


async def test_words_nobody_understands_change_nothing(bench):
    await bench.mail("We need a website.")
    before = bench.deal.offers
    await bench.say("mention that parking is free", action=bench.action().action)
    assert bench.actions() == []
    assert "I did not understand" in bench.question().text
    assert bench.deal.offers == before


async def test_after_the_yes_the_price_is_fixed(a_bill):
    bench = await a_bill()
    await bench.say("10 % off")
    assert bench.actions() == []
    assert "fixed" in bench.question().text


async def test_a_decline_is_written_and_closes_the_case(bench):
    await bench.mail("We need a website.")
    await bench.say("decline")
    command = bench.action().command
    assert isinstance(command, SendReply)
    assert (command.purpose, bench.deal.closed) == ("decline", "declined")
