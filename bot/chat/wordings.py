"""Messages that their author changed or deleted: which wording holds, and what was done already."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from bot import texts
from bot.channel import Reply
from bot.office.live import said_key
from bot.wording.untrusted import one_line
from ledger.domain.entities import Approval, Case, ChatTurn, Question
from ledger.domain.events import (
    ChatKind,
    ChatOutcome,
    ChatReceived,
    Event,
    OperatorSaid,
    QuestionReplied,
    Tapped,
)
from ledger.domain.facts import Fact
from ledger.domain.folding_chat import turns_of
from ledger.store import Ledger
from ledger.views import ReadViews

_WORDED = frozenset({ChatKind.MESSAGE, ChatKind.COMMAND, ChatKind.EDITED})


class Overtaken(Struct, frozen=True):
    """Something that is not to be handled: its author changed (`instead`) or deleted it first."""

    outcome: ChatOutcome
    instead: str = ""


class Wordings:
    """Looks at all that was done with one message, in whatever order it came in."""

    def __init__(self, ledger: Ledger, views: ReadViews) -> None:
        self._ledger, self._views = ledger, views

    async def overtaken(self, turn: ChatTurn) -> Overtaken | None:
        """Whether a later wording, or a deletion, came in before this one was handled."""
        if turn.kind not in _WORDED:
            return None
        later = [each for each in await self._others(turn) if _later(each, turn)]
        if any(each.kind is ChatKind.DELETED for each in later):
            return Overtaken(ChatOutcome.WITHDRAWN)
        edited = [each for each in later if each.kind is ChatKind.EDITED]
        if not edited:
            return None
        return Overtaken(ChatOutcome.REPLACED, max(edited, key=lambda each: each.sent).id)

    async def same_as_before(self, turn: ChatTurn, received: ChatReceived) -> bool:
        """Whether an edit changed no word: a link that was unfolded, a reaction."""
        before = [each for each in await self._others(turn) if each.outcome and _said(each)]
        if not before:
            return False
        fact = await self._ledger.fact(max(before, key=lambda each: each.sent).id)
        event = fact.event
        return isinstance(event, ChatReceived) and event.text.strip() == received.text.strip()

    async def done_about(self, turn: ChatTurn) -> Sequence[Fact]:
        """What was recorded because of any earlier wording of this message."""
        return [fact for each in await self._others(turn) for fact in await self.said_by(each.id)]

    async def said_by(self, received: str) -> list[Fact]:
        """What was recorded because of one thing that came in."""
        found: list[Fact] = []
        while (fact := await self._ledger.by_key(said_key(received, len(found)))) is not None:
            found.append(fact)
        return found

    async def noted(self, done: Sequence[Fact]) -> Reply:
        """The answer to what was recorded before, and whose own answer was lost in a crash."""
        return Reply(lines=tuple([await self._words(fact.event) for fact in done]))

    async def acted_upon(self, turn: ChatTurn, done: Sequence[Fact]) -> Reply:
        """The answer to a change that comes too late: what was done, and what can be done now."""
        first = texts.EDITED_LATE if turn.kind is ChatKind.EDITED else texts.DELETED_LATE
        lines = [await self._words(fact.event) for fact in done]
        return Reply(lines=(first, *lines), hints=(texts.CHANGED_REMEDY,), trouble=True)

    async def _others(self, turn: ChatTurn) -> list[ChatTurn]:
        key = turns_of(turn.channel, turn.chat, turn.message)
        found = await self._views.find(ChatTurn, key) if turn.message else ()
        return [each for each in found if each.id != turn.id and each.user == turn.user]

    async def _words(self, event: Event) -> str:
        match event:
            case Tapped(verb=verb, approval=name):
                card = await self._views.get(Approval, name)
                title, number = (card.title, card.number) if card else (name, "?")
                return texts.DONE_TAP.format(verb=verb, number=number, title=one_line(title, 60))
            case QuestionReplied(question=name):
                asked = await self._views.get(Question, name)
                return texts.DONE_ANSWER.format(number=asked.number if asked else name)
            case OperatorSaid(about=name) if name:
                case = await self._views.get(Case, name)
                label = f"{case.number}, {one_line(case.title, 60)}" if case else name
                return texts.DONE_SAID.format(label=label)
            case OperatorSaid():
                return texts.DONE_SAID_ANYWHERE
            case _:
                return texts.DONE_ORDER.format(order=texts.ORDERS.get(type(event).__name__, ""))


def _said(turn: ChatTurn) -> bool:
    return turn.kind in _WORDED


def _later(other: ChatTurn, turn: ChatTurn) -> bool:
    """Whether it comes after: an edit and a deletion always come after what was written first."""
    if other.kind is ChatKind.DELETED:
        return True
    if other.kind is not ChatKind.EDITED:
        return False
    return turn.kind is not ChatKind.EDITED or (other.sent, other.id) > (turn.sent, turn.id)
