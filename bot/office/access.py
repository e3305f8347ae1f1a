"""Who may speak in chat, as an owner arranges it: codes, roles, revocations.

Each is checked and recorded in one transaction, so that what somebody may do is asked at the
moment it counts: two orders that come at once are one after the other.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from bot import texts
from ledger import views
from ledger.domain.errors import CooError
from ledger.domain.events import ChatRevoked, ChatRoleChanged, Event, PairingOffered
from ledger.domain.facts import Draft, short_id
from ledger.domain.pairing import ChatIdentity, Role, code_mark, code_of
from ledger.domain.speakers import MACHINE
from ledger.domain.values import DESK
from ledger.store import Tx

if TYPE_CHECKING:
    from bot.opening import App

CODE_COUNTS_FOR: Final = timedelta(minutes=10)


class Speaker(Struct, frozen=True, kw_only=True):
    """Who gives an order: a name, a channel, and the identity, "" at the machine itself."""

    operator: str
    channel: str
    by: str = ""


class Offered(Struct, frozen=True, kw_only=True):
    """A one-time code to be shown, and what it makes of whoever types it."""

    code: str
    role: Role
    name: str
    expires_at: datetime


class NotAllowed(CooError):
    """Somebody ordered what their role does not reach."""


class NotPaired(CooError):
    """There is no such paired chat any more."""


async def offer(app: App, speaker: Speaker, role: Role, name: str, *, unique: str) -> Offered:
    """Make a one-time code. The same order once more (`unique`) is the same code.

    The code is made of the company's secret and `unique`, so it need not be kept anywhere; what
    is recorded is a keyed hash.
    """
    made = short_id("pair", unique)
    code = _code(app, made)
    event = PairingOffered(
        offer=made,
        code=app.keys.person(code_mark(code)),
        role=role,
        paired=name,
        expires_at=app.clock.now() + CODE_COUNTS_FOR,
        operator=speaker.operator,
        channel=speaker.channel,
        by=speaker.by,
    )
    said = await app.ledger.transact(lambda tx: _once(tx, event, _offer_key(made), speaker))
    assert isinstance(said, PairingOffered)  # noqa: S101 - narrows: the key is of this kind
    return _shown(code, said)


async def offered_before(app: App, unique: str) -> Offered | None:
    """The code that this very order made; None where it made none."""
    made = short_id("pair", unique)
    fact = await app.ledger.by_key(_offer_key(made))
    if fact is None or not isinstance(fact.event, PairingOffered):
        return None
    return _shown(_code(app, made), fact.event)


async def revoke(app: App, speaker: Speaker, identity: str) -> None:
    """End a pairing at once. Anybody may end their own."""
    event = ChatRevoked(
        identity=identity, operator=speaker.operator, channel=speaker.channel, by=speaker.by
    )
    own = speaker.by == identity
    await app.ledger.transact(
        lambda tx: _changed(tx, event, identity, f"revoked:{identity}", speaker, own=own)
    )


async def set_role(app: App, speaker: Speaker, identity: str, role: Role, *, unique: str) -> None:
    """Let a paired chat do more or less from now on."""
    event = ChatRoleChanged(
        identity=identity,
        role=role,
        operator=speaker.operator,
        channel=speaker.channel,
        by=speaker.by,
    )
    await app.ledger.transact(
        lambda tx: _changed(tx, event, identity, f"role:{unique}", speaker, own=False)
    )


def _code(app: App, made: str) -> str:
    return code_of(app.keys.derived(f"pairing code {made}"))


def _offer_key(made: str) -> str:
    return f"pairing:{made}"


def _shown(code: str, said: PairingOffered) -> Offered:
    return Offered(code=code, role=Role(said.role), name=said.paired, expires_at=said.expires_at)


def _changed(
    tx: Tx, event: Event, identity: str, key: str, speaker: Speaker, *, own: bool
) -> Event:
    known = views.at(tx.connection, tx.company).get(ChatIdentity, identity)
    done = tx.by_key(key)
    if done is not None:
        return done.event
    if known is None or not known.active:
        raise NotPaired(*texts.NOT_PAIRED.put(said=identity))
    return _once(tx, event, key, speaker, own=own)


def _once(tx: Tx, event: Event, key: str, speaker: Speaker, *, own: bool = False) -> Event:
    """Record it unless it is there, or raise `NotAllowed`."""
    known = tx.by_key(key)
    if known is not None:
        return known.event
    role = _role(tx, speaker)
    if not own and (role is None or not role.may(Role.OWNER)):
        raise too_little(role)
    tx.append([Draft(case=DESK, event=event, key=key, by="intake")])
    return event


def too_little(role: Role | None) -> NotAllowed:
    """What somebody is told who is no owner."""
    return NotAllowed(*texts.ROLE_TOO_LITTLE.put(role=role or texts.NO_ROLE, needed=Role.OWNER))


def _role(tx: Tx, speaker: Speaker) -> Role | None:
    if not speaker.by:
        return Role.OWNER if speaker.channel in MACHINE else None
    identity = views.at(tx.connection, tx.company).get(ChatIdentity, speaker.by)
    return identity.role if identity is not None and identity.active else None
