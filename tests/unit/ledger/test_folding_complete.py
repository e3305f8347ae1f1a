"""Every event is folded or deliberately not, and no fact ever makes the fold fail."""

from __future__ import annotations

import copy
import enum
import types
import typing
from datetime import UTC, date, datetime

import msgspec
import pytest

from ledger.domain.entities import Entity
from ledger.domain.events import (
    EVENT_TYPES,
    Event,
    ExpenseRecorded,
    KnowledgeStated,
    LeadTold,
    Unrouted,
)
from ledger.domain.facts import Fact
from ledger.domain.folding import FOLDED, NOT_FOLDED, case_of, changes, lookups
from ledger.domain.present import Passed, Present
from ledger.domain.values import DESK

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def sample(kind: object) -> object:
    """Any valid value of a type, with every field filled."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return sample(args[0])
    if origin in {typing.Union, types.UnionType}:
        return sample(args[0])
    if origin is tuple:
        return (sample(args[0]),) if args[-1] is Ellipsis else tuple(sample(a) for a in args)
    if origin is dict:
        return {sample(args[0]): sample(args[1])}
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return next(iter(kind))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind(**{f.name: sample(f.type) for f in msgspec.structs.fields(kind)})
    plain = {str: "x", int: 3, float: 0.5, bool: True, date: NOW.date(), datetime: NOW}
    return plain[typing.cast("type", kind)]


def fact_of(event: object, *, seq: int = 1, case: str = "lead-1") -> Fact:
    assert isinstance(event, Event)
    return Fact(
        id=f"{seq:032x}",
        seq=seq,
        company="acme",
        case=case,
        version=seq,
        at=NOW,
        event=event,
        key=f"k{seq}",
        by="test",
        person="p-1",
    )


def test_every_event_is_either_folded_or_history_only() -> None:
    kinds = set(EVENT_TYPES.values())
    assert kinds == FOLDED | NOT_FOLDED
    assert not FOLDED & NOT_FOLDED


@pytest.mark.parametrize("kind", EVENT_TYPES.values(), ids=list(EVENT_TYPES))
@pytest.mark.parametrize("case", [DESK, "lead-1"])
def test_no_fact_makes_the_fold_fail_whatever_came_before(kind: type[Event], case: str) -> None:
    alone, after_all = Present(), Present()
    alone.fold([fact_of(sample(kind), case=case)])
    everything = [fact_of(sample(k), seq=n) for n, k in enumerate(EVENT_TYPES.values(), start=1)]
    after_all.fold(everything)
    after_all.fold([fact_of(sample(kind), seq=len(everything) + 1, case=case)])
    assert after_all.seq == len(everything) + 1


@pytest.mark.parametrize("kind", sorted(NOT_FOLDED, key=str))
def test_history_only_facts_alter_nothing_but_their_case(kind: type[Event]) -> None:
    state = Present()
    everything = [fact_of(sample(k), seq=n) for n, k in enumerate(EVENT_TYPES.values(), start=1)]
    state.fold(everything)
    altered = changes(fact_of(sample(kind), seq=len(everything) + 1), state)
    assert [type(entity).__name__ for entity in altered] == ["Case"]


@pytest.mark.parametrize("kind", EVENT_TYPES.values(), ids=list(EVENT_TYPES))
def test_folding_in_a_stream_gives_what_each_fact_alters_by_itself(kind: type[Event]) -> None:
    state = Present()
    state.fold(fact_of(sample(k), seq=n) for n, k in enumerate(EVENT_TYPES.values(), start=1))
    fact = fact_of(sample(kind), seq=len(EVENT_TYPES) + 1)
    altered = changes(fact, copy.deepcopy(state))  # it gives out numbers, which are counted
    state.fold([fact])
    assert [state.get(type(entity), entity.id) for entity in altered] == altered


def test_a_fact_that_was_passed_ages_its_case_and_nothing_else() -> None:
    folded, passing = Present(), Present()
    for state in (folded, passing):
        state.fold(fact_of(sample(k), seq=n) for n, k in enumerate(EVENT_TYPES.values(), start=1))
    for seq, kind in enumerate(sorted(NOT_FOLDED, key=str), start=100):
        fact = fact_of(sample(kind), seq=seq)
        folded.fold([fact])
        passing.fold([Passed(fact.seq, fact.case, fact.version, fact.at)])
        assert list(folded.kept()) == list(passing.kept())
    assert folded.seq == passing.seq


def test_a_fact_alters_each_entity_at_most_once() -> None:
    state = Present()
    for seq, kind in enumerate([*EVENT_TYPES.values()] * 2, start=1):
        fact = fact_of(sample(kind), seq=seq)
        altered = [(type(entity), entity.id) for entity in changes(fact, state)]
        assert len(altered) == len(set(altered)), kind
        state.fold([fact])


def test_every_kind_of_entity_comes_out_of_some_fact() -> None:
    state = Present()
    stray = Unrouted(fact="f-1", kind="payment", why="no number", remedy="say which")
    said = msgspec.structs.replace(typing.cast("KnowledgeStated", sample(KnowledgeStated)), by="")
    lead = msgspec.structs.replace(typing.cast("LeadTold", sample(LeadTold)), by="")
    spent = msgspec.structs.replace(
        typing.cast("ExpenseRecorded", sample(ExpenseRecorded)), by="", expense="exp-2"
    )
    orders = (EVENT_TYPES[name] for name in ("WatchBegun", "NumbersContinued"))
    unsaid = [msgspec.structs.replace(sample(each), by="") for each in orders]  # type: ignore[type-var]
    everything = [
        *(sample(kind) for kind in EVENT_TYPES.values()),
        stray,
        said,
        lead,
        spent,
        *unsaid,
    ]
    state.fold(fact_of(event, seq=n) for n, event in enumerate(everything, start=1))
    made = {type(kept.entity) for kept in state.kept()}
    assert made == set(typing.get_args(Entity))
    for kept in state.kept():
        assert all(key for key in lookups(kept.entity))
        assert isinstance(case_of(kept.entity), str)


def test_the_same_facts_always_fold_to_the_same_state() -> None:
    facts = [fact_of(sample(k), seq=n) for n, k in enumerate(EVENT_TYPES.values(), start=1)]
    one, other = Present(), Present()
    one.fold(facts)
    for fact in facts:
        other.fold([fact])
    assert sorted(map(repr, one.kept())) == sorted(map(repr, other.kept()))
    assert one.counters == other.counters
