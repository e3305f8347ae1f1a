"""What the relay says, and the reporting of failures."""

from __future__ import annotations

from ledger.domain.events.base import Event
from ledger.domain.values import (
    Personal,
)


class CaseStuck(Event, frozen=True, kw_only=True):
    """A subscriber could not handle a fact after several tries; this case waits, others go on."""

    subscriber: str
    fact: str
    tries: int
    remedy: str
    cause: Personal = ""


class CaseUnstuck(Event, frozen=True, kw_only=True):
    """The fact was handled after all."""

    subscriber: str
    fact: str


class FailureReported(Event, frozen=True, kw_only=True):
    """Something is broken now. The same `failure` id is reported once, then counted."""

    failure: str
    what: str
    not_done: str
    owner: str
    remedies: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    cause: Personal = ""


class FailureCleared(Event, frozen=True, kw_only=True):
    """It works again."""

    failure: str
    how: str
