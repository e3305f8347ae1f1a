"""Who speaks, and what they may do at this very moment."""

from __future__ import annotations

from typing import Final

from ledger.domain.pairing import ChatIdentity, Role
from ledger.domain.reading import Views

MACHINE: Final = "console"
"""The one channel that needs no pairing: who sits at the machine owns it."""


async def paired(views: Views, channel: str, user: str) -> ChatIdentity | None:
    """The active identity of this person in this channel; None for everybody else."""
    found = await views.find(ChatIdentity, f"chat:{channel}:{user}")
    return found[0] if found else None


async def role_now(views: Views, by: str, channel: str) -> Role | None:
    """What whoever said something may do now; None for nothing at all.

    `by` is what the fact names: an identity, or "" for the console.
    """
    if not by:
        return Role.OWNER if channel == MACHINE else None
    identity = await views.get(ChatIdentity, by)
    speaks = identity is not None and identity.active and identity.channel == channel
    return identity.role if identity is not None and speaks else None
