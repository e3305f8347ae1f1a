"""The Telegram adapter of the chat port: it translates, and decides nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from telegram import (
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
    Update,
)
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot import texts
from bot.chat.inbound import ArrivalRefused
from bot.chat.port import ChatTrouble, Limits, Message, RateLimited, Refused, Unreachable
from bot.intake import Taken
from bot.telegram.connection import Connection, Me
from bot.telegram.failing import asked, gone, trouble_of, unchanged
from bot.telegram.inbound import CHANNEL, key_of, received, topic_of
from bot.telegram.menu import menu
from bot.telegram.rendering import Part, sheet, single
from bot.telegram.streaming import Stream, entities, quietly
from ledger.domain.events import ChatFile, ChatKind, ChatReceived
from ledger.domain.reading import Clock

log: Final = logging.getLogger(__name__)

LIMITS: Final = Limits(text=3_500, cards=1, upload=50_000_000)
LARGEST_PHOTO: Final = 10_000_000
MEGABYTE: Final = 1_000_000
LONGEST_CAPTION: Final = 1_000
NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
MOST_DRAFTS: Final = 2**31 - 1

PATIENCE: Final = 5
"""Pauses in a row that are waited for before a message that has begun is given up."""

PICTURES: Final = (".png", ".jpg", ".jpeg")


Take = Callable[[Update], Awaitable[None]]


class Door(Protocol):
    """Records what came in, once; `bot.chat.inbound.ChatDoor` does."""

    async def take(self, received: ChatReceived, key: str) -> Taken: ...


class Source(Protocol):
    """How updates come in; `bot.telegram.polling.Polling` and `bot.telegram.webhook.Webhook`."""

    @property
    def hears(self) -> bool:
        """Whether Telegram answered the last time it was asked."""
        ...

    async def run(self, take: Take, stop: asyncio.Event) -> None:
        """Hand each update to `take` until `stop` is set; it counts as taken when that returns."""
        ...


class TelegramAdapter:
    """One bot. Messages reach it through `source`, which hands each update to `take`."""

    channel = CHANNEL
    limits = LIMITS
    can_read_back = False

    def __init__(self, connection: Connection, door: Door, source: Source, clock: Clock) -> None:
        self._connection, self._bot, self._door = connection, connection.bot, door
        self._source, self._clock = source, clock
        self._drafts = 0
        self._beside: set[asyncio.Task[bool]] = set()

    @property
    def ready(self) -> bool:
        """Whether messages come in at this moment."""
        return self._source.hears

    async def run(self, stop: asyncio.Event) -> None:
        """Take messages in until `stop` is set. What goes wrong is said, and tried again."""
        self._soon(self._bot.set_my_commands(menu()))
        try:
            await self._source.run(self.take, stop)
        finally:
            await self.settled()

    async def close(self) -> None:
        """Let go of all connections, once nothing more is to be posted."""
        await self.settled()
        await self._connection.close()

    async def post(self, chat: str, thread: str, message: Message) -> str:
        """Post it; one that is longer than one message goes on in the next. The last one's id."""
        made = sheet(message.reply, message.callbacks, repeated=message.repeated)
        if made.whole:
            await self.upload(chat, thread, texts.TELEGRAM_FILE, made.whole.encode(), "")
        sent = ""
        for place, part in enumerate(made.parts, start=1):
            silent = message.silent or place < len(made.parts)
            begun = bool(sent or made.whole)
            sent = await self._patiently(chat, thread, part, silent=silent, begun=begun)
        return sent

    async def edit(self, chat: str, message_id: str, message: Message) -> None:
        """Rewrite a message. What asks for words cannot: a forced reply comes with a new one."""
        part = single(message.reply, message.callbacks, repeated=message.repeated)
        try:
            await self._bot.edit_message_text(
                part.text.text,
                chat_id=_number(chat),
                message_id=_number(message_id),
                entities=entities(part.text),
                link_preview_options=NO_PREVIEW,
                reply_markup=_inline(part),
            )
        except TelegramError as error:
            if not unchanged(error):
                raise trouble_of(error) from None

    async def find(self, chat: str, thread: str, post: str, n: int) -> str | None:  # noqa: ARG002  # the port's signature
        """A bot cannot read what stands in a chat."""
        return None

    async def delete(self, chat: str, message_id: str) -> None:
        try:
            await self._bot.delete_message(_number(chat), _number(message_id))
        except TelegramError as error:
            if not gone(error):
                raise trouble_of(error) from None

    async def upload(self, chat: str, thread: str, name: str, data: bytes, title: str) -> str:
        """Put a file there: a picture in place, where Telegram can show it, else as a file."""
        if len(data) > LIMITS.upload:
            megabytes = {"size": len(data) // MEGABYTE, "most": LIMITS.upload // MEGABYTE}
            raise Refused(*texts.TELEGRAM_LARGE.put(name=name, **megabytes))
        if name.lower().endswith(PICTURES) and len(data) <= LARGEST_PHOTO:
            try:
                return await self._photo(chat, thread, name, data, title)
            except Refused:  # a picture too long or too narrow for a photo
                log.info("Telegram does not show %r in place; it is sent as a file", name)
        return await self._document(chat, thread, name, data, title)

    async def fetch(self, file: ChatFile, most: int) -> bytes:
        """The bytes of a file that hangs on a message."""
        if file.size > most:
            raise Refused(*_too_large(file.name, file.size, most))
        try:
            found = await self._bot.get_file(file.id)
            data = bytes(await found.download_as_bytearray())
        except TelegramError as error:
            raise _gone_file(trouble_of(error)) from None
        if len(data) > most:
            raise Refused(*_too_large(file.name, len(data), most))
        return data

    async def working(self, chat: str, thread: str, text: str) -> None:
        """Show that Coo is at it, until the answer comes or half a minute has passed."""
        if text:
            await self.stream(chat, thread).show(text)

    def stream(self, chat: str, thread: str) -> Stream:
        """A text that is to be shown while it is written; its end is posted as a message."""
        self._drafts = self._drafts % MOST_DRAFTS + 1
        return Stream(self._bot, _number(chat), _topic(thread), self._drafts)

    async def take(self, update: Update) -> None:
        """Record an update, and return when it is on disk. What nobody can read is passed over."""
        me = await self._connection.me()
        event = _translated(update, me)
        try:
            taken = await self._door.take(event, key_of(me, update)) if event else None
        except ArrivalRefused as refused:
            log.warning("Update %s: %s", update.update_id, refused)
            taken = None
        if update.callback_query:
            self._soon(self._bot.answer_callback_query(update.callback_query.id))
        elif event and taken and taken.new and event.kind is not ChatKind.EDITED:
            self._soon(self._typing(event))

    async def settled(self) -> None:
        """Wait for the small things on their way: taps acknowledged, signs of life."""
        await asyncio.gather(*self._beside, return_exceptions=True)

    async def _typing(self, event: ChatReceived) -> None:
        await self._bot.send_chat_action(
            _number(event.chat), ChatAction.TYPING, message_thread_id=_topic(event.thread)
        )

    def _soon(self, call: Awaitable[object]) -> None:
        task = asyncio.ensure_future(quietly(call))
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def _patiently(
        self, chat: str, thread: str, part: Part, *, silent: bool, begun: bool
    ) -> str:
        """Once begun, a pause that Telegram asks for is waited for: nothing may be said twice."""
        for _ in range(PATIENCE if begun else 0):
            try:
                return await self._send(chat, thread, part, silent=silent)
            except RateLimited as limited:
                await self._clock.sleep(limited.retry_after)
        return await self._send(chat, thread, part, silent=silent)

    async def _send(self, chat: str, thread: str, part: Part, *, silent: bool) -> str:
        call = self._bot.send_message(
            _number(chat),
            part.text.text,
            entities=entities(part.text),
            link_preview_options=NO_PREVIEW,
            disable_notification=silent or None,
            message_thread_id=_topic(thread),
            reply_parameters=_quoting(thread),
            reply_markup=_markup(part),
        )
        return str((await asked(call)).message_id)

    async def _photo(self, chat: str, thread: str, name: str, data: bytes, title: str) -> str:
        call = self._bot.send_photo(
            _number(chat),
            data,
            filename=name,
            caption=title[:LONGEST_CAPTION] or None,
            disable_notification=True,
            message_thread_id=_topic(thread),
        )
        return str((await asked(call)).message_id)

    async def _document(self, chat: str, thread: str, name: str, data: bytes, title: str) -> str:
        call = self._bot.send_document(
            _number(chat),
            data,
            filename=name,
            caption=title[:LONGEST_CAPTION] or None,
            disable_notification=True,
            message_thread_id=_topic(thread),
        )
        return str((await asked(call)).message_id)


def _translated(update: Update, me: Me) -> ChatReceived | None:
    """What a person did. A form of update that nobody foresaw must not hold up the next ones."""
    try:
        return received(update, me)
    except Exception as error:  # noqa: BLE001  # whatever it stumbles over
        log.warning("Update %s is passed over: %s", update.update_id, type(error).__name__)
        return None


def _number(ident: str) -> int:
    """An id of Telegram. Raises `Unreachable` for what never was one."""
    try:
        return int(ident)
    except ValueError:
        raise Unreachable(*texts.TELEGRAM_NO_CHAT.put(what=repr(ident))) from None


def _topic(thread: str) -> int | None:
    topic = topic_of(thread)
    return _number(topic) if topic else None


def _quoting(thread: str) -> ReplyParameters | None:
    """A thread that is no topic is a message: the answer quotes it, where it still stands."""
    if not thread or topic_of(thread):
        return None
    return ReplyParameters(_number(thread), allow_sending_without_reply=True)


def _inline(part: Part) -> InlineKeyboardMarkup | None:
    if not part.keyboard:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(key.label, callback_data=key.id) for key in row]
            for row in part.keyboard
        ]
    )


def _markup(part: Part) -> ForceReply | InlineKeyboardMarkup | None:
    if part.asks and not part.keyboard:
        return ForceReply(input_field_placeholder=part.asks, selective=True)
    return _inline(part)


def _too_large(name: str, size: int, most: int) -> tuple[str, str]:
    return texts.TELEGRAM_LARGE.put(name=name, size=-(-size // MEGABYTE), most=most // MEGABYTE)


def _gone_file(error: ChatTrouble) -> ChatTrouble:
    if isinstance(error, Refused):
        return Unreachable(*texts.TELEGRAM_GONE_FILE.put(what=error.cause))
    return error
