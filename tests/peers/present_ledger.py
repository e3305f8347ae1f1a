"""A ledger in memory, folded as the real one is: facts, and what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from ledger.domain.errors import UnknownFact
from ledger.domain.events import Event
from ledger.domain.facts import Fact
from ledger.domain.present import Present


class PresentLedger:
    """Implements `History`, `Views` and `Glimpses`; `forgotten` are those who were erased."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.forgotten: set[str] = set()
        self.present = Present()
        self._versions: Counter[str] = Counter()

    def say(self, event: Event, *, at: datetime, case: str = "lead-1", person: str = "p1") -> Fact:
        """Append one fact."""
        seq = len(self.facts) + 1
        self._versions[case] += 1
        fact = Fact(
            id=f"{seq:012x}" + "0" * 20,
            seq=seq,
            company="acme",
            case=case,
            version=self._versions[case],
            at=at,
            event=event,
            key=str(seq),
            by="test",
            person=person,
        )
        self.facts.append(fact)
        self.present.fold([fact])
        return fact

    def erased(self) -> frozenset[str]:
        """Everybody who was erased."""
        return frozenset(self.forgotten)

    async def all_facts(self) -> AsyncIterator[Fact]:
        """Every fact, in order."""
        for fact in list(self.facts):
            yield fact

    # --- History ---------------------------------------------------------------------------------

    async def case(self, case: str, *, after: int = 0) -> Sequence[Fact]:
        return [fact for fact in self.facts if fact.case == case and fact.version > after]

    async def fact(self, fact_id: str) -> Fact:
        found = next((fact for fact in self.facts if fact.id == fact_id), None)
        if found is None:
            raise UnknownFact(fact_id)
        return found

    # --- Views -----------------------------------------------------------------------------------

    async def get(self, kind: Any, entity_id: str) -> Any:
        return self.present.get(kind, entity_id)

    async def find(self, kind: Any, key: str) -> Any:
        return self.present.find(kind, key)

    async def all(self, kind: Any, *, case: str | None = None) -> Any:
        return self.present.all(kind, case=case)

    # --- Glimpses --------------------------------------------------------------------------------

    async def at_once(self, work: Callable[[Any], Any]) -> Any:
        return work(self)

    def some(self, kind: Any, ids: Iterable[str]) -> dict[str, Any]:
        found = {name: self.present.get(kind, name) for name in ids}
        return {name: one for name, one in found.items() if one is not None}

    def under(self, kind: Any, keys: Iterable[str]) -> dict[str, Any]:
        found = {key: self.present.find(kind, key) for key in keys}
        return {key: some for key, some in found.items() if some}

    def recorded(self, facts: Iterable[str]) -> frozenset[str]:
        return frozenset(facts) & {fact.id for fact in self.facts}
