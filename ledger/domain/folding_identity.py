"""The fold of who is who: merges, splits, and what a person said are two."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.domain.entities import Contact, Entity, Stop
from ledger.domain.events import ContactsKeptApart, ContactsMerged, ContactSplit
from ledger.domain.facts import Fact
from ledger.domain.identity import identity_in, merged, parted
from ledger.domain.look import Look


class _Altered:
    """A state with some entries already replaced, for what is derived from them."""

    def __init__(self, look: Look, entries: list[Contact]) -> None:
        self._look = look
        self._entries = {entry.id: entry for entry in entries}

    def covered(self, stop: Stop) -> tuple[str, ...]:
        """Everybody whom those a stop was ordered for are merged with now."""
        ids = [each for named in stop.ordered_for for each in self._ids(named)]
        return tuple(dict.fromkeys(ids))

    def _ids(self, contact: str) -> tuple[str, ...]:
        own = self._get(contact)
        head = self._get(own.canonical) if own and own.canonical else own
        return (head.id, *head.members) if head else (contact,)

    def _get(self, contact: str) -> Contact | None:
        return self._entries.get(contact) or self._look.get(Contact, contact)


def fold_identity(fact: Fact, look: Look) -> list[Entity]:
    """Entries point to each other or no longer do; stops of a contact follow."""
    match fact.event:
        case ContactsMerged() as event:
            entries = _merged(event, look)
        case ContactSplit() as event:
            entries = _split(event, look)
        case ContactsKeptApart(contact=one, other=another):
            return [*_told_apart(one, another, look)]
        case _:
            return []
    return [*entries, *_stops(entries, look)]


def _merged(event: ContactsMerged, look: Look) -> list[Contact]:
    kept, other = identity_in(look, event.contact), identity_in(look, event.merged)
    if kept is None or other is None:
        return []
    return merged(kept, event.contact, other)


def _split(event: ContactSplit, look: Look) -> list[Contact]:
    """Whom a person parts they hold for two: the question does not come up again."""
    whole = identity_in(look, event.parted)
    if whole is None or whole.id == event.parted:
        return []
    own = next(record for record in whole.records if record.id == event.parted)
    entries = {entry.id: entry for entry in parted(whole, event.parted)}
    for one, other in ((event.parted, own.merged_into), (own.merged_into, event.parted)):
        known = entries.get(one) or look.get(Contact, one)
        if known is not None and entries:
            entries[one] = replace(known, apart=_with(known.apart, other))
    return list(entries.values())


def _told_apart(one: str, another: str, look: Look) -> list[Contact]:
    if one == another:
        return []
    pairs = ((look.get(Contact, one), another), (look.get(Contact, another), one))
    return [replace(c, apart=_with(c.apart, other)) for c, other in pairs if c is not None]


def _stops(entries: list[Contact], look: Look) -> list[Entity]:
    """The stops in force whose reach the merge or split changed."""
    if not entries:
        return []
    state = _Altered(look, entries)
    active = [stop for stop in look.find(Stop, "active") if stop.scope == "contact"]
    reaching = [(stop, state.covered(stop)) for stop in active]
    return [replace(stop, covers=now) for stop, now in reaching if now != stop.covers]


def _with(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return values if value in values else (*values, value)
