"""Watching, going live, and what is brought along from the time before Coo. All on the desk, but
`SpecimenAsked`, which is said in the case of the first real mail.
"""

from __future__ import annotations

from datetime import date

from ledger.domain.events.base import Event
from ledger.domain.values import Money, Personal


class WatchBegun(Event, frozen=True, kw_only=True):
    """From here on Coo plans, drafts and asks, and nothing leaves, whatever is approved."""

    operator: str
    channel: str
    by: str = ""


class WentLive(Event, frozen=True, kw_only=True):
    """From here on what is approved may leave. What was approved before is asked again."""

    operator: str
    channel: str
    by: str = ""


class SpecimenAsked(Event, frozen=True, kw_only=True):
    """The first real mail (`action`) goes to the operator first, as `specimen` (an action).

    `approval` is the card that asks afterwards whether it looked right.
    """

    action: str
    specimen: str
    approval: str


class NumbersContinued(Event, frozen=True, kw_only=True):
    """A series goes on after `last`, the operator's own last number in it.

    `book`: invoice or credit note. `format` is a format string over `year` and `number`, `ordinal`
    the bare number behind `last`, in `series` (a year, or `all`). `proposed`: found by an import;
    the operator said nothing of it yet.
    """

    book: str
    last: str
    format: str
    series: str
    ordinal: int
    operator: str
    channel: str
    by: str = ""
    proposed: bool = False


class InvoiceBrought(Event, frozen=True, kw_only=True):
    """An invoice that the operator issued before Coo, and that is not paid in full.

    `net` and `tax` add up to `total`; `paid` is what had come in before it was brought along.
    `row` says where it stood: `FILE:LINE`.
    """

    number: str
    contact: str
    net: Money
    tax: Money
    total: Money
    paid: Money
    issued_on: date
    due_on: date
    row: str
    customer: Personal = ""


class ToneLearned(Event, frozen=True, kw_only=True):
    """How the operator's own mails in a language begin and end, and how many of them do so.

    `greeting` has `{first}` or `{name}` in place of the reader's name. `mails` are all that were
    read in this language; `greeted` and `signed` those that begin, and end, in this way;
    `familiar` and `formal` those that say du or tu, Sie or vous.
    """

    language: str
    greeting: str
    sign_off: str
    mails: int
    greeted: int
    signed: int
    familiar: int = 0
    formal: int = 0
