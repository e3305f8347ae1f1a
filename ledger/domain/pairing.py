"""Who is who in chat, and what each role may do. Values only; folded in `folding_pairing`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct


class Role(StrEnum):
    """What a person may do: a viewer sees, an approver decides too, an owner configures too."""

    VIEWER = "viewer"
    APPROVER = "approver"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        """Higher may do all that lower may."""
        return (Role.VIEWER, Role.APPROVER, Role.OWNER).index(self)

    def may(self, needed: Role) -> bool:
        """Whether it reaches as far as what is needed."""
        return self.rank >= needed.rank


class ChatStatus(StrEnum):
    """Whether an identity may speak."""

    ACTIVE = "active"
    REVOKED = "revoked"


class ChatIdentity(Struct, frozen=True, kw_only=True, tag="chat identity", gc=False):
    """One person in one chat. It is never made active again: a new pairing is a new identity.

    `operator` is the person's name, the same in all their chats; `user` the platform's id of them,
    `chat` the direct chat; `paired_by` the identity whose code it was, "" for the console.
    """

    id: str
    operator: str
    channel: str
    user: str
    chat: str
    role: Role
    paired_at: datetime
    name: str = ""
    paired_by: str = ""
    status: ChatStatus = ChatStatus.ACTIVE
    revoked_at: datetime | None = None
    revoked_by: str = ""

    @property
    def active(self) -> bool:
        return self.status is ChatStatus.ACTIVE


class PairingOffer(Struct, frozen=True, kw_only=True, tag="pairing offer", gc=False):
    """A one-time code that was shown. `code` is its keyed hash, `used_by` the identity it made."""

    id: str
    code: str
    role: Role
    paired: str
    expires_at: datetime
    by: str = ""
    used_by: str = ""


class Stranger(Struct, frozen=True, kw_only=True, tag="stranger", gc=False):
    """Somebody who is not paired and spoke to Coo. Its id is a pseudonym.

    `wrong_codes` are the last tries, oldest first, no more than count.
    """

    id: str
    channel: str
    times: int
    since: datetime
    last: datetime
    answered_at: datetime | None = None
    told_at: datetime | None = None
    wrong_codes: tuple[datetime, ...] = ()


WRONG_CODES_AN_HOUR: Final = 5
"""So many wrong codes a stranger may try in an hour; a code is one of 2⁴⁰."""
