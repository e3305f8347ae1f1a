"""Who somebody is: the entries of the address book that a person said are one.

A contact is an entry found under one exact key. A merge never moves what is theirs; it only
points from one entry to another, so that taking it back loses nothing and later facts stay with
the key they came under. Whoever wants to know *somebody* reads them here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from ledger.domain.entities import Contact, Forms
from ledger.domain.holding import Known
from ledger.domain.reading import Views

T = TypeVar("T")


class Identity(Struct, frozen=True, gc=False):
    """Everything known of one somebody: the head first, then the others as they were merged."""

    records: tuple[Contact, ...]

    @property
    def id(self) -> str:
        """The canonical id: the head's."""
        return self.records[0].id

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all entries; facts and entities name any of them."""
        return tuple(record.id for record in self.records)

    @property
    def persons(self) -> tuple[str, ...]:
        """The pseudonyms of all keys: those that seal anything of theirs."""
        return _each(person for record in self.records for person in record.persons)

    @property
    def addresses(self) -> tuple[str, ...]:
        """All mail addresses known, the head's first."""
        return _each(record.address for record in self.records if record.address)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything they are called."""
        return _each(
            word
            for record in self.records
            for word in (record.name, record.organisation, record.address, record.key)
            if word
        )

    @property
    def contact(self) -> Contact:
        """All of it as one contact: the head's own words first, cases and mails of them all."""
        return replace(
            self.records[0],
            name=_first(record.name for record in self.records),
            address=_first(record.address for record in self.records),
            organisation=_first(record.organisation for record in self.records),
            language=_first(record.language for record in self.records),
            forms=_shown(self.records),
            persons=self.persons,
            cases=_each(case for record in self.records for case in record.cases),
            mails_sent=sum(record.mails_sent for record in self.records),
            hints=_each(hint for record in self.records for hint in record.hints),
            apart=_each(other for record in self.records for other in record.apart),
        )

    def under(self, entry: str) -> Contact:
        """The same somebody as met under one entry: its id, name and address, all they did.

        A mail is answered at the address it came under; only an entry without a mail address of
        its own is written to at the head's.
        """
        own = next(record for record in self.records if record.id == entry)
        everything = self.contact
        return replace(
            everything,
            id=own.id,
            name=own.name or everything.name,
            address=own.address or everything.address,
            organisation=own.organisation or everything.organisation,
            language=own.language or everything.language,
            forms=own.forms if own.forms != Forms() else everything.forms,
        )


async def identity(views: Views, contact: str) -> Identity | None:
    """Whom a contact's id stands for; None where there is no such entry."""
    own = await views.get(Contact, contact) if contact else None
    if own is None:
        return None
    head = await views.get(Contact, own.canonical) if own.canonical else own
    if head is None:
        return Identity((own,))
    others = [await views.get(Contact, member) for member in head.members]
    return Identity((head, *(one for one in others if one is not None)))


def identity_in(known: Known, contact: str) -> Identity | None:
    """The same, read synchronously: in a fold, or inside a transaction."""
    own = known.get(Contact, contact) if contact else None
    if own is None:
        return None
    head = known.get(Contact, own.canonical) if own.canonical else own
    if head is None:
        return Identity((own,))
    others = [known.get(Contact, member) for member in head.members]
    return Identity((head, *(one for one in others if one is not None)))


async def somebody(views: Views, contact: str) -> Contact | None:
    """The canonical contact behind an id, with everything that is known of them."""
    found = await identity(views, contact)
    return found.contact if found else None


async def met_as(views: Views, contact: str) -> Contact | None:
    """The somebody behind an id, as met under that entry; see `Identity.under`."""
    found = await identity(views, contact)
    return found.under(contact) if found else None


async def ids_of(views: Views, contact: str) -> tuple[str, ...]:
    """All ids a contact goes by, also one that is not in the address book."""
    found = await identity(views, contact)
    return found.ids if found else (contact,)


async def keys_of(contact: str, views: Views) -> tuple[str, ...]:
    """The pseudonyms under which anything of this contact, merged as it is now, is sealed.

    Who erases somebody destroys the keys of all of them.
    """
    found = await identity(views, contact)
    return found.persons if found else ()


async def everybody(views: Views) -> list[Identity]:
    """The whole address book, each somebody once, oldest entry first."""
    entries = {entry.id: entry for entry in await views.all(Contact)}
    return list(_heads(entries))


def _heads(entries: dict[str, Contact]) -> Iterator[Identity]:
    for entry in entries.values():
        if not entry.canonical or entry.canonical not in entries:
            members = [entries[member] for member in entry.members if member in entries]
            yield Identity((entry, *members))


def merged(kept: Identity, named: str, other: Identity) -> list[Contact]:
    """The entries after `other` was merged with the entry `named` of `kept`; [] where they are one.

    The whole of `other` comes along, and stays together if that is taken back.
    """
    if kept.id == other.id:
        return []
    head, top = kept.records[0], other.records[0]
    return [
        replace(head, members=(*head.members, *other.ids)),
        replace(top, merged_into=named, canonical=head.id, members=()),
        *(replace(record, canonical=head.id) for record in other.records[1:]),
    ]


def parted(whole: Identity, contact: str) -> list[Contact]:
    """The entries after the merge that brought `contact` in was taken back; [] where none did.

    Those that had been merged with `contact` stay with it.
    """
    own = next((record for record in whole.records if record.id == contact), None)
    if own is None or not own.merged_into:
        return []
    leaving = _below(whole.records, contact)
    head = whole.records[0]
    return [
        replace(head, members=tuple(each for each in head.members if each not in leaving)),
        *(_left(record, own, leaving) for record in whole.records if record.id in leaving),
    ]


def _left(record: Contact, own: Contact, leaving: Sequence[str]) -> Contact:
    if record.id != own.id:
        return replace(record, canonical=own.id)
    members = tuple(each for each in leaving if each != own.id)
    return replace(record, merged_into="", canonical="", members=members)


def _below(records: Sequence[Contact], contact: str) -> list[str]:
    """The entry and all that were merged with it, directly or in turn, in the order they have."""
    found = {contact}
    while more := {r.id for r in records if r.merged_into in found} - found:
        found |= more
    return [record.id for record in records if record.id in found]


def _each(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


def _shown(records: Sequence[Contact]) -> Forms:
    """The forms of address of the first entry whose mails showed any."""
    return next((record.forms for record in records if record.forms != Forms()), Forms())


def _first(values: Iterable[str]) -> str:
    return next((value for value in values if value), "")
