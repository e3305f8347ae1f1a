"""Commands that say who may speak in chat: pair, devices, role, revoke."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot import texts
from bot.channel import Reply, Table
from bot.commands.answers import trouble, unclear
from bot.commands.session import Session
from bot.commands.things import Candidate, Missing, Several, pick
from bot.commands.words import Pair, SetRole
from bot.office.port import Office
from bot.wording.untrusted import one_line
from ledger.domain.entities import Approval
from ledger.domain.pairing import ChatIdentity, Role, code_in

_A_DAY: Final = timedelta(days=1)


class Pairing:
    """Shows codes, lists who is paired, and ends it."""

    def __init__(self, office: Office, session: Session) -> None:
        self._office, self._session = office, session

    async def pair(self, intent: Pair) -> Reply:
        """A one-time code to type in the chat that is to be paired."""
        if code_in(f"pair {intent.said}"):
            return trouble(texts.PAIR_ELSEWHERE)
        word, _, rest = intent.said.partition(" ")
        if word and word.lower() not in set(Role):
            return trouble(texts.PAIR_ROLE, said=one_line(word, 40))
        role = Role(word.lower()) if word else Role.OWNER
        name = rest.strip().removeprefix("for ").strip()
        made = await self._office.pair(role, name or self._office.operator)
        until = made.expires_at.astimezone(self._session.now(self._office).tzinfo)
        what = texts.PAIR_CODE.format(code=made.code, name=one_line(made.name, 60), role=made.role)
        where = texts.PAIR_WHERE.format(code=made.code, until=f"{until:%H:%M}")
        return Reply(lines=(what, where, *await self._nobody_works()), hints=(texts.PAIR_HINT,))

    async def devices(self) -> Reply:
        """Who is paired, where, and as what."""
        found = await self._office.views.find(ChatIdentity, "active")
        if not found:
            return Reply(lines=(texts.DEVICES_NONE,))
        rows = tuple(self._row(each) for each in found)
        return Reply(
            title=texts.DEVICES_TITLE,
            table=Table(texts.DEVICES_COLUMNS, rows),
            hints=(texts.DEVICES_HINT.format(id=found[0].id),),
        )

    async def revoke(self, said: str) -> Reply:
        """End a pairing at once."""
        if not said:
            return trouble(texts.WHICH_CHAT, await self._labels(), usage=texts.USAGE["revoke"])
        found = await self._meant(said)
        if not isinstance(found, Candidate):
            return unclear(found, said)
        await self._office.revoke(found.thing.id)
        lines = (texts.REVOKED.format(label=found.label), *await self._left(found.thing))
        return Reply(lines=lines, hints=(texts.REVOKED_HINT,))

    async def role(self, intent: SetRole) -> Reply:
        """Let a paired chat do more or less from now on."""
        if not intent.thing or intent.role not in set(Role):
            return trouble(texts.WHICH_CHAT, await self._labels(), usage=texts.USAGE["role"])
        found = await self._meant(intent.thing)
        if not isinstance(found, Candidate):
            return unclear(found, intent.thing)
        role = Role(intent.role)
        if found.thing.role is role:
            return trouble(texts.ROLE_ALREADY, label=found.label, role=role)
        await self._office.set_role(found.thing.id, role)
        return Reply(lines=(texts.ROLE_SET.format(label=found.label, role=role),))

    async def _left(self, gone: ChatIdentity) -> tuple[str, ...]:
        """What the chat leaves behind that its owner may want to look at."""
        active = await self._office.views.find(ChatIdentity, "active")
        through = [each for each in active if each.paired_by == gone.id]
        lines = [texts.REVOKED_PAIRED.format(label=_label(each), id=each.id) for each in through]
        since = self._office.clock.now() - _A_DAY
        approved = await self._office.views.find(Approval, "status:approved")
        recent = [
            str(each.number)
            for each in approved
            if (each.channel, each.decided_by) == (gone.channel, gone.operator)
            and each.decided_at is not None
            and each.decided_at > since
        ]
        if recent:
            lines.append(texts.REVOKED_DECIDED.format(cards=", ".join(recent), first=recent[0]))
        return tuple(lines)

    async def _meant(self, said: str) -> Candidate[ChatIdentity] | Several | Missing:
        return pick(await self._candidates(), said)

    async def _candidates(self) -> list[Candidate[ChatIdentity]]:
        active = await self._office.views.find(ChatIdentity, "active")
        return [
            Candidate(each, (each.id,), (each.operator, each.channel, each.name), _label(each))
            for each in active
        ]

    async def _labels(self) -> tuple[str, ...]:
        return tuple(f"  {each.label}" for each in await self._candidates())

    def _row(self, each: ChatIdentity) -> tuple[str, ...]:
        zone = self._session.now(self._office).tzinfo
        here = texts.DEVICES_HERE if each.id == self._office.identity else ""
        return (
            f"{each.id}{here}",
            one_line(each.operator, 40),
            each.role,
            f"{one_line(each.channel, 20)} {one_line(each.name or each.user, 40)}",
            f"{each.paired_at.astimezone(zone):%Y-%m-%d %H:%M}",
            each.paired_by or texts.DEVICES_CONSOLE,
        )

    async def _nobody_works(self) -> tuple[str, ...]:
        return () if await self._office.worker() else (texts.PAIR_NOBODY_WORKS,)


def _label(each: ChatIdentity) -> str:
    who, where = one_line(each.operator, 40), one_line(each.channel, 20)
    return f"{who} on {where}, {each.role} ({each.id})"
