"""What a chat has seen and is editing, from its posts: so it outlives any restart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import tzinfo

from bot.commands import Session
from ledger.domain.entities import Approval, Post
from ledger.domain.reading import Views

EditsBehind = Callable[[Post], Awaitable[dict[str, str]]]
"""The texts that the preview in a post changes; {} where it shows no preview."""


async def session_of(
    views: Views,
    channel: str,
    chat: str,
    edits_behind: EditsBehind,
    zone: tzinfo | None,
    *,
    upto: str = "",
    before: str = "",
) -> Session:
    """The session of a chat: for each approval the bytes it was shown last, and its preview.

    With `upto` it is what it was when the post of that id was the last one, with `before` what it
    was when that one was made.
    """
    session = Session(zone)
    for post in await _shown(views, channel, chat):
        if before and post.id == before:
            break
        for name, sha256 in post.bound.items():
            await _see(session, views, name, sha256, post, edits_behind)
        if upto and post.id == upto:
            break
    return session


async def _shown(views: Views, channel: str, chat: str) -> Sequence[Post]:
    """The posts of a chat that can still be reacted to, in the order they were asked for."""
    found = await views.find(Post, f"chat:{channel}:{chat}")
    return [post for post in found if post.message and post.bound]


async def _see(
    session: Session, views: Views, name: str, sha256: str, post: Post, edits_behind: EditsBehind
) -> None:
    session.seen[name] = sha256
    approval = await views.get(Approval, name)
    if approval is None or approval.sha256 == sha256:
        session.drafts.pop(name, None)
        return
    session.drafts[name] = {**session.drafts.get(name, {}), **await edits_behind(post)}
