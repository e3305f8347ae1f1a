"""A commitment in words: who to whom, what, by when, and where it was said. Pure."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from bot import texts
from bot.wording.untrusted import one_line
from ledger.domain.entities import Commitment

WIDEST: int = 100
"""Signs of what was promised that a line shows."""


class Seen(Struct, frozen=True, kw_only=True):
    """A commitment with what is around it: who the other side is, and which fact says so.

    `source` is in words: `mail of 17 Nov, case 3`.
    """

    one: Commitment
    who: str
    source: str

    @property
    def what(self) -> str:
        """What was promised; it may have been erased since."""
        return one_line(self.one.what, WIDEST) or texts.PROMISE_ERASED


def day_words(day: date) -> str:
    """`Fri 20 Nov 2026`"""
    return f"{day:%a} {day.day} {day:%b %Y}"


def line(seen: Seen, today: date) -> str:
    """One line of the list."""
    one = seen.one
    return texts.PROMISE_LINE.format(
        number=one.number,
        who=sides(seen),
        what=seen.what,
        due=due_words(one, today) if one.open else f" – {outcome(one)}",
        source=seen.source,
    )


def sides(seen: Seen) -> str:
    """`you to Anna`, `Anna to you`"""
    form = texts.PROMISE_OURS if seen.one.ours else texts.PROMISE_THEIRS
    return form.format(who=seen.who)


def due_words(one: Commitment, today: date) -> str:
    """`, by Fri 20 Nov 2026`; where it was moved also the first day."""
    if one.due is None:
        return texts.PROMISE_NO_DAY
    form = texts.PROMISE_DUE if one.due >= today else texts.PROMISE_LATE
    first = one.first_due
    moved = first is not None and first != one.due
    earlier = texts.PROMISE_MOVED_FROM.format(day=day_words(first)) if first and moved else ""
    return form.format(day=day_words(one.due)) + earlier


def outcome(one: Commitment) -> str:
    """`kept Fri 20 Nov 2026: Invoice 2026-0001 is paid.`"""
    when = day_words(one.settled_at.date()) if one.settled_at else ""
    words = texts.PROMISE_STATUS[one.status.value].format(day=when)
    return words + (texts.PROMISE_HOW.format(how=one_line(one.how, 80)) if one.how else "")


def quote(seen: Seen) -> str:
    """The words it was made with; "" where they say no more than the line."""
    words = one_line(seen.one.quote, 160)
    return texts.PROMISE_QUOTE.format(quote=words) if words and words != seen.one.what else ""
