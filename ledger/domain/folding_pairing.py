"""The fold of chat identities: paired by a code, changed in role, revoked; and of strangers."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.domain.entities import Entity
from ledger.domain.events import (
    ChatPaired,
    ChatRevoked,
    ChatRoleChanged,
    PairingOffered,
    StrangerRefused,
)
from ledger.domain.facts import Fact
from ledger.domain.look import Look
from ledger.domain.pairing import (
    GUESSES,
    WRONG_CODES_AN_HOUR,
    ChatIdentity,
    ChatStatus,
    PairingOffer,
    Role,
    Stranger,
)


def fold_pairing(fact: Fact, look: Look) -> list[Entity]:
    """Who may speak in which chat, and who tried."""
    match fact.event:
        case PairingOffered() as event:
            return [_offered(event)]
        case ChatPaired() as event:
            return _paired(event, fact, look)
        case ChatRoleChanged() as event:
            return _role_changed(event, look)
        case ChatRevoked() as event:
            return _revoked(event, fact, look)
        case StrangerRefused() as event:
            return [_refused(event, fact, look)]
        case _:
            return []


def role_of(word: str) -> Role:
    """The role of that name; what is unknown may only look."""
    return Role(word) if word in set(Role) else Role.VIEWER


def _offered(event: PairingOffered) -> PairingOffer:
    return PairingOffer(
        id=event.offer,
        code=event.code,
        role=role_of(event.role),
        paired=event.paired,
        expires_at=event.expires_at,
        by=event.by,
        channel=event.channel,
    )


def _paired(event: ChatPaired, fact: Fact, look: Look) -> list[Entity]:
    if look.get(ChatIdentity, event.identity) is not None:
        return []
    identity = ChatIdentity(
        id=event.identity,
        operator=event.operator,
        channel=event.channel,
        user=event.user,
        chat=event.chat,
        role=role_of(event.role),
        paired_at=fact.at,
        name=event.name,
        paired_by=event.by,
    )
    offer = look.get(PairingOffer, event.offer)
    return [identity, *([replace(offer, used_by=event.identity)] if offer else [])]


def _role_changed(event: ChatRoleChanged, look: Look) -> list[Entity]:
    identity = look.get(ChatIdentity, event.identity)
    if identity is None or not identity.active:
        return []
    return [replace(identity, role=role_of(event.role))]


def _revoked(event: ChatRevoked, fact: Fact, look: Look) -> list[Entity]:
    identity = look.get(ChatIdentity, event.identity)
    if identity is None or not identity.active:
        return []
    return [
        replace(
            identity,
            status=ChatStatus.REVOKED,
            revoked_at=fact.at,
            revoked_by=event.by,
        )
    ]


def _refused(event: StrangerRefused, fact: Fact, look: Look) -> Stranger:
    known = look.get(Stranger, event.stranger) or Stranger(
        id=event.stranger, channel=event.channel, times=0, since=fact.at, last=fact.at
    )
    tried = (fact.at,) if event.why in GUESSES else ()
    return replace(
        known,
        times=known.times + 1,
        last=fact.at,
        answered_at=fact.at if event.text else known.answered_at,
        last_why=event.why,
        told_at=fact.at if event.told else known.told_at,
        wrong_codes=(*known.wrong_codes, *tried)[-WRONG_CODES_AN_HOUR:],
    )
