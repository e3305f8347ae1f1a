"""The fold of posts: wanted, tried, there, rewritten. The outbox is rebuilt from it."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from ledger.domain.entities import Entity, Post, PostStatus
from ledger.domain.events import (
    PostAdopted,
    PostAttempted,
    PostDelayed,
    PostDelivered,
    PostFailed,
    PostOutdated,
    PostRequested,
    PostsGrouped,
    PostUnknown,
    PostWithdrawn,
)
from ledger.domain.facts import Fact
from ledger.domain.look import Look


def fold_posts(fact: Fact, look: Look) -> list[Entity]:
    """What became of a post; a fact about one that is unknown alters nothing."""
    post = look.get(Post, getattr(fact.event, "post", ""))
    if isinstance(fact.event, PostRequested):
        return [] if post else [_requested(fact.event, fact)]
    if isinstance(fact.event, PostsGrouped):
        return _grouped(fact.event, look)
    altered = _altered(fact, post) if post else {}
    return [replace(post, **altered)] if post and altered else []


def _requested(event: PostRequested, fact: Fact) -> Post:
    return Post(
        id=event.post,
        case=fact.case,
        channel=event.channel,
        chat=event.chat,
        subject=event.subject,
        nonce=event.nonce,
        requested_at=fact.at,
        thread=event.thread,
        identity=event.identity,
        operator=event.operator,
        urgency=event.urgency,
        not_before=event.not_before,
        instead_of=event.instead_of,
    )


def _grouped(event: PostsGrouped, look: Look) -> list[Entity]:
    """What goes on in a list goes no further by itself, unless it is there already."""
    found = (look.get(Post, name) for name in event.posts)
    alone = (post for post in found if post and not post.message)
    return [replace(post, status=PostStatus.WITHDRAWN, open=False) for post in alone]


def _altered(fact: Fact, post: Post) -> dict[str, Any]:
    match fact.event:
        case PostOutdated() as event:
            return {"wanted": max(post.wanted, event.revision)}
        case PostDelayed() as event:
            return {"not_before": event.until}
        case PostAttempted() as event:
            return _attempted(event, fact)
        case PostDelivered() as event:
            return _delivered(event, fact, post)
        case PostAdopted() as event:
            return _seen_as(event.message, post)
        case PostFailed() as event:
            return _failed(event, post)
        case PostUnknown() as event if event.n == post.tries:
            lost = {"cause": event.cause, "failures": post.failures + 1}
            return {**lost, "status": PostStatus.UNKNOWN}
        case PostWithdrawn() if not post.message:
            return {"status": PostStatus.WITHDRAWN, "open": False}
        case _:
            return {}


def _attempted(event: PostAttempted, fact: Fact) -> dict[str, Any]:
    return {
        "status": PostStatus.ATTEMPTED,
        "tries": event.n,
        "trying": event.revision,
        "part": event.part,
        "parts": event.parts,
        "sha256": event.sha256,
        "bound": event.bound,
        "open": event.open,
        "repeated": event.repeated,
        "attempted_at": fact.at,
    }


def _delivered(event: PostDelivered, fact: Fact, post: Post) -> dict[str, Any]:
    """An answer to an earlier call only tells where a copy is."""
    if event.n != post.tries:
        return _seen_as(event.message, post)
    whole = post.part >= post.parts
    seen = _seen_as(event.message, post) if whole else {}
    return {
        **seen,
        "status": PostStatus.DELIVERED if whole else PostStatus.WANTED,
        "shown": post.trying if whole else post.shown,
        "done": post.part,
        "failures": 0,
        "cause": "",
        "remedy": "",
        "delivered_at": fact.at,
        "first_shown_at": post.first_shown_at or fact.at,
    }


def _seen_as(message: str, post: Post) -> dict[str, Any]:
    """The newest place is the one that counts; the others are rewritten along with it."""
    if not message or message == post.message:
        return {}
    if not post.message:
        return {"message": message}
    others = tuple(each for each in (*post.copies, post.message) if each != message)
    return {"message": message, "copies": others}


def _failed(event: PostFailed, post: Post) -> dict[str, Any]:
    """What cannot be rewritten stays as it is; what never arrived is given up, or tried again."""
    if event.n != post.tries:
        return {}
    told = {"failures": post.failures + 1, "cause": event.cause, "remedy": event.remedy}
    there = bool(post.message)
    if not event.final:
        return {**told, "status": PostStatus.DELIVERED if there else PostStatus.WANTED}
    if there:
        return {**told, "status": PostStatus.DELIVERED, "shown": post.trying}
    return {**told, "status": PostStatus.UNDELIVERABLE, "open": False}
