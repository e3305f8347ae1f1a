"""When a post may leave for a chat: asks `policies.attention`, and puts asks alike into one card.

What waits and what was shown are read from the ledger, so a restart changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from bot.cards.listing import Listed, list_card
from bot.cards.loading import CardLoader
from bot.cards.outcomes import UNDECIDED
from bot.channel import Reply
from bot.chat.posts import requests_of
from bot.chat.requests import (
    ANSWER,
    APPROVAL,
    FACT,
    GROUP,
    NORMAL,
    URGENT,
    Place,
    Requests,
    about,
)
from bot.opening import App
from bot.zones import zone_of_attention
from ledger.domain.company import Attention
from ledger.domain.entities import Action, Approval, Post, PostStatus
from ledger.domain.errors import UnknownFact
from ledger.domain.events import DigestMade, PostsGrouped
from ledger.domain.facts import Draft
from ledger.domain.reading import Views
from ledger.domain.values import DESK
from ledger.domain.verdicts import Verdict
from ledger.posting import OUTBOX
from ledger.store import Ledger
from ledger.views import ReadViews
from policies.attention import (
    Group,
    Kind,
    NotBefore,
    Now,
    Timing,
    Urgency,
    Wanting,
    timing,
)

MOST_LISTED: Final = 8
"""So many asks share a card; a phone shows no more, and the next ones make a list of their own."""

SOON: Final = timedelta(seconds=1)
_SHOWN_FOR: Final = timedelta(days=1)


class Attending:
    """Implements `bot.chat.outbox.Timing`, each chat by itself."""

    def __init__(
        self,
        ledger: Ledger,
        views: ReadViews,
        requests: Requests,
        urgency: Callable[[Verdict | None], Urgency],
        settings: Attention,
        zone: tzinfo,
    ) -> None:
        """`urgency`: of what the rules in force asked about."""
        self._ledger, self._views, self._requests = ledger, views, requests
        self._urgency, self._settings, self._zone = urgency, settings, zone

    async def not_before(self, post: Post, now: datetime) -> datetime | None:
        """The moment before which it stays here; None: it may leave now.

        Where it shares a card with others, that card is asked for, and this post goes no further.
        """
        asked = await self._wanting(post)
        if asked.kind is Kind.ANSWER:
            return None
        fresh = await self._views.get(Post, post.id)
        if fresh is None or not _untried(fresh):
            return now + SOON  # it went into a list a moment ago, and is looked at anew
        waiting = await self._waiting(post)
        wanted = [await self._wanting(each) for each in waiting]
        shown = await self._shown(post, now)
        found = timing(asked, [*wanted, asked], shown, self._settings, self._zone, now)
        return await self._said(found, post, [*waiting, post], now)

    async def _said(
        self, found: Timing, post: Post, waiting: Sequence[Post], now: datetime
    ) -> datetime | None:
        match found:
            case Now():
                return None
            case NotBefore(moment):
                return moment
            case Group():
                await self._group(found, post, waiting)
                return now + SOON

    # --- what waits, and what was shown -----------------------------------------------------------

    async def _waiting(self, post: Post) -> list[Post]:
        """The other posts that wait for this chat and have not been tried."""
        due = await self._views.find(Post, f"chat:{post.place}")
        return [
            each
            for each in due
            if each.due and _untried(each) and each.identity == post.identity and each.id != post.id
        ]

    async def _shown(self, post: Post, now: datetime) -> list[datetime]:
        """When cards were put before the person in this chat, as far back as it matters."""
        days = sorted({(now - _SHOWN_FOR).date(), now.date()})
        found = [
            each
            for day in days
            for each in await self._views.find(Post, f"shown:{post.place}:{day:%Y-%m-%d}")
        ]
        cards = [each for each in found if about(each.subject)[0] not in {ANSWER, FACT}]
        moments = [each.first_shown_at for each in cards if each.first_shown_at]
        return [moment for moment in moments if moment <= now]

    async def _wanting(self, post: Post) -> Wanting:
        approvals = await self._approvals(post)
        action = await self._views.get(Action, approvals[0].action) if approvals else None
        single = about(post.subject)[0] == APPROVAL
        urgency = self._urgency(action.verdict) if action else Urgency.NORMAL
        return Wanting(
            subject=post.subject,
            kind=await self._kind(post),
            since=post.requested_at,
            deadline=min((each.expires_at for each in approvals), default=None),
            urgency=urgency if single else self._of_list(post),
            alike=action.name if action and single else "",
        )

    def _of_list(self, post: Post) -> Urgency:
        """A list breaks through where an ask on it did; a failure can wait for the morning."""
        listed = about(post.subject)[0] == GROUP
        return Urgency.URGENT if listed and post.urgency == URGENT else Urgency.NORMAL

    async def _approvals(self, post: Post) -> list[Approval]:
        """The approvals that a post asks about."""
        kind, name = about(post.subject)
        if kind == GROUP:
            fact = await self._ledger.by_key(grouped_key(name))
            told = fact.event if fact else None
            subjects = told.subjects if isinstance(told, PostsGrouped) else ()
            names = [about(each)[1] for each in subjects]
        else:
            names = [name] if kind == APPROVAL else []
        found = [await self._views.get(Approval, each) for each in names]
        return [each for each in found if each]

    async def _kind(self, post: Post) -> Kind:
        kind, name = about(post.subject)
        if kind == ANSWER:
            return Kind.ANSWER
        if kind != FACT:
            return Kind.CARD
        try:
            fact = await self._ledger.fact(name)
        except UnknownFact:
            return Kind.NEWS
        return Kind.ANSWER if isinstance(fact.event, DigestMade) else Kind.NEWS

    # --- asks alike -------------------------------------------------------------------------------

    async def _group(self, group: Group, post: Post, waiting: Sequence[Post]) -> None:
        """Ask for the card with the list, and let its asks go no further by themselves."""
        posts = {each.subject: each for each in waiting}
        ordered = [posts[name] for name in group.subjects if name in posts]
        chosen = ordered[:MOST_LISTED]
        if post not in chosen:
            return  # its turn is in the next list
        place = Place(
            channel=post.channel,
            chat=post.chat,
            identity=post.identity,
            operator=post.operator,
        )
        name = hashlib.sha256("\x1f".join(each.id for each in chosen).encode()).hexdigest()[:16]
        urgency = URGENT if group.through else NORMAL
        asked = self._requests.post(f"{GROUP}:{name}", name, place, urgency=urgency)
        told = PostsGrouped(
            post=asked.post,
            alike=group.key,
            subjects=tuple(each.subject for each in chosen),
            posts=tuple(each.id for each in chosen),
        )
        await self._ledger.append(
            [
                Draft(case=DESK, event=asked, key=f"list:{name}", by=OUTBOX),
                Draft(case=DESK, event=told, key=grouped_key(name), by=OUTBOX),
            ]
        )


class Lists:
    """Renders the cards that asks alike share."""

    def __init__(
        self, ledger: Ledger, views: Views, now: Callable[[], datetime], zone: tzinfo
    ) -> None:
        self._ledger, self._views = ledger, views
        self._cards = CardLoader(views, ledger)
        self._now, self._zone = now, zone

    async def render(self, post: Post) -> Reply | None:
        """The list as it is now; None where nothing on it is left to decide and it never left."""
        fact = await self._ledger.by_key(grouped_key(about(post.subject)[1]))
        if fact is None or not isinstance(fact.event, PostsGrouped):
            return None
        now = self._now().astimezone(self._zone)
        found = [await self._listed(about(name)[1], now) for name in fact.event.subjects]
        listed = [each for each in found if each]
        if not post.message and not any(e.approval.status in UNDECIDED for e in listed):
            return None
        return Reply(cards=(list_card(post.subject, listed, now),)) if listed else None

    async def _listed(self, name: str, now: datetime) -> Listed | None:
        approval = await self._views.get(Approval, name)
        action = await self._views.get(Action, approval.action) if approval else None
        card = await self._cards.card(approval, now) if approval else None
        return Listed(approval, action, card) if approval and action and card else None


def grouped_key(name: str) -> str:
    """The key of the fact that says what is on a list."""
    return f"grouped:{name}"


def attending_of(app: App) -> Attending:
    """Attention over the chats of an open folder."""
    company = app.company
    return Attending(
        app.ledger,
        app.views,
        requests_of(app),
        app.policies.urgency,
        company.attention,
        zone_of_attention(company),
    )


def lists_of(app: App) -> Lists:
    """The lists of an open folder."""
    return Lists(app.ledger, app.views, app.clock.now, zone_of_attention(app.company))


def _untried(post: Post) -> bool:
    return post.status is PostStatus.WANTED and not post.message and not post.tries
