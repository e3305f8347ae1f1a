"""What the next call for a post carries: a part of its text, a file, or the state it changes to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from bot.cards.face import faced
from bot.channel import Attached, Card, CardKind, Reply
from bot.chat.buttons import callbacks
from bot.chat.port import Limits, Message
from bot.chat.requests import ANSWER, LOW, about
from bot.chat.splitting import Piece, pieces, without_files
from bot.pictures.attaching import opened
from bot.pictures.long_answers import in_short
from ledger.domain.entities import Post
from ledger.domain.events import PostAttempted
from ledger.domain.pairing import ChatIdentity, Role
from ledger.domain.reading import Blobs
from ledger.domain.values import canonical
from policies.posting import PostingInput, may_post

BINDING: Final = frozenset({CardKind.APPROVAL, CardKind.PREVIEW})
"""Cards whose tap counts for exactly the bytes they show."""


MESSAGES: Final = 3
"""So many messages in a row are read; what is longer comes as a file with its beginning shown."""


class Call(Struct, frozen=True, kw_only=True):
    """One call, ready to be claimed. `piece` is what it carries."""

    attempt: PostAttempted
    piece: Piece
    callbacks: tuple[tuple[str, ...], ...] = ()
    silent: bool = False

    def message(self) -> Message:
        """The piece as an adapter takes it; for a text only."""
        assert isinstance(self.piece, Reply)  # noqa: S101 - narrows: files go by upload
        return Message(
            reply=self.piece,
            callbacks=self.callbacks,
            post=self.attempt.post,
            n=self.attempt.n,
            repeated=self.attempt.repeated,
            silent=self.silent,
        )


async def next_call(
    post: Post,
    reply: Reply,
    identity: ChatIdentity | None,
    limits: Limits,
    blobs: Blobs,
    *,
    policy: str,
    repeated: bool = False,
) -> Call:
    """The call that is due: what is there is rewritten, what is not goes part by part."""
    rewriting = bool(post.message)
    reply = in_short(faced(reply), MESSAGES * limits.text)
    whole = without_files(reply) if rewriting else await opened(reply, blobs)
    found = pieces(whole, limits)
    part = len(found) if rewriting else min(post.done + 1, len(found))
    piece = found[part - 1]
    last = part == len(found)
    cards = piece.cards if isinstance(piece, Reply) else ()
    active = identity is not None and identity.active
    given = PostingInput(
        answer=about(post.subject)[0] == ANSWER,
        paired=active,
        decides=identity is not None and active and identity.role.may(Role.APPROVER),
        buttons=any(card.buttons for card in cards),
        closing=rewriting and not any(card.buttons for card in cards),
    )
    attempt = PostAttempted(
        post=post.id,
        n=post.tries + 1,
        revision=post.wanted,
        sha256=sha_of(piece),
        verdict=may_post(given, policy),
        bound=_bound(cards) if last else {},
        message=post.message,
        part=1 if rewriting else part,
        parts=1 if rewriting else len(found),
        repeated=repeated,
        open=last and given.buttons,
    )
    return Call(
        attempt=attempt,
        piece=piece,
        callbacks=callbacks(post.nonce, cards),
        silent=post.urgency == LOW,
    )


def _bound(cards: Iterable[Card]) -> dict[str, str]:
    """Each approval that can be tapped there, with the sha256 of what is shown of it."""
    found: dict[str, str] = {}
    for card in cards:
        found |= {card.about: card.sha256} if card.kind in BINDING else {}
        found |= card.binds
    return found


def sha_of(piece: Piece) -> str:
    """The hash of what is shown, however it is worded by a service."""
    if isinstance(piece, Attached):
        return hashlib.sha256(piece.data).hexdigest()
    return hashlib.sha256(canonical(replace(piece, waits_for=""))).hexdigest()
