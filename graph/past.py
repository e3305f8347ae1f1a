"""A case's past as the planner lived it: which facts it was given, and what it said then."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from graph.drafts import PLANNER
from graph.ports import ModelAnswer
from graph.records import COMPANY, Records, model_answers, prompts_of
from graph.state import Json, fact_json
from ledger.domain.errors import UnknownFact
from ledger.domain.events import CaseOpened, DeliveryRecorded, Routed
from ledger.domain.facts import Fact
from ledger.domain.reading import History


class PastDelivery(Struct, frozen=True, kw_only=True):
    """One delivery: the fact and its source, what was read, and the facts that came of it.

    `produced` is (id, fact); the fact is None where an equal one already held its key.
    """

    fact: Fact
    source: Fact | None
    record: DeliveryRecorded
    produced: tuple[tuple[str, Fact | None], ...]
    erased: bool


class Past(Struct, frozen=True, kw_only=True):
    """All recorded deliveries of a case in order, with what is needed to run them again."""

    case: str
    deliveries: tuple[PastDelivery, ...]
    companies: dict[str, str]
    calls: dict[str, ModelAnswer]
    prompts: dict[str, str] = {}

    def until(self, fact: str) -> Past:
        """The past up to and including the delivery of a fact, or all of it without one."""
        ends = [n for n, one in enumerate(self.deliveries, 1) if one.fact.id == fact]
        return Past(
            case=self.case,
            deliveries=self.deliveries[: ends[0]] if ends else self.deliveries,
            companies=self.companies,
            calls=self.calls,
            prompts=self.prompts,
        )

    def records(self, delivery: PastDelivery) -> Records:
        """A world that holds this delivery's answers and nothing else."""
        return Records(delivery.record.reads, self.companies, self.calls, self.prompts)


def record_of(facts: Sequence[Fact], fact: str) -> DeliveryRecorded | None:
    """The planner's record of having handled a fact, where one is among `facts`."""
    return next((record for _, record in _records(facts) if record.fact == fact), None)


def has_records(facts: Sequence[Fact]) -> bool:
    """Whether the planner has handled anything in these facts."""
    return bool(_records(facts))


async def past_of(history: History, case: str) -> Past:
    """Read a case's past from the ledger."""
    facts = await history.case(case)
    known = {fact.id: fact for fact in facts}
    deliveries = [await _delivery(history, known, *pair) for pair in _records(facts)]
    return Past(
        case=case,
        deliveries=tuple(deliveries),
        companies=_companies(deliveries),
        calls=model_answers(facts),
        prompts=prompts_of(facts),
    )


def payload(fact: Fact, source: Fact | None, company: str) -> Json:
    """What the waiting node is handed, as JSON."""
    return {
        "fact": fact_json(fact),
        "source": fact_json(source) if source else None,
        "company": company,
    }


def _records(facts: Sequence[Fact]) -> list[tuple[Fact, DeliveryRecorded]]:
    return [
        (fact, fact.event)
        for fact in facts
        if isinstance(fact.event, DeliveryRecorded) and fact.event.subscriber == PLANNER
    ]


async def _delivery(
    history: History, known: dict[str, Fact], at: Fact, record: DeliveryRecorded
) -> PastDelivery:
    fact = await _found(history, known, record.fact)
    behind = _source_id(fact)
    source = await _found(history, known, behind) if behind else None
    produced = [(name, await _produced(history, known, name)) for name in record.produced]
    parts = (at, fact, source, *(said for _, said in produced))
    return PastDelivery(
        fact=fact,
        source=source,
        record=record,
        produced=tuple(produced),
        erased=any(part.erased for part in parts if part),
    )


async def _found(history: History, known: dict[str, Fact], name: str) -> Fact:
    return known[name] if name in known else await history.fact(name)


async def _produced(history: History, known: dict[str, Fact], name: str) -> Fact | None:
    try:
        return await _found(history, known, name)
    except UnknownFact:
        return None


def _source_id(fact: Fact) -> str:
    match fact.event:
        case Routed() | CaseOpened() as pointer:
            return pointer.fact
        case _:
            return ""


def _companies(deliveries: Sequence[PastDelivery]) -> dict[str, str]:
    reads = (read for one in deliveries for read in one.record.reads)
    return {read.key: read.answer for read in reads if read.port == COMPANY and read.answer}
