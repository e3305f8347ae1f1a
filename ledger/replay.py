"""The fold check: all facts folded from scratch, compared with the live read tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from ledger.domain.entities import Entity
from ledger.domain.folding import case_of, lookups
from ledger.domain.present import Present
from ledger.plain_text import without_nul
from ledger.reads import Loaded, Reads, tag
from ledger.store import Ledger
from ledger.tables import VIEW_COUNTER, VIEW_ENTITY, VIEW_LOOKUP

_any_entity: Final[Callable[[bytes], Entity]] = msgspec.json.Decoder(Entity).decode


class FoldCheck(Struct, frozen=True, kw_only=True):
    """What a fold from scratch gave. `difference` says in words where it differs first, or ""."""

    facts: int
    entities: int
    difference: str = ""

    @property
    def identical(self) -> bool:
        """Whether the read tables are exactly what the facts fold to."""
        return not self.difference


async def refold(ledger: Ledger) -> FoldCheck:
    """Fold every fact anew, in memory, and compare. Changes nothing."""
    return await ledger.read(lambda connection: _compare(connection, ledger))


def _compare(connection: Connection, ledger: Ledger) -> FoldCheck:
    """Fold and compare in one snapshot, so that no fact comes in between."""
    present = Present()
    present.fold(ledger.stream_to_fold(connection))
    difference = next(_differences(Reads(connection, ledger.company), present), "")
    entities = sum(1 for _ in present.kept())
    return FoldCheck(facts=present.seq, entities=entities, difference=difference)


def _differences(reads: Reads, present: Present) -> Iterator[str]:
    stored = _stored(reads)
    for kept in sorted(present.kept(), key=lambda kept: (kept.ordinal, kept.entity.id)):
        found = stored.pop((tag(type(kept.entity)), kept.entity.id), None)
        yield from _of_entity(kept.entity, kept.ordinal, found)
    for kind, entity_id in sorted(stored):
        yield f"{kind} {entity_id!r} is in the read tables, but no fact makes it"
    yield from _of_lookups(reads, present)
    yield from _of_counters(reads, present)


def _stored(reads: Reads) -> dict[tuple[str, str], Loaded | str]:
    """Every stored entity; one that cannot be read is there as the reason why."""
    row = VIEW_ENTITY.c
    query = select(row.kind, row.entity_id, row.ordinal, row.data, row.case_id)
    rows = reads.connection.execute(query.where(row.company == reads.company))
    return {(kind, entity_id): _read(kind, *rest) for kind, entity_id, *rest in rows}


def _read(kind: str, ordinal: int, data: bytes, case: str) -> Loaded | str:
    """A stored entity, or why nobody who looks for it would find it so."""
    try:
        entity = _any_entity(data)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        return str(error)
    if tag(type(entity)) != kind:
        return f"it is a {tag(type(entity))}"
    if case_of(entity) != case:
        return f"it lies in case {case!r}, and belongs to {case_of(entity)!r}"
    return Loaded(entity, ordinal)


def _of_entity(entity: Entity, ordinal: int, found: Loaded | str | None) -> Iterator[str]:
    name = f"{tag(type(entity))} {entity.id!r}"
    if found is None:
        yield f"{name} is missing from the read tables"
    elif isinstance(found, str):
        yield f"{name} cannot be read back: {found}"
    else:
        for field in entity.__struct_fields__:
            yield from _of_field(name, field, getattr(entity, field), getattr(found.entity, field))
        yield from _of_field(name, "place in the order", ordinal, found.ordinal)


def _of_field(name: str, field: str, folded: Any, stored: Any) -> Iterator[str]:
    if folded != stored:
        yield f"{name}: {field} is {stored!r} in the read tables, but folds to {folded!r}"


def _of_lookups(reads: Reads, present: Present) -> Iterator[str]:
    row = VIEW_LOOKUP.c
    query = select(row.kind, row.lookup_key, row.entity_id).where(row.company == reads.company)
    rows = reads.connection.execute(query)
    stored = {(str(kind), without_nul(str(key)), str(one)) for kind, key, one in rows}
    folded = {
        (tag(type(kept.entity)), without_nul(key), kept.entity.id)
        for kept in present.kept()
        for key in lookups(kept.entity)
    }
    for kind, key, entity_id in sorted(folded - stored):
        yield f"{kind} {entity_id!r} is not found under {key!r}"
    for kind, key, entity_id in sorted(stored - folded):
        yield f"{kind} {entity_id!r} is still found under {key!r}"


def _of_counters(reads: Reads, present: Present) -> Iterator[str]:
    row = VIEW_COUNTER.c
    query = select(row.name, row.value).where(row.company == reads.company)
    stored = {str(name): int(value) for name, value in reads.connection.execute(query)}
    for name in sorted(stored.keys() | present.counters.keys()):
        folded = present.counters.get(name, 0)
        if stored.get(name, 0) != folded:
            yield f"counter {name!r} is {stored.get(name, 0)}, but folds to {folded}"
