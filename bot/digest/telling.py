"""Looks up what a digest speaks of, as it is when it is read: names, cards, failures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from bot import texts
from bot.cards.loading import CardLoader
from bot.channel import Card
from bot.digest.words import Done, Standing, digest_card
from bot.promises.listing import PromiseList, tomorrow
from bot.promises.words import due_words, sides
from bot.wording.naming import named
from ledger.domain.entities import Action, Approval, ApprovalStatus, Failure, Question
from ledger.domain.events import DigestMade
from ledger.domain.going_live import MODE, Mode
from ledger.domain.reading import History, Views


class Digests:
    """Turns a digest into its card."""

    def __init__(self, views: Views, history: History) -> None:
        self._views, self._history = views, history
        self._cards = CardLoader(views, history)

    async def card(self, digest: DigestMade, now: datetime, title: str = "") -> Card:
        """The card, as things stand; `now` is in the operator's zone."""
        standing = Standing(
            done=await self._done(digest),
            cards=await self._views.find(Approval, f"status:{ApprovalStatus.PENDING}"),
            questions=await self._questions(),
            failures=await self._failures(digest),
            promises=await self._promises(now),
            mode=await self._views.get(Mode, MODE),
        )
        return digest_card(digest, standing, now, title)

    async def _done(self, digest: DigestMade) -> Sequence[Done]:
        found = [await self._views.get(Action, name) for name in digest.done]
        return [Done(each, await self._cards.contact(each)) for each in found if each]

    async def _questions(self) -> Sequence[Question]:
        waiting = await self._views.find(Question, "status:open")
        return [replace(each, text=await named(self._views, each.text)) for each in waiting]

    async def _promises(self, now: datetime) -> Sequence[str]:
        """What is due by tomorrow, or was due and is open."""
        listed, today = PromiseList(self._views, self._history, now.tzinfo), now.date()
        near = [one for one in await listed.open() if one.due and one.due <= tomorrow(today)]
        seen = [await listed.seen(one) for one in near]
        return [
            texts.DIGEST_PROMISE.format(
                number=each.one.number,
                who=sides(each),
                what=each.what,
                due=due_words(each.one, today),
            )
            for each in seen
        ]

    async def _failures(self, digest: DigestMade) -> Sequence[Failure]:
        told = [await self._views.get(Failure, name) for name in digest.failed]
        broken = await self._views.find(Failure, "broken")
        return list({each.id: each for each in (*told, *broken) if each}.values())
