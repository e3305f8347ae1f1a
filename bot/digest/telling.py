"""Looks up what a digest speaks of, as it is when it is read: names, cards, failures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from bot.cards.loading import CardLoader
from bot.channel import Card
from bot.digest.words import Done, Standing, digest_card
from bot.wording.naming import named
from ledger.domain.entities import Action, Approval, ApprovalStatus, Failure, Question
from ledger.domain.events import DigestMade
from ledger.domain.reading import History, Views


class Digests:
    """Turns a digest into its card."""

    def __init__(self, views: Views, history: History) -> None:
        self._views = views
        self._cards = CardLoader(views, history)

    async def card(self, digest: DigestMade, now: datetime, title: str = "") -> Card:
        """The card, as things stand; `now` is in the operator's zone."""
        standing = Standing(
            done=await self._done(digest),
            cards=await self._views.find(Approval, f"status:{ApprovalStatus.PENDING}"),
            questions=await self._questions(),
            failures=await self._failures(digest),
        )
        return digest_card(digest, standing, now, title)

    async def _done(self, digest: DigestMade) -> Sequence[Done]:
        found = [await self._views.get(Action, name) for name in digest.done]
        return [Done(each, await self._cards.contact(each)) for each in found if each]

    async def _questions(self) -> Sequence[Question]:
        waiting = await self._views.find(Question, "status:open")
        return [replace(each, text=await named(self._views, each.text)) for each in waiting]

    async def _failures(self, digest: DigestMade) -> Sequence[Failure]:
        told = [await self._views.get(Failure, name) for name in digest.failed]
        broken = await self._views.find(Failure, "broken")
        return list({each.id: each for each in (*told, *broken) if each}.values())
