"""The fold of messages: what became of each, the counts, and what was learnt from a person."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from ledger.domain.entities import Entity, Question
from ledger.domain.events import (
    LeadTold,
    MailReceived,
    MailSetAside,
    MailUnreadable,
    OperatorActed,
    OperatorWrote,
    QuestionAnswered,
    Routed,
    StrayPlaced,
    Unrouted,
)
from ledger.domain.facts import Fact
from ledger.domain.look import LESSONS, MESSAGE_NUMBERS, Look, messages_that
from ledger.domain.messages import MailLesson, Message, Outcome
from ledger.domain.roles import allowed

MACHINE: Final = "machine:"
"""How the answer begins that leaves a mail unread, since a machine wrote it."""
_MAIL: Final = "mail"


def fold_messages(fact: Fact, look: Look) -> list[Entity]:
    """What became of a message. Until the router has spoken it needs somebody."""
    match fact.event:
        case MailReceived() as event:
            back = _settled(event.brings_back, Outcome.READ_AGAIN, "It was read again.", look)
            one = _new(fact, Outcome.NEEDS_YOU, "", look)
            return [*back, replace(one, message_id=event.message_id)]
        case OperatorWrote() as event:
            one = _new(fact, Outcome.NEEDS_YOU, "", look)
            return [replace(one, message_id=event.message_id)]
        case OperatorActed() as event:
            return _settled(event.fact, Outcome.CASE, event.why, look, case=fact.case)
        case MailUnreadable():
            return [_new(fact, Outcome.NEEDS_YOU, "", look)]
        case MailSetAside() as event:
            one = _new(fact, Outcome.NO_ACTION, event.why, look)
            return [replace(one, kept=False, marks=event.marks)]
        case Routed() as event:
            return _settled(event.fact, Outcome.CASE, event.why, look, case=fact.case)
        case Unrouted() as event if event.kind == _MAIL:
            quiet = event.settled or event.outcome == Outcome.NO_ACTION
            outcome = Outcome.NO_ACTION if quiet else Outcome.NEEDS_YOU
            return _settled(event.fact, outcome, event.why, look)
        case StrayPlaced(case="") as event:
            return _settled(event.fact, Outcome.NO_ACTION, "You put it aside.", look)
        case QuestionAnswered() as event if event.choice.startswith(MACHINE):
            asked = look.get(Question, event.question)
            why = "You said that a machine wrote it."
            return _settled(asked.about, Outcome.NO_ACTION, why, look) if asked else []
        case _:
            return []


def fold_lessons(fact: Fact, look: Look) -> list[Entity]:
    """What the operator says of a message holds for all that share a mark with it."""
    event = fact.event
    if not isinstance(event, LeadTold) or not allowed(event, look):
        return []
    look.add(LESSONS)
    return [_learnt(mark, event.lead, fact.id, look) for mark in dict.fromkeys(event.marks)]


def _learnt(mark: str, lead: bool, fact: str, look: Look) -> MailLesson:
    known = look.get(MailLesson, mark) or MailLesson(id=mark)
    leads, others = known.leads + lead, known.others + (not lead)
    return replace(known, leads=leads, others=others, last=lead, fact=fact)


def _new(fact: Fact, outcome: Outcome, why: str, look: Look) -> Message:
    number = look.add(MESSAGE_NUMBERS) if outcome is Outcome.NO_ACTION else 0
    look.add(messages_that(outcome))
    return Message(id=fact.id, outcome=outcome, since=fact.at, number=number, why=why)


def _settled(
    message: str, outcome: Outcome, why: str, look: Look, *, case: str = ""
) -> list[Entity]:
    """A message that turned out so. Once in a case it stays there, also where it is shared."""
    known = look.get(Message, message) if message else None
    if known is None or known.outcome in {Outcome.CASE, Outcome.READ_AGAIN}:
        return []
    if known.outcome is not outcome:
        look.add(messages_that(known.outcome), -1)
        look.add(messages_that(outcome))
    number = known.number
    if outcome is Outcome.NO_ACTION and not number:
        number = look.add(MESSAGE_NUMBERS)
    return [replace(known, outcome=outcome, why=why, case=case, number=number)]
