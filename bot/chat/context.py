"""What a message in a chat is about: the card it replies to, or the case its thread belongs to."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from bot.cards.outcomes import UNDECIDED
from bot.chat.requests import ANSWER, APPROVAL, FAILURE, QUESTION, about
from bot.commands import parse
from bot.commands.words import Numbered, Say
from ledger.domain.entities import Approval, ChatTurn, Failure, Post, Question
from ledger.domain.events import ChatOutcome, ChatReceived, ChatSeenTo
from ledger.domain.folding_chat import turns_of
from ledger.domain.values import DESK
from ledger.store import Ledger
from ledger.views import ReadViews

_OF_CARDS: Final = frozenset(
    {"approve", "show", "edit", "reject", "later", "tell", "did-it", "hold", "more", "why"}
)
_OF_CASES: Final = frozenset({"status", "audit", "context", "why", "replay", "undo", "tell"})
_WITH_WORDS: Final = frozenset({"edit", "reject", "later", "tell"})
"""Commands that go on with words after the thing they are about."""

_SIGNS_OF_AMOUNTS: Final = ("%", "€", "$", "£")

_NAMED: Final = re.compile(r"#?\d+[.:,)]?(\s|$)|[a-z]{2,6}-[0-9a-z]{8}\b|[\"']")
"""How the name of a thing begins, where one is given."""


_BESIDE: Final = re.compile(
    r"\s*(?:/coo\s+|/)?(?P<word>(?:reject|later|tell)\s+)?(?P<number>\d{1,9})[.:,)]?\s+(?P<next>\S)",
    re.IGNORECASE,
)
"""Words that begin with a number, which may be that of a card, or of days. `#3` is a card."""


class About(Struct, frozen=True, kw_only=True):
    """What stands before the eyes of who replies. Empty where it is nothing in particular."""

    approval: Approval | None = None
    question: Question | None = None
    case: str = ""

    @property
    def card(self) -> str:
        """The id of the approval that still waits, or ""."""
        waits = self.approval is not None and self.approval.status in UNDECIDED
        return self.approval.id if self.approval is not None and waits else ""


class Context:
    """Looks up what a message replies to, from the posts of its chat."""

    def __init__(self, ledger: Ledger, views: ReadViews) -> None:
        self._ledger, self._views = ledger, views

    async def about(self, received: ChatReceived) -> About:
        """The thing a message is about: what it quotes first, then what its thread began with."""
        for message in (received.reply_to, received.thread):
            found = await self._message(received.channel, received.chat, message)
            if found is not None:
                return found
        return About()

    async def beside(self, text: str, before: About) -> Approval | Question | None:
        """What waits elsewhere under the number that a reply to something begins with: `3 days
        later` in reply to card 7 is no instruction for card 3."""
        found = _BESIDE.match(text)
        if found is None or not (before.card or before.question or before.case):
            return None
        if not found["word"] and found["next"] in _SIGNS_OF_AMOUNTS:
            return None
        here = {each.id for each in (before.approval, before.question) if each}
        named = await self._waits_as(str(int(found["number"])))
        if named is None or named.id in here:
            return None
        return named if here or named.case != before.case else None

    async def _waits_as(self, number: str) -> Approval | Question | None:
        """The open question or undecided card of that number."""
        for question in await self._views.find(Question, f"number:{number}"):
            if question.status == "open":
                return question
        for approval in await self._views.find(Approval, f"number:{number}"):
            if approval.status in UNDECIDED:
                return approval
        return None

    async def post(self, received: ChatReceived) -> Post | None:
        """The post of Coo that a message quotes."""
        key = f"message:{received.channel}:{received.chat}:{received.reply_to}"
        found = await self._views.find(Post, key) if received.reply_to else ()
        return found[-1] if found else None

    async def _message(self, channel: str, chat: str, message: str) -> About | None:
        if not message:
            return None
        posts = await self._views.find(Post, f"message:{channel}:{chat}:{message}")
        if posts:
            return await self._post(posts[-1])
        turns = await self._views.find(ChatTurn, turns_of(channel, chat, message))
        answered = [each for each in turns if each.outcome is ChatOutcome.ANSWERED] or turns
        if not answered:
            return None
        last = max(answered, key=lambda each: (each.sent, each.id))  # its wording that holds
        return await self._answered(last.id)

    async def _post(self, post: Post) -> About:
        kind, name = about(post.subject)
        if kind == ANSWER:
            return await self._answered(name)
        found = await self._thing(name) if kind in {APPROVAL, QUESTION, FAILURE} else About()
        return found if found.case or post.case == DESK else About(case=post.case)

    async def _answered(self, received: str) -> About:
        """What was talked about there: the one card that was shown, else the case."""
        seen = await self._seen(received)
        if seen is None:
            return About()
        return await self._thing(seen.cards[0]) if len(seen.cards) == 1 else About(case=seen.case)

    async def cards_of(self, received: str) -> tuple[str, ...]:
        """What the answer to something that came in put before the person."""
        seen = await self._seen(received)
        return seen.cards if seen is not None else ()

    async def _seen(self, received: str) -> ChatSeenTo | None:
        fact = await self._ledger.by_key(seen_key(received))
        return fact.event if fact and isinstance(fact.event, ChatSeenTo) else None

    async def _thing(self, name: str) -> About:
        approval = await self._views.get(Approval, name)
        if approval is not None:
            return About(approval=approval, case=approval.case)
        question = await self._views.get(Question, name)
        if question is not None:
            return About(question=question, case="" if question.case == DESK else question.case)
        failure = await self._views.get(Failure, name)
        return About(case=failure.case if failure and failure.case != DESK else "")


def seen_key(received: str) -> str:
    """The key of the fact that something that came in was seen to."""
    return f"seen:{received}"


def in_context(text: str, before: About) -> str:
    """The line that says the same where nothing stands before one's eyes."""
    bare = re.sub(r"^/(coo(\s+|$))?", "", text.strip())
    word, _, rest = bare.partition(" ")
    command = word.lower().rstrip("!.")
    thing = before.card if command in _OF_CARDS and before.card else ""
    thing = thing or (before.case if command in _OF_CASES else "")
    if thing and _lacks_thing(command, rest.strip()):
        return f"{command} {thing} {rest.strip()}".strip()
    return _words(bare, before) if bare == text.strip() else text.strip()


def _lacks_thing(command: str, rest: str) -> bool:
    return not rest or (command in _WITH_WORDS and not _NAMED.match(rest))


def _words(text: str, before: About) -> str:
    """Free words are an answer, an instruction for the card, or for the case."""
    meant = parse(text)
    amount = isinstance(meant, Numbered) and meant.text.startswith(_SIGNS_OF_AMOUNTS)
    if not amount and not (isinstance(meant, Say) and meant.free):
        return text
    if before.question is not None and before.question.status == "open":
        return f"{before.question.number} {text}"
    thing = before.card or before.case
    return f"tell {thing} {text}" if thing else text
