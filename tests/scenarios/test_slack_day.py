"""A whole company, run from Slack by somebody who taps and types."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_company import Company, in_slack
from slack_person import Person
from slack_seen import Seen
from slack_server import SlackServer, slack_server

from ledger.domain import events
from ledger.replay import refold

LEAD = (
    "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
)


@pytest.fixture
async def slack(founder: Any) -> AsyncIterator[SlackServer]:
    """A Slack whose time is the company's."""
    async with slack_server(founder.clock.now) as server:
        yield server


@pytest.fixture
async def company(business: Any, slack: SlackServer) -> AsyncIterator[Company]:
    async with in_slack(business, slack) as found:
        yield found
        found.well()


@pytest.fixture
async def nora(company: Company) -> Person:
    """The operator, paired from the console."""
    person = company.slack.person("nora", "Nora Lindt")
    await company.pairs(person)
    return person


async def test_a_chat_is_paired_by_the_code_of_the_console(company: Company) -> None:
    nora = company.slack.person("nora", "Nora Lindt")
    assert "owner" in await company.pairs(nora)
    assert "Nothing waits for you" in await company.types(nora, "/coo inbox")


async def test_a_lead_becomes_a_paid_invoice_in_four_taps(company: Company, nora: Person) -> None:
    business = company.business
    await business.mail(LEAD)
    await company.settle()
    card = company.card(nora, "Approve")
    assert "Ada Example" in card.text
    assert "2,856.00" in card.text
    await company.taps(nora, "Approve")
    (offer,) = business.sent()
    assert "€2,856.00" in offer.get_content()
    assert nora.now(card).buttons == []
    assert "Nora Lindt" in nora.now(card).text
    await business.mail("We accept your offer, please go ahead.\n\nAda\n", answers=offer)
    await company.settle()
    await company.taps(nora, "Approve")
    (invoice,) = await business.invoices()
    assert invoice.number == "2026-0001"
    await business.pays("2856.00", reference="Invoice 2026-0001")
    await company.settle()
    assert (await business.invoices())[0].status == "paid"
    told = [each.text for each in nora.reads()]
    assert "€2,856.00 is booked on invoice 2026-0001." in told
    assert "Case 1, A new website is closed: paid" in told
    assert (await refold(business.app.ledger)).identical


async def test_a_card_survives_a_restart_with_its_buttons(founder: Any, slack: SlackServer) -> None:
    nora = slack.person("nora", "Nora Lindt")
    async with founder.business() as business, in_slack(business, slack) as company:
        await company.pairs(nora)
        await business.mail(LEAD)
        await company.settle()
        card = company.card(nora, "Approve")
    async with founder.business() as business, in_slack(business, slack) as company:
        await company.taps(nora, "Approve", card)
        assert len(business.sent()) == 1
        assert nora.now(card).buttons == []
        company.well()


def of_the_card(args: dict[str, Any]) -> bool:
    return "Send an offer" in args["text"]


# --- what a card can be told ---------------------------------------------------------------------


@pytest.fixture
async def offered(company: Company, nora: Person) -> Seen:
    """A lead came, and its card waits in the chat."""
    await company.business.mail(LEAD)
    await company.settle()
    return company.card(nora, "Approve")


async def test_an_edit_ends_in_the_exact_preview_whose_send_approves_those_bytes(
    company: Company, nora: Person, offered: Seen
) -> None:
    await company.taps(nora, "Edit", offered)
    assert nora.modal is not None
    text = nora.modal.fields["Body"]
    preview = await company.fills(nora, Body=f"{text}\nPS: See you in June.")
    assert "PS: See you in June." in preview
    assert company.business.sent() == []
    await company.taps(nora, "Send exactly this")
    (mail,) = company.business.sent()
    assert mail.get_content().replace("\r\n", "\n").rstrip().endswith("PS: See you in June.")
    assert nora.now(offered).buttons == []


async def test_a_rejection_asks_why_and_the_card_says_so(
    company: Company, nora: Person, offered: Seen
) -> None:
    await company.taps(nora, "Reject", offered)
    await company.fills(nora, **{"Why not?": "They never pay."})
    assert company.business.sent() == []
    assert nora.now(offered).buttons == []
    assert "rejected by Nora Lindt" in nora.now(offered).text
    (rejected,) = await company.business.facts(events.Rejected)
    assert rejected.reason == "They never pay."


async def test_telling_how_brings_a_new_draft_on_a_new_card(
    company: Company, nora: Person, offered: Seen
) -> None:
    await company.taps(nora, "Tell me how", offered)
    await company.fills(nora, **{"How do you want it?": "5 % off"})
    new = company.card(nora, "Approve")
    assert new.ts != offered.ts
    assert "2,713.20" in new.text
    assert nora.now(offered).buttons == []


async def test_a_reply_in_the_cards_thread_is_about_that_card(
    company: Company, nora: Person, offered: Seen
) -> None:
    await company.tells(nora, "5 % off", thread=offered)
    assert "2,713.20" in company.card(nora, "Approve").text
    assert nora.now(offered).buttons == []


async def test_a_decision_in_the_console_is_seen_on_the_card_in_slack(
    company: Company, nora: Person, offered: Seen
) -> None:
    await company.business.approves()
    await company.settle()
    assert nora.now(offered).buttons == []
    assert "approved by Nora Lindt" in nora.now(offered).text


async def test_a_tap_on_an_old_picture_of_a_card_is_answered_in_words(
    company: Company, nora: Person, offered: Seen
) -> None:
    await company.taps(nora, "Approve", offered)
    answer = await company.taps(nora, "Approve", offered)
    assert "is decided already: approved by Nora Lindt" in answer
    assert len(company.business.sent()) == 1


async def test_a_tap_after_expiry_does_nothing_and_says_so(
    company: Company, nora: Person, offered: Seen
) -> None:
    company.business.clock.forward(days=8)
    await company.settle()
    assert "Approve" not in nora.now(offered).buttons
    answer = await company.taps(nora, "Approve", offered)
    assert "expired" in answer
    assert company.business.sent() == []


async def test_a_person_who_hesitates_at_the_confirm_dialog_sends_nothing(
    company: Company, nora: Person, offered: Seen
) -> None:
    assert await nora.taps(offered, "Approve", confirm=False) is None
    await company.settle()
    assert nora.asked == ["Approve: this cannot be taken back."]
    assert company.business.sent() == []


# --- who is not the operator ---------------------------------------------------------------------


async def test_a_stranger_gets_one_polite_line_and_the_owner_is_told(
    company: Company, nora: Person
) -> None:
    eve = company.slack.person("eve", "Eve")
    first = await company.tells(eve, "approve 1")
    second = await company.tells(eve, "hello? approve 1!")
    assert first.count("\n") == 0
    assert "I work only for the people who set me up" in first
    assert second == ""
    assert "A stranger wrote on slack" in nora.reads()[-1].text


async def test_a_stranger_who_taps_a_card_in_a_channel_decides_nothing(
    company: Company, nora: Person
) -> None:
    await company.business.mail(LEAD)
    await company.settle()
    card = company.card(nora, "Approve")
    eve = company.slack.person("eve", "Eve")
    place = company.slack.channel("office", nora, eve)
    await eve.taps(card, "Approve", channel=place)
    await company.settle()
    assert company.business.sent() == []
    assert "Approve" in nora.now(card).buttons


async def test_a_copied_button_does_not_work_in_another_conversation(
    company: Company, nora: Person, offered: Seen
) -> None:
    place = company.slack.channel("office", nora)
    await nora.taps(offered, "Approve", channel=place)
    await company.settle()
    assert company.business.sent() == []
    assert "Approve" in nora.now(offered).buttons
    assert "belongs to a message in another chat" in nora.reads(place)[-1].text


async def test_a_revoked_phone_can_do_nothing_and_its_cards_say_so(
    company: Company, nora: Person, offered: Seen
) -> None:
    (identity,) = [each.identity for each in await company.business.facts(events.ChatPaired)]
    await company.business.says(f"revoke {identity}")
    await company.settle()
    assert nora.now(offered).buttons == []
    await company.taps(nora, "Approve", offered)
    assert company.business.sent() == []


# --- the weather ---------------------------------------------------------------------------------


async def test_everything_delivered_twice_happens_once(company: Company) -> None:
    company.slack.copies = 2
    nora = company.slack.person("nora", "Nora Lindt")
    await company.pairs(nora)
    await company.business.mail(LEAD)
    await company.settle()
    before = len(nora.reads())
    await company.taps(nora, "Approve")
    await company.tells(nora, "status")
    assert len(company.business.sent()) == 1
    assert len(await company.business.facts(events.Tapped)) == 1
    assert len(nora.reads()) == before + 1


async def test_what_slack_brings_backwards_is_taken_in_the_order_it_was_written(
    company: Company, nora: Person
) -> None:
    company.slack.hold()
    await nora.writes("status")
    await nora.writes("help approve")
    await company.slack.release(backwards=True)
    await company.settle()
    first, second = nora.reads()[-2:]
    assert "Nothing waits for you" in first.text
    assert "Let exactly the shown bytes run" in second.text


async def test_a_post_whose_answer_was_lost_stands_there_once_and_its_button_works(
    company: Company, nora: Person
) -> None:
    company.slack.faults.lose("chat.postMessage", matching=of_the_card)
    await company.business.mail(LEAD)
    await company.settle()
    company.business.clock.forward(minutes=10)
    await company.settle()
    cards = [each for each in nora.reads() if "Approve" in each.buttons]
    assert len(cards) == 1
    await company.taps(nora, "Approve", cards[0])
    assert len(company.business.sent()) == 1
    assert nora.now(cards[0]).buttons == []


async def test_a_card_whose_message_was_never_recorded_is_adopted_by_a_tap(
    company: Company, nora: Person
) -> None:
    company.slack.faults.lose("chat.postMessage", matching=of_the_card)
    company.slack.faults.cut("conversations.history", times=50)
    await company.business.mail(LEAD)
    await company.settle()
    card = company.card(nora, "Approve")
    await company.taps(nora, "Approve", card)
    assert len(company.business.sent()) == 1
    assert nora.now(card).buttons == []


async def test_a_limit_is_waited_out_and_nothing_is_posted_twice(
    company: Company, nora: Person
) -> None:
    company.slack.faults.limit("chat.postMessage", retry_after=30, times=2)
    await company.business.mail(LEAD)
    await company.settle()
    for _ in range(3):
        company.business.clock.forward(seconds=31)
        await company.settle()
    assert len([each for each in nora.reads() if "Approve" in each.buttons]) == 1


async def test_slack_out_of_order_for_a_while_delays_a_card_and_loses_none(
    company: Company, nora: Person
) -> None:
    company.slack.faults.fail("chat.postMessage", times=3)
    await company.business.mail(LEAD)
    for _ in range(6):
        await company.settle()
        company.business.clock.forward(minutes=6)
    assert len([each for each in nora.reads() if "Approve" in each.buttons]) == 1


async def test_a_cut_socket_comes_back_and_nothing_said_meanwhile_is_lost(
    company: Company, nora: Person
) -> None:
    company.slack.sockets.drop()
    await company.slack.until(lambda: not company.slack.sockets.open)
    await nora.writes("status")
    await company.slack.connected()
    await company.settle()
    assert "Studio Nord" in nora.reads()[-1].text


async def test_a_revoked_token_is_a_failure_with_a_remedy_and_the_cards_come_later(
    company: Company, nora: Person
) -> None:
    company.slack.revoke()
    await company.business.mail(LEAD)
    await company.settle()
    assert "token" in (await company.business.says("failures")).lower()
    company.slack.revoked.clear()


# --- questions -----------------------------------------------------------------------------------


@pytest.fixture
async def question(company: Company, nora: Person) -> Seen:
    """A customer asks something that only the operator can answer; Coo has asked her."""
    await company.business.mail(LEAD)
    await company.settle()
    await company.taps(nora, "Approve")
    (offer,) = company.business.sent()
    await company.business.mail("Can you come to our office in Kiel?\n\nAda\n", answers=offer)
    await company.settle()
    return next(each for each in nora.reads() if "What shall I answer?" in each.text)


async def test_words_right_below_a_question_are_its_answer(
    company: Company, nora: Person, question: Seen
) -> None:
    await company.tells(nora, "Yes, on Friday at ten.")
    assert "Yes, on Friday at ten." in company.business.sent()[-1].get_content()
    assert "Yes, on Friday at ten." in nora.now(question).text


async def test_what_the_operator_asks_is_never_mailed_to_a_customer_as_an_answer(
    company: Company, nora: Person, question: Seen
) -> None:
    before = len(company.business.sent())
    asked = await company.tells(nora, "How much did Ada agree to pay?")
    assert "I am not sure that you answered it. Nothing was sent." in asked
    assert len(company.business.sent()) == before


async def test_words_hours_after_a_question_are_asked_about_and_in_its_thread_they_answer_it(
    company: Company, nora: Person, question: Seen
) -> None:
    before = len(company.business.sent())
    company.business.clock.forward(hours=3)
    asked = await company.tells(nora, "Yes, on Friday at ten.")
    assert "Nothing was sent." in asked
    assert len(company.business.sent()) == before
    await company.tells(nora, "Yes, on Friday at ten.", thread=question)
    assert "Yes, on Friday at ten." in company.business.sent()[-1].get_content()


async def at_home(company: Company, nora: Person) -> None:
    """The operator opens the home tab, and the card stands on it."""
    await nora.opens_home()
    homes = company.slack.world.homes
    await company.slack.until(
        lambda: nora.id in homes and "Send an offer to Ada Example" in nora.home().text,
        what="the card on Home",
    )


async def test_home_shows_what_waits_and_its_buttons_work(
    company: Company, nora: Person, offered: Seen
) -> None:
    await at_home(company, nora)
    await nora.taps_home("Approve")
    await company.settle()
    assert len(company.business.sent()) == 1


async def test_home_follows_what_happens_elsewhere_within_seconds(
    company: Company, nora: Person, offered: Seen
) -> None:
    await at_home(company, nora)
    await company.business.approves()
    await company.settle()
    await company.slack.until(lambda: "Approve" not in nora.home().buttons, what="Home without")


# --- /coo -----------------------------------------------------------------------------------------


async def test_help_is_short_and_a_slip_offers_the_nearest_command(
    company: Company, nora: Person
) -> None:
    few = await company.types(nora, "/coo help")
    everything = await company.types(nora, "/coo help all")
    assert "inbox" in few
    assert len(few.splitlines()) < 20 < len(everything.splitlines())
    assert "whatif" not in few
    assert "whatif" in everything
    assert "Did you mean approve" in await company.types(nora, "/coo aprove 3")
