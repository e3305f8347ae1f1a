"""Who speaks, and what they may do at this very moment."""

from __future__ import annotations

from typing import Final

from ledger.domain.pairing import ChatIdentity, Role
from ledger.domain.reading import Views

MACHINE: Final = frozenset({"console", "log", "script"})
"""Channels that need no pairing: who works at the machine itself owns it."""


async def paired(views: Views, channel: str, user: str) -> ChatIdentity | None:
    """The active identity of this person in this channel; None for everybody else."""
    found = await views.find(ChatIdentity, f"chat:{channel}:{user}")
    return found[0] if found else None


async def revoked(views: Views, channel: str, user: str) -> ChatIdentity | None:
    """The identity that this person last had in this channel, where it was revoked."""
    found = await views.find(ChatIdentity, f"revoked:{channel}:{user}")
    return found[-1] if found else None


async def role_now(views: Views, by: str, channel: str) -> Role | None:
    """What whoever said something may do now; None for nothing at all.

    `by` and `channel` are what the fact names: an identity and its channel, or "" at the machine.
    """
    if not by:
        return Role.OWNER if channel in MACHINE else None
    identity = await views.get(ChatIdentity, by)
    if identity is None or not identity.active or identity.channel != channel:
        return None
    return identity.role
