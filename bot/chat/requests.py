"""Posts that are asked for: their ids, the nonces of their buttons, and the facts that ask.

Ids and nonces are derived, so that asking again for the same reason is the same post.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from typing import Final

from msgspec import Struct

from ledger.domain.events import PostRequested
from ledger.domain.facts import Fact
from ledger.domain.pairing import ChatIdentity

APPROVAL: Final = "approval"
QUESTION: Final = "question"
FAILURE: Final = "failure"
FACT: Final = "fact"
ANSWER: Final = "answer"
GROUP: Final = "group"

URGENT: Final = "urgent"
NORMAL: Final = "normal"
LOW: Final = "low"

_NONCE: Final = 16


class Place(Struct, frozen=True, kw_only=True):
    """Where a post goes, and whom it is for: "" where the chat belongs to nobody yet."""

    channel: str
    chat: str
    thread: str = ""
    identity: str = ""
    operator: str = ""


class Requests:
    """Makes `PostRequested`. `secret` keeps nonces from being guessed."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def post(
        self,
        subject: str,
        cause: str,
        place: Place,
        *,
        urgency: str = NORMAL,
        instead_of: str = "",
    ) -> PostRequested:
        """One post of a subject in a place; `cause` is the fact behind it, which makes it one."""
        name = f"{subject}\x1f{cause}\x1f{place.channel}\x1f{place.chat}\x1f{place.identity}"
        post = f"post-{hashlib.sha256(name.encode()).hexdigest()[:24]}"
        return PostRequested(
            post=post,
            channel=place.channel,
            chat=place.chat,
            subject=subject,
            nonce=self.nonce(post),
            thread=place.thread,
            identity=place.identity,
            operator=place.operator,
            urgency=urgency,
            instead_of=instead_of,
        )

    def answer(self, received: Fact, place: Place) -> PostRequested:
        """The post that answers what came in; one each, however often it is asked for."""
        return self.post(f"{ANSWER}:{received.id}", received.id, place, urgency=URGENT)

    def nonce(self, post: str) -> str:
        """What stands in the ids of a post's buttons: 80 bits that nobody else can make."""
        digest = hmac.new(self._secret, post.encode(), "sha256").digest()
        return b32encode(digest).decode().lower()[:_NONCE]


def home_of(identity: ChatIdentity) -> Place:
    """The direct chat with an operator."""
    return Place(
        channel=identity.channel,
        chat=identity.chat,
        identity=identity.id,
        operator=identity.operator,
    )


def about(subject: str) -> tuple[str, str]:
    """`approval:apr-1` as its kind and its id."""
    kind, _, name = subject.partition(":")
    return kind, name
