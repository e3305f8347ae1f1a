"""What the operator hears of who may speak in chat."""

from __future__ import annotations

from bot import texts
from bot.wording.untrusted import one_line
from ledger.domain import events


def paired_words(event: events.ChatPaired) -> str:
    """A chat was paired."""
    who, where = one_line(event.operator, 60), one_line(event.channel, 30)
    return texts.SAY_PAIRED.format(who=who, channel=where, role=event.role, id=event.identity)


def role_words(event: events.ChatRoleChanged) -> str:
    """A paired chat may do more or less."""
    by = _by(event.operator, event.channel)
    return texts.SAY_ROLE.format(id=event.identity, role=event.role, who=by)


def revoked_words(event: events.ChatRevoked) -> str:
    """A paired chat may do nothing any more."""
    return texts.SAY_REVOKED.format(id=event.identity, who=_by(event.operator, event.channel))


def stranger_words(event: events.StrangerRefused) -> str:
    """Somebody who is not paired; "" where it was told often enough."""
    if not event.told:
        return ""
    who = one_line(event.name or event.user, 60) or texts.SOMEBODY
    return texts.SAY_STRANGER.format(who=who, channel=one_line(event.channel, 30), why=event.why)


def _by(operator: str, channel: str) -> str:
    return f"{one_line(operator, 60)} ({one_line(channel, 30)})"
