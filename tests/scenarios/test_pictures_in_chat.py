"""Pictures and documents arrive in a chat: through real clients, at a Slack and a Telegram on
loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_company import Company, in_slack
from slack_person import Person
from slack_server import SlackServer, slack_server
from telegram_phone import TelegramPhone, telegram_phone
from telegram_server import TelegramServer

LEAD = (
    "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
)
YES = "We accept your offer, please go ahead.\n\nAda\n"
PNG = b"\x89PNG"


@pytest.fixture
async def slack(founder: Any) -> AsyncIterator[SlackServer]:
    async with slack_server(founder.clock.now) as server:
        yield server


@pytest.fixture
async def company(business: Any, slack: SlackServer) -> AsyncIterator[Company]:
    async with in_slack(business, slack) as found:
        yield found
        found.well()


@pytest.fixture
async def nora(company: Company) -> Person:
    person = company.slack.person("nora", "Nora Lindt")
    await company.pairs(person)
    return person


@pytest.fixture
async def phone(business: Any, telegram: TelegramServer) -> AsyncIterator[TelegramPhone]:
    async with telegram_phone(business, telegram) as found:
        await found.pairs()
        yield found


def files_in(slack: SlackServer) -> dict[str, bytes]:
    return {each.name: each.data for each in slack.world.files.values()}


async def test_in_slack_the_pages_and_the_pdf_of_an_invoice_stand_with_its_card(
    company: Company, nora: Person
) -> None:
    offer = await company.business.offered()
    await company.business.mail(YES, answers=offer)
    await company.settle()
    files = files_in(company.slack)
    assert files["2026-0001-1.png"].startswith(PNG)
    await company.taps(nora, "Approve")
    (left,) = company.business.sent()[-1].iter_attachments()
    assert files["2026-0001.pdf"] == left.get_content()


async def test_in_slack_a_timeline_and_a_report_are_pictures(
    company: Company, nora: Person
) -> None:
    await company.business.offered()
    await company.types(nora, "/coo timeline ada")
    await company.types(nora, "/coo report")
    files = files_in(company.slack)
    assert files["timeline-1.png"].startswith(PNG)
    assert files["report-2026-11.png"].startswith(PNG)


async def test_in_slack_more_on_a_card_tells_the_rest_of_it(company: Company, nora: Person) -> None:
    await company.business.mail(LEAD)
    await company.settle()
    told = await company.taps(nora, "More", company.card(nora, "Approve"))
    assert "From facts" in told
    assert "Led to it" in told


async def test_on_a_phone_an_invoice_comes_with_its_page_as_a_photo_and_its_pdf(
    phone: TelegramPhone,
) -> None:
    offer = await phone.business.offered()
    await phone.business.mail(YES, answers=offer)
    await phone.hears()
    (photo,) = phone.server.of("sendPhoto")
    (document,) = phone.server.of("sendDocument")
    assert next(iter(photo.files.values()))[1].startswith(PNG)
    await phone.taps("Approve")
    (left,) = phone.business.sent()[-1].iter_attachments()
    assert next(iter(document.files.values()))[1] == left.get_content()


async def test_on_a_phone_a_timeline_is_a_photo_and_start_the_overview(
    phone: TelegramPhone,
) -> None:
    await phone.business.offered()
    await phone.writes("/timeline 1")
    (photo,) = phone.server.of("sendPhoto")
    assert next(iter(photo.files.values()))[1].startswith(PNG)
    told = await phone.writes("/start")
    assert "Done last:" in told
    assert "Offer sent, Ada Example" in told
