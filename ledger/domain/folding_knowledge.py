"""The fold of long-term knowledge: what was stated, corrected, forgotten, and what holds when."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from ledger.domain.entities import Entity
from ledger.domain.events import (
    KnowledgeCorrected,
    KnowledgeForgotten,
    KnowledgeStated,
    PersonErased,
    PricesChanged,
)
from ledger.domain.facts import Fact
from ledger.domain.knowledge import LISTED, Knowledge, KnowledgeStatus, settled
from ledger.domain.look import KNOWLEDGE_NUMBERS, Look
from ledger.domain.roles import allowed


def fold_knowledge(fact: Fact, look: Look) -> list[Entity]:
    """Statements, each settled beside the others of its subject and topic."""
    match fact.event:
        case KnowledgeStated() as event if allowed(event, look):
            return _settled(_stated(event, fact, look), look)
        case KnowledgeCorrected() as event if allowed(event, look):
            return _corrected(event, fact, look)
        case KnowledgeForgotten() as event if allowed(event, look):
            known = look.get(Knowledge, event.knowledge)
            return _ended(known, fact, look) if known else []
        case PricesChanged() as event:
            return [
                entity for change in event.changes for entity in _listed(change.item, fact, look)
            ]
        case PersonErased() as event:
            return _erased(event, look)
        case _:
            return []


def _stated(event: KnowledgeStated, fact: Fact, look: Look) -> Knowledge:
    known = look.get(Knowledge, event.knowledge)
    return Knowledge(
        id=event.knowledge,
        number=known.number if known else look.add(KNOWLEDGE_NUMBERS),
        kind=event.kind,
        subject=event.subject,
        topic=event.topic,
        value=event.value,
        valid_from=event.valid_from or fact.at,
        recorded_at=fact.at,
        order=fact.seq,
        fact=fact.id,
        stated_to=event.valid_to,
        text=event.text,
        quote=event.quote,
        sources=event.sources,
        operator=event.operator,
        channel=event.channel,
    )


def _corrected(event: KnowledgeCorrected, fact: Fact, look: Look) -> list[Entity]:
    """The new statement stands for the old one, and takes its time where it names none."""
    wrong = look.get(Knowledge, event.replaces)
    if wrong is None or wrong.status is KnowledgeStatus.CORRECTED:
        return []
    known = look.get(Knowledge, event.knowledge)
    right = replace(
        wrong,
        id=event.knowledge,
        number=known.number if known else look.add(KNOWLEDGE_NUMBERS),
        value=event.value,
        valid_from=event.valid_from or wrong.valid_from,
        stated_to=event.valid_to or wrong.stated_to,
        recorded_at=fact.at,
        order=fact.seq,
        fact=fact.id,
        text=event.text,
        quote=event.quote,
        sources=event.sources,
        operator=event.operator,
        channel=event.channel,
        status=KnowledgeStatus.STANDING,
        ended_at=None,
        struck_by="",
        superseded_by="",
        replaces=wrong.id,
    )
    gone = replace(
        wrong, status=KnowledgeStatus.CORRECTED, ended_at=fact.at, superseded_by=right.id
    )
    return _settled(right, look, gone)


def _ended(known: Knowledge, fact: Fact, look: Look, struck_by: str = "") -> list[Entity]:
    if known.ended_at is not None:
        return []
    return _settled(replace(known, ended_at=fact.at, struck_by=struck_by), look)


def _listed(item: str, fact: Fact, look: Look) -> list[Entity]:
    """The operator's later word counts: a new list price ends what was said of the item before.

    What was agreed with a contact stays, and so does what was said for a time yet to come.
    """
    found = look.find(Knowledge, about(item, f"price:{item}"))
    over = [one for one in found if one.holds(fact.at)]
    return [entity for one in over for entity in _ended(one, fact, look, fact.id)]


def _erased(event: PersonErased, look: Look) -> list[Entity]:
    found = [one for who in event.contacts for one in look.find(Knowledge, f"subject:{who}")]
    return [
        replace(one, text="", quote="", status=KnowledgeStatus.ERASED)
        for one in dict.fromkeys(found)
    ]


def _settled(new: Knowledge, look: Look, *others: Knowledge) -> list[Entity]:
    """The new statement, and those beside it that end elsewhere now."""
    before = look.find(Knowledge, about(new.subject, new.topic))
    beside = {one.id: one for one in (*before, *others, new)}
    found = settled(beside.values())
    return [*_altered(before, found)]


def _altered(before: Sequence[Knowledge], now: Sequence[Knowledge]) -> list[Entity]:
    was = {one.id: one for one in before}
    return [one for one in now if was.get(one.id) != one]


def about(subject: str, topic: str) -> str:
    """The lookup key of all statements of a subject under a topic."""
    return f"about:{subject}:{topic}"


def knowledge_keys(one: Knowledge) -> list[str]:
    """By number, subject, topic, both, and by the facts it rests on.

    `listed` is the price of an item whoever asks.
    """
    keys = [f"number:{one.number}", f"subject:{one.subject}", f"topic:{one.topic}"]
    listed = [LISTED] if one.topic == f"price:{one.subject}" and one.counts else []
    rests_on = dict.fromkeys((one.fact, *one.sources))
    sources = [f"source:{fact}" for fact in rests_on]
    return [*keys, about(one.subject, one.topic), *listed, *sources]
