"""The fold of commitments: what was promised, and what became of it."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.domain.entities import Commitment, CommitmentStatus, Entity
from ledger.domain.events import (
    US,
    CommitmentBroken,
    CommitmentKept,
    CommitmentMade,
    CommitmentMoved,
    CommitmentsDue,
    CommitmentWithdrawn,
    CompanyConfigured,
    PersonErased,
)
from ledger.domain.facts import Fact
from ledger.domain.look import PROMISE_NUMBERS, PROMISES_SINCE, Look

OPEN = "open"
"""The key of every commitment that still binds."""


def fold_commitments(fact: Fact, look: Look) -> list[Entity]:
    """Made once, moved as often as it takes, settled once; a settled one may be settled anew."""
    match fact.event:
        case CommitmentMade() as event:
            return _made(event, fact, look)
        case CommitmentKept(commitment=commitment, how=how):
            return _settled(commitment, CommitmentStatus.KEPT, how, fact, look)
        case CommitmentBroken(commitment=commitment, why=why):
            return _settled(commitment, CommitmentStatus.BROKEN, why, fact, look)
        case CommitmentWithdrawn(commitment=commitment, why=why):
            return _settled(commitment, CommitmentStatus.WITHDRAWN, why, fact, look)
        case CommitmentMoved() as event:
            return _moved(event, look)
        case CommitmentsDue() as event:
            return _told(event, fact, look)
        case PersonErased(contacts=contacts):
            return [
                _forgotten(one, fact)
                for contact in contacts
                for one in look.find(Commitment, f"contact:{contact}")
            ]
        case CompanyConfigured(notes_promises=True):
            _begun(fact, look)
            return []
        case _:
            return []


def commitment_keys(one: Commitment) -> list[str]:
    """By number, other side, case and what it is about; `open` and its own day while it binds."""
    contact = [f"contact:{one.contact}"] if one.contact else []
    about = [f"about:{one.about}"] if one.about else []
    binds = [OPEN, *(f"{OPEN}:{key}" for key in (*contact, *about, f"case:{one.case}"))]
    return [
        f"number:{one.number}",
        f"case:{one.case}",
        f"source:{one.source}",
        *contact,
        *about,
        *(binds if one.open else []),
    ]


def _begun(fact: Fact, look: Look) -> None:
    if not look.add(PROMISES_SINCE, 0):
        look.add(PROMISES_SINCE, fact.seq)


def _made(event: CommitmentMade, fact: Fact, look: Look) -> list[Entity]:
    if look.get(Commitment, event.commitment) is not None:
        return []
    other = event.to if event.promised_by == US else event.promised_by
    made = Commitment(
        id=event.commitment,
        case=fact.case,
        number=look.add(PROMISE_NUMBERS),
        promised_by=event.promised_by,
        to=event.to,
        contact="" if other == US else other,
        kind=event.kind,
        source=event.source,
        said_on=event.said_on,
        made_at=fact.at,
        due=event.due,
        first_due=event.due,
        about=event.about,
        read_by=event.read_by,
        what=event.what,
        quote=event.quote,
    )
    return [made]


def _settled(
    commitment: str, status: CommitmentStatus, how: str, fact: Fact, look: Look
) -> list[Entity]:
    known = look.get(Commitment, commitment)
    if known is None:
        return []
    by = str(getattr(fact.event, "fact", "")) or fact.id
    return [replace(known, status=status, how=how, settled_by=by, settled_at=fact.at)]


def _moved(event: CommitmentMoved, look: Look) -> list[Entity]:
    """On its new day it is spoken of anew; one that was settled binds again."""
    known = look.get(Commitment, event.commitment)
    if known is None:
        return []
    anew = replace(known, due=event.due, first_due=known.first_due or event.due, told=())
    opened = {"status": CommitmentStatus.OPEN, "how": "", "settled_by": "", "settled_at": None}
    return [replace(anew, **opened)]


def _told(event: CommitmentsDue, fact: Fact, look: Look) -> list[Entity]:
    told: dict[str, Commitment] = {}
    for each in event.due:
        known = told.get(each.commitment) or look.get(Commitment, each.commitment)
        if known is not None and each.when not in known.told:
            told[known.id] = replace(known, told=(*known.told, each.when), notice=fact.id)
    return list(told.values())


def _forgotten(one: Commitment, fact: Fact) -> Commitment:
    """Nothing of what was said with somebody who was erased is left, and it binds nobody."""
    bare = replace(one, what="", quote="", how="")
    if not one.open:
        return bare
    return replace(bare, status=CommitmentStatus.WITHDRAWN, settled_by=fact.id, settled_at=fact.at)
