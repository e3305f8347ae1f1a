"""A mailbox followed at a real IMAP server: Dovecot on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from typing import Any

import pytest
from imap_server import MISSING, PASSWORD, USER, ImapServer, installed
from msgspec.structs import replace

from bot.findings import Health
from bot.mail_settings import Reading
from bot.settings import Secret
from bot.work.mail_check import MailCheck
from bot.work.mailbox import follow_mailbox
from bot.work.unread import unread_bytes
from connectors.mail.server import MailServer, Security
from ledger.domain.entities import Case
from ledger.domain.errors import InputUnreadable
from ledger.domain.events import (
    FailureCleared,
    FailureReported,
    MailboxFollowed,
    MailReceived,
    MailSetAside,
    MailUnreadable,
    OperatorActed,
    OperatorWrote,
)

pytestmark = [
    pytest.mark.skipif(not installed(), reason=MISSING),
    pytest.mark.slow,  # a server is started for each of them
]


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    server = ImapServer()
    server.start()
    yield server
    server.end()


def mail(subject: str, text: str = "Hello Nora") -> bytes:
    message = EmailMessage()
    message["From"] = "Ada Example <ada@example.com>"
    message["To"] = USER
    message["Subject"] = subject
    message["Message-ID"] = f"<{subject.replace(' ', '-')}@example.com>"
    message.set_content(text)
    return message.as_bytes()


def reading(
    imap: ImapServer, *folders: str, password: str = PASSWORD, sent: str = "none"
) -> Reading:
    server = MailServer(
        host="127.0.0.1", port=imap.port, security=Security.PLAIN, user=USER, timeout=10
    )
    return Reading(
        server=server, password=Secret(password), folders=folders or ("INBOX",), sent=sent
    )


@asynccontextmanager
async def following(business: Any, at: Reading) -> AsyncIterator[asyncio.Task[None]]:
    """The mailbox is followed for as long as the block runs; what ends it early comes out."""
    stop = asyncio.Event()
    task = asyncio.create_task(follow_mailbox(business.app, at, stop))
    try:
        yield task
    finally:
        stop.set()
        await task


async def until(business: Any, fits: Callable[[list[Any]], bool]) -> list[Any]:
    """The events once they fit; each new fact wakes the look."""
    changed = asyncio.Event()
    business.app.ledger.subscribe(lambda _: changed.set())
    async with asyncio.timeout(30):
        while True:
            changed.clear()
            events = [fact.event for fact in await business.all_facts()]
            if fits(events):
                return events
            with suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    await changed.wait()


def subjects(events: list[Any]) -> list[str]:
    return [event.subject for event in events if isinstance(event, MailReceived)]


def seen(*wanted: str) -> Callable[[list[Any]], bool]:
    return lambda events: subjects(events) == list(wanted)


def has(kind: type[Any]) -> Callable[[list[Any]], bool]:
    return lambda events: any(isinstance(event, kind) for event in events)


async def test_what_comes_in_from_now_on_is_taken_in_order_and_nothing_is_marked(
    founder: Any, imap: ImapServer
) -> None:
    imap.put(mail("from before"))
    async with founder.business() as business, following(business, reading(imap)):
        await until(business, has(MailboxFollowed))
        imap.put(mail("one"))
        imap.put(mail("two"))
        await until(business, seen("one", "two"))
    assert len(imap.flags()) == 3
    assert not any("Seen" in flags for flags in imap.flags())


async def test_what_came_while_coo_slept_is_taken_when_it_wakes_and_only_once(
    founder: Any, imap: ImapServer
) -> None:
    async with founder.business() as business:
        async with following(business, reading(imap)):
            await until(business, has(MailboxFollowed))
            imap.put(mail("one"))
            await until(business, seen("one"))
        imap.put(mail("two"))
        imap.put(mail("two"))
        async with following(business, reading(imap)):
            imap.put(mail("three"))
            await until(business, seen("one", "two", "three"))


async def test_a_lost_position_is_found_again_without_taking_anything_twice(
    founder: Any, imap: ImapServer
) -> None:
    imap.put(mail("from before"))
    async with founder.business() as business:
        async with following(business, reading(imap)):
            await until(business, has(MailboxFollowed))
            imap.put(mail("one"))
            await until(business, seen("one"))
        business.app.folder.positions.unlink()
        imap.put(mail("two"))
        async with following(business, reading(imap)):
            await until(business, seen("one", "two"))


def _followed(event: Any) -> bool:
    return isinstance(event, MailboxFollowed)


async def test_only_the_chosen_folders_are_read(founder: Any, imap: ImapServer) -> None:
    imap.put(mail("older"), "Requests")
    imap.put(mail("older"), "Private")
    at = reading(imap, "INBOX", "Requests")
    async with founder.business() as business, following(business, at):
        await until(business, lambda events: sum(map(_followed, events)) == 2)
        imap.put(mail("private"), "Private")
        imap.put(mail("a request"), "Requests")
        await until(business, seen("a request"))
        imap.put(mail("a mail"))
        await until(business, seen("a request", "a mail"))
    assert not any("Seen" in flags for flags in imap.flags("Requests"))


async def test_a_server_that_goes_away_is_told_once_and_nothing_is_lost(
    founder: Any, imap: ImapServer
) -> None:
    async with founder.business() as business, following(business, reading(imap)):
        await until(business, has(MailboxFollowed))
        imap.down()
        (told,) = [
            event
            for event in await until(business, has(FailureReported))
            if isinstance(event, FailureReported)
        ]
        assert "No mail is lost" in told.remedies[0]
        imap.up()
        imap.put(mail("after the break"))
        await until(business, seen("after the break"))
        events = await until(business, has(FailureCleared))
    assert sum(isinstance(event, FailureReported) for event in events) <= 2
    assert PASSWORD not in str(events)


async def test_a_folder_that_is_numbered_anew_is_read_from_its_day_on(
    founder: Any, imap: ImapServer
) -> None:
    async with founder.business() as business:
        async with following(business, reading(imap)):
            await until(business, has(MailboxFollowed))
            imap.put(mail("one"))
            await until(business, seen("one"))
        imap.renumber()
        imap.put(mail("two"))
        async with following(business, reading(imap)):
            await until(business, seen("one", "two"))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"password": "not-the-password"}, "does not accept the login"),
        ({}, "has no folder 'Nowhere'"),
    ],
)
async def test_a_wrong_setting_is_told_with_what_to_do(
    founder: Any, imap: ImapServer, wrong: dict[str, str], says: str
) -> None:
    at = reading(imap, *(() if wrong else ("Nowhere",)), **wrong)
    async with founder.business() as business, following(business, at):
        events = await until(business, has(FailureReported))
    (told, *_) = [event for event in events if isinstance(event, FailureReported)]
    assert says in told.cause
    assert "COO_IMAP" in told.remedies[0]
    assert "not-the-password" not in str(events)


async def test_a_mail_that_cannot_be_taken_holds_up_no_other(
    founder: Any, imap: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with founder.business() as business:
        taken = business.app.intake.mail

        async def refuses(raw: bytes, source: str) -> Any:
            if b"Subject: one" in raw:
                raise InputUnreadable("It is too strange.", "Look at it.")
            return await taken(raw, source)

        monkeypatch.setattr(business.app.intake, "mail", refuses)
        async with following(business, reading(imap)):
            await until(business, has(MailboxFollowed))
            imap.put(mail("one"))
            imap.put(mail("two"))
            events = await until(business, seen("two"))
    (told,) = [event for event in events if isinstance(event, FailureReported)]
    assert told.cause == "It is too strange."
    assert "coo ingest" in told.remedies[1]


async def test_what_no_parser_can_read_is_said_and_the_next_mail_comes(
    founder: Any, imap: ImapServer
) -> None:
    async with founder.business() as business, following(business, reading(imap)):
        await until(business, has(MailboxFollowed))
        imap.put(b"\x00\x01 no mail at all \xff\xfe\r\n")
        imap.put(mail("one"))
        events = await until(business, lambda events: "one" in subjects(events))
    assert has(MailUnreadable)(events) or len(subjects(events)) == 2


async def test_the_doctor_tries_each_folder_and_alters_nothing(
    founder: Any, imap: ImapServer
) -> None:
    imap.put(mail("unread"))
    for at, health in (
        (reading(imap), Health.OK),
        (reading(imap, "Nowhere"), Health.BROKEN),
        (reading(imap, password="not-the-password"), Health.BROKEN),
    ):
        check = MailCheck(replace(founder.settings(), reading=at))
        _, found, *_ = await check.look()
        assert found.health is health
        assert "not-the-password" not in found.what + found.remedy
    assert not any("Seen" in flags for flags in imap.flags())


async def test_a_message_that_was_left_unread_is_brought_back_from_the_mailbox(
    founder: Any, imap: ImapServer
) -> None:
    newsletter = b"List-Id: <news.shop.example>\r\n" + mail("Our offers").replace(b"\n", b"\r\n")
    at = reading(imap)
    async with founder.business() as business, following(business, at):
        await until(business, has(MailboxFollowed))
        imap.put(newsletter)
        await until(business, has(MailSetAside))
        facts = await business.all_facts()
        (aside,) = [fact for fact in facts if isinstance(fact.event, MailSetAside)]
        app = replace(business.app, settings=replace(business.app.settings, reading=at))
        raw = await unread_bytes(app, aside)
        assert b"Our offers" in raw
        taken = await app.intake.lead(raw, aside.id)
        assert taken.fact.event.subject == "Our offers"
    assert not any("Seen" in flags for flags in imap.flags())


# --- what the operator sends himself -----------------------------------------------------------


LEAD = "Hello,\n\nplease send us an offer for the website design package.\n\nAda\n"


def own(subject: str, answers: str, text: str = "We can do it for 1,900.00 EUR net.") -> bytes:
    message = EmailMessage()
    message["From"] = USER
    message["To"] = "Ada Example <ada@example.com>"
    message["Subject"] = subject
    message["Message-ID"] = f"<own-{subject.replace(' ', '-')}@studio-nord.example>"
    message["In-Reply-To"] = answers
    message.set_content(text)
    return message.as_bytes()


async def test_the_folder_that_the_server_calls_sent_is_read_after_the_mail_it_answers(
    founder: Any, imap: ImapServer
) -> None:
    async with founder.business() as business:
        at = reading(imap, sent="")
        async with following(business, at):
            await until(business, lambda events: len([1 for e in events if _followed(e)]) == 2)
        imap.put(mail("A website", LEAD))
        imap.put(own("Re A website", "<A-website@example.com>"), "Gesendet")
        imap.put(own("Lunch", "<lunch@home.example>", "See you at 12."), "Gesendet")
        imap.put(own("Again", "<A-website@example.com>", "I will call you."), "Gesendet")
        async with following(business, at):
            events = await until(business, _wrote(2))
        kinds = [type(event) for event in events if isinstance(event, MailReceived | OperatorWrote)]
        assert kinds == [MailReceived, OperatorWrote, OperatorWrote]
        await business.settle()
        assert [event.how for event in await business.facts(OperatorActed)] == ["wrote", "wrote"]
        assert not await business.cards()
        assert not business.sent()
    assert not any("Seen" in flags for flags in imap.flags("Gesendet"))


def _wrote(count: int) -> Callable[[list[Any]], bool]:
    return lambda events: sum(isinstance(event, OperatorWrote) for event in events) == count


async def test_a_mail_delivered_twice_is_one_message_one_case_and_one_answer(
    founder: Any, imap: ImapServer
) -> None:
    """Twice in one folder, once more in another, and with other bytes under the same Message-ID."""
    imap.put(mail("older"), "Requests")
    async with founder.business() as business:
        async with following(business, reading(imap, "INBOX", "Requests")):
            await until(business, lambda events: len([1 for e in events if _followed(e)]) == 2)
            imap.put(mail("A website", LEAD))
            imap.put(mail("A website", LEAD))
            imap.put(b"Received: from elsewhere\r\n" + mail("A website", LEAD))
            imap.put(mail("A website", LEAD), "Requests")
            another = mail("the last", "Hello, what does a workshop cost?").replace(
                b"ada@", b"ben@"
            )
            imap.put(another, "Requests")
            await until(business, lambda events: {*subjects(events)} == {"A website", "the last"})
        await business.settle()
        cases = await business.app.views.all(Case)
        assert sorted(case.title for case in cases) == ["A website", "the last"]
        cards = [card for card in await business.cards() if "Offer" in card.title]
        assert len(cards) == 1
        await business.approves(cards[0])
        assert len([one for one in business.sent() if "website" in str(one["Subject"])]) == 1


async def test_doctor_names_the_folder_of_what_you_send_yourself(
    founder: Any, imap: ImapServer
) -> None:
    for sent, words in (("", "Gesendet"), ("none", "not read"), ("Nowhere", "Nowhere")):
        settings = replace(founder.settings(), reading=reading(imap, sent=sent))
        found = await MailCheck(settings).look()
        assert words in found[-1].what
