"""What a chat has seen and is editing, from its posts: so it outlives any restart."""

from __future__ import annotations

from datetime import tzinfo
from typing import Protocol

from bot.chat.requests import ANSWER, about
from bot.commands import Session
from ledger.domain.entities import Approval, Post
from ledger.domain.reading import Views


class Previews(Protocol):
    """What the answers of a chat put before a person; `bot.chat.replies.Replies` says it."""

    async def edits_behind(self, post: Post) -> dict[str, str]:
        """The texts that the preview in a post changes; {} where it shows no preview."""
        ...

    async def cards_behind(self, post: Post) -> tuple[str, ...]:
        """What an answer shows, also where it has not left yet."""
        ...


async def session_of(
    views: Views,
    channel: str,
    chat: str,
    identity: str,
    previews: Previews,
    zone: tzinfo | None,
    *,
    upto: str = "",
    before: str = "",
) -> Session:
    """One person's session in a chat: for each approval the bytes they were shown last there, and
    its preview. What others were answered in the same channel is theirs.

    With `upto` it is what it was when the post of that id was the last one, with `before` what it
    was when that one was made. A preview that has not arrived yet is being edited, and was not
    seen: a yes to its card meanwhile shows it first.
    """
    session = Session(zone)
    for post in await views.find(Post, f"chat:{channel}:{chat}"):
        if before and post.id == before:
            break
        if post.identity != identity:
            continue
        if post.message:
            for name, sha256 in post.bound.items():
                await _see(session, views, name, sha256, post, previews)
        elif about(post.subject)[0] == ANSWER:
            await _await(session, views, post, previews)
        if upto and post.id == upto:
            break
    return session


async def _see(
    session: Session, views: Views, name: str, sha256: str, post: Post, previews: Previews
) -> None:
    session.seen[name] = sha256
    approval = await views.get(Approval, name)
    if approval is None or approval.sha256 == sha256:
        session.drafts.pop(name, None)
        return
    session.drafts[name] = {**session.drafts.get(name, {}), **await previews.edits_behind(post)}


async def _await(session: Session, views: Views, post: Post, previews: Previews) -> None:
    for name in await previews.cards_behind(post):
        edits = await previews.edits_behind(post)
        if edits and await views.get(Approval, name):
            session.drafts[name] = {**session.drafts.get(name, {}), **edits}
        else:
            session.drafts.pop(name, None)
