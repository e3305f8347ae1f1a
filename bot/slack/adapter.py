"""The Slack adapter: puts messages there, finds them again, and takes in what comes.

It decides nothing: what is posted, when, and again or not is the outbox's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from typing import Any, Final

import aiohttp
from msgspec.structs import replace
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot import texts
from bot.channel import Reply
from bot.chat.forms import Form
from bot.chat.port import ChatTrouble, Limits, Lost, Message
from bot.chat_settings import SlackSettings
from bot.console.render import plain
from bot.slack.blocks import Sheet, sheet
from bot.slack.calls import SlackRefused, app_id_of, asked, client_of
from bot.slack.files import fetched, uploaded
from bot.slack.home import Homes, HomeTabs
from bot.slack.inbound import CHANNEL, Me
from bot.slack.inert import cut_escaped, inert
from bot.slack.logs import quiet_log
from bot.slack.modals import Opened, form_view
from bot.slack.moments import Moments
from bot.slack.receiving import Receiving, Records
from bot.slack.streaming import Stream
from bot.slack.web import MOUNTED, slack_web
from bot.web.server import Door
from ledger.domain.events import ChatFile
from ledger.domain.reading import Clock
from ledger.pauses import pause

LIMITS: Final = Limits(text=11_000, cards=4, upload=100_000_000)
POSTED: Final = "coo_post"
"""The kind of metadata on every message of Coo's; by it a post is found again."""

PAGES, PAGE = 5, 200
WHISPER: Final = 3000
PING_S: Final = 5.0
"""Seconds between two looks at whether the socket is alive; a dead one is opened anew."""
AGAIN_S: Final = 15.0
"""How long to wait before Slack is asked again who Coo is there."""
_GONE: Final = frozenset({"message_not_found", "channel_not_found"})
_NO_THREAD: Final = frozenset({"thread_not_found", "message_not_found"})
_log = logging.getLogger(__name__)


class SlackAdapter:
    """Implements `bot.chat.port.Adapter`, and of `bot.chat.forms` all of it."""

    channel = CHANNEL
    limits = LIMITS
    can_read_back = True

    def __init__(
        self,
        settings: SlackSettings,
        door: Records,
        clock: Clock,
        homes: Homes | None = None,
        *,
        ping_s: float = PING_S,
    ) -> None:
        self._settings, self._clock, self._ping_s = settings, clock, ping_s
        self._client = client_of(settings)
        self._me: Me | None = None
        self._socket: SocketModeClient | None = None
        self._moments = Moments()
        self._tasks: set[asyncio.Task[None]] = set()
        self._tabs = HomeTabs(self._client, homes, clock, CHANNEL) if homes else None
        self.receiving = Receiving(
            door,
            self._moments,
            self._myself,
            self.direct,
            opened_home=self._home_opened,
            opened_chat=lambda chat: self._aside(self._prompt(chat)),
        )

    # --- putting messages there -------------------------------------------------------------------

    async def post(self, chat: str, thread: str, message: Message) -> str:
        made = _sheet(message)
        answer = await asked(
            self._client.chat_postMessage(
                channel=chat,
                thread_ts=thread or None,
                metadata=_metadata(message),
                unfurl_links=False,
                unfurl_media=False,
                mrkdwn=False,
                **_content(made),
            )
        )
        ts = str(answer.get("ts", ""))
        if made.cut:
            await self._whole(chat, thread or ts, message.reply)
        return ts

    async def edit(self, chat: str, message_id: str, message: Message) -> None:
        await asked(
            self._client.chat_update(
                channel=chat,
                ts=message_id,
                metadata=_metadata(message),
                **_content(_sheet(message)),
            )
        )

    async def find(self, chat: str, thread: str, post: str, n: int) -> str | None:
        async for message in self._read_back(chat, thread):
            found = message.get("metadata") or {}
            payload = found.get("event_payload") or {}
            if found.get("event_type") == POSTED and (payload.get("post"), payload.get("n")) == (
                post,
                n,
            ):
                return str(message.get("ts"))
        return None

    async def delete(self, chat: str, message_id: str) -> None:
        try:
            await asked(self._client.chat_delete(channel=chat, ts=message_id))
        except SlackRefused as refused:
            if refused.code not in _GONE:
                raise

    async def upload(self, chat: str, thread: str, name: str, data: bytes, title: str) -> str:
        return await uploaded(self._client, chat, thread, name, data, title)

    async def fetch(self, file: ChatFile, most: int) -> bytes:
        """The bytes of a file that hangs on a message."""
        return await fetched(self._client, self._settings, file, most)

    # --- answering at once ------------------------------------------------------------------------

    async def ask(self, key: str, form: Form) -> bool:
        """Open a form in answer to what came in under this key; whether that was possible."""
        moment = self._moments.trigger(key)
        if moment is None:
            return False
        opened = Opened(
            button=form.button, chat=moment.chat, message=moment.message, thread=moment.thread
        )
        try:
            view = form_view(form, opened)
            await asked(self._client.views_open(trigger_id=moment.trigger, view=view))
        except ChatTrouble as trouble:
            _log.info("A form did not open: %s", trouble.cause)
            return False
        return True

    async def whisper(self, key: str, text: str) -> bool:
        """Say something that only the one who did this sees; whether that was possible."""
        moment = self._moments.of(key)
        if moment is None:
            return False
        said = cut_escaped(inert(text), WHISPER)
        try:
            if moment.answer_at:
                return await _answered(moment.answer_at, said)
            await asked(
                self._client.chat_postEphemeral(
                    channel=moment.chat,
                    user=moment.user,
                    thread_ts=moment.thread or None,
                    text=said,
                    parse="none",
                    link_names=False,
                )
            )
        except ChatTrouble as trouble:
            _log.info("A private answer did not arrive: %s", trouble.cause)
            return False
        return True

    async def working(self, chat: str, thread: str, text: str) -> None:
        """Show below a conversation what Coo is at; lost without harm."""
        place = thread or self._moments.last_message(chat)
        if not place:
            return
        with suppress(ChatTrouble):
            await asked(
                self._client.assistant_threads_setStatus(
                    channel_id=chat, thread_ts=place, status=inert(text)
                )
            )

    def stream(self, chat: str, thread: str, user: str) -> Stream:
        """A text that is shown while it is written, for one person in a thread."""
        team = self._me.team if self._me else ""
        return Stream(self._client, chat, thread, user=user, team=team)

    async def finish(self, stream: Stream, message: Message) -> str:
        """Put the message in the place of what was shown while it was written; its id."""
        return await stream.finish({**_content(_sheet(message)), "metadata": _metadata(message)})

    async def direct(self, user: str) -> str:
        """The direct chat with somebody; their own id where Slack does not say, which works too."""
        known = self._moments.chat_of(user)
        if known or not user:
            return known
        try:
            answer = await asked(self._client.conversations_open(users=[user]))
        except ChatTrouble:
            return user
        chat = str((answer.get("channel") or {}).get("id") or user)
        self._moments.met(user, chat)
        return chat

    def stale(self) -> None:
        """Something changed that App Home may show."""
        if self._tabs is not None:
            self._tabs.stale()

    # --- taking in --------------------------------------------------------------------------------

    async def run(self, stop: asyncio.Event) -> None:
        """Take in what comes until `stop`: by Socket Mode, or as the web server hands it over."""
        try:
            await self._recognised(stop)
            if stop.is_set():
                return
            if self._tabs is not None:
                self._aside(self._tabs.run(stop))
            if self._settings.over_http:
                await stop.wait()
            else:
                await self._by_socket(stop)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def door(self) -> Door:
        """Where the web server hands over what Slack delivers by HTTP; each request is verified."""
        given = self._settings.signing_secret
        secret = given.reveal() if given else ""
        app = partial(self.receiving.app, self._client, secret)
        return Door(MOUNTED, slack_web(app, secret, lambda: self.ready))

    @property
    def ready(self) -> bool:
        """Whether it is known who Coo is in this workspace; before, nothing can be taken in."""
        return self._me is not None

    @property
    def connected(self) -> bool:
        """Whether what people do in Slack reaches Coo now."""
        socket = self._socket.current_session if self._socket else None
        return self.ready and (
            self._settings.over_http or (socket is not None and not socket.closed)
        )

    async def _recognised(self, stop: asyncio.Event) -> None:
        """Ask Slack who Coo is there until it says so."""
        while self._me is None and not stop.is_set():
            try:
                self._me = await self._who()
            except ChatTrouble as trouble:
                _log.warning("Slack: %s %s", trouble.cause, trouble.remedy)
                await pause(self._clock, AGAIN_S, stop)

    async def _who(self) -> Me:
        told = await asked(self._client.auth_test())
        return Me(
            team=str(told.get("team_id", "")),
            user=str(told.get("user_id", "")),
            bot=str(told.get("bot_id", "")),
            app=app_id_of(told, self._settings),
        )

    async def _by_socket(self, stop: asyncio.Event) -> None:
        token = self._settings.app_token
        handler = AsyncSocketModeHandler(
            self.receiving.app(self._client),
            token.reveal() if token else "-",
            logger=quiet_log(),
            ping_interval=self._ping_s,
        )
        self._socket = handler.client
        connecting = asyncio.create_task(_connected(handler))
        try:
            await stop.wait()
        finally:
            self._socket = None
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
            await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt's own

    def _myself(self) -> Me:
        if self._me is None:
            raise Lost(texts.SLACK_NOT_YET)
        return self._me

    def _home_opened(self, user: str) -> None:
        if self._tabs is not None:
            self._tabs.opened(user)

    async def _prompt(self, chat: str) -> None:
        prompts = [{"title": title, "message": said} for title, said in texts.SLACK_PROMPTS]
        with suppress(ChatTrouble):
            await asked(
                self._client.assistant_threads_setSuggestedPrompts(
                    channel_id=chat, prompts=prompts, title=texts.SLACK_PROMPTS_TITLE
                )
            )

    async def _whole(self, chat: str, thread: str, reply: Reply) -> None:
        """What did not fit into a message, as a file below it."""
        name, data = "answer.txt", plain(reply).encode()
        try:
            await self.upload(chat, thread, name, data, reply.title or texts.SLACK_WHOLE)
        except ChatTrouble as trouble:
            _log.info("A long answer stays cut: %s", trouble.cause)

    async def _read_back(self, chat: str, thread: str) -> AsyncIterator[dict[str, Any]]:
        """The newest messages of a chat or thread, Coo's own only."""
        cursor = ""
        for _ in range(PAGES):
            more: dict[str, Any] = {"limit": PAGE, "include_all_metadata": True}
            more |= {"cursor": cursor} if cursor else {}
            try:
                page = await asked(
                    self._client.conversations_replies(channel=chat, ts=thread, **more)
                    if thread
                    else self._client.conversations_history(channel=chat, **more)
                )
            except SlackRefused as refused:
                if refused.code in _NO_THREAD:
                    return
                raise
            for message in page.get("messages") or ():
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _aside(self, doing: Any) -> None:  # a coroutine that ends by itself
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _sheet(message: Message) -> Sheet:
    reply = message.reply
    if message.repeated:
        reply = replace(reply, lines=(texts.POST_REPEATED, *reply.lines))
    return sheet(reply, message.callbacks)


def _content(made: Sheet) -> dict[str, Any]:
    return {"text": made.text, "blocks": list(made.blocks), "parse": "none", "link_names": False}


def _metadata(message: Message) -> dict[str, Any] | None:
    if not message.post:
        return None
    return {"event_type": POSTED, "event_payload": {"post": message.post, "n": message.n}}


async def _connected(handler: AsyncSocketModeHandler) -> None:
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt's own


async def _answered(url: str, text: str) -> bool:
    """Answer at the address that came with a tap or a command."""
    try:
        response = await AsyncWebhookClient(url, timeout=5).send(
            text=text, response_type="ephemeral", replace_original=False
        )
    except (OSError, TimeoutError, aiohttp.ClientError) as error:
        raise Lost(texts.SLACK_LOST.format(what=type(error).__name__)) from None
    return response.status_code == 200  # noqa: PLR2004  # OK
