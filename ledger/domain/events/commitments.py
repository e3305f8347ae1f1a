"""Commitments: who promised what to whom, due when, and what became of it.

`by` and `to` of a commitment are `US`, the id of a contact, or "" where it cannot be told. A
promise of somebody else never instructs anybody: it is a fact about them.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from msgspec import Struct

from ledger.domain.events.base import Event
from ledger.domain.values import Personal

US: Final = "us"
"""The company itself, where a commitment says who promised or to whom."""


class CommitmentTold(Event, frozen=True, kw_only=True):
    """The operator says that something was promised; on the desk, from outside.

    `promised_by` and `to` as in `CommitmentMade`; `due` is None where no day was named.
    """

    promised_by: str
    to: str
    due: date | None
    operator: str
    channel: str
    by: str = ""
    case: str = ""
    what: Personal = ""
    quote: Personal = ""


class CommitmentOrdered(Event, frozen=True, kw_only=True):
    """The operator says what became of a commitment; on the desk, from outside.

    `verb`: kept, broken, withdrawn, moved. `due` is the new day, for moved only.
    """

    commitment: str
    verb: str
    operator: str
    channel: str
    by: str = ""
    due: date | None = None
    why: Personal = ""


class CommitmentMade(Event, frozen=True, kw_only=True):
    """Somebody promised something. `source` is the fact that says so, `quote` its own words.

    `kind`: payment, delivery or other. `about` is the invoice or proposal it is about, if any.
    `due` is a day by the company's clock; None where none was named, and none is guessed.
    `said_on` is the day on which it was said. `read_by`: who read it (`rules`, a model's name), or
    how it came to be.
    """

    commitment: str
    promised_by: str
    to: str
    kind: str
    source: str
    said_on: date
    due: date | None = None
    about: str = ""
    read_by: str = ""
    what: Personal = ""
    quote: Personal = ""


class CommitmentKept(Event, frozen=True, kw_only=True):
    """It was done. `fact` is what shows it: a payment, a mail, the operator's word."""

    commitment: str
    fact: str
    how: Personal = ""


class CommitmentBroken(Event, frozen=True, kw_only=True):
    """It was not done, and the operator says that it counts as broken."""

    commitment: str
    fact: str
    why: Personal = ""


class CommitmentWithdrawn(Event, frozen=True, kw_only=True):
    """It binds nobody any more, without having been kept or broken."""

    commitment: str
    fact: str
    why: Personal = ""


class CommitmentMoved(Event, frozen=True, kw_only=True):
    """It is due on another day."""

    commitment: str
    fact: str
    due: date


class Due(Struct, frozen=True, gc=False):
    """A commitment that is to be spoken of. `when`: before, today, or after its day."""

    commitment: str
    when: str


class CommitmentsDue(Event, frozen=True, kw_only=True):
    """What is due, in one list: each commitment once a `when`, however late it is looked at.

    `day` is the day by the company's clock on which it is said.
    """

    day: date
    due: tuple[Due, ...]
