"""What holds and what is open, as items of a call's context: facts, constraints, tasks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, assert_never

from msgspec import Struct

from ledger.domain.amounts import plain_amount
from ledger.domain.company import Company, Guardrails
from ledger.domain.entities import Action, Alarm, Approval, Commitment, Question, Stop
from ledger.domain.events import LeftOut
from ledger.domain.knowledge import (
    COMPANY,
    DateValue,
    DaysValue,
    EarlyValue,
    Knowledge,
    KnowledgeKind,
    MoneyValue,
    PercentValue,
    TextValue,
    YesNoValue,
)
from ledger.domain.values import Money, Trust
from memory.sight import STAYS_HERE, Sight, Veil
from memory.working import Item, Section

HIGHEST: Final = 100
"""Priority of what no step may pass: stops and guardrails."""
_OF_CONTACT: Final = 80
_OF_ITEM: Final = 60
_OF_COMPANY: Final = 50
_RULES: Final = 10

_TASK_LENGTH: Final = 400
"""Signs of a question or a promise that are shown; half of it would say something else."""


class Open(Struct, frozen=True, kw_only=True):
    """What is open in a case, and what is promised to or by its contact."""

    approvals: tuple[Approval, ...] = ()
    questions: tuple[Question, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    actions: tuple[Action, ...] = ()
    alarms: tuple[Alarm, ...] = ()


class Rule(Struct, frozen=True):
    """A policy that may ask or deny at the next step."""

    name: str
    effect: str


def tasks_of(open_: Open, veil: Veil) -> tuple[Item, ...]:
    """What is still to be done or answered, cards and questions first."""
    return tuple(
        item
        for items in (
            map(_approval, open_.approvals),
            map(_question, open_.questions),
            map(_commitment, open_.commitments),
            map(_action, open_.actions),
            map(_alarm, open_.alarms),
        )
        for item in _veiled(items, veil)
    )


def known_facts(
    statements: Sequence[Knowledge], sight: Sight, veil: Veil
) -> tuple[tuple[Item, ...], tuple[LeftOut, ...]]:
    """The statements in force as a call sees them, and those it may not see."""
    shown = tuple(_statement(each) for each in statements if each.kind in sight.knows)
    withheld = tuple(
        LeftOut(Section.FACTS.value, each.id, STAYS_HERE, facts=(each.fact,))
        for each in statements
        if each.kind not in sight.knows
    )
    return tuple(_veiled(shown, veil)), withheld


def limits_of(
    company: Company, stops: Iterable[Stop], rules: Sequence[Rule], policy: str
) -> tuple[Item, ...]:
    """What no step may pass: stops in force, guardrails, and the rules that look at every step."""
    halted = (
        _limit(f"stop:{stop.id}", f"Nothing may leave: a stop of {stop.scope} is in force.")
        for stop in stops
    )
    limits = [*halted, _limit("guardrails", _guardrails(company.guardrails, company.ask_above))]
    if rules:
        told = "; ".join(f"{each.name.replace('-', ' ')}: {each.effect}" for each in rules)
        text = f"Rules that look at every step ({policy}): {told}."
        limits.append(Item(id="rules", text=text, priority=_RULES, trust=Trust.OPERATOR))
    return tuple(limits)


def value_words(one: Knowledge) -> str:
    """What a statement says, without separators, so that figures are found and read alike."""
    match one.value:
        case MoneyValue(amount=amount):
            return f"{plain_amount(amount)} {amount.currency}"
        case PercentValue(basis_points=basis_points):
            return f"{basis_points // 100}.{basis_points % 100:02d} %"
        case DaysValue(days=days):
            return f"{days} days"
        case EarlyValue(basis_points=basis_points, days=days):
            share = f"{basis_points // 100}.{basis_points % 100:02d}"
            return f"{share} % within {days} days"
        case DateValue(on=on):
            return on.date().isoformat()
        case YesNoValue(yes=yes):
            return "yes" if yes else "no"
        case TextValue():
            return one.text
        case _:
            assert_never(one.value)


def _limit(name: str, text: str) -> Item:
    return Item(id=name, text=text, priority=HIGHEST, trust=Trust.OPERATOR)


def _guardrails(rails: Guardrails, ask_above: Money | None) -> str:
    most = f"{rails.max_discount_bp // 100}.{rails.max_discount_bp % 100:02d} %"
    parts = [
        f"At most {most} discount",
        f"{rails.rounds} counter-offers before the owner is asked",
        f"delivery {rails.deadline_days} days after acceptance at the earliest",
    ]
    if ask_above is not None:
        parts.append(f"the owner is asked above {plain_amount(ask_above)} {ask_above.currency}")
    return f"{'; '.join(parts)}."


def _statement(one: Knowledge) -> Item:
    until = f", until {one.valid_to.date().isoformat()}" if one.valid_to else ""
    since = one.valid_from.date().isoformat()
    about = "" if one.subject == COMPANY else f" of {_subject(one)}"
    topic = one.topic.partition(":")[2] if one.kind is KnowledgeKind.PREFERENCE else one.topic
    text = value_words(one)
    if one.kind not in {KnowledgeKind.POLICY, KnowledgeKind.NOTE}:
        text = f"{topic}: {text}"
    return Item(
        id=one.id,
        text=f"{one.kind.value}{about}: {text} (since {since}{until})",
        facts=(one.fact, *one.sources),
        priority=_weight(one),
        at=one.recorded_at,
        trust=Trust.OPERATOR,
    )


def _subject(one: Knowledge) -> str:
    return "the customer" if one.subject.startswith("con-") else one.subject


def _weight(one: Knowledge) -> int:
    if one.subject == COMPANY:
        return _OF_COMPANY
    return _OF_CONTACT if one.subject.startswith("con-") else _OF_ITEM


def _approval(one: Approval) -> Item:
    text = f"Waits for the owner's word since {one.requested_at.date().isoformat()}: {one.title}"
    until = f", until {one.expires_at.date().isoformat()}"
    return Item(id=one.id, text=text[:_TASK_LENGTH] + until, priority=4, at=one.requested_at)


def _question(one: Question) -> Item:
    text = f"The owner was asked and has not answered: {one.text or one.why}"
    return Item(id=one.id, text=text[:_TASK_LENGTH], priority=4, at=one.asked_at)


def _commitment(one: Commitment) -> Item:
    """What a customer promised stands in their own words, which are for the reader alone."""
    said = (
        f"We promised: {one.what or one.kind}" if one.ours else f"The customer promised: {one.kind}"
    )
    due = f", due {one.due.isoformat()}" if one.due else ", no day named"
    return Item(
        id=one.id,
        text=said[:_TASK_LENGTH] + due,
        facts=(one.source,),
        priority=3,
        at=one.made_at,
        trust=Trust.VERIFIED if one.ours else Trust.UNTRUSTED,
    )


def _action(one: Action) -> Item:
    text = f"{one.name} is {one.status.value}"
    return Item(id=one.id, text=text, priority=2, at=one.proposed_at)


def _alarm(one: Alarm) -> Item:
    text = f"Looked at again on {one.due.date().isoformat()}: {one.purpose.partition(':')[0]}"
    return Item(id=one.id, text=text, priority=1)


def _veiled(items: Iterable[Item], veil: Veil) -> Iterator[Item]:
    for item in items:
        yield Item(
            id=item.id,
            text=veil.over(item.text),
            facts=item.facts,
            priority=item.priority,
            at=item.at,
            trust=item.trust,
        )
