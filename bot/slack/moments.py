"""What is good for seconds only, and therefore never recorded: triggers and answer addresses.

Slack opens a form only with the trigger of what somebody just did, within three seconds, and lets
an app answer privately for half an hour. Both are lost with the process, without harm.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from msgspec import Struct

from bot.slack.inbound import Arrival

MOST: Final = 2000


class Moment(Struct, frozen=True, kw_only=True):
    """What somebody just did, as far as it can be answered at once."""

    chat: str
    user: str
    message: str
    thread: str
    trigger: str = ""
    answer_at: str = ""


class Moments:
    """The last things that came in, by the key they are recorded under."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Moment] = OrderedDict()
        self._chats: OrderedDict[str, str] = OrderedDict()
        self._last: OrderedDict[str, str] = OrderedDict()

    def remember(self, arrival: Arrival, body: Mapping[str, Any]) -> None:
        """Keep what this came with. The first delivery counts: a trigger works once."""
        told = arrival.event
        moment = Moment(
            chat=told.chat,
            user=told.user,
            message=told.message,
            thread=told.thread,
            trigger=str(body.get("trigger_id") or ""),
            answer_at=str(body.get("response_url") or ""),
        )
        if arrival.key not in self._known:
            _kept(self._known, arrival.key, moment)
        if told.message and told.direct and not told.button:
            _kept(self._last, told.chat, told.message)

    def of(self, key: str) -> Moment | None:
        """What came in under this key, if it is still known."""
        return self._known.get(key)

    def trigger(self, key: str) -> Moment | None:
        """The same with its trigger, which is used up by this."""
        known = self._known.get(key)
        if known is None or not known.trigger:
            return None
        self._known[key] = Moment(
            chat=known.chat,
            user=known.user,
            message=known.message,
            thread=known.thread,
            answer_at=known.answer_at,
        )
        return known

    def met(self, user: str, chat: str) -> None:
        """This is the direct chat with that person."""
        _kept(self._chats, user, chat)

    def chat_of(self, user: str) -> str:
        """Their direct chat, "" where it is not known yet."""
        return self._chats.get(user, "")

    def last_message(self, chat: str) -> str:
        """What was written last in a direct chat, "" where that is not known."""
        return self._last.get(chat, "")


T = TypeVar("T")


def _kept(kept: OrderedDict[str, T], key: str, value: T) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > MOST:
        kept.popitem(last=False)
