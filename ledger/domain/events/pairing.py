"""Who may speak to Coo in a chat: codes, pairings, roles, revocations, strangers. All on the desk.

`by` is the `ChatIdentity` that spoke, "" where it was the console, whose user is the owner by
possession of the machine. `operator` and `channel` say the same to people.
"""

from __future__ import annotations

from datetime import datetime

from ledger.domain.events.base import Event
from ledger.domain.values import Personal


class PairingOffered(Event, frozen=True, kw_only=True):
    """A one-time code was shown. `code` is a keyed hash of it, so nobody can read it back.

    Whoever types the code in a chat before `expires_at` becomes `paired` (an operator's name) with
    that `role` (owner, approver, viewer) there. `operator` and `channel` are of who asked for it.
    """

    offer: str
    code: str
    role: str
    paired: str
    expires_at: datetime
    operator: str
    channel: str
    by: str = ""


class ChatPaired(Event, frozen=True, kw_only=True):
    """A chat belongs to an operator from now on. Unique per code: `paired:<offer>`.

    `identity` is new with every pairing, so what a revoked one said never counts again. `operator`
    is who it is, `user` the platform's id of the person, `chat` the direct chat with them; `by` is
    the identity that showed the code.
    """

    identity: str
    offer: str
    channel: str
    role: str
    operator: str
    by: str = ""
    user: Personal = ""
    chat: Personal = ""
    name: Personal = ""


class ChatRoleChanged(Event, frozen=True, kw_only=True):
    """A paired chat may do more or less than before, from this moment on."""

    identity: str
    role: str
    operator: str
    channel: str
    by: str = ""


class ChatRevoked(Event, frozen=True, kw_only=True):
    """A paired chat may do nothing any more, and its open cards count no longer."""

    identity: str
    operator: str
    channel: str
    by: str = ""


class StrangerRefused(Event, frozen=True, kw_only=True):
    """Somebody who is not paired wrote or tapped; nothing was done.

    `stranger` is a pseudonym, whose key seals who it was. `why`: unknown, revoked, wrong code,
    expired code, used code, too many codes. `text` is the one line they are answered with, ""
    where they get none (the same day again); `told`: the operator hears of it.
    """

    stranger: str
    channel: str
    why: str
    text: str = ""
    told: bool = False
    user: Personal = ""
    name: Personal = ""
