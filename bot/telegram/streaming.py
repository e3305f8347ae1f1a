"""A text that is still being written, as far as a chat can show it. Never a fact, lost unharmed.

In a direct chat Telegram shows a draft, which changes while it is written and goes when the message
comes. Elsewhere, and where that fails, it shows that the bot is typing.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import Final

from telegram import Bot, MessageEntity
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.telegram.failing import trouble_of
from bot.telegram.marked import LONGEST_TEXT, Marked, Style, Writing, parts

log: Final = logging.getLogger(__name__)


class Stream:
    """One text on its way. Every `show` has all of it so far; what is too long shows its end."""

    def __init__(self, bot: Bot, chat: int, topic: int | None, draft: int) -> None:
        self._bot, self._chat, self._topic, self._draft = bot, chat, topic, draft
        self._drafts = True

    async def show(self, text: str) -> None:
        """Show the text as it is now."""
        self._drafts = self._drafts and await quietly(self._drafted(text))
        if not self._drafts:
            await quietly(
                self._bot.send_chat_action(
                    self._chat, ChatAction.TYPING, message_thread_id=self._topic
                )
            )

    def _drafted(self, text: str) -> Awaitable[bool]:
        writing = Writing()
        writing.said(text, Style.ITALIC)
        shown = parts(writing.done(), LONGEST_TEXT)[-1]
        return self._bot.send_message_draft(
            self._chat,
            self._draft,
            shown.text,
            entities=entities(shown),
            message_thread_id=self._topic,
        )


def entities(text: Marked) -> list[MessageEntity]:
    """The marks as Telegram counts them, in UTF-16 units."""
    counted = [
        MessageEntity(type=mark.style.value, offset=mark.start, length=mark.end - mark.start)
        for mark in text.marks
    ]
    return list(MessageEntity.adjust_message_entities_to_utf_16(text.text, counted))


async def quietly(call: Awaitable[object]) -> bool:
    """Whether it worked; where not, nothing is lost."""
    try:
        await call
    except TelegramError as error:
        log.debug("%s", trouble_of(error))
        return False
    return True
