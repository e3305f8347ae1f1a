"""Whether whoever ordered something may, at the very moment it is decided; else the words."""

from __future__ import annotations

from typing import Final

from graph.desk import Desk, tells
from graph.routing_taps import refused
from ledger.domain.entities import Approval
from ledger.domain.events import DocumentReceived, Event, Tapped
from ledger.domain.facts import Draft, Fact
from ledger.domain.pairing import ChatIdentity, Role
from ledger.domain.roles import NEEDED
from ledger.domain.speakers import role_now

ROLE: Final = "role"

_NOBODY: Final = (
    "This chat is not paired, so nothing was done. `pair` at the console shows a code for it."
)
_REVOKED: Final = (
    "{identity} was revoked{when}, so it can do nothing any more. Nothing was done. "
    "`pair` at the console shows a code to pair this chat anew."
)
_TOO_LITTLE: Final = (
    "{identity} is {role}, and this takes {article} {needed}. Nothing was done. "
    "An owner can say `role {identity} {needed}`."
)


async def unauthorised(fact: Fact, event: Event, desk: Desk) -> list[Draft]:
    """The refusal of an order by somebody who may not give it; [] where they may."""
    needed = NEEDED.get(type(event))
    if needed is None or (isinstance(event, DocumentReceived) and not event.about):
        return []  # a file that came with a mail was ordered by nobody
    by, channel = getattr(event, "by", ""), getattr(event, "channel", "")
    role = await role_now(desk.views, by, channel)
    if role is not None and role.may(needed):
        return []
    return [await _refusal(fact, event, await _why(by, role, needed, desk), desk)]


async def _refusal(fact: Fact, event: Event, why: str, desk: Desk) -> Draft:
    if not isinstance(event, Tapped):
        return tells(fact, ROLE, why)
    approval = await desk.views.get(Approval, event.approval)
    return refused(fact, event, why, case=approval.case if approval else "")


async def _why(by: str, role: Role | None, needed: Role, desk: Desk) -> str:
    identity = await desk.views.get(ChatIdentity, by) if by else None
    if identity is None:
        return _NOBODY
    if role is None:
        when = f" on {identity.revoked_at:%Y-%m-%d at %H:%M}" if identity.revoked_at else ""
        return _REVOKED.format(identity=identity.id, when=when)
    article = "a" if needed is Role.VIEWER else "an"
    return _TOO_LITTLE.format(identity=identity.id, role=role, article=article, needed=needed)
