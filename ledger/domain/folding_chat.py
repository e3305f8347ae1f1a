"""The fold of chats: what came in and still waits for an answer."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from ledger.domain.entities import ChatTurn, Entity
from ledger.domain.events import ChatReceived, ChatSeenTo
from ledger.domain.facts import Fact
from ledger.domain.look import Look

WAITING: Final = "waiting"
"""Everything that waits for an answer, in whatever chat."""


def waiting_in(channel: str, chat: str) -> str:
    """The lookup key of what waits for an answer in one chat."""
    return f"{WAITING}:{channel}:{chat}"


def turns_of(channel: str, chat: str, message: str) -> str:
    """The lookup key of all that was done with one message: written, edited, deleted, tapped."""
    return f"message:{channel}:{chat}:{message}"


def fold_turns(fact: Fact, look: Look) -> list[Entity]:
    """What comes in waits until it is seen to."""
    match fact.event:
        case ChatReceived() as event:
            return [] if look.get(ChatTurn, fact.id) else [_turn(event, fact)]
        case ChatSeenTo() as event:
            turn = look.get(ChatTurn, event.received)
            if turn is None or turn.outcome is not None:
                return []
            return [replace(turn, outcome=event.outcome)]
        case _:
            return []


def turn_keys(turn: ChatTurn) -> list[str]:
    """The exact keys a turn is found under."""
    keys = [turns_of(turn.channel, turn.chat, turn.message)] if turn.message else []
    return [*keys, WAITING, waiting_in(turn.channel, turn.chat)] if turn.outcome is None else keys


def _turn(event: ChatReceived, fact: Fact) -> ChatTurn:
    return ChatTurn(
        id=fact.id,
        channel=event.channel,
        chat=event.chat,
        message=event.message,
        user=event.user,
        kind=event.kind,
        sent=event.sent or fact.at,
    )
