"""What somebody is answered who is not paired, or becomes so by what they just wrote.

The router judges it (`graph/routing_doorstep.py`); this reads its judgement.
"""

from __future__ import annotations

from bot import texts
from bot.channel import Reply
from bot.wording.untrusted import one_line
from graph.desk import ROUTER
from ledger.domain.errors import UnknownFact
from ledger.domain.events import ChatPaired, ChatReceived, Event, StrangerRefused
from ledger.domain.facts import Fact, derived_id
from ledger.domain.reading import History, Views
from ledger.domain.speakers import revoked

SILENCE = Reply()
"""The answer to somebody who was answered today already: none."""


async def at_the_door(views: Views, history: History, received: Fact) -> Reply | None:
    """The answer to somebody who is not paired; `SILENCE` for none.

    None where the router has not judged it yet: ask again after the next fact on the desk.
    """
    judged = await _judged(history, received)
    match judged:
        case StrangerRefused(text=text):
            return Reply(lines=(text,)) if text else SILENCE
        case ChatPaired():
            return welcome(judged)
        case _:
            return await _turned_away(views, received.event)


def welcome(paired: ChatPaired) -> Reply:
    """The first thing that a chat is told after its code counted."""
    who = texts.WELCOME.format(name=one_line(paired.operator, 60), role=paired.role)
    return Reply(lines=(who, texts.ROLE_MEANS[paired.role]), hints=(texts.WELCOME_HINT,))


async def _judged(history: History, received: Fact) -> Event | None:
    try:
        return (await history.fact(derived_id(received.id, ROUTER, 0))).event
    except UnknownFact:
        return None


async def _turned_away(views: Views, event: Event) -> Reply | None:
    """Somebody who was paired when they wrote, and is no longer: the router passed them over."""
    if not isinstance(event, ChatReceived):
        return None
    known = await revoked(views, event.channel, event.user)
    return Reply(lines=texts.ROLE_NONE.put(), trouble=True) if known else None
