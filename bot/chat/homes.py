"""The overview of each person who is paired, with buttons that bring back their own posts' taps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from bot.channel import Card, CardKind
from bot.chat.buttons import callbacks
from bot.chat.requests import APPROVAL, FAILURE, QUESTION
from bot.home.gathering import home
from bot.home.overview import Home
from bot.office.live import LiveOffice
from bot.opening import App
from bot.work.worker import Worker
from ledger.domain.entities import Post
from ledger.domain.pairing import ChatIdentity, Role
from ledger.domain.speakers import paired

_SUBJECTS: Final = {
    CardKind.APPROVAL: APPROVAL,
    CardKind.QUESTION: QUESTION,
    CardKind.FAILURE: FAILURE,
}


class Page(Struct, frozen=True, kw_only=True):
    """One person's overview. `ids`: what a tap on (what a card is about, what typing does the
    same) brings back; a button without one is shown as what to type.
    """

    home: Home
    ids: dict[tuple[str, str], str]


class Overviews:
    """Makes overviews from the views. Nothing of them is a fact."""

    def __init__(self, app: App, worker: Worker) -> None:
        self._app, self._worker = app, worker

    async def viewers(self, channel: str) -> Sequence[str]:
        """Everybody paired in this channel, by the channel's own ids."""
        active = await self._app.views.find(ChatIdentity, "active")
        return [each.user for each in active if each.channel == channel]

    async def page(self, channel: str, user: str) -> Page | None:
        """How things stand for one of them; None for somebody who is not paired."""
        who = await paired(self._app.views, channel, user)
        if who is None:
            return None
        office = LiveOffice(
            self._app, self._worker, operator=who.operator, channel=channel, by=who.id
        )
        name = self._app.company.time_zone
        now = self._app.clock.now().astimezone(ZoneInfo(name) if name else None)
        made = await home(office, now, decides=who.role.may(Role.APPROVER))
        ids = [pair for card in _cards(made) for pair in await self._ids(card, who)]
        return Page(home=made, ids=dict(ids))

    async def _ids(self, card: Card, who: ChatIdentity) -> list[tuple[tuple[str, str], str]]:
        """What each button of a card brings back: what it does on the post of the same card."""
        kind = _SUBJECTS.get(card.kind)
        posts = await self._app.views.find(Post, f"subject:{kind}:{card.about}") if kind else ()
        mine = [post for post in posts if post.identity == who.id and _shows(post, card)]
        if not mine:
            return []
        (names,) = callbacks(mine[-1].nonce, (card,))
        return [
            ((card.about, button.typed), name)
            for button, name in zip(card.buttons, names, strict=True)
        ]


def _shows(post: Post, card: Card) -> bool:
    """Whether a tap there counts for what stands here: it is bound to the bytes shown last."""
    return bool(post.shown) and post.bound.get(card.about, card.sha256) == card.sha256


def _cards(made: Home) -> Iterator[Card]:
    for section in made.sections:
        yield from section.cards
