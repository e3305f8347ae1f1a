"""A text that is shown while it is written, in a Slack on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from slack_office import settings_of
from slack_seen import Seen
from slack_server import SlackServer, slack_server

from bot.channel import Reply
from bot.chat.port import Message
from bot.clock import SystemClock
from bot.intake import Taken
from bot.slack.adapter import SlackAdapter
from bot.slack.streaming import Stream, literal
from ledger.domain.events import ChatReceived

WORDS = "The offer went out on Monday, and Ada accepted it the day after. " * 8
FINAL = Message(reply=Reply(lines=("All is done.",)), post="post-1", n=1)


class Clock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        return self.moment


class Unheard:
    async def take(self, received: ChatReceived, key: str) -> Taken:
        raise AssertionError(f"{key} came in: {received}")


class Writing:
    """Coo writes an answer below the operator's question."""

    def __init__(self, server: SlackServer, clock: Clock, root: Seen) -> None:
        self.server, self.clock, self.nora = server, clock, server.person("nora")
        self.adapter = SlackAdapter(settings_of(server), Unheard(), SystemClock())
        self.stream: Stream = self.adapter.stream(self.nora.dm.id, root.ts, self.nora.id)

    def shown(self) -> Seen:
        (seen,) = self.nora.reads()
        return seen


@pytest.fixture
async def writing() -> AsyncIterator[Writing]:
    clock = Clock()
    async with slack_server(clock) as server:
        yield Writing(server, clock, await server.person("nora").writes("what happened?"))


async def test_a_text_grows_while_it_is_written_and_ends_in_its_final_form(
    writing: Writing,
) -> None:
    await writing.stream.show(WORDS[:30])
    await writing.stream.show(WORDS)
    assert len(writing.server.calls_of("chat.appendStream")) == 1
    ts = await writing.adapter.finish(writing.stream, FINAL)
    assert writing.shown().text == "All is done."
    assert await writing.adapter.find(writing.nora.dm.id, _root(writing), "post-1", 1) == ts


async def test_stream_expiry_what_slack_no_longer_appends_is_written_from_our_own_text(
    writing: Writing,
) -> None:
    await writing.stream.show(WORDS[:30])
    await writing.stream.show(WORDS)
    writing.clock.moment += timedelta(minutes=6)
    await writing.stream.show(WORDS * 2)
    assert " ".join(writing.shown().text.split()) == " ".join((WORDS * 2).split())
    await writing.stream.show(WORDS * 3)
    assert " ".join(writing.shown().text.split()) == " ".join((WORDS * 3).split())
    await writing.adapter.finish(writing.stream, FINAL)
    assert writing.shown().text == "All is done."


async def test_a_stream_that_expired_before_its_end_still_ends_in_its_final_form(
    writing: Writing,
) -> None:
    await writing.stream.show(WORDS[:30])
    await writing.stream.show(WORDS)
    writing.clock.moment += timedelta(minutes=6)
    await writing.adapter.finish(writing.stream, FINAL)
    assert writing.shown().text == "All is done."


@pytest.mark.parametrize("kind", ["limit", "lose", "cut"])
async def test_an_append_that_fails_loses_nothing_of_the_final_text(
    writing: Writing, kind: str
) -> None:
    await writing.stream.show(WORDS[:30])
    getattr(writing.server.faults, kind)("chat.appendStream")
    await writing.stream.show(WORDS)
    await writing.adapter.finish(writing.stream, FINAL)
    assert writing.shown().text == "All is done."


def test_what_is_streamed_formats_nothing_and_leads_nowhere() -> None:
    made = literal("<!here> *bold* [bank](https://evil.example)")
    assert "<" not in made
    assert "\\*bold\\*" in made
    assert "https://" not in made


def _root(writing: Writing) -> str:
    return writing.shown().thread
