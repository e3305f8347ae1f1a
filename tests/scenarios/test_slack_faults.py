"""What goes wrong between Slack and Coo, and what a person notices of it: nothing, or words."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from slack_delivery import Requests
from slack_office import SlackOffice, settings_of, slack_office
from slack_server import SlackServer, slack_server

from bot.channel import Reply
from bot.chat.inbound import ChatDoor
from bot.chat.port import Lost, Message, RateLimited, Unreachable
from bot.chat.running import door_of
from bot.chat_settings import Listen
from bot.clock import SystemClock
from bot.intake import Taken
from bot.slack.setup import slack as slack_of
from bot.web.health import Health
from bot.web.server import WebServer, web_app
from ledger.domain.entities import Post, PostStatus
from ledger.domain.events import ChatReceived

Business = Any

LEAD = (
    "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
)


@pytest.fixture
async def office(business: Business) -> AsyncIterator[SlackOffice]:
    async with slack_office(business) as found:
        yield found


# --- what comes in -------------------------------------------------------------------------------


async def test_duplicate_delivery_the_same_message_twice_is_answered_once(
    office: SlackOffice,
) -> None:
    office.slack.copies = 2
    await office.nora.writes("inbox")
    await office.said()
    await office.slack.again(office.slack.deliveries[-1])
    await office.said()
    assert len(await office.came_in()) == 1
    assert len(office.answers()) == 1


class Held:
    """A door that is slow: what comes in is recorded only when the test lets it be."""

    def __init__(self, door: ChatDoor) -> None:
        self._door, self.open, self.waiting = door, asyncio.Event(), asyncio.Event()

    async def take(self, received: ChatReceived, key: str) -> Taken:
        self.waiting.set()
        await self.open.wait()
        return await self._door.take(received, key)


async def test_ack_late_nothing_is_acknowledged_before_it_is_on_disk_and_a_retry_adds_nothing(
    business: Business,
) -> None:
    held: list[Held] = []

    def slow(door: ChatDoor) -> Held:
        held.append(Held(door))
        return held[0]

    async with slack_office(business, slow) as office:
        await office.nora.writes("inbox")
        delivery = office.slack.deliveries[-1]
        await held[0].waiting.wait()
        assert not delivery.acknowledged
        await office.slack.again(delivery)  # Slack is impatient
        held[0].open.set()
        await office.said(delivery)
        assert len(await office.came_in()) == 1
        assert len(office.answers()) == 1


async def test_what_cannot_be_recorded_is_not_acknowledged_and_comes_again(
    business: Business,
) -> None:
    class Full:
        """The disk is full at first."""

        def __init__(self, door: ChatDoor) -> None:
            self._door, self.tried = door, asyncio.Event()

        async def take(self, received: ChatReceived, key: str) -> Taken:
            if not self.tried.is_set():
                self.tried.set()
                raise OSError("no space left")
            return await self._door.take(received, key)

    full: list[Full] = []

    def door(real: ChatDoor) -> Full:
        full.append(Full(real))
        return full[0]

    async with slack_office(business, door) as office:
        await office.nora.writes("inbox")
        await full[0].tried.wait()
        assert not office.slack.deliveries[-1].acknowledged
        await office.slack.redeliver()
        await office.said()
        assert len(await office.came_in()) == 1


async def test_socket_dropped_in_mid_answer_nothing_is_lost_and_nothing_comes_twice(
    office: SlackOffice,
) -> None:
    await office.nora.writes("inbox")
    await office.slack.deliveries[-1].acked()
    opened = office.slack.sockets.opened
    office.slack.sockets.drop()
    await office.settle()
    await office.slack.until(lambda: office.slack.sockets.opened > opened)
    await office.slack.connected()
    assert len(office.answers()) == 1
    assert "Nothing waits for you" in await office.writes("inbox")


async def test_a_message_written_while_the_socket_was_gone_comes_with_the_next_one(
    office: SlackOffice,
) -> None:
    opened = office.slack.sockets.opened
    await office.slack.sockets.ask_to_reconnect()
    await office.slack.until(lambda: office.slack.sockets.opened > opened)
    assert "Nothing waits for you" in await office.writes("inbox")


async def test_a_tap_on_a_copied_button_is_refused_in_words(office: SlackOffice) -> None:
    await office.business.mail(LEAD)
    await office.settle()
    card = next(seen for seen in office.nora.reads() if "Approve" in seen.buttons)
    team = office.slack.channel("team", office.nora)
    await office.said(await office.nora.taps(card, "Approve", channel=team))
    assert office.business.sent() == []


async def test_what_belongs_to_another_workspace_is_dropped(office: SlackOffice) -> None:
    foreign = {"team_id": "T999", "api_app_id": office.slack.world.app, "event": {"type": "x"}}
    delivery = await office.slack.deliver("events_api", {**foreign, "type": "event_callback"})
    await delivery.acked()
    assert await office.came_in() == []


# --- what goes out -------------------------------------------------------------------------------


async def test_lost_response_a_post_is_found_by_its_metadata_and_not_posted_again(
    office: SlackOffice,
) -> None:
    office.slack.faults.lose("chat.postMessage")
    await office.writes("inbox")
    office.business.clock.forward(minutes=1)
    await office.settle()
    assert len(office.answers()) == 1
    assert office.slack.calls_of("conversations.history")
    posts = await office.business.app.views.find(Post, f"status:{PostStatus.DELIVERED}")
    assert office.answers()[0].ts in [post.message for post in posts]


async def test_429_the_pause_that_slack_asks_for_is_handed_on_and_nothing_was_done(
    office: SlackOffice,
) -> None:
    office.slack.faults.limit("chat.postMessage", retry_after=30)
    with pytest.raises(RateLimited) as caught:
        await office.adapter.post(office.nora.dm.id, "", Message(reply=Reply(lines=("Hi",))))
    assert caught.value.retry_after == 30
    assert office.answers() == []
    limited = [call for call in office.slack.calls_of("chat.postMessage") if not call.executed]
    assert len(limited) == 1


async def test_token_revoked_is_told_with_what_to_do_and_without_the_token(
    office: SlackOffice,
) -> None:
    office.slack.revoke()
    with pytest.raises(Unreachable) as caught:
        await office.adapter.post(office.nora.dm.id, "", Message(reply=Reply(lines=("Hi",))))
    assert "COO_SLACK_BOT_TOKEN" in caught.value.remedy
    assert office.slack.bot_token not in str(caught.value) + repr(caught.value.__context__)


@pytest.mark.parametrize("error", ["fatal_error", "internal_error"])
async def test_an_answer_that_leaves_open_what_happened_counts_as_lost(
    office: SlackOffice, error: str
) -> None:
    office.slack.faults.refuse("chat.postMessage", error)
    with pytest.raises(Lost):
        await office.adapter.post(office.nora.dm.id, "", Message(reply=Reply(lines=("Hi",))))


async def test_a_file_whose_last_answer_was_lost_is_looked_up_and_not_sent_again(
    office: SlackOffice,
) -> None:
    office.slack.faults.lose("files.completeUploadExternal")
    await office.adapter.upload(office.nora.dm.id, "", "a.pdf", b"%PDF", "An offer")
    assert [seen.text for seen in office.answers()] == ["[file: An offer]"]


async def test_a_file_that_was_never_shown_may_be_tried_again(office: SlackOffice) -> None:
    office.slack.faults.cut("files.getUploadURLExternal")
    with pytest.raises(RateLimited):
        await office.adapter.upload(office.nora.dm.id, "", "a.pdf", b"%PDF", "An offer")
    assert office.answers() == []


async def test_a_form_whose_trigger_is_used_up_does_not_open(office: SlackOffice) -> None:
    await office.business.mail(LEAD)
    await office.settle()
    office.slack.faults.refuse("views.open", "expired_trigger_id")
    await office.taps("Reject")
    assert office.nora.modal is None
    assert "reject" in office.nora.reads()[-1].text


# --- over HTTP -----------------------------------------------------------------------------------


@dataclass
class Served:
    """Coo behind an address, with Slack bringing things there."""

    business: Business
    slack: SlackServer
    requests: Requests

    async def came_in(self) -> list[ChatReceived]:
        found = [fact async for fact in self.business.app.ledger.facts(0)]
        return [fact.event for fact in found if isinstance(fact.event, ChatReceived)]


@pytest.fixture
async def served(business: Business) -> AsyncIterator[Served]:
    app = business.app
    async with slack_server() as slack:
        made = slack_of(settings_of(slack, "https://coo.example"), door_of(app), SystemClock())
        assert made.door is not None
        health = Health(app.ledger, SystemClock(), lambda: "here", dict)
        server = WebServer(web_app(health, [made.door]), Listen("127.0.0.1", 0))
        requests = slack.deliver_to(f"{server.open()}/slack/events")
        stop = asyncio.Event()
        running = [asyncio.create_task(each.run(stop)) for each in (server, made.adapter)]
        try:
            while not made.adapter.connected:  # noqa: ASYNC110 - it says so to nobody
                await asyncio.sleep(0)
            yield Served(business, slack, requests)
        finally:
            stop.set()
            await asyncio.gather(*running)


async def test_over_http_messages_taps_and_commands_come_in_signed(served: Served) -> None:
    assert await served.requests.verify_url()
    nora = served.slack.person("nora")
    await nora.writes("inbox")
    await served.slack.deliveries[-1].acked()
    await (await nora.types_command("/coo status")).acked()
    assert [each.text for each in await served.came_in()] == ["inbox", "/coo status"]


BODY = b'{"type":"event_callback","event":{"type":"message","text":"approve 3","channel":"D1"}}'


@pytest.mark.parametrize(
    "wrong",
    [
        {"timestamp": "junk"},
        {"timestamp": "1e400"},
        {"timestamp": "-1"},
        {"timestamp": "9" * 40},
        {"timestamp": "1000000000"},
        {"signature": "v0=junk"},
        {"signature": "\u00e4"},
    ],
)
async def test_junk_timestamp_and_signature_are_refused_with_401_and_nothing_is_recorded(
    served: Served, wrong: dict[str, str]
) -> None:
    status, _ = await served.requests.post(BODY, "application/json", **wrong)
    assert status == 401
    assert await served.came_in() == []


async def test_a_request_without_any_stamp_is_refused(served: Served) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(served.requests.url, data=BODY) as response,
    ):
        assert response.status == 401


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{", b"[]", b"payload=%7B", b""])
async def test_a_signed_body_that_cannot_be_read_breaks_nothing(
    served: Served, body: bytes
) -> None:
    status, _ = await served.requests.post(body, "application/json")
    assert status in {200, 400, 404}
    assert await served.requests.verify_url()


async def _posted(served: Served, size: int) -> int:
    """The status of a request of so many bytes."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(served.requests.url, data=io.BytesIO(b" " * size)) as response,
    ):
        return response.status


async def test_10_mb_payload_is_refused_and_others_are_served(served: Served) -> None:
    assert await _posted(served, 10_000_000) == 413
    assert await served.requests.verify_url()


async def test_over_http_a_second_delivery_adds_nothing(served: Served) -> None:
    served.slack.copies = 3
    await served.slack.person("nora").writes("inbox")
    delivery = served.slack.deliveries[-1]
    await served.slack.until(lambda: len(delivery.acknowledged) == 3)
    assert len(await served.came_in()) == 1
