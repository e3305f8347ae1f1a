"""What a post shows at this moment, rendered from the ledger by the cards and texts of the console.

A post is about a subject; what there is to say about it may change until it leaves, and after.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Final

from msgspec.structs import replace

from bot import texts
from bot.cards.loading import CardLoader
from bot.cards.outcomes import UNDECIDED, failure_card
from bot.channel import Card, Reply
from bot.chat.requests import ANSWER, APPROVAL, FACT, FAILURE, QUESTION, about
from bot.notices.announcer import Announcer
from ledger.domain.entities import Approval, Failure, Post, Question
from ledger.domain.errors import UnknownFact
from ledger.domain.pairing import ChatIdentity, Role
from ledger.domain.reading import Clock, History, Views

Renderer = Callable[[Post], Awaitable[Reply | None]]
"""Renders one kind of subject; None where there is nothing to show (any more)."""

OVER: Final = Reply(lines=(texts.POST_GONE,))


class Subjects:
    """Renders every kind of subject. `others` brings the kinds that other rooms make."""

    def __init__(
        self,
        views: Views,
        history: History,
        clock: Clock,
        *,
        zone: tzinfo | None = None,
        others: Mapping[str, Renderer] | None = None,
    ) -> None:
        """`zone` is the operator's, for hours and days; None: that of the machine."""
        self._views, self._history, self._clock, self._zone = views, history, clock, zone
        self._cards = CardLoader(views, history)
        self._renderers: dict[str, Renderer] = {
            APPROVAL: self._approval,
            QUESTION: self._question,
            FAILURE: self._failure,
            FACT: self._fact,
            **(others or {}),
        }

    def renders(self, kind: str, renderer: Renderer) -> None:
        """From now on, subjects of this kind are rendered so."""
        self._renderers[kind] = renderer

    async def reply(self, post: Post) -> Reply | None:
        """What the post shows now; None where nothing is left to say and nothing was said.

        A chat that was revoked keeps nothing, and who may not decide there is given no buttons.
        """
        identity = await self._views.get(ChatIdentity, post.identity) if post.identity else None
        if identity is not None and not identity.active:
            return Reply(lines=(texts.POST_REVOKED,)) if post.message else None
        reply = await self._rendered(post)
        if reply is None:
            return OVER if post.message else None
        may = identity is not None and identity.role.may(Role.APPROVER)
        return reply if may else _only_to_see(reply)

    async def _rendered(self, post: Post) -> Reply | None:
        kind, _ = about(post.subject)
        if kind == ANSWER and post.message and post.bound and not await self._previews(post):
            return Reply(cards=await self._cards_now(post.bound))
        renderer = self._renderers.get(kind)
        reply = await renderer(post) if renderer else None
        if reply is not None and kind == ANSWER and len(reply.cards) > 1:
            return replace(reply, cards=())  # several cards leave as posts of their own
        return reply

    async def _previews(self, post: Post) -> bool:
        """Whether it shows an edited text that can still be sent."""
        found = [await self._views.get(Approval, each) for each in post.bound]
        return any(
            each.status in UNDECIDED and each.sha256 != post.bound[each.id]
            for each in found
            if each
        )

    async def _cards_now(self, approvals: Iterable[str]) -> tuple[Card, ...]:
        found = [await self._views.get(Approval, each) for each in approvals]
        cards = [await self._cards.card(each, self._now_here()) for each in found if each]
        return tuple(card for card in cards if card)

    async def _approval(self, post: Post) -> Reply | None:
        approval = await self._views.get(Approval, about(post.subject)[1])
        if approval is None or (not post.message and approval.status not in UNDECIDED):
            return None
        card = await self._cards.card(approval, self._now_here())
        return Reply(cards=(card,)) if card else None

    async def _question(self, post: Post) -> Reply | None:
        question = await self._views.get(Question, about(post.subject)[1])
        if question is None or (not post.message and question.status != "open"):
            return None
        return Reply(cards=(await self._cards.question(question, self._now_here()),))

    async def _failure(self, post: Post) -> Reply | None:
        failure = await self._views.get(Failure, about(post.subject)[1])
        if failure is None or (not post.message and failure.cleared):
            return None
        return Reply(cards=(failure_card(failure, self._now_here()),))

    async def _fact(self, post: Post) -> Reply | None:
        try:
            fact = await self._history.fact(about(post.subject)[1])
        except UnknownFact:
            return None
        announcer = Announcer(self._views, self._history, me="", channel=post.channel)
        told = await announcer.announce([fact], self._now_here())
        return told[0] if told else None

    def _now_here(self) -> datetime:
        return self._clock.now().astimezone(self._zone)


def _only_to_see(reply: Reply) -> Reply:
    """The reply for a viewer, or for somebody who is not paired: nothing on it can be tapped."""
    cards = tuple(replace(card, buttons=(), footer="") for card in reply.cards)
    return replace(reply, cards=cards, editor=None, prompt=None)
