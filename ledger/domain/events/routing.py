"""What the router says: which case a fact concerns, and what became of a tap or an answer."""

from __future__ import annotations

from datetime import datetime

from ledger.domain.events.base import Event
from ledger.domain.values import (
    Personal,
)


class CaseOpened(Event, frozen=True, kw_only=True):
    """A piece of business begins. `kind`: lead, request. `fact` is the desk fact behind it."""

    kind: str
    fact: str
    contact: str = ""
    title: Personal = ""


class Routed(Event, frozen=True, kw_only=True):
    """A desk fact concerns this case. `why` names the exact key that matched.

    `sender`: `same` (the case's own contact), `other` (a different address in a known thread),
    or empty where nobody sent anything. `proves`: the action whose mail it answers, where how
    that one ended was not known yet; who answers a mail has got it. `shared`: it concerns other
    cases as well, so what it brings must not be counted twice.
    """

    fact: str
    kind: str
    why: str
    sender: str = ""
    proves: str = ""
    shared: bool = False


class Unrouted(Event, frozen=True, kw_only=True):
    """A desk fact concerns no case; `why` and `remedy` say what a person can do."""

    fact: str
    kind: str
    why: str
    remedy: str


class ContactCreated(Event, frozen=True, kw_only=True):
    """A new person or firm in the address book, found under `person` (a pseudonym)."""

    contact: str
    language: str = ""
    name: Personal = ""
    address: Personal = ""
    organisation: Personal = ""


class ContactRecognised(Event, frozen=True, kw_only=True):
    """The sender is this known contact, by an exact key."""

    contact: str
    by: str


class Approved(Event, frozen=True, kw_only=True):
    """A person approved exactly these bytes. Unique per approval: `decision:<approval>`."""

    approval: str
    action: str
    sha256: str
    operator: str
    channel: str
    tap: str


class Rejected(Event, frozen=True, kw_only=True):
    """A person refused it, and why."""

    approval: str
    action: str
    operator: str
    channel: str
    tap: str
    reason: Personal = ""


class Instructed(Event, frozen=True, kw_only=True):
    """A person said how they want it instead, or something about the case."""

    operator: str
    channel: str
    approval: str = ""
    action: str = ""
    tap: str = ""
    text: Personal = ""


class Postponed(Event, frozen=True, kw_only=True):
    """Later: the card leaves the inbox until then; nothing is decided."""

    approval: str
    action: str
    operator: str
    channel: str
    tap: str
    until: datetime


class DoneByOperator(Event, frozen=True, kw_only=True):
    """The operator did it by hand; Coo must not do it again."""

    approval: str
    action: str
    operator: str
    channel: str
    tap: str


class TapRefused(Event, frozen=True, kw_only=True):
    """A tap that does not count, and what the person is told."""

    tap: str
    approval: str
    operator: str
    channel: str
    why: str


class ApprovalSuperseded(Event, frozen=True, kw_only=True):
    """The world moved, so this approval no longer counts. `by` is what replaced it, if anything."""

    approval: str
    action: str
    why: str
    by: str = ""


class ApprovalExpired(Event, frozen=True, kw_only=True):
    """Nobody decided in time. The action is paused, not refused."""

    approval: str
    action: str


class QuestionAnswered(Event, frozen=True, kw_only=True):
    """The operator's answer to a question, in the case that asked."""

    question: str
    operator: str
    channel: str
    choice: str = ""
    text: Personal = ""
