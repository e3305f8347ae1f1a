"""Cards and news in chat: told once, rewritten after every decision, never lost, never doubled."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import delete

from bot.channel import Button, Card, CardKind, Reply, Verb
from bot.chat.buttons import Buttons, NotTapped, Tapped
from bot.chat.memory import MemoryChat, Shown
from bot.chat.outbox import Outbox
from bot.chat.port import Lost, RateLimited, Refused, Unreachable
from bot.chat.posts import buttons_of, outbox_of, requests_of, subjects_of
from bot.chat.requests import home_of
from bot.console.render import plain
from ledger.domain import events
from ledger.domain.entities import Failure, Post, PostStatus
from ledger.domain.events import (
    ChatPaired,
    ChatRevoked,
    ChatRoleChanged,
    CopyRestored,
    Event,
)
from ledger.domain.facts import Draft
from ledger.domain.failpoints import Moment
from ledger.domain.pairing import ChatIdentity
from ledger.domain.values import DESK
from ledger.replay import refold
from ledger.tables import CURSORS, VIEW_STATE

Business = Any
Founder = Any

LEAD = (
    "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
)


@dataclass
class Chats:
    """The chats of a company, in memory, and what people see and do there."""

    business: Business
    slack: MemoryChat
    telegram: MemoryChat
    outbox: Outbox
    buttons: Buttons
    _count: itertools.count[int] = field(default_factory=itertools.count)

    async def pair(self, channel: str, chat: str, role: str = "owner", who: str = "Nora") -> str:
        """An operator's chat is paired."""
        identity = f"id-{channel}-{chat}"
        await self.fact(
            ChatPaired(
                identity=identity,
                offer=f"offer-{identity}",
                channel=channel,
                role=role,
                operator=who,
                user=f"U{chat}",
                chat=chat,
            )
        )
        return identity

    async def fact(self, event: Event) -> None:
        """Something is said on the desk, and all follows from it that follows."""
        draft = Draft(case=DESK, event=event, key=f"test:{next(self._count)}", by="test")
        await self.business.app.ledger.append([draft])
        await self.business.settle()

    async def settle(self) -> None:
        """All facts are reacted to, and all posts have left."""
        await self.business.settle()
        await self.outbox.flush()
        await self.business.settle()
        await self.outbox.flush()

    async def posts(self, kind: str = "") -> list[Post]:
        found = await self.business.app.views.all(Post)
        return [post for post in found if post.subject.startswith(kind)]

    async def taps(
        self, shown: Shown, label: str, *, chat: str = "", identity: str = ""
    ) -> Tapped | NotTapped:
        """Somebody uses a button of a message, in its own chat where no other is named."""
        channel = (
            self.slack
            if any(each.chat == shown.chat for each in self.slack.shown)
            else self.telegram
        )
        return await self.buttons.tapped(
            callback(shown, label),
            channel=channel.channel,
            chat=chat or shown.chat,
            message=shown.id,
            identity=identity or f"id-{channel.channel}-{shown.chat}",
        )


def callback(shown: Shown, label: str) -> str:
    """The id of a message's button."""
    message = shown.message
    assert message is not None
    for card, ids in zip(message.reply.cards, message.callbacks, strict=True):
        for button, name in zip(card.buttons, ids, strict=True):
            if button.label == label:
                return name
    raise AssertionError(f"no button {label!r} on {text_of(shown)}")


def text_of(shown: Shown) -> str:
    assert shown.message is not None
    return " ".join(plain(shown.message.reply).split())


def cards_of(channel: MemoryChat, *, kind: CardKind = CardKind.APPROVAL) -> list[Shown]:
    return [
        shown
        for shown in channel.shown
        if shown.message and any(card.kind is kind for card in shown.message.reply.cards)
    ]


def tappable(shown: Iterable[Shown]) -> list[Shown]:
    return [
        each
        for each in shown
        if each.message and any(card.buttons for card in each.message.reply.cards)
    ]


@asynccontextmanager
async def chats_of(business: Business, **kept: MemoryChat) -> AsyncIterator[Chats]:
    slack = kept.get("slack") or MemoryChat("slack")
    telegram = kept.get("telegram") or MemoryChat("telegram", can_read_back=False)
    subjects = subjects_of(business.app)
    outbox = outbox_of(business.app, [slack, telegram], subjects)
    yield Chats(business, slack, telegram, outbox, buttons_of(business.app, subjects))


@pytest.fixture
async def chats(business: Business) -> AsyncIterator[Chats]:
    async with chats_of(business) as found:
        yield found


async def test_a_card_reaches_every_paired_chat_with_its_buttons(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    await chats.pair("telegram", "77")
    await chats.business.mail(LEAD)
    await chats.settle()
    for channel in (chats.slack, chats.telegram):
        [card] = cards_of(channel)
        assert "Ada" in text_of(card)
        assert callback(card, "Approve")


async def test_nobody_is_told_what_happened_before_they_were_paired(chats: Chats) -> None:
    await chats.business.mail(LEAD)
    await chats.settle()
    chats.business.clock.forward(minutes=1)
    await chats.pair("slack", "D1")
    await chats.settle()
    assert not cards_of(chats.slack)


async def test_a_viewer_sees_the_card_and_has_no_buttons(chats: Chats) -> None:
    await chats.pair("slack", "D1", role="viewer")
    await chats.business.mail(LEAD)
    await chats.settle()
    assert cards_of(chats.slack)
    assert not tappable(chats.slack.shown)


async def test_a_decision_from_the_console_rewrites_the_card_in_every_chat(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    await chats.pair("telegram", "77")
    await chats.business.mail(LEAD)
    await chats.settle()
    await chats.business.approves()
    await chats.settle()
    assert not tappable([*chats.slack.shown, *chats.telegram.shown])
    for channel in (chats.slack, chats.telegram):
        [card] = cards_of(channel, kind=CardKind.DECIDED)
        assert "approved by Nora Lindt" in text_of(card)
        assert "Sent to Ada Example" in text_of(card)


async def test_decision_and_outcome_together_are_one_rewriting(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    await chats.business.mail(LEAD)
    await chats.settle()
    await chats.business.approves()
    await chats.settle()
    [card] = cards_of(chats.slack, kind=CardKind.DECIDED)
    assert card.edits == 1


async def test_of_two_taps_at_once_from_two_channels_one_counts_and_both_cards_say_which(
    chats: Chats,
) -> None:
    await chats.pair("slack", "D1")
    await chats.pair("telegram", "77")
    await chats.business.mail(LEAD)
    await chats.settle()
    yes = await chats.taps(cards_of(chats.slack)[0], "Approve")
    no = await chats.taps(cards_of(chats.telegram)[0], "Reject")
    assert isinstance(yes, Tapped)
    assert isinstance(no, Tapped)
    for tap in (yes, no):
        assert tap.verb is not None
        await chats.business.office.tap(tap.about, tap.verb, tap.sha256, "too dear")
    await chats.settle()
    assert len(await chats.business.facts(events.Approved)) == 1
    assert not await chats.business.facts(events.Rejected)
    assert len(chats.business.sent()) == 1
    for channel in (chats.slack, chats.telegram):
        [card] = cards_of(channel, kind=CardKind.DECIDED)
        assert "approved by" in text_of(card)


async def test_a_tap_is_bound_to_the_bytes_that_its_message_showed(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    await chats.business.mail(LEAD)
    await chats.settle()
    approval = await chats.business.only_card()
    tap = await chats.taps(cards_of(chats.slack)[0], "Approve")
    assert isinstance(tap, Tapped)
    assert (tap.about, tap.verb, tap.sha256) == (approval.id, Verb.APPROVE, approval.sha256)


async def test_a_card_copied_into_another_chat_is_refused_in_words(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    await chats.business.mail(LEAD)
    await chats.settle()
    tap = await chats.taps(cards_of(chats.slack)[0], "Approve", chat="D2")
    assert isinstance(tap, NotTapped)
    assert "another chat" in tap.words.cause


async def test_a_button_put_before_somebody_else_does_not_count(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    await chats.business.mail(LEAD)
    await chats.settle()
    tap = await chats.taps(cards_of(chats.slack)[0], "Approve", identity="id-other")
    assert isinstance(tap, NotTapped)
    assert "somebody else" in tap.words.cause


async def test_an_invented_button_is_refused_in_words(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    for button in ("", "approve", "aaaaaaaaaaaaaaaa:approve", "x" * 64, "aaaaaaaaaaaaaaaa:c99.9"):
        tap = await chats.buttons.tapped(
            button, channel="slack", chat="D1", message="", identity="id-slack-D1"
        )
        assert isinstance(tap, NotTapped)
        assert "does not know" in tap.words.cause


async def test_an_expired_card_says_so_by_itself_and_has_no_buttons(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    await chats.business.mail(LEAD)
    await chats.settle()
    approval = await chats.business.only_card()
    card = cards_of(chats.slack)[0]
    chats.business.clock.moment = approval.expires_at
    await chats.settle()
    [now] = [each for each in chats.slack.shown if each.id == card.id]
    assert "expired" in text_of(now).lower()
    assert not tappable([now])
    tap = await chats.taps(card, "Approve")  # on a client that has not caught up
    assert isinstance(tap, Tapped)  # the router says that it came too late
    assert tap.verb is not None
    await chats.business.office.tap(tap.about, tap.verb, tap.sha256)
    await chats.settle()
    assert not chats.business.sent()


async def test_a_card_that_the_world_overtook_says_so_by_itself_and_a_new_one_asks(
    chats: Chats,
) -> None:
    await chats.pair("slack", "D1")
    await chats.business.mail(LEAD)
    await chats.settle()
    [old] = cards_of(chats.slack)
    await chats.business.mail(LEAD.replace("your website", "two of your website"))
    await chats.settle()
    [now] = [each for each in chats.slack.shown if each.id == old.id]
    assert "no longer" in text_of(now).lower()
    assert not tappable([now])
    [new] = [each for each in tappable(chats.slack.shown) if each.id != old.id]
    assert "Coo asks" in text_of(new)


async def test_a_stopped_card_says_so_by_itself(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    await chats.business.mail(LEAD)
    await chats.settle()
    await chats.business.says("stop")
    await chats.settle()
    [card] = cards_of(chats.slack)
    assert "stopped" in text_of(card).lower()
    await chats.business.says("resume")
    await chats.settle()
    [card] = cards_of(chats.slack)
    assert "stopped" not in text_of(card).lower()


async def test_a_restart_with_cards_open_posts_nothing_again_and_buttons_still_work(
    founder: Founder,
) -> None:
    slack = MemoryChat("slack")
    async with founder.business() as business, chats_of(business, slack=slack) as chats:
        await chats.pair("slack", "D1")
        await business.mail(LEAD)
        await chats.settle()
    before = len(slack.shown)
    async with founder.business() as business, chats_of(business, slack=slack) as chats:
        await chats.settle()
        assert len(slack.shown) == before
        tap = await chats.taps(cards_of(slack)[0], "Approve")
        assert isinstance(tap, Tapped)
        assert tap.verb is not None
        await business.office.tap(tap.about, tap.verb, tap.sha256)
        await chats.settle()
        assert len(business.sent()) == 1
        assert not tappable(slack.shown)


async def test_read_tables_and_cursors_folded_anew_post_no_message_twice(founder: Founder) -> None:
    slack = MemoryChat("slack")
    async with founder.business() as business, chats_of(business, slack=slack) as chats:
        await chats.pair("slack", "D1")
        await business.mail(LEAD)
        await chats.settle()
        before = list(await business.app.views.all(Post))
        await business.app.ledger.transact(forgotten)
    shown = len(slack.shown)
    async with founder.business() as business, chats_of(business, slack=slack) as chats:
        await chats.settle()
        assert list(await business.app.views.all(Post)) == before
        assert len(slack.shown) == shown
        assert (await refold(business.app.ledger)).identical


def forgotten(tx: Any) -> None:
    """The cursors are lost, and the read tables count as those of another fold."""
    tx.connection.execute(delete(CURSORS))
    tx.connection.execute(delete(VIEW_STATE))


async def test_a_lost_answer_is_looked_up_where_the_service_can_be_read(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    chats.slack.troubles.append(Lost("The connection broke."))
    await chats.business.mail(LEAD)
    await chats.settle()
    messages = [shown.message for shown in chats.slack.shown]
    assert len({message.post for message in messages if message}) == len(messages)
    assert not any(message and message.repeated for message in messages)
    delivered = await chats.business.facts(events.PostDelivered)
    assert [each.how for each in delivered].count("found") == 1


async def test_a_lost_answer_is_repeated_once_and_marked_where_it_cannot_be_read(
    chats: Chats,
) -> None:
    await chats.pair("telegram", "77")
    chats.telegram.troubles.append(Lost("The connection broke."))
    await chats.business.mail(LEAD)
    await chats.settle()
    first, second = cards_of(chats.telegram)
    assert first.message
    assert second.message
    assert first.message.post == second.message.post
    assert (first.message.repeated, second.message.repeated) == (False, True)


async def test_a_tap_on_the_lost_copy_is_adopted_and_that_copy_is_rewritten_too(
    chats: Chats,
) -> None:
    await chats.pair("telegram", "77")
    chats.telegram.troubles.append(Lost("The connection broke."))
    await chats.business.mail(LEAD)
    await chats.settle()
    first, second = cards_of(chats.telegram)
    tap = await chats.taps(first, "Approve")
    assert isinstance(tap, Tapped)
    assert tap.verb is not None
    await chats.business.office.tap(tap.about, tap.verb, tap.sha256)
    await chats.settle()
    decided = cards_of(chats.telegram, kind=CardKind.DECIDED)
    assert {each.id for each in decided} == {first.id, second.id}


async def test_a_pause_that_the_service_asks_for_is_kept_and_nothing_is_doubled(
    chats: Chats,
) -> None:
    await chats.pair("slack", "D1")
    chats.slack.troubles.append(RateLimited(30.0))
    start = chats.business.clock.now()
    await chats.business.mail(LEAD)
    await chats.settle()
    assert (chats.business.clock.now() - start).total_seconds() >= 30
    assert len(cards_of(chats.slack)) == 1
    assert all(post.tries == 1 for post in await chats.posts())


async def test_two_messages_in_a_chat_are_a_second_apart(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    await chats.business.mail(LEAD)
    start = chats.business.clock.now()
    await chats.outbox.flush()
    waited = (chats.business.clock.now() - start).total_seconds()
    assert waited == len(chats.slack.shown) - 1 > 0


async def test_what_cannot_be_delivered_goes_to_another_chat_and_is_reported_once(
    chats: Chats,
) -> None:
    await chats.pair("slack", "D1")
    await chats.business.mail(LEAD)
    await chats.pair("telegram", "77")  # paired later, so the card was asked for in Slack alone
    chats.slack.gone.add("D1")
    await chats.settle()
    assert len(cards_of(chats.telegram)) == 1
    [failure] = [
        each
        for each in await chats.business.app.views.all(Failure)
        if each.id.startswith("chat:") and not each.cleared
    ]
    assert "slack" in failure.what
    reported = await chats.business.facts(events.FailureReported)
    assert [each.failure for each in reported].count(failure.id) == 1
    assert any(
        "Coo cannot write to Nora in slack" in text_of(each) for each in chats.telegram.shown
    )


async def test_what_the_other_chat_shows_already_is_not_shown_there_again(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    await chats.pair("telegram", "77")
    chats.slack.gone.add("D1")
    await chats.business.mail(LEAD)
    await chats.settle()
    assert len(cards_of(chats.telegram)) == 1
    assert not [post for post in await chats.posts("approval:") if post.instead_of]


async def test_with_no_other_chat_the_failure_says_where_to_look(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    chats.slack.gone.add("D1")
    await chats.business.mail(LEAD)
    await chats.settle()
    told = await chats.business.says("failures")
    assert "Coo cannot write to Nora in slack" in told
    assert "look in the console" in told


async def test_what_chats_show_of_somebody_erased_is_taken_back(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    await chats.business.mail(LEAD)
    await chats.settle()
    await chats.business.approves()
    await chats.settle()
    assert "ada@example.com" in " ".join(text_of(each) for each in chats.slack.shown)
    assert "Nothing has been done yet" in await chats.business.says("erase ada")
    assert "is being erased" in await chats.business.says("erase ada confirm")
    await chats.settle()
    now = " ".join(text_of(each) for each in chats.slack.shown)
    assert "ada@example.com" not in now
    assert "Ada" not in now


async def test_a_question_on_the_desk_names_nobody_who_was_erased(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    await chats.business.mail(LEAD)
    await chats.business.mail(LEAD, sender="Ada Example <sales@example.com>")
    await chats.settle()
    assert "Same person?" in " ".join(text_of(each) for each in chats.slack.shown)
    for address in ("ada@example.com", "sales@example.com"):
        assert "is being erased" in await erased(chats.business, address)
    await chats.settle()
    now = " ".join(text_of(each) for each in chats.slack.shown)
    assert "sales@example.com" not in now
    assert "Ada" not in now


async def erased(business: Business, address: str) -> str:
    """What is answered to an order to erase, once its plan was shown."""
    await business.says(f"erase {address}")
    said: str = await business.says(f"erase {address} confirm")
    return said


async def test_a_chat_that_can_be_reached_again_is_announced(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    await chats.pair("telegram", "77")
    chats.slack.gone.add("D1")
    await chats.business.mail(LEAD)
    await chats.settle()
    chats.slack.gone.clear()
    await chats.business.mail(LEAD, sender="Bo Example <bo@example.com>")
    await chats.settle()
    assert await chats.business.facts(events.FailureCleared)
    assert any("Works again" in text_of(each) for each in chats.telegram.shown if each.message)


async def test_a_message_the_service_refuses_is_reported_and_the_next_one_goes_on(
    chats: Chats,
) -> None:
    await chats.pair("slack", "D1")
    chats.slack.troubles.append(Refused("invalid_blocks"))
    await chats.business.mail(LEAD)
    await chats.settle()
    statuses = [post.status for post in await chats.posts()]
    assert statuses.count(PostStatus.UNDELIVERABLE) == 1
    assert statuses.count(PostStatus.DELIVERED) == len(statuses) - 1 > 0
    assert any(each.id.startswith("post:") for each in await chats.business.app.views.all(Failure))


async def test_a_revoked_chat_keeps_no_card_and_gets_nothing_more(chats: Chats) -> None:
    identity = await chats.pair("telegram", "77")
    await chats.business.mail(LEAD)
    await chats.settle()
    assert tappable(chats.telegram.shown)
    await chats.fact(ChatRevoked(identity=identity, operator="Nora", channel="console"))
    await chats.settle()
    assert not tappable(chats.telegram.shown)
    assert any("no longer paired" in text_of(each) for each in chats.telegram.shown)
    count = len(chats.telegram.shown)
    await chats.business.mail(LEAD, sender="Bo Example <bo@example.com>")
    await chats.settle()
    assert len(chats.telegram.shown) == count


class Dies:
    """Failpoints that break off at the first time a moment is reached."""

    def __init__(self, moment: Moment) -> None:
        self.moment, self.armed = moment, True

    def reached(self, moment: Moment) -> None:
        if self.armed and moment is self.moment:
            self.armed = False
            raise KeyboardInterrupt


@pytest.mark.parametrize(
    "moment",
    [Moment.CLAIM_BEFORE, Moment.CLAIM_AFTER, Moment.CALL_BEFORE, Moment.CALL_AFTER],
    ids=str,
)
async def test_a_process_that_dies_around_a_call_neither_loses_nor_doubles_a_post(
    founder: Founder, moment: Moment
) -> None:
    slack = MemoryChat("slack")
    async with founder.business() as business, chats_of(business, slack=slack) as chats:
        await chats.pair("slack", "D1")
        await business.mail(LEAD)
        chats.outbox._failpoints = Dies(moment)
        with pytest.raises(KeyboardInterrupt):
            await chats.outbox.flush()
    async with founder.business() as business, chats_of(business, slack=slack) as chats:
        await chats.settle()
        wanted = {post.id for post in await chats.posts()}
        shown = [each.message.post for each in slack.shown if each.message]
        assert sorted(shown) == sorted(wanted)


async def test_a_long_answer_leaves_in_parts_with_the_buttons_on_the_last(chats: Chats) -> None:
    identity = await chats.pair("slack", "D1")
    found = await chats.business.app.views.get(ChatIdentity, identity)
    request = requests_of(chats.business.app).post("long:1", "cause", home_of(found))
    lines = tuple(f"line {number} " + "x" * 90 for number in range(100))

    async def long(_: Post) -> Reply:
        button = Button(label="Retry", typed="retry 1", command="retry 1")
        return Reply(
            lines=lines,
            cards=(Card(kind=CardKind.FAILURE, about="f", title="t", buttons=(button,)),),
        )

    chats.outbox._subjects.renders("long", long)
    await chats.fact(request)
    await chats.settle()
    parts = [each for each in chats.slack.shown if each.message and "line" in text_of(each)]
    assert len(parts) > 2
    assert tappable(parts) == [parts[-1]]
    said = [line for each in parts if each.message for line in each.message.reply.lines]
    assert tuple(said) == lines


async def test_many_posts_at_once_all_arrive_in_the_order_they_were_asked_for(
    chats: Chats,
) -> None:
    identity = await chats.pair("slack", "D1")
    await chats.settle()
    found = await chats.business.app.views.get(ChatIdentity, identity)
    requests = requests_of(chats.business.app)

    async def said(post: Post) -> Reply:
        return Reply(lines=(post.subject,))

    chats.outbox._subjects.renders("n", said)
    wanted = [f"n:{number:03}" for number in range(120)]
    for subject in wanted:
        await chats.fact(requests.post(subject, subject, home_of(found)))
    await chats.settle()
    shown = [text_of(each) for each in chats.slack.shown if each.message]
    assert [text for text in shown if text.startswith("n:")] == wanted


async def test_while_the_outbox_runs_what_comes_is_posted_and_stopping_leaves_nothing_half(
    chats: Chats,
) -> None:
    await chats.pair("slack", "D1")
    await chats.pair("telegram", "77")
    stop = asyncio.Event()
    chats.outbox._pace = 0.0
    running = asyncio.create_task(chats.outbox.run(stop))
    try:
        await chats.business.mail(LEAD)
        async with asyncio.timeout(30):
            while not (cards_of(chats.slack) and cards_of(chats.telegram)):  # noqa: ASYNC110 - it works meanwhile
                await asyncio.sleep(0)
    finally:
        stop.set()
        await running
    assert not [post for post in await chats.posts() if post.status is PostStatus.ATTEMPTED]


async def test_a_copy_that_must_not_act_posts_nothing_until_it_takes_over(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    await chats.settle()
    before = len(chats.slack.shown)
    now = chats.business.clock.now()
    restored = CopyRestored(copy="c-1", kind="backup", facts=1, head="00", made_at=now)
    await chats.fact(restored)
    await chats.business.mail(LEAD)
    await chats.settle()
    assert len(chats.slack.shown) == before
    assert all(post.tries == 0 for post in await chats.posts("approval:"))


async def test_who_may_decide_no_longer_loses_the_buttons_of_open_cards(chats: Chats) -> None:
    identity = await chats.pair("slack", "D1")
    await chats.business.mail(LEAD)
    await chats.settle()
    assert tappable(chats.slack.shown)
    lowered = ChatRoleChanged(identity=identity, role="viewer", operator="Nora", channel="console")
    await chats.fact(lowered)
    await chats.settle()
    assert cards_of(chats.slack)
    assert not tappable(chats.slack.shown)


async def test_a_channel_whose_tokens_were_removed_falls_back_and_is_reported_once(
    chats: Chats,
) -> None:
    await chats.pair("slack", "D1")
    await chats.business.mail(LEAD)
    await chats.pair("telegram", "77")  # paired later, so the card was asked for in Slack alone
    subjects = subjects_of(chats.business.app)
    chats.outbox = outbox_of(chats.business.app, [chats.telegram], subjects)
    await chats.settle()
    assert len(cards_of(chats.telegram)) == 1
    assert not [post for post in await chats.posts() if post.due]
    reported = await chats.business.facts(events.FailureReported)
    assert [each.failure for each in reported] == ["chat:slack:D1"]
    assert "not configured any more" in await chats.business.says("failures")


async def test_two_chats_that_are_gone_do_not_refer_to_each_other_for_ever(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    await chats.pair("telegram", "77")
    chats.slack.gone.add("D1")
    chats.telegram.gone.add("77")
    await chats.business.mail(LEAD)
    for _ in range(4):
        await chats.settle()
    head = await chats.business.app.ledger.head()
    for _ in range(4):
        await chats.settle()
    assert await chats.business.app.ledger.head() == head
    assert len(await chats.posts("approval:")) <= 4


async def test_a_report_that_cannot_be_shown_is_not_reported_again_and_again(
    chats: Chats,
) -> None:
    await chats.pair("slack", "D1")
    await chats.business.mail(LEAD)
    chats.slack.troubles.extend(Refused("invalid_blocks") for _ in range(40))
    for _ in range(6):
        await chats.settle()
    reported = [each.failure for each in await chats.business.facts(events.FailureReported)]
    reports = {f"post:{post.id}" for post in await chats.posts("failure:")}
    assert reported
    assert not reports.intersection(reported)
    assert chats.slack.troubles


async def test_a_card_loses_its_buttons_also_after_a_long_disturbance(chats: Chats) -> None:
    await chats.pair("slack", "D1")
    await chats.business.mail(LEAD)
    await chats.settle()
    await chats.business.approves()
    chats.slack._trouble = never_answers(chats.slack)  # type: ignore[method-assign]
    for _ in range(10):
        await chats.settle()
        chats.business.clock.forward(minutes=5)
    assert tappable(cards_of(chats.slack))
    del chats.slack._trouble  # type: ignore[attr-defined]
    await chats.settle()
    assert not tappable(cards_of(chats.slack))


def never_answers(chat: MemoryChat) -> Any:
    """Every call is lost, and none of them did anything."""

    def lost(_: str) -> None:
        chat.calls += 1
        raise Lost("HTTP 500")

    return lost


async def test_a_chat_that_cannot_be_looked_into_gets_the_message_once_more_marked(
    chats: Chats, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hidden(*_: object) -> None:
        raise Unreachable("A scope is missing.", "Add it.")

    monkeypatch.setattr(chats.slack, "find", hidden)
    await chats.pair("slack", "D1")
    chats.slack.troubles.append(Lost("The connection broke."))
    await chats.business.mail(LEAD)
    await chats.settle()
    first, second = cards_of(chats.slack)
    assert first.message
    assert second.message
    assert (first.message.repeated, second.message.repeated) == (False, True)


async def test_what_cannot_be_rendered_keeps_back_nothing_else_and_is_reported(
    chats: Chats, monkeypatch: pytest.MonkeyPatch
) -> None:
    subjects = chats.outbox._subjects
    rendered = subjects.reply

    async def broken(post: Post) -> Reply | None:
        if post.subject.startswith("approval:"):
            raise KeyError(post.id)
        return await rendered(post)

    monkeypatch.setattr(subjects, "reply", broken)
    await chats.pair("slack", "D1")
    await chats.business.mail(LEAD)
    for _ in range(4):
        await chats.settle()
        chats.business.clock.forward(minutes=1)
    (card,) = await chats.posts("approval:")
    assert card.status is PostStatus.UNDELIVERABLE
    shown = " ".join(text_of(each) for each in chats.slack.shown)
    assert "A message could not be shown in slack" in shown


async def test_a_disk_that_fails_for_a_moment_ends_no_outbox_and_loses_no_post(
    chats: Chats, monkeypatch: pytest.MonkeyPatch
) -> None:
    await chats.pair("slack", "D1")
    await chats.business.mail(LEAD)
    views = chats.outbox._views
    find, failures = views.find, iter([OSError("disk I/O error"), None])

    async def failing(*asked: Any) -> Any:
        if trouble := next(failures, None):
            raise trouble
        return await find(*asked)

    monkeypatch.setattr(views, "find", failing)
    stop = asyncio.Event()
    chats.outbox._pace = 0.0
    running = asyncio.create_task(chats.outbox.run(stop))
    try:
        async with asyncio.timeout(30):
            while not cards_of(chats.slack):  # noqa: ASYNC110 - it works meanwhile
                await asyncio.sleep(0)
    finally:
        stop.set()
        await running
