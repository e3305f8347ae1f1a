"""From the facts of a case to its trail. Pure: the same facts give the same trail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from ledger.audit import entries as line
from ledger.audit.entries import Cost, Entry, Trail
from ledger.audit.lines import LINES, Sources
from ledger.domain import events
from ledger.domain.errors import UnknownFact
from ledger.domain.events import Event
from ledger.domain.facts import Fact
from ledger.domain.reading import History


async def read_trail(history: History, case: str) -> Trail:
    """The trail of a case, with the desk facts it refers to looked up."""
    facts = await history.case(case)
    sources: dict[str, Fact] = {}
    for needed in sorted({each for fact in facts for each in _referred(fact.event)}):
        try:
            sources[needed] = await history.fact(needed)
        except UnknownFact:  # its line then says less; a trail is never refused
            continue
    return trail(facts, sources)


def trail(facts: Sequence[Fact], sources: Sources) -> Trail:
    """The causal chain of one case's `facts`, given in order."""
    told = _Told(facts)
    entries = tuple(
        told.refined(LINES[type(fact.event)](fact.event, _envelope(fact), sources), fact.event)
        for fact in facts
        if type(fact.event) in LINES
    )
    return Trail(
        case=facts[0].case if facts else "",
        title=told.title,
        entries=entries,
        cost=_cost(entries),
        facts=len(facts),
    )


class _Told:
    """What one fact of a case says about another."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        each = [fact.event for fact in facts]
        self.title = next((e.title for e in each if isinstance(e, events.CaseOpened)), "")
        self._routed = {e.fact for e in each if isinstance(e, events.Routed)}
        self._options = {
            (e.question, option.id): option.label
            for e in each
            if isinstance(e, events.QuestionAsked)
            for option in e.options
        }
        self._steps = {
            fact.event.action: fact.version
            for fact in facts
            if isinstance(fact.event, events.ActionProposed)
        }
        self._undone_by = {
            e.undoes: e.action for e in each if isinstance(e, events.ActionProposed) and e.undoes
        }
        happened = events.ActionSucceeded | events.DoneByOperator
        self._done = {e.action for e in each if isinstance(e, happened)}
        self._saw = {
            e.call: e.context for e in each if isinstance(e, events.ModelCallReserved) and e.context
        }
        pointers = events.CaseOpened | events.Routed
        self._places = {f.event.fact: f.version for f in facts if isinstance(f.event, pointers)}
        self._places |= {fact.id: fact.version for fact in facts}
        self._numbers = {e.invoice: e.number for e in each if isinstance(e, events.InvoiceIssued)}

    def refined(self, entry: Entry, event: Event) -> Entry:
        """An opening whose message is routed as well says only that; payments name the number,
        and a chosen answer is given in the words the person saw.
        """
        match entry:
            case line.Proposed():
                return self._linked(entry)
            case line.Spent():
                return self._showing(entry, getattr(event, "call", ""))
            case line.Planned() if isinstance(event, events.PlanMade) and event.rests_on:
                return replace(entry, rests_on=self._sources(event.rests_on))
            case line.Paid():
                return replace(entry, number=self._numbers.get(entry.invoice, ""))
            case line.Questioned() if isinstance(event, events.QuestionAnswered) and event.choice:
                label = self._options.get((event.question, event.choice), event.choice)
                return replace(entry, ended=", ".join(filter(None, (label, event.text))))
            case line.CameIn() if isinstance(event, events.CaseOpened):
                if event.fact not in self._routed:
                    return entry
                base = {name: getattr(entry, name) for name in Entry.__struct_fields__}
                return line.Noted(**base, kind="opened", text=event.kind)
            case _:
                return entry

    def _showing(self, entry: line.Spent, call: str) -> line.Spent:
        """What a call that left was shown."""
        saw = self._saw.get(call) if entry.made else None
        if saw is None:
            return entry
        sources = {each.name: self._sources(each.facts) for each in saw.sections}
        return replace(entry, saw=saw, sources=sources)

    def _sources(self, facts: Sequence[str]) -> line.Grounds:
        """A fact of the desk is found at the step that brought it here."""
        steps = sorted({self._places[fact] for fact in facts if fact in self._places})
        elsewhere = sum(fact not in self._places for fact in set(facts))
        return line.Grounds(steps=tuple(steps), elsewhere=elsewhere)

    def _linked(self, entry: line.Proposed) -> line.Proposed:
        """What an action takes back, and what takes it back."""
        by = self._undone_by.get(entry.action, "")
        return replace(
            entry,
            undoing=self._steps.get(entry.undoes, 0),
            undone_by=by,
            undone_in=self._steps.get(by, 0),
            undone=by in self._done,
        )


def _referred(event: Event) -> Iterator[str]:
    for name in ("fact", "tap"):
        value = getattr(event, name, "")
        if value:
            yield value


def _envelope(fact: Fact) -> dict[str, Any]:
    causes = (fact.cause, *_referred(fact.event))
    return {
        "fact": fact.id,
        "step": fact.version,
        "at": fact.at,
        "causes": tuple(dict.fromkeys(each for each in causes if each)),
        "action": getattr(fact.event, "action", ""),
        "approval": getattr(fact.event, "approval", ""),
        "erased": fact.erased,
    }


def _cost(entries: Sequence[Entry]) -> Cost:
    spent = [entry for entry in entries if isinstance(entry, line.Spent)]
    calls = [entry for entry in spent if entry.made]
    asked = [entry for entry in entries if isinstance(entry, line.Questioned)]
    return Cost(
        microusd=sum(entry.microusd for entry in spent),
        calls=len(calls),
        failed_calls=sum(bool(entry.failed) for entry in calls),
        tokens=sum(entry.tokens for entry in spent),
        effects=sum(isinstance(entry, line.Proved) for entry in entries),
        cards=sum(isinstance(entry, line.Asked) for entry in entries),
        questions=sum(not entry.ended for entry in asked),
    )
