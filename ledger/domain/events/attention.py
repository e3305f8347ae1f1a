"""What the outbox says of the operator's attention: what it holds back, and what shares a card."""

from __future__ import annotations

from datetime import datetime

from ledger.domain.events.base import Event


class AttentionHeld(Event, frozen=True, kw_only=True):
    """A post waits for a better moment, `until` then at the latest; said once a post."""

    post: str
    subject: str
    until: datetime
    why: str


class PostsGrouped(Event, frozen=True, kw_only=True):
    """`post` is one card with a list of these `subjects`; `posts` (in that order) go no further.

    `alike` is the class of ask that they share. Each stays bound to its own bytes.
    """

    post: str
    alike: str
    subjects: tuple[str, ...]
    posts: tuple[str, ...]
