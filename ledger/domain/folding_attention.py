"""The fold of what asks for attention: questions, stops and alarms."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.domain.entities import Alarm, Entity, Question, Stop
from ledger.domain.events import (
    AlarmRang,
    AlarmSet,
    ExpiriesMissed,
    QuestionAnswered,
    QuestionAsked,
    QuestionWithdrawn,
    ResumeOrdered,
    StopOrdered,
)
from ledger.domain.facts import Fact
from ledger.domain.identity import identity_in
from ledger.domain.look import CARD_NUMBERS, Look
from ledger.domain.roles import allowed


def fold_attention(fact: Fact, look: Look) -> list[Entity]:
    """What waits for the operator or for the clock, and what the operator halted."""
    match fact.event:
        case QuestionAsked() as event:
            return [_asked(event, fact, look)]
        case QuestionAnswered() | QuestionWithdrawn() as event:
            return _closed(event, look)
        case StopOrdered() as event if allowed(event, look):
            return [_stopped(event, fact, look)]
        case ResumeOrdered() as event if allowed(event, look):
            stop = look.get(Stop, stop_id(event.scope, event.target))
            return [replace(stop, active=False)] if stop else []
        case AlarmSet() as event:
            alarm = Alarm(id=event.alarm, case=fact.case, due=event.due, purpose=event.purpose)
            return [alarm]
        case AlarmRang() as event:
            set_alarm = look.get(Alarm, event.alarm)
            return [replace(set_alarm, rung=True)] if set_alarm else []
        case ExpiriesMissed() as event:
            found = [look.get(Alarm, name) for name in dict.fromkeys(event.alarms)]
            return [replace(alarm, rung=True) for alarm in found if alarm]
        case _:
            return []


def stop_id(scope: str, target: str) -> str:
    """The id of a stop: a second order of the same scope and target is the same stop."""
    return f"{scope}:{target}"


def _asked(event: QuestionAsked, fact: Fact, look: Look) -> Question:
    known = look.get(Question, event.question)
    return Question(
        id=event.question,
        case=fact.case,
        number=known.number if known else look.add(CARD_NUMBERS),
        about=event.about,
        text=event.text,
        why=event.why,
        asked_at=fact.at,
        recommendation=event.recommendation,
        options=event.options,
    )


def _closed(event: QuestionAnswered | QuestionWithdrawn, look: Look) -> list[Entity]:
    question = look.get(Question, event.question)
    if question is None or question.status != "open":
        return []
    if isinstance(event, QuestionWithdrawn):
        return [replace(question, status="withdrawn")]
    return [replace(question, status="answered", choice=event.choice, answer=event.text)]


def _stopped(event: StopOrdered, fact: Fact, look: Look) -> Stop:
    of_contact = event.scope == "contact"
    found = identity_in(look, event.target) if of_contact else None
    named = found.ids if found else (event.target,) if of_contact else ()
    return Stop(
        ordered_for=named,
        covers=named,
        id=stop_id(event.scope, event.target),
        scope=event.scope,
        target=event.target,
        by=event.operator,
        since=fact.at,
        active=True,
        reason=event.reason,
    )
