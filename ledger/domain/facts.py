"""Facts: events with an envelope. A draft becomes a fact when the ledger gives it a place."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Protocol

from msgspec import Struct, field

from ledger.domain.events import Event

DERIVED_PREFIX = 12
"""Hex digits of an id that come from time (48 bits, milliseconds): ids sort by time."""


class Draft(Struct, frozen=True, kw_only=True, gc=False):
    """A fact that wants to be appended.

    `case`: the stream. `key`: unique per company; the same key with the same content is the
    same fact, with other content an error. `by`: who says it. `cause`: the fact behind it.
    `person`: pseudonym whose key seals the personal fields; empty seals under the company's.
    `id` is set for facts whose id must be deterministic, else the ledger makes one.
    """

    case: str
    event: Event
    key: str
    by: str
    cause: str = ""
    person: str = ""
    id: str = ""


class Fact(Struct, frozen=True, kw_only=True, gc=False):
    """One fact as the ledger holds it.

    `seq` counts the company's facts from 1; `version` those of the case. `erased`: its
    personal fields read as their defaults because their key was destroyed.
    """

    id: str
    seq: int
    company: str
    case: str
    version: int
    at: datetime
    event: Event
    key: str
    by: str
    cause: str = ""
    person: str = ""
    erased: bool = False


class Delivery(Struct, frozen=True, kw_only=True):
    """What the relay hands to a subscriber: the next fact of a case.

    `source` is the desk fact behind a `Routed` or `CaseOpened`, else None. `token` is what the
    subscriber returned with its last reaction in this case ("" at first).
    """

    fact: Fact
    source: Fact | None = None
    token: str = ""


class Reaction(Struct, frozen=True, kw_only=True):
    """What a subscriber answers: facts to append, and a token to keep with its cursor."""

    drafts: tuple[Draft, ...] = ()
    token: str = ""


class Subscriber(Protocol):
    """Reacts to facts, one at a time and in order within a case."""

    @property
    def name(self) -> str: ...

    def wants(self, fact: Fact) -> bool:
        """Whether `handle` is called for it. Pure; facts not wanted are passed over."""
        ...

    async def handle(self, delivery: Delivery) -> Reaction: ...


def derived_id(cause: str, *parts: object) -> str:
    """A deterministic id that sorts by its cause's time: 12 hex digits of it + 20 of a hash."""
    text = "\x1f".join([cause, *map(str, parts)])
    return cause[:DERIVED_PREFIX] + hashlib.sha256(text.encode()).hexdigest()[:20]


def reaction_key(subscriber: str, cause: str, ordinal: int) -> str:
    """The idempotency key of the `ordinal`-th fact a subscriber returns for `cause`."""
    return f"{subscriber}:{cause}:{ordinal}"


_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def short_id(prefix: str, *parts: object) -> str:
    """A short deterministic id for people: prefix and 8 signs without i, l, o, u (40 bits)."""
    number = int.from_bytes(hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()[:5])
    digits = "".join(_ALPHABET[(number >> shift) & 31] for shift in range(35, -5, -5))
    return f"{prefix}-{digits}"


def message_id(action: str, domain: str) -> str:
    """The Message-ID (no angle brackets) of the mail an action sends, known before it leaves."""
    digest = hashlib.sha256(action.encode()).hexdigest()[:16]
    return f"{action}.{digest}@{domain}"


class Appended(Struct, frozen=True, kw_only=True):
    """What an append did. `new` counts facts that were not there before."""

    facts: tuple[Fact, ...] = field(default=())
    new: int = 0
