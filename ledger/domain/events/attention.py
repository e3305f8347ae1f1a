"""What is said of the operator's attention: asks that share a card, and that a digest is due."""

from __future__ import annotations

from datetime import date

from ledger.domain.events.base import Event


class PostsGrouped(Event, frozen=True, kw_only=True):
    """`post` is one card with a list of these `subjects`; `posts` (in that order) go no further.

    `alike` is the class of ask that they share. Each stays bound to its own bytes.
    """

    post: str
    alike: str
    subjects: tuple[str, ...]
    posts: tuple[str, ...]


class DigestDue(Event, frozen=True, kw_only=True):
    """The operator's hour came, and since the last digest there was something worth a message.

    It is of the facts with a `seq` above `after`, up to `until`; `day` is the operator's.
    """

    day: date
    after: int
    until: int
