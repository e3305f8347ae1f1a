"""Whether what memory found still holds: each hit is judged by the ledger as it is now. Pure.

A store is a copy and may lag behind, so what it leaves out is never relied on. Whatever is
erased, over, replaced or contradicted is dropped; what happened but has a sequel is kept with a
note of it, and an outdated price in it is taken out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ledger.domain.entities import ActionStatus, Proposal
from ledger.domain.knowledge import Knowledge, as_known, holding
from memory.claims import (
    ACTION,
    CASE,
    DELIVERY,
    DISCOUNT,
    INVOICE,
    PRICE,
    PROPOSAL,
    amount,
    claims_of,
    kind_of,
    name_of,
    over,
    value_of,
    without_amounts,
)
from memory.episodes import Episode, Hit
from memory.standing import Standing

OFFER: Final = "proposal"
"""The kind of an episode that is an offer: worth nothing with a price that no longer counts."""


class Reason(StrEnum):
    """Why a hit was dropped."""

    ERASED = "the person was erased"
    UNKNOWN = "the ledger does not hold it"
    NOT_THEIRS = "the case is somebody else's now"
    SUPERSEDED = "superseded by a later version"
    EXPIRED = "its time is over"
    EARLY = "its time has not come"
    DECLINED = "it was declined"
    OUTDATED = "a price in it no longer counts"
    CLOSED = "what it says was corrected or forgotten"


class Note(StrEnum):
    """What stands before the text of a hit that is kept although something came after it."""

    SUPERSEDED = "(superseded by a later version) "
    EXPIRED = "(no longer valid) "
    DECLINED = "(declined) "
    UNSENT = "(never sent) "
    CREDITED = "(its invoice was reversed) "
    UNDONE = "(taken back since) "
    REOPENED = "(the case was opened again) "
    OUTDATED = "(prices have changed since) "
    OTHER_TERMS = "(terms have changed since) "


class Held(Struct, frozen=True):
    """A hit that a plan may see, with what came after it."""

    hit: Hit
    notes: tuple[Note, ...] = ()


class Dropped(Struct, frozen=True):
    """A hit that no plan sees, and why."""

    hit: Hit
    reason: Reason


class Judged(Struct, frozen=True):
    """What became of hits, each list in their order."""

    held: tuple[Held, ...]
    dropped: tuple[Dropped, ...]


_TERMS: Final = frozenset({DISCOUNT, DELIVERY})
"""Terms of a deal: that they are others today is worth a note."""

_HISTORY: Final = {
    Reason.SUPERSEDED: Note.SUPERSEDED,
    Reason.EXPIRED: Note.EXPIRED,
    Reason.DECLINED: Note.DECLINED,
    Reason.OUTDATED: Note.OUTDATED,
}
"""What somebody who asks how things went still hears, with a note."""


def judged(
    hits: Iterable[Hit], standing: Standing, now: datetime, *, history: bool = False
) -> Judged:
    """Each hit by the present state. `history` keeps what is over, with a note of it."""
    held: list[Held] = []
    dropped: list[Dropped] = []
    for hit in hits:
        reason = _reason(hit.episode, standing, now)
        if reason is None:
            held.append(_held(hit, standing, now))
        elif history and reason in _HISTORY:
            held.append(Held(hit, (_HISTORY[reason],)))
        else:
            dropped.append(Dropped(hit, reason))
    return Judged(tuple(held), tuple(dropped))


def _reason(episode: Episode, standing: Standing, now: datetime) -> Reason | None:
    return next(_reasons(episode, standing, now), None)


def _reasons(episode: Episode, standing: Standing, now: datetime) -> Iterator[Reason]:
    """Why an episode must not be seen, what weighs most first."""
    if _erased(episode, standing):
        yield Reason.ERASED
    if not standing.recorded.issuperset(episode.facts) or episode.case not in standing.cases:
        yield Reason.UNKNOWN
    if not _theirs(episode, standing):
        yield Reason.NOT_THEIRS
    if _closed(episode, standing, now):
        yield Reason.CLOSED
    if episode.valid_from is not None and now < episode.valid_from:
        yield Reason.EARLY
    if episode.superseded:
        yield Reason.SUPERSEDED
    yield from _of_offer(episode, standing, now)
    if episode.valid_to is not None and episode.valid_to <= now:
        yield Reason.EXPIRED
    for kind in _contradicted_kinds(episode, standing, now):
        if kind not in _TERMS:
            yield Reason.CLOSED if kind != PRICE else Reason.OUTDATED


def _erased(episode: Episode, standing: Standing) -> bool:
    entries = standing.somebody.get(episode.contact, ())
    return episode.person in standing.forgotten or any(one.erased for one in entries)


def _theirs(episode: Episode, standing: Standing) -> bool:
    """Whether the case is still with whom the episode is about."""
    case = standing.cases.get(episode.case)
    return case is None or not episode.contact or case.contact in standing.ids(episode.contact)


def _closed(episode: Episode, standing: Standing, now: datetime) -> bool:
    """Whether the operator took back what was stated on the strength of these facts."""
    found = [one for fact in episode.facts for one in standing.resting.get(fact, ())]
    held = {(one.subject, one.topic) for one in found if one.holds(now)}
    return any(_over(one, now) and (one.subject, one.topic) not in held for one in found)


def _over(known: Knowledge, now: datetime) -> bool:
    return not known.counts or (known.valid_to is not None and known.valid_to <= now)


def _of_offer(episode: Episode, standing: Standing, now: datetime) -> Iterator[Reason]:
    """What became of the proposal that the episode offers or agrees on."""
    for proposal, version in _proposals(episode, standing):
        if proposal is None:
            yield Reason.UNKNOWN
        elif episode.kind != OFFER:
            if proposal.accepted_version != version:
                yield Reason.SUPERSEDED
        elif proposal.version != version:
            yield Reason.SUPERSEDED
        elif proposal.status == "declined":
            yield Reason.DECLINED
        elif over(proposal.valid_until) <= now:
            yield Reason.EXPIRED


def _proposals(episode: Episode, standing: Standing) -> Iterator[tuple[Proposal | None, int]]:
    for topic, value in claims_of(episode):
        if kind_of(topic) == PROPOSAL:
            yield standing.proposals.get(name_of(topic)), int(value)


def _held(hit: Hit, standing: Standing, now: datetime) -> Held:
    """A hit that is kept: with notes, and without prices that no longer count."""
    episode = hit.episode
    sequels = (
        note
        for topic, value in claims_of(episode)
        for note in _SEQUELS.get(kind_of(topic), _of_terms)(
            _Said(episode, topic, value, now), standing
        )
    )
    notes = tuple(dict.fromkeys(sequels))
    if Note.OUTDATED in notes:
        told = replace(episode, text=without_amounts(episode.text))
        return Held(Hit(episode=told, score=hit.score), notes)
    return Held(hit, notes)


class _Said(Struct, frozen=True):
    """One claim of an episode, looked at now."""

    episode: Episode
    topic: str
    value: str
    now: datetime

    @property
    def name(self) -> str:
        return name_of(self.topic)


def _of_proposal(said: _Said, standing: Standing) -> Iterator[Note]:
    proposal = standing.proposals.get(said.name)
    if said.episode.kind != OFFER:
        yield from _of_invoice(said, standing)
    elif proposal is not None and proposal.version not in proposal.sent_versions:
        yield Note.UNSENT


def _of_invoice(said: _Said, standing: Standing) -> Iterator[Note]:
    invoice = standing.invoices.get(said.name)
    if invoice is not None and invoice.credited_by:
        yield Note.CREDITED


def _of_action(said: _Said, standing: Standing) -> Iterator[Note]:
    action = standing.actions.get(said.name)
    undoing = standing.actions.get(action.undone_by) if action else None
    if undoing is not None and undoing.status is ActionStatus.SUCCEEDED:
        yield Note.UNDONE


def _of_case(said: _Said, standing: Standing) -> Iterator[Note]:
    case = standing.cases.get(said.name)
    if case is not None and not (case.closed and case.outcome == said.value):
        yield Note.REOPENED


def _of_terms(said: _Said, standing: Standing) -> Iterator[Note]:
    if _contradicted(said, standing):
        yield Note.OUTDATED if kind_of(said.topic) == PRICE else Note.OTHER_TERMS


_SEQUELS: Final[Mapping[str, Callable[[_Said, Standing], Iterator[Note]]]] = {
    PROPOSAL: _of_proposal,
    INVOICE: _of_invoice,
    ACTION: _of_action,
    CASE: _of_case,
}
"""What may have come after what an episode says of a thing; anything else is a term."""


def _contradicted_kinds(episode: Episode, standing: Standing, now: datetime) -> Iterator[str]:
    """The kinds of topics of which something else holds; a deal may keep its former prices."""
    for topic, value in claims_of(episode):
        kind = kind_of(topic)
        kept = kind in _SEQUELS or (kind == PRICE and episode.kind != OFFER)
        if not kept and _contradicted(_Said(episode, topic, value, now), standing):
            yield kind


def _contradicted(said: _Said, standing: Standing) -> bool:
    """Whether what held for this when the episode was made is something else by now.

    What was agreed with the contact comes before what holds for everybody, and that before the
    price list. An offer may deviate from all of these: only that they changed counts against it.
    """
    theirs = standing.stated(said.episode, said.topic)
    everybody = standing.stated_for_all(said.topic)
    now = holding(theirs, said.now) or holding(everybody, said.now)
    at = said.episode.valid_from or said.episode.at
    then = holding(as_known(theirs, at), at) or holding(as_known(everybody, at), at)
    listed = standing.prices.get(said.name) if kind_of(said.topic) == PRICE else None
    if now is not None:
        return value_of(now) != said.value and (then is None or value_of(then) != value_of(now))
    if listed is not None and amount(listed.price) == said.value:
        return False
    return then is not None or (listed is not None and listed.since > at)
