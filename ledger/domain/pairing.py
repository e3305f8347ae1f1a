"""Who is who in chat, and what each role may do. Values only; folded in `folding_pairing`."""

from __future__ import annotations

import re
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
    channel: str = ""
    used_by: str = ""


class Stranger(Struct, frozen=True, kw_only=True, tag="stranger", gc=False):
    """Somebody who is not paired and spoke to Coo. Its id is a pseudonym.

    `wrong_codes` are the last tries, oldest first, no more than are counted.
    """

    id: str
    channel: str
    times: int
    since: datetime
    last: datetime
    answered_at: datetime | None = None
    told_at: datetime | None = None
    wrong_codes: tuple[datetime, ...] = ()
    last_why: str = ""


UNKNOWN: Final = "unknown"
REVOKED: Final = "revoked"
WRONG: Final = "wrong code"
EXPIRED: Final = "expired code"
USED: Final = "used code"
IN_A_GROUP: Final = "code in a group"
TOO_MANY: Final = "too many codes"
"""Why somebody who is not paired was turned away."""

GUESSES: Final = frozenset({WRONG, EXPIRED, USED, IN_A_GROUP})
"""Those that count as a try of a code."""

WRONG_CODES_AN_HOUR: Final = 5
"""So many wrong codes a person may try in an hour; a code is one of 2⁴⁰, so more need not be."""

CODE_BYTES: Final = 5
_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS: Final = str.maketrans("OIL", "011")
_SAID: Final = re.compile(
    r"\s*(?:/coo\s+)?(?:/?pair|/start)(?:@\w+)?\s+([0-9a-z]{4})[-\s]?([0-9a-z]{4})[.!\s]*",
    re.IGNORECASE,
)


def code_of(chance: bytes) -> str:
    """The code, as `7QKF-2M9X`, that the first five of these bytes make."""
    number = int.from_bytes(chance[:CODE_BYTES])
    signs = "".join(_SIGNS[(number >> shift) & 31] for shift in range(35, -5, -5))
    return f"{signs[:4]}-{signs[4:]}"


def code_in(text: str) -> str:
    """The code that somebody typed, however they wrote it; "" where it is none.

    `pair 7QKF-2M9X`, `/coo pair 7qkf2m9x`, `/start 7QKF-2M9X` (what a link to a bot says).
    """
    said = _SAID.fullmatch(text)
    if said is None:
        return ""
    first, second = (half.upper().translate(_READ_AS) for half in said.groups())
    return f"{first}-{second}"


def code_mark(code: str) -> str:
    """What the keyed hash of a code is made of."""
    return f"pairing:{code}"
