"""The same events in the library `eventsourcing`, kept and replayed as its manual says.

One aggregate a case, in its SQLite recorder; our typed events and values through transcodings of
their own. Nothing is encrypted and nothing chained there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import JSONTranscoder, Transcoding
from msgspec import Struct

from ledger.domain import events, values, verdicts
from ledger.domain.commands import IssueInvoice, SendProposal
from ledger.domain.facts import Draft

_SPACE: Final = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
_VALUES: Final[tuple[type[Struct], ...]] = (
    *events.EVENT_TYPES.values(),
    *(events.Alternative, events.PlanStep, events.Read, events.Recollection),
    *(values.Attachment, values.Line, values.Money, values.Provenance),
    *(verdicts.Allow, verdicts.Ask, verdicts.FiredRule, verdicts.Receipt),
    *(IssueInvoice, SendProposal),
)


class Deal(Aggregate):
    """One case: it counts its events and keeps the last of each kind."""

    class Opened(Aggregate.Created):
        """The first event of a case."""

    class Happened(Aggregate.Event):
        """One of our events."""

        said: events.Event

        def apply(self, aggregate: Aggregate) -> None:
            assert isinstance(aggregate, Deal)
            aggregate.count += 1
            aggregate.latest[type(self.said)] = self.said

    def __init__(self) -> None:
        self.count = 0
        self.latest: dict[type[events.Event], events.Event] = {}


class StructAsDict(Transcoding):
    """How one class of ours goes in and comes out."""

    def __init__(self, kind: type[Struct]) -> None:
        self.type = self._kind = kind
        self.name = kind.__name__

    def encode(self, obj: Struct) -> dict[str, Any]:
        return {name: getattr(obj, name) for name in obj.__struct_fields__}

    def decode(self, data: dict[str, Any]) -> Struct:
        made: Struct = self._kind(**data)
        return made


class DateAsText(Transcoding):
    """A date as YYYY-MM-DD."""

    type = date
    name = "date"

    def encode(self, obj: date) -> str:
        return obj.isoformat()

    def decode(self, data: str) -> date:
        return date.fromisoformat(data)


class _Business(Application[UUID]):
    def register_transcodings(self, transcoder: JSONTranscoder) -> None:
        super().register_transcodings(transcoder)
        transcoder.register(DateAsText())
        for kind in _VALUES:
            transcoder.register(StructAsDict(kind))


class Peer:
    """An application of the library over a SQLite file."""

    def __init__(self, path: Path) -> None:
        module = "eventsourcing.sqlite"
        env = {"PERSISTENCE_MODULE": module, "SQLITE_DBNAME": str(path)}
        self._application = _Business(env=env)
        self._deals: list[UUID] = []

    def save(self, drafts: Sequence[Draft]) -> None:
        """Keep these drafts, one aggregate a case."""
        by_case = sorted(drafts, key=lambda draft: draft.case)
        for case, said in groupby(by_case, key=lambda draft: draft.case):
            deal = _deal(uuid5(_SPACE, case), said)
            self._application.save(deal)
            self._deals.append(deal.id)

    def replay(self) -> int:
        """Read and fold every aggregate anew; returns how many events that were."""
        found: Iterator[Any] = map(self._application.repository.get, self._deals)
        return sum(deal.count for deal in found)

    def close(self) -> None:
        self._application.close()


def _deal(deal_id: UUID, said: Iterator[Draft]) -> Deal:
    deal: Deal = Deal._create(Deal.Opened, id=deal_id)  # noqa: SLF001 - gives it an id of our own
    for draft in said:
        deal.trigger_event(Deal.Happened, said=draft.event)
    return deal
