"""Buttons of a post: what stands in their ids, and what a tap on one means.

An id is `NONCE:WHAT`, resolved in the ledger, so a button works after any restart. `WHAT` is the
verb of an approval, the name of a list's button, `oN` for the N-th option of a question, `cN` for
the N-th button of a card;
`.M` after it names the M-th card of a message with several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

from msgspec import Struct

from bot import texts
from bot.channel import Button, Card, CardKind, Reply, Verb
from bot.chat.requests import APPROVAL, QUESTION, about
from bot.texts.trouble import Trouble
from ledger.domain.entities import Post
from ledger.domain.reading import Views

_FORM: Final = re.compile(r"(?P<nonce>[a-z2-7]{16}):(?P<what>[a-z0-9_]{1,20})(?:\.(?P<card>\d))?")


class Tapped(Struct, frozen=True, kw_only=True):
    """A tap that belongs here: which card of which post, and what is wanted.

    Exactly one of `verb`, `choice` (of the question `about`) and `command` is set. `sha256` is of
    what that post showed last, `edits` the texts that a preview changed.
    """

    post: Post
    about: str
    verb: Verb | None = None
    choice: str = ""
    command: str = ""
    sha256: str = ""
    edits: dict[str, str] = {}


class NotTapped(Struct, frozen=True):
    """A tap that does not count, and the words for it. `post` is the one it came from, if any."""

    words: Trouble
    post: Post | None = None


class Shows(Protocol):
    """Renders what a post shows now; `bot.chat.subjects.Subjects` does."""

    async def reply(self, post: Post) -> Reply | None: ...


class Adopts(Protocol):
    """Records where a copy of a post is; `ledger.posting.Posting` does."""

    async def adopted(self, post: Post, message: str) -> None: ...


def callbacks(nonce: str, cards: Sequence[Card]) -> tuple[tuple[str, ...], ...]:
    """The ids of the buttons of each card, in their order."""
    several = len(cards) > 1
    return tuple(
        tuple(
            f"{nonce}:{what}{f'.{place}' if several else ''}"
            for what in _whats(card.kind, card.buttons)
        )
        for place, card in enumerate(cards)
    )


def _whats(kind: CardKind, buttons: Iterable[Button]) -> Iterator[str]:
    """A verb stays itself whatever becomes of the card; all else counts places."""
    for place, button in enumerate(buttons):
        if button.name:
            yield button.name
        elif button.verb is not None:
            yield button.verb.value
        else:
            yield f"o{place}" if button.choice and kind is CardKind.QUESTION else f"c{place}"


class Buttons:
    """Finds out what a tap means, and whether it belongs where it was made."""

    def __init__(self, views: Views, shows: Shows, posting: Adopts) -> None:
        self._views, self._shows, self._posting = views, shows, posting

    async def tapped(
        self, button: str, *, channel: str, chat: str, message: str, identity: str
    ) -> Tapped | NotTapped:
        """What the tap wants. A post whose message was never recorded is adopted by it.

        `identity` is who taps, as paired in this very moment; whether their role suffices is not
        decided here.
        """
        form = _FORM.fullmatch(button)
        found = await self._views.find(Post, f"nonce:{form['nonce']}") if form else ()
        if form is None or not found:
            return NotTapped(texts.TAP_UNKNOWN)
        post = found[0]
        if (post.channel, post.chat) != (channel, chat):
            return NotTapped(texts.TAP_COPIED, post)
        if post.identity and post.identity != identity:
            return NotTapped(texts.TAP_OTHERS, post)
        if message and message not in {post.message, *post.copies}:
            await self._posting.adopted(post, message)
        return await self._meant(post, form["what"], int(form["card"] or 0))

    async def _meant(self, post: Post, what: str, place: int) -> Tapped | NotTapped:
        kind, name = about(post.subject)
        if kind == APPROVAL and what in set(Verb):
            return Tapped(post=post, about=name, verb=Verb(what), sha256=post.bound.get(name, ""))
        card = await self._card(post, place)
        button = _button(card, what) if card else None
        if card is None or button is None:
            return NotTapped(texts.TAP_OVER, post)
        return Tapped(
            post=post,
            about=name if kind == QUESTION else card.about,
            verb=button.verb,
            choice=button.choice,
            command=button.command,
            sha256=post.bound.get(card.about, card.sha256),
            edits=card.edits,
        )

    async def _card(self, post: Post, place: int) -> Card | None:
        reply = await self._shows.reply(post)
        cards = reply.cards if reply else ()
        return cards[place] if place < len(cards) else None


def _button(card: Card, what: str) -> Button | None:
    """The button of that name, as the card has it now: a place never stands for a verb."""
    names = dict(zip(_whats(card.kind, card.buttons), card.buttons, strict=True))
    return names.get(what)
