"""How calls to Telegram go wrong, as the chat port names it. No token gets through here."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable
from typing import Final, TypeVar

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from bot import texts
from bot.chat.port import ChatTrouble, Lost, RateLimited, Refused, Unreachable
from bot.telegram.discretion import without_token

T = TypeVar("T")

PAUSE_S: Final = 5.0
"""Before the next call, where Telegram could not be reached and names no time itself."""

LONGEST_S: Final = 3_600.0
"""The longest pause that is believed."""

_NOT_SENT: Final = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol"}
)
"""What httpx calls it when nothing has left this machine."""

_NO_CHAT: Final = re.compile(
    r"chat not found|user not found|peer_id_invalid|group chat was deactivated|chat_write_forbidden"
    r"|not enough rights|have no rights|need administrator rights|topic_closed|thread not found",
    re.IGNORECASE,
)
_UNAVAILABLE: Final = re.compile(r"\b503\b|service unavailable", re.IGNORECASE)
_TOO_LARGE: Final = re.compile(r"too large", re.IGNORECASE)
_NOT_MODIFIED: Final = re.compile(r"message is not modified", re.IGNORECASE)
_GONE: Final = re.compile(r"message to delete not found|message_id_invalid", re.IGNORECASE)


class Busy(TelegramError):
    """429: Telegram wants to be left alone for so many seconds.

    The library has an error for it, too, which warns about itself whenever it is made.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Too Many Requests: retry after {seconds:g}")
        self.seconds = seconds


def busy_for(payload: bytes) -> float:
    """The seconds that a 429 names."""
    try:
        seconds = float(json.loads(payload)["parameters"]["retry_after"])
    except (ValueError, KeyError, TypeError):
        return PAUSE_S
    return min(max(seconds, 1.0), LONGEST_S)


async def asked(call: Awaitable[T]) -> T:
    """What Telegram answers. Raises `ChatTrouble`."""
    try:
        return await call
    except TelegramError as error:
        raise trouble_of(error) from None  # its own text may hold the token


def trouble_of(error: TelegramError) -> ChatTrouble:
    """The same in the words of the port."""
    what = _words(error)
    match error:
        case Busy(seconds=pause):
            return RateLimited(pause)
        case InvalidToken():
            return Unreachable(*texts.TELEGRAM_TOKEN.put())
        case Forbidden():
            return Unreachable(*texts.TELEGRAM_BLOCKED.put(what=what))
        case ChatMigrated():
            return Unreachable(*texts.TELEGRAM_MOVED.put())
        case BadRequest() if _NO_CHAT.search(what):
            return Unreachable(*texts.TELEGRAM_NO_CHAT.put(what=what))
        case BadRequest():
            return Refused(texts.TELEGRAM_REFUSED.format(what=what))
        case NetworkError():
            return _network(error, what)
        case _:
            return Lost(texts.TELEGRAM_SILENT.format(what=what))


def unchanged(error: TelegramError) -> bool:
    """Whether a message already says what it should."""
    return isinstance(error, BadRequest) and bool(_NOT_MODIFIED.search(error.message))


def gone(error: TelegramError) -> bool:
    """Whether a message that should go is gone already."""
    return isinstance(error, BadRequest) and bool(_GONE.search(error.message))


def _network(error: NetworkError, what: str) -> ChatTrouble:
    cause = type(error.__cause__).__name__
    if cause in _NOT_SENT:
        busy = isinstance(error, TimedOut) and cause == "PoolTimeout"
        return RateLimited(PAUSE_S, texts.TELEGRAM_BUSY if busy else texts.TELEGRAM_AWAY)
    if _UNAVAILABLE.search(what):
        return RateLimited(PAUSE_S, texts.TELEGRAM_AWAY)
    if _TOO_LARGE.search(what):
        return Refused(texts.TELEGRAM_REFUSED.format(what=what))
    return Lost(texts.TELEGRAM_SILENT.format(what=what))


def _words(error: TelegramError) -> str:
    """What Telegram says, on one line and at a sensible length."""
    said = " ".join(without_token(error.message).split()).removeprefix("Bad Request: ")
    return said.removeprefix("Forbidden: ")[:200].rstrip(".") or type(error).__name__
