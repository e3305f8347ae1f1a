"""What Telegram delivers, as the fact that a person did something. Pure: two values in, one out."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from telegram import CallbackQuery, Chat, Message, MessageEntity, Update, User
from telegram.constants import ChatType

from bot import texts
from bot.telegram.connection import Me
from bot.wording.untrusted import one_line
from ledger.domain.events import ChatFile, ChatKind, ChatReceived

CHANNEL: Final = "telegram"
WANTED: Final = ("message", "edited_message", "callback_query")
"""The kinds of updates that Coo asks for."""

TOPIC: Final = "topic:"
_COMMAND: Final = re.compile(r"/(\w+)(?:@(\w+))?(?=\s|$)")


def key_of(me: Me, update: Update) -> str:
    """Unique per delivery of this bot, and the same when it is delivered again."""
    return f"{CHANNEL}:{me.id}:{update.update_id}"


def received(update: Update, me: Me) -> ChatReceived | None:
    """What a person did; None for what is not for Coo: other bots, other talk in a group."""
    if update.callback_query:
        return _tap(update.callback_query)
    message = update.message or update.edited_message
    if message is None or message.from_user is None or message.from_user.is_bot:
        return None
    if message.via_bot or not (_direct(message.chat) or _addressed(message, me)):
        return None
    return _written(message, message.from_user, me, edited=update.edited_message is not None)


def _tap(query: CallbackQuery) -> ChatReceived | None:
    """A button. Of an old message only its place is known, which is all that is needed."""
    if query.message is None or not query.data or query.from_user.is_bot:
        return None
    topic = query.message if isinstance(query.message, Message) else None
    return ChatReceived(
        channel=CHANNEL,
        chat=str(query.message.chat.id),
        message=str(query.message.message_id),
        user=str(query.from_user.id),
        kind=ChatKind.TAP,
        direct=_direct(query.message.chat),
        thread=_thread(topic),
        button=query.data,
        user_name=query.from_user.full_name,
    )


def _written(message: Message, user: User, me: Me, *, edited: bool) -> ChatReceived | None:
    text = _text(message, me)
    files, unread = _files(message), _unread(message)
    if not text.strip() and not files and not unread:
        return None  # somebody joined, a title changed, and the like
    return ChatReceived(
        channel=CHANNEL,
        chat=str(message.chat.id),
        message=str(message.message_id),
        user=str(user.id),
        kind=_kind(text, edited=edited),
        direct=_direct(message.chat),
        thread=_thread(message),
        reply_to=_reply_to(message),
        sent=_moment(message.edit_date if edited else message.date),
        notes=(texts.TELEGRAM_UNREAD.format(what=unread),) if unread else (),
        text=text,
        user_name=user.full_name,
        files=files,
    )


def _kind(text: str, *, edited: bool) -> ChatKind:
    if edited:
        return ChatKind.EDITED
    return ChatKind.COMMAND if text.startswith("/") else ChatKind.MESSAGE


def _text(message: Message, me: Me) -> str:
    """The words, a command as Coo writes it. Forwarded words are quoted: they are no order."""
    text = message.text or message.caption or ""
    if message.forward_origin is not None:
        who = one_line(_author(message), 60)
        return texts.TELEGRAM_FORWARDED.format(who=who, text=text) if text else ""
    return _command(_without_name(message, text, me))


def _command(text: str) -> str:
    """`/as_of@coo_bot X` as `/as-of X`."""
    found = _COMMAND.match(text)
    if not found:
        return text
    word, rest = found[1].replace("_", "-"), text[found.end() :].strip()
    return f"/{word} {rest}".strip()


def _without_name(message: Message, text: str, me: Me) -> str:
    """The text without the name by which the bot is called at its beginning."""
    called = re.match(rf"\s*@{re.escape(me.username)}\b[\s,:]*", text, re.IGNORECASE)
    return text[called.end() :] if called and not _direct(message.chat) else text


def _addressed(message: Message, me: Me) -> bool:
    """Whether a message of a group is for the bot: a reply to it, its name, or its command."""
    quoted = message.reply_to_message
    if quoted and quoted.from_user and quoted.from_user.id == me.id:
        return True
    text = message.text or message.caption or ""
    command = _COMMAND.match(text)
    if command:
        return (command[2] or "").lower() == me.username.lower()
    entities = message.parse_entities([MessageEntity.MENTION]) | message.parse_caption_entities(
        [MessageEntity.MENTION]
    )
    return f"@{me.username}".lower() in {name.lower() for name in entities.values()}


def _author(message: Message) -> str:
    origin = message.forward_origin
    user = getattr(origin, "sender_user", None)
    chat = getattr(origin, "sender_chat", None) or getattr(origin, "chat", None)
    name = getattr(origin, "sender_user_name", None)
    return (user and user.full_name) or (chat and chat.effective_name) or name or texts.SOMEBODY


def _files(message: Message) -> tuple[ChatFile, ...]:
    """What hangs on a message and can be fetched; of a photo its largest copy."""
    if message.photo:
        best = message.photo[-1]
        return (ChatFile(best.file_id, "photo.jpg", "image/jpeg", best.file_size or 0),)
    for kind, name in (("document", "document"), ("voice", "voice.ogg"), ("audio", "audio"),
                       ("video", "video.mp4"), ("video_note", "video.mp4")):  # fmt: skip
        found = getattr(message, kind)
        if found:
            named = getattr(found, "file_name", None) or name
            media = getattr(found, "mime_type", None) or ""
            return (ChatFile(found.file_id, named, media, found.file_size or 0),)
    return ()


def _unread(message: Message) -> str:
    """What a message holds that is neither words nor a file."""
    for kind in ("sticker", "location", "contact", "poll", "dice", "venue", "story", "game"):
        if getattr(message, kind):
            return kind
    return ""


def _direct(chat: Chat) -> bool:
    return chat.type == ChatType.PRIVATE


def _thread(message: Message | None) -> str:
    """The topic, in a chat that has topics; `topic_of` reads it back."""
    if message is None or not message.is_topic_message or not message.message_thread_id:
        return ""
    return f"{TOPIC}{message.message_thread_id}"


def topic_of(thread: str) -> str:
    """The id of a topic; "" where the thread is a message, or nothing."""
    return thread.removeprefix(TOPIC) if thread.startswith(TOPIC) else ""


def _reply_to(message: Message) -> str:
    """The message quoted; in a topic each message quotes its beginning, which is no reply."""
    quoted = message.reply_to_message
    if quoted is None or str(quoted.message_id) == topic_of(_thread(message)):
        return ""
    return str(quoted.message_id)


def _moment(sent: datetime | None) -> datetime | None:
    return sent if sent and sent.timestamp() > 0 else None
