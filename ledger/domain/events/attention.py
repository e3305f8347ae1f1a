"""What is said of the operator's attention: asks that share a card, and that a digest is due."""

from __future__ import annotations

from datetime import date

from ledger.domain.events.base import Event
from ledger.domain.values import Money


class PostsGrouped(Event, frozen=True, kw_only=True):
    """`post` is one card with a list of these `subjects`; `posts` (in that order) go no further.

    `alike` is the class of ask that they share. Each stays bound to its own bytes.
    """

    post: str
    alike: str
    subjects: tuple[str, ...]
    posts: tuple[str, ...]


class DigestMade(Event, frozen=True, kw_only=True):
    """The operator's hour came, and since the last digest something happened: this.

    Of the facts with a `seq` above `after`, up to `until`. `day` is the operator's. Nothing in it
    is personal: `done` are the newest actions that succeeded, `done_in_all` counts them;
    `received` is money that was booked, one amount a currency; `failed` are failures that were
    reported, whether mended since or not; `microusd` is what models cost; of the `messages`
    that came in, `no_action` needed nothing.
    """

    day: date
    after: int
    until: int
    done: tuple[str, ...] = ()
    done_in_all: int = 0
    opened: int = 0
    closed: int = 0
    payments: int = 0
    received: tuple[Money, ...] = ()
    decided: int = 0
    asked: int = 0
    failed: tuple[str, ...] = ()
    microusd: int = 0
    messages: int = 0
    no_action: int = 0
