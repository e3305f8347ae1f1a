"""Long-term knowledge: what a person said that holds, from when to when, and about what.

A statement says something of a *subject* (a contact's id, an item's id, or `COMPANY`) under a
*topic*; see `ledger.domain.events.knowledge` for how topics are named. Several statements of the
same subject and topic settle among themselves what holds when: `settled` and `holding`, pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ledger.domain.values import Money

COMPANY: Final = "company"
"""The subject of what holds for the company as a whole."""

LISTED: Final = "listed"
"""The lookup key of what was said of items of the price list themselves."""


class KnowledgeKind(StrEnum):
    """What a statement is good for."""

    TERM = "term"
    PRICE = "price"
    PREFERENCE = "preference"
    POLICY = "policy"
    FINANCE = "finance"
    BILLING = "billing"
    NOTE = "note"


class KnowledgeStatus(StrEnum):
    """What became of a statement. Only `STANDING` ones hold, and only within their time."""

    STANDING = "standing"
    SUPERSEDED = "superseded"
    CORRECTED = "corrected"
    FORGOTTEN = "forgotten"
    ERASED = "erased"


class MoneyValue(Struct, frozen=True, tag="money", gc=False):
    """An amount; a price is net per unit of its item."""

    amount: Money


class PercentValue(Struct, frozen=True, tag="percent", gc=False):
    """A share, in basis points."""

    basis_points: int


class DaysValue(Struct, frozen=True, tag="days", gc=False):
    """A number of days."""

    days: int


class EarlyValue(Struct, frozen=True, tag="early", gc=False):
    """A share, in basis points, that may be kept by whoever pays within these days."""

    basis_points: int
    days: int


class DateValue(Struct, frozen=True, tag="date", gc=False):
    """A moment: midnight of a day on the company's clock."""

    on: datetime


class YesNoValue(Struct, frozen=True, tag="yes/no", gc=False):
    """Whether something is so."""

    yes: bool


class TextValue(Struct, frozen=True, tag="text", gc=False):
    """Words. They may be about a person, so they stand in the sealed `text` beside the value."""


Value = MoneyValue | PercentValue | DaysValue | EarlyValue | DateValue | YesNoValue | TextValue


class Knowledge(Struct, frozen=True, kw_only=True, tag="knowledge", gc=False):
    """One statement, and what became of it. `number` is the short handle people type (`k3`).

    `valid_from` is inclusive, `valid_to` exclusive, None for open. `stated_to` is the end as it
    was said; `valid_to` is earlier where a later statement, or `forget`, ended it. `order` is the
    place of its fact in the ledger. `text` holds the words of a `TextValue`, `quote` the sentence
    that was said; both are empty once the person is erased. `superseded_by` is the statement, or
    the fact of a new price list, that took its place; `replaces` the one it corrects.
    `ended_at`: when it was withdrawn; `struck_by`: the fact of a price list that did so.
    """

    id: str
    number: int
    kind: KnowledgeKind
    subject: str
    topic: str
    value: Value
    valid_from: datetime
    recorded_at: datetime
    order: int
    fact: str
    valid_to: datetime | None = None
    stated_to: datetime | None = None
    text: str = ""
    quote: str = ""
    sources: tuple[str, ...] = ()
    operator: str = ""
    channel: str = ""
    status: KnowledgeStatus = KnowledgeStatus.STANDING
    ended_at: datetime | None = None
    struck_by: str = ""
    superseded_by: str = ""
    replaces: str = ""

    @property
    def counts(self) -> bool:
        """Whether it says what was so at some time: not corrected, not erased, not empty."""
        return self.status not in _SAYS_NOTHING and not _over(self.valid_to, self.valid_from)

    def holds(self, moment: datetime) -> bool:
        """Whether its time covers a moment, and nobody withdrew it."""
        return self.counts and self.valid_from <= moment and not _over(self.valid_to, moment)


class ListPrice(Struct, frozen=True, kw_only=True, tag="list price", gc=False):
    """What an item costs since the price list last changed. Its id is the item's.

    An item whose price never changed has none: company.yaml says what it always cost.
    """

    id: str
    price: Money
    since: datetime


_SAYS_NOTHING: Final = frozenset({KnowledgeStatus.CORRECTED, KnowledgeStatus.ERASED})


def settled(statements: Iterable[Knowledge]) -> list[Knowledge]:
    """The statements of one subject and topic, each with the end it has beside the others.

    Pure, and the same in whatever order they were recorded:
    1. A statement with no end of its own closes every earlier one where it begins. Of two that
       begin together, the one recorded last counts as the later.
    2. A statement with an end of its own ("until 31 December") interrupts, and closes nothing.
    3. What was forgotten ended then; what was corrected, or never began, says nothing.
    """
    known = sorted(statements, key=_place)
    later = [one for one in known if _closes(one)]
    return [_beside(one, later) for one in known]


def holding(statements: Iterable[Knowledge], moment: datetime) -> Knowledge | None:
    """Which of the statements of one subject and topic holds at a moment: the latest to begin."""
    return max((one for one in statements if one.holds(moment)), key=_place, default=None)


def as_known(statements: Iterable[Knowledge], moment: datetime) -> list[Knowledge]:
    """Statements as they stood at a moment: what came later undone. Of any subjects and topics."""
    by_subject: dict[tuple[str, str], list[Knowledge]] = {}
    for one in statements:
        if one.recorded_at <= moment:
            by_subject.setdefault((one.subject, one.topic), []).append(_before(one, moment))
    return [one for some in by_subject.values() for one in settled(some)]


def _before(one: Knowledge, moment: datetime) -> Knowledge:
    if one.ended_at is None or one.ended_at <= moment or one.status is KnowledgeStatus.ERASED:
        return one
    return replace(one, status=KnowledgeStatus.STANDING, ended_at=None, struck_by="")


def _place(one: Knowledge) -> tuple[datetime, int]:
    return one.valid_from, one.order


def _own_end(one: Knowledge) -> datetime | None:
    """Its end for itself: as stated, or when it was forgotten or struck out by a price list."""
    ends = [end for end in (one.stated_to, one.ended_at) if end is not None]
    return min(ends, default=None)


def _closes(one: Knowledge) -> bool:
    never_began = _over(one.ended_at, one.valid_from)
    return one.status not in _SAYS_NOTHING and one.stated_to is None and not never_began


def _beside(one: Knowledge, later: Sequence[Knowledge]) -> Knowledge:
    if one.status in _SAYS_NOTHING:
        return one
    end = _own_end(one)
    closer = next((other for other in later if _place(other) > _place(one)), None)
    if closer is not None and not _over(end, closer.valid_from):
        return replace(
            one,
            valid_to=closer.valid_from,
            status=KnowledgeStatus.SUPERSEDED,
            superseded_by=closer.id,
        )
    return replace(one, valid_to=end, status=_alone(one), superseded_by=one.struck_by)


def _alone(one: Knowledge) -> KnowledgeStatus:
    """What it is where no later statement took its place."""
    if one.struck_by:
        return KnowledgeStatus.SUPERSEDED
    return KnowledgeStatus.FORGOTTEN if one.ended_at else KnowledgeStatus.STANDING


def _over(end: datetime | None, moment: datetime) -> bool:
    return end is not None and end <= moment
