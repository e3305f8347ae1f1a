"""What became of every message that came in, and what was learnt about which are leads.

Three outcomes, none silent: a case, something that needs a person, or no action.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

QUIET: Final = ("mailing list", "precedence", "auto-", "calendar", "read receipt")
"""How the signs of automatic mail begin that need nobody where they belong to no case."""

BULK: Final = ("mailing list", "precedence: bulk", "precedence: list", "precedence: junk")
"""How the signs begin of mail that goes to many: of it not even the text is kept."""

_ENOUGH: Final = 2
"""So many words of a subject must speak for the same, each so often, where nothing is exacter."""


class Outcome(StrEnum):
    """What became of a message. `READ_AGAIN`: another one stands in its place, and is counted."""

    CASE = "case"
    NEEDS_YOU = "needs you"
    NO_ACTION = "no action"
    READ_AGAIN = "read again"


class Message(Struct, frozen=True, kw_only=True, tag="message", gc=False):
    """A message that came in. Its id is that of the desk fact.

    `number` is the short handle people type, 0 where none was needed so far. `kept`: its text is in
    the ledger; else there is a hash and the place where it came from. `message_id` finds it by what
    an answer to it names.
    """

    id: str
    outcome: Outcome
    since: datetime
    number: int = 0
    why: str = ""
    case: str = ""
    kept: bool = True
    message_id: str = ""
    marks: tuple[str, ...] = ()


class MailLesson(Struct, frozen=True, kw_only=True, tag="lesson", gc=False):
    """What the operator said of messages that share a mark (its id): how often a lead or none.

    `last` is what they said last, `fact` where.
    """

    id: str
    leads: int = 0
    others: int = 0
    last: bool = False
    fact: str = ""


class Judged(Struct, frozen=True):
    """Whether the lessons take a message for a lead, on which mark and on whose word."""

    lead: bool
    mark: str
    fact: str


def judged(marks: tuple[str, ...], lessons: dict[str, MailLesson]) -> Judged | None:
    """What was learnt about a message with these marks, the exactest first; None: nothing.

    A mark reads `sender:…`, `list:…` or `word:…`. Of a sender or a list the last word counts; words
    of a subject only together, and only where they agree.
    """
    for mark in marks:
        lesson = lessons.get(mark)
        if lesson is not None and not mark.startswith("word:"):
            return Judged(lesson.last, mark.partition(":")[0], lesson.fact)
    words = [lessons[mark] for mark in marks if mark.startswith("word:") and mark in lessons]
    leads = [one for one in words if one.leads - one.others >= _ENOUGH]
    others = [one for one in words if one.others - one.leads >= _ENOUGH]
    if len(leads) >= _ENOUGH and not others:
        return Judged(True, "words", leads[0].fact)
    if len(others) >= _ENOUGH and not leads:
        return Judged(False, "words", others[0].fact)
    return None
