"""Changes of where money goes, which an owner confirms in a second channel. All on the desk."""

from __future__ import annotations

from ledger.domain.events.base import Event
from ledger.domain.values import Personal


class ConfirmationAsked(Event, frozen=True, kw_only=True):
    """A change does not count before an owner confirms it elsewhere.

    `about` is the desk fact that wants it; `channel` where it came from (`file` for company.yaml),
    `by` the identity that ordered it. `what` says in words what would be different.
    """

    confirmation: str
    about: str
    channel: str
    by: str = ""
    what: Personal = ""


class ConfirmOrdered(Event, frozen=True, kw_only=True):
    """An owner agrees to a change, or refuses it; the router decides whether that counts."""

    confirmation: str
    agreed: bool
    operator: str
    channel: str
    by: str = ""


class ChangeConfirmed(Event, frozen=True, kw_only=True):
    """The change counts from now on. Unique: `confirmed:<confirmation>`."""

    confirmation: str
    operator: str
    channel: str
    by: str = ""


class ChangeRefused(Event, frozen=True, kw_only=True):
    """The change does not count: what was in force stays. Unique, as above."""

    confirmation: str
    operator: str
    channel: str
    by: str = ""
