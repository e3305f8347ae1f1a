"""The claim of a post: what is about to be shown is durable before it leaves, and so is its end.

A post is an effect like any other. Each call is claimed once, under `post:POST:N`, in one
transaction that looks again whether it may still leave.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from ledger.domain.entities import Failure, Post, Stop
from ledger.domain.events import (
    Event,
    PostAdopted,
    PostAttempted,
    PostDelivered,
    PostFailed,
    PostUnknown,
    PostWithdrawn,
)
from ledger.domain.facts import Draft
from ledger.domain.folding_copies import COPY
from ledger.domain.pairing import ChatIdentity
from ledger.reads import Reads
from ledger.store import Ledger, Tx

OUTBOX: Final = "outbox"
"""Who says what became of a post."""


class PostClaimed(Struct, frozen=True):
    """The call is durable and may be made. `fact` is the attempt's id."""

    fact: str


class PostStale(Struct, frozen=True):
    """Something happened to the post since it was looked at: look again."""


class PostHeld(Struct, frozen=True):
    """Nothing leaves from this copy of the company; another one may have posted it."""

    why: str


PostClaim = PostClaimed | PostStale | PostHeld


class Posting:
    """Claims calls for posts, and records how they ended."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def claim(self, seen: Post, attempt: PostAttempted, *, active: bool) -> PostClaim:
        """Claim the call, where post and identity are still as `seen` and `active` say."""
        return await self._ledger.transact(lambda tx: _claim(tx, seen, attempt, active=active))

    async def delivered(self, post: Post, n: int, message: str, how: str = "sent") -> None:
        """It is there. Said once a call; what was said first stands."""
        await self._ledger.transact(lambda tx: _delivered(tx, post, n, message, how))

    async def failed(self, post: Post, failure: PostFailed) -> None:
        """The call certainly changed nothing."""
        await self._say(post, failure, f"failed:{post.id}:{failure.n}")

    async def given_up(self, post: Post, cause: str, remedy: str, *, unreachable: bool) -> None:
        """No call was made or will be. From a copy that must not act nothing is given up either."""
        event = PostFailed(
            post=post.id, n=post.tries, cause=cause, remedy=remedy, unreachable=unreachable
        )
        key = f"given-up:{post.id}:{post.tries}"
        await self._ledger.transact(lambda tx: _given_up(tx, post, event, key))

    async def unknown(self, post: Post, n: int, cause: str) -> None:
        """The answer to the call was lost."""
        event = PostUnknown(post=post.id, n=n, cause=cause)
        await self._say(post, event, f"unknown:{post.id}:{n}")

    async def adopted(self, post: Post, message: str) -> None:
        """A tap showed where a copy of it is."""
        event = PostAdopted(post=post.id, message=message)
        await self._say(post, event, f"adopted:{post.id}:{message}")

    async def withdrawn(self, post: Post, why: str) -> None:
        """It is not to be shown any more, and never was."""
        event = PostWithdrawn(post=post.id, why=why)
        await self._say(post, event, f"withdrawn:{post.id}")

    async def _say(self, post: Post, event: Event, key: str) -> None:
        await self._ledger.transact(lambda tx: _once(tx, post, event, key))


def post_key(post: str, n: int) -> str:
    """The key of a call: it is claimed once, whoever asks."""
    return f"post:{post}:{n}"


def chat_failure(channel: str, chat: str) -> str:
    """The id of the failure of a chat that cannot be written to."""
    return f"chat:{channel}:{chat}"


# --- inside a transaction -----------------------------------------------------------------------


def _halted(reads: Reads) -> Stop | None:
    """The stop of a copy of the company that must not act."""
    return next((one for one in reads.find(Stop, "active") if one.scope == COPY), None)


def _given_up(tx: Tx, post: Post, event: PostFailed, key: str) -> None:
    if _halted(Reads(tx.connection, tx.company)) is None:
        _once(tx, post, event, key)


def _claim(tx: Tx, seen: Post, attempt: PostAttempted, *, active: bool) -> PostClaim:
    reads = Reads(tx.connection, tx.company)
    halted = _halted(reads)
    if halted is not None:
        return PostHeld(halted.reason)
    post = reads.get(Post, seen.id)
    if post is None or not post.due or attempt.n != post.tries + 1:
        return PostStale()
    identity = reads.get(ChatIdentity, post.identity) if post.identity else None
    if post.message != seen.message or active is not (identity is not None and identity.active):
        return PostStale()
    made = tx.append([_draft(post, attempt, post_key(post.id, attempt.n))])
    return PostClaimed(made.facts[0].id)


def _delivered(tx: Tx, post: Post, n: int, message: str, how: str) -> None:
    failure = chat_failure(post.channel, post.chat)
    broken = Reads(tx.connection, tx.company).get(Failure, failure)
    again = broken is not None and not broken.cleared
    event = PostDelivered(post=post.id, n=n, message=message, how=how, again=again)
    _once(tx, post, event, f"posted:{post.id}:{n}")


def _once(tx: Tx, post: Post, event: Event, key: str) -> None:
    if tx.by_key(key) is None:
        tx.append([_draft(post, event, key)])


def _draft(post: Post, event: Event, key: str) -> Draft:
    return Draft(case=post.case, event=event, key=key, by=OUTBOX)
