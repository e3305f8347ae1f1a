"""The operator talks to Coo in Slack: real clients of Slack against a Slack on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_office import SlackOffice, slack_office

from bot import texts
from ledger.domain import events
from ledger.replay import refold

Business = Any

LEAD = (
    "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
)


@pytest.fixture
async def office(business: Business) -> AsyncIterator[SlackOffice]:
    async with slack_office(business) as found:
        yield found


async def test_a_message_is_answered_as_in_the_console(office: SlackOffice) -> None:
    assert "Nothing waits for you" in await office.writes("inbox")
    assert (await refold(office.business.app.ledger)).identical


async def test_an_offer_is_approved_with_one_tap_and_its_card_loses_its_buttons(
    office: SlackOffice,
) -> None:
    await office.business.mail(LEAD)
    await office.settle()
    card = next(seen for seen in office.nora.reads() if "Approve" in seen.buttons)
    assert "Send an offer to Ada Example" in card.text
    assert {"Approve", "Edit", "Reject", "Tell me how", "Later"} <= set(card.buttons)
    await office.taps("Approve")
    assert len(office.business.sent()) == 1
    decided = office.nora.now(card)
    assert "approved by Nora Lindt" in decided.text
    assert "Approve" not in decided.buttons


async def test_rejecting_asks_why_in_a_form_and_the_reason_is_kept(office: SlackOffice) -> None:
    await office.business.mail(LEAD)
    await office.settle()
    await office.taps("Reject")
    assert office.nora.modal is not None
    (label,) = office.nora.modal.fields
    await office.said(await office.nora.submits({label: "too cheap"}))
    (rejected,) = await office.facts(events.Rejected)
    assert rejected.event.reason == "too cheap"
    assert office.nora.modal is None


async def test_an_edit_ends_in_the_exact_preview_whose_send_approves_those_bytes(
    office: SlackOffice,
) -> None:
    await office.business.mail(LEAD)
    await office.settle()
    await office.taps("Edit")
    assert office.nora.modal is not None
    assert set(office.nora.modal.fields) == {"Subject", "Body"}
    await office.said(await office.nora.submits({"Subject": "Your new website, Ada"}))
    preview = office.nora.reads()[-1]
    assert "Your new website, Ada" in preview.text
    assert office.business.sent() == []
    await office.taps("Send exactly this")
    (mail,) = office.business.sent()
    assert mail["Subject"] == "Your new website, Ada"
    assert "Send exactly this" not in office.nora.now(preview).buttons


async def test_a_command_typed_in_a_channel_is_answered_where_nobody_else_reads(
    office: SlackOffice,
) -> None:
    team = office.slack.channel("team", office.nora)
    await office.said(await office.nora.types_command("/coo inbox", channel=team))
    assert "Nothing waits for you" in office.nora.reads()[-1].text
    assert all(seen.private for seen in office.nora.reads(team))


async def test_a_mention_in_a_channel_is_answered_once_in_that_channel(
    office: SlackOffice,
) -> None:
    office.slack.subscribed.add("message.channels")
    team = office.slack.channel("team", office.nora)
    await office.nora.mentions("status", team)
    for delivery in office.slack.deliveries:
        await delivery.acked()
    await office.settle()
    assert len(office.nora.reads(team)) == 1


async def test_what_a_customer_wrote_pings_nobody_and_leads_nowhere(office: SlackOffice) -> None:
    nasty = "<!channel> <@U1> see <https://evil.example|your bank> *now*"
    await office.business.mail(LEAD + nasty, subject=nasty)
    await office.settle()
    await office.writes("audit 1")
    shown = office.nora.reads()
    assert not [hit for seen in shown for hit in (*seen.mentions, *seen.links)]
    posted = office.slack.calls_of("chat.postMessage")
    assert all(str(call.args["unfurl_links"]).lower() in {"0", "false"} for call in posted)


async def test_the_first_look_into_the_chat_offers_what_to_ask(office: SlackOffice) -> None:
    await (await office.nora.opens_messages()).acked()
    prompts = await office.slack.until(lambda: office.slack.world.prompts.get(office.nora.dm.id))
    assert [each["message"] for each in prompts] == ["inbox", "status", "failures", "help"]


async def test_a_changed_message_and_a_deleted_one_are_facts(office: SlackOffice) -> None:
    seen = await office.nora.writes("inbix")
    await office.said()
    await office.nora.edits(seen, "inbox")
    await office.said()
    await office.nora.deletes(seen)
    await office.said()
    assert [each.kind.value for each in await office.came_in()] == ["message", "edited", "deleted"]


async def test_coos_own_messages_and_other_bots_are_not_answered(office: SlackOffice) -> None:
    await office.writes("inbox")
    for delivery in office.slack.deliveries:
        await delivery.acked()
    assert len(await office.came_in()) == 1


async def seen_at_home(office: SlackOffice, words: str) -> None:
    """Wait until App Home says so."""
    world, nora = office.slack.world, office.nora
    await office.slack.until(lambda: nora.id in world.homes and words in nora.home().text)


async def test_app_home_shows_what_waits_with_the_same_buttons_and_follows_by_itself(
    office: SlackOffice,
) -> None:
    await (await office.nora.opens_home()).acked()
    await seen_at_home(office, "Studio Nord")
    await office.business.mail(LEAD)
    await office.settle()
    await seen_at_home(office, "Send an offer to Ada Example")
    assert "Approve" in office.nora.home().buttons
    await office.said(await office.nora.taps_home("Approve"))
    assert len(office.business.sent()) == 1
    await office.slack.until(lambda: "Approve" not in office.nora.home().buttons)


async def test_more_on_app_home_is_answered_in_the_chat(office: SlackOffice) -> None:
    await office.business.mail(LEAD)
    await office.settle()
    await (await office.nora.opens_home()).acked()
    await seen_at_home(office, "Send an offer to Ada Example")
    before = len(office.answers())
    await office.said(await office.nora.taps_home("More"))
    assert office.answers()[before:]


async def test_app_home_tells_a_stranger_nothing_but_how_to_pair(office: SlackOffice) -> None:
    await office.business.mail(LEAD)
    eve = office.slack.person("eve")
    await (await eve.opens_home()).acked()
    await office.slack.until(lambda: eve.id in office.slack.world.homes)
    assert "Ada" not in eve.home().text
    assert "coo pair" in eve.home().text
    assert eve.home().buttons == []


async def test_later_offers_when_and_own_words_count_as_well(office: SlackOffice) -> None:
    await office.business.mail(LEAD)
    await office.settle()
    await office.taps("Later")
    assert office.nora.modal is not None
    (when, own) = office.nora.modal.fields
    await office.said(await office.nora.submits({when: "In three hours"}))
    (postponed,) = await office.facts(events.Postponed)
    hours = (postponed.event.until - postponed.at).total_seconds() / 3600
    assert round(hours) == 3
    assert own == texts.SLACK_FORM_OWN_WORDS
