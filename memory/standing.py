"""What the ledger says now of that which found episodes rest on: read at once, in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from ledger.domain.entities import Action, Case, Contact, Entity, Invoice, Proposal
from ledger.domain.knowledge import COMPANY, Knowledge, ListPrice
from ledger.domain.reading import Glimpse, Glimpses
from memory.claims import ACTION, INVOICE, PRICE, PROPOSAL, is_knowledge, kind_of, name_of
from memory.episodes import Episode

E = TypeVar("E", bound=Entity)


class Standing(Struct, frozen=True, kw_only=True):
    """The present state, as far as some episodes are concerned.

    `recorded` are the ids of facts that the ledger holds, `forgotten` the pseudonyms of all who
    were erased. `somebody` gives for a contact all entries that are the same person. `invoices`
    are by their own id, and by that of their proposal. `about` has statements under `about` keys
    (subject and topic), `resting` those that rest on a fact, `prices` list prices that changed.
    """

    recorded: frozenset[str] = frozenset()
    forgotten: frozenset[str] = frozenset()
    cases: Mapping[str, Case] = {}
    somebody: Mapping[str, tuple[Contact, ...]] = {}
    proposals: Mapping[str, Proposal] = {}
    invoices: Mapping[str, Invoice] = {}
    actions: Mapping[str, Action] = {}
    about: Mapping[str, Sequence[Knowledge]] = {}
    resting: Mapping[str, Sequence[Knowledge]] = {}
    prices: Mapping[str, ListPrice] = {}

    def ids(self, contact: str) -> tuple[str, ...]:
        """All ids a contact goes by."""
        return tuple(one.id for one in self.somebody.get(contact, ())) or (contact,)

    def stated(self, episode: Episode, topic: str) -> list[Knowledge]:
        """What was ever said under a topic of the episode's contact."""
        return self._under(self.ids(episode.contact), topic) if episode.contact else []

    def stated_for_all(self, topic: str) -> list[Knowledge]:
        """What was ever said under a topic of the item it names, or of the company."""
        return self._under((name_of(topic) if kind_of(topic) == PRICE else COMPANY,), topic)

    def _under(self, subjects: Iterable[str], topic: str) -> list[Knowledge]:
        return [
            one for subject in subjects for one in self.about.get(f"about:{subject}:{topic}", ())
        ]


class Witness(Struct, frozen=True):
    """The ledger as it is now. `erased` gives the pseudonyms of everybody who was erased."""

    glimpses: Glimpses
    erased: Callable[[], frozenset[str]]

    async def of(self, episodes: Sequence[Episode]) -> Standing:
        """What is to be known to judge these episodes, as of one and the same moment."""
        return await self.glimpses.at_once(lambda seen: self._read(seen, episodes))

    def _read(self, seen: Glimpse, episodes: Sequence[Episode]) -> Standing:
        cases = seen.some(Case, (each.case for each in episodes))
        contacts = [
            *(each.contact for each in episodes),
            *(case.contact for case in cases.values()),
        ]
        somebody = _somebody(seen, contacts)
        facts = [fact for each in episodes for fact in each.facts]
        return Standing(
            recorded=seen.recorded(facts),
            forgotten=self.erased(),
            cases=cases,
            somebody=somebody,
            proposals=seen.some(Proposal, _named(episodes, PROPOSAL)),
            invoices=_invoices(seen, episodes),
            actions=_with_undoing(seen, _named(episodes, ACTION)),
            about=seen.under(Knowledge, _about(episodes, somebody)),
            resting=_without("source:", seen.under(Knowledge, (f"source:{f}" for f in facts))),
            prices=seen.some(ListPrice, _named(episodes, PRICE)),
        )


def _named(episodes: Iterable[Episode], kind: str) -> list[str]:
    """The names behind all topics of a kind."""
    topics = (topic for each in episodes for topic in each.topics)
    return [name_of(topic) for topic in topics if kind_of(topic) == kind]


def _somebody(seen: Glimpse, contacts: Iterable[str]) -> dict[str, tuple[Contact, ...]]:
    """For each contact the head of whom they were merged with, and all the others."""
    own = seen.some(Contact, filter(None, contacts))
    heads = {**own, **seen.some(Contact, _new((one.canonical for one in own.values()), own))}
    members = (member for one in heads.values() for member in one.members)
    entries = {**heads, **seen.some(Contact, _new(members, heads))}
    return {name: _merged(one, entries) for name, one in own.items()}


def _merged(own: Contact, entries: Mapping[str, Contact]) -> tuple[Contact, ...]:
    head = entries.get(own.canonical, own)
    return (head, *(entries[member] for member in head.members if member in entries))


def _new(names: Iterable[str], known: Mapping[str, Contact]) -> list[str]:
    return [name for name in names if name and name not in known]


def _invoices(seen: Glimpse, episodes: Sequence[Episode]) -> dict[str, Invoice]:
    of_proposals = (f"proposal:{name}" for name in _named(episodes, PROPOSAL))
    found = _without("proposal:", seen.under(Invoice, of_proposals))
    named = seen.some(Invoice, _named(episodes, INVOICE))
    return {**{proposal: some[-1] for proposal, some in found.items()}, **named}


def _with_undoing(seen: Glimpse, names: Iterable[str]) -> dict[str, Action]:
    """The actions, and those that take one of them back."""
    own = seen.some(Action, names)
    undoing = (one.undone_by for one in own.values() if one.undone_by)
    return {**own, **seen.some(Action, undoing)}


def _about(
    episodes: Iterable[Episode], somebody: Mapping[str, tuple[Contact, ...]]
) -> dict[str, None]:
    """The keys of all statements that could say otherwise than these episodes."""
    keys: dict[str, None] = {}
    for each in episodes:
        theirs = [one.id for one in somebody.get(each.contact, ())]
        for topic in filter(is_knowledge, each.topics):
            shared = name_of(topic) if kind_of(topic) == PRICE else COMPANY
            keys |= {f"about:{subject}:{topic}": None for subject in (*theirs, shared)}
    return keys


def _without(prefix: str, found: Mapping[str, Sequence[E]]) -> dict[str, Sequence[E]]:
    return {key.removeprefix(prefix): some for key, some in found.items()}
