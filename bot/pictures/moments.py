"""The moments of a case that a person remembers it by: from the trail to a few lines. Pure.

The trail has every step; a picture has what came in, what was decided, what left and what went
wrong. `audit` tells the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct

from bot import texts
from bot.wording.untrusted import one_line
from ledger.audit import entries as line
from ledger.audit.entries import Entry, Trail
from ledger.domain.amounts import amount_words

SIGNS: Final = 120
"""Of one text; the picture cuts it to what fits."""

_ISSUES: Final = frozenset({"IssueInvoice", "IssueCreditNote"})
"""Commands whose result is a moment of its own: the number that was taken."""


class Who(StrEnum):
    """Whose moment it is: the picture has one colour for each."""

    CUSTOMER = "customer"
    YOU = "you"
    COO = "coo"
    MONEY = "money"
    TROUBLE = "trouble"


class Moment(Struct, frozen=True, kw_only=True):
    """Something that happened: what, and where it helps a second line."""

    at: datetime
    who: Who
    what: str
    more: str = ""


def moments(trail: Trail) -> tuple[Moment, ...]:
    """The moments of a case, oldest first."""
    told = _Teller({e.action: e.name for e in trail.entries if isinstance(e, line.Proposed)})
    found: list[Moment] = []
    for moment in (each for entry in trail.entries for each in told.of(entry)):
        if not _again(moment, found):
            found.append(moment)
    return tuple(found)


def _again(moment: Moment, before: list[Moment]) -> bool:
    """A failure that is reported after it was recorded is one moment."""
    last = before[-1] if before else None
    same = last is not None and moment.who is last.who is Who.TROUBLE
    return same and last is not None and moment.more == last.more


class _Teller:
    """Knows the names of actions, which later entries only have by id."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def of(self, entry: Entry) -> Iterator[Moment]:
        make = self._makers.get(type(entry))
        if make is not None:
            yield from make(self, entry)

    def _came_in(self, entry: line.CameIn) -> Iterator[Moment]:
        who, at = one_line(entry.who, SIGNS), entry.came_at
        match entry.kind:
            case "mail":
                what = texts.MOMENT_MAIL.format(who=_name(who)) if who else texts.MOMENT_ERASED
                yield Moment(at=at, who=Who.CUSTOMER, what=what, more=_short(entry.summary))
            case "payment":
                amount = amount_words(entry.amount) if entry.amount else ""
                what = texts.MOMENT_PAYMENT.format(amount=amount)
                yield Moment(at=at, who=Who.MONEY, what=what, more=who)
            case "said":
                yield Moment(at=at, who=Who.YOU, what=texts.MOMENT_SAID, more=_short(entry.summary))
            case "stop" | "resume" | "undo":
                yield Moment(at=at, who=Who.YOU, what=texts.CAME_IN[entry.kind])
            case _:
                return

    def _drafted(self, entry: line.Drafted) -> Iterator[Moment]:
        what = texts.MOMENT_OFFER.format(version=entry.version, total=amount_words(entry.total))
        yield Moment(at=entry.at, who=Who.COO, what=what, more=entry.number)

    def _deal(self, entry: line.DealMoved) -> Iterator[Moment]:
        what = texts.MOMENT_ACCEPTED if entry.accepted else texts.MOMENT_DECLINED
        yield Moment(at=entry.at, who=Who.CUSTOMER, what=what)

    def _asked(self, entry: line.Asked) -> Iterator[Moment]:
        yield Moment(at=entry.at, who=Who.COO, what=texts.ASKED_YOU, more=_short(entry.title))

    def _decided(self, entry: line.Decided) -> Iterator[Moment]:
        if entry.how == "superseded" and not entry.reason:
            return
        words = texts.MOMENT_DECIDED[entry.how]
        who = Who.YOU if entry.who else Who.COO
        more = entry.reason or texts.MOMENT_BY.format(who=entry.who) if entry.who else entry.reason
        yield Moment(at=entry.tapped_at or entry.at, who=who, what=words, more=_short(more))

    def _questioned(self, entry: line.Questioned) -> Iterator[Moment]:
        if not entry.ended:
            yield Moment(at=entry.at, who=Who.COO, what=texts.MOMENT_ASKS, more=_short(entry.text))
        elif entry.who:
            yield Moment(
                at=entry.at, who=Who.YOU, what=texts.MOMENT_ANSWERED, more=_short(entry.ended)
            )

    def _proved(self, entry: line.Proved) -> Iterator[Moment]:
        name = self._names.get(entry.action, "")
        if name in _ISSUES:
            return
        what = texts.MOMENT_DONE.get(name, texts.COMMAND_WORDS.get(name, texts.MOMENT_SOMETHING))
        yield Moment(at=entry.at, who=Who.COO, what=what)

    def _wrong(self, entry: line.WentWrong) -> Iterator[Moment]:
        name = texts.COMMAND_WORDS.get(self._names.get(entry.action, entry.what), entry.what)
        what = texts.MOMENT_WRONG[entry.kind].format(what=_short(name))
        yield Moment(at=entry.at, who=Who.TROUBLE, what=what, more=_short(entry.cause))

    def _recovered(self, entry: line.Recovered) -> Iterator[Moment]:
        what = texts.MOMENT_RECOVERED
        yield Moment(at=entry.at, who=Who.COO, what=what, more=_short(entry.what))

    def _invoiced(self, entry: line.Invoiced) -> Iterator[Moment]:
        what = texts.MOMENT_INVOICE.format(number=entry.number)
        more = texts.MOMENT_DUE.format(total=amount_words(entry.total), due=entry.due_on)
        yield Moment(at=entry.at, who=Who.COO, what=what, more=more)

    def _credited(self, entry: line.Credited) -> Iterator[Moment]:
        what = texts.MOMENT_CREDIT.format(number=entry.number, invoice=entry.invoice_number)
        yield Moment(at=entry.at, who=Who.COO, what=what, more=_short(entry.reason))

    def _paid(self, entry: line.Paid) -> Iterator[Moment]:
        if entry.amount is None:
            number = entry.number or entry.invoice
            yield Moment(at=entry.at, who=Who.MONEY, what=texts.MOMENT_PAID.format(number=number))

    def _noted(self, entry: line.Noted) -> Iterator[Moment]:
        if entry.kind in texts.MOMENT_NOTED:
            what = texts.MOMENT_NOTED[entry.kind]
            yield Moment(at=entry.at, who=Who.COO, what=what, more=_short(entry.text))

    _makers: Final[dict[type[Entry], Callable[[_Teller, Any], Iterator[Moment]]]] = {
        line.CameIn: _came_in,
        line.Drafted: _drafted,
        line.DealMoved: _deal,
        line.Asked: _asked,
        line.Decided: _decided,
        line.Questioned: _questioned,
        line.Proved: _proved,
        line.WentWrong: _wrong,
        line.Recovered: _recovered,
        line.Invoiced: _invoiced,
        line.Credited: _credited,
        line.Paid: _paid,
        line.Noted: _noted,
    }


def _short(text: str) -> str:
    return one_line(text, SIGNS)


def _name(who: str) -> str:
    """`Ada Example` out of `Ada Example <ada@example.com>`."""
    name = who.partition(" <")[0].strip()
    return name or who
